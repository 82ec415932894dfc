/* http_feed: a request head of which not everything has arrived, for the tests of http. */
#ifndef TESTS_SUPPORT_HTTP_FEED_H
#define TESTS_SUPPORT_HTTP_FEED_H

#include "step02_http/http_request.h"

enum {
    HTTP_FEED_MAX = HTTP_HEAD_MAX + 64,
    HTTP_FEED_SPLIT_MAX = 400, /* what is longer is not tried at every split */
    HTTP_FEED_VERDICTS = HTTP_BAD_HOST + 1
};

/* How often http_feed_expect has got each verdict. */
extern size_t http_feed_seen[HTTP_FEED_VERDICTS];

/* A stream of bytes. In place of those that have not arrived there are NULs, which a parser that
 * looks ahead would see. The stream ends where its array ends, and there the address sanitizer
 * would notice a parser that looks further. All streams share one array. */
struct http_feed {
    const char *bytes;
    size_t len;
    char *arrived;
    size_t arrived_len;
    struct http_request request;
    enum http_verdict verdict;
};

/* Nothing has arrived yet. */
void http_feed_start(struct http_feed *stream, const char *bytes, size_t len);

/* Lets the bytes up to `end` arrive. No byte that was scanned may be scanned again. */
void http_feed_more(struct http_feed *stream, size_t end);

/* All arrives at once. */
void http_feed_whole(struct http_feed *stream, const char *bytes, size_t len);

/* Whether two streams of the same bytes were read alike. Their texts have the same addresses. */
bool http_feed_alike(const struct http_feed *one, const struct http_feed *other);

/* The bytes get the verdict, whole, byte by byte and at every split in two. */
void http_feed_expect(const char *bytes, size_t len, enum http_verdict wanted);

/* The same for a C string. */
void http_feed_expect_text(const char *text, enum http_verdict wanted);

#endif
