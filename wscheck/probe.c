#include "wscheck/probe.h"

#include "common/clock.h"
#include "common/text.h"
#include "wscheck/child.h"
#include "wscheck/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { START_PAUSE = 20, LAST_OUTPUT = 1000, COUNT_PAUSE = 100 }; /* ms */
enum {
    OUTPUT_SHOWN = 300, /* characters */
    COUNTS = 3,
    HTTP_STEP = 2,
    PATIENCE = 3 /* times --timeout for the first answer */
};

void probe_print_output(const char *output) {
    char line[OUTPUT_SHOWN + 20];
    size_t length = strlen(output);
    while (length > 0 && output[length - 1] == '\n') {
        length--;
    }
    size_t start = length > OUTPUT_SHOWN ? length - OUTPUT_SHOWN : 0;
    if (length > 0) {
        fprintf(stderr, "; it printed: %s",
                text_printable(output + start, length - start, line, sizeof line));
    }
    fprintf(stderr, "\n");
}

/* A port that the kernel picks. It is released at once, and the server takes it a moment later. */
static unsigned free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool found = fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 &&
                 getsockname(fd, (struct sockaddr *)&address, &size) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return found ? ntohs(address.sin_port) : 0;
}

bool probe_start(struct trial_settings *settings) {
    int64_t deadline = clock_now() + settings->arrival;
    char port[8];
    snprintf(port, sizeof port, "%u", free_port());
    snprintf(settings->host, sizeof settings->host, "127.0.0.1:%s", port);
    link_find("127.0.0.1", port, &settings->address);
    struct child *child = child_start(settings->command, settings->host, NULL);
    if (child == NULL) {
        fprintf(stderr, "wscheck: cannot start '%s': %s\n", settings->command, strerror(errno));
        return false;
    }
    bool open = false;
    while (!open && child_is_running(child) && clock_now() < deadline) {
        struct timespec pause = {0, START_PAUSE * 1000000L};
        open = link_accepts(&settings->address, deadline);
        if (!open) {
            nanosleep(&pause, NULL);
        }
    }
    if (open && child_is_running(child)) {
        settings->child = child;
        return true;
    }
    if (!child_is_running(child)) {
        child_wait_silent(child, clock_now() + LAST_OUTPUT);
        fprintf(stderr, "wscheck: '%s' does not run: %s", settings->command, child_end(child));
    } else {
        fprintf(stderr, "wscheck: '%s' does not listen on port %s within %g s (--start-timeout)",
                settings->command, port, (double)settings->arrival / 1000);
    }
    char *output = child_output(child, 0, SIZE_MAX);
    probe_print_output(output);
    free(output);
    child_stop(child);
    return false;
}

/* The server has not answered with 101. Ends a line on standard error by saying what it does. */
static void describe_answer(const struct trial *trial) {
    const uint8_t *bytes = trial->answer.bytes;
    size_t length = trial->answer.length;
    struct head_text first = head_line(&trial->answer, &(size_t){0});
    char line[100];
    if (length > 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 3) {
        fprintf(stderr, "the server speaks TLS; check the server behind it, on its plain port\n");
    } else if (length == 0 && trial->link.ended) {
        fprintf(stderr, "the server ends the connection without an answer to the handshake; does "
                        "it speak TLS, or another protocol?\n");
    } else if (length == 0) {
        fprintf(stderr,
                "the server accepts connections, but has not answered the handshake within %g s; "
                "does it hang?\n",
                (double)trial->timeout / 1000);
    } else if (!head_text_begins(first, "HTTP/")) {
        fprintf(stderr, "the server does not speak HTTP; it answers: %s\n",
                text_printable(bytes, length < 60 ? length : 60, line, sizeof line));
    } else if (trial->verdict.cause == CAUSE_HEAD_WITHOUT_END) {
        size_t last = length < 24 ? length : 24;
        fprintf(stderr,
                "the server begins to answer the handshake, but no empty line (CR LF CR LF) ends "
                "the head of its answer, which ends with '%s'\n",
                text_printable(bytes + length - last, last, line, sizeof line));
    } else {
        fprintf(stderr, "the server answers the handshake with '%s', not with 101; ",
                text_printable(bytes, first.length < 60 ? first.length : 60, line, sizeof line));
        if (trial->answer.status == 400 || trial->answer.status == 401 ||
            trial->answer.status == 403) {
            fprintf(stderr, "does it want a --header 'Authorization: ...', an --origin or a "
                            "--subprotocol?\n");
        } else {
            fprintf(stderr, "is the path %s right?\n", trial->settings->target);
        }
    }
}

/* The server was sent two messages. Writes a remark if anything else than these came back. */
static void describe_echo(struct trial *trial, char *remark, size_t size) {
    const struct transcript_entry *came = transcript_entry(&trial->transcript, trial->entry);
    enum cause cause = trial->verdict.cause;
    if (trial->messages.unasked) {
        snprintf(remark, size,
                 "the server is no plain echo: it sends messages of its own; --no-echo is for such "
                 "servers");
    } else if (cause == CAUSE_ECHO_DIFFERS && came != NULL) {
        snprintf(remark, size,
                 "the server is no plain echo: %.140s; --no-echo is for servers that do something "
                 "else with messages",
                 came->label);
    } else if (cause == CAUSE_NO_ECHO || cause == CAUSE_NEXT_LOST) {
        snprintf(remark, size,
                 "two messages did not come back within %g s; --timeout gives a slow server more "
                 "time, --no-echo is for one that does not echo",
                 (double)trial->timeout / 1000);
    }
}

/* Checks whether two messages come back, and nothing before or between them. If not, a remark on
 * standard error explains --no-echo before many cases fail. */
static void check_echo(struct trial_settings *settings) {
    static const char text[] = "does this come back?";
    struct payload payload = {(const uint8_t *)text, strlen(text), strlen(text), 0};
    struct trial_wanted wanted = {OPCODE_TEXT, false, payload, 2};
    struct trial *trial = memory_take(sizeof *trial);
    trial_init(trial, settings, "echo");
    if (trial_connect(trial)) {
        trial_send_request(trial);
    }
    if (trial->link.fd >= 0 && trial_read_accepted(trial)) {
        trial_want(trial, &wanted);
        trial_send_simple(trial, OPCODE_TEXT, text, strlen(text));
        trial_send_simple(trial, OPCODE_TEXT, text, strlen(text));
        trial_wait_messages(trial);
        describe_echo(trial, settings->remark, sizeof settings->remark);
        if (settings->remark[0] != '\0') {
            fprintf(stderr, "wscheck: %s\n", settings->remark);
        }
    }
    trial_free(trial);
    free(trial);
}

/* How many of `most` connections the server takes at the same time. */
static size_t count_once(const struct trial_settings *settings, size_t most) {
    struct trial *trials = memory_take(most * sizeof trials[0]);
    size_t begun = 0, served = 0;
    while (begun < most) {
        trial_init(&trials[begun], settings, "probe");
        if (!trial_connect(&trials[begun++])) {
            break;
        }
        trial_send_request(&trials[begun - 1]);
        trial_flush(&trials[begun - 1]);
    }
    while (served < begun && trials[served].link.fd >= 0 && trial_read_answer(&trials[served]) &&
           trials[served].answer.status == 101) {
        served++;
    }
    for (size_t i = 0; i < begun; i++) {
        trial_free(&trials[i]);
    }
    free(trials);
    return served;
}

/* The largest of a few counts, because a connection that has just ended may still count. */
static size_t count_places(const struct trial_settings *settings, size_t most) {
    size_t places = count_once(settings, most);
    for (int i = 1; i < COUNTS && places < most; i++) {
        struct timespec pause = {0, COUNT_PAUSE * 1000000L};
        nanosleep(&pause, NULL);
        size_t count = count_once(settings, most);
        places = count > places ? count : places;
    }
    return places;
}

/* Whether there is a server that does what the settings expect. If not, one line on standard error
 * says what is wrong. */
static bool find_server(struct trial_settings *settings, unsigned least) {
    struct trial *trial = memory_take(sizeof *trial);
    trial_init(trial, settings, "probe");
    trial_give_time(trial, PATIENCE * settings->timeout);
    bool connected = trial_connect(trial);
    if (connected && settings->step >= 3) {
        trial_send_request(trial);
        trial_read_answer(trial);
    }
    int status = trial->answer.status;
    if (least == HTTP_STEP && status > 0 && status != 101) {
        settings->step = HTTP_STEP;
    }
    bool late = clock_now() >= settings->ends;
    bool good = connected && !late && (settings->step < 3 || status == 101);
    if (!good) {
        fprintf(stderr, "wscheck: ws://%s%s: ", settings->host, settings->target);
    }
    if (late) {
        fprintf(stderr, "the time of the run is over (--run-timeout), and the server had not "
                        "answered yet\n");
    } else if (!connected) {
        fprintf(stderr, "%s; is the server running?\n", trial->verdict.got);
    } else if (!good) {
        describe_answer(trial);
    }
    trial_free(trial);
    free(trial);
    return good;
}

size_t probe_server(struct trial_settings *settings, size_t jobs, unsigned least) {
    if (!find_server(settings, least)) {
        return 0;
    }
    if (settings->echo && settings->step >= 5) {
        check_echo(settings);
    }
    /* A case needs one connection, and the check that the server still serves others a second. */
    size_t places = settings->step >= 3 ? count_places(settings, 2 * jobs) : 2 * jobs;
    size_t fewer = places / 2 > 0 ? places / 2 : 1;
    if (fewer < jobs) {
        fprintf(
            stderr,
            "wscheck: the server takes %zu connections at once, so %zu case%s run%s at a time\n",
            places, fewer, fewer == 1 ? "" : "s", fewer == 1 ? "s" : "");
    }
    return fewer;
}
