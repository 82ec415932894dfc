/* client_response_body: where the body of an answer ends, and how its text begins. Step 6.
 *
 *     Content-Length: 5            Transfer-Encoding: chunked
 *
 *     hello                        3 CR LF hel CR LF        a length in hex, and as many bytes
 *                                  2;name=value CR LF lo CR LF
 *                                  0 CR LF                  the end
 *
 * A server that refuses says why in the body, and may keep the connection open after it. RFC 9112,
 * 6.3 and 7.1.
 */
#ifndef STEP06_CLIENT_CLIENT_RESPONSE_BODY_H
#define STEP06_CLIENT_CLIENT_RESPONSE_BODY_H

#include "step06_client/client_response.h"

enum {
    CLIENT_RESPONSE_BODY_TEXT_MAX = 256, /* bytes that are kept; a person reads no more */
    CLIENT_RESPONSE_BODY_LINE_MAX = 1024 /* bytes of the line before a chunk, up to its CR */
};

enum client_response_body_verdict {
    CLIENT_RESPONSE_BODY_COMPLETE,   /* it has ended, or the text is full */
    CLIENT_RESPONSE_BODY_INCOMPLETE, /* more bytes are needed, or the end of the connection */
    CLIENT_RESPONSE_BODY_BAD /* its length is wrong or given twice, or its coding is unknown */
};

struct client_response_body {
    enum client_response_body_state {
        CLIENT_RESPONSE_BODY_DATA,
        CLIENT_RESPONSE_BODY_DATA_CR, /* this and the states below are only for chunks */
        CLIENT_RESPONSE_BODY_DATA_LF,
        CLIENT_RESPONSE_BODY_SIZE,
        CLIENT_RESPONSE_BODY_SIZE_REST, /* a chunk extension, after the digits; it is skipped */
        CLIENT_RESPONSE_BODY_SIZE_LF
    } state;
    bool chunked;
    uint64_t left; /* bytes of the body, or of the chunk, that are missing */
    size_t line;   /* bytes of the line before a chunk so far */
    /* The first `length` bytes of the body, without the lines before the chunks. */
    size_t length;
    char text[CLIENT_RESPONSE_BODY_TEXT_MAX];
};

/* Starts the body of a complete answer. Returns CLIENT_RESPONSE_BODY_COMPLETE if it has none. */
enum client_response_body_verdict client_response_body_init(struct client_response_body *body,
                                                            const struct client_response *answer);

/* Takes the next `len` bytes after the head, in pieces of any size. It does not wait for the
 * trailer fields that may follow the last chunk. Call it only after
 * CLIENT_RESPONSE_BODY_INCOMPLETE. */
enum client_response_body_verdict client_response_body_take(struct client_response_body *body,
                                                            const char *bytes, size_t len);

#endif
