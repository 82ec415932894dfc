#include "step05_echo/session.h"

#include "common/clock.h"

#include <errno.h>
#include <string.h>

_Static_assert((int)CONNECTION_OUTPUT_PARTS_MAX <= (int)TCP_PARTS_MAX,
               "one write takes the whole output");

struct session {
    struct tcp_connection *tcp;
    const struct session_handler *handler;
    const struct layer *layer;
    struct session_events events;
    struct connection connection;
};

/* Writes all output. Returns false if the connection is lost. */
static bool flush(struct session *session) {
    const struct iovec *parts;
    size_t count = connection_output(&session->connection, &parts);
    if (count > 0 && tcp_write(session->tcp, parts, count) != 0) {
        session_events_lost(&session->events,
                            errno == ETIMEDOUT ? "the peer does not read" : strerror(errno));
        return false;
    }
    connection_sent(&session->connection, session->connection.output.total);
    return true;
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
        session->events.limits.heard = true;
    } else if (count < 0 && errno == ECANCELED) {
        session_events_goodbye(&session->events, connection, "the server is shutting down");
    } else if (count == 0 || errno != ETIMEDOUT) {
        session_events_lost(&session->events,
                            count == 0 ? "closed by the peer without a Close" : strerror(errno));
        return false;
    }
    return true;
}

/* Does what is due, or waits for bytes if nothing is. Returns false if the connection is lost. */
static bool receive(struct session *session) {
    int64_t wait;
    enum session_events_due due = session_events_due(&session->events, &session->connection,
                                                     session->layer, clock_now(), &wait);
    return due == SESSION_WAIT ? read_some(session, wait) : due == SESSION_AGAIN;
}

/* After the last event: writes what is left of the output and ends TCP from our side (7.1.1). */
static void finish(struct session *session, enum connection_event event,
                   const struct connection_message *message) {
    bool failed = event == CONNECTION_FAILED, sent = flush(session);
    session_events_ended(&session->events, &session->connection, event, message);
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
            session_events_message(&session->events, &message);
            session->handler->on_message(&session->connection, &message, session->handler->context);
        }
        switch (event) {
        case CONNECTION_MESSAGE:
        case CONNECTION_PIECE:
        case CONNECTION_NEEDS_TURN:
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            session_events_control(&session->events, &session->connection, &message);
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
    struct session session = {.tcp = tcp, .handler = handler};
    session.layer = handler->layer != NULL ? handler->layer(handler->context) : NULL;
    struct connection_settings rules = session_events_rules(settings, session.layer);
    session_events_init(&session.events, settings, tcp->number);
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
