/* http: every byte at every place of a request head. */
#include "tests/support/http_feed.h"
#include "tests/support/test.h"

#include <string.h>

/* Puts every byte in place of the '?' of a request, which has one. */
static void expect_every_byte(const char *pattern, enum http_verdict (*wanted)(int byte)) {
    for (int byte = 0; byte < 256; byte++) {
        char text[HTTP_FEED_SPLIT_MAX];
        struct http_feed stream;
        size_t len = strlen(pattern);
        memcpy(text, pattern, len + 1);
        *strchr(text, '?') = (char)byte;
        enum http_verdict verdict = byte == '\0'   ? HTTP_NUL
                                    : byte == '\n' ? HTTP_BARE_LF
                                    : byte == '\r' ? HTTP_BARE_CR
                                                   : wanted(byte);
        http_feed_whole(&stream, text, len);
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

TEST("http: every byte in each part of the request line") {
    expect_every_byte("G?T / HTTP/1.1\r\nHost: a\r\n\r\n", in_method);
    expect_every_byte("GET /?x HTTP/1.1\r\nHost: a\r\n\r\n", in_target);
    expect_every_byte("GET / HTTP/?.1\r\nHost: a\r\n\r\n", in_major_version);
    expect_every_byte("GET / HTTP/1.?\r\nHost: a\r\n\r\n", in_minor_version);
}

TEST("http: every byte in a header's name and value") {
    expect_every_byte("GET / HTTP/1.1\r\nHost: a\r\nA?B: c\r\n\r\n", in_header_name);
    expect_every_byte("GET / HTTP/1.1\r\nHost: a\r\nA: b?c\r\n\r\n", in_header_value);
}

TEST("http: every byte in Host") {
    expect_every_byte("GET / HTTP/1.1\r\nHost: a?0\r\n\r\n", in_host);
}
