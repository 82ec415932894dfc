/* Connections that are open and silent: the mode idle. */
#include "bench/load.h"

#include <stdlib.h>
#include <time.h>

enum {
    SETTLE = 300, /* ms for the server to finish its work after the last message */
    SAMPLE = 100  /* at the end every hundredth connection is used again */
};

/* Sends one message and waits for its echo. */
static int exchange(struct load_clients *clients, struct load_client *client) {
    uint8_t buffer[4096];
    client->allowed += clients->prepared.frame_size;
    uint64_t wanted = client->messages + 1;
    while (client->messages < wanted) {
        if (load_client_send(clients, client) < 0 ||
            load_client_receive(clients, client, buffer, sizeof buffer, 0) != 0) {
            return -1;
        }
    }
    return 0;
}

static void wait_to_settle(void) {
    struct timespec pause = {0, SETTLE * 1000000};
    nanosleep(&pause, NULL);
}

/* The server serves one connection before the measurement begins, so that what it sets up only once
 * does not count. */
static int open_and_measure(struct load_clients *clients, const struct load_settings *settings,
                            struct load_figures *figures, struct load_client *client) {
    if (load_client_upgrade(clients, &client[0], 0) != 0 || exchange(clients, &client[0]) != 0) {
        return -1;
    }
    wait_to_settle();
    long memory = measure_memory(settings->pid), threads = measure_threads(settings->pid);
    int64_t cpu = measure_cpu(settings->pid), begin = measure_now();
    for (uint64_t i = 1; i <= settings->connections; i++) {
        if (load_client_upgrade(clients, &client[i], (unsigned)i) != 0 ||
            exchange(clients, &client[i]) != 0) {
            return -1;
        }
        figures->messages++;
    }
    figures->elapsed = measure_now() - begin;
    wait_to_settle();
    figures->cpu = cpu < 0 ? -1 : measure_cpu(settings->pid) - cpu;
    double count = (double)settings->connections;
    figures->memory = (double)(measure_memory(settings->pid) - memory) / count;
    figures->threads = (double)(measure_threads(settings->pid) - threads) / count;
    /* A connection that the server has dropped by now is not idle; a sample is enough. */
    for (uint64_t i = 0; i <= settings->connections; i += SAMPLE) {
        if (exchange(clients, &client[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

int load_idle_run(struct load_clients *clients, const struct load_settings *settings,
                  struct load_figures *figures) {
    struct load_client *client = calloc((size_t)settings->connections + 1, sizeof *client);
    if (client == NULL) {
        return -1;
    }
    for (uint64_t i = 0; i <= settings->connections; i++) {
        client[i].fd = -1;
    }
    int result = open_and_measure(clients, settings, figures, client);
    for (uint64_t i = 0; i <= settings->connections; i++) {
        load_client_close(&client[i]);
    }
    free(client);
    return result;
}
