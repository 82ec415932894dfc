#include "step05_echo/limits.h"

/* Notes what has happened since the last call, as if it had happened now. */
static void note_events(struct limits *limits, bool has_begun, int64_t now) {
    if (limits->heard) {
        limits->silent_since = now;
        limits->relaxed = false;
        limits->pings = 0;
    }
    if (limits->message) {
        limits->idle_since = now;
    }
    if (!has_begun || limits->begun == 0 || limits->message || limits->control) {
        limits->begun = has_begun ? now : 0;
    }
    limits->heard = limits->message = limits->control = false;
}

/* Whether `limit` ms (0: no limit) have passed since `start`. Shortens `*wait` to what is left of
 * them. */
static bool is_over(int64_t start, int64_t limit, int64_t now, int64_t *wait) {
    int64_t left = limit > 0 ? start + limit - now : LIMITS_LONGEST_WAIT;
    *wait = left < *wait ? left : *wait;
    return left <= 0;
}

enum limits_due limits_due(struct limits *limits, const struct connection *connection,
                           bool can_relax, int64_t now, int64_t *wait) {
    const struct limits_settings *settings = limits->settings;
    uint64_t received;
    note_events(limits, connection_has_begun(connection, &received), now);
    *wait = LIMITS_LONGEST_WAIT;
    if (connection->close_sent) {
        limits->closing = limits->closing == 0 ? now : limits->closing;
        return is_over(limits->closing, LIMITS_CLOSE_TIMEOUT, now, wait) ? LIMITS_NO_CLOSE
                                                                         : LIMITS_NOTHING;
    }
    if (is_over(limits->idle_since, settings->idle_timeout, now, wait)) {
        return LIMITS_IDLE;
    }
    int64_t earned = (int64_t)(received * 1000 / LIMITS_LEAST_RATE);
    if (limits->begun != 0 && settings->message_timeout > 0 &&
        is_over(limits->begun, settings->message_timeout + earned, now, wait)) {
        return LIMITS_SLOW_MESSAGE;
    }
    bool to_relax = can_relax && !limits->relaxed;
    if (to_relax && is_over(limits->silent_since, LIMITS_RELAX_AFTER, now, wait)) {
        limits->relaxed = true;
        return LIMITS_RELAX;
    }
    if (connection->output.total > 0 ||
        !is_over(limits->silent_since, settings->ping_interval, now, wait)) {
        return LIMITS_NOTHING;
    }
    if (limits->pings++ == 0) {
        limits->silent_since = now;
        return LIMITS_PING;
    }
    *wait = 1; /* the process may have been stopped since the ping: it reads once more */
    return limits->pings == 2 ? LIMITS_NOTHING : LIMITS_NO_PONG;
}
