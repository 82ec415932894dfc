/* unpack: inflates compressed messages of the other side as was agreed, RFC 7692 section 7.2.2.
 *
 * It is strict: a reference beyond the agreed window, or into an earlier message without context
 * takeover, is an error, although a larger window could resolve it.
 */
#ifndef WSCHECK_UNPACK_H
#define WSCHECK_UNPACK_H

#include "step07_deflate/inflate.h"
#include "wscheck/negotiation.h"

enum { UNPACK_WINDOW = 32768, UNPACK_SIZE = 3 * UNPACK_WINDOW, UNPACK_START = 48 };

enum unpack_verdict {
    UNPACK_PIECE, /* all is well, and `piece` may hold bytes */
    UNPACK_BAD    /* the data is wrong, as `problem` says */
};

struct unpack {
    struct negotiation_side side;
    struct inflate inflate;
    uint8_t bytes[UNPACK_SIZE]; /* the window, and the inflated bytes after it */
    size_t length;
    const uint8_t *piece; /* what was inflated last */
    size_t piece_length;
    bool more;                   /* more can be inflated without further input */
    size_t tail;                 /* how many bytes of 00 00 ff ff were added to the message */
    uint8_t start[UNPACK_START]; /* the first bytes of the message */
    uint64_t inflated;           /* its bytes so far */
    char problem[200];
};

/* Starts with an empty window. There is nothing to free. */
void unpack_init(struct unpack *unpack, const struct negotiation_side *side);

/* Begins a compressed message. */
void unpack_begin(struct unpack *unpack);

/* Inflates bytes of its payload, and moves *next and *left past those that were used. */
enum unpack_verdict unpack_run(struct unpack *unpack, const uint8_t **next, size_t *left);

/* Whether unpack_rest has to be called at the end of a frame; `is_last`: of the message's last. */
bool unpack_has_rest(const struct unpack *unpack, bool is_last);

/* Inflates what is left of the input. After the last frame it adds 00 00 ff ff, which the other
 * side has left out, and checks that the message may end there. */
enum unpack_verdict unpack_rest(struct unpack *unpack);

#endif
