#include "tests/scale/flow.h"

#include "tests/test.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { CHUNK = 64 * 1024 };

/* One of the two directions. */
struct half {
    size_t done;
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
    half->next = now() + pace->write_pause;
    return true;
}

static bool read_some(int fd, const struct wire *wanted, const struct flow_pace *pace,
                      struct half *half) {
    static uint8_t got[CHUNK];
    size_t size = step_of(pace->read_step, wanted->len - half->done, sizeof got);
    ssize_t count = recv(fd, got, size, MSG_DONTWAIT);
    if (is_temporary(count)) {
        return true;
    }
    if (count <= 0) {
        CHECK_FOR(false, "instead of byte %zu of %zu: %s", half->done, wanted->len,
                  count == 0 ? "the end" : strerror(errno));
        return false;
    }
    if (memcmp(got, wanted->bytes + half->done, (size_t)count) != 0) {
        CHECK_FOR(false, "behind byte %zu of %zu:", half->done, wanted->len);
        CHECK_BYTES(got, (size_t)count, wanted->bytes + half->done, (size_t)count);
        return false;
    }
    half->done += (size_t)count;
    half->next = now() + pace->read_pause;
    return true;
}

/* How long there is nothing to do for a half whose time has not come, at most `wait`. */
static int64_t until(const struct half *half, size_t whole, int64_t wait) {
    int64_t left = half->next - now();
    return half->done < whole && left > 0 && left < wait ? left : wait;
}

bool flow_exchange(int fd, const struct wire *sent, const struct wire *wanted,
                   const struct flow_pace *pace) {
    struct half out = {0}, in = {0};
    int64_t progress = now();
    while (out.done < sent->len || in.done < wanted->len) {
        size_t before = out.done + in.done;
        bool may_write = out.done < sent->len && now() >= out.next;
        bool may_read = in.done < wanted->len && now() >= in.next;
        struct pollfd wait = {fd, (short)((may_write ? POLLOUT : 0) | (may_read ? POLLIN : 0)), 0};
        int64_t time = until(&out, sent->len, until(&in, wanted->len, 1000));
        /* A socket that nobody may touch yet would report its end again and again. */
        poll(&wait, wait.events != 0 ? 1 : 0, (int)time);
        if ((may_write && (wait.revents & (POLLOUT | POLLERR | POLLHUP)) != 0 &&
             !write_some(fd, sent, pace, &out)) ||
            (may_read && (wait.revents & (POLLIN | POLLERR | POLLHUP)) != 0 &&
             !read_some(fd, wanted, pace, &in))) {
            return false;
        }
        if (out.done + in.done > before) {
            progress = now();
        } else if (now() - progress > PROCESS_WAIT) {
            CHECK_FOR(false, "no progress after %zu of %zu bytes sent, %zu of %zu read", out.done,
                      sent->len, in.done, wanted->len);
            return false;
        }
    }
    return true;
}
