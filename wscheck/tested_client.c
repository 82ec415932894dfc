#include "wscheck/tested_client.h"

#include "common/clock.h"
#include "common/text.h"
#include "wscheck/listener.h"
#include "wscheck/request_rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GRACE = 300,         /* ms in which a client may end by itself after its connection */
    LINGER = 150,        /* ms in which a client that ends TCP first would have done so */
    PING_INTERVAL = 200, /* ms */
    HTTP_PATIENCE = 100, /* ms before wscheck ends TCP after an answer that is no 101 */
    OUTPUT_SHOWN = 2000  /* characters of the client's output that a failure shows */
};

/* Starts the client, or asks a person to do so, and waits for its connection. */
static bool connect_client(struct trial *trial) {
    const struct trial_settings *settings = trial->settings;
    struct trial_client *client = &trial->client;
    if (settings->command == NULL) {
        fprintf(stderr, "waiting for a client at ws://%s%s\n", settings->host, client->target);
    } else {
        client->child = child_start(settings->command, settings->host, client->target);
        if (client->child == NULL) {
            trial_skip(trial, "wscheck itself cannot start it: %s", strerror(errno));
            return false;
        }
    }
    int fd = listener_wait(settings->listener, client->place, clock_now() + settings->arrival,
                           client->child);
    if (fd < 0) {
        const char *end = client->child != NULL ? child_end(client->child) : "";
        client->absent = true;
        trial_fail(
            trial, LEVEL_MUST, CAUSE_NO_CLIENT, "the client connects to the URL", "%s%s",
            end[0] != '\0' ? "no connection came, and " : "no connection came within a while", end);
        return false;
    }
    link_adopt(&trial->link, fd);
    trial_give_time(trial, trial->timeout); /* the time to connect does not count */
    return true;
}

bool tested_client_arrive(struct trial *trial, const char *query) {
    struct trial_client *client = &trial->client;
    client->place = listener_expect(trial->settings->listener, client->path);
    snprintf(client->target, sizeof client->target, "%s%s", client->path, query);
    if (!connect_client(trial)) {
        return false;
    }
    free(client->former_head.bytes);
    client->former_head = client->head;
    client->head = (struct head){NULL, 0, 0};
    bool whole = trial_gather(trial, &client->head);
    client->head_entry = trial->transcript.count;
    transcript_http(
        transcript_add(&trial->transcript, TRANSCRIPT_RECEIVED, "the opening handshake"),
        client->head.bytes, client->head.length);
    if (!whole) {
        trial_mark(trial, client->head_entry, client->head.length);
        trial_fail(trial, LEVEL_MUST, CAUSE_HEAD_WITHOUT_END,
                   "a request that ends with an empty line", "%zu bytes, then %s",
                   client->head.length, trial->link.ended ? "the end of TCP" : "silence");
        return false;
    }
    struct head_text key = tested_client_key(&client->head);
    request_init_answer(&trial->request, key.start, key.length);
    return true;
}

struct head_text tested_client_key(const struct head *head) {
    struct head_text key = {"", 0};
    if (head->bytes != NULL) {
        head_header(head, "Sec-WebSocket-Key", &(size_t){0}, &key);
    }
    return key;
}

void tested_client_judge(struct trial *trial, const char *rule) {
    struct head_fault fault = {0};
    struct head_text key = tested_client_key(&trial->client.head);
    if (strcmp(rule, "fresh") == 0) {
        char shown[80];
        if (head_text_same(key, tested_client_key(&trial->client.former_head))) {
            trial_fail(trial, LEVEL_MUST, CAUSE_BAD_REQUEST, "a new key for each connection (4.1)",
                       "the same Sec-WebSocket-Key came twice: %s",
                       text_printable(key.start, key.length, shown, sizeof shown));
        }
    } else if (!request_rules_judge(&trial->client.head, rule, trial->client.target,
                                    trial->settings->host, &fault)) {
        trial_mark(trial, trial->client.head_entry, fault.wrong);
        trial_fail(trial, LEVEL_MUST, CAUSE_BAD_REQUEST, "a request as 4.1 describes it", "%s",
                   fault.what);
    }
}

void tested_client_answer(struct trial *trial, size_t from, size_t length) {
    size_t size;
    uint8_t *bytes = request_bytes(&trial->request, &size);
    from = from < size ? from : size;
    length = length < size - from ? length : size - from;
    trial_put_http(trial, bytes + from, length,
                   from > 0        ? "the rest of the answer to the handshake"
                   : length < size ? "a part of the answer to the handshake"
                                   : "the answer to the handshake");
    free(bytes);
}

static bool has_input(const struct trial *trial) {
    return trial->link.end > trial->link.start;
}

/* Adds to the transcript what has come although the connection is not open. */
static void show_input(struct trial *trial) {
    size_t length = trial->link.end - trial->link.start;
    trial->entry = trial->transcript.count;
    transcript_bytes(transcript_add(&trial->transcript, TRANSCRIPT_RECEIVED,
                                    "bytes before the connection is open"),
                     trial->link.buffer + trial->link.start, length);
    trial_mark(trial, trial->entry, 0);
}

void tested_client_refuses(struct trial *trial, bool kept) {
    static const char want[] = "the client does not open: it sends no frame and ends TCP (4.1)";
    static const uint8_t ping[] = {0x89, 0x05, 'o', 'p', 'e', 'n', '?'};
    bool upgraded = strstr((const char *)trial->request.lines[0].bytes, " 101") != NULL;
    trial_flush(trial);
    if (!trial->finished && !kept) {
        transcript_bytes(transcript_add(&trial->transcript, TRANSCRIPT_SENT,
                                        "ping, which an open client would answer"),
                         ping, sizeof ping);
        link_write(&trial->link, ping, sizeof ping);
        if (!upgraded && !has_input(trial)) {
            trial_receive(trial, clock_now() + HTTP_PATIENCE);
            link_finish(&trial->link);
            trial->finished = true;
        }
    }
    char waited[TRIAL_WAITED_SIZE];
    int64_t deadline = clock_now() + trial_begin_wait(trial, CAUSE_TCP_STAYS_OPEN);
    while (!has_input(trial) && !trial->link.ended && clock_now() < deadline) {
        trial_receive(trial, deadline);
    }
    trial_end_wait(trial, CAUSE_TCP_STAYS_OPEN, trial->link.ended, !has_input(trial));
    if (has_input(trial) && (upgraded || trial->link.buffer[trial->link.start] != 'G')) {
        show_input(trial);
        trial_fail(trial, LEVEL_MUST, CAUSE_ANSWER_TAKEN, want,
                   "it sent bytes as if the connection were open");
    } else if (!has_input(trial) && !trial->link.ended) {
        trial_fail(trial, LEVEL_MUST, CAUSE_TCP_STAYS_OPEN, want, "TCP is still open after %s",
                   trial_waited(trial, waited));
    }
}

void tested_client_stays_quiet(struct trial *trial, int64_t milliseconds) {
    static const char want[] = "the client waits for the answer before it sends more (4.1)";
    trial_flush(trial);
    if (trial->is_open) {
        trial_pause(trial, milliseconds);
        return;
    }
    if (!has_input(trial)) {
        trial_receive(trial, clock_now() + milliseconds);
    }
    if (has_input(trial)) {
        show_input(trial);
        trial_fail(trial, LEVEL_MUST, CAUSE_BEFORE_ANSWER, want, "it sent more after its request");
    } else if (trial->link.ended) {
        trial_fail(trial, LEVEL_MUST, CAUSE_CLOSED, want, "it ended TCP after less than %g s",
                   (double)milliseconds / 1000);
    }
}

/* Waits for the client's Close. Returns whether it came. */
static bool wait_close(struct trial *trial) {
    int64_t deadline = clock_now() + trial->timeout;
    while (!trial->closing.received && trial_receive(trial, deadline)) {
    }
    return trial->closing.received;
}

void tested_client_hang_up(struct trial *trial) {
    if (trial->client.child == NULL) {
        trial_skip(trial, "it ends the client's input, so it needs --exec");
        return;
    }
    trial->no_reply = true;
    trial->client.hung_up = true;
    trial_flush(trial);
    transcript_add(&trial->transcript, TRANSCRIPT_REMARK, "the client's input ended");
    child_hang_up(trial->client.child);
    bool closes = wait_close(trial);
    if (!closes && trial->link.ended) {
        trial_fail(trial, LEVEL_SHOULD, CAUSE_NO_CLOSE_FRAME,
                   "a client that is done sends a Close frame first (7.1.2)",
                   "it %s, without a Close frame", link_end_words(&trial->link));
        trial->excused = true;
    } else if (!closes && trial->verdict.failed < LEVEL_MUST) {
        trial_skip(trial, "the client does not close the connection at the end of its input");
    }
}

void tested_client_lingers(struct trial *trial) {
    trial_flush(trial);
    bool closes = wait_close(trial);
    int64_t deadline = clock_now() + LINGER;
    while (closes && trial_receive(trial, deadline)) {
    }
    if (closes && trial->link.ended) {
        trial_fail(trial, LEVEL_SHOULD, CAUSE_TCP_ENDED_FIRST,
                   "after both Closes the server is the first to end TCP (7.1.1)",
                   "the client %s before the server did", link_end_words(&trial->link));
    }
    trial_wait_closed(trial, (const unsigned[]){0});
}

void tested_client_only_pinged(struct trial *trial) {
    int64_t deadline = clock_now() + trial->timeout;
    while (!trial->link.ended && clock_now() < deadline && trial->verdict.failed < LEVEL_MUST) {
        int64_t next = clock_now() + PING_INTERVAL;
        trial_send_simple(trial, OPCODE_PING, "no Close", 8);
        trial_flush(trial);
        while (clock_now() < next && trial_receive(trial, next)) {
        }
    }
    if (!trial->link.ended) {
        trial_fail(trial, LEVEL_MUST, CAUSE_TCP_STAYS_OPEN,
                   "the client does not wait for ever for the answer to its Close",
                   "TCP is still open after %g s", (double)trial->timeout / 1000);
    }
}

void tested_client_leave(struct trial *trial) {
    struct trial_client *client = &trial->client;
    link_close(&trial->link);
    if (client->place > 0) {
        listener_forget(trial->settings->listener, client->place);
        client->place = 0;
    }
    if (client->child == NULL) {
        return;
    }
    child_hang_up(client->child);
    child_wait_silent(client->child, clock_now() + GRACE);
    if (child_crashed(client->child)) {
        trial_fail(trial, LEVEL_MUST, CAUSE_DIED, "the client does not crash", "%s",
                   child_end(client->child));
    }
    free(client->output);
    client->output = child_output(client->child, 0, OUTPUT_SHOWN);
    child_stop(client->child);
    client->child = NULL;
}
