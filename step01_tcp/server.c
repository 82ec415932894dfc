#include "step01_tcp/server.h"

#include "common/clock.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Sanitizers keep data of their own on the stack; `make sanitize` asks for more of it. */
#ifndef SERVER_STACK_EXTRA
#define SERVER_STACK_EXTRA 0
#endif

/* A place for one connection. They lie in one array that is allocated at the start, so that no
 * client can make the server allocate. */
struct slot {
    struct tcp_connection connection;
    struct pool *pool;
    pthread_t thread;
    bool used;
    bool refused; /* one too many: its thread only says so */
    struct slot *next_free;
};

struct pool {
    const struct server *server;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    size_t used, refused; /* slots taken, and those of them that refuse */
    size_t fresh;         /* slots from here on have never been used */
    struct slot *free;    /* a list of those given back */
    atomic_bool stop;
    uint64_t number; /* of the latest connection; only the accepting thread counts */
    bool troubled;   /* accept has failed and that has been logged */
    struct slot slot[];
};

/* The one thing a signal handler may safely do is write a byte into a pipe that the accepting
 * thread polls. */
static int stop_pipe[2];

static void on_stop_signal(int signal_number) {
    (void)signal_number;
    int saved = errno;
    if (write(stop_pipe[1], "", 1) < 0) {
        /* The pipe is full, so the stop is known already. */
    }
    errno = saved;
}

/* SIGUSR1 does nothing but interrupt a thread that is blocked in a system call. */
static void on_wake_signal(int signal_number) {
    (void)signal_number;
}

void server_init(struct server *server, struct options *options) {
    memset(server, 0, sizeof *server);
    server->program = options->program;
    server->host = "127.0.0.1";
    server->port = 8000;
    server->max_connections = 1024;
    options_add_text(options, "--host", "HOST", &server->host,
                     "name or address to listen on (default 127.0.0.1)");
    options_add_number(options, "--port", "PORT", &server->port, 0, 65535,
                       "port to listen on; 0 picks a free one (default 8000)");
    options_add_number(options, "--max-connections", "N", &server->max_connections, 1, 1000000,
                       "connections served at once (default 1024)");
    options_add_flag(options, "--quiet", &server->quiet, "log only what is wrong with the server");
    options_add_flag(options, "--verbose", &server->verbose, "log every detail");
}

static struct pool *pool_new(const struct server *server) {
    size_t size = (size_t)server->max_connections + SERVER_REFUSALS_MAX;
    struct pool *pool = calloc(1, sizeof *pool + size * sizeof pool->slot[0]);
    if (pool == NULL) {
        return NULL;
    }
    pool->server = server;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->changed, NULL);
    return pool;
}

/* Takes a free slot, or returns NULL when even the places for refusals are taken. */
static struct slot *slot_take(struct pool *pool) {
    struct slot *slot = NULL;
    pthread_mutex_lock(&pool->mutex);
    bool full = pool->used - pool->refused >= pool->server->max_connections;
    if (!full || pool->refused < SERVER_REFUSALS_MAX) {
        slot = pool->free != NULL ? pool->free : &pool->slot[pool->fresh++];
        pool->free = slot->next_free;
        pool->used++;
        pool->refused += full;
        slot->pool = pool;
        slot->used = true;
        slot->refused = full;
    }
    pthread_mutex_unlock(&pool->mutex);
    return slot;
}

/* Gives a slot back. From here on the stop does not signal its thread any more. */
static void slot_give_back(struct slot *slot) {
    struct pool *pool = slot->pool;
    pthread_mutex_lock(&pool->mutex);
    tcp_close(&slot->connection);
    slot->used = false;
    pool->used--;
    pool->refused -= slot->refused;
    slot->next_free = pool->free;
    pool->free = slot;
    if (pool->used == 0) {
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->mutex);
}

/* Tells a client that the server is full. */
static void refuse(const struct server *server, struct tcp_connection *connection) {
    struct iovec part = {(void *)server->refusal, strlen(server->refusal)};
    log_event(connection->number, "refused: %" PRIu64 " connections are open (--max-connections)",
              server->max_connections);
    if (tcp_write(connection, &part, 1) == 0) {
        tcp_finish(connection, TCP_FINISH_TIMEOUT);
    }
}

static void *serve_slot(void *argument) {
    struct slot *slot = argument;
    const struct server *server = slot->pool->server;
    if (slot->refused) {
        refuse(server, &slot->connection);
    } else {
        server->handle(&slot->connection, server->context);
    }
    slot_give_back(slot);
    return NULL;
}

static void start_thread(struct slot *slot) {
    const struct server *server = slot->pool->server;
    size_t stack_size = SERVER_STACK_SIZE + server->buffer_size + SERVER_STACK_EXTRA;
    pthread_attr_t attributes;
    int problem = pthread_attr_init(&attributes);
    if (problem == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, stack_size);
        problem = pthread_create(&slot->thread, &attributes, serve_slot, slot);
        pthread_attr_destroy(&attributes);
    }
    if (problem != 0) {
        log_problem("no thread for connection #%" PRIu64 ": %s; it is closed",
                    slot->connection.number, strerror(problem));
        slot_give_back(slot);
    }
}

/* Accept failed for another reason than that nobody waits. Without a descriptor the connection stays
 * in the queue and poll reports it again at once, so a pause is what keeps this from spinning. */
static void accept_failed(struct pool *pool) {
    bool passing =
        errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK || errno == ECONNABORTED;
    if (passing) {
        return;
    }
    if (!pool->troubled) {
        log_problem(
            "cannot accept connections: %s; will go on trying (more descriptors: ulimit -n)",
            strerror(errno));
        pool->troubled = true;
    }
    struct pollfd stop = {stop_pipe[0], POLLIN, 0};
    poll(&stop, 1, SERVER_PAUSE);
}

static void accept_one(struct pool *pool, int listener) {
    struct tcp_connection connection;
    struct sockaddr_storage peer;
    if (tcp_accept(listener, &connection, &peer) != 0) {
        accept_failed(pool);
        return;
    }
    pool->troubled = false;
    connection.number = ++pool->number;
    connection.stop = &pool->stop;
    char name[TCP_NAME_SIZE];
    log_event(connection.number, "connected from %s", tcp_name(&peer, name));
    struct slot *slot = slot_take(pool);
    if (slot == NULL) {
        log_event(connection.number, "refused without a word: too many at once");
        tcp_close(&connection);
        return;
    }
    slot->connection = connection;
    start_thread(slot);
}

static void accept_until_stopped(struct pool *pool, int listener) {
    struct pollfd wait[2] = {{listener, POLLIN, 0}, {stop_pipe[0], POLLIN, 0}};
    for (;;) {
        if (poll(wait, 2, -1) < 0) {
            continue; /* EINTR */
        }
        if (wait[1].revents != 0) {
            return;
        }
        accept_one(pool, listener);
    }
}

/* Interrupts every thread that has not noticed the stop yet, because it is blocked in a read. A signal
 * may come just before its thread blocks and be lost on it; the caller repeats this until all are
 * gone. */
static void wake_all(struct pool *pool, bool shut_down) {
    for (size_t i = 0; i < pool->fresh; i++) {
        struct slot *slot = &pool->slot[i];
        if (slot->used && !atomic_load(&slot->connection.stop_seen)) {
            pthread_kill(slot->thread, SIGUSR1);
        }
        if (slot->used && shut_down) {
            shutdown(slot->connection.fd, SHUT_RDWR);
        }
    }
}

/* Lets the connections say goodbye. Returns whether all threads have ended. */
static bool stop_connections(struct pool *pool) {
    int64_t start = clock_now();
    int64_t end = start + SERVER_STOP_GRACE + SERVER_STOP_LAST;
    atomic_store(&pool->stop, true);
    pthread_mutex_lock(&pool->mutex);
    while (pool->used > 0 && clock_now() < end) {
        wake_all(pool, clock_now() - start >= SERVER_STOP_GRACE);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 50 * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&pool->changed, &pool->mutex, &until);
    }
    bool all_ended = pool->used == 0;
    pthread_mutex_unlock(&pool->mutex);
    return all_ended;
}

static int install_signals(void) {
    if (pipe(stop_pipe) != 0 || fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK) != 0) {
        return -1;
    }
    struct sigaction stop = {0}, wake = {0}, ignore = {0};
    stop.sa_handler = on_stop_signal;
    wake.sa_handler = on_wake_signal;
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGTERM, &stop, NULL);
    stop.sa_flags = (int)SA_RESETHAND; /* a second ^C ends the process at once */
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGUSR1, &wake, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    return 0;
}

/* A connection is a descriptor, and many systems give a process only 1024 unless it asks. */
static void raise_descriptor_limit(uint64_t connections) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + SERVER_REFUSALS_MAX + 16;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        log_problem("only %" PRIuMAX " descriptors are allowed, too few for %" PRIu64
                    " connections; raise the limit with ulimit -n",
                    (uintmax_t)limit.rlim_cur, connections);
    }
}

/* Prints the line that scripts wait for, and what a person could try next. */
static void announce(const struct server *server, int listener) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &size);
    char name[TCP_NAME_SIZE];
    tcp_name(&address, name);
    printf("listening on http://%s/ (ws://%s/)\n", name, name);
    char *port = strrchr(name, ':');
    *port++ = '\0';
    for (const char *next = server->quiet ? "" : server->hints; *next != '\0';) {
        if (strncmp(next, "{host}", 6) == 0 || strncmp(next, "{port}", 6) == 0) {
            fputs(next[1] == 'h' ? name : port, stdout);
            next += 6;
        } else {
            putchar(*next++);
        }
    }
    fflush(stdout);
}

int server_run(const struct server *server) {
    char error[256];
    log_set_level(server->quiet ? LOG_QUIET : server->verbose ? LOG_VERBOSE : LOG_NORMAL);
    raise_descriptor_limit(server->max_connections);
    struct pool *pool = pool_new(server);
    if (pool == NULL || install_signals() != 0) {
        log_problem("%s: cannot start: %s", server->program, strerror(errno));
        free(pool);
        return 1;
    }
    int listener = tcp_listen(server->host, (uint16_t)server->port, error, sizeof error);
    if (listener < 0) {
        log_problem("%s: %s", server->program, error);
        free(pool);
        return 1;
    }
    announce(server, listener);
    accept_until_stopped(pool, listener);
    close(listener);
    if (stop_connections(pool)) {
        free(pool);
    } /* Otherwise threads still use the pool; it goes with the process. */
    return 0;
}
