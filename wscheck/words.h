/* words: the words of the script language (script.h): the arguments of each, when it may act, and
 * what it does. Some tables are for cases of servers, some for cases of clients, some for both. */
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

/* What a word needs before it may act. */
enum word_moment {
    WORD_AT_ANY_TIME,
    WORD_IN_HANDSHAKE, /* the request of a client; with a server the word connects by itself */
    WORD_WHEN_OPEN     /* an open connection, unless the script opens none */
};

enum word_traits {
    WORD_OPENS = 1,        /* the connection of the script becomes a WebSocket */
    WORD_NEVER_OPENS = 2,  /* it does not, or need not, become a WebSocket */
    WORD_NEEDS_ECHO = 4,   /* the server has to send messages back */
    WORD_NEEDS_OUTPUT = 8, /* the output of the server's program is needed */
    WORD_IS_RAW = 16,      /* as the first word: no request is made for the script */
    WORD_ENDS_TCP = 32,    /* the rest of an unfinished answer is not sent before it */
    WORD_NEEDS_QUIET = 64, /* no other case runs at the same time */
    WORD_TAKES_LONG = 128, /* --quick leaves the case out */
    WORD_IS_LAST = 256     /* it judges how the connection ends, so nothing comes after it */
};

struct word {
    const char *name;
    enum word_argument argument;
    enum word_moment moment;
    void (*act)(struct trial *trial); /* the arguments are in trial->run->step */
    unsigned traits;
};

/* The tables end with a row without a name. Those of requests, answers and servers are for servers
 * under test, that of clients for clients; those of headers and both are for both. */
extern const struct word words_of_requests[], words_of_answers[], words_of_servers[],
    words_of_clients[], words_of_headers[], words_of_both[];

/* The steps that have no word of their own: a frame, a message to come back, the script's end. */
extern const struct word word_frame, word_message, word_end;

#endif
