/* bench_raw: a raw TCP echo, the measure for the echo server. It reads what is there and writes it
 * back, which is the least that any server does, and nothing in it is clever. It has a thread for
 * each connection; with --epoll one thread serves all of them. */
#include "common/options.h"
#include "common/process.h"
#include "step04_frames/mask_fast.h"
#include "step05_echo/connection_input.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sanitizers keep data of their own on the stack; `make sanitize` asks for more of it. */
#ifndef THREADS_STACK_EXTRA
#define THREADS_STACK_EXTRA 0
#endif

enum {
    BACKLOG = 1024,
    DESCRIPTORS = 20000,
    EVENTS_MAX = 256,
    /* It reads into as much memory as the echo server does, which is aligned in the same way. */
    BUFFER_SIZE = CONNECTION_INPUT_READ_SIZE,
    STACK_SIZE = BUFFER_SIZE + 64 * 1024 + THREADS_STACK_EXTRA
};

static bool masks;

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

/* Reads once and writes everything back; both calls may block. Returns whether the connection goes
 * on; otherwise it has been closed. */
static bool echo_once(int fd, uint8_t buffer[BUFFER_SIZE]) {
    ssize_t count = read(fd, buffer, BUFFER_SIZE);
    if (masks && count > 0) {
        mask_fast(buffer, buffer, (size_t)count, (const uint8_t[4]){0}, 0);
    }
    for (ssize_t done = 0, sent; done < count; done += sent) {
        sent = write(fd, buffer + done, (size_t)(count - done));
        if (sent < 0) {
            count = -1;
        }
    }
    if (count <= 0) {
        close(fd);
    }
    return count > 0;
}

static void *serve(void *argument) {
    _Alignas(BUFFER_ALIGNMENT) uint8_t buffer[BUFFER_SIZE];
    while (echo_once((int)(intptr_t)argument, buffer)) {
    }
    return NULL;
}

static void serve_with_threads(int listener) {
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

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* While a write waits for a peer, all others wait as well; the load generator always reads. */
static void serve_with_epoll(int listener) {
    static _Alignas(BUFFER_ALIGNMENT) uint8_t buffer[BUFFER_SIZE];
    struct epoll_event event[EVENTS_MAX];
    int epoll = epoll_create1(0);
    watch(epoll, listener);
    for (;;) {
        int count = epoll_wait(epoll, event, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            if (event[i].data.fd == listener) {
                watch(epoll, accept(listener, NULL, NULL));
            } else {
                echo_once(event[i].data.fd, buffer);
            }
        }
    }
}

int main(int argc, char **argv) {
    uint64_t port = 8000;
    bool has_one_thread = false;
    struct options options;
    process_init();
    process_allow_descriptors(DESCRIPTORS);
    options_init(&options, "bench_raw", "A raw TCP echo, to measure a server by.");
    options_add_number(&options, "--port", "PORT", &port, 0, 65535,
                       "port to listen on; 0 picks a free one");
    options_add_flag(&options, "--epoll", &has_one_thread, "serve all connections in one thread");
    options_add_flag(&options, "--mask", &masks,
                     "mask all bytes, with a key of zeros, which takes time and changes nothing");
    int status = options_parse(&options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    int listener = listen_on(&port);
    if (listener < 0) {
        fprintf(stderr, "bench_raw: cannot listen: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    printf("listening on tcp://127.0.0.1:%" PRIu64 "\n", port);
    fflush(stdout);
    (has_one_thread ? serve_with_epoll : serve_with_threads)(listener);
}
