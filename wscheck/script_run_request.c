#include "common/clock.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "?a=b" goes after the target of the URL, "http:" makes it an absolute one. */
static void put_target(struct trial *trial, const char *target) {
    const char *own = trial->settings->target, *host = trial->settings->host;
    size_t size = strlen("http://") + strlen(host) + strlen(own) + strlen(target) + 2;
    char *whole = malloc(size);
    if (whole == NULL) {
        abort();
    }
    if (target[0] == '?') {
        snprintf(whole, size, "%s%s%s", own, strchr(own, '?') != NULL ? "&" : "?", target + 1);
    } else if (strcmp(target, "http:") == 0) {
        snprintf(whole, size, "http://%s%s", host, own);
    } else {
        snprintf(whole, size, "%s", target);
    }
    request_set_word(&trial->request, 1, whole);
    free(whole);
}

/* The payload of a step at its full length, with a NUL after it. Free it. */
static uint8_t *whole_payload(const struct script_step *step) {
    uint8_t *bytes = malloc((size_t)step->payload.length + 1);
    if (bytes == NULL) {
        abort();
    }
    payload_copy(&step->payload, 0, bytes, (size_t)step->payload.length);
    bytes[step->payload.length] = '\0';
    return bytes;
}

/* Words that change the request before it is sent. */

static void set_method(struct script_run *run, const struct script_step *step) {
    request_set_word(&run->trial->request, 0, (const char *)step->payload.unit);
}

static void set_version(struct script_run *run, const struct script_step *step) {
    request_set_word(&run->trial->request, 2, (const char *)step->payload.unit);
}

static void set_target(struct script_run *run, const struct script_step *step) {
    uint8_t *target = whole_payload(step);
    put_target(run->trial, (const char *)target);
    free(target);
}

static void set_header(struct script_run *run, const struct script_step *step) {
    request_set(&run->trial->request, step->payload.unit, step->payload.unit_length);
}

static void add_header(struct script_run *run, const struct script_step *step) {
    uint8_t *line = whole_payload(step);
    if (step->payload.length > step->payload.unit_length) {
        memcpy(line, "Cookie: ", 8); /* a pattern has no name of its own */
    }
    request_add(&run->trial->request, line, (size_t)step->payload.length);
    free(line);
}

static void add_offer(struct script_run *run, const struct script_step *step) {
    request_offer(&run->trial->request, (const char *)step->payload.unit);
}

static void drop_header(struct script_run *run, const struct script_step *step) {
    request_drop(&run->trial->request, (const char *)step->payload.unit);
}

static void reverse_headers(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_reverse(&run->trial->request);
}

static void lower_names(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_change_case(&run->trial->request, false);
}

static void upper_names(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_change_case(&run->trial->request, true);
}

static void end_with_lf(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->request.bare_lf = true;
}

static void make_plain(struct script_run *run, const struct script_step *step) {
    (void)step;
    request_make_plain(&run->trial->request);
}

/* Words that send a request, or part of one. */

enum { REST_PAUSE = 20 }; /* ms in which the server reads the first part by itself */

/* Sends the first bytes of the request and keeps the rest for later. */
static void send_first(struct script_run *run, size_t count) {
    struct trial *trial = run->trial;
    size_t length;
    uint8_t *bytes = request_bytes(&trial->request, &length);
    count = count < length ? count : length;
    run->connected = true;
    if (!trial_connect(trial)) {
        free(bytes);
        return;
    }
    transcript_http(transcript_add(&trial->transcript, TRANSCRIPT_SENT,
                                   "the first %zu bytes of a handshake", count),
                    bytes, count);
    trial_put(trial, bytes, count);
    trial_flush(trial);
    memmove(bytes, bytes + count, length - count);
    run->rest_length = length - count;
    run->rest = bytes;
}

static void send_unfinished(struct script_run *run, const struct script_step *step) {
    send_first(run, (size_t)step->number);
}

static void send_all_but(struct script_run *run, const struct script_step *step) {
    size_t length;
    free(request_bytes(&run->trial->request, &length));
    send_first(run, length - (step->number < length ? (size_t)step->number : length));
}

static void send_bytes(struct script_run *run, const uint8_t *bytes, size_t length,
                       const char *label) {
    struct trial *trial = run->trial;
    script_run_connect(run);
    transcript_http(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "%s", label), bytes,
                    length);
    trial_put(trial, bytes, length);
    trial_flush(trial);
}

static void send_raw(struct script_run *run, const struct script_step *step) {
    uint8_t *bytes = whole_payload(step);
    send_bytes(run, bytes, (size_t)step->payload.length, "bytes as they are");
    free(bytes);
}

static void send_rest(struct script_run *run, const struct script_step *step) {
    (void)step;
    trial_pause(run->trial, REST_PAUSE);
    run->hasty = link_wait(&run->trial->link, LINK_READABLE, clock_now()) != 0;
    send_bytes(run, run->rest, run->rest_length, "the rest of the handshake");
}

const struct word words_of_headers[] = {
    {"drop", WORD_TEXT, WORD_IN_HANDSHAKE, drop_header, 0},
    {"reverse", WORD_ALONE, WORD_IN_HANDSHAKE, reverse_headers, 0},
    {"lower", WORD_ALONE, WORD_IN_HANDSHAKE, lower_names, 0},
    {"upper", WORD_ALONE, WORD_IN_HANDSHAKE, upper_names, 0},
    {"lf", WORD_ALONE, WORD_IN_HANDSHAKE, end_with_lf, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};

const struct word words_of_requests[] = {
    {"method", WORD_TEXT, WORD_IN_HANDSHAKE, set_method, 0},
    {"target", WORD_TEXT, WORD_IN_HANDSHAKE, set_target, 0},
    {"version", WORD_TEXT, WORD_IN_HANDSHAKE, set_version, 0},
    {"set", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_header, 0},
    {"add", WORD_PAYLOAD, WORD_IN_HANDSHAKE, add_header, 0},
    {"offer", WORD_TEXT, WORD_IN_HANDSHAKE, add_offer, 0},
    {"plain", WORD_ALONE, WORD_IN_HANDSHAKE, make_plain, 0},
    {"raw", WORD_PAYLOAD, WORD_IN_HANDSHAKE, send_raw, WORD_IS_RAW | WORD_NEVER_OPENS},
    {"unfinished", WORD_NUMBER, WORD_IN_HANDSHAKE, send_unfinished, WORD_NEVER_OPENS},
    {"allbut", WORD_NUMBER, WORD_IN_HANDSHAKE, send_all_but, WORD_NEVER_OPENS},
    {"rest", WORD_ALONE, WORD_IN_HANDSHAKE, send_rest, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};
