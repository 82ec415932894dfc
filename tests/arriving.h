/* arriving: a request head of which not everything has arrived, for the tests of http. */
#ifndef TESTS_ARRIVING_H
#define TESTS_ARRIVING_H

#include "step02_http/http_request.h"

enum {
    ARRIVING_MAX = HTTP_HEAD_MAX + 64,
    ARRIVING_SPLIT_MAX = 400, /* what is longer is not tried at every split */
    ARRIVING_VERDICTS = HTTP_BAD_HOST + 1
};

/* How often arriving_expect has got each verdict. */
extern size_t arriving_seen[ARRIVING_VERDICTS];

/* A stream of bytes. In place of those that have not arrived there are NULs, which a parser that
 * looks ahead would see. The stream ends where its array ends, and there the address sanitizer
 * would notice a parser that looks further. All streams share one array. */
struct arriving {
    const char *bytes;
    size_t len;
    char *arrived;
    size_t arrived_len;
    struct http_request request;
    enum http_verdict verdict;
};

/* Nothing has arrived yet. */
void arriving_start(struct arriving *stream, const char *bytes, size_t len);

/* Lets the bytes up to `end` arrive. No byte that was scanned may be scanned again. */
void arriving_more(struct arriving *stream, size_t end);

/* All arrives at once. */
void arriving_whole(struct arriving *stream, const char *bytes, size_t len);

/* Whether two streams of the same bytes were read alike. Their texts have the same addresses. */
bool arriving_alike(const struct arriving *one, const struct arriving *other);

/* The bytes get the verdict, whole, byte by byte and at every split in two. */
void arriving_expect(const char *bytes, size_t len, enum http_verdict wanted);

/* The same for a C string. */
void arriving_expect_text(const char *text, enum http_verdict wanted);

#endif
