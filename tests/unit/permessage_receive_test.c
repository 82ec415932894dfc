/* Compressed messages as they come, RFC 7692: the examples of the RFC, empty ones, what is
 * malformed, and where the mark may stand. */
#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static struct pump server, client;

/* The examples of RFC 7692, 7.2.3, as payloads of one frame; all mean the same message. */
static const char *const examples[] = {
    "f248cdc9c90700",            /* 7.2.3.1: one block */
    "000500faff48656c6c6f00",    /* 7.2.3.3: a block without compression */
    "f348cdc9c9070000",          /* 7.2.3.4: a block with BFINAL */
    "f24805000000ffffcac9c90700" /* 7.2.3.5: two blocks */
};

TEST("compression: the examples are taken (RFC 7692, 7.2.3)") {
    pump_play_compressed(PUMP_LARGE_MESSAGE, "41=f248cd 80=c9c90700", "text:Hello ", "");
    for (size_t i = 0; i < 4; i++) {
        char frames[100];
        snprintf(frames, sizeof frames, "c1=%s", examples[i]);
        pump_play_compressed(PUMP_LARGE_MESSAGE, frames, "text:Hello ", "");
        /* 7.2.3.2: the last message refers to the first, however that came. The one between them is
         * not compressed, and so not in the window. */
        snprintf(frames, sizeof frames, "c1=%s 81:no c1=f200110000", examples[i]);
        pump_play_compressed(PUMP_LARGE_MESSAGE, frames, "text:Hello text:no text:Hello ", "");
    }
}

/* As in 7.2.3.6, and as those who use zlib send it; in fragments; and with an empty fixed block
 * before the other. */
TEST("compression: empty messages are taken (RFC 7692, 7.2.3.6)") {
    pump_play_compressed(PUMP_LARGE_MESSAGE,
                         "c1=f248cdc9c90700 c1=00 c1= 41= 00= 80= 41=00 80= 41= 80=0200 "
                         "c1=f200110000",
                         "text:Hello text: text: text: text: text: text:Hello ", "");
    pump_play_compressed(PUMP_LARGE_MESSAGE, "c1=", "text: ", ""); /* the first of all */
}

TEST("compression: a final block does not end the window (RFC 7692, 7.2.3.4)") {
    pump_play_compressed(PUMP_LARGE_MESSAGE, "c1=f348cdc9c9070000 c1=f300110000 c1=f200110000",
                         "text:Hello text:Hello text:Hello ", "");
}

static void check_failure(const char *frames, const char *sentence) {
    char sent[200];
    snprintf(sent, sizeof sent, "close 1007:%s ", sentence);
    pump_play_compressed(PUMP_LARGE_MESSAGE, frames, "failed 1007: ", sent);
}

/* Wherever it is cut, but where what is missing happens to be like what is added (7.2.2). A final
 * block alone needs another byte, as 7.2.3.4 says. */
TEST("compression: data that is cut short is 1007 (RFC 7692, 7.2.2)") {
    static const char *const payloads[] = {
        "f2",
        "f248",
        "f248cd",
        "f248cdc9",
        "f248cdc9c9",
        "f248cdc9c907",
        "f24805",
        "000500faff",
        "f348cdc9c907",
        "f348cdc9c90700",
        "f24805000000ffffca",
        "f24805000000ffffcac9c9",
    };
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        char frame[64];
        snprintf(frame, sizeof frame, "c2=%s", payloads[i]);
        check_failure(frame, "the compressed data is cut short (RFC 7692, 7.2.2)");
    }
}

TEST("compression: malformed data is 1007") {
    check_failure("c2=07", "block type 3 is reserved (RFC 1951, 3.2.3)");
    check_failure("42=06", "block type 3 is reserved (RFC 1951, 3.2.3)");
    check_failure("c2=000500fbff48656c6c6f00",
                  "NLEN of a stored block does not fit its LEN (RFC 1951, 3.2.4)");
    pump_play_compressed(PUMP_LARGE_MESSAGE, "c2=f200110000", "failed 1007: ", NULL);
    check_failure("c1=000100feffff00", connection_not_utf8);
    check_failure("c1=000100feffc300", connection_cut_character);
}

/* With a bit in the wrong place the header alone is enough. */
TEST("compression: the mark is RSV1 of the first frame (RFC 7692, 6)") {
    static const char *const frames[] = {"a2=00", "92=00", "c9=00", "c8=03e8"};
    for (size_t i = 0; i < 4; i++) {
        pump_play_compressed(PUMP_LARGE_MESSAGE, frames[i], "failed 1002: ", NULL);
    }
}

TEST("compression: silence in the middle of a message is harmless") {
    struct wire in = {0};
    pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
    wire_add_frames(&in, true, "41=f248cd 80=c9c90700");
    for (size_t i = 0; i < in.len; i++) {
        CHECK_EQUAL(server.messages, 0);
        pump_feed_bytes(&server, in.bytes + i, 1, 1);
        pump_relax(&server);
    }
    pump_expect(&server, "text:Hello ", "");
    wire_free(&in);
    pump_close_both(&server, &client);
}

/* Blocks of nothing with codes of their own, each with an empty stored block that aligns it. A
 * message may have this many tables without anything that comes out; one more is too much work. */
TEST("compression: tables without end are 1009") {
    enum { MOST = 4096 };
    for (size_t count = MOST; count <= MOST + 1; count++) {
        struct wire payload = {0}, in = {0};
        for (size_t i = 0; i < count; i++) {
            wire_add_hex(&payload, "04c08108 00000000 207feb07 0000ffff");
        }
        wire_add_client_frame(&in, 0xc2, payload.bytes, payload.len - 4);
        pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
        pump_feed_bytes(&server, in.bytes, in.len, SIZE_MAX);
        pump_feed_bytes(&server, in.bytes, in.len, SIZE_MAX); /* each message may */
        pump_expect(&server, count == MOST ? "binary: binary: " : "failed 1009: ", NULL);
        pump_close_both(&server, &client);
        wire_free(&payload);
        wire_free(&in);
    }
}

/* After a large message that was not compressed the buffer is as large, but no more is read at once
 * than is needed before a compressed one would have the memory. */
TEST("compression: a large buffer is not filled at once") {
    enum { LARGE = 1000000 };
    static uint8_t message[LARGE];
    struct wire in = {0};
    size_t size;
    wire_add_client_frame(&in, 0x82, message, sizeof message);
    pump_open_both(&server, &client, &pump_most, PUMP_LARGE_MESSAGE);
    pump_feed_bytes(&server, in.bytes, in.len, SIZE_MAX);
    CHECK_EQUAL(server.messages, 1);
    CHECK(connection_space(&server.connection, &size) != NULL);
    CHECK(server.connection.input.buffer.capacity >= LARGE && size == CONNECTION_INPUT_READ_SIZE);
    pump_close_both(&server, &client);
    wire_free(&in);
}
