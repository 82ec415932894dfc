#include "tests/fuzz/fuzz.h"

#include "common/hexdump.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BEFORE = 32, SHOWN_LINES = 8 };

static void tell(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

static void tell(const char *format, va_list arguments) {
    fflush(stdout);
    fprintf(stderr, "fuzz: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
}

void fuzz_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
    abort();
}

void fuzz_check(bool good, const char *format, ...) {
    if (!good) {
        va_list arguments;
        va_start(arguments, format);
        tell(format, arguments);
        va_end(arguments);
        abort();
    }
}

void *fuzz_resize(void *memory, size_t size) {
    void *resized = realloc(memory, size > 0 ? size : 1); /* none of 0 bytes, which may be NULL */
    if (resized == NULL) {
        fuzz_fail("out of memory for %zu bytes", size);
    }
    return resized;
}

void *fuzz_copy(const void *bytes, size_t length) {
    void *copy = fuzz_resize(NULL, length);
    if (length > 0) {
        memcpy(copy, bytes, length);
    }
    return copy;
}

void fuzz_dice_init(struct fuzz_dice *dice, uint32_t seed) {
    dice->state = seed * 2654435761u + 1;
}

size_t fuzz_roll(struct fuzz_dice *dice, size_t sides) {
    /* The linear congruential generator of Numerical Recipes; its upper bits are the good ones. */
    dice->state = dice->state * 1664525u + 1013904223u;
    return (dice->state >> 8) % sides;
}

void fuzz_add(struct fuzz_bytes *bytes, const void *more, size_t length) {
    if (bytes->length + length > bytes->capacity) {
        size_t capacity = 2 * (bytes->length + length) + 64;
        bytes->data = fuzz_resize(bytes->data, capacity);
        bytes->capacity = capacity;
    }
    if (length > 0) {
        memcpy(bytes->data + bytes->length, more, length);
        bytes->length += length;
    }
}

void fuzz_add_text(struct fuzz_bytes *bytes, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fuzz_add(bytes, text, strlen(text));
}

void fuzz_bytes_free(struct fuzz_bytes *bytes) {
    free(bytes->data);
    *bytes = (struct fuzz_bytes){NULL, 0, 0};
}

static void show(const char *title, const struct fuzz_bytes *bytes, size_t from) {
    fprintf(stderr, "%s, %zu bytes:\n", title, bytes->length);
    for (size_t lines = 0; lines < SHOWN_LINES && from < bytes->length; lines++) {
        char line[HEXDUMP_LINE_SIZE];
        size_t left = bytes->length - from;
        size_t take = left < HEXDUMP_BYTES ? left : HEXDUMP_BYTES;
        fprintf(stderr, "  %s\n", hexdump_line(from, bytes->data + from, take, line));
        from += take;
    }
}

void fuzz_check_same(const struct fuzz_bytes *got, const struct fuzz_bytes *wanted,
                     const char *what) {
    size_t at = 0;
    while (at < got->length && at < wanted->length && got->data[at] == wanted->data[at]) {
        at++;
    }
    if (at < got->length || at < wanted->length) {
        size_t from = at < SHOWN_BEFORE ? 0 : at - SHOWN_BEFORE;
        show("got", got, from);
        show("wanted", wanted, from);
        fuzz_fail("%s differ from the oracle's at byte %zu", what, at);
    }
}
