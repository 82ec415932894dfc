#include "step01_tcp/listeners.h"

#include "common/log.h"
#include "step01_tcp/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Returns where an address holds its port, which is in network byte order. */
static in_port_t *port_in(struct sockaddr_storage *address) {
    return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                          : &((struct sockaddr_in *)address)->sin_port;
}

/* A socket is one end of a connection. It lives in the kernel, and the program holds its
 * descriptor, a small number, as for an open file. A server makes a socket, binds it to an address
 * and a port of this machine, and calls listen. From then on the kernel accepts connections for it,
 * and up to LISTENERS_BACKLOG of them wait in a queue until the program takes them.
 *
 * Listens at `listener->address`, and stores there the port that the kernel chose for port 0.
 * `alone` says that the host has no other address. Returns 0, or -1 with errno. */
static int listen_at(struct listener *listener, bool alone) {
    struct sockaddr *address = (struct sockaddr *)&listener->address;
    bool is_ipv6 = address->sa_family == AF_INET6;
    socklen_t size = is_ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    int fd = socket(address->sa_family, SOCK_STREAM, 0);
    if (fd < 0) {
        return -1;
    }
    /* Without SO_REUSEADDR a restarted server would have to wait a minute, until the connections
     * that its predecessor closed have left the state TIME_WAIT. TCP_NODELAY sends each write at
     * once instead of waiting for more; accepted sockets inherit it from the listener. */
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (is_ipv6 && !alone) { /* otherwise "::" would also take the port of "0.0.0.0" */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (bind(fd, address, size) == 0 && listen(fd, LISTENERS_BACKLOG) == 0 &&
        fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && getsockname(fd, address, &size) == 0) {
        listener->fd = fd;
        return 0;
    }
    int problem = errno;
    close(fd);
    errno = problem;
    return -1;
}

/* An address to listen at, and the errno of the attempt, or 0. */
struct candidate {
    struct sockaddr_storage address;
    int problem;
};

/* Copies the addresses that getaddrinfo has found, without repetitions. Returns how many there are,
 * or LISTENERS_MAX + 1 if there are more than LISTENERS_MAX. */
static size_t collect(const struct addrinfo *found, struct candidate candidates[LISTENERS_MAX]) {
    size_t count = 0;
    for (; found != NULL && count <= LISTENERS_MAX; found = found->ai_next) {
        size_t same = 0;
        while (same < count &&
               memcmp(&candidates[same].address, found->ai_addr, found->ai_addrlen) != 0) {
            same++;
        }
        if (same == count && count++ < LISTENERS_MAX) {
            candidates[same] = (struct candidate){.problem = 0};
            memcpy(&candidates[same].address, found->ai_addr, found->ai_addrlen);
        }
    }
    return count;
}

/* Returns whether listening failed because this machine does not have the address or its family. */
static bool is_missing(int problem) {
    return problem == EAFNOSUPPORT || problem == EADDRNOTAVAIL;
}

/* Listens at all candidates that this machine has, with the port of the first one. Returns NULL;
 * or, with nothing open, the candidate that failed. */
static struct candidate *open_all(struct listeners *listeners, struct candidate *candidates,
                                  size_t count, in_port_t port) {
    struct candidate *missing = NULL;
    listeners->count = 0;
    for (struct candidate *next = candidates; next < candidates + count; next++) {
        struct listener *listener = &listeners->at[listeners->count];
        *port_in(&next->address) = port;
        listener->address = next->address;
        next->problem = listen_at(listener, count == 1) == 0 ? 0 : errno;
        if (next->problem == 0) {
            port = *port_in(&listener->address);
            listeners->count++;
        } else if (is_missing(next->problem)) {
            missing = next;
        } else {
            listeners_close(listeners);
            return next;
        }
    }
    return listeners->count == 0 ? missing : NULL;
}

static void explain(const char *host, unsigned port, const struct candidate *failed, char *error,
                    size_t size) {
    char name[TCP_NAME_SIZE];
    if (failed->problem == EADDRINUSE && port == 0) {
        snprintf(error, size,
                 "every port that was tried is in use at an address of '%s'; try --port 8000",
                 host);
    } else if (failed->problem == EADDRINUSE) {
        unsigned next = port < UINT16_MAX ? port + 1 : 8000;
        snprintf(error, size,
                 "%s is in use by another program; try --port %u (make: PORT=%u), or --port 0",
                 tcp_name(&failed->address, name), next, next);
    } else if (failed->problem == EACCES) {
        snprintf(error, size, "port %u needs more rights; try --port 8000", port);
    } else if (failed->problem == EADDRNOTAVAIL) {
        snprintf(error, size, "'%s' is not an address of this machine; try --host 127.0.0.1", host);
    } else {
        snprintf(error, size, "cannot listen on '%s' port %u: %s", host, port,
                 strerror(failed->problem));
    }
}

int listeners_open(struct listeners *listeners, const char *host, uint16_t port, char *error,
                   size_t error_size) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
    int problem = getaddrinfo(host, NULL, &hints, &found);
    if (problem != 0) {
        snprintf(error, error_size, "cannot find the host '%s' (%s); try --host 127.0.0.1", host,
                 problem == EAI_SYSTEM ? strerror(errno) : gai_strerror(problem));
        return -1;
    }
    struct candidate candidates[LISTENERS_MAX], *failed;
    size_t count = collect(found, candidates);
    freeaddrinfo(found);
    if (count > LISTENERS_MAX) {
        snprintf(error, error_size, "'%s' has more than %d addresses; try --host with one of them",
                 host, LISTENERS_MAX);
        return -1;
    }
    /* A port that is free at the first address may be in use at the next; then another one is
     * tried. */
    int tries = port == 0 && count > 1 ? LISTENERS_TRIES : 1;
    do {
        failed = open_all(listeners, candidates, count, htons(port));
    } while (failed != NULL && failed->problem == EADDRINUSE && --tries > 0);
    if (failed != NULL) {
        explain(host, port, failed, error, error_size);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        char name[TCP_NAME_SIZE];
        if (candidates[i].problem != 0) {
            *port_in(&candidates[i].address) = *port_in(&listeners->at[0].address);
            log_event(0, "%s is left out: %s", tcp_name(&candidates[i].address, name),
                      strerror(candidates[i].problem));
        }
    }
    return 0;
}

void listeners_close(struct listeners *listeners) {
    for (size_t i = 0; i < listeners->count; i++) {
        close(listeners->at[i].fd);
    }
    listeners->count = 0;
}
