/* unpack: compressed messages that come from the other side, inflated by what was agreed, RFC 7692
 * section 7.2.2.
 *
 * It forgives nothing: a reference beyond the agreed window, or into an earlier message when there
 * is to be no context takeover, makes the data bad, although a larger window could read them.
 */
#ifndef WSCHECK_UNPACK_H
#define WSCHECK_UNPACK_H

#include "step07_deflate/inflate.h"
#include "wscheck/negotiation.h"

enum { UNPACK_WINDOW = 32768, UNPACK_SIZE = 3 * UNPACK_WINDOW, UNPACK_START = 48 };

enum unpack_verdict {
    UNPACK_PIECE, /* `piece` may hold bytes; go on */
    UNPACK_BAD    /* `problem` says why */
};

struct unpack {
    struct negotiation_side side;
    struct inflate inflate;
    uint8_t bytes[UNPACK_SIZE]; /* the window, and what has come out after it */
    size_t length;
    const uint8_t *piece; /* what came out the last time */
    size_t piece_length;
    bool more;                   /* there is more to come out of what was taken */
    size_t tail;                 /* bytes of the tail that have been put after the message */
    uint8_t start[UNPACK_START]; /* of the message, */
    uint64_t inflated;           /* which has this many bytes up to now */
    char problem[200];
};

/* Starts with an empty window. There is nothing to free. */
void unpack_init(struct unpack *unpack, const struct negotiation_side *side);

/* A compressed message begins. */
void unpack_begin(struct unpack *unpack);

/* Takes bytes of its payload, *next and *left being moved on. */
enum unpack_verdict unpack_run(struct unpack *unpack, const uint8_t **next, size_t *left);

/* Whether unpack_rest has to be called before the next frame, or, with `is_last`, before the
 * message is whole. */
bool unpack_has_rest(const struct unpack *unpack, bool is_last);

/* Lets out what has been taken; after the last frame it adds the bytes that the other side has
 * left out, 00 00 ff ff, and judges that the message may end there. */
enum unpack_verdict unpack_rest(struct unpack *unpack);

#endif
