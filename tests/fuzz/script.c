#include "tests/fuzz/script.h"

enum {
    FRAMES_MAX = 64,
    /* Bits of byte 1; all of it is the seed of random bytes. */
    TWO_BYTE_CHARACTERS = 0x80,
    RANDOM_BYTES = 0x40,
    LARGE = 0x30,     /* both bits; otherwise the length is below 1024, to be fast */
    FIVE_TIMES = 0x38 /* all three bits: large, and five times the length */
};

/* The payload is letters, characters of two bytes, which fragments cut, or any bytes. */
static uint8_t payload_byte(struct fuzz_dice *dice, uint8_t kind, size_t at) {
    if ((kind & RANDOM_BYTES) != 0) {
        return (uint8_t)fuzz_roll(dice, 256);
    }
    if ((kind & TWO_BYTE_CHARACTERS) != 0) {
        return at % 2 == 0 ? 0xc3 : 0xa4;
    }
    return (uint8_t)('a' + at % 26);
}

/* `at` counts the bytes of all frames, so that a character may go on in the next fragment. */
static void write_frame(struct wire *stream, bool by_client, const uint8_t *item, size_t *at) {
    struct fuzz_dice dice;
    struct wire payload = {0};
    bool large = (item[1] & LARGE) == LARGE;
    size_t length = (large ? item[2] : item[2] % 4) * 256u + item[3];
    if ((item[1] & FIVE_TIMES) == FIVE_TIMES) {
        length *= 5;
    }
    fuzz_dice_init(&dice, item[1]);
    for (size_t i = 0; i < length; i++) {
        fuzz_add_byte(&payload, payload_byte(&dice, item[1], (*at)++));
    }
    (by_client ? wire_add_client_frame : wire_add_server_frame)(stream, item[0], payload.bytes,
                                                                payload.len);
    wire_free(&payload);
}

void script_write(struct wire *stream, bool by_client, const uint8_t *script, size_t length) {
    size_t written = 0;
    for (size_t frame = 0; 4 * frame < length && frame < FRAMES_MAX; frame++) {
        uint8_t item[4] = {0};
        for (size_t i = 0; i < 4 && 4 * frame + i < length; i++) {
            item[i] = script[4 * frame + i];
        }
        if (stream->len > SCRIPT_STREAM_MAX) {
            return;
        }
        write_frame(stream, by_client, item, &written);
    }
}
