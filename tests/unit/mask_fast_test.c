/* mask_fast: against the plain mask of step 4, at every length, offset and distance. */
#include "step04_frames/mask_fast.h"

#include "step04_frames/frame.h"
#include "tests/support/test.h"

#include <string.h>

static const uint8_t example_key[4] = {0x37, 0xfa, 0x21, 0x3d}; /* of RFC 6455, 5.7 */

static void fill(uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(i * 167 + 13);
    }
}

/* Masks `len` bytes to a place that lies `distance` bytes before them, in one buffer, as any bytes
 * and as a text. */
static void check_mask(size_t len, uint64_t offset, size_t distance) {
    enum { BEFORE = 48, ROOM = 220 };
    uint8_t bytes[ROOM], wanted[ROOM], masked[ROOM], text[ROOM];
    fill(bytes, sizeof bytes);
    memcpy(wanted, bytes, sizeof wanted);
    memcpy(masked, bytes + BEFORE, len);
    frame_mask(masked, masked, len, example_key, offset);
    memcpy(wanted + BEFORE - distance, masked, len);
    mask_fast(bytes + BEFORE - distance, bytes + BEFORE, len, example_key, offset);
    CHECK_BYTES(bytes, sizeof bytes, wanted, sizeof wanted); /* nothing around it was touched */
    fill(text, sizeof text);
    mask_fast_text(text + BEFORE - distance, text + BEFORE, len, example_key, offset);
    CHECK_BYTES(text, sizeof text, wanted, sizeof wanted);
}

TEST("mask_fast: in place, every length and offset") {
    for (size_t len = 0; len <= 100; len++) {
        for (uint64_t offset = 0; offset < 8; offset++) {
            check_mask(len, offset, 0);
        }
    }
}

TEST("mask_fast: to a place before") {
    for (size_t len = 0; len <= 100; len++) {
        for (size_t distance = 1; distance <= 40; distance++) {
            check_mask(len, len + distance, distance);
        }
    }
}

TEST("mask_fast: to another place") {
    uint8_t from[100], to[101], wanted[100];
    for (size_t len = 0; len <= sizeof from; len++) {
        fill(from, sizeof from);
        fill(wanted, sizeof wanted);
        frame_mask(wanted, wanted, len, example_key, 3);
        memset(to, '#', sizeof to);
        mask_fast(to, from, len, example_key, 3);
        CHECK_BYTES(to, len, wanted, len);
        CHECK_EQUAL(to[len], '#');
    }
}

/* Four different bytes, a zero key and one of four equal bytes. */
TEST("mask_fast: with any key, and back") {
    static const uint8_t keys[][4] = {
        {0x01, 0x02, 0x04, 0x08}, {0, 0, 0, 0}, {0xff, 0xff, 0xff, 0xff}, {0x80, 0, 0, 0}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint8_t bytes[77], wanted[77];
        fill(bytes, sizeof bytes);
        fill(wanted, sizeof wanted);
        frame_mask(wanted, wanted, sizeof wanted, keys[i], 0);
        mask_fast(bytes, bytes, sizeof bytes, keys[i], 0);
        CHECK_BYTES(bytes, sizeof bytes, wanted, sizeof wanted);
        mask_fast(bytes, bytes, sizeof bytes, keys[i], 0); /* its own inverse */
        fill(wanted, sizeof wanted);
        CHECK_BYTES(bytes, sizeof bytes, wanted, sizeof wanted);
    }
}

/* A payload may be longer than any memory. */
TEST("mask_fast: at any offset") {
    static const uint64_t offsets[] = {0xfffffffd, 0x100000001, INT64_MAX - 40, UINT64_MAX - 2};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        check_mask(50, offsets[i], 0);
    }
}

/* The key may lie where the payload goes, as it does in a frame that is unmasked to its front. */
TEST("mask_fast: over the key") {
    for (size_t len = 0; len <= 100; len++) {
        for (int as_text = 0; as_text < 2; as_text++) {
            uint8_t frame[104], wanted[100];
            fill(frame, sizeof frame);
            frame_mask(wanted, frame + 4, len, frame, 0);
            if (as_text) {
                mask_fast_text(frame, frame + 4, len, frame, 0);
            } else {
                mask_fast(frame, frame + 4, len, frame, 0);
            }
            CHECK_BYTES(frame, len, wanted, len);
        }
    }
}

/* Texts of every length in which one byte or none is not ASCII, at every place. */
TEST("mask_fast: a text tells whether it is ASCII") {
    for (size_t len = 0; len <= 100; len++) {
        for (size_t other = 0; other <= len; other++) {
            uint8_t bytes[101];
            memset(bytes, 0x7f, sizeof bytes);
            bytes[other] = 0x80; /* after the text when other is len */
            frame_mask(bytes, bytes, len, example_key, other);
            CHECK_EQUAL(mask_fast_text(bytes, bytes, len, example_key, other), other == len);
        }
    }
}
