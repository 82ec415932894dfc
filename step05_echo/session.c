#include "step05_echo/session.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

_Static_assert((int)CONNECTION_OUTPUT_PARTS_MAX <= (int)TCP_PARTS_MAX,
               "one write takes the whole output");

struct session {
    struct tcp_connection *tcp;
    const struct session_handler *handler;
    const struct layer *layer;
    uint64_t messages;
    bool verbose;
    struct limits limits;
    struct connection connection;
};

void session_init(struct session_settings *settings, struct options *options) {
    settings->max_message = LIMITS_MESSAGE_DEFAULT;
    settings->limits = (struct limits_settings){.ping_interval = 30000, .message_timeout = 60000};
    options_add_number(options, "--max-message", "BYTES", &settings->max_message,
                       CONNECTION_MESSAGE_MIN, UINT64_C(1) << 40, "largest message to accept");
    options_add_seconds(options, "--ping-interval", &settings->limits.ping_interval, 0,
                        "silence before a ping, and before giving up; 0 = off");
    options_add_seconds(options, "--idle-timeout", &settings->limits.idle_timeout, 0,
                        "time without a message before closing; 0 = off");
    options_add_seconds(options, "--message-timeout", &settings->limits.message_timeout, 0,
                        "time for a message to arrive, plus some per byte; 0 = off");
}

/* Logs why a connection ended without the closing handshake. Returns false, for its callers to
 * return. */
static bool lost(const struct session *session, const char *why) {
    log_event(session->tcp->number, "lost after %" PRIu64 " messages: %s", session->messages, why);
    return false;
}

/* Writes all output. Returns false if the connection is lost. */
static bool flush(struct session *session) {
    const struct iovec *parts;
    size_t count = connection_output(&session->connection, &parts);
    if (count > 0 && tcp_write(session->tcp, parts, count) != 0) {
        return lost(session, errno == ETIMEDOUT ? "the peer does not read" : strerror(errno));
    }
    connection_sent(&session->connection, session->connection.output.total);
    return true;
}

static void say_goodbye(struct session *session, const char *reason) {
    if (connection_close(&session->connection, CLOSE_GOING_AWAY, reason) == 0) {
        log_verbose(session->tcp->number, "sending Close 1001: %s", reason);
    }
}

/* Waits up to `wait` ms for bytes and reads them. Returns false if the connection is lost. */
static bool read_some(struct session *session, int64_t wait) {
    struct connection *connection = &session->connection;
    size_t size;
    uint8_t *space = connection_space(connection, &size);
    if (space == NULL) {
        return true; /* the next event is CONNECTION_FAILED */
    }
    /* Whole seconds, so that the time-out of the socket need not be set anew for each read. */
    wait -= wait > 1000 ? wait % 1000 : 0;
    ssize_t count = tcp_read(session->tcp, space, size, wait);
    if (count > 0) {
        connection_received(connection, (size_t)count);
        session->limits.heard = true;
    } else if (count < 0 && errno == ECANCELED) {
        say_goodbye(session, "the server is shutting down");
    } else if (count == 0 || errno != ETIMEDOUT) {
        return lost(session, count == 0 ? "closed by the peer without a Close" : strerror(errno));
    }
    return true;
}

/* Does what is due, or waits for bytes if nothing is. Returns false if the connection is lost. */
static bool receive(struct session *session) {
    struct connection *connection = &session->connection;
    const struct layer *layer = session->layer;
    bool can_relax = layer != NULL || buffer_has_grown(&connection->input.buffer);
    int64_t wait;
    switch (limits_due(&session->limits, connection, can_relax, clock_now(), &wait)) {
    case LIMITS_NOTHING:
        return read_some(session, wait);
    case LIMITS_RELAX:
        layer_relax(layer, connection);
        break;
    case LIMITS_PING:
        log_verbose(session->tcp->number, "silent; sending a ping");
        connection_ping(connection, (const uint8_t *)"", 0);
        break;
    case LIMITS_NO_PONG:
        return lost(session, "no answer to a ping");
    case LIMITS_IDLE:
        say_goodbye(session, "no message for too long");
        break;
    case LIMITS_SLOW_MESSAGE:
        log_event(session->tcp->number,
                  "sending Close 1008: the message takes too long (--message-timeout)");
        connection_close(connection, CLOSE_POLICY, "the message takes too long");
        break;
    case LIMITS_NO_CLOSE:
        return lost(session, "no reply to our Close");
    }
    return true;
}

static void on_message(struct session *session, const struct connection_message *message) {
    char start[64];
    session->messages++;
    session->limits.message = true;
    if (session->verbose) {
        size_t shown = message->opcode == FRAME_TEXT ? message->length : 0;
        log_verbose(session->tcp->number, "%s, %zu bytes %s", frame_opcode_name(message->opcode),
                    message->length, text_printable(message->payload, shown, start, sizeof start));
    }
    session->handler->on_message(&session->connection, message, session->handler->context);
}

/* After the last event: writes what is left of the output and ends TCP from our side (7.1.1). */
static void finish(struct session *session, enum connection_event event,
                   const struct connection_message *message) {
    uint16_t code = session->connection.close_code;
    bool failed = event == CONNECTION_FAILED, sent = flush(session);
    char reason[160];
    const char *why =
        failed ? session->connection.failure
               : text_printable(message->payload, message->length, reason, sizeof reason);
    log_event(session->tcp->number, "%s with %u after %" PRIu64 " messages%s%s%s",
              failed ? "failed" : "closed", (unsigned)code, session->messages,
              why[0] != '\0' ? ": " : "", why,
              failed && code == CLOSE_TOO_BIG ? " (--max-message)" : "");
    if (sent) {
        /* After a failure the peer may still be sending; see tcp_finish for what that could do. */
        tcp_finish(session->tcp, failed ? TCP_FINISH_TIMEOUT : 0);
    }
}

static void run(struct session *session) {
    const struct layer *layer = session->layer;
    struct connection_message message;
    enum connection_event event;
    for (;;) {
        while ((event = layer_next(layer, &session->connection, &message)) == CONNECTION_MESSAGE) {
            on_message(session, &message);
        }
        switch (event) {
        case CONNECTION_MESSAGE:
        case CONNECTION_PIECE:
        case CONNECTION_NEEDS_TURN:
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            log_verbose(session->tcp->number, "%s, %zu bytes", frame_opcode_name(message.opcode),
                        message.length);
            session->limits.control |= !session->connection.in_message;
            break;
        case CONNECTION_CLOSED:
        case CONNECTION_FAILED:
            finish(session, event, &message);
            return;
        case CONNECTION_NEEDS_OUTPUT:
        case CONNECTION_NEEDS_INPUT:
            /* Every message here has been answered; one write sends all answers. */
            if (!flush(session) || (event == CONNECTION_NEEDS_INPUT && !receive(session))) {
                return;
            }
            break;
        }
    }
}

void session_run(struct tcp_connection *tcp, const struct session_settings *settings,
                 const struct session_handler *handler, const struct buffer *buffer,
                 size_t received) {
    struct session session = {.tcp = tcp, .handler = handler, .verbose = log_is_verbose()};
    session.layer = handler->layer != NULL ? handler->layer(handler->context) : NULL;
    session.limits = (struct limits){.settings = &settings->limits, .heard = true, .message = true};
    struct connection_settings rules = {.role = CONNECTION_SERVER,
                                        .max_message = settings->max_message,
                                        .allowed_rsv =
                                            session.layer != NULL ? session.layer->rsv : 0};
    connection_init(&session.connection, &rules, buffer, received);
    run(&session);
    connection_free(&session.connection);
}

void session_serve(struct tcp_connection *tcp, const struct upgrade_settings *upgrade,
                   const struct session_settings *settings, const struct session_handler *handler) {
    uint8_t lent[SESSION_LENT_SIZE];
    struct buffer buffer;
    size_t received;
    buffer_init(&buffer, lent, sizeof lent);
    if (upgrade_accept(tcp, upgrade, &buffer, &received) == 0) {
        session_run(tcp, settings, handler, &buffer, received);
    } else {
        buffer_free(&buffer);
    }
}
