/* nc: what the transcripts of the tutorial need of netcat. Every system has another one, or none;
 * this one does what most do: it connects, sends its standard input, ends its side when that ends
 * (FIN), and prints what comes until the peer ends too.
 *
 *     nc [-N] [-q S] [-w S] HOST PORT
 *
 * -w S ends it after S seconds of silence. -N and -q, which make some others end their side as this
 * one always does, change nothing. */
#include "common/process.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_SECONDS = 86400 };

static int connect_to(const char *host, const char *port) {
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
    int fd = -1;
    int problem = getaddrinfo(host, port, &wanted, &found);
    if (problem != 0) {
        fprintf(stderr, "nc: %s port %s: %s\n", host, port, gai_strerror(problem));
        return -1;
    }
    for (const struct addrinfo *each = found; each != NULL && fd < 0; each = each->ai_next) {
        fd = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
        if (fd >= 0 && connect(fd, each->ai_addr, each->ai_addrlen) != 0) {
            problem = errno;
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0) {
        fprintf(stderr, "nc: %s port %s: %s\n", host, port, strerror(problem));
    }
    return fd;
}

/* Copies what one read returns. Returns its size, 0 at the end, -1 with errno. */
static ssize_t copy(int from, int to) {
    char bytes[4096];
    ssize_t count = read(from, bytes, sizeof bytes);
    for (ssize_t done = 0; done < count;) {
        ssize_t written = write(to, bytes + done, (size_t)(count - done));
        if (written < 0) {
            return -1;
        }
        done += written;
    }
    return count;
}

/* Passes bytes both ways until the peer ends or is silent for `timeout` ms (-1: for ever). */
static int talk(int fd, int timeout) {
    struct pollfd ends[2] = {{fd, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    for (;;) {
        int ready = poll(ends, 2, timeout);
        if (ready <= 0) {
            return ready == 0 ? 0 : 1;
        }
        if (ends[1].revents != 0 && copy(STDIN_FILENO, fd) <= 0) {
            shutdown(fd, SHUT_WR);
            ends[1].fd = -1;
        }
        if (ends[0].revents != 0) {
            ssize_t count = copy(fd, STDOUT_FILENO);
            if (count < 0) {
                fprintf(stderr, "nc: %s\n", strerror(errno));
            }
            if (count <= 0) {
                return count == 0 ? 0 : 1;
            }
        }
    }
}

static int usage(void) {
    fprintf(stderr, "usage: nc [-N] [-q S] [-w S] HOST PORT\n");
    return 2;
}

int main(int argc, char **argv) {
    int timeout = -1, option;
    process_init();
    while ((option = getopt(argc, argv, "Nq:w:")) != -1) {
        char *end = optarg;
        long seconds = option == 'N' ? 0 : strtol(optarg, &end, 10);
        if (option == '?' || (option == 'w' && (*end != '\0' || seconds < 1)) ||
            seconds > MAX_SECONDS) {
            return usage();
        }
        timeout = option == 'w' ? (int)seconds * 1000 : timeout;
    }
    if (argc - optind != 2) {
        return usage();
    }
    int fd = connect_to(argv[optind], argv[optind + 1]);
    if (fd < 0) {
        return 1;
    }
    int status = talk(fd, timeout);
    close(fd);
    return status;
}
