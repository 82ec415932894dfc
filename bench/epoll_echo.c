/* bench_epoll: a raw TCP echo whose one thread serves all connections: epoll tells which of them
 * have something to read. Its writes wait for the peer, and everybody else with it; the load
 * generator always reads. */
#include "bench/raw.h"
#include "common/options.h"

#include <sys/epoll.h>
#include <sys/socket.h>

enum { EVENTS_MAX = 256 };

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv) {
    static _Alignas(BUFFER_ALIGNMENT) uint8_t buffer[RAW_BUFFER_SIZE];
    struct epoll_event event[EVENTS_MAX];
    int listener, status = raw_listen(argc, argv, "bench_epoll", &listener);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    int epoll = epoll_create1(0);
    watch(epoll, listener);
    for (;;) {
        int count = epoll_wait(epoll, event, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            int fd = event[i].data.fd;
            if (fd == listener) {
                watch(epoll, accept(listener, NULL, NULL));
            } else {
                raw_answer(fd, buffer);
            }
        }
    }
}
