/* Step 7 from outside: the server that compresses and the client that offers it, with each other,
 * with peers that know nothing of it, and with a scripted server that breaks the rules of an
 * agreement. */
#include "step04_frames/frame.h"
#include "tests/support/raw_client.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PMD "permessage-deflate"

enum { PRINTED_SIZE = 3 << 20, ARGUMENTS_MAX = 8, TEXT_LENGTH = 1 << 20 };

static struct process server;
static char printed[PRINTED_SIZE];

/* Runs the client with this input and these arguments, to its end. Returns its exit status; what it
 * printed on both outputs is in `printed`. */
static int run_client(const char *input, size_t length, unsigned port,
                      const char *const *arguments) {
    char url[64];
    const char *words[ARGUMENTS_MAX + 4] = {"--wait=0", url};
    size_t count = 2;
    FILE *in = tmpfile();
    int before = dup(STDIN_FILENO);
    if (in == NULL || before < 0) {
        abort();
    }
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", port);
    for (; *arguments != NULL && count < ARGUMENTS_MAX + 2; arguments++) {
        words[count++] = *arguments;
    }
    fwrite(input, 1, length, in);
    rewind(in);
    dup2(fileno(in), STDIN_FILENO);
    int status = process_run("step07_client", words, printed, sizeof printed);
    dup2(before, STDIN_FILENO);
    close(before);
    fclose(in);
    return status;
}

static int run_with(const char *input, unsigned port, const char *option, const char *another) {
    const char *const arguments[] = {option, another, NULL};
    return run_client(input, strlen(input), port, arguments);
}

static void check_printed(const char *wanted) {
    CHECK_FOR(strstr(printed, wanted) != NULL, "no '%s' in: %.2000s", wanted, printed);
}

/* A text of lines that are much alike; the same number is never in two of them. */
static char *make_text(void) {
    char *text = malloc(TEXT_LENGTH + 100);
    if (text == NULL) {
        abort();
    }
    /* Under a tool that makes programs many times as slow, the client's silence would be over. */
    size_t wanted = process_is_instrumented() ? TEXT_LENGTH / 8 : TEXT_LENGTH, length = 0;
    for (unsigned i = 0; length < wanted; i++) {
        length +=
            (size_t)sprintf(text + length, "{\"number\":%u,\"name\":\"line %u\"}\n", i * 7919, i);
    }
    return text;
}

TEST("step07: both programs say what they can do") {
    static const char *const programs[] = {"step07_deflate", "step07_client"};
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQUAL(process_run(programs[i], (const char *const[]){"--help", NULL}, printed,
                                sizeof printed),
                    0);
        check_printed("--window-bits N");
        check_printed("--no-context-takeover");
        CHECK_EQUAL(strstr(printed, "--compress") != NULL, i == 1);
    }
}

TEST("step07: a bad command line is refused") {
    static const char *const programs[] = {"step07_deflate", "step07_client"};
    static const char *const bad[] = {"--window-bits=7", "--window-bits=16", "--window-bits=x",
                                      "--window-bits=", "--no-context-takeover=1"};
    for (size_t i = 0; i < 10; i++) {
        CHECK_EQUAL(process_run(programs[i % 2], (const char *const[]){bad[i / 2], NULL}, printed,
                                sizeof printed),
                    2);
        CHECK_FOR(strstr(printed, bad[i / 2][2] == 'w' ? "--window-bits" : "--no-context") != NULL,
                  "%s: %s", bad[i / 2], printed);
        CHECK_EQUAL(strcspn(printed, "\n") + 1, strlen(printed));
    }
}

/* Sends a request with this list of extensions, and checks the list in the 101. Returns the
 * connection. */
static int check_agreement(unsigned port, const char *offer, const char *wanted) {
    char request[1024], response[1024], line[256];
    const char *rest = strstr(raw_client_handshake, "Host:");
    snprintf(request, sizeof request, "GET / HTTP/1.1\r\n%s%s%s%s",
             offer != NULL ? "Sec-WebSocket-Extensions: " : "", offer != NULL ? offer : "",
             offer != NULL ? "\r\n" : "", rest);
    int fd = raw_client_connect(port);
    CHECK(raw_client_send_text(fd, request));
    CHECK(raw_client_read_until(fd, "\r\n\r\n", response, sizeof response));
    CHECK_FOR(strncmp(response, "HTTP/1.1 101 ", 13) == 0, "%s", response);
    snprintf(line, sizeof line, "\r\nSec-WebSocket-Extensions: %s\r\n",
             wanted != NULL ? wanted : "");
    CHECK_FOR(wanted != NULL ? strstr(response, line) != NULL
                             : strstr(response, "Sec-WebSocket-Extensions") == NULL,
              "%s is answered with %s", offer != NULL ? offer : "no offer", response);
    return fd;
}

TEST("step07: the server answers what is offered (RFC 7692, 7.1)") {
    static const char *const cases[][2] = {
        {NULL, NULL},
        {"x-other", NULL},
        {PMD "; x", NULL},
        {PMD, PMD},
        {PMD "; client_max_window_bits", PMD},
        {PMD "; server_max_window_bits=7, " PMD "; server_max_window_bits=10",
         PMD "; server_max_window_bits=10"},
        {PMD "; server_no_context_takeover; client_max_window_bits=9",
         PMD "; server_no_context_takeover; client_max_window_bits=9"},
    };
    struct process small;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        close(check_agreement(server.port, cases[i][0], cases[i][1]));
    }
    if (process_start(&small, "step07_deflate",
                      (const char *const[]){"--window-bits=9", "--no-context-takeover", NULL})) {
        close(check_agreement(small.port, PMD "; client_max_window_bits",
                              PMD "; server_no_context_takeover; client_no_context_takeover; "
                                  "server_max_window_bits=9; client_max_window_bits=9"));
        close(check_agreement(small.port, NULL, NULL));
        CHECK_EQUAL(process_stop(&small), 0);
    }
}

/* The frames that RFC 7692, 7.2.3, shows are taken, and the answer to a message that gets shorter
 * is marked. */
TEST("step07: frames are compressed as agreed") {
    char text[1001], frame[1100];
    uint8_t head[2];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    snprintf(frame, sizeof frame, "81:%s", text);
    int fd = check_agreement(server.port, PMD, PMD);
    raw_client_send_frames(fd, "c1=f248cdc9c90700 c1=f200110000"); /* 7.2.3.1, 7.2.3.2 */
    raw_client_send_frames(fd, frame);
    raw_client_expect_frames(fd, "81:Hello 81:Hello");
    CHECK_EQUAL(recv(fd, head, 2, MSG_WAITALL), 2);
    CHECK_EQUAL(head[0], 0xc1);
    CHECK(head[1] < 30);
    close(fd);
    fd = raw_client_open(server.port); /* nothing was agreed on here */
    raw_client_send_frames(fd, frame);
    raw_client_send_frames(fd, "c1=f248cdc9c90700");
    raw_client_expect_frames(fd, frame);
    raw_client_expect_close(fd, 1002, frame_verdict_sentence(FRAME_RESERVED_BIT));
    close(fd);
}

/* Bytes of frames, as --verbose of the client draws them, are less than those of the messages. */
TEST("step07: lines come back through compression") {
    static const char *const options[][2] = {
        {"--compress", NULL},
        {"--compress", "--window-bits=8"},
        {"--compress", "--window-bits=9"},
        {"--compress", "--window-bits=12"},
        {"--compress", "--no-context-takeover"},
    };
    static const char *const agreed[] = {
        "open, extension permessage-deflate\n",
        "server_max_window_bits=8; client_max_window_bits=8\n",
        "server_max_window_bits=9; client_max_window_bits=9\n",
        "server_max_window_bits=12; client_max_window_bits=12\n",
        "server_no_context_takeover; client_no_context_takeover\n",
    };
    for (size_t i = 0; i < sizeof agreed / sizeof agreed[0]; i++) {
        CHECK_EQUAL(run_with("one line and one line and one line\n\nshort\nGr\xc3\xbc\xc3\x9f\x65\n"
                             "one line and one line and one line\n",
                             server.port, options[i][0], options[i][1]),
                    0);
        check_printed(agreed[i]);
        check_printed("one line and one line and one line\n\nshort\nGr\xc3\xbc\xc3\x9f\x65\n"
                      "one line and one line and one line\n");
        check_printed("closed with 1000\n");
    }
}

/* For much text: how long the client waits for what the server may still be working on. */
static const char *patience(void) {
    return process_is_instrumented() ? "--wait=8" : "--wait=1";
}

/* Everything that came back, alone: --quiet prints nothing else. */
TEST("step07: much text comes back the same") {
    static const char *const options[] = {"--window-bits=15", "--window-bits=8",
                                          "--no-context-takeover"};
    char *text = make_text();
    size_t length = strlen(text);
    for (size_t i = 0; i < 3; i++) {
        const char *const arguments[] = {"--compress", "--quiet",  "--binary",
                                         options[i],   patience(), NULL};
        CHECK_EQUAL(run_client(text, length, server.port, arguments), 0);
        CHECK_EQUAL(strlen(printed), length);
        CHECK(strcmp(printed, text) == 0);
    }
    free(text);
}

/* As lines, each a message that refers to those before. */
TEST("step07: many messages come back the same") {
    char *text = make_text();
    text[100000] = '\n';
    text[100001] = '\0';
    const char *const arguments[] = {"--compress", "--quiet", patience(), NULL};
    CHECK_EQUAL(run_client(text, strlen(text), server.port, arguments), 0);
    CHECK(strcmp(printed, text) == 0);
    free(text);
}

TEST("step07: peers without compression are served") {
    struct process plain;
    CHECK_EQUAL(run_with("hello hello hello hello\n", server.port, "--verbose", NULL), 0);
    check_printed("\nopen\n");
    CHECK(strstr(printed, "changed by an extension") == NULL);
    CHECK(strstr(printed, "> Sec-WebSocket-Extensions") == NULL);
    if (process_start(&plain, "step05_echo", (const char *const[]){NULL})) {
        CHECK_EQUAL(run_with("hello hello hello hello\n", plain.port, "--verbose", "--compress"),
                    0);
        check_printed("> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\n");
        check_printed("\nopen\n");
        CHECK(strstr(printed, "changed by an extension") == NULL);
        CHECK_EQUAL(process_stop(&plain), 0);
    }
}

TEST("step07: --verbose shows what is compressed") {
    CHECK_EQUAL(run_with("hello hello hello hello\n", server.port, "--verbose", "--compress"), 0);
    check_printed("< Sec-WebSocket-Extensions: permessage-deflate\n");
    check_printed("sent frame 1: ");
    check_printed("received frame 1: ");
    const char *first = strstr(printed, "changed by an extension");
    CHECK_FOR(first != NULL && strstr(first + 1, "changed by an extension") != NULL, "%s", printed);
}

TEST("step07: --max-message counts what comes out") {
    struct process small;
    char *text = calloc(1, 20002);
    CHECK(text != NULL);
    if (text != NULL && process_start(&small, "step07_deflate",
                                      (const char *const[]){"--max-message=10000", NULL})) {
        memset(text, 'x', 20000);
        CHECK_EQUAL(run_with(text, small.port, "--compress", NULL), 1);
        check_printed("closed with 1009: the message is larger than the limit");
        CHECK(process_logs(&small, "failed with 1009 after 0 messages"));
        text[10000] = '\0';
        CHECK_EQUAL(run_with(text, small.port, "--compress", NULL), 0);
        CHECK_EQUAL(process_stop(&small), 0);
    }
    free(text);
}

/* A connection that is silent for a second gives memory back, and goes on where it was. */
TEST("step07: it goes on after a silence") {
    int fd = check_agreement(server.port, PMD, PMD);
    raw_client_send_frames(fd, "c1=f248cdc9c90700");
    raw_client_expect_frames(fd, "81:Hello");
    poll(NULL, 0, 1200); /* a second of silence is the case itself */
    raw_client_send_frames(fd, "c1=f200110000");
    raw_client_expect_frames(fd, "81:Hello");
    close(fd);
}

/* Runs the client against a script, whose answer has this list of extensions. Returns its exit
 * status. */
static int play(struct scripted_server *script, const char *extensions, const char *option,
                const char *another) {
    char answer[512];
    snprintf(answer, sizeof answer,
             SCRIPTED_SWITCH "Sec-WebSocket-Accept: {accept}\r\n"
                             "Sec-WebSocket-Extensions: %s\r\n\r\n",
             extensions);
    script->answer = answer;
    scripted_server_listen(script);
    int status = run_with("secret\n", script->port, option, another);
    scripted_server_end(script);
    return status;
}

TEST("step07: an answer that was not offered ends it (4.1)") {
    static const char offered[] = "as it was offered", foreign[] = "was not offered";
    static const struct {
        const char *option, *answer, *said;
    } cases[] = {
        {"--quiet", PMD, foreign},
        {"--compress", "x-other", offered},
        {"--compress", PMD "; x", offered},
        {"--compress", PMD "; server_max_window_bits=16", offered},
        {"--compress", PMD "; client_max_window_bits", offered},
        {"--compress", PMD ", " PMD, offered},
        {"--window-bits=9", PMD, offered},
        {"--window-bits=9", PMD "; server_max_window_bits=10", offered},
        {"--window-bits=9", PMD "; server_max_window_bits=9; client_max_window_bits=10", offered},
        {"--no-context-takeover", PMD, offered},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scripted_server script = {.answer = NULL};
        const char *answer = cases[i].answer, *compress = i == 0 ? NULL : "--compress";
        CHECK_FOR(play(&script, answer, cases[i].option, compress) == 1, "%s", answer);
        CHECK_FOR(script.got_length == 0, "%zu bytes after %s", script.got_length, answer);
        check_printed(cases[i].said);
    }
}

/* A server that compresses and breaks a rule; one that uses a smaller window than it has to. */
TEST("step07: the client is strict with what it gets") {
    static const struct {
        const char *frames, *said;
    } cases[] = {
        {"c1=f248cdc9c9", "1007 was sent"},
        {"c1=f200110000", "1007 was sent"},
        {"c1=06", "1007 was sent"},
        {"c9:", "1002 was sent"},
        {"41: c0:", "1002 was sent"},
        {"a1:", "1002 was sent"},
        {"c1=f248cdc9c90700 88=03e8", "Hello\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        /* The frames of the last wait for the client's message, which is sent in any case then. */
        struct scripted_server script = {.wait_for = i == 6 ? 1 : 0};
        wire_add_frames(&script.frames, false, cases[i].frames);
        CHECK_EQUAL(play(&script, PMD "; server_max_window_bits=8; client_max_window_bits=9",
                         "--compress", NULL),
                    i < 6 ? 1 : 0);
        check_printed(cases[i].said);
    }
}

int main(void) {
    return process_test_main(&server, "step07_deflate", (const char *const[]){NULL});
}
