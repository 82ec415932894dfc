/* response: the head of a response, exactly as it goes over the wire. */
#include "step02_http/http_response.h"

#include "step02_http/http_request.h"
#include "step03_handshake/handshake.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOVEMBER_1994 = 784111777 }; /* the example of RFC 9110, 5.6.7 */

static void check_head(const struct http_response *response, const char *wanted) {
    char head[HTTP_RESPONSE_HEAD_MAX];
    size_t length = http_response_head(response, head, sizeof head);
    CHECK_BYTES(head, length, wanted, strlen(wanted));
    CHECK(length == 0 || head[length] == '\0');
}

TEST("response: the head of a response with a body") {
    check_head(&(struct http_response){404, "step02_http", NOVEMBER_1994, "", "text/plain", 29},
               "HTTP/1.1 404 Not Found\r\n"
               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
               "Server: step02_http\r\n"
               "Connection: close\r\n"
               "Content-Type: text/plain\r\n"
               "Content-Length: 29\r\n"
               "\r\n");
}

TEST("response: more headers") {
    check_head(&(struct http_response){405, "step02_http", NOVEMBER_1994, "Allow: GET, HEAD\r\n",
                                       "text/html; charset=utf-8", 0},
               "HTTP/1.1 405 Method Not Allowed\r\n"
               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
               "Server: step02_http\r\n"
               "Allow: GET, HEAD\r\n"
               "Connection: close\r\n"
               "Content-Type: text/html; charset=utf-8\r\n"
               "Content-Length: 0\r\n"
               "\r\n");
}

TEST("response: the beginning of a head") {
    static const char wanted[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                 "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                 "Server: step03_handshake\r\n";
    char bytes[HTTP_RESPONSE_HEAD_MAX];
    struct text_builder head;
    text_begin(&head, bytes, sizeof bytes);
    http_response_begin(&head, 101, "step03_handshake", NOVEMBER_1994);
    CHECK_BYTES(head.out, head.length, wanted, strlen(wanted));
}

TEST("response: a content length of any size") {
    char wanted[64];
    char head[HTTP_RESPONSE_HEAD_MAX];
    struct http_response response = {200, "p", NOVEMBER_1994, "", "text/plain", SIZE_MAX};
    CHECK(http_response_head(&response, head, sizeof head) > 0);
    snprintf(wanted, sizeof wanted, "\r\nContent-Length: %zu\r\n", SIZE_MAX);
    CHECK(strstr(head, wanted) != NULL);
}

/* The NUL needs room too, and nothing is written past the room that there is. */
TEST("response: a head that does not fit is none") {
    char head[HTTP_RESPONSE_HEAD_MAX + 1];
    struct http_response response = {200, "step02_http", NOVEMBER_1994, "", "text/html", 1234};
    size_t whole = http_response_head(&response, head, HTTP_RESPONSE_HEAD_MAX);
    CHECK(whole > 100);
    for (size_t capacity = 1; capacity < whole + 3; capacity++) {
        memset(head, '#', sizeof head);
        size_t length = http_response_head(&response, head, capacity);
        CHECK_EQUAL(length, capacity > whole ? whole : 0);
        CHECK_EQUAL(head[capacity], '#');
    }
}

/* However long a text is, the head is whole or there is none. */
TEST("response: texts of any length are never cut") {
    static const char end[] = "\r\nContent-Length: 7\r\n\r\n";
    for (size_t length = 1; length < HTTP_RESPONSE_HEAD_MAX; length++) {
        char text[HTTP_RESPONSE_HEAD_MAX], head[HTTP_RESPONSE_HEAD_MAX];
        memset(text, 'x', length);
        text[length] = '\0';
        struct http_response type = {200, "p", NOVEMBER_1994, "", text, 7};
        size_t written = http_response_head(&type, head, sizeof head);
        CHECK_FOR(written == 0 || strcmp(head + written - strlen(end), end) == 0,
                  "a content type of %zu bytes is cut", length);
        struct http_response program = {200, text, NOVEMBER_1994, "", "text/plain", 7};
        written = http_response_head(&program, head, sizeof head);
        CHECK_FOR(written == 0 || strcmp(head + written - strlen(end), end) == 0,
                  "a program's name of %zu bytes is cut", length);
    }
}

static void check_date(time_t now, const char *wanted) {
    char head[HTTP_RESPONSE_HEAD_MAX], line[64];
    snprintf(line, sizeof line, "\r\nDate: %s\r\n", wanted);
    struct http_response response = {200, "p", now, "", "text/plain", 0};
    CHECK(http_response_head(&response, head, sizeof head) > 0);
    CHECK_FOR(strstr(head, line) != NULL, "%lld is not %s in\n%s", (long long)now, wanted, head);
}

/* Every month and every day of the week, leap days, and the edges of 32 bits. */
TEST("response: the date of known times") {
    check_date(0, "Thu, 01 Jan 1970 00:00:00 GMT");
    check_date(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
    check_date(951782399, "Mon, 28 Feb 2000 23:59:59 GMT");
    check_date(951782400, "Tue, 29 Feb 2000 00:00:00 GMT");
    check_date(1709164800, "Thu, 29 Feb 2024 00:00:00 GMT");
    check_date(1704067200, "Mon, 01 Jan 2024 00:00:00 GMT");
    check_date(1706832000, "Fri, 02 Feb 2024 00:00:00 GMT");
    check_date(1709337600, "Sat, 02 Mar 2024 00:00:00 GMT");
    check_date(1712188800, "Thu, 04 Apr 2024 00:00:00 GMT");
    check_date(1714780800, "Sat, 04 May 2024 00:00:00 GMT");
    check_date(1717632000, "Thu, 06 Jun 2024 00:00:00 GMT");
    check_date(1720396800, "Mon, 08 Jul 2024 00:00:00 GMT");
    check_date(1723161600, "Fri, 09 Aug 2024 00:00:00 GMT");
    check_date(1725753600, "Sun, 08 Sep 2024 00:00:00 GMT");
    check_date(1728432000, "Wed, 09 Oct 2024 00:00:00 GMT");
    check_date(1731196800, "Sun, 10 Nov 2024 00:00:00 GMT");
    check_date(1735603200, "Tue, 31 Dec 2024 00:00:00 GMT");
    check_date(2147483647, "Tue, 19 Jan 2038 03:14:07 GMT");
    check_date(2147483648, "Tue, 19 Jan 2038 03:14:08 GMT");
    check_date(253402300799, "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST("response: the date is in GMT, wherever the server is") {
    setenv("TZ", "XYZ-11:30", 1);
    tzset();
    check_date(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
    unsetenv("TZ");
    tzset();
}

TEST("response: reason phrases") {
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        {101, "Switching Protocols"}, /* RFC 9110, 15.2.2 */
        {200, "OK"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {414, "URI Too Long"},
        {426, "Upgrade Required"},
        {431, "Request Header Fields Too Large"}, /* RFC 6585, 5 */
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *reason = http_response_reason(known[i].status);
        CHECK_FOR(strcmp(reason, known[i].reason) == 0, "%d is %s", known[i].status, reason);
    }
}

TEST("response: a status that no answer has is unknown") {
    CHECK(strcmp(http_response_reason(299), "Unknown") == 0);
    CHECK(strcmp(http_response_reason(0), "Unknown") == 0);
}

TEST("response: every verdict's status has a reason phrase") {
    for (int verdict = HTTP_COMPLETE; verdict <= HTTP_BAD_HOST; verdict++) {
        int status = http_verdict_status((enum http_verdict)verdict);
        CHECK_FOR(status == 0 || strcmp(http_response_reason(status), "Unknown") != 0,
                  "%d has none", status);
    }
    for (int verdict = HANDSHAKE_ACCEPTED; verdict <= HANDSHAKE_BAD_EXTENSIONS; verdict++) {
        int status = handshake_status((enum handshake_verdict)verdict);
        CHECK_FOR(strcmp(http_response_reason(status), "Unknown") != 0, "%d has none", status);
    }
}
