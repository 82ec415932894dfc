#include "tests/fuzz/script.h"

#include <string.h>

enum {
    FRAMES_MAX = 64,
    STREAM_MAX = 300000, /* bytes; more than the buffer grows to in one step */
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

void script_write(struct wire *stream, bool by_client, const uint8_t *script, size_t length) {
    size_t written = 0; /* of all payloads: a character may go on in the next fragment */
    for (size_t at = 0, frames = 0; at < length && frames < FRAMES_MAX && stream->len <= STREAM_MAX;
         at += 4, frames++) {
        uint8_t item[4] = {0};
        struct fuzz_dice dice;
        struct wire payload = {0};
        memcpy(item, script + at, length - at < sizeof item ? length - at : sizeof item);
        bool large = (item[1] & LARGE) == LARGE, larger = (item[1] & FIVE_TIMES) == FIVE_TIMES;
        size_t size = ((large ? item[2] : item[2] % 4) * 256u + item[3]) * (larger ? 5 : 1);
        fuzz_dice_init(&dice, item[1]);
        while (payload.len < size) {
            fuzz_add_byte(&payload, payload_byte(&dice, item[1], written++));
        }
        (by_client ? wire_add_client_frame : wire_add_server_frame)(stream, item[0], payload.bytes,
                                                                    payload.len);
        wire_free(&payload);
    }
}
