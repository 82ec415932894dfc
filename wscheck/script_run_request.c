#include "common/clock.h"
#include "wscheck/memory.h"
#include "wscheck/script_run.h"
#include "wscheck/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The payload of a step at its full length, with a NUL after it. The caller frees it. */
static uint8_t *whole_payload(const struct script_step *step) {
    uint8_t *bytes = memory_take((size_t)step->payload.length + 1);
    payload_copy(&step->payload, 0, bytes, (size_t)step->payload.length);
    return bytes;
}

/* Words that change the request before it is sent. */

static void set_method(struct trial *trial) {
    request_set_word(&trial->request, 0, trial->run->step->text);
}

static void set_version(struct trial *trial) {
    request_set_word(&trial->request, 2, trial->run->step->text);
}

/* "?a=b" is appended to the target of the URL, and "http:" makes that target absolute. */
static void set_target(struct trial *trial) {
    const char *own = trial->settings->target, *host = trial->settings->host;
    char *target = (char *)whole_payload(trial->run->step), *whole;
    if (target[0] == '?') {
        whole = memory_text("%s%s%s", own, strchr(own, '?') != NULL ? "&" : "?", target + 1);
    } else if (strcmp(target, "http:") == 0) {
        whole = memory_text("http://%s%s", host, own);
    } else {
        whole = memory_text("%s", target);
    }
    request_set_word(&trial->request, 1, whole);
    free(whole);
    free(target);
}

static void set_header(struct trial *trial) {
    const struct payload *payload = &trial->run->step->payload;
    request_set(&trial->request, payload->unit, payload->unit_length);
}

static void add_header(struct trial *trial) {
    const struct payload *payload = &trial->run->step->payload;
    uint8_t *line = whole_payload(trial->run->step);
    if (payload->length > payload->unit_length) {
        memcpy(line, "Cookie: ", 8); /* a repeated pattern is a value without a name */
    }
    request_add(&trial->request, line, (size_t)payload->length);
    free(line);
}

static void add_offer(struct trial *trial) {
    request_offer(&trial->request, trial->run->step->text);
}

static void drop_header(struct trial *trial) {
    request_drop(&trial->request, trial->run->step->text);
}

static void reverse_headers(struct trial *trial) {
    request_reverse(&trial->request);
}

static void lower_names(struct trial *trial) {
    request_change_case(&trial->request, false);
}

static void upper_names(struct trial *trial) {
    request_change_case(&trial->request, true);
}

static void end_with_lf(struct trial *trial) {
    trial->request.bare_lf = true;
}

static void make_plain(struct trial *trial) {
    request_make_plain(&trial->request);
}

/* Words that send a request, or part of one. */

enum { REST_PAUSE = 20 }; /* ms in which the server reads the first part by itself */

/* Sends the first bytes of the request and keeps the rest for later. */
static void send_first(struct trial *trial, size_t count) {
    size_t length;
    uint8_t *bytes = request_bytes(&trial->request, &length);
    char label[60];
    count = count < length ? count : length;
    trial->run->connected = true;
    if (trial_connect(trial)) {
        snprintf(label, sizeof label, "the first %zu bytes of a handshake", count);
        trial_put_http(trial, bytes, count, label);
        trial_flush(trial);
        memmove(bytes, bytes + count, length - count);
        trial->run->rest_length = length - count;
    }
    trial->run->rest = bytes;
}

static void send_unfinished(struct trial *trial) {
    send_first(trial, (size_t)trial->run->step->number);
}

static void send_all_but(struct trial *trial) {
    uint64_t held_back = trial->run->step->number;
    size_t length;
    free(request_bytes(&trial->request, &length));
    send_first(trial, held_back < length ? length - (size_t)held_back : 0);
}

static void send_bytes(struct trial *trial, const uint8_t *bytes, size_t length,
                       const char *label) {
    script_run_connect(trial);
    trial_put_http(trial, bytes, length, label);
    trial_flush(trial);
}

static void send_raw(struct trial *trial) {
    uint8_t *bytes = whole_payload(trial->run->step);
    send_bytes(trial, bytes, (size_t)trial->run->step->payload.length, "bytes as they are");
    free(bytes);
}

static void send_rest(struct trial *trial) {
    trial_pause(trial, REST_PAUSE);
    trial->run->answered_early = link_wait(&trial->link, LINK_READABLE, clock_now()) != 0;
    send_bytes(trial, trial->run->rest, trial->run->rest_length, "the rest of the handshake");
}

const struct word words_of_headers[] = {
    {"drop", WORD_PAYLOAD, WORD_IN_HANDSHAKE, drop_header, 0},
    {"reverse", WORD_ALONE, WORD_IN_HANDSHAKE, reverse_headers, 0},
    {"lower", WORD_ALONE, WORD_IN_HANDSHAKE, lower_names, 0},
    {"upper", WORD_ALONE, WORD_IN_HANDSHAKE, upper_names, 0},
    {"lf", WORD_ALONE, WORD_IN_HANDSHAKE, end_with_lf, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};

const struct word words_of_requests[] = {
    {"method", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_method, 0},
    {"target", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_target, 0},
    {"version", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_version, 0},
    {"set", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_header, 0},
    {"add", WORD_PAYLOAD, WORD_IN_HANDSHAKE, add_header, 0},
    {"offer", WORD_PAYLOAD, WORD_IN_HANDSHAKE, add_offer, 0},
    {"plain", WORD_ALONE, WORD_IN_HANDSHAKE, make_plain, 0},
    {"raw", WORD_PAYLOAD, WORD_IN_HANDSHAKE, send_raw, WORD_IS_RAW | WORD_NEVER_OPENS},
    {"unfinished", WORD_NUMBER, WORD_IN_HANDSHAKE, send_unfinished, WORD_NEVER_OPENS},
    {"allbut", WORD_NUMBER, WORD_IN_HANDSHAKE, send_all_but, WORD_NEVER_OPENS},
    {"rest", WORD_ALONE, WORD_IN_HANDSHAKE, send_rest, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};
