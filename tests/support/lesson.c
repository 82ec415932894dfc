#include "tests/support/lesson.h"

#include "common/log.h"
#include "step03_handshake/upgrade.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

enum { IDLE = 300, TOTAL = 900, FOR_EVER = 600000 }; /* ms */

/* A connection of the lesson, on a thread. */
struct scene {
    void (*serve)(struct tcp_connection *connection, void *context);
    struct tcp_connection tcp;
    struct upgrade_settings settings;
};

static void *serve(void *argument) {
    struct scene *scene = argument;
    scene->serve(&scene->tcp, &scene->settings);
    tcp_close(&scene->tcp);
    return NULL;
}

/* A frame whose payload is a megabyte begins; to step 1 all bytes are the same. */
static const uint8_t beginning[] = {0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0};

/* Waits for the end as a peer that sends nothing, or a byte now and then if it drips. The limits of
 * the connection are these, in ms; one of them must end it. */
static void check_wait(struct scene *scene, bool handshake, bool drips, int64_t idle,
                       int64_t total) {
    char answer[1024];
    pthread_t thread;
    int fds[2] = {-1, -1};
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    tcp_init(&scene->tcp, fds[0]);
    CHECK_EQUAL(scene->tcp.idle_timeout, 60000);
    CHECK(scene->tcp.deadline <= now() + 600000);
    scene->tcp.idle_timeout = idle;
    scene->tcp.deadline = now() + total;
    int64_t start = now(), bound = idle < total ? idle : total;
    CHECK_EQUAL(pthread_create(&thread, NULL, serve, scene), 0);
    if (handshake) {
        CHECK(raw_client_send_text(fds[1], raw_client_handshake));
        CHECK(raw_client_read_until(fds[1], "\r\n\r\n", answer, sizeof answer));
    }
    struct pollfd wait = {fds[1], POLLIN, 0};
    size_t sent = 0;
    while (poll(&wait, 1, 20) == 0 && now() - start < PROCESS_WAIT) {
        if (drips) {
            uint8_t byte = sent < sizeof beginning ? beginning[sent] : 'x';
            sent += (size_t)send(fds[1], &byte, 1, MSG_NOSIGNAL) == 1;
        }
    }
    CHECK_FOR(now() - start >= bound - 20 && now() - start < bound + 5000, "%lld ms, not %lld",
              (long long)(now() - start), (long long)bound);
    close(fds[1]);
    pthread_join(thread, NULL);
}

void lesson_check_waits(void (*serve_one)(struct tcp_connection *connection, void *context),
                        bool handshake) {
    static struct scene scene;
    static struct options options;
    options_init(&options, "lesson", "");
    upgrade_init(&scene.settings, &options);
    CHECK_EQUAL(options_parse(&options, 0, NULL), OPTIONS_GO_ON);
    scene.serve = serve_one;
    log_set_level(LOG_QUIET);
    check_wait(&scene, handshake, false, IDLE, FOR_EVER);
    check_wait(&scene, handshake, true, IDLE, TOTAL);
}
