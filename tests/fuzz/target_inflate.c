/* The inflate of step 7 against an oracle that reads a bit at a time.
 *
 *     byte 0    bits 0 to 2: the window, 256 bytes to 32 KiB; the others: seed of the random cuts
 *     byte 1    size of the largest piece of input
 *     byte 2    size of the largest piece of output
 *     the rest  compressed data
 */
#include "tests/fuzz/fuzz.h"

#include "step07_deflate/inflate.h"
#include "tests/fuzz/oracle_inflate.h"

#include <stdlib.h>
#include <string.h>

enum { DATA_MAX = 2048 }; /* which inflate to 2 MB at most */

static void check_verdict(const struct inflate *inflate, enum inflate_verdict got,
                          enum oracle_inflate wanted) {
    fuzz_check((got == INFLATE_BAD) == (wanted == ORACLE_BAD), "the verdict is %d, the oracle's %d",
               (int)got, (int)wanted);
    fuzz_check(inflate_is_between_blocks(inflate) == (wanted == ORACLE_WHOLE),
               "whether the data may end here is wrong");
    const char *problem = inflate->problem;
    fuzz_check((problem != NULL) == (got == INFLATE_BAD),
               "there is a problem without BAD, or BAD without a problem");
    fuzz_check(problem == NULL || strlen(problem) <= 123, "the sentence is too long");
}

/* Inflates all at once, with this much more room than is needed. */
static void check_whole(const uint8_t *data, size_t size, unsigned window_bits,
                        enum oracle_inflate verdict, const struct wire *wanted, size_t more_room) {
    struct inflate *inflate = fuzz_resize(NULL, sizeof *inflate);
    uint8_t *exact = fuzz_copy(data, size);
    const uint8_t *next = exact;
    size_t left = size, capacity = wanted->len + more_room;
    struct inflate_output output = {fuzz_resize(NULL, capacity), 0, capacity};
    inflate_init(inflate, window_bits);
    enum inflate_verdict got = inflate_run(inflate, &next, &left, &output);
    fuzz_check(got != INFLATE_NEEDS_ROOM, "it needs more room than the output");
    check_verdict(inflate, got, verdict);
    fuzz_check(got == INFLATE_BAD || left == 0, "%zu bytes are not taken", left);
    struct wire text = {output.bytes, output.length, capacity};
    fuzz_check_same(&text, wanted, "bytes that come out at once");
    free(output.bytes);
    free(exact);
    free(inflate);
}

/* Makes one call, with the window in memory that has just moved and with room for `room` bytes.
 * Adds what comes out to `text`. */
static enum inflate_verdict run_piece(struct inflate *inflate, const uint8_t **data, size_t size,
                                      size_t room, size_t window, struct wire *text) {
    size_t kept = text->len < window ? text->len : window;
    uint8_t *exact = fuzz_copy(*data, size);
    const uint8_t *next = exact;
    size_t left = size;
    struct inflate_output output = {fuzz_resize(NULL, kept + room), kept, kept + room};
    if (kept > 0) {
        memcpy(output.bytes, text->bytes + text->len - kept, kept);
    }
    enum inflate_verdict verdict = inflate_run(inflate, &next, &left, &output);
    fuzz_check(next == exact + (size - left) && left <= size, "the input that is left is wrong");
    fuzz_check(output.length >= kept && output.length <= output.capacity,
               "the length of the output is wrong");
    fuzz_check(verdict != INFLATE_NEEDS_INPUT || left == 0, "%zu bytes are not taken", left);
    fuzz_check(verdict != INFLATE_NEEDS_ROOM || output.length == output.capacity,
               "it needs room although there is some");
    wire_add(text, output.bytes + kept, output.length - kept);
    *data += size - left;
    free(output.bytes);
    free(exact);
    return verdict;
}

static void check_pieces(const uint8_t *data, size_t size, unsigned window_bits,
                         enum oracle_inflate wanted_verdict, const struct wire *wanted,
                         const uint8_t head[3]) {
    struct inflate *inflate = fuzz_resize(NULL, sizeof *inflate);
    struct wire text = {0};
    struct fuzz_dice dice;
    enum inflate_verdict verdict = INFLATE_NEEDS_INPUT;
    const uint8_t *end = data + size;
    /* If much comes out there is more room, since little room would take long. */
    size_t room_max = 1 + head[2] * (size_t)4 + wanted->len / 500;
    fuzz_dice_init(&dice, head[0] / 8u);
    inflate_init(inflate, window_bits);
    while (verdict != INFLATE_BAD && (data < end || verdict == INFLATE_NEEDS_ROOM)) {
        size_t piece = fuzz_roll(&dice, 1 + (size_t)head[1]) + 1;
        size_t room = fuzz_roll(&dice, room_max) + (verdict == INFLATE_NEEDS_ROOM);
        piece = piece < (size_t)(end - data) ? piece : (size_t)(end - data);
        verdict = run_piece(inflate, &data, piece, room, (size_t)1 << window_bits, &text);
        fuzz_check(text.len <= wanted->len, "more comes out than the oracle has");
    }
    check_verdict(inflate, verdict, wanted_verdict);
    fuzz_check_same(&text, wanted, "bytes that come out in pieces");
    wire_free(&text);
    free(inflate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3 || size > DATA_MAX) {
        return 0;
    }
    unsigned window_bits = 8 + data[0] % 8;
    struct wire wanted = {0};
    enum oracle_inflate verdict =
        oracle_inflate(data + 3, size - 3, (size_t)1 << window_bits, &wanted);
    check_whole(data + 3, size - 3, window_bits, verdict, &wanted, 0);
    check_whole(data + 3, size - 3, window_bits, verdict, &wanted, 600);
    check_pieces(data + 3, size - 3, window_bits, verdict, &wanted, data);
    wire_free(&wanted);
    return 0;
}
