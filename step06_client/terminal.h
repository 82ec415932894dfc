/* terminal: what the client's user types and sees, or what a pipe brings and takes. Step 6. */
#ifndef STEP06_CLIENT_TERMINAL_H
#define STEP06_CLIENT_TERMINAL_H

#include "step02_http/buffer.h"
#include "step05_echo/connection.h"

/* Bytes of a line, with its end, that a terminal keeps; it throws away the others. On Linux that is
 * more than MAX_CANON says. */
#ifdef __APPLE__
enum { TERMINAL_LINE_MAX = 1024 };
#else
enum { TERMINAL_LINE_MAX = 4096 };
#endif

enum {
    TERMINAL_LENT_SIZE = 4096,
    TERMINAL_MESSAGE_MAX = CONNECTION_MESSAGE_DEFAULT /* bytes of a line, or of the one message */
};

struct terminal {
    bool binary;          /* bytes as they come, not lines of text */
    bool one_message;     /* neither: all of the input at once */
    bool ended;           /* the input is at its end */
    bool taken;           /* the one message has been handed out */
    bool cut;             /* what was read last is a line that the terminal may have cut */
    struct buffer buffer; /* what has been read and not been sent */
    size_t start, end;    /* of that, in the buffer */
    size_t searched;      /* bytes from `start` on that hold no end of a line */
    uint8_t lent[TERMINAL_LENT_SIZE];
};

/* Starts to read standard input. The struct must not be moved. */
void terminal_init(struct terminal *terminal, bool binary, bool one_message);

/* Reads what is there; call it when standard input can be read. It may move what has been lent by
 * terminal_next. Returns NULL, or one sentence: a message would be longer than
 * TERMINAL_MESSAGE_MAX bytes, memory has run out, or the input cannot be read. What a
 * terminal may have cut is thrown away, and the one message with it; see `cut`. */
const char *terminal_read(struct terminal *terminal);

/* Whether there is something to send: a whole line; a line without an end at the end of the input;
 * with `binary`, any bytes; with `one_message` the whole input, even an empty one. */
bool terminal_has_next(struct terminal *terminal);

/* Takes that: `*payload` points at `*length` bytes, without the end of a line, which the caller
 * may change until the next terminal_read. */
void terminal_next(struct terminal *terminal, uint8_t **payload, size_t *length);

/* Prints a message on standard output. Text ends with a new line; on a terminal, characters in it
 * that are not harmless there (text.h) are shown as \xNN. Binary messages are a hex dump, or with
 * `binary`, unless on a terminal, just their bytes. Returns 0, or -1 with errno. */
int terminal_print(const struct terminal *terminal, const struct connection_message *message);

void terminal_free(struct terminal *terminal);

#endif
