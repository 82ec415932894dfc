/* Step 6 from outside: what the client program shows to its user, and what the user asks of it. */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */

#include "tests/support/process.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

TEST("client: binary messages are shown in hex") {
    struct scripted_server script = {.answer = SCRIPTED_OPEN};
    struct client_process run;
    wire_add_server_text(&script.frames, 0x82, "0123456789abcdefXY");
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "", client_process_patient), 0);
    CHECK_FOR(strncmp(run.printed, "0000  30 31 32 ", 15) == 0 &&
                  strstr(run.printed, "\n0010  58 59 ") != NULL,
              "%s", run.printed);
}

TEST("client: a refusal is shown") {
    struct scripted_server script = {.answer =
                                         "HTTP/1.1 403 Forbidden\r\nContent-Length: 14\r\n\r\n"
                                         "not\x1b[31m today\r\n",
                                     .end_at_once = true};
    struct client_process run;
    CHECK_EQUAL(scripted_server_play(&script, &run, "", NULL), 1);
    CHECK_FOR(strstr(run.said, ": 403 Forbidden: not\\x1b[31m today\n") != NULL, "%s", run.said);
    script = (struct scripted_server){
        .answer = "HTTP/1.1 302 Found\r\nLocation: http://x/login\r\n\r\n", .end_at_once = true};
    CHECK_EQUAL(scripted_server_play(&script, &run, "", NULL), 1);
    CHECK_FOR(strstr(run.said, ": 302 Found; it redirects to http://x/login\n") != NULL, "%s",
              run.said);
}

TEST("client: pings go both ways") {
    struct scripted_server script = {.answer = SCRIPTED_OPEN, .wait_for = 6 + 14};
    struct client_process run;
    wire_add_server_text(&script.frames, 0x89, "ping");
    wire_add_server_text(&script.frames, 0x8a, "are you there?");
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "",
                                     (const char *const[]){"--ping", "--wait", "10", NULL}),
                0);
    scripted_server_expect(&script,
                           "89=61726520796f752074686572653f 8a:ping 88=03e8"); /* are you there? */
    CHECK_FOR(strstr(run.said, "pong after ") != NULL, "%s", run.said);

    script = (struct scripted_server){.answer = SCRIPTED_OPEN, .wait_for = 6 + 14};
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "",
                                     (const char *const[]){"--ping", "--wait", "10", NULL}),
                1);
    CHECK_FOR(strstr(run.said, "the ping was not answered") != NULL, "%s", run.said);
}

/* Interrupts a client that is open, then ends its input; returns the code that it closes with. */
static unsigned code_after(int number, void (*handler)(int)) {
    struct scripted_server script = {.answer = SCRIPTED_OPEN, .wait_for = 8};
    struct client_process run = {0};
    struct sigaction wanted = {0}, before;
    char said[256] = "";
    int input[2];
    CHECK_EQUAL(pipe(input), 0);
    fcntl(input[1], F_SETFD, FD_CLOEXEC);
    wire_add_server_close(&script.frames, 1001, "");
    scripted_server_listen(&script);
    wanted.sa_handler = handler; /* a program starts with what its parent does with a signal */
    sigaction(number, &wanted, &before);
    client_process_start(&run, input[0], client_process_at_once, script.url);
    sigaction(number, &before, NULL);
    for (int64_t end = now() + PROCESS_WAIT; strstr(said, "open\n") == NULL && now() < end;) {
        ssize_t count = pread(fileno(run.err), said, sizeof said - 1, 0);
        said[count > 0 ? count : 0] = '\0';
        poll(NULL, 0, 2);
    }
    kill(run.pid, number);
    close(input[1]);
    CHECK_EQUAL(client_process_finish(&run), 0);
    scripted_server_end(&script);
    close(input[0]);
    return scripted_server_close_code(&script);
}

TEST("client: ^C says goodbye with 1001, unless the parent ignored it") {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        CHECK_EQUAL(code_after(signals[i], SIG_DFL), 1001);
        CHECK_EQUAL(code_after(signals[i], SIG_IGN), 1000);
    }
}

/* Reads what has been printed on a terminal until `until` has come. */
static void read_terminal(int terminal, const char *until, char *text, size_t size) {
    struct pollfd wait = {terminal, POLLIN, 0};
    size_t len = 0;
    text[0] = '\0';
    while (len + 1 < size && strstr(text, until) == NULL && poll(&wait, 1, PROCESS_WAIT) > 0) {
        ssize_t count = read(terminal, text + len, size - 1 - len);
        if (count <= 0) {
            break;
        }
        len += (size_t)count;
        text[len] = '\0';
    }
    CHECK_FOR(strstr(text, until) != NULL, "%s", text);
}

TEST("client: a terminal gets no commands") {
    struct scripted_server script = {.answer = SCRIPTED_OPEN};
    struct client_process run = {0};
    char shown[256];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    run.out = fopen(ptsname(terminal), "r+");
    CHECK(run.out != NULL);
    if (run.out == NULL) {
        return;
    }
    wire_add_server_text(&script.frames, 0x81, "a\x1b[31m\xc2\x9b\xc3\xbc\xe2\x80\xae\tb");
    wire_add_server_close(&script.frames, 1000, "");
    scripted_server_listen(&script);
    int nothing = open("/dev/null", O_RDONLY);
    client_process_start(&run, nothing, client_process_patient, script.url);
    read_terminal(terminal, "b\r\n", shown, sizeof shown);
    CHECK_FOR(strncmp(shown, "a\\x1b[31m\\xc2\\x9b\xc3\xbc\\xe2\\x80\\xae", 31) == 0, "%s", shown);
    int status;
    waitpid(run.pid, &status, 0);
    CHECK_EQUAL(status, 0);
    fclose(run.out);
    fclose(run.err);
    scripted_server_end(&script);
    close(nothing);
    close(terminal);
}

/* A terminal keeps 4095 bytes of a line, or fewer, and throws away the rest without a word. ^D
 * hands over what has been typed of a line so far; it does not end the line. */
TEST("client: a line that a terminal cuts is not sent") {
    struct scripted_server script = {.answer = SCRIPTED_OPEN, .wait_for = 6 + 2};
    struct client_process run = {0};
    struct termios quiet;
    char line[5001];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int keyboard = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    CHECK(tcgetattr(keyboard, &quiet) == 0);
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    CHECK(tcsetattr(keyboard, TCSANOW, &quiet) == 0);
    wire_add_server_close(&script.frames, 1000, "");
    scripted_server_listen(&script);
    client_process_start(&run, keyboard, NULL, script.url);
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    CHECK_EQUAL(write(terminal, "cut\x04", 4), 4);
    CHECK_EQUAL(write(terminal, line, sizeof line), sizeof line);
    CHECK_EQUAL(write(terminal, "o\x04k\n\x04", 5), 5);
    CHECK_EQUAL(client_process_finish(&run), 1);
    scripted_server_end(&script);
    CHECK_FOR(strstr(run.said, "not sent") != NULL, "%s", run.said);
    scripted_server_expect(&script, "81:ok 88=03e8");
    close(keyboard);
    close(terminal);
}

TEST("client: the request says what was asked for") {
    struct scripted_server script = {.answer = SCRIPTED_SWITCH "Sec-WebSocket-Accept: {accept}\r\n"
                                                               "Sec-WebSocket-Protocol: b\r\n\r\n"};
    struct client_process run;
    static const char *const arguments[] = {
        "--header", "X-One: 1", "--subprotocol", "a",      "--subprotocol",
        "b",        "--origin", "http://o",      "--wait", "10",
        NULL};
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(scripted_server_play(&script, &run, "", arguments), 0);
    CHECK(strstr(script.request, "\r\nX-One: 1\r\n") != NULL);
    CHECK(strstr(script.request, "\r\nSec-WebSocket-Protocol: a, b\r\n") != NULL);
    CHECK(strstr(script.request, "\r\nOrigin: http://o\r\n") != NULL);
    CHECK_FOR(strstr(run.said, "open, subprotocol b\n") != NULL, "%s", run.said);
}

TEST("client: a bad command line is refused") {
    static const char *const bad[][2] = {
        {"--subprotocol=a b", "ws://127.0.0.1:1/"},
        {"--header=x", "ws://127.0.0.1:1/"},
        {"--wait=-1", "ws://127.0.0.1:1/"},
        {"--quiet", "wss://127.0.0.1:1/"},
        {"--close=", "ws://127.0.0.1:1/"},
        {"--close=999", "ws://127.0.0.1:1/"},
        {"--close=1005", "ws://127.0.0.1:1/"},
        {"--close=1006:x", "ws://127.0.0.1:1/"},
        {"--close=5000", "ws://127.0.0.1:1/"},
        {"--close=01000", "ws://127.0.0.1:1/"},
        {"--close=1000 x", "ws://127.0.0.1:1/"},
        {"--close=1000:\xff", "ws://127.0.0.1:1/"},
        {"--close=1000:" /* 124 bytes */
         "123456789.123456789.123456789.123456789.123456789.123456789."
         "123456789.123456789.123456789.123456789.123456789.123456789."
         "1234",
         "ws://127.0.0.1:1/"},
        {"--quiet", NULL},
        {"ws://127.0.0.1:1/", "ws://127.0.0.1:1/"},
    };
    struct client_process run;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQUAL(client_process_run(&run, "", (const char *const[]){bad[i][0], NULL}, bad[i][1]),
                    2);
        CHECK_FOR(client_process_is_one_line(run.said), "%s", run.said);
    }
    CHECK_EQUAL(client_process_run(&run, "", (const char *const[]){"--help", NULL}, NULL), 0);
    CHECK(strstr(run.printed, "usage: step06_client ") != NULL);
    CHECK_EQUAL(client_process_run(&run, "", NULL, "ws://127.0.0.1:1/"), 1);
    CHECK_FOR(strstr(run.said, "cannot connect to 127.0.0.1 port 1: ") != NULL, "%s", run.said);
}
