/* request: the half of the opening handshake that wscheck sends, which a case may change in any
 * way: the request to a server (RFC 6455, 4.1), or the answer to a client (4.2.2). */
#ifndef WSCHECK_REQUEST_H
#define WSCHECK_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REQUEST_LINES_MAX = 160, REQUEST_KEY_SIZE = 25, REQUEST_ACCEPT_SIZE = 29 };

/* A header line, the request line or the status line, without its CR LF. It may hold any bytes. */
struct request_line {
    uint8_t *bytes;
    size_t length;
};

struct request {
    struct request_line lines[REQUEST_LINES_MAX]; /* the first is the request or status line */
    size_t count;
    bool bare_lf; /* ends the lines with LF instead of CR LF */
};

/* Makes a request that every server must accept; the key depends on `random`. Free it. */
void request_init(struct request *request, const char *host, const char *target, uint64_t random);
void request_free(struct request *request);

/* Frees the request and makes the answer that opens a connection, for this key of a client;
 * request_set_line changes its status line. */
void request_init_answer(struct request *request, const char *key, size_t length);
void request_set_line(struct request *request, const uint8_t *line, size_t length);

/* Changes the method, the target or the version of the request line (word 0, 1 or 2). */
void request_set_word(struct request *request, int word, const char *value);

/* Replaces the first header of this name by a line "Name: value", or adds the line. */
void request_set(struct request *request, const uint8_t *line, size_t length);

/* Adds a header Sec-WebSocket-Extensions: an offer, or the answer to one. */
void request_offer(struct request *request, const char *offer);

/* Removes all headers that ask for a WebSocket. */
void request_make_plain(struct request *request);

/* Adds a line at the end, unless there are REQUEST_LINES_MAX; removes all headers of a name;
 * reverses the order of the headers; writes their names in lower or in upper case. */
void request_add(struct request *request, const uint8_t *line, size_t length);
void request_drop(struct request *request, const char *name);
void request_reverse(struct request *request);
void request_change_case(struct request *request, bool upper);

/* The whole request as bytes. The caller frees them. */
uint8_t *request_bytes(const struct request *request, size_t *length);

/* The value of Sec-WebSocket-Accept that belongs to a key. */
void request_accept(const char *key, size_t length, char accept[REQUEST_ACCEPT_SIZE]);

#endif
