#include "tools/tutorial/deflated.h"

#include "common/text.h"
#include "step07_deflate/inflate.h"

#include <stdio.h>
#include <string.h>

/* Writes the next bits, as many as the statement has. */
static bool check_bits(struct deflated *deflated, const char *stated,
                       char truth[DEFLATED_TRUTH_MAX]) {
    size_t count = strspn(stated, "01"), i = 0;
    for (; i < count && i + 1 < DEFLATED_TRUTH_MAX && deflated->bit < 8 * deflated->length; i++) {
        unsigned byte = deflated->bytes[deflated->bit / 8];
        truth[i] = (byte >> deflated->bit % 8 & 1) != 0 ? '1' : '0';
        deflated->bit++;
    }
    truth[i] = '\0';
    return i == count && strncmp(stated, truth, count) == 0;
}

/* Writes what comes out, and what is wrong if something is. */
static bool check_text(const struct deflated *deflated, const char *stated,
                       char truth[DEFLATED_TRUTH_MAX]) {
    static const uint8_t tail[] = {0x00, 0x00, 0xff, 0xff};
    struct inflate inflate;
    uint8_t out[DEFLATED_TRUTH_MAX / 2];
    char text[DEFLATED_TRUTH_MAX - 2];
    struct inflate_output output = {out, 0, sizeof out};
    const uint8_t *next = deflated->bytes, *rest = tail;
    size_t left = deflated->length, rest_left = sizeof tail;
    inflate_init(&inflate, DEFLATE_FORMAT_WINDOW_BITS_MAX);
    if (inflate_run(&inflate, &next, &left, &output) != INFLATE_NEEDS_INPUT ||
        inflate_run(&inflate, &rest, &rest_left, &output) != INFLATE_NEEDS_INPUT ||
        !inflate_is_between_blocks(&inflate)) {
        snprintf(truth, DEFLATED_TRUTH_MAX, "(it cannot be inflated)");
        return false;
    }
    snprintf(truth, DEFLATED_TRUTH_MAX, "\"%s\"",
             text_printable(out, output.length, text, sizeof text));
    return strcmp(stated, truth) == 0 && deflated->bit == 8 * deflated->length;
}

bool deflated_check(struct deflated *deflated, const char *stated, char truth[DEFLATED_TRUTH_MAX]) {
    return stated[0] == '"' ? check_text(deflated, stated, truth)
                            : check_bits(deflated, stated, truth);
}
