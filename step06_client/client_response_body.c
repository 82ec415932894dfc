#include "step06_client/client_response_body.h"

#include "step02_http/http_request.h"

#include <string.h>

enum client_response_body_verdict client_response_body_init(struct client_response_body *body,
                                                            const struct client_response *answer) {
    const struct http_head *head = &answer->head;
    memset(body, 0, sizeof *body);
    body->left = UINT64_MAX; /* a body without a length ends with the connection */
    if (answer->status < 200 || answer->status == 204 || answer->status == 304) {
        return CLIENT_RESPONSE_BODY_COMPLETE;
    }
    if (http_header_count(head, "Transfer-Encoding") > 0) {
        body->chunked = true;
        body->state = CLIENT_RESPONSE_BODY_SIZE;
        return http_transfer_encoding(head) == HTTP_COMPLETE ? CLIENT_RESPONSE_BODY_INCOMPLETE
                                                             : CLIENT_RESPONSE_BODY_BAD;
    }
    if (http_header_count(head, "Content-Length") > 0 && !http_content_length(head, &body->left)) {
        return CLIENT_RESPONSE_BODY_BAD;
    }
    return body->left > 0 ? CLIENT_RESPONSE_BODY_INCOMPLETE : CLIENT_RESPONSE_BODY_COMPLETE;
}

/* Takes as much of the body or the chunk as is here, and keeps what fits into the text. Returns how
 * many bytes it has taken. */
static size_t take_data(struct client_response_body *body, const char *bytes, size_t len) {
    size_t count = body->left < len ? (size_t)body->left : len;
    size_t room = sizeof body->text - body->length;
    size_t kept = count < room ? count : room;
    memcpy(body->text + body->length, bytes, kept);
    body->length += kept;
    body->left -= body->left < UINT64_MAX ? count : 0;
    body->state =
        body->chunked && body->left == 0 ? CLIENT_RESPONSE_BODY_DATA_CR : CLIENT_RESPONSE_BODY_DATA;
    return count;
}

/* Takes a digit of a chunk's size, or a byte that may follow the digits. Returns false if it is
 * neither. */
static bool take_size(struct client_response_body *body, char byte) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *digit = byte != '\0' ? strchr(digits, byte) : NULL;
    if (body->line == 0) {
        body->left = 0;
        if (digit == NULL) {
            return false;
        }
    }
    if (digit != NULL) {
        bool fits = body->left <= UINT64_MAX >> 4;
        body->left = body->left << 4 | (uint64_t)(digit - digits) % 16;
        return fits;
    }
    body->state = byte == '\r' ? CLIENT_RESPONSE_BODY_SIZE_LF : CLIENT_RESPONSE_BODY_SIZE_REST;
    return byte == '\r' || byte == ';' || byte == ' ' || byte == '\t';
}

/* Takes a byte between the data of two chunks. Returns false if it is not allowed there. */
static bool take_framing(struct client_response_body *body, char byte) {
    switch (body->state) {
    case CLIENT_RESPONSE_BODY_SIZE:
        return take_size(body, byte) && body->line++ < CLIENT_RESPONSE_BODY_LINE_MAX;
    case CLIENT_RESPONSE_BODY_SIZE_REST:
        body->state = byte == '\r' ? CLIENT_RESPONSE_BODY_SIZE_LF : CLIENT_RESPONSE_BODY_SIZE_REST;
        return (byte == '\r' || byte == '\t' || (unsigned char)byte >= ' ') &&
               body->line++ < CLIENT_RESPONSE_BODY_LINE_MAX;
    case CLIENT_RESPONSE_BODY_SIZE_LF:
        body->state = CLIENT_RESPONSE_BODY_DATA;
        return byte == '\n';
    case CLIENT_RESPONSE_BODY_DATA_CR:
        body->state = CLIENT_RESPONSE_BODY_DATA_LF;
        return byte == '\r';
    default: /* CLIENT_RESPONSE_BODY_DATA_LF */
        body->state = CLIENT_RESPONSE_BODY_SIZE;
        body->line = 0;
        return byte == '\n';
    }
}

enum client_response_body_verdict client_response_body_take(struct client_response_body *body,
                                                            const char *bytes, size_t len) {
    for (size_t i = 0; i < len;) {
        if (body->state == CLIENT_RESPONSE_BODY_DATA) {
            i += take_data(body, bytes + i, len - i);
        } else if (!take_framing(body, bytes[i++])) {
            return CLIENT_RESPONSE_BODY_BAD;
        }
        bool ended = body->state == CLIENT_RESPONSE_BODY_DATA && body->left == 0;
        if (ended || body->length == sizeof body->text) {
            return CLIENT_RESPONSE_BODY_COMPLETE;
        }
    }
    return CLIENT_RESPONSE_BODY_INCOMPLETE;
}
