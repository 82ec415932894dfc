/* What every driver of an open connection shares: counting, the log's lines, and what is done when
 * time is over. The times are made up, and no bytes travel. */
#include "step05_echo/session_events.h"

#include "common/log.h"
#include "tests/support/log_capture.h"
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <string.h>

enum { START = 5000, NEVER = -1 };

/* Connection number 7, whose log is captured, and its output in `pump`. */
struct scene {
    struct session_settings settings;
    struct session_events events;
    const struct layer *layer;
    struct connection *connection;
};
static struct pump pump;

static void begin(struct scene *scene, enum log_level level) {
    if (scene->settings.max_message == 0) {
        scene->settings.max_message = 1000;
    }
    struct connection_settings rules = session_events_rules(&scene->settings, scene->layer);
    log_set_level(level);
    log_capture_begin();
    pump_open(&pump, &rules, sizeof pump.memory);
    scene->connection = &pump.connection;
    session_events_init(&scene->events, &scene->settings, 7);
}

/* The log must have these lines, and the connection must have sent this. */
static void end(const char *logged, const char *sent) {
    log_capture_expect(logged);
    log_capture_end();
    log_set_level(LOG_NORMAL);
    pump_drain(&pump);
    pump_expect(&pump, pump.events, sent);
    pump_close(&pump);
}

/* Asks this many ms after the start. `wait` is looked at only if there is nothing else to do. */
static void check_due(struct scene *scene, int64_t at, enum session_events_due wanted,
                      int64_t wait) {
    int64_t got = NEVER;
    enum session_events_due due =
        session_events_due(&scene->events, scene->connection, scene->layer, START + at, &got);
    CHECK_FOR(due == wanted, "after %lld ms %d and not %d", (long long)at, (int)due, (int)wanted);
    CHECK_FOR(wanted != SESSION_WAIT || got == wait, "after %lld ms %lld and not %lld",
              (long long)at, (long long)got, (long long)wait);
}

TEST("session_events: the settings and the layer rule the connection") {
    static const struct layer layer = {.rsv = FRAME_RSV1};
    const struct session_settings settings = {.max_message = 4321};
    struct connection_settings rules = session_events_rules(&settings, NULL);
    CHECK_EQUAL(rules.role, CONNECTION_SERVER);
    CHECK_EQUAL(rules.max_message, 4321);
    CHECK_EQUAL(rules.allowed_rsv, 0);
    CHECK_EQUAL(session_events_rules(&settings, &layer).allowed_rsv, FRAME_RSV1);
}

static const struct connection_message text = {FRAME_TEXT, 0, true, (uint8_t *)"Hi\n", 3},
                                       binary = {FRAME_BINARY, 0, true, (uint8_t *)"Hi\n", 3},
                                       ping = {FRAME_PING, 0, true, (uint8_t *)"p", 1},
                                       nothing = {FRAME_CLOSE, 0, true, (uint8_t *)"", 0};

TEST("session_events: messages are counted, and shown with --verbose") {
    struct scene scene = {0};
    begin(&scene, LOG_VERBOSE);
    session_events_message(&scene.events, &text);
    session_events_message(&scene.events, &binary);
    CHECK_EQUAL(scene.events.messages, 2);
    end("#7 text, 3 bytes Hi\\n\n#7 binary, 3 bytes \n", "");
    begin(&scene, LOG_NORMAL);
    session_events_message(&scene.events, &text);
    CHECK_EQUAL(scene.events.messages, 1);
    end("", "");
}

TEST("session_events: a ping is shown with --verbose") {
    struct scene scene = {0};
    begin(&scene, LOG_VERBOSE);
    session_events_control(&scene.events, scene.connection, &ping);
    end("#7 ping, 1 bytes\n", "");
    begin(&scene, LOG_NORMAL);
    session_events_control(&scene.events, scene.connection, &ping);
    end("", "");
}

TEST("session_events: a ping gives what has begun its time anew, but not a message in fragments") {
    struct scene scene = {.settings = {.limits = {0, 0, 100}}};
    for (int in_message = 0; in_message <= 1; in_message++) {
        begin(&scene, LOG_QUIET);
        scene.connection->in_frame = true;
        check_due(&scene, 0, SESSION_WAIT, 100);
        scene.connection->in_message = in_message == 1;
        session_events_control(&scene.events, scene.connection, &ping);
        check_due(&scene, 60, SESSION_WAIT, in_message == 1 ? 40 : 100);
        end("", "");
    }
}

TEST("session_events: a message puts off the end of an idle connection") {
    struct scene scene = {.settings = {.limits = {0, 100, 0}}};
    begin(&scene, LOG_VERBOSE);
    check_due(&scene, 0, SESSION_WAIT, 100);
    check_due(&scene, 60, SESSION_WAIT, 40);
    scene.events.verbose = false;
    session_events_message(&scene.events, &text);
    check_due(&scene, 90, SESSION_WAIT, 100);
    check_due(&scene, 190, SESSION_AGAIN, NEVER);
    check_due(&scene, 190, SESSION_WAIT, LIMITS_CLOSE_TIMEOUT);
    check_due(&scene, 190 + LIMITS_CLOSE_TIMEOUT, SESSION_LOST, NEVER);
    end("#7 sending Close 1001: no message for too long\n"
        "#7 lost after 1 messages: no reply to our Close\n",
        "close 1001:no message for too long ");
}

TEST("session_events: a goodbye is said once") {
    struct scene scene = {0};
    begin(&scene, LOG_VERBOSE);
    session_events_goodbye(&scene.events, scene.connection, "bye");
    session_events_goodbye(&scene.events, scene.connection, "bye again");
    end("#7 sending Close 1001: bye\n", "close 1001:bye ");
}

TEST("session_events: silence gets a ping, and more of it is the end") {
    struct scene scene = {.settings = {.limits = {100, 0, 0}}};
    begin(&scene, LOG_VERBOSE);
    check_due(&scene, 0, SESSION_WAIT, 100);
    check_due(&scene, 100, SESSION_AGAIN, NEVER);
    pump_drain(&pump);
    check_due(&scene, 100, SESSION_WAIT, 100);
    check_due(&scene, 200, SESSION_WAIT, 1);
    check_due(&scene, 201, SESSION_LOST, NEVER);
    end("#7 silent; sending a ping\n#7 lost after 0 messages: no answer to a ping\n", "ping: ");
}

TEST("session_events: a message that never ends is refused") {
    struct scene scene = {.settings = {.limits = {0, 0, 100}}};
    begin(&scene, LOG_NORMAL);
    pump_put(&pump, "01:begun");
    pump_handle(&pump);
    check_due(&scene, 0, SESSION_WAIT, 100);
    check_due(&scene, 100, SESSION_AGAIN, NEVER);
    end("#7 sending Close 1008: the message takes too long (--message-timeout)\n",
        "close 1008:the message takes too long ");
}

static void count_relax(void *context, struct connection *connection) {
    (void)connection;
    ++*(int *)context;
}

TEST("session_events: after some silence the layer gives back memory") {
    int relaxed = 0;
    const struct layer layer = {.context = &relaxed, .relax = count_relax};
    struct scene scene = {.layer = &layer};
    begin(&scene, LOG_VERBOSE);
    check_due(&scene, 0, SESSION_WAIT, LIMITS_RELAX_AFTER);
    check_due(&scene, LIMITS_RELAX_AFTER, SESSION_AGAIN, NEVER);
    check_due(&scene, LIMITS_RELAX_AFTER, SESSION_WAIT, LIMITS_LONGEST_WAIT);
    CHECK_EQUAL(relaxed, 1);
    end("", "");
}

TEST("session_events: without a layer a buffer that has grown is given back") {
    struct scene scene = {.settings = {.max_message = LIMITS_MESSAGE_DEFAULT}};
    begin(&scene, LOG_QUIET);
    check_due(&scene, 0, SESSION_WAIT, LIMITS_LONGEST_WAIT);
    CHECK_EQUAL(buffer_resize(&scene.connection->input.buffer, 1 << 20, 0), 0);
    check_due(&scene, 1, SESSION_WAIT, LIMITS_RELAX_AFTER - 1);
    check_due(&scene, LIMITS_RELAX_AFTER, SESSION_AGAIN, NEVER);
    CHECK(!buffer_has_grown(&scene.connection->input.buffer));
    end("", "");
}

TEST("session_events: the log says how a connection ended") {
    struct scene scene = {0};
    struct connection connection = {.close_code = 1000};
    begin(&scene, LOG_NORMAL);
    session_events_ended(&scene.events, &connection, CONNECTION_CLOSED, &nothing);
    session_events_message(&scene.events, &text);
    session_events_ended(&scene.events, &connection, CONNECTION_CLOSED, &text);
    connection.close_code = 1002;
    connection.failure = "a rule";
    session_events_ended(&scene.events, &connection, CONNECTION_FAILED, &nothing);
    connection.close_code = 1009;
    connection.failure = "too large";
    session_events_ended(&scene.events, &connection, CONNECTION_FAILED, &nothing);
    session_events_lost(&scene.events, "reset");
    end("#7 closed with 1000 after 0 messages\n"
        "#7 closed with 1000 after 1 messages: Hi\\n\n"
        "#7 failed with 1002 after 1 messages: a rule\n"
        "#7 failed with 1009 after 1 messages: too large (--max-message)\n"
        "#7 lost after 1 messages: reset\n",
        "");
}
