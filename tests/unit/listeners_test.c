/* The listeners module: a name is all its addresses, with one port. What names stand for is made up
 * here, so that nothing depends on this machine's. */
#include "step01_tcp/listeners.h"
#include "step01_tcp/tcp.h"

#include "tests/support/raw_client.h"
#include "tests/support/resolver.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The calls of bind that fail because the port is in use: every second one, this many times. */
static unsigned binds, binds_to_fail;

static int test_bind(int fd, const struct sockaddr *address, socklen_t size) {
    if (++binds % 2 == 0 && binds_to_fail > 0) {
        binds_to_fail--;
        errno = EADDRINUSE;
        return -1;
    }
    return bind(fd, address, size);
}

/* The Makefile links this copy of the module instead of the other one. */
#define getaddrinfo resolver_getaddrinfo
#define freeaddrinfo resolver_freeaddrinfo
#define bind test_bind
#include "step01_tcp/listeners.c" /* NOLINT(bugprone-suspicious-include): on purpose, see above */
#undef getaddrinfo
#undef freeaddrinfo
#undef bind

/* Whether this machine has an address. Says so if not, since something is not tried then. */
static bool has(const char *text) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    resolver_getaddrinfo(text, "0", &hints, &found);
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    bool good = fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0;
    close(fd);
    if (!good) {
        printf("this machine has no %s; not tried\n", text);
    }
    return good;
}

static unsigned port_of(const struct listener *listener) {
    return ntohs(((const struct sockaddr_in *)&listener->address)->sin_port);
}

/* Whether somebody can connect to an address as it is written, and is accepted by this socket. */
static bool reaches(const char *text, unsigned port, int listener) {
    char service[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    struct tcp_connection connection;
    struct sockaddr_storage from;
    snprintf(service, sizeof service, "%u", port);
    resolver_getaddrinfo(text, service, &hints, &found);
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    bool connected = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    struct pollfd wait = {listener, POLLIN, 0};
    bool accepted = connected && poll(&wait, 1, PROCESS_WAIT) == 1 &&
                    tcp_accept(listener, &connection, &from) == 0;
    if (accepted) {
        tcp_close(&connection);
    }
    close(fd);
    return accepted;
}

static void open_all_of(struct listeners *listeners, const char *name, size_t wanted) {
    char error[256] = "";
    memset(listeners, 0, sizeof *listeners);
    int result = listeners_open(listeners, name, 0, error, sizeof error);
    CHECK_FOR(result == 0 && listeners->count == wanted, "%s: %zu listeners, %s", name,
              listeners->count, error);
}

static void check_error(const char *name, uint16_t port, const char *wanted) {
    struct listeners listeners;
    char error[256] = "";
    int before = process_next_descriptor();
    CHECK_EQUAL(listeners_open(&listeners, name, port, error, sizeof error), -1);
    CHECK_FOR(strstr(error, wanted) != NULL, "%s: not '%s' but '%s'", name, wanted, error);
    CHECK_EQUAL(process_next_descriptor(), before);
}

TEST("listeners: every address is listened on with one port") {
    static const char *const others[] = {"::1", "127.0.0.2"};
    for (size_t i = 0; i < 2; i++) {
        struct listeners listeners;
        char name[64];
        int before = process_next_descriptor();
        if (!has(others[i])) {
            continue;
        }
        snprintf(name, sizeof name, "127.0.0.1,%s", others[i]);
        open_all_of(&listeners, name, 2);
        unsigned port = port_of(&listeners.at[0]);
        CHECK(port != 0);
        CHECK_EQUAL(port_of(&listeners.at[1]), port);
        CHECK(reaches("127.0.0.1", port, listeners.at[0].fd));
        CHECK(reaches(others[i], port, listeners.at[1].fd));
        listeners_close(&listeners);
        CHECK_EQUAL(process_next_descriptor(), before);
    }
}

/* As a name in /etc/hosts may have them. An IPv6 socket would take the IPv4 port as well. */
TEST("listeners: :: and 0.0.0.0 stand side by side") {
    struct listeners listeners;
    if (has("::1")) {
        open_all_of(&listeners, "::,0.0.0.0", 2);
        unsigned port = port_of(&listeners.at[0]);
        CHECK(reaches("::1", port, listeners.at[0].fd));
        CHECK(reaches("127.0.0.1", port, listeners.at[1].fd));
        listeners_close(&listeners);
    }
}

/* "--host ::" serves both families where the system's own rule is that it does. */
TEST("listeners: :: alone takes what the system gives it") {
    struct listeners listeners;
    int by_default = -1, here = -2;
    socklen_t size = sizeof here;
    if (has("::1")) {
        int fd = socket(AF_INET6, SOCK_STREAM, 0);
        getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &by_default, &size);
        close(fd);
        open_all_of(&listeners, "::", 1);
        getsockopt(listeners.at[0].fd, IPPROTO_IPV6, IPV6_V6ONLY, &here, &size);
        CHECK_EQUAL(here, by_default);
        listeners_close(&listeners);
    }
}

TEST("listeners: an address that is named twice counts once") {
    struct listeners listeners;
    open_all_of(&listeners, "127.0.0.1,127.0.0.1", 1);
    listeners_close(&listeners);
}

/* 203.0.113.1 is of no machine (RFC 5737), as ::1 is of none without IPv6. */
TEST("listeners: an address that the machine lacks is left out") {
    struct listeners listeners;
    open_all_of(&listeners, "203.0.113.1,127.0.0.1", 1);
    unsigned port = port_of(&listeners.at[0]);
    CHECK(reaches("127.0.0.1", port, listeners.at[0].fd));
    listeners_close(&listeners);
    open_all_of(&listeners, "127.0.0.1,203.0.113.1", 1);
    listeners_close(&listeners);
    check_error("203.0.113.1", 0, "'203.0.113.1' is not an address of this machine");
    check_error("203.0.113.1,198.51.100.1", 0, "is not an address of this machine");
}

TEST("listeners: a port that is in use at any address is an error") {
    struct listeners first;
    char wanted[128];
    const char *other = has("127.0.0.2") ? "127.0.0.2" : "::1";
    open_all_of(&first, other, 1);
    unsigned port = port_of(&first.at[0]);
    char name[64];
    snprintf(name, sizeof name, "127.0.0.1,%s", other);
    snprintf(wanted, sizeof wanted, "%s:%u is in use by another program; try --port ",
             other[0] == ':' ? "[::1]" : other, port);
    check_error(name, (uint16_t)port, wanted);
    listeners_close(&first);
}

/* The free port of the first address may be in use at the second. */
TEST("listeners: another free port is tried, a bounded number of times") {
    struct listeners listeners;
    const char *name = has("127.0.0.2") ? "127.0.0.1,127.0.0.2" : "127.0.0.1,::1";
    binds = 0;
    binds_to_fail = 3;
    open_all_of(&listeners, name, 2);
    CHECK_EQUAL(binds, 4 * 2);
    CHECK_EQUAL(port_of(&listeners.at[0]), port_of(&listeners.at[1]));
    listeners_close(&listeners);
    binds = 0;
    binds_to_fail = 1000;
    check_error(name, 0, "every port that was tried is in use at an address of '127.0.0.1,");
    CHECK_EQUAL(binds, LISTENERS_TRIES * 2);
    binds_to_fail = 0;
}

TEST("listeners: a name with very many addresses is refused") {
    char name[RESOLVER_MAX * 16] = "127.0.0.1";
    for (int i = 2; i <= LISTENERS_MAX + 1; i++) {
        snprintf(name + strlen(name), sizeof name - strlen(name), ",127.0.0.%d", i);
    }
    check_error(name, 0, "addresses; try --host with one of them");
}
