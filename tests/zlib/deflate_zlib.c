/* deflate against zlib: zlib's inflate reads what it writes, message after message. zlib has no
 * window of 256 bytes in this format, so for that one it takes 512. */
#include "step07_deflate/deflate.h"

#include "tests/support/test.h"
#include "tests/zlib/samples.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MESSAGE_MAX = 300000, ROOM = 2 * MESSAGE_MAX };

static uint8_t message[MESSAGE_MAX], sent[ROOM], received[ROOM];

static bool zlib_reads(z_stream *stream, size_t length, size_t written) {
    stream->next_in = sent;
    stream->avail_in = (uInt)written;
    stream->next_out = received;
    stream->avail_out = sizeof received;
    int result = inflate(stream, Z_SYNC_FLUSH);
    return (result == Z_OK || result == Z_BUF_ERROR) && stream->avail_in == 0 &&
           sizeof received - stream->avail_out == length && memcmp(received, message, length) == 0;
}

/* A connection of many messages; some do not fit, and some are compressed without a history. */
static void connection(unsigned window_bits, unsigned seed) {
    struct samples_dice dice = {seed};
    struct deflate deflate;
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    void *memory = malloc(deflate_memory(window_bits));
    if (memory == NULL || inflateInit2(&stream, window_bits < 9 ? -9 : -(int)window_bits) != Z_OK) {
        abort();
    }
    deflate_init(&deflate, window_bits, memory);
    for (unsigned i = 0; i < 60; i++) {
        unsigned kind = samples_roll(&dice, SAMPLES_KINDS);
        uint32_t most = i % 12 == 0 ? MESSAGE_MAX : i % 3 == 0 ? 20000 : 300;
        size_t length = samples_roll(&dice, most + 1), written = 0;
        samples_fill(kind, message, length);
        if (samples_roll(&dice, 4) == 0) {
            CHECK(!deflate_message(&deflate, message, length, sent, 4, &written));
        }
        if (samples_roll(&dice, 8) == 0) {
            deflate_forget(&deflate);
            inflateReset(&stream);
        }
        bool fits = deflate_message(&deflate, message, length, sent, sizeof sent, &written);
        CHECK(fits && written <= length + 5 * (length / 4096 + 1) + 5);
        CHECK_FOR(zlib_reads(&stream, length, written), "window %u, seed %u, message %u: %zu of %s",
                  window_bits, seed, i, length, samples_name(kind));
    }
    inflateEnd(&stream);
    free(memory);
}

TEST("deflate: zlib reads every message in every window") {
    for (unsigned bits = DEFLATE_FORMAT_WINDOW_BITS_MIN; bits <= DEFLATE_FORMAT_WINDOW_BITS_MAX;
         bits++) {
        for (unsigned seed = 1; seed <= 20; seed++) {
            connection(bits, seed);
        }
    }
}
