/* The frame of step 4. Its decoder is compared with a plain reading of RFC 6455, section 5.2, and
 * its mask with the definition; its encoder must be the inverse of the decoder; and the picture of
 * it must fit.
 *
 *     byte 0    bit 7: frames must be masked; bits 4 to 6: reserved bits that are allowed
 *     the rest  a frame, or several
 */
#include "tests/fuzz/oracle_frames.h"

#include "common/log.h"
#include "step04_frames/frame_draw.h"
#include "step04_frames/frame_show.h"
#include "step04_frames/mask_fast.h"

#include <stdlib.h>
#include <string.h>

enum { MASK_MAX = 200, LINE_MAX = 80 };

/* Decodes the first frame from 0, 1, 2 ... of its bytes. Returns whether there is a whole
 * header. */
static bool check_decoder(const uint8_t *bytes, size_t length, const struct frame_rules *rules,
                          struct frame_header *header) {
    enum frame_verdict got = FRAME_INCOMPLETE;
    for (size_t here = 0; here <= length && here <= FRAME_HEADER_MAX + 1; here++) {
        struct frame_header wanted_header = {0};
        size_t size;
        uint8_t *exact = fuzz_copy(bytes, here);
        enum frame_verdict wanted = oracle_head(bytes, here, rules, &wanted_header, &size);
        enum frame_verdict before = got;
        got = frame_decode_header(exact, here, rules, header);
        free(exact);
        fuzz_check(got == wanted, "after %zu bytes the verdict is %d, not %d", here, (int)got,
                   (int)wanted);
        fuzz_check(before == FRAME_INCOMPLETE || before == got, "the verdict has changed");
        fuzz_check(strlen(frame_verdict_sentence(got)) <= 123, "the sentence is too long");
        if (got == FRAME_OK) {
            const struct frame_header *right = &wanted_header;
            fuzz_check(header->fin == right->fin && header->rsv == right->rsv &&
                           header->opcode == right->opcode && header->masked == right->masked &&
                           header->payload_length == right->payload_length,
                       "the header of the frame is decoded wrong");
            fuzz_check(memcmp(header->masking_key, right->masking_key, 4) == 0,
                       "the masking key is decoded wrong");
        }
    }
    return got == FRAME_OK;
}

/* Masks a payload in two pieces, in place or moved forward: it is XOR with a key that repeats. */
static void check_mask(const uint8_t *bytes, size_t length) {
    if (length < 8) {
        return;
    }
    const uint8_t *key = bytes;
    size_t back = bytes[4], cut = bytes[5];
    uint64_t offset = (uint64_t)bytes[6] << (bytes[7] % 56);
    bytes += 8;
    length = length - 8 < MASK_MAX ? length - 8 : MASK_MAX;
    cut = length > 0 ? cut % (length + 1) : 0;
    uint8_t *area = fuzz_resize(NULL, back + length + 1);
    memcpy(area + back, bytes, length);
    mask_fast(area, area + back, cut, key, offset);
    mask_fast(area + cut, area + back + cut, length - cut, key, offset + cut);
    for (size_t i = 0; i < length; i++) {
        uint8_t wanted = bytes[i] ^ key[(offset + i) % 4];
        fuzz_check(area[i] == wanted, "byte %zu of the payload is masked wrong", i);
    }
    frame_mask(area, area, length, key, offset);
    fuzz_check(memcmp(area, bytes, length) == 0, "the mask is not its own inverse");
    free(area);
}

static void check_line(void *context, const char *text) {
    size_t *lines = context;
    fuzz_check(strlen(text) <= LINE_MAX && strchr(text, '\n') == NULL, "a line of the picture");
    for (const char *at = text; *at != '\0'; at++) {
        fuzz_check(*at >= ' ' && *at <= '~', "byte %02x in the picture", (unsigned char)*at);
    }
    ++*lines;
}

static void check_picture(const uint8_t *bytes, size_t length, const struct frame_header *header) {
    size_t lines = 0, size = frame_header_size(header);
    size_t here =
        length - size < header->payload_length ? length - size : (size_t)header->payload_length;
    uint8_t *exact = fuzz_copy(bytes, size + here);
    frame_draw(header, exact, here, check_line, &lines);
    free(exact);
    fuzz_check(lines >= 5 && lines < 40, "the picture has %zu lines", lines);
}

/* Counts the frames that must be shown. Sets `*ended` after a bad frame or a Close. */
static size_t count_frames(const uint8_t *bytes, size_t length, bool *ended) {
    const struct frame_rules rules = {true, 0};
    struct frame_header header;
    size_t frames = 0, at = 0, size;
    *ended = false;
    while (!*ended && at < length) {
        enum frame_verdict verdict = oracle_head(bytes + at, length - at, &rules, &header, &size);
        if (verdict != FRAME_OK) {
            *ended = verdict != FRAME_INCOMPLETE;
            break;
        }
        size_t here = length - at - size;
        uint64_t payload = header.payload_length;
        if (here < (payload < FRAME_SHOW_PAYLOAD_MAX ? payload : FRAME_SHOW_PAYLOAD_MAX)) {
            break;
        }
        frames++;
        *ended = header.opcode == FRAME_CLOSE;
        at = here < payload ? length : length - here + (size_t)payload;
    }
    return frames;
}

/* Shows the stream in random pieces, or whole if `seed` is 0, and stores the result in `show`. */
static void show(const uint8_t *bytes, size_t length, uint32_t seed, struct frame_show *show) {
    struct fuzz_dice dice;
    struct wire kept = {0};
    fuzz_dice_init(&dice, seed);
    frame_show_init(show, 1, "frame", true);
    for (size_t given = 0; given < length && !show->ended;) {
        size_t piece = seed == 0 ? length : 1 + fuzz_roll(&dice, 30);
        piece = piece < length - given ? piece : length - given;
        wire_add(&kept, bytes + given, piece);
        given += piece;
        uint8_t *exact = fuzz_copy(kept.bytes, kept.len);
        size_t done = frame_show_all(show, exact, kept.len);
        fuzz_check(done <= kept.len, "more bytes are taken than there are");
        size_t left = kept.len - done;
        kept.len = 0;
        wire_add(&kept, exact + done, left); /* the caller keeps the rest */
        free(exact);
    }
    wire_free(&kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct frame_header header;
    if (size < 1) {
        return 0;
    }
    log_set_level(LOG_QUIET);
    struct frame_rules rules = {data[0] / 128 == 1, data[0] / 16 % 8};
    const uint8_t *bytes = data + 1;
    size_t length = size - 1;
    if (check_decoder(bytes, length, &rules, &header)) {
        uint8_t encoded[FRAME_HEADER_MAX];
        size_t header_size = frame_encode_header(&header, encoded);
        fuzz_check(header_size == frame_header_size(&header), "the size of the header is wrong");
        fuzz_check(memcmp(encoded, bytes, header_size) == 0,
                   "the header is not encoded as it came");
        check_picture(bytes, length, &header);
    }
    check_mask(bytes, length);
    struct frame_show whole, cut;
    bool ended;
    size_t frames = count_frames(bytes, length, &ended);
    show(bytes, length, 0, &whole);
    show(bytes, length, 1u + data[0], &cut);
    fuzz_check(whole.frames == frames && whole.ended == ended, "%u frames are shown, not %zu",
               (unsigned)whole.frames, frames);
    fuzz_check(whole.frames == cut.frames && whole.ended == cut.ended && whole.skip == cut.skip,
               "cut, %u frames are shown instead of %u", (unsigned)cut.frames,
               (unsigned)whole.frames);
    return 0;
}
