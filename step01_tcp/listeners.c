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

/* The port stands in network byte order, and at one place for either family. */
static in_port_t *port_in(struct sockaddr_storage *address) {
    return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                          : &((struct sockaddr_in *)address)->sin_port;
}

/* A socket is one end of a conversation over the network. The kernel keeps it, and the program
 * holds a descriptor of it, a small number, as of an open file. To be called, a program makes a
 * socket, binds it to an address and a port of this machine, and lets it listen: from then on the
 * kernel takes connections for it, and up to LISTENERS_BACKLOG of them wait in line.
 *
 * Binds to `listener->address`, and stores there which port it has become. Returns 0, or -1 with
 * errno. */
static int listen_at(struct listener *listener, bool alone) {
    struct sockaddr *address = (struct sockaddr *)&listener->address;
    bool is_six = address->sa_family == AF_INET6;
    socklen_t size = is_six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    int fd = socket(address->sa_family, SOCK_STREAM, 0);
    if (fd < 0) {
        return -1;
    }
    /* Without SO_REUSEADDR a restarted server must wait a minute until the connections that its
     * predecessor closed have left the state TIME_WAIT. TCP_NODELAY sends each write at once
     * instead of waiting for more; accepted sockets inherit it from the listener. */
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (is_six && !alone) { /* or "::" would take the port of "0.0.0.0" as well */
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

/* Takes the addresses that getaddrinfo has found, each once. Returns how many there are, or one
 * more than LISTENERS_MAX if they are more than that. */
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

/* A name may have an address of a family that this machine does not speak. */
static bool is_missing(int problem) {
    return problem == EAFNOSUPPORT || problem == EADDRNOTAVAIL;
}

/* Listens at all of them that this machine has, with the port that the first one got. Returns NULL;
 * or, with nothing open, the one to blame. */
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

static void explain(const char *host, unsigned port, const struct candidate *blamed, char *error,
                    size_t size) {
    char name[TCP_NAME_SIZE];
    if (blamed->problem == EADDRINUSE && port == 0) {
        snprintf(error, size,
                 "every port that was tried is in use at an address of '%s'; try --port 8000",
                 host);
    } else if (blamed->problem == EADDRINUSE) {
        unsigned next = port < UINT16_MAX ? port + 1 : 8000;
        snprintf(error, size,
                 "%s is in use by another program; try --port %u (make: PORT=%u), or --port 0",
                 tcp_name(&blamed->address, name), next, next);
    } else if (blamed->problem == EACCES) {
        snprintf(error, size, "port %u needs more rights; try --port 8000", port);
    } else if (blamed->problem == EADDRNOTAVAIL) {
        snprintf(error, size, "'%s' is not an address of this machine; try --host 127.0.0.1", host);
    } else {
        snprintf(error, size, "cannot listen on '%s' port %u: %s", host, port,
                 strerror(blamed->problem));
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
    struct candidate candidates[LISTENERS_MAX], *blamed;
    size_t count = collect(found, candidates);
    freeaddrinfo(found);
    if (count > LISTENERS_MAX) {
        snprintf(error, error_size, "'%s' has more than %d addresses; try --host with one of them",
                 host, LISTENERS_MAX);
        return -1;
    }
    /* A port that is free at the first address may be in use at the next. */
    int tries = port == 0 && count > 1 ? LISTENERS_TRIES : 1;
    do {
        blamed = open_all(listeners, candidates, count, htons(port));
    } while (blamed != NULL && blamed->problem == EADDRINUSE && --tries > 0);
    if (blamed != NULL) {
        explain(host, port, blamed, error, error_size);
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
