/* Step 6 from outside: the client program against the echo server. */
#include "tests/support/client_process.h"
#include "tests/support/process.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct process echo_server;

static const char *echo_url(void) {
    static char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", echo_server.port);
    return url;
}

/* This one comes first because it looks for the server's first connection in the log. */
TEST("client: --one-message has a bound") {
    enum { MOST = 16777216 };
    static const char *const arguments[] = {"--one-message", "--wait", "2", NULL};
    static char input[MOST + 2];
    static struct client_process run;
    memset(input, 'x', MOST);
    if (!process_is_instrumented()) { /* so much takes too long where programs are watched */
        CHECK_EQUAL(client_process_run(&run, input, arguments, echo_url()), 0);
        CHECK(process_logs(&echo_server, "#1 closed with 1000 after 1 messages"));
    }
    input[MOST] = 'x';
    CHECK_EQUAL(client_process_run(&run, input, arguments, echo_url()), 1);
    CHECK_FOR(run.printed[0] == '\0' && strstr(run.said, "longer than 16 MiB") != NULL, "%s",
              run.said);
}

TEST("client: lines go and come back") {
    struct client_process run;
    CHECK_EQUAL(client_process_run(&run, "one\n\nGr\xc3\xbc\xc3\x9f\x65\r\nno end",
                                   client_process_at_once, echo_url()),
                0);
    CHECK_FOR(strcmp(run.printed, "one\n\nGr\xc3\xbc\xc3\x9f\x65\nno end\n") == 0, "%s",
              run.printed);
    CHECK_FOR(strcmp(run.said, "open\nclosed with 1000\n") == 0, "%s", run.said);
}

TEST("client: it reads while it writes") {
    static const char *const arguments[] = {"--binary", "--quiet", NULL};
    /* More than the buffers of two connections hold; less where programs are watched, which makes
     * them ten times slower. */
    const size_t size = process_is_instrumented() ? 4 << 20 : 20 << 20;
    uint8_t *sent = malloc(size), *got = malloc(size + 1);
    struct client_process run = {0};
    FILE *in = client_process_file(), *out = client_process_file();
    if (sent == NULL || got == NULL) {
        abort();
    }
    for (size_t i = 0; i < size; i++) {
        sent[i] = (uint8_t)(i * 7 + i / 251);
    }
    CHECK_EQUAL(fwrite(sent, 1, size, in), size);
    rewind(in);
    run.out = fdopen(dup(fileno(out)), "r+");
    client_process_start(&run, fileno(in), arguments, echo_url());
    CHECK_EQUAL(client_process_finish(&run), 0);
    rewind(out);
    CHECK_EQUAL(fread(got, 1, size + 1, out), size);
    CHECK(memcmp(sent, got, size) == 0);
    CHECK(run.said[0] == '\0');
    fclose(in);
    fclose(out);
    free(sent);
    free(got);
}

TEST("client: a long line is one message") {
    struct client_process run;
    static char line[50001];
    memset(line, 'x', sizeof line - 1);
    CHECK_EQUAL(client_process_run(&run, line, client_process_at_once, echo_url()), 0);
    CHECK_EQUAL(strlen(run.printed), sizeof line);
    CHECK(process_logs(&echo_server, "closed with 1000 after 1 messages"));
}

TEST("client: --one-message sends the whole input") {
    static const char *const text[] = {"--one-message", "--wait", "0", NULL};
    static const char *const bytes[] = {"--one-message", "--binary", "--wait", "0", NULL};
    struct client_process run;
    CHECK_EQUAL(client_process_run(&run, "a\r\n\nb\n", text, echo_url()), 0);
    CHECK_FOR(strcmp(run.printed, "a\r\n\nb\n\n") == 0, "%s", run.printed);
    CHECK_EQUAL(client_process_run(&run, "", text, echo_url()), 0);
    CHECK_FOR(strcmp(run.printed, "\n") == 0, "%s", run.printed);
    CHECK_EQUAL(client_process_run(&run, "a\n\xff\n", bytes, echo_url()), 0);
    CHECK_FOR(strcmp(run.printed, "a\n\xff\n") == 0, "%s", run.printed);
    CHECK_EQUAL(client_process_run(&run, "a\n\xff\n", text, echo_url()), 1);
    CHECK_FOR(run.printed[0] == '\0' && strstr(run.said, "the input is not UTF-8") != NULL, "%s",
              run.said);
}

TEST("client: a URL of 8,000 bytes (RFC 9110, 4.1)") {
    struct client_process run;
    char url[8100];
    int length = snprintf(url, sizeof url, "%s?token=", echo_url());
    memset(url + length, 'x', sizeof url - 1 - (size_t)length);
    url[sizeof url - 1] = '\0';
    CHECK_EQUAL(client_process_run(&run, "hello\n", client_process_at_once, url), 0);
    CHECK_FOR(strcmp(run.printed, "hello\n") == 0, "%s", run.said);
}

TEST("client: a line that is not UTF-8 is not sent (5.6)") {
    struct client_process run;
    CHECK_EQUAL(client_process_run(&run, "a\n\xff\nb\n", client_process_at_once, echo_url()), 1);
    CHECK_FOR(strcmp(run.printed, "a\nb\n") == 0, "%s", run.printed);
    CHECK_FOR(strstr(run.said, "line 2 is not UTF-8") != NULL, "%s", run.said);
}

TEST("client: --verbose draws both directions") {
    struct client_process run;
    CHECK_EQUAL(client_process_run(&run, "hi\n",
                                   (const char *const[]){"--verbose", "--wait", "0", NULL},
                                   echo_url()),
                0);
    static const char *const wanted[] = {"> GET / HTTP/1.1\n",
                                         "> Sec-WebSocket-Key: ",
                                         "< HTTP/1.1 101 Switching Protocols\n",
                                         "sent frame 1: text, 2 bytes of payload\n",
                                         "received frame 1: text, 2 bytes of payload\n",
                                         "  text: \"hi\"\n",
                                         "sent frame 2: close, 2 bytes of payload\n",
                                         "received frame 2: close, 2 bytes of payload\n"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CHECK_FOR(strstr(run.said, wanted[i]) != NULL, "no %s in %s", wanted[i], run.said);
    }
}

int main(void) {
    return process_test_main(&echo_server, "step05_echo", (const char *const[]){NULL});
}
