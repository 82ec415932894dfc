#include "wscheck/play.h"

#include "wscheck/guest.h"
#include "wscheck/inquiry.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 1024, PART_PAUSE = 4 };

/* What stands for a blank such as {accept}; "" for an unknown one. */
static void blank_value(const struct trial *trial, const char *name, char *out, size_t capacity) {
    char accept[REQUEST_ACCEPT_SIZE];
    request_accept(trial->handshake_key, accept);
    out[0] = '\0';
    if (strcmp(name, "key") == 0) {
        snprintf(out, capacity, "%s", trial->handshake_key);
    } else if (strcmp(name, "accept") == 0 || strcmp(name, "swapped") == 0) {
        snprintf(out, capacity, "%s", accept);
        for (char *next = out; name[0] == 's' && *next != '\0'; next++) {
            *next = (char)(islower((unsigned char)*next) ? toupper((unsigned char)*next)
                                                         : tolower((unsigned char)*next));
        }
    } else if (strcmp(name, "subprotocol") == 0) {
        inquiry_value(&trial->inquiry, "Sec-WebSocket-Protocol", out, capacity);
        out[strcspn(out, " ,")] = '\0';
    } else if (strcmp(name, "deflate") == 0) {
        agreement_answer(&trial->inquiry, out, capacity);
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
static void open_connection(struct play *play) {
    struct trial *trial = play->trial;
    if (trial->is_open || trial->failed == LEVEL_MUST) {
        return;
    }
    if (trial->handshake_key[0] == '\0') {
        guest_judge(trial, "key"); /* there is nothing to answer */
        return;
    }
    guest_answer(trial, play->rest_length, SIZE_MAX);
    trial->is_open = true;
    if (!play->early) {
        trial_flush(trial);
    }
    trial_judge_input(trial);
}

/* Words that change the answer. Returns false if the word is none of them. */
static bool change_answer(struct play *play, const struct script_step *step) {
    struct request *answer = &play->trial->request;
    char line[LINE_SIZE];
    size_t length = step->payload.unit_length;
    switch (step->word) {
    case SCRIPT_ANSWERS:
        fill_in(play->trial, step->payload.unit, length, line);
        request_set_line(answer, line);
        return true;
    case SCRIPT_SET:
    case SCRIPT_ADD:
        length = fill_in(play->trial, step->payload.unit, length, line);
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
static void start_again(struct play *play) {
    struct trial *trial = play->trial;
    if (trial->is_open) {
        trial_send_close(trial, 1000);
        trial_wait_closed(trial, NULL);
    }
    guest_leave(trial);
    trial->is_open = trial->close_received = trial->close_sent = trial->finished = false;
    trial->hung_up = trial->no_reply = false;
    trial->outbox_length = trial->replies_length = 0;
    trial->answered = trial->control_count;
    trial_deflate_free(trial);
    reader_init(&trial->reader, true);
    transcript_add(&trial->transcript, TRANSCRIPT_REMARK, "the client is started again");
    play->connected = false;
    play->rest_length = 0;
}

/* Skips a case that does not fit what the client offers. */
static void offered(struct trial *trial, const char *what) {
    if (what[0] == '\0') {
        if (answer_header(&trial->inquiry, "Sec-WebSocket-Protocol", &(size_t){0}) == NULL) {
            snprintf(trial->skipped, sizeof trial->skipped, "the client offers no subprotocol");
        }
    } else if (!agreement_is_offered(&trial->inquiry, "permessage-deflate")) {
        snprintf(trial->skipped, sizeof trial->skipped, TRIAL_CLIENT_DECLINES);
    } else if (agreement_is_offered(&trial->inquiry, what + (what[0] == '!')) == (what[0] == '!')) {
        snprintf(trial->skipped, sizeof trial->skipped, "the client offers %s%s",
                 what[0] == '!' ? "" : "no ", what + (what[0] == '!'));
    }
}

/* Words about the request and the answer. Returns false if the word is none of them. */
static bool play_handshake(struct play *play, const struct script_step *step) {
    struct trial *trial = play->trial;
    switch (step->word) {
    case SCRIPT_JUDGE:
        guest_judge(trial, (const char *)step->payload.unit);
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
        guest_stays_quiet(trial, (int64_t)step->number);
        return true;
    case SCRIPT_UNFINISHED:
        guest_answer(trial, 0, (size_t)step->number);
        trial_flush(trial);
        trial_pause(trial, PART_PAUSE);
        play->rest_length = (size_t)step->number;
        return true;
    case SCRIPT_RAW:
        transcript_bytes(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "bytes as they are"),
                         step->payload.unit, step->payload.unit_length);
        trial_put(trial, step->payload.unit, step->payload.unit_length);
        play->rest_length = SIZE_MAX;
        return true;
    case SCRIPT_REFUSED:
        if (play->rest_length == 0) {
            guest_answer(trial, 0, SIZE_MAX);
        }
        guest_refuses(trial);
        play->done = true;
        return true;
    case SCRIPT_AGAIN:
        open_connection(play);
        start_again(play);
        return true;
    case SCRIPT_OPEN:
        open_connection(play);
        return true;
    case SCRIPT_IGNORE:
        trial->judges_messages = false;
        return true;
    default:
        return change_answer(play, step);
    }
}

void play_guest_step(struct play *play, size_t index) {
    const struct script_step *step = &play->script->steps[index];
    struct trial *trial = play->trial;
    if (step->word == SCRIPT_TARGET) {
        play->query = (const char *)step->payload.unit;
        return;
    }
    if (!play->connected) {
        play->connected = true;
        if (!guest_arrive(trial, play->query != NULL ? play->query : "")) {
            return;
        }
    }
    if (play_handshake(play, step)) {
        return;
    }
    bool ends_tcp = step->word == SCRIPT_FIN || step->word == SCRIPT_RESET;
    if (!ends_tcp || play->rest_length == 0) {
        open_connection(play);
    }
    if (trial->failed == LEVEL_MUST) {
        return;
    }
    switch (step->word) {
    case SCRIPT_HANGUP:
        guest_hang_up(trial);
        break;
    case SCRIPT_LINGERS:
        guest_lingers(trial);
        play->done = true;
        break;
    case SCRIPT_FIN:
        trial->finished = true;
        play_ordinary_step(play, index);
        break;
    default:
        play_ordinary_step(play, index);
    }
}
