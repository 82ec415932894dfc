#include "step06_client/client_open.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/text.h"
#include "step06_client/client_response_body.h"
#include "step06_client/tcp_connect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is needed only until the connection is open. */
struct opening {
    struct client *client;
    const struct client_offer *offer;
    int64_t deadline;
    char key[CLIENT_HANDSHAKE_KEY_SIZE];
    struct client_response answer;
    struct buffer buffer;
    size_t received;
    size_t answer_start; /* in the buffer, after the interim responses */
};

/* Sets client->problem. Returns -1. */
static int fail(struct opening *opening, const char *sentence, const char *detail) {
    snprintf(opening->client->problem, sizeof opening->client->problem, "%s%s", sentence, detail);
    return -1;
}

/* Waits until the channel is ready for `events`. Returns 0, or -1 with errno. */
static int wait_for(const struct opening *opening, short events) {
    struct pollfd ready;
    int64_t left;
    while ((left = opening->deadline - clock_now()) > 0) {
        int found = channel_wait(&opening->client->channel, events, &ready, 1, left);
        if (found != 0 && (found > 0 || errno != EINTR)) {
            return found > 0 ? 0 : -1;
        }
    }
    errno = ETIMEDOUT;
    return -1;
}

static int send_request(struct opening *opening, const char *request, size_t length) {
    while (length > 0) {
        struct iovec part = {(void *)(uintptr_t)request, length};
        ssize_t count = channel_write(&opening->client->channel, &part, 1);
        if (count < 0 && (errno != EAGAIN || wait_for(opening, POLLOUT) != 0)) {
            return fail(opening, "the request could not be sent: ", strerror(errno));
        }
        request += count > 0 ? count : 0;
        length -= count > 0 ? (size_t)count : 0;
    }
    return 0;
}

/* Waits for bytes and reads them into the buffer. Returns as recv(2). */
static ssize_t receive_some(struct opening *opening) {
    struct buffer *buffer = &opening->buffer;
    if (opening->received == buffer->capacity) {
        if (buffer_resize(buffer, HTTP_HEAD_MAX, opening->received) != 0) {
            errno = ENOMEM;
            return -1;
        }
    }
    for (;;) {
        if (wait_for(opening, POLLIN) != 0) {
            return -1;
        }
        ssize_t count = channel_read(&opening->client->channel, buffer->data + opening->received,
                                     buffer->capacity - opening->received);
        if (count >= 0) {
            opening->received += (size_t)count;
            return count;
        }
        if (errno != EAGAIN) {
            return -1;
        }
    }
}

/* Logs each line of a head, which ends with CR LF, after the character `direction`. */
static void log_head(char direction, const char *line, size_t size) {
    const char *end = line + size;
    for (const char *next; line + 2 < end; line = next) {
        char shown[LOG_LINE_SIZE - 16];
        next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
        log_verbose(0, "%c %s", direction,
                    text_printable(line, (size_t)(next - 2 - line), shown, sizeof shown));
    }
}

/* Reads the head of the answer, and skips interim responses, that is, all of 1xx but 101 (RFC 9110,
 * 15.2). Together they have no more room and time than one answer. */
static int receive_answer(struct opening *opening) {
    struct client_response *answer = &opening->answer;
    client_response_init(answer);
    for (;;) {
        const char *head = (const char *)opening->buffer.data + opening->answer_start;
        enum client_response_verdict verdict =
            client_response_parse(answer, head, opening->received - opening->answer_start);
        if (verdict == CLIENT_RESPONSE_COMPLETE) {
            log_head('<', head, answer->head.size);
            if (answer->status == 101 || answer->status >= 200) {
                return 0;
            }
            opening->answer_start += answer->head.size;
            client_response_init(answer);
            continue;
        }
        if (verdict != CLIENT_RESPONSE_INCOMPLETE) {
            return fail(opening, "", client_response_sentence(answer, verdict));
        }
        if (opening->received == HTTP_HEAD_MAX) {
            return fail(opening, "", http_verdict_sentence(HTTP_HEAD_TOO_LARGE));
        }
        ssize_t count = receive_some(opening);
        if (count < 0 && errno == ETIMEDOUT) {
            return fail(opening, "the answer did not come in time (--handshake-timeout)", "");
        }
        if (count <= 0) {
            return fail(opening, "no answer: ",
                        count < 0 ? strerror(errno) : "the server ended the connection");
        }
    }
}

/* A server that refuses says why in the body. Writes the beginning of the body, as far as it
 * arrives in time, to `text`, and returns the words to show before it. The body is read over the
 * head in the buffer, so the headers of the answer must not be used any more. */
static const char *read_body(struct opening *opening, char *text, size_t size) {
    struct client_response_body body;
    enum client_response_body_verdict verdict = client_response_body_init(&body, &opening->answer);
    size_t from = opening->answer_start + opening->answer.head.size;
    while (verdict == CLIENT_RESPONSE_BODY_INCOMPLETE) {
        verdict = client_response_body_take(&body, (const char *)opening->buffer.data + from,
                                            opening->received - from);
        from = opening->received = 0;
        if (verdict == CLIENT_RESPONSE_BODY_INCOMPLETE && receive_some(opening) <= 0) {
            break;
        }
    }
    if (verdict == CLIENT_RESPONSE_BODY_BAD) {
        return "; its text has no valid length (RFC 9112, 6.3)";
    }
    while (body.length > 0 &&
           (body.text[body.length - 1] == '\n' || body.text[body.length - 1] == '\r')) {
        body.length--;
    }
    text_printable(body.text, body.length, text, size);
    return body.length > 0 ? ": " : "";
}

/* Sets client->problem after an answer with a status other than 101. Returns -1. */
static int explain_refusal(struct opening *opening) {
    const struct client_response *answer = &opening->answer;
    char reason[80], detail[256] = "";
    const char *before = "; it redirects to ";
    size_t from = 0;
    struct http_text location;
    text_printable(answer->reason.start, answer->reason.length, reason, sizeof reason);
    if (answer->status / 100 == 3 &&
        http_header_next(&answer->head, "Location", &from, &location)) {
        text_printable(location.start, location.length, detail, sizeof detail);
    } else {
        before = read_body(opening, detail, sizeof detail);
    }
    snprintf(opening->client->problem, sizeof opening->client->problem,
             "the server did not open a WebSocket: %d %s%s%s", answer->status, reason, before,
             detail);
    return -1;
}

/* Sends the request and checks the answer. Returns 0, or -1 and sets client->problem. */
static int open_handshake(struct opening *opening, const struct url *url) {
    uint8_t random[CLIENT_HANDSHAKE_KEY_BYTES];
    char request[CLIENT_HANDSHAKE_REQUEST_MAX];
    if (random_bytes(&opening->client->random, random, sizeof random) != 0) {
        return fail(opening, "the system gives no random bytes: ", strerror(errno));
    }
    client_handshake_key(random, opening->key);
    size_t length = client_handshake_request(url, opening->offer, opening->key, request);
    if (length == 0) {
        return fail(opening, "the request is too long", "");
    }
    log_head('>', request, length);
    if (send_request(opening, request, length) != 0 || receive_answer(opening) != 0) {
        return -1;
    }
    struct http_text extension;
    enum client_handshake_verdict verdict = client_handshake_check(
        &opening->answer, opening->offer, opening->key, &opening->client->subprotocol, &extension);
    if (verdict == CLIENT_HANDSHAKE_REFUSED) {
        return explain_refusal(opening);
    }
    if (verdict != CLIENT_HANDSHAKE_OPEN) {
        return fail(opening, "the handshake failed: ", client_handshake_sentence(verdict));
    }
    text_printable(extension.start, extension.length, opening->client->extension,
                   sizeof opening->client->extension);
    return 0;
}

/* For connection_settings. It cannot return an error, so client.c sends nothing after a failure. */
static void new_masking_key(void *context, uint8_t masking_key[4]) {
    struct client *client = context;
    if (random_bytes(&client->random, masking_key, 4) != 0) {
        client->random_failed = true;
    }
}

/* Starts the connection: from now on the bytes of both directions are frames. */
static void begin_connection(struct opening *opening, const struct client_settings *settings) {
    struct client *client = opening->client;
    size_t head_end = opening->answer_start + opening->answer.head.size;
    size_t rest = opening->received - head_end;
    if (client->extension[0] != '\0') {
        client->layer = opening->offer->extension->layer;
    }
    struct connection_settings rules = {.role = CONNECTION_CLIENT,
                                        .max_message = settings->max_message,
                                        .new_masking_key = new_masking_key,
                                        .context = client,
                                        .allowed_rsv =
                                            client->layer != NULL ? client->layer->rsv : 0};
    client->tracing = settings->trace;
    client->limits = (struct limits){.settings = &settings->limits, .heard = true, .message = true};
    frame_trace_init(&client->sent, "sent frame", true, rules.allowed_rsv);
    frame_trace_init(&client->received, "received frame", false, rules.allowed_rsv);
    buffer_shrink(&opening->buffer, head_end, rest);
    if (client->tracing) {
        frame_trace_bytes(&client->received, opening->buffer.data, rest);
    }
    connection_init(&client->connection, &rules, &opening->buffer, rest);
}

int client_open(struct client *client, const struct url *url, const struct client_offer *offer,
                const struct client_settings *settings) {
    struct opening opening = {.client = client, .offer = offer};
    memset(client, 0, sizeof *client);
    opening.deadline = clock_now() + settings->handshake_timeout;
    client->channel.filter = settings->filter;
    client->channel.fd = tcp_connect(url->host, url->port, opening.deadline, client->problem,
                                     sizeof client->problem);
    if (client->channel.fd < 0) {
        return -1;
    }
    buffer_init(&opening.buffer, client->lent, sizeof client->lent);
    if (open_handshake(&opening, url) == 0) {
        begin_connection(&opening, settings);
        return 0;
    }
    buffer_free(&opening.buffer);
    close(client->channel.fd);
    return -1;
}
