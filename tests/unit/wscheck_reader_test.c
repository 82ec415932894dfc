/* wscheck: what a Close frame may hold and what may follow it, RFC 6455, 5.5.1 and 7.4, and no more
 * than that. */
#include "tests/support/test.h"
#include "wscheck/reader.h"

/* What becomes of a server's frames: READER_END, or READER_VIOLATION. */
static enum reader_event judge(const char *bytes, size_t length) {
    struct reader reader;
    enum reader_event event, last = READER_NEEDS_BYTES;
    reader_init(&reader, false);
    reader_feed(&reader, (const uint8_t *)bytes, length);
    while ((event = reader_next(&reader)) != READER_NEEDS_BYTES) {
        last = event;
        if (event == READER_VIOLATION) {
            break;
        }
    }
    return last;
}

TEST("wscheck: three codes are never sent") {
    CHECK_EQUAL(judge("\x88\x02\x03\xed", 4), READER_VIOLATION); /* 1005 */
    CHECK_EQUAL(judge("\x88\x02\x03\xee", 4), READER_VIOLATION); /* 1006 */
    CHECK_EQUAL(judge("\x88\x02\x03\xf7", 4), READER_VIOLATION); /* 1015 */
    CHECK_EQUAL(judge("\x88\x01\x03", 3), READER_VIOLATION);
}

TEST("wscheck: codes that nobody uses") {
    CHECK_EQUAL(judge("\x88\x02\x03\xe8", 4), READER_END); /* 1000 */
    CHECK_EQUAL(judge("\x88\x02\x03\xec", 4), READER_END); /* 1004 */
    CHECK_EQUAL(judge("\x88\x02\x07\xd0", 4), READER_END); /* 2000 */
    CHECK_EQUAL(judge("\x88\x02\x13\x88", 4), READER_END); /* 5000 */
    CHECK_EQUAL(judge("\x88\x02\x00\x00", 4), READER_END);
}

TEST("wscheck: after a Close") {
    CHECK_EQUAL(judge("\x88\x00\x88\x00", 4), READER_END);
    CHECK_EQUAL(judge("\x88\x00\x8a\x00", 4), READER_END);
    CHECK_EQUAL(judge("\x88\x00\x81\x00", 4), READER_VIOLATION);
    CHECK_EQUAL(judge("\x02\x00\x88\x00\x80\x00", 6), READER_VIOLATION);
}
