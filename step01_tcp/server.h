/* server: listens on a host and a port, and starts a thread for everybody who comes, until the
 * program is asked to stop. Step 1.
 *
 * The main.c of each step sets what is done with a connection; all of them share this.
 */
#ifndef STEP01_TCP_SERVER_H
#define STEP01_TCP_SERVER_H

#include "common/options.h"
#include "step01_tcp/listeners.h"
#include "step01_tcp/threads.h"

struct server {
    /* Set by server_init and the command line. */
    struct options options; /* rooms add theirs */
    const char *host;
    uint64_t port;
    bool quiet, verbose;

    /* Set by main. */
    const char *hints; /* lines printed after the listening line, {host} and {port} filled in as in
                        * a URL; {address} is the host without the brackets of an IPv6 address */
    struct threads_settings threads;

    /* Set by server_open. */
    struct listeners listeners;
    int stop; /* a descriptor that can be read once the program is asked to stop */
};

/* Calls process_init, fills in the defaults, and starts the options of a program of this name, for
 * which see options_init, with --host, --port, --max-connections, --quiet and --verbose. Main sets
 * the other fields. The struct must not be moved. */
void server_init(struct server *server, const char *program, const char *summary);

/* Listens, and prints "listening on ...": all that comes before the first connection, whoever
 * accepts it. Prepares the process for as many connections as it may have, and for SIGINT, SIGTERM
 * and SIGHUP, which ask it to stop, and starts the log's writer, which the caller stops in the end.
 * Returns 0; or -1 after one line on standard error. It may be called once in a process: signals
 * have one handler. */
int server_open(struct server *server);

/* Reads the command line, opens the server and serves, with a thread for each connection, until the
 * program is asked to stop. Then it accepts no more and ends the threads: connections say goodbye,
 * in bounded time. Returns the exit status for main: 0 after a stop, 1 when it could not start, or
 * what options_parse wants. */
int server_run(struct server *server, int argc, char **argv);

#endif
