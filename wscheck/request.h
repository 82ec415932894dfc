/* request: our half of the opening handshake, which a case may bend in any way. RFC 6455, 4.1; for
 * a client under test it is the server's half, 4.2.2. */
#ifndef WSCHECK_REQUEST_H
#define WSCHECK_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REQUEST_LINES_MAX = 160, REQUEST_KEY_SIZE = 25, REQUEST_ACCEPT_SIZE = 29 };

/* One header line, or the request line, without its end. It may hold any bytes. */
struct request_line {
    uint8_t *bytes;
    size_t length;
};

struct request {
    struct request_line lines[REQUEST_LINES_MAX]; /* the first is the request line */
    size_t count;
    bool bare_lf; /* ends the lines with LF instead of CR LF */
};

/* Makes a request that every server must accept. `random` picks the key. */
void request_init(struct request *request, const char *host, const char *target, uint64_t random);
void request_free(struct request *request);

/* Makes the answer that opens a connection, for this key of a client, out of the same kind of
 * lines; changes its status line. */
void request_init_answer(struct request *request, const char *key, size_t length);
void request_set_line(struct request *request, const uint8_t *line, size_t length);

/* Changes the request line's method, target or version (word 0, 1 or 2). */
void request_set_word(struct request *request, int word, const char *value);

/* Puts a line "Name: value" in the place of the header of that name, whatever its case. */
void request_set(struct request *request, const uint8_t *line, size_t length);

/* Adds an offer of extensions, or the answer to one. */
void request_offer(struct request *request, const char *offer);

/* Takes out all that asks for a WebSocket. */
void request_make_plain(struct request *request);

/* Adds a line at the end; takes out all headers of a name; turns the order of all headers around;
 * writes all their names in lower or in upper case. */
void request_add(struct request *request, const uint8_t *line, size_t length);
void request_drop(struct request *request, const char *name);
void request_reverse(struct request *request);
void request_change_case(struct request *request, bool upper);

/* The whole request as bytes. Free them. */
uint8_t *request_bytes(const struct request *request, size_t *length);

/* The value of Sec-WebSocket-Accept that belongs to a key. */
void request_accept(const char *key, size_t length, char accept[REQUEST_ACCEPT_SIZE]);

#endif
