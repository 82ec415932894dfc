/* Attacks with messages that are hard to compress, and with what compression keeps. */
#include "step05_echo/session.h"
#include "tests/attacks/squeezed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    KIB = 1024,
    TEXT = 1024 * KIB, /* bytes of a message that is compressed */
    TURNS = 3,         /* of which the best counts */
    WORDS = 2000,      /* different ones in the ordinary text */
    HASHES = 256,      /* that the colliding text keeps to, of 32768 */
    IDLE = 1000,       /* connections */
    WINDOW = 32 * KIB, /* bytes */
    OPEN = 14 * KIB,   /* bytes of memory of a connection that never had a message */
    LIBRARY = 32 * KIB /* bytes of each that the C library may keep for later messages */
};

static uint32_t next_random(void) {
    static uint32_t state = 20111; /* the numbers need not be good, only the same every time */
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* Words, the first ones far more often than the last, with spaces between them. */
static void ordinary(uint8_t *text) {
    static char words[WORDS][12];
    for (size_t i = 0; i < WORDS; i++) {
        size_t length = 2 + next_random() % 9;
        for (size_t k = 0; k < length; k++) {
            words[i][k] = (char)('a' + (next_random() % 26) * (next_random() % 26) / 26);
        }
        words[i][length] = '\0';
    }
    for (size_t at = 0; at < TEXT;) {
        const char *word = words[(next_random() % WORDS) * (next_random() % WORDS) / WORDS];
        size_t length = strlen(word);
        for (size_t k = 0; k <= length && at < TEXT; k++) {
            text[at++] = (uint8_t)(k < length ? word[k] : ' ');
        }
    }
}

static void zeros(uint8_t *text) {
    memset(text, 0, TEXT);
}

static void repeat(uint8_t *text, const char *period) {
    for (size_t i = 0; i < TEXT; i++) {
        text[i] = (uint8_t)period[i % strlen(period)];
    }
}

static void period_of_two(uint8_t *text) {
    repeat(text, "ab");
}

static void period_of_seven(uint8_t *text) {
    repeat(text, "aaaaaab");
}

/* The same places are tried again and again, and each match is a little longer. */
static void two_letters(uint8_t *text) {
    for (size_t i = 0; i < TEXT; i++) {
        text[i] = (uint8_t)('a' + (next_random() >> 16) % 2);
    }
}

/* Runs that differ in their length: matches that begin well and end at another place each. */
static void runs(uint8_t *text) {
    memset(text, 'a', TEXT);
    for (size_t at = 0; at < TEXT; at += 4 + next_random() % 120) {
        text[at] = (uint8_t)('b' + next_random() % 3);
    }
}

/* Who knows the code knows the hash of the next four bytes (deflate_match_hash), and chooses bytes
 * so that all places are entered under a few hashes: many to be tried, and none of them any good.
 * */
static void collisions(uint8_t *text) {
    memcpy(text, "abc", 3);
    for (size_t i = 3; i < TEXT; i++) {
        uint32_t begin = next_random() >> 8, last = begin & 255;
        for (uint32_t k = 0; k < 256; k++) {
            uint32_t byte = (begin + k) & 255;
            uint32_t four = (uint32_t)text[i - 3] | (uint32_t)text[i - 2] << 8 |
                            (uint32_t)text[i - 1] << 16 | byte << 24;
            if ((four * 0x9e3779b1u) >> 17 < HASHES) {
                last = byte;
                break;
            }
        }
        text[i] = (uint8_t)last;
    }
}

/* Has the server echo this text, and returns the least processor time for a byte that it took, in
 * nanoseconds. The text comes as it is; the server compresses it. */
static double cost_of(int fd, void (*make)(uint8_t *text)) {
    uint8_t *text = malloc(TEXT);
    size_t length = 0;
    double least = 1e9;
    CHECK(text != NULL);
    if (text == NULL) {
        return least;
    }
    make(text);
    for (int turn = 0; turn < TURNS; turn++) {
        double before = attack_cpu();
        CHECK(squeezed_send(fd, 0x82, text, TEXT));
        CHECK(squeezed_read(fd, &length) != ATTACK_BROKEN);
        double took = 1000 * (attack_cpu() - before) / TEXT;
        least = took < least ? took : least;
    }
    free(text);
    return least;
}

static void hard_texts(void) {
    static const struct {
        const char *name;
        void (*make)(uint8_t *text);
        double bound; /* times the work for ordinary text */
    } kinds[] = {
        {"zeros", zeros, 3},
        {"period of 2", period_of_two, 3},
        {"period of 7", period_of_seven, 3},
        {"two letters", two_letters, 3},
        {"runs", runs, 3},
        {"collisions", collisions, 3},
    };
    static const char *const options[] = {NULL};
    if (!squeezed_begin(options)) {
        return;
    }
    int fd = squeezed_open();
    double usual = cost_of(fd, ordinary);
    attack_note("ordinary text %.0f ns for a byte", usual);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        double times = cost_of(fd, kinds[i].make) / usual;
        attack_cost(kinds[i].name, times, kinds[i].bound, "times");
    }
    close(fd);
    attack_end();
}

/* The server's memory in RAM for each of the idle connections, when it has not changed for twice as
 * long as the silence that the server waits for. */
static double memory_of_each(long before) {
    int64_t deadline = now() + PROCESS_WAIT, changed = now();
    long last = 0;
    while (now() - changed < 2 * (int64_t)LIMITS_RELAX_AFTER && now() < deadline) {
        long memory = process_status(&attack_server, "RssAnon:");
        changed = memory != last ? now() : changed;
        last = memory;
        attack_pause(50);
    }
    return (double)(last - before) / IDLE;
}

/* Fills both windows of every connection: the message comes in stored blocks, and goes out in as
 * many bits as letters take. Then there is silence. */
static void check_idle(const char *what, const char *const *options, double bound) {
    static int fds[IDLE];
    struct squeezed payload = {0};
    uint8_t letters[WINDOW];
    size_t length;
    for (size_t i = 0; i < WINDOW; i++) {
        letters[i] = (uint8_t)('@' + next_random() % 32);
    }
    squeezed_stored(&payload, letters, WINDOW);
    squeezed_end(&payload);
    if (!squeezed_begin(options)) {
        return;
    }
    long before = process_status(&attack_server, "RssAnon:");
    for (int i = 0; i < IDLE; i++) {
        fds[i] = squeezed_open();
    }
    for (int i = 0; i < IDLE; i++) {
        CHECK(squeezed_send(fds[i], 0xc2, payload.out.bytes, payload.out.len));
    }
    for (int i = 0; i < IDLE; i++) {
        CHECK_EQUAL(squeezed_read(fds[i], &length), 0xc2);
        CHECK(length < WINDOW);
    }
    attack_cost(what, memory_of_each(before), bound, "KiB");
    for (int i = 0; i < IDLE; i++) {
        close(fds[i]);
    }
    wire_free(&payload.out);
    attack_end();
}

static void idle(void) {
    static const char *const keeping[] = {"--quiet", NULL};
    static const char *const forgetting[] = {"--quiet", "--no-context-takeover", NULL};
    double each = (double)(OPEN + LIBRARY) / KIB;
    attack_note("%d silent connections", IDLE);
    check_idle("each with both windows", keeping, each + 2.0 * WINDOW / KIB);
    check_idle("without context takeover", forgetting, each);
}

const struct attack text_attacks[] = {
    {"hard_texts", hard_texts, false}, {"idle_windows", idle, false}, {NULL, NULL, false}};
