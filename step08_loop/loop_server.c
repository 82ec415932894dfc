#include "step08_loop/loop_server.h"

#include "common/log.h"
#include "common/log_writer.h"
#include "step08_loop/poller.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One byte is written here for each SIGUSR1. */
static int asked[2] = {-1, -1};

static void on_ask(int signal_number) {
    int problem = errno;
    (void)signal_number;
    if (write(asked[1], "", 1) < 0) {
        /* The pipe is full of questions, and one answer is enough for all of them. */
    }
    errno = problem;
}

static int catch_ask(void) {
    struct sigaction action = {.sa_handler = on_ask, .sa_flags = SA_RESTART};
    if (pipe(asked) != 0) {
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(asked[i], F_SETFL, O_NONBLOCK);
        fcntl(asked[i], F_SETFD, FD_CLOEXEC);
    }
    return sigaction(SIGUSR1, &action, NULL);
}

/* From now on nobody answers. */
static void ignore_ask(void) {
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 2; i++) {
        close(asked[i]);
        asked[i] = -1;
    }
}

/* One line about all loops. */
static void tell(struct loop_group *group) {
    struct loop_server *server = group->context;
    size_t peers[PEER_ENDED + 1] = {0}, memory = 0;
    uint64_t turns = 0;
    int64_t longest = 0;
    for (size_t i = 0; i < server->loops; i++) {
        const struct loop_counts *counts = loop_counts(server->loop[i]);
        for (size_t state = 0; state <= PEER_ENDED; state++) {
            peers[state] += counts->peers[state];
        }
        memory += counts->memory;
        turns += counts->turns;
        longest = counts->longest > longest ? counts->longest : longest;
    }
    size_t all =
        peers[PEER_OPENING] + peers[PEER_OPEN] + peers[PEER_LEAVING] + peers[PEER_DRAINING];
    log_problem("%zu open, %zu opening, %zu draining; %zu kB of memory; %" PRIu64
                " turns, the longest %.1f ms",
                peers[PEER_OPEN], peers[PEER_OPENING], peers[PEER_LEAVING] + peers[PEER_DRAINING],
                (memory + all * sizeof(struct peer)) / 1000, turns, (double)longest / 1000);
}

/* The check that loop_server_init adds to the options. */
static int check_poller(void *value) {
    const struct loop_server *server = value;
    struct poller *poller = poller_open(server->poller);
    if (poller == NULL && errno == EINVAL) {
        fprintf(stderr,
                "%s: --poll needs epoll, kqueue or poll, as far as this system has them, "
                "not '%s'\n",
                server->server.options.program, server->poller);
        return OPTIONS_USAGE;
    }
    if (poller != NULL) {
        poller_close(poller);
    }
    return OPTIONS_GO_ON;
}

void loop_server_init(struct loop_server *server, const char *program, const char *summary) {
    struct options *options = &server->server.options;
    memset(server, 0, sizeof *server);
    server_init(&server->server, program, summary);
    server->server.threads.max_connections = LOOP_SERVER_CONNECTIONS;
    server->loops = 1;
    upgrade_init(&server->peers.upgrade, options);
    session_events_options(&server->peers.session, options);
    permessage_options_init(&server->compression, options);
    options_add_number(options, "--loops", "N", &server->loops, 1, LOOP_SERVER_LOOPS_MAX,
                       "threads, each with a loop of its own");
    options_add_text(options, "--poll", "NAME", &server->poller,
                     "how to wait: epoll, kqueue or poll (default the best of this system)");
    options_add_check(options, check_poller, server);
}

static void *run_loop(void *loop) {
    loop_run(loop);
    return NULL;
}

/* Runs all loops, the first one in this thread. Signals are for this thread only. */
static int run_loops(struct loop_server *server) {
    pthread_t thread[LOOP_SERVER_LOOPS_MAX];
    sigset_t all, old;
    size_t started = 1;
    int problem = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (started < server->loops && problem == 0) {
        problem = pthread_create(&thread[started], NULL, run_loop, server->loop[started]);
        started += problem == 0;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (problem != 0) {
        log_problem("%s: cannot start: %s", server->server.options.program, strerror(problem));
        raise(SIGTERM); /* the loops that run already end as ever */
    }
    if (problem == 0) {
        server_announce(&server->server);
    }
    loop_run(server->loop[0]);
    for (size_t i = 1; i < started; i++) {
        pthread_join(thread[i], NULL);
    }
    return problem == 0 ? 0 : 1;
}

static int serve(struct loop_server *server) {
    int status = 1;
    size_t ready = 0;
    server->group.stop = server->server.stop;
    bool can_start = catch_ask() == 0;
    while (can_start && ready < server->loops) {
        server->loop[ready] = loop_new(&server->group, ready == 0 ? asked[0] : -1);
        can_start = server->loop[ready] != NULL;
        ready += can_start;
    }
    if (can_start) {
        status = run_loops(server);
    } else {
        log_problem("%s: cannot start: %s", server->server.options.program, strerror(errno));
    }
    ignore_ask();
    listeners_close(&server->server.listeners);
    while (ready > 0) {
        loop_free(server->loop[--ready]);
    }
    return status;
}

int loop_server_run(struct loop_server *server, int argc, char **argv) {
    int status = options_parse(&server->server.options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    server->peers.compression = permessage_options_parameters(&server->compression);
    server->group = (struct loop_group){.peers = &server->peers,
                                        .listeners = &server->server.listeners,
                                        .poller = server->poller,
                                        .max_connections = server->server.threads.max_connections,
                                        .tell = tell,
                                        .context = server};
    status = 1;
    if (server_open(&server->server) == 0) {
        status = serve(server);
        log_writer_stop();
    }
    return status;
}
