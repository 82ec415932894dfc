#include "wscheck/probe.h"

#include "common/clock.h"
#include "common/text.h"
#include "wscheck/child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { START_PAUSE = 20, LAST_WORDS = 1000, COUNT_PAUSE = 100 }; /* ms */
enum { COUNTS = 3, HTTP_STEP = 2, PATIENCE = 3 /* times --timeout for the first answer */ };

static void last_words(struct child *child) {
    if (!child_is_running(child)) {
        child_wait_silent(child, clock_now() + LAST_WORDS);
    }
    char *output = child_output(child, 0, 300), line[320];
    size_t length = strlen(output);
    while (length > 0 && output[length - 1] == '\n') {
        length--;
    }
    if (length > 0) {
        fprintf(stderr, "; it printed: %s", text_printable(output, length, line, sizeof line));
    }
    fprintf(stderr, "\n");
    free(output);
}

/* Waits until its port accepts a connection. */
static bool listens(struct child *child, const struct link_address *address, int64_t deadline) {
    struct link *link = malloc(sizeof *link);
    bool open = false;
    if (link == NULL) {
        abort();
    }
    while (!open && child_is_running(child) && clock_now() < deadline) {
        open = link_open(link, address, deadline) == 0;
        link_close(link);
        struct timespec pause = {0, START_PAUSE * 1000000L};
        if (!open) {
            nanosleep(&pause, NULL);
        }
    }
    free(link);
    return open;
}

bool probe_start(struct trial_settings *settings) {
    struct child *child = child_start(settings->command);
    char port[8];
    if (child == NULL) {
        fprintf(stderr, "wscheck: cannot start '%s': %s\n", settings->command, strerror(errno));
        return false;
    }
    snprintf(port, sizeof port, "%u", child_port(child));
    snprintf(settings->host, sizeof settings->host, "127.0.0.1:%s", port);
    link_find("127.0.0.1", port, &settings->address);
    bool open = listens(child, &settings->address, clock_now() + settings->arrival);
    if (open && child_is_running(child)) {
        settings->child = child;
        return true;
    }
    if (!child_is_running(child)) {
        fprintf(stderr, "wscheck: '%s' does not run: %s", settings->command, child_end(child));
    } else {
        fprintf(stderr, "wscheck: '%s' does not listen on port %s within %g s (--start-timeout)",
                settings->command, port, (double)settings->arrival / 1000);
    }
    last_words(child);
    child_stop(child);
    return false;
}

/* What the server is, if its answer is not a 101; "" if it is a 101. */
static void diagnose(const struct trial *trial, char *out, size_t capacity) {
    const uint8_t *bytes = trial->answer.bytes;
    size_t length = trial->answer.length;
    struct head_text first = head_line(&trial->answer, &(size_t){0});
    char line[100];
    *out = '\0';
    if (length > 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 3) {
        snprintf(out, capacity, "speaks TLS; check the server behind it, on its plain port");
    } else if (length == 0 && trial->link.ended) {
        snprintf(out, capacity,
                 "ends the connection without an answer to the handshake; does it "
                 "speak TLS, or another protocol?");
    } else if (length == 0) {
        snprintf(out, capacity,
                 "accepts connections, but has not answered the handshake within "
                 "%g s; does it hang?",
                 (double)trial->timeout / 1000);
    } else if (!head_text_begins(first, "HTTP/")) {
        snprintf(out, capacity, "does not speak HTTP; it answers: %s",
                 text_printable(bytes, length < 60 ? length : 60, line, sizeof line));
    } else if (trial->verdict.cause == CAUSE_HEAD_WITHOUT_END) {
        size_t last = length < 24 ? length : 24;
        snprintf(out, capacity,
                 "begins to answer the handshake, but no empty line (CR LF CR LF) ends the head of "
                 "its answer, which ends with '%s'",
                 text_printable(bytes + length - last, last, line, sizeof line));
    } else if (trial->answer.status != 101) {
        snprintf(out, capacity,
                 "answers the handshake with '%s', not with 101; is the path %s right?",
                 text_printable(bytes, first.length < 60 ? first.length : 60, line, sizeof line),
                 trial->settings->target);
    }
}

/* Looks whether two messages come back, and nothing before or between them. A server that does not
 * mean to echo is told so in time. */
static void look_for_echo(const struct trial_settings *settings) {
    static const char text[] = "does this come back?";
    struct payload payload = {(const uint8_t *)text, strlen(text), strlen(text), 0};
    struct trial_wanted wanted = {OPCODE_TEXT, false, payload, 2};
    struct trial *trial = malloc(sizeof *trial);
    if (trial == NULL) {
        abort();
    }
    trial_init(trial, settings, "echo");
    if (trial_connect(trial)) {
        trial_send_request(trial);
    }
    if (trial->link.fd >= 0 && trial_read_accepted(trial)) {
        trial_want(trial, &wanted);
        trial_send_simple(trial, OPCODE_TEXT, text, strlen(text));
        trial_send_simple(trial, OPCODE_TEXT, text, strlen(text));
        trial_wait_messages(trial);
        const struct trial_verdict *verdict = &trial->verdict;
        bool other = verdict->cause == CAUSE_ECHO_DIFFERS;
        const struct transcript_entry *came = transcript_entry(&trial->transcript, trial->entry);
        if (other || verdict->cause == CAUSE_NO_ECHO) {
            fprintf(stderr,
                    "wscheck: it is no plain echo: %s; --no-echo is for servers that do something "
                    "else with messages\n",
                    other && came != NULL ? came->label : verdict->got);
        }
    }
    trial_free(trial);
    free(trial);
}

/* How many of this many connections the server takes at once. */
static size_t count_once(const struct trial_settings *settings, size_t most) {
    struct trial *trials = calloc(most, sizeof trials[0]);
    size_t begun = 0, served = 0;
    if (trials == NULL) {
        abort();
    }
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

/* A connection that has just ended may still have its place: the most of a few counts. */
static size_t count_places(const struct trial_settings *settings, size_t most) {
    size_t places = count_once(settings, most);
    for (int again = 1; again < COUNTS && places < most; again++) {
        struct timespec pause = {0, COUNT_PAUSE * 1000000L};
        nanosleep(&pause, NULL);
        size_t count = count_once(settings, most);
        places = count > places ? count : places;
    }
    return places;
}

size_t probe_server(struct trial_settings *settings, const char *url, size_t jobs, unsigned least) {
    char problem[300] = "";
    struct trial *trial = malloc(sizeof *trial);
    if (trial == NULL) {
        abort();
    }
    trial_init(trial, settings, "probe");
    trial_give_time(trial, PATIENCE * settings->timeout);
    bool connected = trial_connect(trial);
    if (connected && settings->step >= 3) {
        trial_send_request(trial);
        trial_read_answer(trial);
        diagnose(trial, problem, sizeof problem);
        if (problem[0] != '\0' && trial->answer.status > 0 && least == HTTP_STEP) {
            settings->step = HTTP_STEP;
            problem[0] = '\0';
        }
    }
    if (clock_now() >= settings->ends) {
        fprintf(stderr,
                "wscheck: %s: the time of the run is over (--run-timeout), and the server had not "
                "answered yet\n",
                url);
        connected = false;
    } else if (!connected) {
        fprintf(stderr, "wscheck: %s: %s; is the server running?\n", url, trial->verdict.got);
    } else if (problem[0] != '\0') {
        fprintf(stderr, "wscheck: %s: the server %s\n", url, problem);
    }
    trial_free(trial);
    free(trial);
    if (!connected || problem[0] != '\0') {
        return 0;
    }
    if (settings->echo && settings->step >= 5) {
        look_for_echo(settings);
    }
    /* A case needs a place, and the look whether the server still serves others a second one. */
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
