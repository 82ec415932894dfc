#include "common/clock.h"
#include "wscheck/driver.h"
#include "wscheck/trial_parts.h"

#include <stdio.h>

/* What a wait is for. A combination ends with the first that happens. */
enum wait { WAIT_MESSAGES = 1, WAIT_PONG = 2, WAIT_CLOSE = 4, WAIT_END = 8 };

static bool is_reached(const struct trial *trial, int what) {
    bool messages = trial->messages.first == trial->messages.count ||
                    trial->messages.wanted[trial->messages.first].optional ||
                    !trial->messages.judged;
    return ((what & WAIT_MESSAGES) != 0 && messages) ||
           ((what & WAIT_PONG) != 0 && !trial_needs_pong(trial)) ||
           ((what & WAIT_CLOSE) != 0 && trial->closing.received) ||
           ((what & WAIT_END) != 0 && trial->link.ended);
}

/* Whether the wait has succeeded. A Close that fails the connection does not answer a Close. */
static bool has_come(const struct trial *trial, int what, enum cause silence) {
    const struct trial_closing *closing = &trial->closing;
    return silence == CAUSE_NO_CLOSE_REPLY
               ? closing->received && (closing->code < 1002 || closing->code == closing->sent_code)
               : is_reached(trial, what);
}

/* Waits until one of `what` is reached, or until there is no progress for the length of the
 * time-out. `silence` is the cause if nothing comes. Returns whether it is reached. */
static bool wait_for(struct trial *trial, int what, enum cause silence) {
    trial_flush(trial);
    uint64_t progress = trial->progress;
    int64_t timeout = trial_begin_wait(trial, silence), deadline = clock_now() + timeout;
    if (is_reached(trial, what)) {
        return true;
    }
    while (!is_reached(trial, what) && trial->verdict.failed < LEVEL_MUST &&
           clock_now() < deadline && !trial_is_over(trial) && trial_receive(trial, deadline)) {
        if (trial->progress != progress) {
            progress = trial->progress;
            deadline = clock_now() + timeout;
        }
    }
    trial_end_wait(trial, silence, has_come(trial, what, silence),
                   clock_now() >= deadline && !trial->closing.received && !trial->link.ended);
    return is_reached(trial, what);
}

/* Why a wait has failed. `silence` is the cause if nothing has come. */
static enum cause cause_of(const struct trial *trial, enum cause silence) {
    if (trial->closing.received) {
        return silence == CAUSE_NOT_FAILED   ? CAUSE_CLOSE_CODE
               : trial->closing.code == 1009 ? CAUSE_TOO_BIG
                                             : CAUSE_CLOSED;
    }
    if (trial->link.ended) {
        return silence == CAUSE_NOT_FAILED       ? CAUSE_NO_CLOSE_FRAME
               : silence == CAUSE_NO_CLOSE_REPLY ? silence
                                                 : CAUSE_CLOSED;
    }
    if (trial_is_over(trial)) {
        return CAUSE_TOO_SLOW;
    }
    if (trial->controls.stray_pong[0] != '\0') {
        return silence == CAUSE_NO_PONG ? CAUSE_PONG_DIFFERS : silence;
    }
    if (trial->early && (silence == CAUSE_NO_ECHO || silence == CAUSE_NO_PONG)) {
        return CAUSE_FIRST_BYTES_LOST;
    }
    bool first_came = silence == CAUSE_NO_ECHO   ? trial->messages.came > 0
                      : silence == CAUSE_NO_PONG ? trial->controls.answered > 0
                                                 : false;
    return trial->messages.begun                      ? CAUSE_ECHO_STOPS
           : first_came && trial->outbox.together > 1 ? CAUSE_NEXT_LOST
                                                      : silence;
}

/* Fails the case and says what happened instead of what was waited for. */
static void fail_wait(struct trial *trial, enum level level, enum cause silence, const char *want) {
    char waited[TRIAL_WAITED_SIZE];
    enum cause cause = cause_of(trial, silence);
    if (trial->closing.received) {
        trial_mark(trial, trial->closing.entry, 0);
        trial_fail(trial, level, cause, want,
                   trial->closing.code == TRIAL_NO_CODE
                       ? "%s closed the connection with a Close without a code"
                       : "%s closed the connection with Close %u",
                   trial_peer(trial), trial->closing.code);
    } else if (trial->link.ended) {
        trial_fail(trial, level, cause, want, "%s %s, without a Close frame", trial_peer(trial),
                   link_end_words(&trial->link));
    } else if (cause == CAUSE_TOO_SLOW) {
        trial_fail(trial, LEVEL_PRACTICE, cause, want, /* no RFC sets a time */
                   "not within %g s, although more and more bytes came",
                   (double)(TRIAL_TIMEOUTS * trial->timeout) / 1000);
    } else if (trial->controls.stray_pong[0] != '\0') {
        trial_fail(trial, level, cause, want, "nothing more within %s; but a Pong with %s",
                   trial_waited(trial, waited), trial->controls.stray_pong);
    } else {
        trial_fail(trial, level, cause, want, "nothing%s%s within %s",
                   trial->messages.begun ? " more of the message" : "",
                   trial->controls.ping_came ? " but Pings" : "", trial_waited(trial, waited));
    }
}

/* Whether the other side has given up at a limit of its own, as the case allows. */
static bool is_excused(struct trial *trial) {
    if (trial->limits == NULL || trial->verdict.failed == LEVEL_MUST ||
        !(trial->closing.received || trial->link.ended)) {
        return false;
    }
    trial->excused = true;
    trial_wait_failed(trial, trial->limits, LEVEL_MUST);
    if (trial->verdict.failed == LEVEL_NONE && !trial->defends) {
        trial_judge_limit(trial);
    }
    return true;
}

void trial_wait_messages(struct trial *trial) {
    char want[320];
    if (!wait_for(trial, WAIT_MESSAGES, CAUSE_NO_ECHO) && !is_excused(trial)) {
        trial_describe(&trial->messages.wanted[trial->messages.first], want, sizeof want);
        fail_wait(trial, LEVEL_MUST, CAUSE_NO_ECHO, want);
    }
}

static const char want_pong[] = "a Pong with the payload of the last Ping (5.5.2)";

void trial_wait_pong(struct trial *trial) {
    if (!wait_for(trial, WAIT_PONG, CAUSE_NO_PONG) && !is_excused(trial)) {
        fail_wait(trial, LEVEL_MUST, CAUSE_NO_PONG, want_pong);
    }
}

static bool is_listed(const unsigned *codes, unsigned code) {
    for (; *codes != 0; codes++) {
        if (*codes == code) {
            return true;
        }
    }
    return false;
}

static void list_codes(const unsigned *codes, char *out, size_t capacity) {
    size_t written = 0;
    for (size_t i = 0; codes[i] != 0 && written < capacity; i++) {
        written += (size_t)snprintf(out + written, capacity - written, "%s%u", i > 0 ? " or " : "",
                                    codes[i]);
    }
}

static void wait_end_of_tcp(struct trial *trial, const char *want) {
    char waited[TRIAL_WAITED_SIZE];
    if (!wait_for(trial, WAIT_END, CAUSE_TCP_STAYS_OPEN)) {
        trial_fail(trial, LEVEL_MUST, CAUSE_TCP_STAYS_OPEN, want, "TCP is still open after %s",
                   trial_waited(trial, waited));
    }
}

/* Both sides have sent a Close. If wscheck is the server, it ends TCP first (7.1.1). */
static void end_as_server(struct trial *trial) {
    if (!trial->settings->driver->is_client) {
        trial_flush(trial);
        link_finish(&trial->link);
    }
}

void trial_wait_failed(struct trial *trial, const unsigned *codes, enum level silence) {
    char want[200], list[60] = "";
    list_codes(codes, list, sizeof list);
    snprintf(want, sizeof want,
             "%s fails the connection: a Close frame with %s, then the end of TCP (7.1.7)",
             trial_peer(trial), list);
    /* If a Close with a fault gets no answer, perhaps no Close does. */
    enum cause nothing = trial->closing.sent ? CAUSE_NO_CLOSE_REPLY : CAUSE_NOT_FAILED;
    if (!wait_for(trial, WAIT_CLOSE | WAIT_END, CAUSE_NOT_FAILED)) {
        fail_wait(trial, silence, nothing, want);
        return;
    }
    if (!trial->closing.received) {
        fail_wait(trial, LEVEL_SHOULD, CAUSE_NOT_FAILED, want);
        return;
    }
    if (!is_listed(codes, trial->closing.code)) {
        fail_wait(trial, LEVEL_SHOULD, CAUSE_NOT_FAILED, want);
        trial_mark(trial, trial->closing.entry, 2);
    }
    end_as_server(trial);
    snprintf(want, sizeof want, "after its Close frame %s ends TCP (7.1.7)", trial_peer(trial));
    wait_end_of_tcp(trial, want);
    if (trial->no_reply && trial->link.ended && trial->link.reset) {
        trial_fail(trial, LEVEL_SHOULD, CAUSE_RESET,
                   "the TCP stream ends cleanly, trailing bytes read and discarded (7.1.1)",
                   "a reset, which can destroy the Close frame before the client has read it");
    }
}

bool trial_wait_failed_or_alive(struct trial *trial, const unsigned *codes) {
    for (size_t i = trial->messages.first; i < trial->messages.count; i++) {
        trial->messages.wanted[i].optional = false;
    }
    if (wait_for(trial, WAIT_PONG | WAIT_CLOSE | WAIT_END, CAUSE_NO_PONG)) {
        wait_for(trial, WAIT_MESSAGES | WAIT_CLOSE | WAIT_END, CAUSE_NO_ECHO);
    }
    if (trial->closing.received || trial->link.ended) {
        trial_wait_failed(trial, codes, LEVEL_MUST);
    } else if (trial_needs_pong(trial)) {
        fail_wait(trial, LEVEL_MUST, CAUSE_NO_PONG, want_pong);
    } else {
        trial_wait_messages(trial);
    }
    return trial->verdict.failed < LEVEL_MUST && !trial->closing.received && !trial->link.ended;
}

/* The code of the answer to wscheck's Close has to be one of these. */
static void judge_reply(struct trial *trial, const unsigned *codes) {
    char want[160], list[60] = "";
    if (trial->closing.code == TRIAL_NO_CODE || trial->client.hung_up ||
        is_listed(codes, trial->closing.code)) {
        return;
    }
    list_codes(codes, list, sizeof list);
    snprintf(want, sizeof want, "the answer to the Close frame has code %s (5.5.1)", list);
    trial_mark(trial, trial->closing.entry, 2);
    trial_fail(trial, LEVEL_PRACTICE,
               trial->closing.sent_after ? CAUSE_NO_CLOSE_REPLY : CAUSE_CLOSE_CODE, want,
               "Close %u", trial->closing.code);
}

void trial_wait_closed(struct trial *trial, const unsigned *codes) {
    const unsigned usual[] = {1000, trial->closing.sent_code, 0};
    if (!wait_for(trial, WAIT_CLOSE, CAUSE_NO_CLOSE_REPLY)) {
        fail_wait(trial, LEVEL_MUST, CAUSE_NO_CLOSE_REPLY,
                  "the Close frame is answered with a Close frame (5.5.1)");
        return;
    }
    if (trial->limits != NULL && is_listed(trial->limits, trial->closing.code)) {
        is_excused(trial); /* it crossed our Close */
        return;
    }
    if (trial->verdict.failed < LEVEL_MUST && trial_needs_pong(trial)) {
        fail_wait(trial, LEVEL_MUST, CAUSE_NO_PONG, want_pong);
    }
    judge_reply(trial, codes[0] != 0 ? codes : usual);
    const char *want = trial->settings->driver->is_client
                           ? "after the closing handshake the server ends TCP at once (5.5.1)"
                           : "the client ends TCP when the server has ended it (7.1.1)";
    int64_t start = clock_now();
    end_as_server(trial);
    wait_end_of_tcp(trial, want);
    if (trial->link.ended && clock_now() - start > trial->timeout / 2) {
        trial_fail(trial, LEVEL_SHOULD, CAUSE_TCP_STAYS_OPEN, want, "it took %g s",
                   (double)(clock_now() - start) / 1000);
    }
    if (trial->link.ended && trial->link.reset && !trial->closing.sent_after) {
        trial_fail(trial, LEVEL_SHOULD, CAUSE_RESET, "TCP is ended cleanly (7.1.1)", "a reset");
    }
}

/* If no Close has been answered so far, the wait for the answer is short, and a failure of the
 * connection might come only after it. So a Ping goes first, whose Pong shows that all is well. */
static void ping_first(struct trial *trial) {
    bool is_short = trial_begin_wait(trial, CAUSE_NO_CLOSE_REPLY) < trial->timeout;
    if (is_short && !trial_needs_pong(trial) && !trial->mid_frame && !trial->closing.received) {
        trial_send_simple(trial, OPCODE_PING, "well?", 5);
        wait_for(trial, WAIT_PONG | WAIT_CLOSE | WAIT_END, CAUSE_NO_PONG);
        trial->controls.answered = trial->controls.count; /* other cases are about Pongs */
    }
}

void trial_say_goodbye(struct trial *trial, bool is_opened) {
    if (!trial->closing.sent && !is_opened) {
        ping_first(trial);
    }
    bool before_ours = trial->closing.received && !trial->client.hung_up;
    if (!trial->closing.sent) {
        trial_send_close(trial, 1000);
    }
    bool answered = is_opened ? wait_for(trial, WAIT_CLOSE | WAIT_END | WAIT_PONG, CAUSE_NO_PONG)
                              : wait_for(trial, WAIT_CLOSE | WAIT_END, CAUSE_NO_CLOSE_REPLY);
    unsigned code = trial->closing.code; /* from 1002 to 1011 it says that something was wrong */
    if (trial->closing.received && (before_ours || (code >= 1002 && code <= 1011))) {
        if (!is_excused(trial)) {
            fail_wait(trial, LEVEL_MUST, CAUSE_CLOSED,
                      "the connection goes on, since nothing is wrong");
        }
    } else if (trial_needs_pong(trial) && !(is_opened && trial->closing.received)) {
        fail_wait(trial, LEVEL_MUST, CAUSE_NO_PONG,
                  is_opened ? "the connection is open: a Pong, or a Close" : want_pong);
    }
    if (answered) {
        end_as_server(trial);
        wait_for(trial, WAIT_END, CAUSE_TCP_STAYS_OPEN);
    }
}

void trial_wait_ended(struct trial *trial) {
    char want[80];
    snprintf(want, sizeof want, "%s ends the TCP connection", trial_peer(trial));
    wait_end_of_tcp(trial, want);
}
