/* http_head: parses the head of an HTTP/1.1 message, a request or a response, as its bytes arrive.
 * Step 2.
 *
 *     GET /chat HTTP/1.1 CR LF                the start line, here of a request
 *     Host: example.com CR LF                 field-name ":" OWS field-value OWS
 *     Connection: keep-alive, Upgrade CR LF
 *     CR LF                                   an empty line ends the head
 *
 * RFC 9112 (and RFC 7230 before it) says how the lines are written, RFC 9110 what they mean; RFC
 * 6455 builds on both. Lines, headers and lists are the same in requests and responses. The start
 * line is not: http_request.h checks that of requests, the client of step 6 that of responses.
 *
 * The parser copies nothing: every text it finds points into the caller's buffer. It looks at each
 * byte once, however many reads the head takes to arrive.
 */
#ifndef STEP02_HTTP_HTTP_HEAD_H
#define STEP02_HTTP_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_HEAD_MAX = 16384, /* bytes of a whole head; enough for large cookies */
    HTTP_LINE_MAX = 8192,  /* bytes of the start line; RFC 9112, 3 asks for at least 8000 */
    HTTP_HEADERS_MAX = 100 /* header lines; browsers send about 20 */
};

/* A text in the caller's buffer, without a NUL at its end. */
struct http_text {
    const char *start;
    size_t length;
};

struct http_header {
    struct http_text name, value; /* the value without the white space around it */
};

/* The offsets and lengths of a header in the head: 8 bytes instead of the 32 of struct http_header,
 * since each connection has HTTP_HEADERS_MAX of them on its stack. HTTP_HEAD_MAX fits into 16
 * bits. */
struct http_place {
    uint16_t name, name_length, value, value_length;
};

struct http_head {
    int version; /* 10 for HTTP/1.0, 11 for HTTP/1.1 and later 1.x; set by the module that checks
                  * the start line */
    struct http_place places[HTTP_HEADERS_MAX]; /* of the headers; see http_header_at */
    size_t header_count;
    size_t size; /* bytes of the head, the empty line included */

    const char *bytes; /* the caller's buffer */
    size_t scanned;    /* bytes of it that have been parsed */
    size_t line_start; /* where the current line begins */
    bool has_start_line;
};

/* The verdict on a head, and the status code with which a server answers such a request. */
enum http_verdict {
    HTTP_COMPLETE,
    HTTP_INCOMPLETE,       /* a good beginning; more bytes are needed */
    HTTP_TLS,              /* 0: the first bytes of a TLS handshake, as of wss:// or https:// */
    HTTP_NUL,              /* 400: a NUL byte */
    HTTP_BARE_LF,          /* 400: a line ends without CR */
    HTTP_BARE_CR,          /* 400: a CR without LF after it */
    HTTP_LINE_TOO_LONG,    /* 414: the start line exceeds HTTP_LINE_MAX */
    HTTP_FOLDED_HEADER,    /* 400: a header line that begins with white space (obs-fold) */
    HTTP_NO_COLON,         /* 400: a header line without a colon */
    HTTP_BAD_HEADER_NAME,  /* 400: empty, or with white space or another bad character */
    HTTP_BAD_HEADER_VALUE, /* 400: a control character */
    HTTP_TOO_MANY_HEADERS, /* 431: more than HTTP_HEADERS_MAX */
    HTTP_HEAD_TOO_LARGE,   /* 431: the head exceeds HTTP_HEAD_MAX */
    /* For requests only: the start line, and headers that are checked in every request. */
    HTTP_BAD_REQUEST_LINE,    /* 400: not three words with one space between them */
    HTTP_BAD_METHOD,          /* 400: not a token */
    HTTP_BAD_TARGET,          /* 400: a character that no URI may hold */
    HTTP_BAD_VERSION,         /* 400: not "HTTP/" digit "." digit */
    HTTP_UNSUPPORTED_VERSION, /* 505: HTTP, but not version 1 */
    HTTP_BAD_CONTENT_LENGTH,  /* 400: not a number, or different ones (RFC 9112, 6.3) */
    HTTP_TWO_BODY_LENGTHS,    /* 400: Content-Length and Transfer-Encoding (RFC 9112, 6.1) */
    HTTP_NOT_CHUNKED,         /* 400: does not end with chunked (RFC 9112, 6.3) */
    HTTP_UNKNOWN_CODING,      /* 501: chunked, but something else before (RFC 9112, 6.1) */
    HTTP_MISSING_HOST,        /* 400: HTTP/1.1 without Host (RFC 9112, 3.2) */
    HTTP_REPEATED_HOST,       /* 400: more than one Host */
    HTTP_BAD_HOST,            /* 400: a Host that cannot be a host and a port */
    /* Never the final verdict: */
    HTTP_START_LINE /* the start line is there: check it, then call http_head_parse again */
};

/* Starts a head. There is nothing to free. */
void http_head_init(struct http_head *head);

/* Continues parsing. `bytes` holds the `len` bytes of the stream that have arrived so far, from the
 * first byte of the head on; they may have moved to another address since the last call. Returns
 * HTTP_START_LINE once, with the start line, without its CR LF, in `*start_line`. All other calls
 * return HTTP_INCOMPLETE until the head is complete or wrong. The verdict depends only on the
 * bytes, never on the pieces in which they came. After HTTP_COMPLETE, `size` is the length of the
 * head. After an error, do not call it again. */
enum http_verdict http_head_parse(struct http_head *head, const char *bytes, size_t len,
                                  struct http_text *start_line);

/* The status code that answers a verdict (0: the connection ends without an answer), and one
 * sentence for people that says what is wrong. There are none for HTTP_START_LINE. */
int http_verdict_status(enum http_verdict verdict);
const char *http_verdict_sentence(enum http_verdict verdict);

/* Returns whether a text equals a C string, exactly or ignoring the case of A to Z. */
bool http_text_is(struct http_text text, const char *string);
bool http_text_is_nocase(struct http_text text, const char *string);

/* Splits `text` at the first `separator`: returns the part before it and leaves the part after it
 * in `text`. Without a separator it returns all of the text and leaves an empty one, whose `start`
 * is NULL. */
struct http_text http_text_split(struct http_text *text, char separator);

/* Returns whether the text is a token (RFC 9110, 5.6.2): one or more letters, digits or
 * !#$%&'*+-.^_`|~ */
bool http_is_token(struct http_text text);

/* Returns how many headers have this name, ignoring case. */
size_t http_header_count(const struct http_head *head, const char *name);

/* Returns the header at an index less than header_count. */
struct http_header http_header_at(const struct http_head *head, size_t index);

/* Finds the first header of this name, ignoring case, at index `*from` or after it: stores its
 * value and sets `*from` to the index after it. Returns false if there is none. Start with 0 to
 * visit all headers of the name. */
bool http_header_next(const struct http_head *head, const char *name, size_t *from,
                      struct http_text *value);

/* Takes the next element off a comma-separated list (RFC 9110, 5.6.1) and returns true, or returns
 * false at the end of the list. It skips empty elements, and white space around elements. */
bool http_list_next(struct http_text *list, struct http_text *element);

/* Returns whether any header of this name lists the token, ignoring the case of both. */
bool http_header_lists(const struct http_head *head, const char *name, const char *token);

#endif
