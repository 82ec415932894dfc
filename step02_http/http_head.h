/* http_head: the head of an HTTP/1.1 message, a request or an answer, out of a stream of bytes.
 * Step 2.
 *
 *     GET /chat HTTP/1.1 CR LF                the start line: of a request, or of an answer
 *     Host: example.com CR LF                 field-name ":" OWS field-value OWS
 *     Connection: keep-alive, Upgrade CR LF
 *     CR LF                                   an empty line ends the head
 *
 * RFC 9112 (and RFC 7230 before it) says how the lines are written, RFC 9110 what they mean; RFC
 * 6455 builds on both. Lines, headers and lists are the same in both directions. What a start line
 * says is judged a floor above: http_request.h does it for requests, and the client of step 6 for
 * answers.
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
    HTTP_HEAD_MAX = 16384, /* bytes of a whole head; browsers with large cookies stay below */
    HTTP_LINE_MAX = 8192,  /* bytes of the start line; RFC 9112, 3 asks for at least 8000 */
    HTTP_HEADERS_MAX = 100 /* header lines; browsers send about 20 */
};

/* Some characters in the caller's buffer; not ended by a NUL. */
struct http_text {
    const char *start;
    size_t length;
};

struct http_header {
    struct http_text name, value; /* the value without the white space around it */
};

/* Where a header stands in the head: 8 bytes instead of 32, for each of HTTP_HEADERS_MAX, on the
 * stack of each connection. HTTP_HEAD_MAX fits into 16 bits. */
struct http_place {
    uint16_t name, name_length, value, value_length;
};

struct http_head {
    int version; /* 10 for HTTP/1.0, 11 for HTTP/1.1 and everything after it; set by whoever judges
                  * the start line */
    struct http_place places[HTTP_HEADERS_MAX]; /* of the headers; see http_header_at */
    size_t header_count;
    size_t size; /* bytes up to and with the empty line; what follows is not HTTP's */

    const char *bytes; /* the caller's */
    size_t scanned;    /* of them, those that need not be looked at again */
    size_t line_start; /* where the line begins that is being read */
    bool has_start_line;
};

/* What is said of a head, and the status code that answers it in a request. */
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
    /* These are of requests alone: their start line, and the headers that each must have right. */
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
    /* And this is said of none in the end. */
    HTTP_START_LINE /* the start line has come: judge it, and call http_head_parse again */
};

/* Starts a head. There is nothing to free. */
void http_head_init(struct http_head *head);

/* Goes on parsing. `bytes` holds the `len` bytes of the stream that have arrived so far, from the
 * first byte of the head on; they may have moved to another address since the last call. Returns
 * HTTP_START_LINE once, with the start line, without its CR LF, in `*start_line`; then
 * HTTP_INCOMPLETE until the head is whole or wrong. The verdict depends only on the bytes, never on
 * the pieces they came in. After HTTP_COMPLETE `size` says where the head ended. After an error,
 * call it no more. */
enum http_verdict http_head_parse(struct http_head *head, const char *bytes, size_t len,
                                  struct http_text *start_line);

/* The status code that answers a verdict (0: the connection ends without an answer), and one
 * sentence for people that says what was wrong. */
int http_verdict_status(enum http_verdict verdict);
const char *http_verdict_sentence(enum http_verdict verdict);

/* Whether a text equals a C string, exactly or with A-Z equal to a-z. */
bool http_text_is(struct http_text text, const char *string);
bool http_text_is_nocase(struct http_text text, const char *string);

/* Splits `text` at the first `separator`: returns what stands before it and leaves what stands
 * after it in `text`, which is empty at `text->start == NULL` when there was no separator. */
struct http_text http_text_split(struct http_text *text, char separator);

/* Whether the text is a token (RFC 9110, 5.6.2): one or more letters, digits or !#$%&'*+-.^_`|~ */
bool http_is_token(struct http_text text);

/* How many headers have this name, in any case. */
size_t http_header_count(const struct http_head *head, const char *name);

/* The header at an index less than header_count. */
struct http_header http_header_at(const struct http_head *head, size_t index);

/* Finds the first header of this name, in any case, at index `*from` or after it: stores its value
 * and sets `*from` to the index after it. Returns false when there is none. Start with 0 to visit
 * all that have the name. */
bool http_header_next(const struct http_head *head, const char *name, size_t *from,
                      struct http_text *value);

/* Takes the next element off a comma-separated list (RFC 9110, 5.6.1) and returns true, or returns
 * false at its end. White space around elements and empty elements are skipped. */
bool http_list_next(struct http_text *list, struct http_text *element);

/* Whether any header of this name lists the token, both in any case. */
bool http_header_lists(const struct http_head *head, const char *name, const char *token);

#endif
