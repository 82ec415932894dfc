#include "wscheck/driver.h"

#include "wscheck/memory.h"
#include "wscheck/script_run.h"
#include "wscheck/tested_client.h"
#include "wscheck/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_PAUSE = 4 };

/* Writes the value of a name in braces, such as {accept}; nothing if the name is unknown. */
static void write_value(const struct head *request, const char *name, FILE *out) {
    struct head_text key = tested_client_key(request), value = {"", 0}, list = {NULL, 0};
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
        if (head_header(request, "Sec-WebSocket-Protocol", &(size_t){0}, &list)) {
            head_next_element(&list, &value);
        }
    } else if (strcmp(name, "deflate") == 0 &&
               negotiation_answer(request, deflate, sizeof deflate)) {
        value = (struct head_text){deflate, strlen(deflate)};
    }
    fwrite(value.start, 1, value.length, out);
}

/* The payload of the step with the names in braces replaced by values. The caller frees it. */
static char *fill_in(struct trial *trial, size_t *length) {
    const struct payload *payload = &trial->run->step->payload;
    const uint8_t *next = payload->unit, *end = next + payload->unit_length;
    char *text;
    FILE *out = memory_stream(&text, length);
    while (next < end) {
        const uint8_t *close = *next == '{' ? memchr(next, '}', (size_t)(end - next)) : NULL;
        if (close != NULL) {
            char name[20];
            snprintf(name, sizeof name, "%.*s", (int)(close - next) - 1, (const char *)next + 1);
            write_value(&trial->client.head, name, out);
            next = close + 1;
        } else {
            fputc(*next++, out);
        }
    }
    fclose(out);
    return text;
}

/* Sends the answer, or what is left of it. After it the connection is open. */
static void open_connection(struct trial *trial) {
    if (trial->is_open || trial->verdict.failed == LEVEL_MUST) {
        return;
    }
    if (tested_client_key(&trial->client.head).length == 0) {
        tested_client_judge(trial, "key"); /* there is nothing to answer */
        return;
    }
    tested_client_answer(trial, trial->run->rest_length, SIZE_MAX);
    trial->is_open = true;
    if (!trial->early) {
        trial_flush(trial);
    }
    trial_judge_input(trial);
}

/* Words that change the answer. */

static void change(struct trial *trial,
                   void (*how)(struct request *, const uint8_t *line, size_t length)) {
    size_t length;
    char *line = fill_in(trial, &length);
    how(&trial->request, (uint8_t *)line, length);
    free(line);
}

static void set_status_line(struct trial *trial) {
    change(trial, request_set_line);
}

static void set_header(struct trial *trial) {
    change(trial, request_set);
}

static void add_header(struct trial *trial) {
    change(trial, request_add);
}

static void agree(struct trial *trial) {
    trial_answer_offer(trial, trial->run->step->text);
}

/* Words that send the answer, or part of one, or none. */

static void send_unfinished(struct trial *trial) {
    tested_client_answer(trial, 0, (size_t)trial->run->step->number);
    trial_flush(trial);
    trial_pause(trial, PART_PAUSE);
    trial->run->rest_length = (size_t)trial->run->step->number;
}

static void send_raw(struct trial *trial) {
    const struct payload *payload = &trial->run->step->payload;
    trial_put_http(trial, payload->unit, payload->unit_length, "bytes as they are");
    trial->run->rest_length = SIZE_MAX;
}

static void send_interim(struct trial *trial) {
    const struct payload *payload = &trial->run->step->payload;
    trial_put_http(trial, payload->unit, payload->unit_length, "an interim answer");
}

static void be_refused(struct trial *trial) {
    if (trial->run->rest_length == 0) {
        tested_client_answer(trial, 0, SIZE_MAX);
    }
    tested_client_refuses(trial, false);
}

/* Sends an answer whose body says where it ends, so the client need not wait for the end of TCP. */
static void keep_open(struct trial *trial) {
    tested_client_answer(trial, 0, SIZE_MAX);
    send_raw(trial);
    tested_client_refuses(trial, true);
}

/* Closes the connection in the ordinary way and starts the client again. */
static void start_again(struct trial *trial) {
    open_connection(trial);
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
    trial->run->connected = false;
    trial->run->rest_length = 0;
}

/* Words about what the client does. */

static void set_query(struct trial *trial) {
    trial->run->query = trial->run->step->text;
}

static void judge_request(struct trial *trial) {
    tested_client_judge(trial, trial->run->step->text);
}

/* In a case for both, a server gets an offer from wscheck; a client decides itself. */
static void make_no_offer(struct trial *trial) {
    (void)trial;
}

/* Skips a case that does not fit what the client offers. */
static void need_offer(struct trial *trial) {
    const struct head *request = &trial->client.head;
    const char *what = trial->run->step->text;
    bool without = what[0] == '!';
    struct head_text value;
    if (what[0] == '\0') {
        if (!head_header(request, "Sec-WebSocket-Protocol", &(size_t){0}, &value)) {
            trial_skip(trial, "the client offers no subprotocol");
        }
    } else if (!negotiation_is_offered(request, "permessage-deflate")) {
        trial_skip(trial, "%s", driver_client.declines);
    } else if (negotiation_is_offered(request, what + without) == without) {
        trial_skip(trial, "the client offers %s%s", without ? "" : "no ", what + without);
    }
}

static void stay_quiet(struct trial *trial) {
    tested_client_stays_quiet(trial, (int64_t)trial->run->step->number);
}

static void ignore_messages(struct trial *trial) {
    trial->messages.judged = false;
}

const struct word words_of_clients[] = {
    {"target", WORD_PAYLOAD, WORD_AT_ANY_TIME, set_query, 0},
    {"judge", WORD_PAYLOAD, WORD_IN_HANDSHAKE, judge_request, 0},
    {"offer", WORD_PAYLOAD, WORD_IN_HANDSHAKE, make_no_offer, 0},
    {"offered", WORD_PAYLOAD, WORD_IN_HANDSHAKE, need_offer, 0},
    {"agreed", WORD_PAYLOAD, WORD_IN_HANDSHAKE, agree, 0},
    {"answers", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_status_line, 0},
    {"set", WORD_PAYLOAD, WORD_IN_HANDSHAKE, set_header, 0},
    {"add", WORD_PAYLOAD, WORD_IN_HANDSHAKE, add_header, 0},
    {"open", WORD_ALONE, WORD_IN_HANDSHAKE, open_connection, 0},
    {"unfinished", WORD_NUMBER, WORD_IN_HANDSHAKE, send_unfinished, 0},
    {"raw", WORD_PAYLOAD, WORD_IN_HANDSHAKE, send_raw, 0},
    {"interim", WORD_PAYLOAD, WORD_IN_HANDSHAKE, send_interim, 0},
    {"refused", WORD_ALONE, WORD_IN_HANDSHAKE, be_refused, WORD_IS_LAST},
    {"kept", WORD_PAYLOAD, WORD_IN_HANDSHAKE, keep_open, WORD_IS_LAST},
    {"again", WORD_ALONE, WORD_IN_HANDSHAKE, start_again, 0},
    {"quiet", WORD_NUMBER, WORD_IN_HANDSHAKE, stay_quiet, 0},
    {"ignore", WORD_ALONE, WORD_IN_HANDSHAKE, ignore_messages, 0},
    {"hangup", WORD_ALONE, WORD_WHEN_OPEN, tested_client_hang_up, 0},
    {"pinged", WORD_ALONE, WORD_WHEN_OPEN, tested_client_only_pinged, WORD_IS_LAST},
    {"lingers", WORD_ALONE, WORD_WHEN_OPEN, tested_client_lingers, WORD_IS_LAST},
    {NULL, WORD_ALONE, WORD_AT_ANY_TIME, NULL, 0},
};

static bool prepare(struct trial *trial) {
    const struct word *word = trial->run->step->word;
    if (word->moment == WORD_AT_ANY_TIME) {
        return true;
    }
    if (!trial->run->connected) {
        trial->run->connected = true;
        if (!tested_client_arrive(trial, trial->run->query != NULL ? trial->run->query : "")) {
            return false;
        }
    }
    bool stays_a_part = (word->traits & WORD_ENDS_TCP) != 0 && trial->run->rest_length > 0;
    if (word->moment == WORD_WHEN_OPEN && !stays_a_part) {
        open_connection(trial);
        return trial->verdict.failed < LEVEL_MUST;
    }
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
    .leave = tested_client_leave,
};
