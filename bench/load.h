/* load: the settings and the figures of the load generator, and its modes:
 *
 *   pingpong, pipelined  load_messages.c  messages back and forth, one or several in flight
 *   handshake            load_churn.c     connect, upgrade, close, again and again
 *   idle                 load_idle.c      connections that stay open and are silent
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/load_client.h"
#include "bench/measure.h"

struct load_settings {
    uint64_t connections, window;
    uint64_t messages; /* to send over all connections; 0: as many as the time allows */
    int64_t seconds;   /* ms to measure */
    int64_t warm_up;   /* ms before that, which do not count */
    pid_t pid;         /* the server's, for its processor time and memory; 0: not known */
};

struct load_figures {
    uint64_t messages; /* echoed; or cycles of connecting and closing; or connections opened */
    int64_t elapsed;   /* ns that they took */
    int64_t cpu;       /* ns of processor time of the server in that time; -1: not known */
    int64_t own_cpu;   /* ns of the load generator itself; near `elapsed` it is the bottleneck */
    double memory;     /* kB of the server's memory for each connection; idle only */
    double threads;    /* threads for each connection; idle only */
    struct histogram latency;
};

/* Each runs one mode to its end and fills in the figures. It counts errors in `clients`. Returns 0,
 * or -1 if there are no figures at all. */
int load_messages_run(struct load_clients *clients, const struct load_settings *settings,
                      struct load_figures *figures);
int load_churn_run(struct load_clients *clients, const struct load_settings *settings,
                   struct load_figures *figures);
int load_idle_run(struct load_clients *clients, const struct load_settings *settings,
                  struct load_figures *figures);

#endif
