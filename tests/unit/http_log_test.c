/* What the log shows of a request and its answer. */
#include "step02_http/http_log.h"

#include "tests/support/log_capture.h"
#include "tests/support/test.h"

#include <string.h>

static void expect_first_line(const char *bytes, size_t count, const char *wanted) {
    log_capture_begin();
    http_log_first_line(7, bytes, count);
    log_capture_expect(wanted);
    log_capture_end();
}

TEST("http_log: the first line, as far as it has come") {
    expect_first_line("GET / HTTP/1.1\r\nHost: a", 23, "#7 refused: \"GET / HTTP/1.1\"\n");
    expect_first_line("GET /\nHost: a", 13, "#7 refused: \"GET /\"\n");
    expect_first_line("GET / HTTP/1.1", 6, "#7 refused: \"GET / \"\n");
    expect_first_line("\r\n\nGET\x1b[2J\r", 12, "#7 refused: \"GET\\x1b[2J\"\n");
}

TEST("http_log: no first line, nothing is logged") {
    expect_first_line("GET", 0, "");
    expect_first_line("\r\n\r\n", 4, "");
    expect_first_line("\r\nGET", 2, "");
}

TEST("http_log: a first line that is long is cut") {
    char line[500], wanted[200] = "#7 refused: \"";
    memset(line, 'x', sizeof line);
    memset(wanted + strlen(wanted), 'x', 116); /* with "..." and the NUL these are 120 bytes */
    expect_first_line(line, sizeof line, strcat(wanted, "...\"\n"));
}

static void expect_headers(const char *name, const char *wanted) {
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\norigin: one\r\nORIGIN:\t\xff \r\n\r\n";
    struct http_request request;
    http_request_init(&request);
    CHECK_EQUAL(http_request_parse(&request, text, sizeof text - 1), HTTP_COMPLETE);
    log_capture_begin();
    http_log_headers(7, &request.head, name);
    log_capture_expect(wanted);
    log_capture_end();
}

TEST("http_log: all headers, or those of a name") {
    expect_headers(NULL, "#7   Host: a\n#7   origin: one\n#7   ORIGIN: \\xff\n");
    expect_headers("Origin", "#7   origin: one\n#7   ORIGIN: \\xff\n");
    expect_headers("Cookie", "");
}

TEST("http_log: an answer, its reason and its sentence") {
    struct reply reply = {.status = 404, .log = "There is nothing here.", .log_length = 10};
    log_capture_begin();
    http_log_answer(7, &reply);
    log_capture_expect("#7 answered 404 Not Found: There is n\n");
    log_capture_end();
}
