#include "tests/fuzz/fuzz.h"

#include "common/hexdump.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BEFORE = 32, SHOWN_LINES = 8 };

void fuzz_fail(const char *format, ...) {
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "fuzz: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    abort();
}

void *fuzz_resize(void *memory, size_t size) {
    void *resized = realloc(memory, size > 0 ? size : 1); /* realloc may return NULL for 0 */
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

void fuzz_add_text(struct wire *bytes, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    wire_add(bytes, text, strlen(text));
}

static void show(const char *title, const struct wire *bytes, size_t from) {
    fprintf(stderr, "%s, %zu bytes:\n", title, bytes->len);
    for (size_t lines = 0; lines < SHOWN_LINES && from < bytes->len; lines++) {
        char line[HEXDUMP_LINE_SIZE];
        size_t left = bytes->len - from;
        size_t take = left < HEXDUMP_BYTES ? left : HEXDUMP_BYTES;
        fprintf(stderr, "  %s\n", hexdump_line(from, bytes->bytes + from, take, line));
        from += take;
    }
}

void fuzz_check_same(const struct wire *got, const struct wire *wanted, const char *what) {
    size_t at = 0;
    while (at < got->len && at < wanted->len && got->bytes[at] == wanted->bytes[at]) {
        at++;
    }
    if (at < got->len || at < wanted->len) {
        size_t from = at < SHOWN_BEFORE ? 0 : at - SHOWN_BEFORE;
        show("got", got, from);
        show("wanted", wanted, from);
        fuzz_fail("%s differ from the oracle's at byte %zu", what, at);
    }
}
