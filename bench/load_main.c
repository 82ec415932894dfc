/* bench_load: the load generator. One thread on one core, talking to one echo server at 127.0.0.1.
 * It prints one line of figures. See load.h for the modes. */
#define _GNU_SOURCE
#include "bench/load.h"
#include "common/options.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { NO_CORE = 9999 };

struct command {
    const char *mode, *protocol, *text;
    bool binary;
    uint64_t port, size, core, pid;
    struct load_settings load;
    struct load_clients clients;
};

static void add_options(struct command *command, struct options *options) {
    struct load_settings *load = &command->load;
    options_add_number(options, "--port", "PORT", &command->port, 1, 65535,
                       "where the server listens on 127.0.0.1");
    options_add_text(options, "--mode", "MODE", &command->mode,
                     "pingpong, pipelined, handshake or idle");
    options_add_text(options, "--protocol", "ws|raw", &command->protocol,
                     "WebSocket, or the same bytes to a raw TCP echo");
    options_add_number(options, "--connections", "N", &load->connections, 1, 1000000,
                       "connections at once");
    options_add_number(options, "--size", "BYTES", &command->size, 0, 1 << 28,
                       "payload of a message");
    options_add_number(options, "--window", "W", &load->window, 1, 65536,
                       "messages in flight on a connection, pipelined");
    options_add_seconds(options, "--seconds", &load->seconds, 1, "time to measure");
    options_add_seconds(options, "--warm-up", &load->warm_up, 0,
                        "time before that, which does not count");
    options_add_number(options, "--messages", "N", &load->messages, 0, UINT32_MAX,
                       "stop after this many instead, without warming up; 0 = by time");
    options_add_flag(options, "--binary", &command->binary, "send random bytes (the default)");
    options_add_text(options, "--text", "ascii|mixed", &command->text,
                     "send text instead, ASCII or many scripts");
    options_add_flag(options, "--check", &command->clients.check, "compare every byte");
    options_add_number(options, "--core", "C", &command->core, 0, CPU_SETSIZE - 1,
                       "run on this core only");
    options_add_number(options, "--pid", "P", &command->pid, 1, INT32_MAX,
                       "the server's process, for its processor time and memory");
    options_add_text(options, "--congestion", "NAME", &command->clients.congestion,
                     "congestion control of the client's sockets, such as reno");
    options_add_seconds(options, "--timeout", &command->clients.timeout, 1,
                        "give up after so long without a reply");
}

static int wrong(const char *what) {
    fprintf(stderr, "bench_load: %s\n", what);
    return OPTIONS_USAGE;
}

static bool is(const char *text, const char *other) {
    return strcmp(text, other) == 0;
}

/* Makes of the words what the modules want. Returns OPTIONS_GO_ON or an exit status. */
static int settle(struct command *command, enum payload_kind *kind) {
    *kind = PAYLOAD_BINARY;
    if (command->text != NULL) {
        *kind = is(command->text, "mixed") ? PAYLOAD_MIXED : PAYLOAD_ASCII;
        if (*kind == PAYLOAD_ASCII && !is(command->text, "ascii")) {
            return wrong("--text needs ascii or mixed");
        }
        if (command->binary) {
            return wrong("--text and --binary exclude each other");
        }
    }
    if (!is(command->protocol, "ws") && !is(command->protocol, "raw")) {
        return wrong("--protocol needs ws or raw");
    }
    if (!is(command->mode, "pingpong") && !is(command->mode, "pipelined") &&
        !is(command->mode, "handshake") && !is(command->mode, "idle")) {
        return wrong("--mode needs pingpong, pipelined, handshake or idle");
    }
    command->clients.raw = is(command->protocol, "raw");
    command->load.pid = (pid_t)command->pid;
    if (!is(command->mode, "pipelined")) {
        command->load.window = 1;
    }
    if (command->load.messages > 0) {
        command->load.warm_up = 0;
    }
    command->clients.address.sin_family = AF_INET;
    command->clients.address.sin_port = htons((uint16_t)command->port);
    command->clients.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return OPTIONS_GO_ON;
}

static void prepare_process(const struct command *command) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (command->core != NO_CORE) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)command->core, &set);
        if (sched_setaffinity(0, sizeof set, &set) != 0) {
            fprintf(stderr, "bench_load: cannot run on core %" PRIu64 ": %s\n", command->core,
                    strerror(errno));
        }
    }
}

static void print_figures(const struct command *command, const struct load_figures *figures) {
    const struct load_settings *load = &command->load;
    double seconds = (double)figures->elapsed / 1e9;
    double count = (double)figures->messages;
    double rate = seconds > 0 ? count / seconds : 0;
    printf("mode=%s protocol=%s connections=%" PRIu64 " size=%" PRIu64 " window=%" PRIu64,
           command->mode, command->protocol, load->connections, command->size, load->window);
    printf(" payload=%s seconds=%.3f messages=%" PRIu64 " rate=%.1f bytes_per_second=%.0f",
           command->text != NULL ? command->text : "binary", seconds, figures->messages, rate,
           rate * (double)command->size);
    if (figures->latency.total > 0) {
        printf(" p50_us=%.1f p99_us=%.1f", histogram_quantile(&figures->latency, 0.5) / 1e3,
               histogram_quantile(&figures->latency, 0.99) / 1e3);
    }
    if (figures->cpu >= 0 && figures->messages > 0) {
        printf(" cpu_us=%.3f", (double)figures->cpu / 1e3 / count);
    }
    if (figures->own_cpu > 0 && figures->elapsed > 0) {
        printf(" load_busy=%.2f", (double)figures->own_cpu / (double)figures->elapsed);
    }
    if (is(command->mode, "idle") && load->pid != 0) {
        printf(" kb_per_connection=%.2f threads_per_connection=%.2f", figures->memory,
               figures->threads);
    }
    printf(" checked=%s errors=%" PRIu64 "\n", command->clients.check ? "yes" : "no",
           command->clients.errors);
}

static int run(struct command *command) {
    static struct load_figures figures;
    figures.cpu = -1;
    int result =
        is(command->mode, "handshake") ? load_churn_run(&command->clients, &command->load, &figures)
        : is(command->mode, "idle")    ? load_idle_run(&command->clients, &command->load, &figures)
                                       : load_flow_run(&command->clients, &command->load, &figures);
    if (command->clients.errors > 0) {
        fprintf(stderr, "bench_load: %s\n", command->clients.trouble);
    } else if (result != 0) {
        fprintf(stderr, "bench_load: cannot run: %s\n", strerror(errno));
    }
    print_figures(command, &figures);
    return result == 0 && command->clients.errors == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    struct command command = {.mode = "pingpong", .protocol = "ws", .port = 8000, .size = 125};
    struct options options;
    enum payload_kind kind;
    command.core = NO_CORE;
    command.load = (struct load_settings){.connections = 1, .window = 64, .seconds = 1000};
    command.load.warm_up = 200;
    command.clients.timeout = 20000;
    options_init(&options, "bench_load", "Loads an echo server and prints what it achieves.");
    add_options(&command, &options);
    int status = options_parse(&options, argc, argv);
    if (status == OPTIONS_GO_ON) {
        status = settle(&command, &kind);
    }
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    prepare_process(&command);
    if (prepared_messages_make(&command.clients.prepared, kind, (size_t)command.size,
                               (size_t)command.load.window) != 0) {
        fprintf(stderr, "bench_load: no memory for the messages\n");
        return EXIT_FAILURE;
    }
    status = run(&command);
    prepared_messages_free(&command.clients.prepared);
    return status;
}
