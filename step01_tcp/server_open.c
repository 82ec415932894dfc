/* server_open and server_announce, declared in server.h: all that comes before the first
 * connection. */
#include "step01_tcp/server.h"

#include "common/log.h"
#include "common/log_writer.h"
#include "common/process.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { LARGE_BLOCK = 16 * 1024 }; /* bytes; the default of glibc is eight times as much */

/* Every connection needs a descriptor, also while it is refused. */
static void allow_descriptors(uint64_t connections) {
    uint64_t wanted = connections + THREADS_REFUSALS_MAX + 16;
    uint64_t allowed = process_allow_descriptors(wanted);
    if (allowed < wanted) {
        log_problem("only %" PRIu64 " descriptors are allowed, too few for %" PRIu64
                    " connections; raise the limit with ulimit -n",
                    allowed, connections);
    }
}

/* glibc returns freed blocks to the system if they are larger than a threshold. It raises the
 * threshold with each large block that is freed, up to 32 MiB, so after some large messages a
 * server would keep hundreds of megabytes for good. A threshold that is set here stays. Other C
 * libraries keep less. */
static void return_freed_blocks(void) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

/* A socket that is bound to 0.0.0.0 or :: takes connections at all addresses of this machine, but
 * nobody can connect to these two. Replaces them, for what is printed, with the loopback address.
 * Returns whether it did. */
static bool replace_wildcard(struct sockaddr_storage *address) {
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;
    if (address->ss_family == AF_INET && ipv4->sin_addr.s_addr == htonl(INADDR_ANY)) {
        ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return true;
    }
    if (address->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&ipv6->sin6_addr)) {
        ipv6->sin6_addr = in6addr_loopback;
        return true;
    }
    return false;
}

/* Prints the hints with their placeholders filled in. `name` is a host and a port as in a URL, with
 * brackets around an IPv6 address; programs such as nc want the address without them. */
static void print_hints(const char *hints, const char *name) {
    const char *port = strrchr(name, ':') + 1;
    int host = (int)(port - 1 - name);
    int bracket = name[0] == '[' ? 1 : 0;
    while (*hints != '\0') {
        if (strncmp(hints, "{host}", 6) == 0) {
            printf("%.*s", host, name);
            hints += 6;
        } else if (strncmp(hints, "{address}", 9) == 0) {
            printf("%.*s", host - 2 * bracket, name + bracket);
            hints += 9;
        } else if (strncmp(hints, "{port}", 6) == 0) {
            printf("%s", port);
            hints += 6;
        } else {
            putchar(*hints++);
        }
    }
}

int server_open(struct server *server) {
    char error[256];
    log_set_level(server->quiet ? LOG_QUIET : server->verbose ? LOG_VERBOSE : LOG_NORMAL);
    return_freed_blocks();
    allow_descriptors(server->threads.max_connections);
    server->stop = process_catch_stop();
    if (server->stop < 0) {
        log_problem("%s: cannot start: %s", server->options.program, strerror(errno));
        return -1;
    }
    if (listeners_open(&server->listeners, server->host, (uint16_t)server->port, error,
                       sizeof error) != 0) {
        log_problem("%s: %s", server->options.program, error);
        return -1;
    }
    if (log_writer_start() != 0) {
        log_problem("%s: cannot start: %s", server->options.program, strerror(errno));
        listeners_close(&server->listeners);
        return -1;
    }
    return 0;
}

void server_announce(const struct server *server) {
    const struct listeners *listeners = &server->listeners;
    struct sockaddr_storage first = listeners->at[0].address;
    char name[TCP_NAME_SIZE], other[TCP_NAME_SIZE];
    bool everywhere = replace_wildcard(&first);
    tcp_name(&first, name);
    printf("listening on http://%s/ (ws://%s/)%s", name, name,
           everywhere ? ", on all addresses of this machine" : "");
    for (size_t i = 1; i < listeners->count; i++) {
        printf(", and on %s", tcp_name(&listeners->at[i].address, other));
    }
    printf("\n");
    if (!server->quiet) {
        print_hints(server->hints, name);
    }
    if (process_flush_output() != 0) {
        log_problem("standard output cannot be written: %s; listening on http://%s/ (ws://%s/)",
                    strerror(errno), name, name);
    }
}
