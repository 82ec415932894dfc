#include "wscheck/driver.h"

#include "wscheck/script_run.h"
#include "wscheck/tested_client.h"
#include "wscheck/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 1024, PART_PAUSE = 4 };

/* Adds what stands for a blank such as {accept}; nothing for an unknown one. */
static void add_blank(struct trial *trial, const char *name, struct head_text *line) {
    struct head_text key = tested_client_key(&trial->client.head), value = {"", 0},
                     list = {NULL, 0};
    char accept[REQUEST_ACCEPT_SIZE], deflate[160];
    request_accept(key.start, key.length, accept);
    if (strcmp(name, "key") == 0) {
        value = key;
    } else if (strcmp(name, "accept") == 0 || strcmp(name, "swapped") == 0) {
        for (char *next = accept; name[0] == 's' && *next != '\0'; next++) {
            *next = (char)(islower((unsigned char)*next) ? toupper((unsigned char)*next)
                                                         : tolower((unsigned char)*next));
        }
        value = (struct head_text){accept, strlen(accept)};
    } else if (strcmp(name, "subprotocol") == 0) {
        if (head_header(&trial->client.head, "Sec-WebSocket-Protocol", &(size_t){0}, &list)) {
            head_next_element(&list, &value);
        }
    } else if (strcmp(name, "deflate") == 0 &&
               negotiation_answer(&trial->client.head, deflate, sizeof deflate)) {
        value = (struct head_text){deflate, strlen(deflate)};
    }
    if (value.length > LINE_SIZE - line->length) {
        snprintf(trial->verdict.skipped, sizeof trial->verdict.skipped,
                 "the client's {%s} is too long to say back", name);
        return;
    }
    memcpy((char *)(uintptr_t)line->start + line->length, value.start, value.length);
    line->length += value.length;
}

/* Copies a line with its blanks filled in. Returns its length. */
static size_t fill_in(struct trial *trial, const uint8_t *line, size_t length,
                      char out[LINE_SIZE]) {
    struct head_text filled = {out, 0};
    for (size_t i = 0; i < length && filled.length < LINE_SIZE; i++) {
        const uint8_t *end = line[i] == '{' ? memchr(line + i, '}', length - i) : NULL;
        char name[20];
        if (end == NULL) {
            out[filled.length++] = (char)line[i];
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)(end - line - (ptrdiff_t)i) - 1, line + i + 1);
        add_blank(trial, name, &filled);
        i = (size_t)(end - line);
    }
    return filled.length;
}

/* Sends the answer, or what is left of it. With it the connection is open. */
static void open_connection(struct script_run *run) {
    struct trial *trial = run->trial;
    if (trial->is_open || trial->verdict.failed == LEVEL_MUST) {
        return;
    }
    if (tested_client_key(&trial->client.head).length == 0) {
        tested_client_judge(trial, "key"); /* there is nothing to answer */
        return;
    }
    tested_client_answer(trial, run->rest_length, SIZE_MAX);
    trial->is_open = true;
    if (!run->trial->early) {
        trial_flush(trial);
    }
    trial_judge_input(trial);
}

/* Words that change the answer. */

static void set_status_line(struct script_run *run, const struct script_step *step) {
    char line[LINE_SIZE];
    size_t length = fill_in(run->trial, step->payload.unit, step->payload.unit_length, line);
    request_set_line(&run->trial->request, line, length);
}

static void set_header(struct script_run *run, const struct script_step *step) {
    char line[LINE_SIZE];
    size_t length = fill_in(run->trial, step->payload.unit, step->payload.unit_length, line);
    request_set(&run->trial->request, (uint8_t *)line, length);
}

static void add_header(struct script_run *run, const struct script_step *step) {
    char line[LINE_SIZE];
    size_t length = fill_in(run->trial, step->payload.unit, step->payload.unit_length, line);
    request_add(&run->trial->request, (uint8_t *)line, length);
}

static void agree(struct script_run *run, const struct script_step *step) {
    trial_answer_offer(run->trial, (const char *)step->payload.unit);
}

/* Words that send the answer, or part of one, or none. */

static void open_now(struct script_run *run, const struct script_step *step) {
    (void)step;
    open_connection(run);
}

static void send_unfinished(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    tested_client_answer(trial, 0, (size_t)step->number);
    trial_flush(trial);
    trial_pause(trial, PART_PAUSE);
    run->rest_length = (size_t)step->number;
}

static void send_raw(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    transcript_http(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "bytes as they are"),
                    step->payload.unit, step->payload.unit_length);
    trial_put(trial, step->payload.unit, step->payload.unit_length);
    run->rest_length = SIZE_MAX;
}

static void send_interim(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    transcript_http(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "an interim answer"),
                    step->payload.unit, step->payload.unit_length);
    trial_put(trial, step->payload.unit, step->payload.unit_length);
}

static void be_refused(struct script_run *run, const struct script_step *step) {
    (void)step;
    if (run->rest_length == 0) {
        tested_client_answer(run->trial, 0, SIZE_MAX);
    }
    tested_client_refuses(run->trial, false);
    run->done = true;
}

/* The body says where it ends, so the client need not wait for the end of TCP. */
static void keep_open(struct script_run *run, const struct script_step *step) {
    tested_client_answer(run->trial, 0, SIZE_MAX);
    send_raw(run, step);
    tested_client_refuses(run->trial, true);
    run->done = true;
}

static void only_ping(struct script_run *run, const struct script_step *step) {
    (void)step;
    tested_client_only_pinged(run->trial);
    run->done = true;
}

/* Lets the client go in peace and starts it again. */
static void start_again(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    (void)step;
    open_connection(run);
    if (trial->is_open) {
        trial_say_goodbye(trial, false);
    }
    tested_client_leave(trial);
    trial->is_open = trial->closing.received = trial->closing.sent = trial->finished = false;
    trial->client.hung_up = trial->no_reply = false;
    trial->outbox.length = trial->outbox.replies_length = 0;
    trial->controls.answered = trial->controls.count;
    trial_deflate_free(trial);
    trial_init_reader(trial);
    transcript_add(&trial->transcript, TRANSCRIPT_REMARK, "the client is started again");
    run->connected = false;
    run->rest_length = 0;
}

/* Words about what the client does. */

static void set_query(struct script_run *run, const struct script_step *step) {
    run->query = (const char *)step->payload.unit;
}

static void judge_request(struct script_run *run, const struct script_step *step) {
    tested_client_judge(run->trial, (const char *)step->payload.unit);
}

/* A case for both makes an offer; here that is up to the client. */
static void make_no_offer(struct script_run *run, const struct script_step *step) {
    (void)run;
    (void)step;
}

/* Skips a case that does not fit what the client offers. */
static void need_offer(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    const char *what = (const char *)step->payload.unit;
    bool without = what[0] == '!';
    char *skipped = trial->verdict.skipped;
    size_t size = sizeof trial->verdict.skipped;
    if (what[0] == '\0') {
        struct head_text value = {NULL, 0};
        if (!head_header(&trial->client.head, "Sec-WebSocket-Protocol", &(size_t){0}, &value)) {
            snprintf(skipped, size, "the client offers no subprotocol");
        }
    } else if (!negotiation_is_offered(&trial->client.head, "permessage-deflate")) {
        snprintf(skipped, size, "%s", driver_client.declines);
    } else if (negotiation_is_offered(&trial->client.head, what + without) == without) {
        snprintf(skipped, size, "the client offers %s%s", without ? "" : "no ", what + without);
    }
}

static void stay_quiet(struct script_run *run, const struct script_step *step) {
    tested_client_stays_quiet(run->trial, (int64_t)step->number);
}

static void ignore_messages(struct script_run *run, const struct script_step *step) {
    (void)step;
    run->trial->messages.judged = false;
}

static void hang_up(struct script_run *run, const struct script_step *step) {
    (void)step;
    tested_client_hang_up(run->trial);
}

static void linger(struct script_run *run, const struct script_step *step) {
    (void)step;
    tested_client_lingers(run->trial);
    run->done = true;
}

const struct word words_of_clients[] = {
    {"target", WORD_TEXT, WORD_AT_ANY_TIME, set_query, 0},
    {"judge", WORD_TEXT, WORD_IN_HANDSHAKE, judge_request, 0},
    {"offer", WORD_TEXT, WORD_IN_HANDSHAKE, make_no_offer, 0},
    {"offered", WORD_TEXT, WORD_IN_HANDSHAKE, need_offer, 0},
    {"agreed", WORD_TEXT, WORD_IN_HANDSHAKE, agree, 0},
    {"answers", WORD_TEXT, WORD_IN_HANDSHAKE, set_status_line, 0},
    {"set", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_header, 0},
    {"add", WORD_PAYLOAD, WORD_IN_HANDSHAKE, add_header, 0},
    {"open", WORD_ALONE, WORD_IN_HANDSHAKE, open_now, 0},
    {"unfinished", WORD_NUMBER, WORD_IN_HANDSHAKE, send_unfinished, 0},
    {"raw", WORD_PAYLOAD, WORD_IN_HANDSHAKE, send_raw, 0},
    {"interim", WORD_PAYLOAD, WORD_IN_HANDSHAKE, send_interim, 0},
    {"refused", WORD_ALONE, WORD_IN_HANDSHAKE, be_refused, 0},
    {"kept", WORD_PAYLOAD, WORD_IN_HANDSHAKE, keep_open, 0},
    {"again", WORD_ALONE, WORD_IN_HANDSHAKE, start_again, 0},
    {"quiet", WORD_NUMBER, WORD_IN_HANDSHAKE, stay_quiet, 0},
    {"ignore", WORD_ALONE, WORD_IN_HANDSHAKE, ignore_messages, 0},
    {"hangup", WORD_ALONE, WORD_WHEN_OPEN, hang_up, 0},
    {"pinged", WORD_ALONE, WORD_WHEN_OPEN, only_ping, 0},
    {"lingers", WORD_ALONE, WORD_WHEN_OPEN, linger, 0},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};

static bool prepare(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    if (step->word->moment == WORD_AT_ANY_TIME) {
        return true;
    }
    if (!run->connected) {
        run->connected = true;
        if (!tested_client_arrive(trial, run->query != NULL ? run->query : "")) {
            return false;
        }
    }
    bool stays_a_part = (step->word->traits & WORD_ENDS_TCP) != 0 && run->rest_length > 0;
    if (step->word->moment == WORD_WHEN_OPEN && !stays_a_part) {
        open_connection(run);
        return trial->verdict.failed < LEVEL_MUST;
    }
    return true;
}

/* The server ends TCP first (7.1.1), and that is wscheck. */
static void after_close(struct trial *trial) {
    trial_flush(trial);
    link_finish(&trial->link);
}

/* It was started for one case: whether it would serve another one is not known. */
static bool is_alive(const struct trial_settings *settings, char *fault, size_t capacity) {
    (void)settings;
    (void)fault;
    (void)capacity;
    return true;
}

const struct driver driver_client = {
    .peer = "the client",
    .is_client = false,
    .declines = "the client does not offer permessage-deflate",
    .has_no_echo = "the client is not said to echo (--echo)",
    .printed = "the client printed",
    .is_gone = "no client comes",
    .prepare = prepare,
    .after_close = after_close,
    .leave = tested_client_leave,
    .is_alive = is_alive,
};
