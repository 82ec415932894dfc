#include "step06_client/random.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Fills the stock anew. */
static int fetch(struct random *random) {
    size_t done = 0;
    while (done < sizeof random->stock) {
        ssize_t count = read(random->fd, random->stock + done, sizeof random->stock - done);
        if (count == 0) {
            errno = EIO;
        }
        if (count == 0 || (count < 0 && errno != EINTR)) {
            return -1;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    random->left = done;
    return 0;
}

int random_init(struct random *random) {
    random->left = 0;
    random->fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (random->fd < 0) {
        return -1;
    }
    if (fetch(random) == 0) {
        return 0;
    }
    int problem = errno;
    random_free(random);
    errno = problem;
    return -1;
}

int random_bytes(struct random *random, uint8_t *out, size_t len) {
    if (random->left < len && fetch(random) != 0) {
        return -1;
    }
    random->left -= len;
    memcpy(out, random->stock + random->left, len);
    memset(random->stock + random->left, 0, len);
    return 0;
}

void random_free(struct random *random) {
    close(random->fd);
    memset(random, 0, sizeof *random);
    random->fd = -1;
}
