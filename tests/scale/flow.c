#include "tests/scale/flow.h"

#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CHUNK = 64 * 1024,
    SHOWN = 64 /* bytes of what is wrong */
};

/* One of the two directions. */
struct half {
    size_t done;  /* of what is to be sent, or has to come */
    size_t bytes; /* on the wire */
    int64_t next; /* when it may go on */
};

static size_t step_of(size_t step, size_t left, size_t most) {
    size_t size = step > 0 && step < left ? step : left;
    return size < most ? size : most;
}

/* Whether -1 from a call says no more than that it could not be done at once. */
static bool is_temporary(ssize_t result) {
    return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static bool write_some(int fd, const struct wire *sent, const struct flow_pace *pace,
                       struct half *half) {
    size_t size = step_of(pace->write_step, sent->len - half->done, sent->len);
    ssize_t count = send(fd, sent->bytes + half->done, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && !is_temporary(count)) {
        CHECK_FOR(false, "cannot send byte %zu of %zu: %s", half->done, sent->len, strerror(errno));
        return false;
    }
    half->done += count > 0 ? (size_t)count : 0;
    half->bytes = half->done;
    half->next = now() + pace->write_pause;
    return true;
}

/* Compares what has come with what had to come. */
static bool check_some(const uint8_t *got, size_t count, const struct wire *wanted,
                       struct half *half) {
    const uint8_t *rest = wanted->bytes + half->done;
    size_t left = wanted->len - half->done, same = 0;
    if (count <= left && (count == 0 || memcmp(got, rest, count) == 0)) {
        half->done += count;
        return true;
    }
    while (same < count && same < left && got[same] == rest[same]) {
        same++;
    }
    CHECK_FOR(false, "from byte %zu of %zu:", half->done + same, wanted->len);
    CHECK_BYTES(got + same, step_of(SHOWN, count - same, SHOWN), rest + same,
                step_of(SHOWN, left - same, SHOWN));
    return false;
}

static bool read_some(int fd, const struct wire *wanted, const struct flow_pace *pace,
                      struct compression *compression, struct half *half) {
    static uint8_t got[CHUNK];
    size_t left = compression == NULL ? wanted->len - half->done : sizeof got;
    size_t size = step_of(pace->read_step, left, sizeof got);
    ssize_t count = recv(fd, got, size, MSG_DONTWAIT);
    if (is_temporary(count)) {
        return true;
    }
    if (count <= 0) {
        CHECK_FOR(false, "instead of byte %zu of %zu: %s", half->done, wanted->len,
                  count == 0 ? "the end" : strerror(errno));
        return false;
    }
    half->bytes += (size_t)count;
    half->next = now() + pace->read_pause;
    if (compression == NULL) {
        return check_some(got, (size_t)count, wanted, half);
    }
    struct wire plain = {0};
    bool good = compression_take(compression, got, (size_t)count, &plain) &&
                check_some(plain.bytes, plain.len, wanted, half);
    wire_free(&plain);
    return good;
}

/* How long there is nothing to do for a half whose time has not come, at most `wait`. */
static int64_t until(const struct half *half, size_t whole, int64_t wait) {
    int64_t left = half->next - now();
    return half->done < whole && left > 0 && left < wait ? left : wait;
}

bool flow_exchange(int fd, const struct wire *sent, const struct wire *wanted,
                   const struct flow_pace *pace, struct compression *compression) {
    struct half out = {0}, in = {0};
    int64_t progress = now();
    while (out.done < sent->len || in.done < wanted->len) {
        size_t before = out.bytes + in.bytes;
        bool may_write = out.done < sent->len && now() >= out.next;
        bool may_read = in.done < wanted->len && now() >= in.next;
        struct pollfd wait = {fd, (short)((may_write ? POLLOUT : 0) | (may_read ? POLLIN : 0)), 0};
        int64_t time = until(&out, sent->len, until(&in, wanted->len, 1000));
        /* A socket that nobody may touch yet would report its end again and again. */
        poll(&wait, wait.events != 0 ? 1 : 0, (int)time);
        if ((may_write && (wait.revents & (POLLOUT | POLLERR | POLLHUP)) != 0 &&
             !write_some(fd, sent, pace, &out)) ||
            (may_read && (wait.revents & (POLLIN | POLLERR | POLLHUP)) != 0 &&
             !read_some(fd, wanted, pace, compression, &in))) {
            return false;
        }
        if (out.bytes + in.bytes > before) {
            progress = now();
        } else if (now() - progress > PROCESS_WAIT) {
            CHECK_FOR(false, "no progress after %zu of %zu bytes sent, %zu of %zu read", out.done,
                      sent->len, in.done, wanted->len);
            return false;
        }
    }
    size_t more = compression != NULL ? compression->received.len : 0;
    CHECK_FOR(more == 0, "%zu bytes too many have come", more);
    return more == 0;
}
