/* The connect module: the addresses of a name are raced against each other. What names stand for is
 * made up here: see resolver.h. */
#include "tests/support/raw_client.h"
#include "tests/support/resolver.h"
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESSES_MAX = 20, FILL_MAX = 300 };

/* The Makefile links this copy of the module instead of the other one. */
#define getaddrinfo resolver_getaddrinfo
#define freeaddrinfo resolver_freeaddrinfo
#include "step06_client/tcp_connect.c" /* NOLINT(bugprone-suspicious-include): see above */
#undef getaddrinfo
#undef freeaddrinfo

/* A port of 127.0.0.1, and the connections that keep others from being taken there. */
struct place {
    int listener;
    unsigned port;
    int waiting[FILL_MAX];
    size_t count;
};

static void listen_there(struct place *place) {
    place->count = 0;
    place->listener = raw_client_listen(&place->port);
    CHECK_EQUAL(listen(place->listener, 0), 0); /* a short queue */
}

static void leave(struct place *place) {
    close(place->listener);
    while (place->count > 0) {
        close(place->waiting[--place->count]);
    }
}

/* Nobody accepts here, and the queue is full, so a new attempt hears nothing: neither yes nor no.
 * Returns whether it came to that. */
static bool listen_without_a_word(struct place *place) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    listen_there(place);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)place->port);
    bool heard = true;
    while (heard && place->count < FILL_MAX) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        struct pollfd wait = {fd, POLLOUT, 0};
        fcntl(fd, F_SETFL, O_NONBLOCK);
        heard = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ||
                poll(&wait, 1, 100) != 0;
        place->waiting[place->count++] = fd;
    }
    CHECK_FOR(!heard, "%d connections have not filled the queue", FILL_MAX);
    return !heard;
}

/* A port where nobody listens, but where somebody did a moment ago. */
static unsigned refusing_port(void) {
    struct place place;
    listen_there(&place);
    leave(&place);
    return place.port;
}

static int connect_by_name(const char *name, int64_t timeout, char *error, size_t size) {
    error[0] = '\0';
    return tcp_connect(name, "80", now() + timeout, error, size);
}

/* The port that a socket is connected to; 0 for none. Closes the socket. */
static unsigned port_reached(int fd) {
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    bool good = getpeername(fd, (struct sockaddr *)&address, &size) == 0;
    close(fd);
    return good ? ntohs(address.sin_port) : 0;
}

TEST("connect: an address that refuses is followed by the next") {
    struct place place;
    char name[96], error[256];
    listen_there(&place);
    int before = process_next_descriptor();
    snprintf(name, sizeof name, "[::1]:%u,127.0.0.1:%u,127.0.0.1:%u", refusing_port(),
             refusing_port(), place.port);
    int fd = connect_by_name(name, PROCESS_WAIT, error, sizeof error);
    CHECK_FOR(fd >= 0, "%s", error);
    CHECK_EQUAL(port_reached(fd), place.port);
    CHECK_EQUAL(process_next_descriptor(), before);
    leave(&place);
}

TEST("connect: an address that says nothing does not hold up the next") {
    struct place silent, place;
    char name[96], error[256];
    if (listen_without_a_word(&silent)) {
        listen_there(&place);
        int before = process_next_descriptor();
        snprintf(name, sizeof name, "127.0.0.1:%u,127.0.0.1:%u", silent.port, place.port);
        int64_t begin = now();
        int fd = connect_by_name(name, PROCESS_WAIT, error, sizeof error);
        CHECK_FOR(fd >= 0, "%s", error);
        CHECK_FOR(now() - begin >= 250 - 10, "the next came after %lld ms",
                  (long long)(now() - begin));
        CHECK_EQUAL(port_reached(fd), place.port);
        CHECK_EQUAL(process_next_descriptor(), before);
        leave(&place);
    }
    leave(&silent);
}

/* Takes all who wait, once the second attempt has had time to start, until it is told to end. */
static atomic_bool end_accepting;

static void *accept_late(void *argument) {
    const struct place *place = argument;
    struct pollfd wait = {place->listener, POLLIN, 0};
    poll(NULL, 0, 2 * HAPPY_EYEBALLS_DELAY); /* the lateness that the test is about */
    while (!atomic_load(&end_accepting)) {
        if (poll(&wait, 1, 20) > 0) {
            close(accept(place->listener, NULL, NULL));
        }
    }
    return NULL;
}

/* The kernel asks again after a second, and is heard then; the second address never answers. */
TEST("connect: an earlier attempt goes on and may win") {
    struct place slow, silent;
    char name[96], error[256];
    pthread_t thread;
    bool good = listen_without_a_word(&slow);
    good = listen_without_a_word(&silent) && good;
    if (good) {
        snprintf(name, sizeof name, "127.0.0.1:%u,127.0.0.1:%u", slow.port, silent.port);
        CHECK_EQUAL(pthread_create(&thread, NULL, accept_late, &slow), 0);
        int fd = connect_by_name(name, PROCESS_WAIT, error, sizeof error);
        CHECK_FOR(fd >= 0, "%s", error);
        CHECK_EQUAL(port_reached(fd), slow.port);
        atomic_store(&end_accepting, true);
        pthread_join(thread, NULL);
    }
    leave(&slow);
    leave(&silent);
}

TEST("connect: an error names each address") {
    struct place silent;
    char name[96], error[256], wanted[256];
    unsigned refusing = refusing_port(), other = refusing_port();
    int before = process_next_descriptor();
    snprintf(name, sizeof name, "127.0.0.1:%u,127.0.0.1:%u", refusing, other);
    int64_t begin = now();
    CHECK_EQUAL(connect_by_name(name, PROCESS_WAIT, error, sizeof error), -1);
    CHECK(now() - begin < PROCESS_WAIT / 2); /* there is nothing left to wait for */
    snprintf(wanted, sizeof wanted,
             "cannot connect to %s port 80: 127.0.0.1:%u: %s, 127.0.0.1:%u: %s; nothing listens "
             "there (make run starts the echo server on port 8000)",
             name, refusing, strerror(ECONNREFUSED), other, strerror(ECONNREFUSED));
    CHECK_FOR(strcmp(error, wanted) == 0, "%s", error);
    CHECK_EQUAL(process_next_descriptor(), before);
    if (listen_without_a_word(&silent)) {
        before = process_next_descriptor();
        snprintf(name, sizeof name, "127.0.0.1:%u,127.0.0.1:%u", silent.port, refusing);
        begin = now();
        CHECK_EQUAL(connect_by_name(name, 500, error, sizeof error), -1);
        CHECK_FOR(now() - begin >= 490, "it gave up after %lld ms", (long long)(now() - begin));
        snprintf(wanted, sizeof wanted, ": 127.0.0.1:%u: %s, 127.0.0.1:%u: %s", silent.port,
                 strerror(ETIMEDOUT), refusing, strerror(ECONNREFUSED));
        CHECK_FOR(strstr(error, wanted) != NULL && strstr(error, "make run") == NULL, "%s", error);
        /* The second address would have been tried after 250 ms. */
        CHECK_EQUAL(connect_by_name(name, 100, error, sizeof error), -1);
        snprintf(wanted, sizeof wanted, ": 127.0.0.1:%u: %s", silent.port, strerror(ETIMEDOUT));
        CHECK_FOR(strstr(error, wanted) != NULL && strstr(error, strerror(ECONNREFUSED)) == NULL,
                  "%s", error);
        CHECK_EQUAL(process_next_descriptor(), before);
    }
    leave(&silent);
}

TEST("connect: one address is not named twice") {
    char name[96], error[256], wanted[256];
    snprintf(name, sizeof name, "127.0.0.1:%u", refusing_port());
    CHECK_EQUAL(connect_by_name(name, PROCESS_WAIT, error, sizeof error), -1);
    snprintf(wanted, sizeof wanted, "cannot connect to %s port 80: %s; nothing listens", name,
             strerror(ECONNREFUSED));
    CHECK_FOR(strncmp(error, wanted, strlen(wanted)) == 0, "%s", error);
}

/* More addresses than are tried, and more than a sentence can name; or room for the name alone. */
TEST("connect: very many addresses have a bound") {
    char name[ADDRESSES_MAX * 20] = "", error[600];
    unsigned port = refusing_port();
    for (size_t i = 0; i < ADDRESSES_MAX; i++) {
        snprintf(name + strlen(name), sizeof name - strlen(name), "%s127.0.0.1:%u",
                 i > 0 ? "," : "", port);
    }
    CHECK_EQUAL(connect_by_name(name, PROCESS_WAIT, error, sizeof error), -1);
    CHECK_FOR(strstr(error, ", and more") != NULL, "%s", error);
    memset(error, '#', sizeof error);
    CHECK_EQUAL(connect_by_name(name, PROCESS_WAIT, error, 256), -1);
    CHECK(strlen(error) == 255 && error[256] == '#');
}
