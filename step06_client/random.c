#include "step06_client/random.h"

#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h> /* getentropy, which is in unistd.h elsewhere */
#endif

int random_bytes(struct random *random, uint8_t *out, size_t len) {
    if (random->left < len) {
        if (getentropy(random->pool, sizeof random->pool) != 0) {
            return -1;
        }
        random->left = sizeof random->pool;
    }
    random->left -= len;
    memcpy(out, random->pool + random->left, len);
    memset(random->pool + random->left, 0, len);
    return 0;
}
