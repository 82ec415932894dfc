/* wscheck: what it says of answers to an offer of compression, and of compressed replies: one
 * server for each way to get it wrong. */
#include "tests/support/test.h"
#include "wscheck/negotiation.h"
#include "wscheck/reader.h"
#include "wscheck/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An offer, a server's answer to it, and what is said of that: NULL if it is right. */
struct http_exchange {
    const char *offer, *answer, *fault;
};

static enum level judge(const struct http_exchange *exchange, struct negotiation *agreement,
                        struct head_fault *fault) {
    char head[1024];
    struct request request;
    struct head answer = {(uint8_t *)head, 0, 101};
    request_init(&request, "localhost", "/", 1);
    if (exchange->offer[0] != '\0') {
        request_offer(&request, exchange->offer);
    }
    snprintf(head, sizeof head, "HTTP/1.1 101 Switching Protocols\r\n%s%s%s\r\n",
             exchange->answer[0] != '\0' ? "Sec-WebSocket-Extensions: " : "", exchange->answer,
             exchange->answer[0] != '\0' ? "\r\n" : "");
    answer.length = strlen(head);
    struct head asked = {NULL, 0, 0};
    asked.bytes = request_bytes(&request, &asked.length);
    enum level level = negotiation_judge(&answer, &asked, agreement, fault);
    CHECK(level == LEVEL_NONE || fault->wrong < answer.length);
    free(asked.bytes);
    request_free(&request);
    return level;
}

#define D "permessage-deflate"
#define LONG "1000000000222222222233333333334444444444555555555566666666667777777777"

TEST("wscheck: answers are held against offers") {
    static const struct http_exchange exchanges[] = {
        {"", "", NULL},
        {D, "", NULL},
        {D, D, NULL},
        {D, D "; client_no_context_takeover", NULL},
        {D, D "; server_no_context_takeover", NULL},
        {D, D "; server_max_window_bits=8", NULL},
        {D, D ";server_max_window_bits = \"1\\5\" ", NULL},
        {D, ", " D " ,", NULL},
        {D "; client_max_window_bits", D "; client_max_window_bits=15", NULL},
        {D "; client_max_window_bits=10", D "; client_max_window_bits=10", NULL},
        {D "; client_no_context_takeover", D, NULL},
        {D "; server_no_context_takeover", D "; server_no_context_takeover", NULL},
        {D "; server_max_window_bits=10", D "; server_max_window_bits=9", NULL},
        {D "; server_max_window_bits=\"10\"", D "; server_max_window_bits=10", NULL},
        {D "; server_max_window_bits=9, " D, D, NULL},
        {D "; x, " D, D, NULL},
        {"x-other; a=1, " D, D, NULL},
        {"", D, "did not offer"},
        {"x-other", "x-other", "did not offer"},
        {D, "x-other", "did not offer"},
        {D, D ", " D, "second extension"},
        {D, D ", x-other", "second extension"},
        {D, D "\r\nSec-WebSocket-Extensions: " D, "more than once"},
        {D, ";", "no list"},
        {D, D "; x", "x is not defined"},
        {D, D "; x=1", "x=1 is not defined"},
        {D, D "; ", "no list"},
        {D, D "; server_max_window_bits=", "no list"},
        {D, D "; server_no_context_takeover; server_no_context_takeover", "twice"},
        {D, D "; server_no_context_takeover=1", "7.1.1.1"},
        {D, D "; client_no_context_takeover=1", "7.1.1.2"},
        {D, D "; server_max_window_bits", "no value (RFC 7692, 7.1.2.1)"},
        {D, D "; server_max_window_bits=7", "7.1.2.1"},
        {D, D "; server_max_window_bits=16", "7.1.2.1"},
        {D, D "; server_max_window_bits=08", "7.1.2.1"},
        {D, D "; server_max_window_bits=" LONG "8", "=" LONG "8 is not 8"},
        {D, D "; " LONG "8", "the parameter " LONG "8 is not"},
        {D, D "; client_max_window_bits=9", "not offered (RFC 7692, 7.1.2.2)"},
        {D "; client_max_window_bits", D "; client_max_window_bits", "no value"},
        {D "; client_max_window_bits", D "; client_max_window_bits=07", "7.1.2.2"},
        {D "; client_max_window_bits=9", D "; client_max_window_bits=10", "more than"},
        {D "; server_no_context_takeover", D, "7.1.1.1"},
        {D "; server_max_window_bits=10", D, "not answered (RFC 7692, 7.1.2.1)"},
        {D "; server_max_window_bits=10", D "; server_max_window_bits=11", "more than"},
        {D "; server_max_window_bits=9, " D "; server_no_context_takeover", D, "not answered"},
        {D "; x", D, "must be declined: in the offer the parameter x"},
        {D "; server_max_window_bits", D, "must be declined"},
        {D "; server_max_window_bits=08", D "; server_max_window_bits=8", "must be declined"},
        {D "; client_no_context_takeover=1", D, "must be declined"},
        {D "; client_max_window_bits; client_max_window_bits", D, "must be declined"},
        {D "; server_max_window_bits=", D, "must be declined"},
        {D "; server_max_window_bits=16, " D "; server_no_context_takeover", D, "7.1.1.1"},
    };
    for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
        const struct http_exchange *exchange = &exchanges[i];
        struct negotiation agreement;
        struct head_fault fault = {0};
        bool right = judge(exchange, &agreement, &fault) == LEVEL_NONE;
        CHECK_FOR(right == (exchange->fault == NULL), "%s | %s: %s", exchange->offer,
                  exchange->answer, fault.what);
        CHECK_FOR(right || exchange->fault == NULL || strstr(fault.what, exchange->fault) != NULL,
                  "%s | %s: %s", exchange->offer, exchange->answer, fault.what);
        CHECK(!right || agreement.agreed == (exchange->answer[0] != '\0'));
    }
}

TEST("wscheck: only a hint that is not taken is a SHOULD") {
    struct negotiation agreement;
    struct head_fault fault = {0};
    static const struct http_exchange hint = {D "; client_max_window_bits=9",
                                              D "; client_max_window_bits=10", ""};
    static const struct http_exchange request = {D "; server_max_window_bits=9",
                                                 D "; server_max_window_bits=10", ""};
    CHECK_EQUAL(judge(&hint, &agreement, &fault), LEVEL_SHOULD);
    CHECK_EQUAL(judge(&request, &agreement, &fault), LEVEL_MUST);
}

TEST("wscheck: an agreement is what the answer says") {
    struct negotiation agreement;
    struct head_fault fault = {0};
    static const struct http_exchange exchange = {
        D "; client_max_window_bits; server_max_window_bits=12",
        D "; server_max_window_bits=11; client_max_window_bits=9; client_no_context_takeover", ""};
    CHECK_EQUAL(judge(&exchange, &agreement, &fault), LEVEL_NONE);
    CHECK_EQUAL(agreement.server.window_bits, 11);
    CHECK_EQUAL(agreement.client.window_bits, 9);
    CHECK(agreement.server.takeover && !agreement.client.takeover);
    CHECK(negotiation_has(&agreement, "client_max_window_bits"));
    CHECK(negotiation_has(&agreement, "client_max_window_bits=9"));
    CHECK(!negotiation_has(&agreement, "client_max_window_bits=10"));
    CHECK(!negotiation_has(&agreement, "server_no_context_takeover"));
    negotiation_from_text(&agreement, D);
    CHECK_EQUAL(agreement.server.window_bits, 15);
    CHECK(agreement.server.takeover && agreement.client.takeover);
}

TEST("wscheck: a client gets the answer to its offer") {
    char out[200] = "";
    struct head_fault fault = {0};
    static char head[] = "GET / HTTP/1.1\r\nSec-WebSocket-Extensions: x-other, " D "; y, " D
                         "; server_max_window_bits=10; client_max_window_bits; "
                         "server_no_context_takeover\r\n\r\n";
    const struct head client_head = {(uint8_t *)head, sizeof head - 1, 0};
    CHECK(negotiation_answer(&client_head, out, sizeof out));
    CHECK(strcmp(out, D "; server_no_context_takeover; server_max_window_bits=10") == 0);
    CHECK(negotiation_is_offered(&client_head, D));
    CHECK(negotiation_is_offered(&client_head, "client_max_window_bits"));
    CHECK(!negotiation_is_offered(&client_head, "client_no_context_takeover"));
    CHECK(!negotiation_judge_offers(&client_head, &fault));
    CHECK(strstr(fault.what, "the parameter y") != NULL && head[fault.wrong] == 'y');
}

/* What a server sends, how that was agreed, and what is said of it: NULL, and the message, or the
 * fault. */
struct reply {
    struct negotiation_side side;
    const char *bytes;
    size_t length;
    const char *message, *fault;
};

#define ALL                                                                                        \
    { true, 15 }
#define ALONE                                                                                      \
    { false, 15 }
#define SMALL                                                                                      \
    { true, 8 }
#define BYTES(text) (text), sizeof(text) - 1

/* Reads a reply in pieces of a size. Returns what is wrong with it, or NULL, and what came. */
static const char *read_reply(const struct reply *reply, size_t piece, char *message,
                              struct reader *reader, struct unpack *unpack) {
    size_t length = 0;
    reader_init(reader, false);
    unpack_init(unpack, &reply->side);
    reader->unpack = unpack;
    for (size_t done = 0; done < reply->length; done += piece) {
        size_t count = piece < reply->length - done ? piece : reply->length - done;
        uint8_t *copy = malloc(count);
        enum reader_event event = READER_NEEDS_BYTES;
        if (copy == NULL) {
            abort();
        }
        memcpy(copy, reply->bytes + done, count);
        reader_feed(reader, copy, count);
        do {
            event = reader_next(reader);
            if (event == READER_PAYLOAD && reader->frame.opcode < OPCODE_CLOSE) {
                memcpy(message + length, reader->piece, reader->piece_length);
                length += reader->piece_length;
            }
        } while (event != READER_NEEDS_BYTES && event != READER_VIOLATION);
        free(copy);
        if (event == READER_VIOLATION) {
            return reader->violation;
        }
    }
    message[length] = '\0';
    return NULL;
}

TEST("wscheck: replies are inflated by what was agreed") {
    static const struct reply replies[] = {
        {ALL, BYTES("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), "Hello", NULL},
        {ALL, BYTES("\x41\x03\xf2\x48\xcd\x89\x01x\x80\x04\xc9\xc9\x07\x00"), "Hello", NULL},
        {ALL, BYTES("\x81\x05Hello\xc1\x01\x00"), "Hello", NULL},
        {ALL, BYTES("\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), "Hello", NULL},
        {ALL, BYTES("\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), "Hello", NULL},
        {ALL, BYTES("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00"),
         "HelloHello", NULL},
        {ALONE, BYTES("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00"), NULL,
         "empty for each message"},
        {ALL, BYTES("\xc1\x05\xf2\x00\x11\x00\x00"), NULL, "does not inflate"},
        {ALL, BYTES("\xc1\x06\xf2\x48\xcd\xc9\xc9\x07"), NULL, "does not inflate"},
        {ALL, BYTES("\xc1\x08\xf2\x48\xcd\xc9\xc9\x07\x00\x00"), NULL, "does not inflate"},
        {ALL, BYTES("\xc1\x00"), NULL, "within a block"},
        {ALL, BYTES("\xc1\x02\x06\x00"), NULL, "does not inflate"},
        {ALL, BYTES("\x41\x03\xf2\x48\xcd\xc0\x04\xc9\xc9\x07\x00"), NULL, "not the first"},
        {ALL, BYTES("\xc9\x01x"), NULL, "control frame"},
        {ALL, BYTES("\xc8\x02\x03\xe8"), NULL, "control frame"},
        {ALL, BYTES("\xa1\x01x"), NULL, "no extension uses"},
        {ALL, BYTES("\xd1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), NULL, "no extension uses"},
        {ALL, BYTES("\xc1\x08\x00\x02\x00\xfd\xff\xc3\x28\x00"), NULL, "not UTF-8"},
        {ALL, BYTES("\xc1\x07\x00\x01\x00\xfe\xff\xc3\x00"), NULL, "within a character"},
        {ALL, BYTES("\xc2\x08\x00\x02\x00\xfd\xff\xc3\x28\x00"), "\xc3\x28", NULL},
        /* "a" and a reference of 258 bytes; then one of 10 bytes, 1025, 256 or 257 bytes back */
        {ALL, BYTES("\xc1\x05\x4a\x1c\x05\x00\x00\xc2\x05\x42\x14\x00\x00\x00"), NULL,
         "does not inflate"},
        {SMALL, BYTES("\xc1\x05\x4a\x1c\x05\x00\x00\xc2\x04\x42\xf8\x1f\x00"), "a*269", NULL},
        {SMALL, BYTES("\xc1\x05\x4a\x1c\x05\x00\x00\xc2\x04\x42\x04\x00\x00"), NULL,
         "window of 256 bytes"},
        {ALL, BYTES("\xc1\x05\x4a\x1c\x05\x00\x00\xc2\x04\x42\x04\x00\x00"), "a*269", NULL},
    };
    static struct reader reader;
    static struct unpack unpack;
    char message[1024], wanted[300];
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        const struct reply *reply = &replies[i];
        for (size_t piece = 1; piece <= reply->length; piece++) {
            const char *fault = read_reply(reply, piece, message, &reader, &unpack);
            if (reply->fault != NULL) {
                CHECK_FOR(fault != NULL && strstr(fault, reply->fault) != NULL,
                          "reply %zu in pieces of %zu: %s", i, piece, fault != NULL ? fault : "");
                continue;
            }
            snprintf(wanted, sizeof wanted, "%s", reply->message);
            if (strcmp(wanted, "a*269") == 0) {
                memset(wanted, 'a', 269);
                wanted[269] = '\0';
            }
            CHECK_FOR(fault == NULL && strcmp(message, wanted) == 0,
                      "reply %zu in pieces of %zu: %s", i, piece, fault != NULL ? fault : message);
        }
    }
}

TEST("wscheck: without an agreement RSV1 is a violation") {
    static struct reader reader;
    reader_init(&reader, false);
    reader_feed(&reader, (const uint8_t *)"\xc1\x01\x00", 3);
    CHECK_EQUAL(reader_next(&reader), READER_VIOLATION);
}
