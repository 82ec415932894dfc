#include "step01_tcp/server.h"

#include "common/log.h"
#include "common/log_writer.h"
#include "common/process.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

enum { PAUSE = 100 }; /* ms without accepting when descriptors have run out */

void server_init(struct server *server, const char *program, const char *summary) {
    struct options *options = &server->options;
    process_init();
    memset(server, 0, sizeof *server);
    options_init(options, program, summary);
    server->host = "127.0.0.1";
    server->port = 8000;
    server->threads.max_connections = 1024;
    options_add_text(options, "--host", "HOST", &server->host, "name or address to listen on");
    options_add_number(options, "--port", "PORT", &server->port, 0, 65535,
                       "port to listen on; 0 picks a free one");
    options_add_number(options, "--max-connections", "N", &server->threads.max_connections, 1,
                       1000000, "connections served at once");
    options_add_flag(options, "--quiet", &server->quiet, "log only what is wrong with the server");
    options_add_flag(options, "--verbose", &server->verbose, "log every detail");
}

/* Called when accept or poll has failed. If no descriptor is free, the connection stays in the
 * queue and poll reports it again at once, so without a pause this loop would never rest.
 * `*failing` says whether the problem has been logged. */
static void accept_failed(bool *failing) {
    if (tcp_is_temporary(errno) || errno == ECONNABORTED) {
        return;
    }
    if (!*failing) {
        log_problem("cannot accept connections: %s; will keep trying (ulimit -n raises the limit)",
                    strerror(errno));
        *failing = true;
    }
    struct timespec rest = {0, PAUSE * 1000000};
    nanosleep(&rest, NULL);
}

static void accept_until_stopped(const struct server *server, struct threads *threads) {
    const struct listeners *listeners = &server->listeners;
    struct pollfd wait[LISTENERS_MAX + 1];
    struct tcp_connection connection;
    struct sockaddr_storage peer;
    size_t count = listeners->count;
    uint64_t number = 0;
    bool failing = false;
    for (size_t i = 0; i < count; i++) {
        wait[i] = (struct pollfd){listeners->at[i].fd, POLLIN, 0};
    }
    wait[count] = (struct pollfd){server->stop, POLLIN, 0};
    while (!process_stop_asked()) {
        if (poll(wait, (nfds_t)count + 1, -1) < 0) {
            accept_failed(&failing);
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (tcp_accept(listeners->at[i].fd, &connection, &peer) != 0) {
                accept_failed(&failing);
                continue;
            }
            char name[TCP_NAME_SIZE];
            failing = false;
            connection.number = ++number;
            log_event(number, "connected from %s", tcp_name(&peer, name));
            threads_serve(threads, &connection);
        }
    }
}

int server_run(struct server *server, int argc, char **argv) {
    int status = options_parse(&server->options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    struct threads *threads = threads_new(&server->threads);
    if (threads == NULL) {
        log_problem("%s: cannot start: %s", server->options.program, strerror(errno));
        return 1;
    }
    status = 1;
    if (server_open(server) == 0) {
        server_announce(server);
        accept_until_stopped(server, threads);
        listeners_close(&server->listeners);
        status = 0;
    }
    threads_stop(threads);
    log_writer_stop();
    return status;
}
