/* bench_load: the load generator. One thread talks to one echo server at 127.0.0.1. It prints one
 * line of figures. load.h describes the modes. */
#include "bench/load.h"
#include "common/options.h"
#include "common/process.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The command line. */
struct arguments {
    const char *mode, *protocol, *text;
    uint64_t port, size, pid;
    struct load_settings load;
    struct load_clients clients;
};

static void add_options(struct arguments *arguments, struct options *options) {
    struct load_settings *load = &arguments->load;
    options_add_number(options, "--port", "PORT", &arguments->port, 1, 65535,
                       "where the server listens on 127.0.0.1");
    options_add_text(options, "--mode", "MODE", &arguments->mode,
                     "pingpong, pipelined, handshake or idle");
    options_add_text(options, "--protocol", "ws|raw", &arguments->protocol,
                     "WebSocket, or the same bytes to a raw TCP echo");
    options_add_number(options, "--connections", "N", &load->connections, 1, 1000000,
                       "connections at once");
    options_add_number(options, "--size", "BYTES", &arguments->size, 0, 1 << 28,
                       "payload of a message");
    options_add_number(options, "--window", "W", &load->window, 1, 65536,
                       "messages in flight on a connection, pipelined");
    options_add_seconds(options, "--seconds", &load->seconds, 1, "time to measure");
    options_add_seconds(options, "--warm-up", &load->warm_up, 0,
                        "time before that, which does not count");
    options_add_number(options, "--messages", "N", &load->messages, 0, UINT32_MAX,
                       "stop after this many instead, without warming up; 0 = by time");
    options_add_text(options, "--text", "ascii|mixed", &arguments->text,
                     "send text, ASCII or of many scripts, instead of random bytes");
    options_add_flag(options, "--check", &arguments->clients.check, "compare every byte");
    options_add_number(options, "--pid", "P", &arguments->pid, 1, INT32_MAX,
                       "the server's process, for its processor time and memory");
    options_add_seconds(options, "--timeout", &arguments->clients.timeout, 1,
                        "give up after this long without a reply");
}

static int usage_error(const char *what) {
    fprintf(stderr, "bench_load: %s\n", what);
    return OPTIONS_USAGE;
}

static bool is(const char *text, const char *other) {
    return strcmp(text, other) == 0;
}

/* Checks the texts among the options, and fills in what follows from the options. Returns
 * OPTIONS_GO_ON or an exit status. */
static int apply_options(struct arguments *arguments, enum payload_kind *kind) {
    *kind = PAYLOAD_BINARY;
    if (arguments->text != NULL) {
        *kind = is(arguments->text, "mixed") ? PAYLOAD_MIXED : PAYLOAD_ASCII;
        if (*kind == PAYLOAD_ASCII && !is(arguments->text, "ascii")) {
            return usage_error("--text needs ascii or mixed");
        }
    }
    if (!is(arguments->protocol, "ws") && !is(arguments->protocol, "raw")) {
        return usage_error("--protocol needs ws or raw");
    }
    if (!is(arguments->mode, "pingpong") && !is(arguments->mode, "pipelined") &&
        !is(arguments->mode, "handshake") && !is(arguments->mode, "idle")) {
        return usage_error("--mode needs pingpong, pipelined, handshake or idle");
    }
    arguments->clients.raw = is(arguments->protocol, "raw");
    arguments->load.pid = (pid_t)arguments->pid;
    if (!is(arguments->mode, "pipelined")) {
        arguments->load.window = 1;
    }
    if (arguments->load.messages > 0) {
        arguments->load.warm_up = 0;
    }
    arguments->clients.address.sin_family = AF_INET;
    arguments->clients.address.sin_port = htons((uint16_t)arguments->port);
    arguments->clients.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return OPTIONS_GO_ON;
}

static void print_figures(const struct arguments *arguments, const struct load_figures *figures) {
    double seconds = (double)figures->elapsed / 1e9, count = (double)figures->messages;
    printf("seconds=%.3f messages=%" PRIu64 " rate=%.1f", seconds, figures->messages,
           seconds > 0 ? count / seconds : 0);
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
    if (is(arguments->mode, "idle") && arguments->load.pid != 0) {
        printf(" kb_per_connection=%.2f threads_per_connection=%.2f", figures->memory,
               figures->threads);
    }
    printf(" errors=%" PRIu64 "\n", arguments->clients.errors);
}

static int run(struct arguments *arguments) {
    static struct load_figures figures;
    struct load_clients *clients = &arguments->clients;
    const struct load_settings *load = &arguments->load;
    figures.cpu = -1;
    int result = is(arguments->mode, "handshake") ? load_churn_run(clients, load, &figures)
                 : is(arguments->mode, "idle")    ? load_idle_run(clients, load, &figures)
                                                  : load_messages_run(clients, load, &figures);
    if (clients->errors > 0) {
        fprintf(stderr, "bench_load: %s\n", clients->first_error);
    } else if (result != 0) {
        fprintf(stderr, "bench_load: cannot run: %s\n", strerror(errno));
    }
    print_figures(arguments, &figures);
    return result == 0 && clients->errors == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    struct arguments arguments = {.mode = "pingpong", .protocol = "ws", .port = 8000, .size = 125};
    struct options options;
    enum payload_kind kind;
    arguments.load =
        (struct load_settings){.connections = 1, .window = 64, .seconds = 1000, .warm_up = 200};
    arguments.clients.timeout = 20000;
    options_init(&options, "bench_load", "Loads an echo server and prints what it achieves.");
    add_options(&arguments, &options);
    int status = options_parse(&options, argc, argv);
    if (status == OPTIONS_GO_ON) {
        status = apply_options(&arguments, &kind);
    }
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    process_allow_descriptors(arguments.load.connections + 64);
    if (prepared_messages_make(&arguments.clients.prepared, kind, (size_t)arguments.size,
                               (size_t)arguments.load.window) != 0) {
        fprintf(stderr, "bench_load: no memory for the messages\n");
        return EXIT_FAILURE;
    }
    status = run(&arguments);
    prepared_messages_free(&arguments.clients.prepared);
    return status;
}
