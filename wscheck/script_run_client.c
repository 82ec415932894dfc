#include "wscheck/script_run.h"

#include "wscheck/tested_client.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 1024, PART_PAUSE = 4 };

/* What stands for a blank such as {accept}; "" for an unknown one. */
static void blank_value(const struct trial *trial, const char *name, char *out, size_t capacity) {
    char accept[REQUEST_ACCEPT_SIZE];
    request_accept(trial->client.key, accept);
    out[0] = '\0';
    if (strcmp(name, "key") == 0) {
        snprintf(out, capacity, "%s", trial->client.key);
    } else if (strcmp(name, "accept") == 0 || strcmp(name, "swapped") == 0) {
        snprintf(out, capacity, "%s", accept);
        for (char *next = out; name[0] == 's' && *next != '\0'; next++) {
            *next = (char)(islower((unsigned char)*next) ? toupper((unsigned char)*next)
                                                         : tolower((unsigned char)*next));
        }
    } else if (strcmp(name, "subprotocol") == 0) {
        head_copy_value(&trial->client.head, "Sec-WebSocket-Protocol", out, capacity);
        out[strcspn(out, " ,")] = '\0';
    } else if (strcmp(name, "deflate") == 0) {
        negotiation_answer(&trial->client.head, out, capacity);
    }
}

/* Copies a line with its blanks filled in. Returns its length. */
static size_t fill_in(const struct trial *trial, const uint8_t *line, size_t length, char *out) {
    size_t used = 0;
    for (size_t i = 0; i < length && used + 2 < LINE_SIZE; i++) {
        const uint8_t *end = line[i] == '{' ? memchr(line + i, '}', length - i) : NULL;
        char name[20], value[200];
        if (end == NULL) {
            out[used++] = (char)line[i];
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)(end - line - (ptrdiff_t)i) - 1, line + i + 1);
        blank_value(trial, name, value, sizeof value);
        used += (size_t)snprintf(out + used, LINE_SIZE - used, "%s", value);
        used = used < LINE_SIZE ? used : LINE_SIZE - 1;
        i = (size_t)(end - line);
    }
    out[used] = '\0';
    return used;
}

/* Sends the answer, or what is left of it. With it the connection is open. */
static void open_connection(struct script_run *run) {
    struct trial *trial = run->trial;
    if (trial->is_open || trial->verdict.failed == LEVEL_MUST) {
        return;
    }
    if (trial->client.key[0] == '\0') {
        tested_client_judge(trial, "key"); /* there is nothing to answer */
        return;
    }
    tested_client_answer(trial, run->rest_length, SIZE_MAX);
    trial->is_open = true;
    if (!run->early) {
        trial_flush(trial);
    }
    trial_judge_input(trial);
}

/* Words that change the answer. Returns false if the word is none of them. */
static bool change_answer(struct script_run *run, const struct script_step *step) {
    struct request *answer = &run->trial->request;
    char line[LINE_SIZE];
    size_t length = step->payload.unit_length;
    switch (step->word) {
    case SCRIPT_ANSWERS:
        fill_in(run->trial, step->payload.unit, length, line);
        request_set_line(answer, line);
        return true;
    case SCRIPT_SET:
    case SCRIPT_ADD:
        length = fill_in(run->trial, step->payload.unit, length, line);
        (step->word == SCRIPT_SET ? request_set : request_add)(answer, (uint8_t *)line, length);
        return true;
    case SCRIPT_DROP:
        request_drop(answer, (const char *)step->payload.unit);
        return true;
    case SCRIPT_REVERSE:
        request_reverse(answer);
        return true;
    case SCRIPT_LOWER:
    case SCRIPT_UPPER:
        request_change_case(answer, step->word == SCRIPT_UPPER);
        return true;
    case SCRIPT_LF:
        answer->bare_lf = true;
        return true;
    default:
        return false;
    }
}

/* Lets the client go in peace and starts it again. */
static void start_again(struct script_run *run) {
    struct trial *trial = run->trial;
    if (trial->is_open) {
        trial_send_close(trial, 1000);
        trial_wait_closed(trial, NULL);
    }
    tested_client_leave(trial);
    trial->is_open = trial->closing.received = trial->closing.sent = trial->finished = false;
    trial->client.hung_up = trial->no_reply = false;
    trial->outbox.length = trial->outbox.replies_length = 0;
    trial->controls.answered = trial->controls.count;
    trial_deflate_free(trial);
    reader_init(&trial->reader, true);
    transcript_add(&trial->transcript, TRANSCRIPT_REMARK, "the client is started again");
    run->connected = false;
    run->rest_length = 0;
}

/* Skips a case that does not fit what the client offers. */
static void offered(struct trial *trial, const char *what) {
    if (what[0] == '\0') {
        if (head_header(&trial->client.head, "Sec-WebSocket-Protocol", &(size_t){0}) == NULL) {
            snprintf(trial->verdict.skipped, sizeof trial->verdict.skipped,
                     "the client offers no subprotocol");
        }
    } else if (!negotiation_is_offered(&trial->client.head, "permessage-deflate")) {
        snprintf(trial->verdict.skipped, sizeof trial->verdict.skipped, TRIAL_CLIENT_DECLINES);
    } else if (negotiation_is_offered(&trial->client.head, what + (what[0] == '!')) ==
               (what[0] == '!')) {
        snprintf(trial->verdict.skipped, sizeof trial->verdict.skipped, "the client offers %s%s",
                 what[0] == '!' ? "" : "no ", what + (what[0] == '!'));
    }
}

/* Words about the request and the answer. Returns false if the word is none of them. */
static bool run_handshake(struct script_run *run, const struct script_step *step) {
    struct trial *trial = run->trial;
    switch (step->word) {
    case SCRIPT_JUDGE:
        tested_client_judge(trial, (const char *)step->payload.unit);
        return true;
    case SCRIPT_OFFERED:
        offered(trial, (const char *)step->payload.unit);
        return true;
    case SCRIPT_OFFER:
        return true; /* That is up to the client. */
    case SCRIPT_AGREED:
        trial_answer_offer(trial, (const char *)step->payload.unit);
        return true;
    case SCRIPT_QUIET:
        tested_client_stays_quiet(trial, (int64_t)step->number);
        return true;
    case SCRIPT_UNFINISHED:
        tested_client_answer(trial, 0, (size_t)step->number);
        trial_flush(trial);
        trial_pause(trial, PART_PAUSE);
        run->rest_length = (size_t)step->number;
        return true;
    case SCRIPT_RAW:
        transcript_bytes(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "bytes as they are"),
                         step->payload.unit, step->payload.unit_length);
        trial_put(trial, step->payload.unit, step->payload.unit_length);
        run->rest_length = SIZE_MAX;
        return true;
    case SCRIPT_REFUSED:
        if (run->rest_length == 0) {
            tested_client_answer(trial, 0, SIZE_MAX);
        }
        tested_client_refuses(trial);
        run->done = true;
        return true;
    case SCRIPT_AGAIN:
        open_connection(run);
        start_again(run);
        return true;
    case SCRIPT_OPEN:
        open_connection(run);
        return true;
    case SCRIPT_IGNORE:
        trial->messages.judged = false;
        return true;
    default:
        return change_answer(run, step);
    }
}

void script_run_client_step(struct script_run *run, size_t index) {
    const struct script_step *step = &run->script->steps[index];
    struct trial *trial = run->trial;
    if (step->word == SCRIPT_TARGET) {
        run->query = (const char *)step->payload.unit;
        return;
    }
    if (!run->connected) {
        run->connected = true;
        if (!tested_client_arrive(trial, run->query != NULL ? run->query : "")) {
            return;
        }
    }
    if (run_handshake(run, step)) {
        return;
    }
    bool ends_tcp = step->word == SCRIPT_FIN || step->word == SCRIPT_RESET;
    if (!ends_tcp || run->rest_length == 0) {
        open_connection(run);
    }
    if (trial->verdict.failed == LEVEL_MUST) {
        return;
    }
    switch (step->word) {
    case SCRIPT_HANGUP:
        tested_client_hang_up(trial);
        break;
    case SCRIPT_LINGERS:
        tested_client_lingers(trial);
        run->done = true;
        break;
    case SCRIPT_FIN:
        trial->finished = true;
        script_run_ordinary_step(run, index);
        break;
    default:
        script_run_ordinary_step(run, index);
    }
}
