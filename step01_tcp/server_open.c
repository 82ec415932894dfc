/* What comes before the first connection: the second half of server.h. */
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

enum { LARGE_BLOCK = 16 * 1024 }; /* bytes; glibc begins with eight times as much */

/* A connection is a descriptor, and so is a refusal. */
static void allow_descriptors(uint64_t connections) {
    uint64_t wanted = connections + THREADS_REFUSALS_MAX + 16;
    uint64_t allowed = process_allow_descriptors(wanted);
    if (allowed < wanted) {
        log_problem("only %" PRIu64 " descriptors are allowed, too few for %" PRIu64
                    " connections; raise the limit with ulimit -n",
                    allowed, connections);
    }
}

/* With each large block that is freed, glibc raises the size from which it gives blocks back to the
 * system, up to 32 MiB. After some large messages a server would keep hundreds of megabytes for
 * good. A size that is set stays. Other C libraries keep less. */
static void give_back_what_is_freed(void) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

/* A socket that is bound to no address in particular takes connections at all of them. Nobody can
 * connect to "0.0.0.0" itself, so in what is printed this machine's own address stands for it. */
static bool replace_wildcard(struct sockaddr_storage *address) {
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    if (address->ss_family == AF_INET && four->sin_addr.s_addr == htonl(INADDR_ANY)) {
        four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return true;
    }
    if (address->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr)) {
        six->sin6_addr = in6addr_loopback;
        return true;
    }
    return false;
}

/* Prints the hints with their placeholders filled in. `name` is a host and a port as in a URL,
 * where an IPv6 address stands in brackets; nc and its like want it without. */
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

/* Prints the line that scripts wait for, with a URL of the first address and then the others, and
 * what a person could try next. A server that was started without an output serves all the same,
 * and then the log has the line. */
static void announce(const struct server *server) {
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

int server_open(struct server *server) {
    char error[256];
    log_set_level(server->quiet ? LOG_QUIET : server->verbose ? LOG_VERBOSE : LOG_NORMAL);
    give_back_what_is_freed();
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
    announce(server);
    return 0;
}
