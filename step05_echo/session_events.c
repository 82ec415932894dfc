#include "step05_echo/session_events.h"

#include "common/log.h"
#include "common/text.h"

#include <inttypes.h>

void session_events_options(struct session_settings *settings, struct options *options) {
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

void session_events_init(struct session_events *events, const struct session_settings *settings,
                         uint64_t number) {
    *events = (struct session_events){.number = number, .verbose = log_is_verbose()};
    events->limits = (struct limits){.settings = &settings->limits, .heard = true, .message = true};
}

struct connection_settings session_events_rules(const struct session_settings *settings,
                                                const struct layer *layer) {
    return (struct connection_settings){.role = CONNECTION_SERVER,
                                        .max_message = settings->max_message,
                                        .allowed_rsv = layer != NULL ? layer->rsv : 0};
}

void session_events_message(struct session_events *events,
                            const struct connection_message *message) {
    char start[64];
    events->messages++;
    events->limits.message = true;
    if (events->verbose) {
        size_t shown = message->opcode == FRAME_TEXT ? message->length : 0;
        log_verbose(events->number, "%s, %zu bytes %s", frame_opcode_name(message->opcode),
                    message->length, text_printable(message->payload, shown, start, sizeof start));
    }
}

void session_events_control(struct session_events *events, const struct connection *connection,
                            const struct connection_message *message) {
    log_verbose(events->number, "%s, %zu bytes", frame_opcode_name(message->opcode),
                message->length);
    events->limits.control |= !connection->in_message;
}

void session_events_goodbye(const struct session_events *events, struct connection *connection,
                            const char *reason) {
    if (connection_close(connection, CLOSE_GOING_AWAY, reason) == 0) {
        log_verbose(events->number, "sending Close 1001: %s", reason);
    }
}

enum session_events_due session_events_due(struct session_events *events,
                                           struct connection *connection, const struct layer *layer,
                                           int64_t now, int64_t *wait) {
    bool can_relax = layer != NULL || buffer_has_grown(&connection->input.buffer);
    switch (limits_due(&events->limits, connection, can_relax, now, wait)) {
    case LIMITS_NOTHING:
        return SESSION_WAIT;
    case LIMITS_RELAX:
        layer_relax(layer, connection);
        break;
    case LIMITS_PING:
        log_verbose(events->number, "silent; sending a ping");
        connection_ping(connection, (const uint8_t *)"", 0);
        break;
    case LIMITS_NO_PONG:
        session_events_lost(events, "no answer to a ping");
        return SESSION_LOST;
    case LIMITS_IDLE:
        session_events_goodbye(events, connection, "no message for too long");
        break;
    case LIMITS_SLOW_MESSAGE:
        log_event(events->number,
                  "sending Close 1008: the message takes too long (--message-timeout)");
        connection_close(connection, CLOSE_POLICY, "the message takes too long");
        break;
    case LIMITS_NO_CLOSE:
        session_events_lost(events, "no reply to our Close");
        return SESSION_LOST;
    }
    return SESSION_AGAIN;
}

void session_events_lost(const struct session_events *events, const char *why) {
    log_event(events->number, "lost after %" PRIu64 " messages: %s", events->messages, why);
}

void session_events_ended(const struct session_events *events, const struct connection *connection,
                          enum connection_event event, const struct connection_message *message) {
    uint16_t code = connection->close_code;
    bool failed = event == CONNECTION_FAILED;
    char reason[160];
    const char *why =
        failed ? connection->failure
               : text_printable(message->payload, message->length, reason, sizeof reason);
    log_event(events->number, "%s with %u after %" PRIu64 " messages%s%s%s",
              failed ? "failed" : "closed", (unsigned)code, events->messages,
              why[0] != '\0' ? ": " : "", why,
              failed && code == CLOSE_TOO_BIG ? " (--max-message)" : "");
}
