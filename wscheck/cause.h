/* cause: why a case failed. One fault of a server makes many cases fail, each with a rule of its
 * own; the cause is what they have in common, and what has to be fixed. */
#ifndef WSCHECK_CAUSE_H
#define WSCHECK_CAUSE_H

#include <stdbool.h>

enum cause {
    CAUSE_NONE,
    /* There is nothing to talk to. */
    CAUSE_DIED,
    CAUSE_NO_CONNECTION,
    CAUSE_NO_CLIENT,
    /* The opening handshake. */
    CAUSE_NO_ANSWER,
    CAUSE_HEAD_WITHOUT_END,
    CAUSE_NOT_HTTP,
    CAUSE_HANDSHAKE,
    CAUSE_ACCEPT,
    CAUSE_REFUSED,
    CAUSE_STATUS,
    CAUSE_HEADER,
    CAUSE_EXTENSION,
    CAUSE_REQUEST_TAKEN,
    CAUSE_BAD_REQUEST,
    CAUSE_ANSWER_TAKEN,
    CAUSE_BEFORE_ANSWER,
    CAUSE_FIRST_BYTES_LOST,
    /* Frames and messages. */
    CAUSE_ILLEGAL_FRAME,
    CAUSE_NOT_INFLATED,
    CAUSE_MASKING_KEYS,
    CAUSE_NO_ECHO,
    CAUSE_NEXT_LOST,
    CAUSE_ECHO_STOPS,
    CAUSE_ECHO_DIFFERS,
    CAUSE_UNASKED_MESSAGE,
    CAUSE_NO_PONG,
    CAUSE_PONG_DIFFERS,
    CAUSE_PONG_ANSWERED,
    CAUSE_NOT_FAILED,
    CAUSE_TOO_BIG,
    CAUSE_CLOSED,
    /* The end of a connection. */
    CAUSE_NO_CLOSE_REPLY,
    CAUSE_CLOSE_CODE,
    CAUSE_NO_CLOSE_FRAME,
    CAUSE_TCP_STAYS_OPEN,
    CAUSE_TCP_ENDED_FIRST,
    CAUSE_RESET,
    /* Time, and others. */
    CAUSE_STOPS_READING,
    CAUSE_TOO_SLOW,
    CAUSE_OTHERS_WAIT,
    CAUSE_NOT_PRINTED,
    CAUSES
};

struct cause_words {
    const char *what;    /* the predicate of "the server ..." or "the client ..." */
    const char *section; /* the section whose cases are about this cause; or NULL */
    const char *hint;    /* NULL: the hint of the case is used */
    bool is_first;       /* nothing else can be checked until this is fixed */
    bool by_section;     /* failures of different sections are different faults */
};

/* The texts about a cause. */
const struct cause_words *cause_words(enum cause cause);

#endif
