/* Step 6 from outside: the client program against a scripted server, which breaks each rule for
 * servers. */
#include "tests/support/process.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* Longer than PROCESS_WAIT: a client that waits for one of these fails the test. */
static const char *const patient[] = {"--handshake-timeout", "600", "--wait", "600", NULL};

TEST("client: nothing is sent before the answer is judged (4.1)") {
    static const char *const answers[] = {
        SCRIPTED_SWITCH "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        SCRIPTED_SWITCH "\r\n",
        SCRIPTED_SWITCH "Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
        SCRIPTED_SWITCH "Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Extensions: x\r\n\r\n",
        "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 101 x\nUpgrade: websocket\n\n",
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct scripted_server script = {.answer = answers[i]};
        struct client_process run;
        CHECK_EQUAL(scripted_server_play(&script, &run, "secret\n", NULL), 1);
        CHECK_FOR(script.got_length == 0, "%zu bytes after %s", script.got_length, answers[i]);
        CHECK_FOR(client_process_is_one_line(run.said), "%s", run.said);
    }
}

TEST("client: every frame is masked with a key of its own (5.3)") {
    struct scripted_server script = {.answer = SCRIPTED_OPEN, .wait_for = 4 * 10};
    struct client_process run;
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "same\nsame\nsame\nsame\n", NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            CHECK(memcmp(script.got + i * 10 + 2, script.got + j * 10 + 2, 4) != 0);
        }
    }
    scripted_server_expect(&script, "81:same 81:same 81:same 81:same 88=03e8");
}

TEST("client: a rule broken by the server ends the connection") {
    static const struct {
        const char *frames;
        unsigned code;
    } cases[] = {
        {"81 85 37fa213d 7f9f4d5158", 1002}, /* masked */
        {"91 00", 1002},                     /* RSV3 */
        {"83 00", 1002},                     /* a reserved opcode */
        {"81 01 ff", 1007},                  /* not UTF-8 */
        {"88 02 03 ed", 1002},               /* code 1005 */
        {"82 7f 0000 0001 0000 0000", 1009}, /* 4 GiB */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scripted_server script = {.answer = SCRIPTED_OPEN};
        struct client_process run;
        char sent[32];
        wire_add_hex(&script.frames, cases[i].frames);
        CHECK_EQUAL(scripted_server_play(&script, &run, "", client_process_patient), 1);
        CHECK_EQUAL(scripted_server_close_code(&script), cases[i].code);
        snprintf(sent, sizeof sent, "%u was sent", cases[i].code);
        CHECK_FOR(strstr(run.said, sent) != NULL, "%s", run.said);
    }
}

TEST("client: the code of a Close is the exit status") {
    static const struct {
        unsigned code;
        int status;
        const char *said;
    } cases[] = {
        {1000, 0, "closed with 1000: bye\n"},
        {1001, 0, "closed with 1001: bye\n"},
        {1011, 1, "closed with 1011: bye\n"},
        {4000, 1, "closed with 4000: bye\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scripted_server script = {.answer = SCRIPTED_OPEN};
        struct client_process run;
        char reply[16];
        wire_add_server_close(&script.frames, cases[i].code, "bye");
        CHECK_EQUAL(scripted_server_play(&script, &run, "", client_process_patient),
                    cases[i].status);
        CHECK_FOR(strstr(run.said, cases[i].said) != NULL, "%s", run.said);
        snprintf(reply, sizeof reply, "88=%04x", cases[i].code);
        scripted_server_expect(&script, reply);
    }
}

TEST("client: the server is the first to end TCP (7.1.1)") {
    for (int asked = 0; asked < 2; asked++) {
        struct scripted_server script = {
            .answer = SCRIPTED_OPEN, .lingers = true, .wait_for = asked ? 8 : 0};
        struct client_process run;
        wire_add_server_close(&script.frames, 1000, "");
        CHECK_EQUAL(scripted_server_play(&script, &run, "",
                                         asked ? client_process_at_once : client_process_patient),
                    0);
        CHECK_EQUAL(script.got_length, 8);
        CHECK(!script.ended_early);
    }
}

TEST("client: late replies are waited for") {
    struct scripted_server script = {.answer = SCRIPTED_OPEN, .wait_for = 11, .delay = 300};
    struct client_process run;
    wire_add_server_text(&script.frames, 0x81, "late");
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "hello\n", client_process_patient), 0);
    CHECK_FOR(strcmp(run.printed, "late\n") == 0, "%s", run.printed);
}

/* After the input's end only whole messages renew the wait: neither pings nor a message that never
 * ends, in fragments or within a frame. */
TEST("client: only messages renew the wait at the end") {
    static const struct {
        const char *begin, *again;
    } cases[] = {{"", "89 00"}, {"\x01\x01x", "00 01 78"}, {"\x81\x7dx", "78"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char answer[512];
        struct scripted_server script = {.answer = answer, .every = 50};
        struct client_process run;
        snprintf(answer, sizeof answer, SCRIPTED_OPEN "%s", cases[i].begin);
        wire_add_hex(&script.frames, cases[i].again);
        CHECK_EQUAL(
            scripted_server_play(&script, &run, "", (const char *const[]){"--wait", "0.2", NULL}),
            1);
        CHECK_FOR(strstr(run.said, "did not reply to our Close") != NULL, "%s", run.said);
    }
}

TEST("client: the wait begins when all is sent") {
    static const char *const arguments[] = {"--one-message", "--wait", "0.1", NULL};
    enum { SIZE = 16 << 20, HEADER = 14 }; /* more than the kernel's buffers take */
    static char input[SIZE + 1];
    static struct client_process run;
    struct scripted_server script = {
        .answer = SCRIPTED_OPEN, .delay = 2500, .drain = HEADER + SIZE};
    memset(input, 'x', SIZE);
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, input, arguments), 0);
    CHECK_FOR(strcmp(run.said, "open\nclosed with 1000\n") == 0, "%s", run.said);
}

TEST("client: --ping-interval sends pings in silence") {
    static const char *const arguments[] = {"--ping-interval", "0.05", "--wait", "600", NULL};
    struct scripted_server script = {.answer = SCRIPTED_OPEN, .wait_for = 6, .delay = 0};
    struct client_process run;
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "", arguments), 0);
    scripted_server_expect(&script, "89: 88=03e8");

    script = (struct scripted_server){.answer = SCRIPTED_OPEN};
    CHECK_EQUAL(scripted_server_play(&script, &run, "", arguments), 1);
    CHECK_FOR(strstr(run.said, "no answer to a ping") != NULL, "%s", run.said);
    scripted_server_expect(&script, "89:");

    script = (struct scripted_server){.answer = SCRIPTED_OPEN, .every = 10, .wait_for = 6 + 6};
    wire_add_hex(&script.frames, "8a 00");
    CHECK_EQUAL(scripted_server_play(
                    &script, &run, "",
                    (const char *const[]){"--ping-interval", "0.05", "--wait", "0.5", NULL}),
                1);
    CHECK_FOR(strstr(run.said, "no answer to a ping") != NULL, "%s", run.said);
}

#define LONGEST /* 123 bytes */                                                                    \
    "123456789.123456789.123456789.123456789.123456789.123456789."                                 \
    "123456789.123456789.123456789.123456789.123456789.123456789.123"

TEST("client: --close says how to close") {
    static const struct {
        const char *argument, *reason;
        unsigned code, reply;
        int status;
    } cases[] = {
        {"--close=1000", "", 1000, 1000, 0},
        {"--close=4000:", "", 4000, 4000, 0},
        {"--close=3999:gute-Nacht,-\xc3\xa4", "gute-Nacht,-\xc3\xa4", 3999, 3999, 0},
        {"--close=4000:" LONGEST, LONGEST, 4000, 4000, 0},
        {"--close=4000", "", 4000, 1000, 0},
        {"--close=4000", "", 4000, 4001, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scripted_server script = {.answer = SCRIPTED_OPEN,
                                         .wait_for = 8 + strlen(cases[i].reason)};
        struct client_process run;
        char sent[200];
        wire_add_server_close(&script.frames, cases[i].reply, "");
        CHECK_EQUAL(
            scripted_server_play(&script, &run, "",
                                 (const char *const[]){cases[i].argument, "--wait", "0", NULL}),
            cases[i].status);
        snprintf(sent, sizeof sent, "88:%c%c%s", (char)(cases[i].code >> 8), (char)cases[i].code,
                 cases[i].reason);
        scripted_server_expect(&script, sent);
    }
}

TEST("client: an end without a Close is an error") {
    struct scripted_server script = {.answer = SCRIPTED_OPEN, .end_at_once = true};
    struct client_process run;
    CHECK_EQUAL(scripted_server_play(&script, &run, "", client_process_patient), 1);
    CHECK_FOR(strstr(run.said, "without a Close") != NULL || strstr(run.said, "reset") != NULL,
              "%s", run.said);
}

TEST("client: no wait is without a bound") {
    struct scripted_server script = {.answer = ""};
    struct client_process run;
    int64_t begin = now();
    CHECK_EQUAL(scripted_server_play(&script, &run, "",
                                     (const char *const[]){"--handshake-timeout", "0.2", NULL}),
                1);
    CHECK_FOR(strstr(run.said, "--handshake-timeout") != NULL, "%s", run.said);
    script = (struct scripted_server){.answer = SCRIPTED_OPEN}; /* it never replies to a Close */
    CHECK_EQUAL(scripted_server_play(&script, &run, "", client_process_at_once), 1);
    CHECK_FOR(strstr(run.said, "did not reply to our Close") != NULL, "%s", run.said);
    CHECK(now() - begin < PROCESS_WAIT);
}

/* The server keeps the connection open; it has answered all the same. */
TEST("client: a refusal ends where its body does (RFC 9112, 6.3)") {
    static const struct {
        const char *answer, *said;
    } cases[] = {
        {"404 Not Found\r\nContent-Length: 9\r\n\r\nNot Found", "404 Not Found: Not Found\n"},
        {"401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "401 Unauthorized\n"},
        {"204 No Content\r\n\r\n", "204 No Content\n"},
        {"403 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n",
         "403 x: hello\n"},
        {"403 x\r\nContent-Length: five\r\n\r\nhello",
         "403 x; its text has no valid length (RFC 9112, 6.3)\n"},
        {"403 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n",
         "403 x; its text has no valid length (RFC 9112, 6.3)\n"},
        {"302 Found\r\nLocation: http://x/\r\n\r\n", "302 Found; it redirects to http://x/\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char answer[256];
        struct scripted_server script = {.answer = answer};
        struct client_process run;
        snprintf(answer, sizeof answer, "HTTP/1.1 %s", cases[i].answer);
        CHECK_EQUAL(scripted_server_play(&script, &run, "", patient), 1);
        CHECK_FOR(strstr(run.said, cases[i].said) != NULL, "%s", run.said);
    }
}

TEST("client: 1xx in front of the answer is skipped (RFC 9110, 15.2)") {
    static const char hints[] = "HTTP/1.1 100 Continue\r\n\r\n"
                                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" SCRIPTED_OPEN;
    struct scripted_server script = {.answer = hints};
    struct client_process run;
    wire_add_server_text(&script.frames, 0x81, "hi");
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "", patient), 0);
    CHECK_FOR(strcmp(run.printed, "hi\n") == 0, "%s", run.printed);

    script = (struct scripted_server){.answer = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 403 x\r\n"
                                                "Content-Length: 2\r\n\r\nno"};
    CHECK_EQUAL(scripted_server_play(&script, &run, "", patient), 1);
    CHECK_FOR(strstr(run.said, ": 403 x: no\n") != NULL, "%s", run.said);
}

/* All heads have the bytes of one, and the time of one. */
TEST("client: all heads together have one bound") {
    static const char hint[] = "HTTP/1.1 103 Early Hints\r\n\r\n";
    struct scripted_server script = {.answer = hint};
    struct client_process run;
    for (size_t size = 0; size < 2 * 16384; size += sizeof hint - 1) {
        wire_add(&script.frames, hint, sizeof hint - 1);
    }
    wire_add(&script.frames, "HTTP/1.1 403 x\r\n\r\n", 18);
    CHECK_EQUAL(scripted_server_play(&script, &run, "", patient), 1);
    CHECK_FOR(strstr(run.said, "larger than 16384 bytes") != NULL, "%s", run.said);

    script = (struct scripted_server){.answer = hint};
    CHECK_EQUAL(scripted_server_play(&script, &run, "",
                                     (const char *const[]){"--handshake-timeout", "0.2", NULL}),
                1);
    CHECK_FOR(strstr(run.said, "--handshake-timeout") != NULL, "%s", run.said);
}
