/* http: a request head is read the same in whatever pieces it arrives, and every malformed one gets
 * the verdict that belongs to it. */
#include "step02_http/http.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>

enum { STREAM_MAX = HTTP_HEAD_MAX + 64, SPLIT_MAX = 400, VERDICTS = HTTP_BAD_HOST + 1 };

/* How often each verdict was wanted and given. */
static size_t seen[VERDICTS];

/* A stream of which not everything has arrived. In place of the rest there are NULs, which a parser
 * that looks ahead would see. The stream ends where its array ends, and there the address sanitizer
 * would notice a parser that looks further. */
struct stream {
    const char *bytes;
    size_t len;
    char *arrived;
    size_t arrived_len;
    struct http_request request;
    enum http_verdict verdict;
};

static void stream_start(struct stream *stream, const char *bytes, size_t len) {
    static char room[STREAM_MAX];
    stream->bytes = bytes;
    stream->len = len;
    stream->arrived = room + sizeof room - len;
    memset(stream->arrived, '\0', len);
    stream->arrived_len = 0;
    http_request_init(&stream->request);
    stream->verdict = HTTP_INCOMPLETE;
}

/* Lets the bytes up to `end` arrive. No byte that was scanned may be scanned again. */
static void stream_arrive(struct stream *stream, size_t end) {
    size_t before = stream->request.scanned;
    memcpy(stream->arrived + stream->arrived_len, stream->bytes + stream->arrived_len,
           end - stream->arrived_len);
    stream->arrived_len = end;
    stream->verdict = http_parse(&stream->request, stream->arrived, end);
    size_t scanned = stream->request.scanned;
    CHECK_FOR(scanned >= before, "%zu bytes were scanned, and then %zu", before, scanned);
    CHECK_FOR(stream->verdict == HTTP_INCOMPLETE ? scanned == end : scanned <= end,
              "%zu of %zu bytes were scanned", scanned, end);
}

static void stream_whole(struct stream *stream, const char *bytes, size_t len) {
    stream_start(stream, bytes, len);
    stream_arrive(stream, len);
}

static bool same_text(struct http_text one, struct http_text other) {
    return one.start == other.start && one.length == other.length;
}

/* Whether two streams of the same bytes were read alike. Their texts have the same addresses. */
static bool same_outcome(const struct stream *one, const struct stream *other) {
    const struct http_request *left = &one->request, *right = &other->request;
    if (one->verdict != other->verdict || left->scanned != right->scanned) {
        return false;
    }
    if (one->verdict != HTTP_COMPLETE) {
        return true;
    }
    bool same = same_text(left->method, right->method) && same_text(left->target, right->target) &&
                left->version == right->version && left->head_size == right->head_size &&
                left->header_count == right->header_count;
    for (size_t i = 0; i < left->header_count && same; i++) {
        struct http_header left_header = http_header_at(left, i);
        struct http_header right_header = http_header_at(right, i);
        same = same_text(left_header.name, right_header.name) &&
               same_text(left_header.value, right_header.value);
    }
    return same;
}

/* The bytes get the verdict, whole, byte by byte and at every split in two. */
static void expect(const char *bytes, size_t len, enum http_verdict wanted) {
    struct stream whole, pieces;
    stream_whole(&whole, bytes, len);
    CHECK_FOR(whole.verdict == wanted, "verdict %d, not %d, for %zu bytes: %.60s", whole.verdict,
              wanted, len, bytes);
    stream_start(&pieces, bytes, len);
    while (pieces.verdict == HTTP_INCOMPLETE && pieces.arrived_len < len) {
        stream_arrive(&pieces, pieces.arrived_len + 1);
    }
    CHECK_FOR(same_outcome(&whole, &pieces), "byte by byte verdict %d for %.60s", pieces.verdict,
              bytes);
    for (size_t split = 0; split < len && len <= SPLIT_MAX; split++) {
        stream_start(&pieces, bytes, len);
        stream_arrive(&pieces, split);
        if (pieces.verdict == HTTP_INCOMPLETE) {
            stream_arrive(&pieces, len);
        }
        CHECK_FOR(same_outcome(&whole, &pieces), "verdict %d when split at %zu: %.60s",
                  pieces.verdict, split, bytes);
    }
    seen[whole.verdict]++;
}

static void expect_text(const char *text, enum http_verdict wanted) {
    expect(text, strlen(text), wanted);
}

/* The same line at the place of a header, between good ones. */
static void expect_header(const char *line, enum http_verdict wanted) {
    char text[SPLIT_MAX];
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\nX: b\r\n\r\n", line);
    expect_text(text, wanted);
}

static void expect_request_line(const char *line, enum http_verdict wanted) {
    char text[SPLIT_MAX];
    snprintf(text, sizeof text, "%s\r\nHost: a\r\n\r\n", line);
    expect_text(text, wanted);
}

/* What was read, in one line: method, target, version, and every header as |name=value. */
static void describe(const struct http_request *request, char *out, size_t capacity) {
    size_t used = (size_t)snprintf(out, capacity, "%.*s %.*s %d", (int)request->method.length,
                                   request->method.start, (int)request->target.length,
                                   request->target.start, request->version);
    for (size_t i = 0; i < request->header_count; i++) {
        struct http_header header = http_header_at(request, i);
        used += (size_t)snprintf(out + used, capacity - used, "|%.*s=%.*s", (int)header.name.length,
                                 header.name.start, (int)header.value.length, header.value.start);
    }
}

static const char *const good_requests[][2] = {
    {"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET / 11|Host=example.com"},
    {"GET /chat HTTP/1.1\r\n"
     "Host: server.example.com\r\n"
     "Upgrade: websocket\r\n"
     "Connection: keep-alive, Upgrade\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
     "Origin: http://example.com\r\n"
     "Sec-WebSocket-Protocol: chat, superchat\r\n"
     "Sec-WebSocket-Version: 13\r\n\r\n",
     "GET /chat 11|Host=server.example.com|Upgrade=websocket|Connection=keep-alive, Upgrade"
     "|Sec-WebSocket-Key=dGhlIHNhbXBsZSBub25jZQ==|Origin=http://example.com"
     "|Sec-WebSocket-Protocol=chat, superchat|Sec-WebSocket-Version=13"},
    /* White space around a value is not part of it; within it, it is. */
    {"GET /a?b=c HTTP/1.1\r\nhost:a\r\nX-One: \t b  c\t \r\nX-Two:\r\nX-Three: \t\r\n\r\n",
     "GET /a?b=c 11|host=a|X-One=b  c|X-Two=|X-Three="},
    {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 11|Host=a"}, /* RFC 9112, 2.2 */
    {"GET / HTTP/1.0\r\n\r\n", "GET / 10"},                       /* needs no Host */
    {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / 10|Host=a"},
    {"GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET / 11|Host=a"}, /* answered as 1.1 (RFC 9110, 2.5) */
    {"OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", "OPTIONS * 11|Host="},
    {"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", "CONNECT a:80 11|Host=a:80"},
    {"HEAD http://[::1]:8000/x HTTP/1.1\r\nHOST: [::1]:8000\r\n\r\n",
     "HEAD http://[::1]:8000/x 11|HOST=[::1]:8000"},
    {"x!#$%&'*+-.^_`|~ / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~9: b:c:\r\n\r\n",
     "x!#$%&'*+-.^_`|~ / 11|Host=a|!#$%&'*+-.^_`|~9=b:c:"},
    {"GET / HTTP/1.1\r\nHost: a\r\nCookie: n\xc3\xa9=\x80\xff\tx\r\nA: 1\r\nA: 2\r\na: 3\r\n\r\n",
     "GET / 11|Host=a|Cookie=n\xc3\xa9=\x80\xff\tx|A=1|A=2|a=3"},
};
enum { GOOD_REQUESTS = sizeof good_requests / sizeof good_requests[0] };

static void good_requests_are_complete(void) {
    for (size_t i = 0; i < GOOD_REQUESTS; i++) {
        const char *text = good_requests[i][0];
        char description[600];
        struct stream stream;
        expect_text(text, HTTP_COMPLETE);
        stream_whole(&stream, text, strlen(text));
        describe(&stream.request, description, sizeof description);
        CHECK_FOR(strcmp(description, good_requests[i][1]) == 0, "reads %s, not %s", description,
                  good_requests[i][1]);
        CHECK_EQUAL(stream.request.head_size, strlen(text));
    }
}

static void every_prefix_is_incomplete(void) {
    for (size_t i = 0; i < GOOD_REQUESTS; i++) {
        const char *text = good_requests[i][0];
        for (size_t length = 0; length < strlen(text); length++) {
            struct stream stream;
            stream_whole(&stream, text, length);
            CHECK_FOR(stream.verdict == HTTP_INCOMPLETE, "verdict %d after %zu bytes of %s",
                      stream.verdict, length, text);
        }
    }
}

/* The first frame may come in the same segment. It is not HTTP's, whatever it holds. */
static void bytes_behind_the_head_do_not_matter(void) {
    static const char frame[] = "\x81\x85\x00\n\r\n\n\r\0\x16 GET\r\n\r\n"; /* with its NUL */
    for (size_t i = 0; i < GOOD_REQUESTS; i++) {
        char text[600], description[600];
        size_t head = strlen(good_requests[i][0]);
        struct stream stream;
        memcpy(text, good_requests[i][0], head);
        memcpy(text + head, frame, sizeof frame);
        expect(text, head + sizeof frame, HTTP_COMPLETE);
        stream_whole(&stream, text, head + sizeof frame);
        describe(&stream.request, description, sizeof description);
        CHECK(strcmp(description, good_requests[i][1]) == 0);
        CHECK_EQUAL(stream.request.head_size, head);
    }
}

/* A call without new bytes changes nothing. */
static void no_new_bytes(void) {
    struct stream stream;
    stream_start(&stream, good_requests[0][0], strlen(good_requests[0][0]));
    for (size_t end = 0; end < stream.len; end++) {
        stream_arrive(&stream, end);
        stream_arrive(&stream, end);
        CHECK_EQUAL(stream.verdict, HTTP_INCOMPLETE);
    }
    stream_arrive(&stream, stream.len);
    CHECK_EQUAL(stream.verdict, HTTP_COMPLETE);
}

/* The work is linear: each byte is scanned when it arrives, and a line is read once, when its end
 * is there. Until then NULs in place of the scanned bytes, but for the last, go unnoticed. */
static void check_linear(const char *start, size_t limit) {
    static char arrived[HTTP_HEAD_MAX];
    struct http_request request;
    size_t len = strlen(start);
    http_request_init(&request);
    memcpy(arrived, start, len);
    CHECK_EQUAL(http_parse(&request, arrived, len), HTTP_INCOMPLETE);
    while (len < limit) {
        memset(arrived, '\0', len - 1);
        arrived[len++] = 'x';
        CHECK_EQUAL(http_parse(&request, arrived, len), HTTP_INCOMPLETE);
    }
}

static void scanned_bytes_are_not_looked_at_again(void) {
    check_linear("GET /", HTTP_LINE_MAX);
    check_linear("\r\nGET /", HTTP_LINE_MAX);
    check_linear("GET / HTTP/1.1\r\nHost: a\r\nCookie: ", HTTP_HEAD_MAX - 1);
}

static void line_ends(void) {
    expect_text("\n", HTTP_BARE_LF);
    expect_text("GET / HTTP/1.1\n", HTTP_BARE_LF);
    expect_text("GET / HTTP/1.1\r\nHost: a\n\r\n", HTTP_BARE_LF);
    expect_text("GET / HTTP/1.1\r\nHost: a\r\n\n", HTTP_BARE_LF);
    expect_text("\rGET / HTTP/1.1\r\n", HTTP_BARE_CR);
    expect_text("\r\r\n", HTTP_BARE_CR);
    expect_text("GET / HTTP/1.1\r\r\n", HTTP_BARE_CR);
    expect_text("GET / HTTP/1.1\rHost: a\r\n\r\n", HTTP_BARE_CR);
    expect_text("GET / HTTP/1.1\r\nHost: a\r\n\rX", HTTP_BARE_CR);
    expect_text("GET / HTTP/1.1\r", HTTP_INCOMPLETE); /* the LF may be still to come */
}

static void nul_bytes(void) {
    expect("\0", 1, HTTP_NUL);
    expect("GET /\0 HTTP/1.1\r\n", 17, HTTP_NUL);
    expect("GET / HTTP/1.1\r\0", 16, HTTP_NUL);
    expect("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30, HTTP_NUL);
    expect("GET / HTTP/1.1\r\nHost: a\r\n\0", 26, HTTP_NUL);
}

/* wss:// or https:// spoken to a port that has no TLS. */
static void tls_client_hello(void) {
    expect("\x16", 1, HTTP_TLS);
    expect("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, HTTP_TLS);
    expect("\x15", 1, HTTP_INCOMPLETE); /* an alert, which no client begins with */
    expect_request_line("G\x16T / HTTP/1.1", HTTP_BAD_METHOD);
    expect_text("\r\n\x16 / HTTP/1.1\r\n", HTTP_BAD_METHOD);
}

static void three_words_in_the_request_line(void) {
    static const char *const bad[] = {"GET",
                                      "GET ",
                                      "GET /",
                                      "GET  / HTTP/1.1",
                                      "GET /  HTTP/1.1",
                                      "GET / HTTP/1.1 ",
                                      "GET / a HTTP/1.1",
                                      "GET\t/\tHTTP/1.1",
                                      "GET /\tHTTP/1.1",
                                      "HTTP/1.1",
                                      "GET / HTTP 1.1",
                                      "  ",
                                      "GET  "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_request_line(bad[i], HTTP_BAD_REQUEST_LINE);
    }
    expect_text("\r\n\r\nGET / HTTP/1.1\r\n", HTTP_BAD_REQUEST_LINE); /* one empty line, not two */
}

static void method_is_a_token(void) {
    expect_request_line("G(T / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line("G\x80T / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line(" GET / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line("\"GET\" / HTTP/1.1", HTTP_BAD_METHOD);
    expect_request_line("get / HTTP/1.1", HTTP_COMPLETE); /* a method, if not a known one */
}

static void target_has_no_foreign_characters(void) {
    expect_request_line("GET /\x7f HTTP/1.1", HTTP_BAD_TARGET);
    expect_request_line("GET /\xc3\xa9 HTTP/1.1", HTTP_BAD_TARGET);
    expect_request_line("GET \x01/ HTTP/1.1", HTTP_BAD_TARGET);
    expect_request_line("GET /~ HTTP/1.1", HTTP_COMPLETE);
    expect_request_line("GET /! HTTP/1.1", HTTP_COMPLETE);
}

static void version_of_http(void) {
    static const char *const bad[] = {
        "HTTP/1.",   "HTTP/1",    "HTTP/",    "HTTP",      "HTTP/11",  "http/1.1",
        "HTTP/1.10", "HTTP/01.1", "HTTP/1,1", "HTTP/a.1",  "HTTP/1.a", "HTTPS/1.1",
        "XTTP/1.1",  "HTTP/1.1x", "HTTP-1.1", "HTTP/-1.1", ""};
    char line[40];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(line, sizeof line, "GET / %s", bad[i]);
        expect_request_line(line, HTTP_BAD_VERSION);
    }
    expect_request_line("GET / HTTP/0.9", HTTP_UNSUPPORTED_VERSION);
    expect_request_line("GET / HTTP/2.0", HTTP_UNSUPPORTED_VERSION);
    expect_text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                HTTP_UNSUPPORTED_VERSION); /* HTTP/2's preface */
    expect_request_line("GET / HTTP/9.9", HTTP_UNSUPPORTED_VERSION);
}

static void folded_headers(void) {
    expect_header(" folded", HTTP_FOLDED_HEADER);
    expect_header("\tfolded: b", HTTP_FOLDED_HEADER);
    expect_header(" ", HTTP_FOLDED_HEADER);
    expect_text("GET / HTTP/1.1\r\n Host: a\r\n\r\n", HTTP_FOLDED_HEADER);
}

static void header_without_a_colon(void) {
    expect_header("Upgrade", HTTP_NO_COLON);
    expect_header("Upgrade websocket", HTTP_NO_COLON);
    expect_header("GET / HTTP/1.1", HTTP_NO_COLON);
    expect_header("Upgrade:", HTTP_COMPLETE);
}

static void header_names(void) {
    expect_header(": b", HTTP_BAD_HEADER_NAME);
    expect_header(":", HTTP_BAD_HEADER_NAME);
    expect_header("Upgrade : websocket", HTTP_BAD_HEADER_NAME); /* RFC 9112, 5.1: 400 */
    expect_header("Upgrade\t: websocket", HTTP_BAD_HEADER_NAME);
    expect_header("Up grade: websocket", HTTP_BAD_HEADER_NAME);
    expect_header("(a): b", HTTP_BAD_HEADER_NAME);
    expect_header("\xc3\xa9: b", HTTP_BAD_HEADER_NAME);
}

static void header_values(void) {
    expect_header("A: \x1b[2J", HTTP_BAD_HEADER_VALUE);
    expect_header("A: b\x01", HTTP_BAD_HEADER_VALUE);
    expect_header("A:\x7f", HTTP_BAD_HEADER_VALUE);
    expect_header("A: b\vc", HTTP_BAD_HEADER_VALUE);
    expect_header("A: b\tc", HTTP_COMPLETE);
}

static void exactly_one_host(void) {
    expect_text("GET / HTTP/1.1\r\n\r\n", HTTP_MISSING_HOST);
    expect_text("GET / HTTP/1.2\r\n\r\n", HTTP_MISSING_HOST);
    expect_text("GET / HTTP/1.1\r\nHosts: a\r\nHos: a\r\nX-Host: a\r\n\r\n", HTTP_MISSING_HOST);
    expect_text("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HTTP_REPEATED_HOST);
    expect_text("GET / HTTP/1.1\r\nhost: a\r\nX: b\r\nHOST:\r\n\r\n", HTTP_REPEATED_HOST);
    expect_text("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", HTTP_REPEATED_HOST);
}

static void expect_host(const char *host, enum http_verdict wanted) {
    char text[SPLIT_MAX];
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
    expect_text(text, wanted);
}

static void host_and_port(void) {
    expect_host("", HTTP_COMPLETE); /* RFC 9112, 3.2: when the target has no authority */
    expect_host("localhost", HTTP_COMPLETE);
    expect_host("localhost:8000", HTTP_COMPLETE);
    expect_host("127.0.0.1:", HTTP_COMPLETE); /* a port may be empty (RFC 3986, 3.2.3) */
    expect_host("[2001:db8::1]:443", HTTP_COMPLETE);
    expect_host("xn--bcher-kva.example.", HTTP_COMPLETE);
    expect_host("a b", HTTP_BAD_HOST);
    expect_host("a, b", HTTP_BAD_HOST);
    expect_host("a,b", HTTP_BAD_HOST);
    expect_host("http://a", HTTP_BAD_HOST);
    expect_host("a/", HTTP_BAD_HOST);
    expect_host("user@a", HTTP_BAD_HOST);
    expect_host("a:80:80", HTTP_BAD_HOST);
    expect_host("[::1", HTTP_BAD_HOST);
}

/* Each rule of these is tested in fields_test. */
static void length_of_a_body(void) {
    expect_header("Content-Length: 5", HTTP_COMPLETE);
    expect_header("Content-Length: -5", HTTP_BAD_CONTENT_LENGTH);
    expect_header("Content-Length: 5\r\ncontent-length: 6", HTTP_BAD_CONTENT_LENGTH);
    expect_header("Transfer-Encoding: chunked", HTTP_COMPLETE);
    expect_header("Transfer-Encoding: chunked, gzip", HTTP_NOT_CHUNKED);
    expect_header("Transfer-Encoding:", HTTP_NOT_CHUNKED);
    expect_header("Transfer-Encoding: gzip, chunked", HTTP_UNKNOWN_CODING);
    expect_header("Transfer-Encoding: br\r\nTransfer-Encoding: chunked", HTTP_UNKNOWN_CODING);
    expect_header("Content-Length: 5\r\nTransfer-Encoding: chunked", HTTP_TWO_BODY_LENGTHS);
    expect_header("Transfer-Encoding: x\r\nContent-Length: x", HTTP_TWO_BODY_LENGTHS);
}

/* Puts every byte in place of the '?' of a request, which has one. */
static void expect_every_byte(const char *pattern, enum http_verdict (*wanted)(int byte)) {
    for (int byte = 0; byte < 256; byte++) {
        char text[SPLIT_MAX];
        struct stream stream;
        size_t len = strlen(pattern);
        memcpy(text, pattern, len + 1);
        *strchr(text, '?') = (char)byte;
        enum http_verdict verdict = byte == '\0'   ? HTTP_NUL
                                    : byte == '\n' ? HTTP_BARE_LF
                                    : byte == '\r' ? HTTP_BARE_CR
                                                   : wanted(byte);
        stream_whole(&stream, text, len);
        CHECK_FOR(stream.verdict == verdict, "byte 0x%02x gives verdict %d, not %d, in %s", byte,
                  stream.verdict, verdict, pattern);
    }
}

static bool is_one_of(int byte, const char *characters) {
    return byte > 0 && byte < 128 && strchr(characters, byte) != NULL;
}

static bool is_letter_or_digit(int byte) {
    return is_one_of(byte, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
}

/* RFC 9110, 5.6.2: what may stand in a token. */
static bool is_token_character(int byte) {
    return is_letter_or_digit(byte) || is_one_of(byte, "!#$%&'*+-.^_`|~");
}

static enum http_verdict in_method(int byte) {
    return is_token_character(byte) ? HTTP_COMPLETE
           : byte == ' '            ? HTTP_BAD_REQUEST_LINE
                                    : HTTP_BAD_METHOD;
}

/* RFC 3986 has no '#' in a request's target and none of "<>\^`{|} anywhere, but browsers send some
 * of these as they are. Visible ASCII is let pass. */
static enum http_verdict in_target(int byte) {
    return byte == ' '                ? HTTP_BAD_REQUEST_LINE
           : byte < ' ' || byte > '~' ? HTTP_BAD_TARGET
                                      : HTTP_COMPLETE;
}

static enum http_verdict in_major_version(int byte) {
    return byte == '1'                    ? HTTP_COMPLETE
           : is_one_of(byte, "023456789") ? HTTP_UNSUPPORTED_VERSION
           : byte == ' '                  ? HTTP_BAD_REQUEST_LINE
                                          : HTTP_BAD_VERSION;
}

static enum http_verdict in_minor_version(int byte) {
    return is_one_of(byte, "0123456789") ? HTTP_COMPLETE
           : byte == ' '                 ? HTTP_BAD_REQUEST_LINE
                                         : HTTP_BAD_VERSION;
}

static enum http_verdict in_header_name(int byte) {
    return is_token_character(byte) || byte == ':' ? HTTP_COMPLETE : HTTP_BAD_HEADER_NAME;
}

static enum http_verdict in_header_value(int byte) {
    return (byte < ' ' && byte != '\t') || byte == 0x7f ? HTTP_BAD_HEADER_VALUE : HTTP_COMPLETE;
}

/* RFC 3986, 3.2.2: what may stand in a name, save for the comma, with which a proxy joins two
 * headers; and the colon before a port. */
static enum http_verdict in_host(int byte) {
    bool good = is_letter_or_digit(byte) || is_one_of(byte, "-._~!$&'()*+;=:");
    return good                                             ? HTTP_COMPLETE
           : in_header_value(byte) == HTTP_BAD_HEADER_VALUE ? HTTP_BAD_HEADER_VALUE
                                                            : HTTP_BAD_HOST;
}

static void every_byte_in_the_request_line(void) {
    expect_every_byte("G?T / HTTP/1.1\r\nHost: a\r\n\r\n", in_method);
    expect_every_byte("GET /?x HTTP/1.1\r\nHost: a\r\n\r\n", in_target);
    expect_every_byte("GET / HTTP/?.1\r\nHost: a\r\n\r\n", in_major_version);
    expect_every_byte("GET / HTTP/1.?\r\nHost: a\r\n\r\n", in_minor_version);
}

static void every_byte_in_a_header(void) {
    expect_every_byte("GET / HTTP/1.1\r\nHost: a\r\nA?B: c\r\n\r\n", in_header_name);
    expect_every_byte("GET / HTTP/1.1\r\nHost: a\r\nA: b?c\r\n\r\n", in_header_value);
}

static void every_byte_in_host(void) {
    expect_every_byte("GET / HTTP/1.1\r\nHost: a?0\r\n\r\n", in_host);
}

/* A long request, put together piece by piece. */
static char big[STREAM_MAX];
static size_t big_len;

static void big_start(const char *text) {
    big_len = strlen(text);
    memcpy(big, text, big_len);
}

static void big_add(const char *text) {
    memcpy(big + big_len, text, strlen(text));
    big_len += strlen(text);
}

static void big_fill(size_t count) {
    memset(big + big_len, 'x', count);
    big_len += count;
}

/* Builds a request with a request line of `length` bytes, its CR LF included. */
static void big_request_line(size_t length) {
    big_start("GET /");
    big_fill(length - strlen("GET / HTTP/1.1\r\n"));
    big_add(" HTTP/1.1\r\n");
    CHECK_EQUAL(big_len, length);
}

static void longest_request_line(void) {
    big_request_line(HTTP_LINE_MAX);
    big_add("Host: a\r\n\r\n");
    expect(big, big_len, HTTP_COMPLETE);
    big_request_line(HTTP_LINE_MAX + 1);
    expect(big, big_len, HTTP_LINE_TOO_LONG);
    big_start("\r\nGET /"); /* the ignored empty line does not count */
    big_fill(HTTP_LINE_MAX - strlen("GET / HTTP/1.1\r\n"));
    big_add(" HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(big, big_len, HTTP_COMPLETE);
}

/* The verdict does not wait for the end of the line, which may never come. */
static void endless_request_line(void) {
    big_start("");
    big_fill(HTTP_LINE_MAX);
    expect(big, big_len, HTTP_INCOMPLETE);
    big_fill(1);
    expect(big, big_len, HTTP_LINE_TOO_LONG);
    big_fill(HTTP_HEAD_MAX - HTTP_LINE_MAX);
    expect(big, big_len, HTTP_LINE_TOO_LONG);
}

/* Builds a head of `size` bytes with one long header. */
static void big_head(size_t size) {
    big_start("GET / HTTP/1.1\r\nHost: a\r\nCookie: ");
    big_fill(size - big_len - strlen("\r\n\r\n"));
    big_add("\r\n\r\n");
    CHECK_EQUAL(big_len, size);
}

static void largest_head(void) {
    big_head(HTTP_LINE_MAX + 100); /* only the request line has that limit */
    expect(big, big_len, HTTP_COMPLETE);
    big_head(HTTP_HEAD_MAX - 1);
    expect(big, big_len, HTTP_COMPLETE);
    big_head(HTTP_HEAD_MAX);
    expect(big, big_len, HTTP_COMPLETE);
    big_fill(10); /* frames behind it do not count */
    expect(big, big_len, HTTP_COMPLETE);
    big_head(HTTP_HEAD_MAX + 1);
    expect(big, big_len, HTTP_HEAD_TOO_LARGE);
}

static void endless_head(void) {
    big_head(HTTP_HEAD_MAX + 1);
    expect(big, HTTP_HEAD_MAX - 1, HTTP_INCOMPLETE);
    expect(big, HTTP_HEAD_MAX, HTTP_HEAD_TOO_LARGE); /* one more byte at least would follow */
}

/* Builds a request with `count` headers, Host among them. */
static void big_headers(size_t count) {
    big_start("GET / HTTP/1.1\r\nHost: a\r\n");
    for (size_t i = 1; i < count; i++) {
        big_add("A:\r\n");
    }
    big_add("\r\n");
}

static void most_headers(void) {
    struct stream stream;
    big_headers(HTTP_HEADERS_MAX - 1);
    expect(big, big_len, HTTP_COMPLETE);
    big_headers(HTTP_HEADERS_MAX);
    expect(big, big_len, HTTP_COMPLETE);
    stream_whole(&stream, big, big_len);
    CHECK_EQUAL(stream.request.header_count, HTTP_HEADERS_MAX);
    big_headers(HTTP_HEADERS_MAX + 1);
    expect(big, big_len, HTTP_TOO_MANY_HEADERS);
    expect(big, big_len - 2, HTTP_TOO_MANY_HEADERS); /* without waiting for the end of the head */
    big_headers(10 * HTTP_HEADERS_MAX);
    expect(big, big_len, HTTP_TOO_MANY_HEADERS);
}

static void statuses(void) {
    static const int wanted[VERDICTS] = {
        [HTTP_COMPLETE] = 200,
        [HTTP_INCOMPLETE] = 408,
        [HTTP_TLS] = 400,
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
    for (int verdict = 0; verdict < VERDICTS; verdict++) {
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

static void sentences(void) {
    for (int verdict = 0; verdict < VERDICTS; verdict++) {
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

static void every_verdict_was_seen(void) {
    for (int verdict = 0; verdict < VERDICTS; verdict++) {
        CHECK_FOR(seen[verdict] >= 2, "verdict %d was seen %zu times", verdict, seen[verdict]);
    }
}

/* A number below `bound`, the same ones in every run: xorshift, Marsaglia 2003. */
static size_t pick(size_t bound) {
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (state >> 8) % bound;
}

/* The bytes get the same verdict in pieces cut at random, and not before the last byte that the
 * whole needed. */
static enum http_verdict check_cuts(const char *bytes, size_t len) {
    struct stream whole, pieces, shorter;
    stream_whole(&whole, bytes, len);
    stream_start(&pieces, bytes, len);
    while (pieces.verdict == HTTP_INCOMPLETE && pieces.arrived_len < len) {
        stream_arrive(&pieces, pieces.arrived_len + 1 + pick(len - pieces.arrived_len));
    }
    CHECK_FOR(same_outcome(&whole, &pieces), "verdict %d whole, %d in pieces", whole.verdict,
              pieces.verdict);
    if (whole.verdict != HTTP_INCOMPLETE) {
        stream_whole(&shorter, bytes, whole.request.scanned - 1);
        CHECK_FOR(shorter.verdict == HTTP_INCOMPLETE, "verdict %d whole, %d one byte before",
                  whole.verdict, shorter.verdict);
    }
    return whole.verdict;
}

static void random_requests(void) {
    static const struct {
        char bytes[20];
        size_t len;
    } words[] = {
        {"GET", 3},
        {" ", 1},
        {"/", 1},
        {"HTTP/1.1", 8},
        {"\r\n", 2},
        {"\r\n", 2},
        {"\r\n", 2},
        {"\r\n\r\n", 4},
        {"Host: a\r\n", 9},
        {"\r", 1},
        {"\n", 1},
        {":", 1},
        {"\t", 1},
        {"\0", 1},
        {"A:b\r\n", 5},
        {"A: b", 4},
        {"x", 1},
        {"\x80", 1},
        {"GET / HTTP/1.1\r\n", 16},
        {"\x1b", 1},
    };
    size_t given[VERDICTS] = {0};
    for (int round = 0; round < 150000; round++) {
        char bytes[256];
        size_t len = 0;
        if (round % 2 == 0) {
            memcpy(bytes, "GET / HTTP/1.1\r\n", 16);
            len = 16;
        }
        for (size_t count = pick(10); count > 0; count--) {
            size_t word = pick(sizeof words / sizeof words[0]);
            memcpy(bytes + len, words[word].bytes, words[word].len);
            len += words[word].len;
        }
        given[check_cuts(bytes, len)]++;
    }
    CHECK(given[HTTP_COMPLETE] > 500 && given[HTTP_INCOMPLETE] > 1000);
    CHECK(given[HTTP_BARE_CR] > 1000 && given[HTTP_BARE_LF] > 1000);
    CHECK(given[HTTP_REPEATED_HOST] > 10 && given[HTTP_NO_COLON] > 1000);
}

/* Good requests in which one to three bytes were changed, put in or taken out. */
static void mutated_requests(void) {
    static const char bytes_of_interest[] = "\r\n\r\n :,\t\0aZ/1\x16\x7f\x80";
    size_t given[VERDICTS] = {0};
    for (int round = 0; round < 100000; round++) {
        char bytes[600];
        const char *text = good_requests[pick(GOOD_REQUESTS)][0];
        size_t len = strlen(text);
        memcpy(bytes, text, len);
        for (size_t count = 1 + pick(3); count > 0 && len > 0; count--) {
            size_t at = pick(len), kind = pick(3);
            if (kind == 0) {
                memmove(bytes + at, bytes + at + 1, --len - at);
                continue;
            }
            if (kind == 1) {
                memmove(bytes + at + 1, bytes + at, len++ - at);
            }
            bytes[at] = bytes_of_interest[pick(sizeof bytes_of_interest)];
        }
        given[check_cuts(bytes, len)]++;
    }
    CHECK(given[HTTP_COMPLETE] > 1000 && given[HTTP_BAD_HEADER_NAME] > 1000);
    CHECK(given[HTTP_BAD_HEADER_VALUE] > 100 && given[HTTP_FOLDED_HEADER] > 10);
}

static void random_bytes(void) {
    for (int round = 0; round < 100000; round++) {
        char bytes[64];
        size_t len = pick(sizeof bytes);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (char)pick(256);
        }
        check_cuts(bytes, len);
    }
}

int main(void) {
    test_run("http: good requests are complete, with the right parts", good_requests_are_complete);
    test_run("http: every prefix of a good request is incomplete", every_prefix_is_incomplete);
    test_run("http: bytes behind the head do not matter", bytes_behind_the_head_do_not_matter);
    test_run("http: a call without new bytes changes nothing", no_new_bytes);
    test_run("http: scanned bytes are not looked at again", scanned_bytes_are_not_looked_at_again);
    test_run("http: every line ends with CR LF", line_ends);
    test_run("http: no NUL anywhere", nul_bytes);
    test_run("http: a TLS handshake is told apart", tls_client_hello);
    test_run("http: the request line has three words", three_words_in_the_request_line);
    test_run("http: the method is a token", method_is_a_token);
    test_run("http: the target has no foreign characters", target_has_no_foreign_characters);
    test_run("http: the version is HTTP/1.x", version_of_http);
    test_run("http: folded headers are refused", folded_headers);
    test_run("http: a header has a colon", header_without_a_colon);
    test_run("http: a header's name is a token", header_names);
    test_run("http: a header's value has no control characters", header_values);
    test_run("http: exactly one Host", exactly_one_host);
    test_run("http: Host is a host and a port", host_and_port);
    test_run("http: the length of a body is beyond doubt", length_of_a_body);
    test_run("http: every byte in each part of the request line", every_byte_in_the_request_line);
    test_run("http: every byte in a header's name and value", every_byte_in_a_header);
    test_run("http: every byte in Host", every_byte_in_host);
    test_run("http: the longest request line, and one byte more", longest_request_line);
    test_run("http: a request line without an end", endless_request_line);
    test_run("http: the largest head, and one byte more", largest_head);
    test_run("http: a head without an end", endless_head);
    test_run("http: the most headers, and one more", most_headers);
    test_run("http: the status of every verdict", statuses);
    test_run("http: a sentence for every verdict", sentences);
    test_run("http: every verdict was given at least twice above", every_verdict_was_seen);
    test_run("http: random requests, whole and in pieces", random_requests);
    test_run("http: mutated requests, whole and in pieces", mutated_requests);
    test_run("http: random bytes, whole and in pieces", random_bytes);
    return test_report();
}
