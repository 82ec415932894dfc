#include "common/clock.h"
#include "common/options.h"
#include "wscheck/child.h"
#include "wscheck/driver.h"
#include "wscheck/trial_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PACE = 2,           /* ms between pieces that the server should read one by one */
    WAITS_IN_VAIN = 10, /* after this many for the same cause in a row, */
    SHORTER = 10,       /* the next time-out is divided by this, */
    SHORTEST = 200      /* but not shorter than these ms */
};

void trial_init(struct trial *trial, const struct trial_settings *settings, const char *name) {
    memset(trial, 0, sizeof *trial);
    trial->settings = settings;
    trial_give_time(trial, settings->timeout);
    trial->messages.judged = settings->echo;
    trial->link.fd = -1;
    trial->printed = settings->child != NULL ? child_printed(settings->child) : 0;
    trial->random = 14695981039346656037u; /* FNV-1a */
    snprintf(trial->client.path, sizeof trial->client.path, "/%s", name);
    for (; *name != '\0'; name++) {
        trial->random = (trial->random ^ (uint8_t)*name) * 1099511628211u;
    }
    trial_init_reader(trial);
    trial_init_request(trial);
}

void trial_init_request(struct trial *trial) {
    const struct trial_settings *settings = trial->settings;
    request_free(&trial->request);
    request_init(&trial->request, settings->host, settings->target, trial->random);
    for (size_t i = 0; settings->headers != NULL && i < settings->headers->count; i++) {
        const char *line = settings->headers->item[i];
        request_set(&trial->request, (const uint8_t *)line, strlen(line));
    }
}

void trial_init_reader(struct trial *trial) {
    reader_init(&trial->reader, !trial->settings->driver->is_client);
    trial->reader.any_mask = !trial->judges_masks;
}

void trial_free(struct trial *trial) {
    link_close(&trial->link);
    request_free(&trial->request);
    free(trial->answer.bytes);
    free(trial->client.head.bytes);
    free(trial->client.former_head.bytes);
    free(trial->client.output);
    free(trial->controls.sent);
    trial_deflate_free(trial);
}

void trial_fail(struct trial *trial, enum level level, enum cause cause, const char *want,
                const char *got, ...) {
    if (level <= trial->verdict.failed) {
        return;
    }
    trial->verdict.failed = level;
    trial->verdict.cause = cause;
    snprintf(trial->verdict.want, sizeof trial->verdict.want, "%s", want);
    va_list arguments;
    va_start(arguments, got);
    vsnprintf(trial->verdict.got, sizeof trial->verdict.got, got, arguments);
    va_end(arguments);
}

void trial_skip(struct trial *trial, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(trial->verdict.skipped, sizeof trial->verdict.skipped, format, arguments);
    va_end(arguments);
}

void trial_mark(struct trial *trial, size_t entry, uint64_t wrong) {
    struct transcript_entry *marked = transcript_entry(&trial->transcript, entry);
    if (marked != NULL) {
        marked->marked = true;
        marked->mark = wrong;
    }
}

const char *trial_peer(const struct trial *trial) {
    return trial->settings->driver->peer;
}

void trial_give_time(struct trial *trial, int64_t timeout) {
    int64_t ends = clock_now() + TRIAL_TIMEOUTS * timeout;
    trial->timeout = timeout;
    trial->ends = ends < trial->settings->ends ? ends : trial->settings->ends;
}

int64_t trial_begin_wait(struct trial *trial, enum cause silence) {
    bool is_shorter = trial->settings->in_vain[silence] >= WAITS_IN_VAIN;
    int64_t shorter = trial->timeout / SHORTER > SHORTEST ? trial->timeout / SHORTER : SHORTEST;
    trial->waited = is_shorter && shorter < trial->timeout ? shorter : trial->timeout;
    return trial->waited;
}

void trial_end_wait(struct trial *trial, enum cause silence, bool came, bool silent) {
    if (came) {
        trial->settings->in_vain[silence] = 0;
    } else if (silent) {
        trial->settings->in_vain[silence]++;
    }
    trial->verdict.shortened =
        trial->verdict.failed == LEVEL_NONE && !came && silent && trial->waited < trial->timeout;
}

const char *trial_waited(const struct trial *trial, char out[TRIAL_WAITED_SIZE]) {
    int length = snprintf(out, TRIAL_WAITED_SIZE, "%g s", (double)trial->waited / 1000);
    if (trial->waited < trial->timeout) {
        snprintf(out + length, TRIAL_WAITED_SIZE - (size_t)length,
                 " (not %g s: ten waits for it had been in vain)", (double)trial->timeout / 1000);
    }
    return out;
}

bool trial_is_over(const struct trial *trial) {
    return clock_now() >= trial->ends;
}

/* The deadline, or the end of the case if that comes first. */
static int64_t bounded(const struct trial *trial, int64_t deadline) {
    return deadline < trial->ends ? deadline : trial->ends;
}

/* Whether an error means that wscheck has run out of descriptors, ports, memory or processes. */
static bool is_shortage(int number) {
    return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS ||
           number == EADDRNOTAVAIL || number == EAGAIN;
}

bool trial_connect(struct trial *trial) {
    int64_t deadline = bounded(trial, clock_now() + trial->timeout);
    if (link_open(&trial->link, &trial->settings->address, deadline) != 0) {
        if (is_shortage(errno)) {
            trial_skip(trial, "wscheck itself cannot connect: %s", strerror(errno));
        } else {
            trial_fail(trial, LEVEL_MUST, CAUSE_NO_CONNECTION, "the server accepts a connection",
                       "cannot connect: %s", strerror(errno));
        }
        return false;
    }
    return true;
}

bool trial_receive(struct trial *trial, int64_t deadline) {
    trial_try_replies(trial);
    if (trial->link.ended || trial->link.fd < 0 ||
        link_wait(&trial->link, LINK_READABLE, bounded(trial, deadline)) == 0) {
        return false;
    }
    if (link_read(&trial->link)) {
        trial_judge_input(trial);
    } else if (trial->link.ended) {
        transcript_add(&trial->transcript, TRANSCRIPT_REMARK, "%s %s", trial_peer(trial),
                       link_end_words(&trial->link));
    }
    return !trial->link.ended;
}

/* Whether frames are read now. Before the handshake is answered, bytes wait for trial_open.c. */
static bool reads_frames(const struct trial *trial) {
    return trial->is_open && !trial->deaf;
}

void trial_pause(struct trial *trial, int64_t milliseconds) {
    int64_t deadline = bounded(trial, clock_now() + milliseconds);
    if (!reads_frames(trial)) {
        link_wait(&trial->link, 0, deadline);
        return;
    }
    while (clock_now() < deadline && trial_receive(trial, deadline)) {
    }
}

/* Writes bytes, and judges what arrives meanwhile. Gives up if nothing is written or read for the
 * length of the time-out, or if the case is over. */
static void write_all(struct trial *trial, const uint8_t *bytes, size_t len) {
    int64_t deadline = clock_now() + trial->timeout;
    while (len > 0 && !trial->link.broken && !trial->link.ended && trial->link.fd >= 0) {
        size_t count = link_write(&trial->link, bytes, len);
        bytes += count;
        len -= count;
        if (count > 0) {
            deadline = clock_now() + trial->timeout;
        }
        int wanted = LINK_WRITABLE | (reads_frames(trial) ? LINK_READABLE : 0);
        int ready = len > 0 ? link_wait(&trial->link, wanted, bounded(trial, deadline)) : 0;
        if (len > 0 && (ready == 0 || trial_is_over(trial))) {
            char want[80];
            int64_t waited =
                trial_is_over(trial) ? TRIAL_TIMEOUTS * trial->timeout : trial->timeout;
            snprintf(want, sizeof want, "%s goes on reading", trial_peer(trial));
            trial_fail(trial, LEVEL_MUST, CAUSE_STOPS_READING, want,
                       "after %g s there are still %zu bytes to send", (double)waited / 1000, len);
            trial->link.broken = true;
        } else if ((ready & LINK_READABLE) != 0 && reads_frames(trial) &&
                   trial_receive(trial, clock_now())) {
            deadline = clock_now() + trial->timeout;
        }
    }
}

void trial_try_replies(struct trial *trial) {
    struct trial_outbox *outbox = &trial->outbox;
    if (outbox->is_sending || trial->mid_frame || outbox->length > 0 ||
        outbox->replies_length == 0) {
        return;
    }
    size_t count = link_write(&trial->link, outbox->replies, outbox->replies_length);
    outbox->replies_length -= count;
    memmove(outbox->replies, outbox->replies + count, outbox->replies_length);
    outbox->reply_is_cut = outbox->replies_length > 0 && (count > 0 || outbox->reply_is_cut);
}

static void write_replies(struct trial *trial) {
    struct trial_outbox *outbox = &trial->outbox;
    uint8_t replies[sizeof outbox->replies];
    size_t length = outbox->replies_length;
    memcpy(replies, outbox->replies, length); /* more may be added while these are written */
    outbox->replies_length = 0;
    outbox->reply_is_cut = false;
    write_all(trial, replies, length);
}

void trial_flush(struct trial *trial) {
    struct trial_outbox *outbox = &trial->outbox;
    size_t length = outbox->length, piece = outbox->piece > 0 ? outbox->piece : length;
    outbox->is_sending = true;
    if (outbox->reply_is_cut) {
        write_replies(trial);
    }
    for (size_t sent = 0; sent < length; sent += piece) {
        if (outbox->paced && sent > 0) {
            trial_pause(trial, PACE);
        }
        write_all(trial, outbox->bytes + sent, piece < length - sent ? piece : length - sent);
    }
    outbox->together = length > 0 && piece == length ? outbox->frames : 0;
    outbox->length = outbox->frames = 0;
    if (!trial->mid_frame && outbox->replies_length > 0) {
        write_replies(trial);
    }
    outbox->is_sending = false;
}

void trial_put(struct trial *trial, const uint8_t *bytes, size_t len) {
    while (len > 0) {
        size_t room = sizeof trial->outbox.bytes - trial->outbox.length;
        size_t count = len < room ? len : room;
        memcpy(trial->outbox.bytes + trial->outbox.length, bytes, count);
        trial->outbox.length += count;
        bytes += count;
        len -= count;
        if (trial->outbox.length == sizeof trial->outbox.bytes) {
            trial_flush(trial);
        }
    }
}

void trial_put_http(struct trial *trial, const uint8_t *bytes, size_t len, const char *label) {
    transcript_http(transcript_add(&trial->transcript, TRANSCRIPT_SENT, "%s", label), bytes, len);
    trial_put(trial, bytes, len);
}
