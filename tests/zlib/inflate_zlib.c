/* inflate against zlib: what zlib compresses comes back the same, and broken data is refused where
 * zlib refuses it. */
#include "step07_deflate/inflate.h"

#include "tests/support/test.h"
#include "tests/zlib/samples.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SMALL_MAX = 3000, CORRUPTIONS = 300 };

/* Memory of a fixed size with a length. */
struct bytes {
    uint8_t *data;
    size_t length, capacity;
};

static struct bytes bytes_new(size_t capacity) {
    struct bytes bytes = {malloc(capacity + 1), 0, capacity};
    if (bytes.data == NULL) {
        abort();
    }
    return bytes;
}

/* How data is compressed. */
struct way {
    int level, window_bits, strategy;
};

/* Compresses with a flush of any kind at `flushes` random places, and at the end with `last`. */
static struct bytes compress_with_zlib(const uint8_t *data, size_t length, const struct way *way,
                                       unsigned flushes, int last, struct samples_dice *dice) {
    static const int kinds[] = {Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK, Z_PARTIAL_FLUSH};
    struct bytes out = bytes_new(length + length / 4 + 1000 + 100 * flushes);
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, way->level, Z_DEFLATED, -way->window_bits, 8, way->strategy) !=
        Z_OK) {
        abort();
    }
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.next_out = out.data;
    stream.avail_out = (uInt)out.capacity;
    size_t left = length;
    for (unsigned i = 0; i <= flushes; i++) {
        size_t piece = i == flushes ? left : samples_roll(dice, (uint32_t)left + 1);
        stream.avail_in = (uInt)piece;
        left -= piece;
        int flush = i == flushes ? last : kinds[samples_roll(dice, 4)];
        int result = deflate(&stream, flush);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            abort();
        }
    }
    CHECK(stream.avail_out > 0);
    out.length = out.capacity - stream.avail_out;
    deflateEnd(&stream);
    return out;
}

/* Inflates with input and room in pieces of up to `most` bytes (0: all at once). Returns the last
 * verdict. Like a server, it throws away what is past the window now and then. */
static enum inflate_verdict inflate_in_pieces(const struct bytes *data, unsigned window_bits,
                                              uint32_t most, struct samples_dice *dice,
                                              struct bytes *out, bool *whole,
                                              const char **problem) {
    struct inflate *inflate = malloc(sizeof *inflate); /* so that sanitizers see its ends */
    enum inflate_verdict verdict = INFLATE_NEEDS_INPUT;
    size_t window = (size_t)1 << window_bits, given = 0, thrown = 0;
    struct bytes buffer = bytes_new(most == 0 ? out->capacity : window + most);
    inflate_init(inflate, window_bits);
    out->length = 0;
    while (verdict != INFLATE_BAD && (given < data->length || verdict == INFLATE_NEEDS_ROOM)) {
        if (most != 0 && buffer.length > window) {
            memmove(buffer.data, buffer.data + buffer.length - window, window);
            thrown += buffer.length - window;
            buffer.length = window;
        }
        size_t piece = most == 0 ? data->length : 1 + samples_roll(dice, most);
        size_t room = most == 0 ? buffer.capacity : buffer.length + 1 + samples_roll(dice, most);
        piece = piece < data->length - given ? piece : data->length - given;
        uint8_t *exact = malloc(piece + 1);
        memcpy(exact + 1, data->data + given, piece);
        const uint8_t *next = exact + 1;
        size_t left = piece;
        struct inflate_output output = {buffer.data, buffer.length, room};
        verdict = inflate_run(inflate, &next, &left, &output);
        CHECK_EQUAL(next - exact - 1, piece - left);
        CHECK(verdict != INFLATE_NEEDS_INPUT || left == 0);
        CHECK(verdict != INFLATE_NEEDS_ROOM || output.length == output.capacity);
        CHECK(output.length <= output.capacity && output.length >= buffer.length);
        size_t more = output.length - buffer.length;
        if (out->length + more > out->capacity) {
            abort();
        }
        memcpy(out->data + out->length, buffer.data + buffer.length, more);
        out->length += more;
        buffer.length = output.length;
        given += piece - left;
        free(exact);
    }
    CHECK_EQUAL(thrown + buffer.length, out->length);
    *whole = inflate_is_between_blocks(inflate);
    *problem = inflate->problem;
    CHECK((verdict == INFLATE_BAD) == (*problem != NULL));
    free(buffer.data);
    free(inflate);
    return verdict;
}

static void check_comes_back(const uint8_t *data, size_t length, const struct bytes *packed,
                             unsigned window_bits, bool between_blocks, struct samples_dice *dice,
                             const char *name) {
    static const uint32_t pieces[] = {0, 1, 40, 5000, 70000};
    struct bytes out = bytes_new(length + 1000);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        bool whole;
        const char *problem;
        if (pieces[i] == 1 && length > SMALL_MAX) {
            continue;
        }
        enum inflate_verdict verdict =
            inflate_in_pieces(packed, window_bits, pieces[i], dice, &out, &whole, &problem);
        CHECK_FOR(verdict == INFLATE_NEEDS_INPUT && out.length == length &&
                      memcmp(out.data, data, length) == 0,
                  "%zu bytes of %s in pieces of %u: verdict %d, %zu bytes", length, name, pieces[i],
                  (int)verdict, out.length);
        CHECK_FOR(!between_blocks || whole, "%zu bytes of %s end within a block", length, name);
    }
    free(out.data);
}

static void check_ways(size_t length, unsigned kind, unsigned flushes, int last) {
    static const int levels[] = {1, 6, 9};
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE};
    struct samples_dice dice = {length + kind + flushes};
    struct bytes data = bytes_new(length);
    samples_fill(kind, data.data, length);
    for (int window_bits = 9; window_bits <= 15; window_bits += length > 100000 ? 3 : 1) {
        for (size_t i = 0; i < 12; i++) {
            if (length > 100000 && i % 4 != (size_t)window_bits / 3 % 4 && i != 4) {
                continue; /* of large data not all ways, but each now and then */
            }
            struct way way = {levels[i / 4], window_bits, strategies[i % 4]};
            struct bytes packed = compress_with_zlib(data.data, length, &way, flushes, last, &dice);
            bool between_blocks = last == Z_FINISH || last == Z_SYNC_FLUSH;
            check_comes_back(data.data, length, &packed, (unsigned)window_bits, between_blocks,
                             &dice, samples_name(kind));
            free(packed.data);
        }
    }
    free(data.data);
}

TEST("inflate and zlib: small data, all ways to compress") {
    static const size_t lengths[] = {0, 1, 2, 3, 10, 100, 258, 259, 1000, SMALL_MAX};
    for (unsigned kind = 0; kind < SAMPLES_KINDS; kind++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            check_ways(lengths[i], kind, kind % 4, i % 2 == 0 ? Z_SYNC_FLUSH : Z_FINISH);
        }
    }
}

TEST("inflate and zlib: large data") {
    for (unsigned kind = 0; kind < SAMPLES_KINDS; kind++) {
        check_ways(40000, kind, 3, Z_FINISH);
        check_ways(150000 + 1000 * kind, kind, 10, Z_SYNC_FLUSH);
        check_ways(kind == 7 ? 2000000 : 400000, kind, 30, Z_BLOCK);
    }
}

/* A message that was ended with Z_BLOCK may end within a byte; with a final block, and the next
 * message follows in the next byte. */
TEST("inflate and zlib: messages one after another") {
    static const int ends[] = {Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH};
    struct samples_dice dice = {7};
    struct bytes all = bytes_new(400000), packed = bytes_new(500000);
    for (unsigned i = 0; i < 200; i++) {
        size_t length = samples_roll(&dice, 1000);
        struct way way = {6, 15, Z_DEFAULT_STRATEGY};
        samples_fill(i % SAMPLES_KINDS, all.data + all.length, length);
        struct bytes one = compress_with_zlib(all.data + all.length, length, &way, i % 3,
                                              ends[samples_roll(&dice, 3)], &dice);
        memcpy(packed.data + packed.length, one.data, one.length);
        packed.length += one.length;
        all.length += length;
        free(one.data);
    }
    check_comes_back(all.data, all.length, &packed, 15, true, &dice, "messages");
    free(all.data);
    free(packed.data);
}

/* What zlib says of the data, with room for one byte at a time: only then it holds references to
 * the window exactly (else it lets them go as far as the output of the present call does). Stops
 * after a final block. Returns Z_OK if more may come, Z_STREAM_END, or Z_DATA_ERROR. */
static int inflate_with_zlib(const struct bytes *data, unsigned window_bits, struct bytes *out) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, -(int)window_bits) != Z_OK) {
        abort();
    }
    stream.next_in = data->data;
    stream.avail_in = (uInt)data->length;
    int result = Z_OK;
    out->length = 0;
    for (;;) {
        stream.next_out = out->data + out->length;
        stream.avail_out = out->length < out->capacity ? 1 : 0;
        result = inflate(&stream, Z_SYNC_FLUSH);
        bool came = stream.avail_out == 0;
        out->length += came;
        if (out->length == out->capacity || result == Z_STREAM_END || result == Z_DATA_ERROR ||
            !came) {
            break;
        }
    }
    inflateEnd(&stream);
    return result == Z_BUF_ERROR ? Z_OK : result;
}

/* Two things differ lawfully. Behind a final block zlib stops and inflate reads on, so only what
 * comes before is compared. A code for code lengths without any symbol is refused by inflate at
 * once, by zlib some bytes later, when there turns out to be no end-of-block code: where the data
 * ends in between, zlib wants more. */
static unsigned compare_broken(struct bytes *data, unsigned window_bits,
                               struct samples_dice *dice) {
    struct bytes theirs = bytes_new(300 * SMALL_MAX), ours = bytes_new(300 * SMALL_MAX);
    int result = inflate_with_zlib(data, window_bits, &theirs);
    bool whole;
    const char *problem;
    for (uint32_t most = 0; most <= 5000; most = most == 0 ? 7 : most * 25) {
        enum inflate_verdict verdict =
            inflate_in_pieces(data, window_bits, most, dice, &ours, &whole, &problem);
        if (result == Z_STREAM_END) {
            CHECK(ours.length >= theirs.length);
            ours.length = theirs.length;
        } else {
            bool later = problem != NULL && result == Z_OK &&
                         strstr(problem, "code for code lengths is incomplete") != NULL;
            CHECK_FOR(later || (verdict == INFLATE_BAD) == (result == Z_DATA_ERROR),
                      "window %u: our verdict is %d, zlib's %d after %zu bytes (ours %zu)",
                      window_bits, (int)verdict, result, theirs.length, ours.length);
        }
        CHECK_BYTES(ours.data, ours.length, theirs.data, theirs.length);
    }
    free(theirs.data);
    free(ours.data);
    return result == Z_DATA_ERROR ? 1 : 0;
}

TEST("inflate and zlib: corrupted data") {
    struct samples_dice dice = {99};
    unsigned bad = 0, all = 0;
    for (unsigned kind = 0; kind < SAMPLES_KINDS; kind++) {
        for (unsigned i = 0; i < CORRUPTIONS && !test_has_failed(); i++) {
            struct way way = {1 + (int)(i % 9), 9 + (int)(i % 7),
                              i % 5 == 0 ? Z_FIXED : Z_DEFAULT_STRATEGY};
            struct bytes data = bytes_new(SMALL_MAX);
            data.length = 1 + samples_roll(&dice, SMALL_MAX);
            samples_fill(kind, data.data, data.length);
            struct bytes packed = compress_with_zlib(data.data, data.length, &way, i % 3,
                                                     i % 2 == 0 ? Z_SYNC_FLUSH : Z_FINISH, &dice);
            /* Most of what can be wrong is in the first bytes, the codes. */
            for (unsigned n = samples_roll(&dice, 4); n > 0; n--) {
                size_t within = i % 2 == 0 && packed.length > 80 ? 80 : packed.length;
                packed.data[samples_roll(&dice, (uint32_t)within)] ^=
                    (uint8_t)(1u << samples_roll(&dice, 8));
            }
            /* With a smaller window than it was made for, too. */
            unsigned window_bits = i % 3 == 0 ? 8 : (unsigned)way.window_bits;
            bad += compare_broken(&packed, window_bits, &dice);
            all++;
            free(packed.data);
            free(data.data);
        }
    }
    CHECK_FOR(bad > all / 10 && bad < all * 9 / 10, "%u of %u are bad", bad, all);
}

TEST("inflate and zlib: noise") {
    struct samples_dice dice = {5};
    for (unsigned i = 0; i < 20000 && !test_has_failed(); i++) {
        uint8_t noise[64] = {0};
        struct bytes data = {noise, 1 + samples_roll(&dice, sizeof noise), sizeof noise};
        for (size_t at = 0; at < data.length; at++) {
            noise[at] = (uint8_t)samples_roll(&dice, 256);
        }
        noise[0] = (uint8_t)((noise[0] & 0xf8) | 4 | (noise[0] & 1)); /* a dynamic block */
        compare_broken(&data, 8 + i % 8, &dice);
    }
}
