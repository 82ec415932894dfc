/* http: what is answered to each verdict. */
#include "tests/support/http_feed.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

TEST("http: the status of every verdict") {
    static const int wanted[HTTP_FEED_VERDICTS] = {
        [HTTP_COMPLETE] = 200,
        [HTTP_INCOMPLETE] = 408,
        [HTTP_TLS] = 0 /* nothing is answered */,
        [HTTP_NUL] = 400,
        [HTTP_BARE_LF] = 400,
        [HTTP_BARE_CR] = 400,
        [HTTP_BAD_REQUEST_LINE] = 400,
        [HTTP_BAD_METHOD] = 400,
        [HTTP_BAD_TARGET] = 400,
        [HTTP_BAD_VERSION] = 400,
        [HTTP_UNSUPPORTED_VERSION] = 505,
        [HTTP_LINE_TOO_LONG] = 414,
        [HTTP_FOLDED_HEADER] = 400,
        [HTTP_NO_COLON] = 400,
        [HTTP_BAD_HEADER_NAME] = 400,
        [HTTP_BAD_HEADER_VALUE] = 400,
        [HTTP_TOO_MANY_HEADERS] = 431,
        [HTTP_HEAD_TOO_LARGE] = 431,
        [HTTP_BAD_CONTENT_LENGTH] = 400,
        [HTTP_TWO_BODY_LENGTHS] = 400,
        [HTTP_NOT_CHUNKED] = 400,
        [HTTP_UNKNOWN_CODING] = 501,
        [HTTP_MISSING_HOST] = 400,
        [HTTP_REPEATED_HOST] = 400,
        [HTTP_BAD_HOST] = 400,
    };
    for (int verdict = 0; verdict < HTTP_FEED_VERDICTS; verdict++) {
        CHECK_FOR(http_verdict_status((enum http_verdict)verdict) == wanted[verdict],
                  "verdict %d has status %d, not %d", verdict,
                  http_verdict_status((enum http_verdict)verdict), wanted[verdict]);
    }
}

static void check_mentions(enum http_verdict verdict, int limit) {
    char number[16];
    snprintf(number, sizeof number, " %d ", limit);
    CHECK_FOR(strstr(http_verdict_sentence(verdict), number) != NULL, "\"%s\" lacks the limit %d",
              http_verdict_sentence(verdict), limit);
}

TEST("http: a sentence for every verdict") {
    for (int verdict = 0; verdict < HTTP_FEED_VERDICTS; verdict++) {
        const char *sentence = http_verdict_sentence((enum http_verdict)verdict);
        CHECK_FOR(strlen(sentence) > 10 && sentence[strlen(sentence) - 1] == '.', "\"%s\"",
                  sentence);
        CHECK(strpbrk(sentence, "\r\n") == NULL);
        for (int other = 0; other < verdict; other++) {
            CHECK(strcmp(sentence, http_verdict_sentence((enum http_verdict)other)) != 0);
        }
    }
    check_mentions(HTTP_LINE_TOO_LONG, HTTP_LINE_MAX);
    check_mentions(HTTP_TOO_MANY_HEADERS, HTTP_HEADERS_MAX);
    check_mentions(HTTP_HEAD_TOO_LARGE, HTTP_HEAD_MAX);
}
