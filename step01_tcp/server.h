/* server: listens on a host and a port, and serves each connection in a thread of its own until the
 * program is asked to stop. Step 1.
 *
 * The main.c of each step says what to do with a connection; everything else is the same in all.
 */
#ifndef STEP01_TCP_SERVER_H
#define STEP01_TCP_SERVER_H

#include "common/options.h"
#include "step01_tcp/listeners.h"
#include "step01_tcp/threads.h"

struct server {
    /* Set by server_init and the command line. */
    struct options options; /* other modules add theirs */
    const char *host;
    uint64_t port;
    bool quiet, verbose;

    /* Set by main. */
    const char *hints; /* lines printed after "listening on ...", with {host} and {port} replaced as
                        * in a URL, and {address} by the host without the brackets of IPv6 */
    struct threads_settings threads;

    /* Set by server_open. */
    struct listeners listeners;
    int stop; /* a descriptor that can be read once the program is asked to stop */
};

/* Calls process_init, fills in the defaults, calls options_init with `program` and `summary`, and
 * adds --host, --port, --max-connections, --quiet and --verbose. main sets the other fields. The
 * options point into the struct, so it must not be moved. */
void server_init(struct server *server, const char *program, const char *summary);

/* Does what comes before the first connection, whoever accepts it: sets the level of the log,
 * raises the limit on descriptors, catches SIGINT, SIGTERM and SIGHUP, listens, and starts the
 * log's writer. The caller stops the writer in the end. Returns 0; or -1 after one line on standard
 * error. Call it once in a process, since a signal has only one handler. */
int server_open(struct server *server);

/* Prints the line "listening on ...", which scripts wait for, with a URL for the first address and
 * then the others; and the hints for a person, unless the server is quiet. Call it when connections
 * can be served. If standard output cannot be written, the server serves all the same, and the log
 * has the line. */
void server_announce(const struct server *server);

/* Reads the command line, opens the server, announces it and serves, with a thread for each
 * connection, until the program is asked to stop. Then it accepts no more connections and stops the
 * threads (threads_stop). Returns the exit status for main: 0 after a stop, 1 if the server could
 * not start, or what options_parse returned. */
int server_run(struct server *server, int argc, char **argv);

#endif
