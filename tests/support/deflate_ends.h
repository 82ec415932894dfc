/* deflate_ends: both ends of one direction of a connection, for the tests of deflate: what it
 * writes is read by inflate, message after message. And texts of many kinds to be sent. */
#ifndef TESTS_SUPPORT_DEFLATE_ENDS_H
#define TESTS_SUPPORT_DEFLATE_ENDS_H

#include "step07_deflate/deflate.h"
#include "step07_deflate/inflate.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

enum { RECEIVED_MAX = 1 << 19, WINDOW_MAX = 1 << 15, MESSAGE_MAX = 200000 };

/* Both ends of one direction of a connection. */
struct ends {
    struct deflate deflate;
    void *memory;
    unsigned window_bits;
    struct inflate inflate;
    struct inflate_output received;
    uint8_t *sent; /* the last message */
    size_t sent_length;
    size_t turns; /* that it took */
};

static inline void *allocate(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL) {
        abort();
    }
    memset(memory, 0xa5, size);
    return memory;
}

static inline void start(struct ends *ends, unsigned window_bits) {
    ends->window_bits = window_bits;
    ends->memory = allocate(deflate_memory(window_bits));
    deflate_init(&ends->deflate, window_bits, ends->memory);
    inflate_init(&ends->inflate, window_bits);
    ends->received = (struct inflate_output){allocate(RECEIVED_MAX), 0, RECEIVED_MAX};
    ends->sent = allocate(2 * MESSAGE_MAX);
}

static inline void stop(struct ends *ends) {
    free(ends->memory);
    free(ends->received.bytes);
    free(ends->sent);
}

static inline bool compress(struct ends *ends, const uint8_t *bytes, size_t length,
                            size_t capacity) {
    uint8_t *out = allocate(capacity + 1); /* so that a sanitizer sees what goes beyond */
    enum deflate_verdict verdict = DEFLATE_GO_ON;
    ends->sent_length = SIZE_MAX;
    deflate_begin(&ends->deflate, bytes, length, out + 1, capacity);
    for (ends->turns = 0; verdict == DEFLATE_GO_ON; ends->turns++) {
        size_t before = ends->deflate.done;
        verdict = deflate_run(&ends->deflate, &ends->sent_length);
        CHECK(ends->deflate.done - before <= DEFLATE_TURN);
    }
    if (verdict == DEFLATE_DONE) {
        CHECK(ends->sent_length <= capacity);
        memcpy(ends->sent, out + 1, ends->sent_length);
    }
    free(out);
    return verdict == DEFLATE_DONE;
}

/* Whether the peer reads these bytes in what was sent last. */
static inline bool arrives(struct ends *ends, const uint8_t *bytes, size_t length) {
    struct inflate_output *received = &ends->received;
    static const uint8_t mark[] = {0, 0, 0xff, 0xff};
    size_t left = ends->sent_length;
    const uint8_t *next = ends->sent;
    if (received->length + length > received->capacity) {
        memmove(received->bytes, received->bytes + received->length - WINDOW_MAX, WINDOW_MAX);
        received->length = WINDOW_MAX;
    }
    size_t before = received->length;
    enum inflate_verdict verdict = inflate_run(&ends->inflate, &next, &left, received);
    return verdict != INFLATE_BAD && left == 0 && inflate_is_between_blocks(&ends->inflate) &&
           ends->sent_length >= sizeof mark &&
           memcmp(ends->sent + ends->sent_length - sizeof mark, mark, sizeof mark) == 0 &&
           received->length - before == length &&
           (length == 0 || memcmp(received->bytes + before, bytes, length) == 0);
}

static inline bool goes_over(struct ends *ends, const uint8_t *bytes, size_t length) {
    return compress(ends, bytes, length, 2 * MESSAGE_MAX) && arrives(ends, bytes, length);
}

enum { KINDS = 7 };

/* Texts of many kinds. */
static inline void fill(unsigned kind, uint8_t *bytes, size_t length) {
    static const char *const words[] = {"frame ", "the ",  "{\"id\":", "payload", ", ",
                                        "of",     "mask ", "\",\"",    "opcode "};
    size_t period = 1 + test_random(kind == 2 ? 300 : 70000);
    for (size_t i = 0; i < length; i++) {
        bytes[i] = kind == 0   ? 0
                   : kind == 1 ? (uint8_t)test_random(256)
                   : kind < 4  ? (uint8_t)(i < period ? test_random(256) : bytes[i - period])
                   : kind == 4 ? (uint8_t)test_random(2)
                               : (uint8_t)(i >> 3);
    }
    for (size_t i = 0; kind == 6 && i < length;) {
        const char *word = words[test_random(9)];
        for (; *word != '\0' && i < length; word++) {
            bytes[i++] = (uint8_t)*word;
        }
    }
}

#endif
