#include "tests/support/http_feed.h"

#include "tests/support/test.h"

#include <string.h>

size_t http_feed_seen[HTTP_FEED_VERDICTS];

void http_feed_start(struct http_feed *stream, const char *bytes, size_t len) {
    static char room[HTTP_FEED_MAX];
    stream->bytes = bytes;
    stream->len = len;
    stream->arrived = room + sizeof room - len;
    memset(stream->arrived, '\0', len);
    stream->arrived_len = 0;
    http_request_init(&stream->request);
    stream->verdict = HTTP_INCOMPLETE;
}

void http_feed_more(struct http_feed *stream, size_t end) {
    size_t before = stream->request.head.scanned;
    memcpy(stream->arrived + stream->arrived_len, stream->bytes + stream->arrived_len,
           end - stream->arrived_len);
    stream->arrived_len = end;
    stream->verdict = http_request_parse(&stream->request, stream->arrived, end);
    size_t scanned = stream->request.head.scanned;
    CHECK_FOR(scanned >= before, "%zu bytes were scanned, and then %zu", before, scanned);
    CHECK_FOR(stream->verdict == HTTP_INCOMPLETE ? scanned == end : scanned <= end,
              "%zu of %zu bytes were scanned", scanned, end);
}

void http_feed_whole(struct http_feed *stream, const char *bytes, size_t len) {
    http_feed_start(stream, bytes, len);
    http_feed_more(stream, len);
}

static bool same_text(struct http_text one, struct http_text other) {
    return one.start == other.start && one.length == other.length;
}

bool http_feed_alike(const struct http_feed *one, const struct http_feed *other) {
    const struct http_request *left = &one->request, *right = &other->request;
    if (one->verdict != other->verdict || left->head.scanned != right->head.scanned) {
        return false;
    }
    if (one->verdict != HTTP_COMPLETE) {
        return true;
    }
    bool same = same_text(left->method, right->method) && same_text(left->target, right->target) &&
                left->head.version == right->head.version && left->head.size == right->head.size &&
                left->head.header_count == right->head.header_count;
    for (size_t i = 0; i < left->head.header_count && same; i++) {
        struct http_header left_header = http_header_at(&left->head, i);
        struct http_header right_header = http_header_at(&right->head, i);
        same = same_text(left_header.name, right_header.name) &&
               same_text(left_header.value, right_header.value);
    }
    return same;
}

void http_feed_expect(const char *bytes, size_t len, enum http_verdict wanted) {
    struct http_feed whole, pieces;
    http_feed_whole(&whole, bytes, len);
    CHECK_FOR(whole.verdict == wanted, "verdict %d, not %d, for %zu bytes: %.60s", whole.verdict,
              wanted, len, bytes);
    http_feed_start(&pieces, bytes, len);
    while (pieces.verdict == HTTP_INCOMPLETE && pieces.arrived_len < len) {
        http_feed_more(&pieces, pieces.arrived_len + 1);
    }
    CHECK_FOR(http_feed_alike(&whole, &pieces), "byte by byte verdict %d for %.60s", pieces.verdict,
              bytes);
    for (size_t split = 0; split < len && len <= HTTP_FEED_SPLIT_MAX; split++) {
        http_feed_start(&pieces, bytes, len);
        http_feed_more(&pieces, split);
        if (pieces.verdict == HTTP_INCOMPLETE) {
            http_feed_more(&pieces, len);
        }
        CHECK_FOR(http_feed_alike(&whole, &pieces), "verdict %d when split at %zu: %.60s",
                  pieces.verdict, split, bytes);
    }
    http_feed_seen[whole.verdict]++;
}

void http_feed_expect_text(const char *text, enum http_verdict wanted) {
    http_feed_expect(text, strlen(text), wanted);
}
