/* bench_raw: the baseline, a raw TCP echo with a thread for each connection. */
#include "bench/raw.h"
#include "common/options.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sanitizers keep data of their own on the stack; `make sanitize` asks for more of it. */
#ifndef THREADS_STACK_EXTRA
#define THREADS_STACK_EXTRA 0
#endif

enum { STACK_SIZE = RAW_BUFFER_SIZE + 64 * 1024 + THREADS_STACK_EXTRA };

static void *serve(void *argument) {
    _Alignas(BUFFER_ALIGNMENT) uint8_t buffer[RAW_BUFFER_SIZE];
    while (raw_answer((int)(intptr_t)argument, buffer)) {
    }
    return NULL;
}

int main(int argc, char **argv) {
    int listener, status = raw_listen(argc, argv, "bench_raw", &listener);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
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
