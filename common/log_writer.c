#include "common/log_writer.h"

#include "common/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* On Linux a pipe takes this many bytes with one write as a whole, so other programs that write to
 * the same pipe do not put their lines inside ours. */
enum { PIECE_SIZE = 4096, NOTICE_SIZE = 80 };

static pthread_t thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool running, stopping;
static char ring[LOG_WRITER_RING_SIZE];
static size_t start, used;      /* where the lines begin in the ring, and their bytes */
static uint64_t lost, reported; /* lines lost so far, and the number in the last notice */

static void append(const char *bytes, size_t length) {
    size_t at = (start + used) % sizeof ring;
    size_t first = length < sizeof ring - at ? length : sizeof ring - at;
    memcpy(ring + at, bytes, first);
    memcpy(ring, bytes + first, length - first);
    used += length;
}

/* Moves as many whole lines as fit from the ring, which is not empty, to `piece`. Returns their
 * bytes. */
static size_t take(char piece[PIECE_SIZE]) {
    size_t length = used < PIECE_SIZE ? used : PIECE_SIZE;
    size_t first = length < sizeof ring - start ? length : sizeof ring - start;
    memcpy(piece, ring + start, first);
    memcpy(piece + first, ring, length - first);
    while (piece[length - 1] != '\n') {
        length--;
    }
    used -= length;
    start = used == 0 ? 0 : (start + length) % sizeof ring; /* keep to the same pages */
    return length;
}

static const char notice_text[] = "lines of the log that could not be written so far: ";

/* Writes the notice of how many lines were lost. Returns its length, or 0 if there is nothing new
 * to report. If the notice itself is lost, the next one reports all the same. */
static size_t make_notice(char line[NOTICE_SIZE]) {
    if (reported == lost) {
        return 0;
    }
    return (size_t)snprintf(line, NOTICE_SIZE, "%s%" PRIu64 "\n", notice_text, lost);
}

/* Counts the lines in `lines` as lost, except notices. */
static void count_lost(const char *lines, size_t length) {
    while (length > 0) {
        const char *next = (const char *)memchr(lines, '\n', length) + 1;
        size_t size = (size_t)(next - lines);
        lost +=
            size < sizeof notice_text || memcmp(lines, notice_text, sizeof notice_text - 1) != 0;
        length -= size;
        lines = next;
    }
    reported = 0; /* the last notice may be among them */
}

bool log_writer_put(const char *line, size_t length) {
    char before[NOTICE_SIZE];
    pthread_mutex_lock(&mutex);
    bool taken = running;
    size_t more = make_notice(before);
    if (running && more + length > sizeof ring - used) {
        lost++;
    } else if (running) {
        append(before, more);
        append(line, length);
        reported = lost;
        pthread_cond_signal(&changed);
    }
    pthread_mutex_unlock(&mutex);
    return taken;
}

/* Waits as long as it must. Returns how many bytes at the end could not be written. */
static size_t write_lines(const char *bytes, size_t length) {
    struct pollfd room = {STDERR_FILENO, POLLOUT, 0};
    while (length > 0) {
        ssize_t count = write(STDERR_FILENO, bytes, length);
        if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            break;
        }
        if (count < 0) {
            poll(&room, 1, -1); /* another program has set O_NONBLOCK */
            continue;
        }
        bytes += count;
        length -= (size_t)count;
    }
    return length;
}

static void *run(void *unused) {
    char piece[PIECE_SIZE];
    (void)unused;
    pthread_mutex_lock(&mutex);
    for (;;) {
        while (used == 0 && !stopping) {
            pthread_cond_wait(&changed, &mutex);
        }
        bool last = used == 0;
        size_t length = last ? make_notice(piece) : take(piece);
        pthread_mutex_unlock(&mutex);
        size_t unwritten = write_lines(piece, length);
        pthread_mutex_lock(&mutex);
        if (unwritten > 0) {
            count_lost(piece + length - unwritten, unwritten);
        }
        if (last) {
            break;
        }
    }
    running = false;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int log_writer_start(void) {
    sigset_t all, before;
    running = true;
    stopping = false;
    lost = reported = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    errno = pthread_create(&thread, NULL, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (errno != 0) {
        running = false;
        return -1;
    }
    return 0;
}

void log_writer_stop(void) {
    int64_t deadline = clock_now() + LOG_WRITER_STOP_WAIT;
    pthread_mutex_lock(&mutex);
    bool started = running;
    stopping = true;
    pthread_cond_signal(&changed);
    while (running && clock_now() < deadline) {
        clock_wait(&changed, &mutex, 50);
    }
    bool has_ended = !running;
    pthread_mutex_unlock(&mutex);
    if (started && has_ended) {
        pthread_join(thread, NULL);
    } else if (started) {
        pthread_detach(thread); /* it is blocked in a write */
    }
}
