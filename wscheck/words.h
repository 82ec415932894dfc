/* words: the words of the language of cases (script.h): what each takes, when it has its turn, and
 * what it does. There are tables of those that mean the same whoever is under test, and of those
 * for one of the two. */
#ifndef WSCHECK_WORDS_H
#define WSCHECK_WORDS_H

struct script_run;
struct script_step;

enum word_argument {
    WORD_ALONE,
    WORD_TEXT,
    WORD_NUMBER,
    WORD_NUMBER_AND_PAYLOAD, /* either may be missing */
    WORD_CODES,
    WORD_PAYLOAD
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
    WORD_NEEDS_QUIET = 64  /* no other case at the same time */
};

struct word {
    const char *name;
    enum word_argument argument;
    enum word_moment moment;
    void (*act)(struct script_run *run, const struct script_step *step);
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
