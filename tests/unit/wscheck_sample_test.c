/* wscheck: the data of categories 12 and 13. */
#include "tests/support/test.h"
#include "wscheck/sample.h"
#include "wscheck/utf8_decoder.h"

TEST("wscheck: samples have the sizes of the suite") {
    static const struct {
        const char *name;
        size_t bytes, characters;
    } sizes[] = {{"json", 194056, 194056},
                 {"bitmap", 263222, 0},
                 {"prose", 222218, 0},
                 {"html", 263647, 263620},
                 {"pdf", 1042328, 0}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct sample *sample = sample_named(sizes[i].name);
        CHECK_EQUAL(sample->length, sizes[i].bytes);
        CHECK_EQUAL(sample->is_text, sizes[i].characters > 0);
        struct utf8_decoder decoder;
        size_t begun = 0;
        utf8_decoder_init(&decoder);
        for (size_t at = 0; at < sample->length && sample->is_text; at++) {
            begun += (sample->bytes[at] & 0xc0) != 0x80;
            CHECK(utf8_decoder_next(&decoder, sample->bytes[at]));
        }
        CHECK_EQUAL(begun, sizes[i].characters);
    }
    CHECK(sample_named("jpeg") == NULL);
}

/* A window slides on by its size, through the end to the beginning, and cuts no character. */
TEST("wscheck: windows slide through a sample") {
    const struct sample *sample = sample_named("html");
    size_t position = 0, wrapped = 0;
    static uint8_t window[4 * 5000];
    for (int i = 0; i < 200; i++) {
        size_t before = position, begun = 0;
        struct payload payload = sample_window(sample, 5000, &position);
        payload_copy(&payload, 0, window, (size_t)payload.length);
        for (size_t at = 0; at < payload.length; at++) {
            begun += (window[at] & 0xc0) != 0x80;
            CHECK(window[at] == payload_at(&payload, at));
        }
        CHECK_EQUAL(begun, 5000);
        CHECK((window[0] & 0xc0) != 0x80);
        CHECK_EQUAL(position, (before + payload.length) % sample->length);
        wrapped += position < before;
    }
    CHECK(wrapped >= 3);
}
