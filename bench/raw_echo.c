/* bench_raw: the baseline. A raw TCP echo with a thread per connection that reads what is there and
 * writes it back: the least that a server of this kind can do. Nothing in it is clever. Its buffer
 * has half the size that the echo server's grows to. */
#include "common/options.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sanitizers keep data of their own on the stack; `make sanitize` asks for more of it. */
#ifndef POOL_STACK_EXTRA
#define POOL_STACK_EXTRA 0
#endif

enum {
    BUFFER_SIZE = 128 * 1024,
    STACK_SIZE = BUFFER_SIZE + 64 * 1024 + POOL_STACK_EXTRA,
    BACKLOG = 1024
};

static void *serve(void *argument) {
    int fd = (int)(intptr_t)argument;
    char buffer[BUFFER_SIZE];
    ssize_t count;
    while ((count = read(fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t done = 0, sent; done < count; done += sent) {
            sent = write(fd, buffer + done, (size_t)(count - done));
            if (sent < 0) {
                close(fd);
                return NULL;
            }
        }
    }
    close(fd);
    return NULL;
}

static int listen_on(uint64_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

int main(int argc, char **argv) {
    uint64_t port = 8000;
    struct options options;
    options_init(&options, "bench_raw", "A raw TCP echo, the baseline of the bench.");
    options_add_number(&options, "--port", "PORT", &port, 0, 65535,
                       "port to listen on; 0 picks a free one (default 8000)");
    int status = options_parse(&options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(&port);
    if (listener < 0) {
        fprintf(stderr, "bench_raw: cannot listen: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    printf("listening on tcp://127.0.0.1:%" PRIu64 "\n", port);
    fflush(stdout);
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0) {
            close(fd);
        }
    }
}
