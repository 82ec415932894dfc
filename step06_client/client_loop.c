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
    uint64_t line;        /* of the input */
    int64_t ping_sent;    /* when; 0: none is out */
    uint16_t closed_with; /* the code of our own Close; 0: it has not been sent */
    int status;
};

/* Something is wrong that the exit status has to tell. */
static void complain(struct client_loop *loop, const char *sentence) {
    log_problem("%s", sentence);
    loop->status = 1;
}

static void say_goodbye(struct client_loop *loop, uint16_t code, const char *reason) {
    if (connection_close(&loop->client->connection, code, reason) == 0) {
        loop->closed_with = code;
    }
    loop->wait.more = false;
    loop->wait.deadline = -1;
}

/* Whether all of a line is UTF-8, as a text message must be. */
static bool is_text(const uint8_t *payload, size_t length) {
    struct utf8 utf8;
    utf8_init(&utf8);
    return utf8_update(&utf8, payload, length) && utf8_is_complete(&utf8);
}

static void send_piece(struct client_loop *loop) {
    uint8_t *payload;
    size_t length;
    bool binary = loop->settings->binary;
    terminal_next(&loop->terminal, &payload, &length);
    loop->line++;
    if (binary || is_text(payload, length)) {
        layer_send(loop->client->layer, &loop->client->connection,
                   binary ? FRAME_BINARY : FRAME_TEXT, payload, length);
    } else if (loop->settings->one_message) {
        complain(loop, "the input is not UTF-8 and was not sent; --binary sends any bytes");
    } else {
        log_problem("line %" PRIu64 " is not UTF-8 and was not sent; --binary sends any bytes",
                    loop->line);
        loop->status = 1;
    }
}

/* All before has been sent: sends the next piece of the input, or begins the wait after the
 * last. */
static void send_next(struct client_loop *loop) {
    if (terminal_has_next(&loop->terminal)) {
        send_piece(loop);
        loop->wait.more = terminal_has_next(&loop->terminal) || loop->terminal.ended;
    } else {
        loop->wait.more = false;
        loop->wait.deadline = clock_now() + loop->settings->wait;
    }
}

static void read_input(struct client_loop *loop) {
    const char *problem = terminal_read(&loop->terminal);
    if (problem != NULL) {
        complain(loop, problem);
        say_goodbye(loop, CLOSE_NORMAL, "");
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
        complain(loop, "standard output cannot be written");
        say_goodbye(loop, CLOSE_GOING_AWAY, "");
    }
}

/* How it ended, in words and as an exit status. */
static int farewell(struct client_loop *loop, enum client_event event,
                    const struct connection_message *message) {
    char reason[160];
    uint16_t code = loop->client->connection.close_code;
    if (event == CLIENT_LOST) {
        complain(loop, loop->client->problem);
        return loop->status;
    }
    text_printable(message->payload, message->length, reason, sizeof reason);
    bool in_peace = code == CLOSE_NORMAL || code == CLOSE_GOING_AWAY || code == CLOSE_NO_CODE ||
                    code == loop->closed_with;
    if (in_peace) {
        log_event(0, "closed with %u%s%s", (unsigned)code, reason[0] != '\0' ? ": " : "", reason);
    } else {
        log_problem("closed with %u%s%s", (unsigned)code, reason[0] != '\0' ? ": " : "", reason);
        loop->status = 1;
    }
    if (loop->ping_sent != 0) {
        complain(loop, "the ping was not answered");
    }
    if (loop->wait.more && terminal_has_next(&loop->terminal)) {
        complain(loop, "not all of the input was sent");
    }
    return loop->status;
}

/* Deals with one event. Returns false at the last. */
static bool step(struct client_loop *loop, enum client_event event,
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
        say_goodbye(loop, CLOSE_GOING_AWAY, "");
        break;
    case CLIENT_SILENCE:
        say_goodbye(loop, loop->settings->close_code, loop->settings->close_reason);
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
    } while (step(&loop, event, &message));
    int status = farewell(&loop, event, &message);
    terminal_free(&loop.terminal);
    return status;
}
