#include "step06_client/client_loop.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"
#include "step06_client/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char ping_payload[] = "are you there?";

struct client_loop {
    struct client *client;
    const struct client_loop_settings *settings;
    struct terminal terminal;
    struct client_wait wait;
    uint64_t line;        /* number of the line of the input */
    int64_t ping_sent;    /* when a ping was sent that has no pong yet; 0: there is none */
    uint16_t closed_with; /* the code of our own Close; 0: it has not been sent */
    int status;           /* the exit status so far */
};

/* Logs what is wrong and makes the exit status 1. */
static void report(struct client_loop *loop, const char *sentence) {
    log_problem("%s", sentence);
    loop->status = 1;
}

/* Sends a Close. After it there is no more input to send, and the server has to answer. */
static void send_close(struct client_loop *loop, uint16_t code, const char *reason) {
    if (connection_close(&loop->client->connection, code, reason) == 0) {
        loop->closed_with = code;
    }
    loop->wait.more = false;
    loop->wait.deadline = -1;
}

/* Whether the payload is UTF-8, as that of a text message must be. */
static bool is_text(const uint8_t *payload, size_t length) {
    struct utf8 utf8;
    utf8_init(&utf8);
    return utf8_update(&utf8, payload, length) && utf8_is_complete(&utf8);
}

/* Sends the next message of the input, or begins the wait after the last one. */
static void send_next(struct client_loop *loop) {
    bool binary = loop->settings->binary;
    uint8_t *payload;
    size_t length;
    if (!terminal_has_next(&loop->terminal)) {
        loop->wait.more = false;
        loop->wait.deadline = clock_now() + loop->settings->wait;
        return;
    }
    terminal_next(&loop->terminal, &payload, &length);
    loop->line++;
    if (binary || is_text(payload, length)) {
        layer_send(loop->client->layer, &loop->client->connection,
                   binary ? FRAME_BINARY : FRAME_TEXT, payload, length);
    } else if (loop->settings->one_message) {
        report(loop, "the input is not UTF-8 and was not sent; --binary sends any bytes");
    } else {
        log_problem("line %" PRIu64 " is not UTF-8 and was not sent; --binary sends any bytes",
                    loop->line);
        loop->status = 1;
    }
    loop->wait.more = terminal_has_next(&loop->terminal) || loop->terminal.ended;
}

static void read_input(struct client_loop *loop) {
    const char *problem = terminal_read(&loop->terminal);
    if (problem != NULL) {
        report(loop, problem);
        send_close(loop, CLOSE_NORMAL, "");
        return;
    }
    if (loop->terminal.cut) {
        log_problem(
            "a terminal keeps %d bytes of a line, so the end of this one may be lost; it was "
            "not sent (pipe it in instead: cat FILE | step06_client URL)",
            TERMINAL_LINE_MAX - 1);
        loop->status = 1;
    }
    loop->wait.more = terminal_has_next(&loop->terminal) || loop->terminal.ended;
    if (loop->terminal.ended) {
        loop->wait.input = -1;
    }
}

static void on_pong(struct client_loop *loop, const struct connection_message *message) {
    bool ours = message->length == strlen(ping_payload) &&
                memcmp(message->payload, ping_payload, message->length) == 0;
    if (loop->ping_sent != 0 && ours) {
        log_event(0, "pong after %" PRId64 " ms", clock_now() - loop->ping_sent);
        loop->ping_sent = 0;
    }
}

static void on_message(struct client_loop *loop, const struct connection_message *message) {
    if (loop->wait.deadline >= 0) {
        loop->wait.deadline = clock_now() + loop->settings->wait;
    }
    if (terminal_print(&loop->terminal, message) != 0) {
        report(loop, "standard output cannot be written");
        send_close(loop, CLOSE_GOING_AWAY, "");
    }
}

/* Logs how the connection ended. Returns the exit status. */
static int report_end(struct client_loop *loop, enum client_event event,
                      const struct connection_message *message) {
    char reason[160];
    uint16_t code = loop->client->connection.close_code;
    if (event == CLIENT_LOST) {
        report(loop, loop->client->problem);
        return loop->status;
    }
    text_printable(message->payload, message->length, reason, sizeof reason);
    bool is_normal = code == CLOSE_NORMAL || code == CLOSE_GOING_AWAY || code == CLOSE_NO_CODE ||
                     code == loop->closed_with;
    if (is_normal) {
        log_event(0, "closed with %u%s%s", (unsigned)code, reason[0] != '\0' ? ": " : "", reason);
    } else {
        log_problem("closed with %u%s%s", (unsigned)code, reason[0] != '\0' ? ": " : "", reason);
        loop->status = 1;
    }
    if (loop->ping_sent != 0) {
        report(loop, "the ping was not answered");
    }
    if (loop->wait.more && terminal_has_next(&loop->terminal)) {
        report(loop, "not all of the input was sent");
    }
    return loop->status;
}

/* Handles an event. Returns false after the last one. */
static bool handle(struct client_loop *loop, enum client_event event,
                   const struct connection_message *message) {
    switch (event) {
    case CLIENT_MESSAGE:
        on_message(loop, message);
        break;
    case CLIENT_PONG:
        on_pong(loop, message);
        break;
    case CLIENT_PING:
        log_verbose(0, "answered a ping");
        break;
    case CLIENT_INPUT:
        read_input(loop);
        break;
    case CLIENT_READY:
        send_next(loop);
        break;
    case CLIENT_STOP:
        loop->wait.stop = -1;
        send_close(loop, CLOSE_GOING_AWAY, "");
        break;
    case CLIENT_SILENCE:
        send_close(loop, loop->settings->close_code, loop->settings->close_reason);
        break;
    case CLIENT_CLOSED:
    case CLIENT_LOST:
        return false;
    }
    return true;
}

int client_loop(struct client *client, const struct client_loop_settings *settings) {
    struct client_loop loop = {.client = client, .settings = settings};
    struct connection_message message;
    enum client_event event;
    loop.wait = (struct client_wait){STDIN_FILENO, process_catch_stop(), false, -1};
    terminal_init(&loop.terminal, settings->binary, settings->one_message);
    log_event(0, "open%s%s%s%s", client->subprotocol != NULL ? ", subprotocol " : "",
              client->subprotocol != NULL ? client->subprotocol : "",
              client->extension[0] != '\0' ? ", extension " : "", client->extension);
    if (settings->ping) {
        loop.ping_sent = clock_now();
        connection_ping(&client->connection, (const uint8_t *)ping_payload, strlen(ping_payload));
    }
    do {
        event = client_next(client, &loop.wait, &message);
    } while (handle(&loop, event, &message));
    int status = report_end(&loop, event, &message);
    terminal_free(&loop.terminal);
    return status;
}
