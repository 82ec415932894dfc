/* words: the words of the language of cases (script.h): what each takes, when it has its turn, and
 * what it does. There are tables of those that mean the same whoever is under test, and of those
 * for one of the two. */
#ifndef WSCHECK_WORDS_H
#define WSCHECK_WORDS_H

struct trial;

enum word_argument {
    WORD_ALONE = 0,
    WORD_NUMBER = 1,
    WORD_PAYLOAD = 2,                                     /* which may be a text */
    WORD_NUMBER_AND_PAYLOAD = WORD_NUMBER | WORD_PAYLOAD, /* either may be missing */
    WORD_CODES = 4
};

/* What there has to be before a word has its turn. */
enum word_moment {
    WORD_AT_ANY_TIME,
    WORD_IN_HANDSHAKE, /* the client's request; a server has to be asked by the word itself */
    WORD_WHEN_OPEN     /* an open connection, unless the script says that there is none */
};

enum word_traits {
    WORD_OPENS = 1,       /* the script's connection is a WebSocket, */
    WORD_NEVER_OPENS = 2, /* or none, or may be none */
    WORD_NEEDS_ECHO = 4,
    WORD_NEEDS_OUTPUT = 8, /* of the server's program */
    WORD_IS_RAW = 16,      /* at the beginning: the script makes no request */
    WORD_ENDS_TCP = 32,    /* an answer of which a part was sent stays a part */
    WORD_NEEDS_QUIET = 64, /* no other case at the same time */
    WORD_TAKES_LONG = 128, /* --quick has no time for it */
    WORD_IS_LAST = 256     /* it says how the connection ends, so nothing comes after it */
};

struct word {
    const char *name;
    enum word_argument argument;
    enum word_moment moment;
    void (*act)(struct trial *trial); /* trial->run->step has what belongs to the word */
    unsigned traits;
};

/* The tables end with a row without a name. For servers under test there are requests, answers and
 * servers, for clients there is clients; headers (of the request or of the answer) and both are for
 * both. */
extern const struct word words_of_requests[], words_of_answers[], words_of_servers[],
    words_of_clients[], words_of_headers[], words_of_both[];

/* A frame, a message that is to come back, and the end of the script, which have no name. */
extern const struct word word_frame, word_message, word_end;

#endif
