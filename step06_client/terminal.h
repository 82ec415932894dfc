/* terminal: the client's standard input and output, a person's terminal or a pipe. Step 6. */
#ifndef STEP06_CLIENT_TERMINAL_H
#define STEP06_CLIENT_TERMINAL_H

#include "step02_http/buffer.h"
#include "step05_echo/limits.h"

/* Bytes of the longest line, with its end, that a terminal passes on; it discards the rest. On
 * Linux this is more than MAX_CANON says. */
#ifdef __APPLE__
enum { TERMINAL_LINE_MAX = 1024 };
#else
enum { TERMINAL_LINE_MAX = 4096 };
#endif

enum {
    TERMINAL_LENT_SIZE = 4096,                    /* bytes of `lent` below */
    TERMINAL_MESSAGE_MAX = LIMITS_MESSAGE_DEFAULT /* bytes of a line, or of the one message */
};

struct terminal {
    bool binary;          /* the input is sent as it is read, not by lines */
    bool one_message;     /* all of the input is sent as one message */
    bool ended;           /* the input has ended */
    bool taken;           /* the one message has been taken */
    bool cut;             /* the line that was read last may have been cut by the terminal */
    struct buffer buffer; /* input that has been read */
    size_t start, end;    /* of the part in the buffer that has not been taken */
    size_t searched;      /* bytes from `start` on that hold no end of a line */
    uint8_t lent[TERMINAL_LENT_SIZE];
};

/* Starts before the first byte of standard input. The struct must not be moved. */
void terminal_init(struct terminal *terminal, bool binary, bool one_message);

/* Reads from standard input once; call it when there is something to read. It may move the payloads
 * of terminal_next. A line that the terminal may have cut is discarded, and so is the one message;
 * see `cut`. Returns NULL, or one sentence that says what is wrong: a message would be longer than
 * TERMINAL_MESSAGE_MAX bytes, there is no memory, or the input cannot be read. */
const char *terminal_read(struct terminal *terminal);

/* Whether there is something to send: a whole line, or what is left at the end of the input; with
 * `binary`, any bytes; with `one_message`, the whole input, even if it is empty. */
bool terminal_has_next(struct terminal *terminal);

/* Takes what terminal_has_next has found: `*payload` points at `*length` bytes, without the end of
 * the line. The caller may change them until the next call of terminal_read. */
void terminal_next(struct terminal *terminal, uint8_t **payload, size_t *length);

/* Prints a message on standard output. A text is followed by a newline; on a terminal, characters
 * that are not harmless there (text.h) are shown as \xNN. A binary message is shown as a hex dump,
 * or printed as it is with `binary`, unless the output is a terminal. Returns 0, or -1 with
 * errno. */
int terminal_print(const struct terminal *terminal, const struct connection_message *message);

/* Frees the memory that was taken from the heap. */
void terminal_free(struct terminal *terminal);

#endif
