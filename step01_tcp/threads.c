#include "step01_tcp/threads.h"

#include "common/clock.h"
#include "common/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sanitizers need more stack; `make sanitize` sets this. */
#ifndef THREADS_STACK_EXTRA
#define THREADS_STACK_EXTRA 0
#endif

/* One connection and its thread. All slots lie in one array that is allocated at the start, so that
 * no client can make the server allocate. */
struct slot {
    struct tcp_connection connection;
    struct threads *threads;
    pthread_t thread;
    bool used;
    bool refused; /* one too many: its thread only refuses it */
    struct slot *next_free;
};

struct threads {
    const struct threads_settings *settings;
    atomic_bool stop;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    size_t used, refused; /* slots in use, and those of them that refuse */
    size_t fresh;         /* slots from here on have never been used */
    struct slot *free;    /* a list of the slots that were given back */
    struct slot slot[];
};

/* SIGUSR1 does nothing but interrupt a thread that is blocked in a system call. */
static void on_wake_signal(int signal_number) {
    (void)signal_number;
}

struct threads *threads_new(const struct threads_settings *settings) {
    size_t slots = (size_t)settings->max_connections + THREADS_REFUSALS_MAX;
    struct threads *threads = calloc(1, sizeof *threads + slots * sizeof threads->slot[0]);
    if (threads == NULL) {
        return NULL;
    }
    threads->settings = settings;
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->changed, NULL);
    struct sigaction wake = {0};
    wake.sa_handler = on_wake_signal;
    sigaction(SIGUSR1, &wake, NULL);
    return threads;
}

/* Takes a free slot, or returns NULL if even those for refusals are in use. */
static struct slot *slot_take(struct threads *threads) {
    struct slot *slot = NULL;
    pthread_mutex_lock(&threads->mutex);
    bool full = threads->used - threads->refused >= threads->settings->max_connections;
    if (!full || threads->refused < THREADS_REFUSALS_MAX) {
        slot = threads->free != NULL ? threads->free : &threads->slot[threads->fresh++];
        threads->free = slot->next_free;
        threads->used++;
        threads->refused += full;
        slot->threads = threads;
        slot->used = true;
        slot->refused = full;
    }
    pthread_mutex_unlock(&threads->mutex);
    return slot;
}

/* Closes the connection and gives its slot back. After that, wake_all does not signal its thread,
 * which may have ended. */
static void slot_give_back(struct slot *slot) {
    struct threads *threads = slot->threads;
    pthread_mutex_lock(&threads->mutex);
    tcp_close(&slot->connection);
    slot->used = false;
    threads->used--;
    threads->refused -= slot->refused;
    slot->next_free = threads->free;
    threads->free = slot;
    if (threads->used == 0) {
        pthread_cond_signal(&threads->changed);
    }
    pthread_mutex_unlock(&threads->mutex);
}

/* Tells a client that it is refused. Returns whether that could be sent. */
static bool send_refusal(const struct threads_settings *settings,
                         struct tcp_connection *connection) {
    struct iovec part = {(void *)(uintptr_t)settings->refusal, strlen(settings->refusal)};
    return tcp_write(connection, &part, 1) == 0;
}

static void *serve_slot(void *argument) {
    struct slot *slot = argument;
    struct tcp_connection *connection = &slot->connection;
    const struct threads_settings *settings = slot->threads->settings;
    if (!slot->refused) {
        settings->handle(connection, settings->context);
    } else {
        log_event(connection->number,
                  "refused: %" PRIu64 " connections are open (--max-connections)",
                  settings->max_connections);
        if (send_refusal(settings, connection)) {
            tcp_finish(connection, TCP_FINISH_TIMEOUT);
        }
    }
    slot_give_back(slot);
    return NULL;
}

/* Returns the size of a thread's stack, rounded up to whole pages: some C libraries would leave the
 * odd rest unused at the top, where it costs every thread a page. */
static size_t stack_size(const struct threads_settings *settings) {
    size_t size = THREADS_STACK_SIZE + settings->buffer_size + THREADS_STACK_EXTRA;
    long least = sysconf(_SC_THREAD_STACK_MIN); /* some machines need more than this */
    long page = sysconf(_SC_PAGESIZE);
    if (least > 0 && size < (size_t)least) {
        size = (size_t)least;
    }
    return page > 0 ? (size + (size_t)page - 1) / (size_t)page * (size_t)page : size;
}

void threads_serve(struct threads *threads, const struct tcp_connection *connection) {
    struct slot *slot = slot_take(threads);
    if (slot == NULL) {
        struct tcp_connection unwanted = *connection;
        log_event(unwanted.number, "refused without a reply: too many at once");
        tcp_close(&unwanted);
        return;
    }
    slot->connection = *connection;
    slot->connection.stop = &threads->stop;
    pthread_attr_t attributes;
    int problem = pthread_attr_init(&attributes);
    if (problem == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, stack_size(threads->settings));
        problem = pthread_create(&slot->thread, &attributes, serve_slot, slot);
        pthread_attr_destroy(&attributes);
    }
    if (problem != 0) {
        log_problem("no thread for connection #%" PRIu64 ": %s; it is refused", connection->number,
                    strerror(problem));
        if (send_refusal(threads->settings, &slot->connection)) {
            tcp_finish(&slot->connection, 0); /* this thread accepts: it cannot wait */
        }
        slot_give_back(slot);
    }
}

/* Interrupts every thread that has not noticed the stop yet, because it is blocked in a read. A
 * signal that comes just before the thread blocks has no effect, so the caller repeats this until
 * all threads have ended. */
static void wake_all(struct threads *threads, bool shut_down) {
    for (size_t i = 0; i < threads->fresh; i++) {
        struct slot *slot = &threads->slot[i];
        if (slot->used && !atomic_load(&slot->connection.stop_seen)) {
            pthread_kill(slot->thread, SIGUSR1);
        }
        if (slot->used && shut_down) {
            shutdown(slot->connection.fd, SHUT_RDWR);
        }
    }
}

void threads_stop(struct threads *threads) {
    int64_t start = clock_now();
    int64_t end = start + THREADS_STOP_GRACE + THREADS_STOP_LAST;
    atomic_store(&threads->stop, true);
    pthread_mutex_lock(&threads->mutex);
    while (threads->used > 0 && clock_now() < end) {
        wake_all(threads, clock_now() - start >= THREADS_STOP_GRACE);
        clock_wait(&threads->changed, &threads->mutex, 50);
    }
    bool all_ended = threads->used == 0;
    pthread_mutex_unlock(&threads->mutex);
    if (all_ended) {
        free(threads);
    }
}
