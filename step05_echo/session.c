#include "step05_echo/session.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { LONGEST_WAIT = 3600000 }; /* ms; a read has a bound even when nothing limits it */

_Static_assert((int)OUTPUT_PARTS_MAX <= (int)TCP_PARTS_MAX, "one write takes the whole output");

struct session {
    struct tcp_connection *tcp;
    const struct session_settings *settings;
    const struct session_handler *handler;
    struct connection connection;
    uint64_t messages;
    int64_t last_message;   /* when it came; kept only with an idle time-out */
    int64_t close_deadline; /* until when to wait for the peer's Close; 0 before ours */
    int64_t begun;        /* when a message or frame had begun at the end of a read; 0: none had */
    int64_t message_left; /* ms for the rest of it; counts while `begun` is not 0 */
    int64_t silence;      /* ms for which nothing has come, since the last ping if there was one */
    bool pinged;          /* a ping is out and nothing has come since */
    bool relaxed;         /* memory has been given back and nothing has come since */
};

void session_init(struct session_settings *settings, struct options *options) {
    settings->max_message = CONNECTION_MESSAGE_DEFAULT;
    settings->ping_interval = 30000;
    settings->idle_timeout = 0;
    settings->message_timeout = 60000;
    options_add_number(options, "--max-message", "BYTES", &settings->max_message,
                       CONNECTION_MESSAGE_MIN, UINT64_C(1) << 40,
                       "largest message to accept (default 16777216)");
    options_add_seconds(options, "--ping-interval", &settings->ping_interval, 0,
                        "silence before a ping, and before giving up; 0 = off (default 30)");
    options_add_seconds(options, "--idle-timeout", &settings->idle_timeout, 0,
                        "close after so long without a message; 0 = off (default 0)");
    options_add_seconds(options, "--message-timeout", &settings->message_timeout, 0,
                        "time for a message to arrive; its bytes add some; 0 = off (default 60)");
}

static bool idle_expired(const struct session *session) {
    return session->settings->idle_timeout > 0 &&
           clock_now() >= session->last_message + session->settings->idle_timeout;
}

/* Whether a message, or a frame between two messages, has taken too long. Pings within a message
 * do not renew its time. The clock is read only when a read has ended in the midst of something. */
static bool message_expired(struct session *session) {
    uint64_t received;
    if (session->settings->message_timeout == 0 ||
        !connection_has_begun(&session->connection, &received)) {
        session->begun = 0;
        return false;
    }
    int64_t now = clock_now();
    if (session->begun == 0) {
        session->begun = now;
    }
    int64_t earned = (int64_t)(received * 1000 / SESSION_LEAST_RATE);
    session->message_left = session->begun + session->settings->message_timeout + earned - now;
    return session->message_left <= 0;
}

static int64_t least(int64_t one, int64_t other) {
    return one < other ? one : other;
}

/* How long the next read may wait: until the earliest thing that there is to do. */
static int64_t time_to_wait(const struct session *session) {
    int64_t wait = LONGEST_WAIT;
    if (session->connection.close_sent) {
        wait = session->close_deadline - clock_now();
        return wait > 0 ? wait : 1;
    }
    if (session->settings->ping_interval > 0) {
        wait = session->settings->ping_interval - session->silence;
    }
    if (session->settings->idle_timeout > 0) {
        wait = least(wait, session->last_message + session->settings->idle_timeout - clock_now());
    }
    if (session->begun != 0) {
        /* In whole seconds, so that the time-out of the socket need not be set for each read. */
        int64_t left = session->message_left;
        wait = least(wait, left > 1000 ? left - left % 1000 : left);
    }
    if (!session->relaxed &&
        (session->handler->layer != NULL || buffer_has_grown(&session->connection.input.buffer))) {
        wait = least(wait, SESSION_RELAX_AFTER);
    }
    return wait > 0 ? wait : 1;
}

/* Logs why a connection ended without the closing handshake. Returns false for its caller. */
static bool lost(const struct session *session, const char *why) {
    log_event(session->tcp->number, "lost after %" PRIu64 " messages: %s", session->messages, why);
    return false;
}

/* Writes all output. Returns false when the peer is gone or does not read. */
static bool flush(struct session *session) {
    const struct iovec *parts;
    size_t count = connection_output(&session->connection, &parts);
    if (count == 0) {
        return true;
    }
    if (tcp_write(session->tcp, parts, count) != 0) {
        return lost(session, errno == ETIMEDOUT ? "the peer does not read" : strerror(errno));
    }
    connection_sent(&session->connection, session->connection.output.total);
    return true;
}

static void say_goodbye(struct session *session, const char *reason) {
    log_verbose(session->tcp->number, "sending Close 1001: %s", reason);
    connection_close(&session->connection, CLOSE_GOING_AWAY, reason);
}

static void refuse_message(struct session *session) {
    static const char reason[] = "the message takes too long";
    log_event(session->tcp->number, "sending Close 1008: %s (--message-timeout)", reason);
    connection_close(&session->connection, CLOSE_POLICY, reason);
}

/* After our Close, from us or from the handler, the peer has so much time for its own, whatever
 * else it sends. Returns whether that is over. */
static bool close_expired(struct session *session) {
    if (!session->connection.close_sent) {
        return false;
    }
    if (session->close_deadline == 0) {
        session->close_deadline = clock_now() + SESSION_CLOSE_TIMEOUT;
    }
    return clock_now() >= session->close_deadline;
}

/* Nothing has arrived for another `waited` ms. Returns false when that is the end. Other limits
 * than the ping's are looked at before each read. */
static bool on_silence(struct session *session, int64_t waited) {
    int64_t ping_interval = session->settings->ping_interval;
    session->silence += waited;
    if (!session->relaxed && session->silence >= SESSION_RELAX_AFTER) {
        layer_relax(session->handler->layer, &session->connection);
        session->relaxed = true;
    }
    if (session->connection.close_sent || ping_interval == 0 || session->silence < ping_interval) {
        return true;
    }
    if (session->pinged) {
        return lost(session, "no answer to a ping");
    }
    session->pinged = true;
    session->silence = 0;
    log_verbose(session->tcp->number, "silent; sending a ping");
    return connection_ping(&session->connection, (const uint8_t *)"", 0) == 0;
}

/* Waits for bytes. Returns false when the connection is over. */
static bool receive(struct session *session) {
    if (close_expired(session)) {
        return lost(session, "no reply to our Close");
    }
    if (!session->connection.close_sent && idle_expired(session)) {
        say_goodbye(session, "no message for too long");
        return true;
    }
    if (!session->connection.close_sent && message_expired(session)) {
        refuse_message(session);
        return true;
    }
    size_t size;
    uint8_t *space = connection_space(&session->connection, &size);
    if (space == NULL) {
        return true; /* the next event is CONNECTION_FAILED */
    }
    int64_t wait = time_to_wait(session);
    ssize_t count = tcp_read(session->tcp, space, size, wait);
    if (count > 0) {
        connection_received(&session->connection, (size_t)count);
        session->silence = 0;
        session->pinged = false;
        session->relaxed = false;
        return true;
    }
    if (count < 0 && errno == ETIMEDOUT) {
        return on_silence(session, wait);
    }
    if (count < 0 && errno == ECANCELED) {
        if (!session->connection.close_sent) {
            say_goodbye(session, "the server is shutting down");
        }
        return true;
    }
    return lost(session, count == 0 ? "closed by the peer without a Close" : strerror(errno));
}

static void on_message(struct session *session, const struct connection_message *message) {
    char start[64];
    session->messages++;
    session->begun = 0;
    if (session->settings->idle_timeout > 0) {
        session->last_message = clock_now();
    }
    if (log_is_verbose()) {
        size_t shown = message->opcode == FRAME_TEXT ? message->length : 0;
        log_verbose(session->tcp->number, "%s, %zu bytes %s", frame_opcode_name(message->opcode),
                    message->length, text_printable(message->payload, shown, start, sizeof start));
    }
    session->handler->on_message(&session->connection, message, session->handler->context);
}

/* The end of the protocol: the last bytes go out, and TCP is ended by us (7.1.1). */
static void finish(struct session *session, enum connection_event event,
                   const struct connection_message *message) {
    const struct connection *connection = &session->connection;
    char reason[160] = "";
    bool sent = flush(session);
    if (event == CONNECTION_FAILED) {
        log_event(session->tcp->number, "failed with %u after %" PRIu64 " messages: %s%s",
                  (unsigned)connection->close_code, session->messages, connection->failure,
                  connection->close_code == CLOSE_TOO_BIG ? " (--max-message)" : "");
    } else {
        text_printable(message->payload, message->length, reason, sizeof reason);
        log_event(session->tcp->number, "closed with %u after %" PRIu64 " messages%s%s",
                  (unsigned)connection->close_code, session->messages,
                  message->length > 0 ? ": " : "", reason);
    }
    if (sent) {
        /* After a failure the peer may still be sending; see tcp_finish for what that could do. */
        tcp_finish(session->tcp, event == CONNECTION_FAILED ? TCP_FINISH_TIMEOUT : 0);
    }
}

static void run(struct session *session) {
    struct connection_message message;
    for (;;) {
        enum connection_event event =
            layer_next(session->handler->layer, &session->connection, &message);
        switch (event) {
        case CONNECTION_MESSAGE:
            on_message(session, &message);
            break;
        case CONNECTION_PIECE:
        case CONNECTION_NEEDS_TURN:
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            log_verbose(session->tcp->number, "%s, %zu bytes", frame_opcode_name(message.opcode),
                        message.length);
            if (!session->connection.in_message) {
                session->begun = 0;
            }
            break;
        case CONNECTION_CLOSED:
        case CONNECTION_FAILED:
            finish(session, event, &message);
            return;
        case CONNECTION_NEEDS_OUTPUT:
        case CONNECTION_NEEDS_INPUT:
            /* All that could be answered is answered; one write takes it all. */
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
    struct session session = {.tcp = tcp, .settings = settings, .handler = handler};
    struct connection_settings rules = {.role = CONNECTION_SERVER,
                                        .max_message = settings->max_message};
    if (handler->layer != NULL) {
        rules.allowed_rsv = handler->layer->rsv;
    }
    connection_init(&session.connection, &rules, buffer, received);
    if (settings->idle_timeout > 0) {
        session.last_message = clock_now();
    }
    run(&session);
    connection_free(&session.connection);
}
