/* frame_show: the frames of one connection, drawn and read out in the log. Step 4.
 *
 * It keeps no more than the beginning of a frame: a long payload is shown by its first bytes, and
 * the rest is skipped as it arrives.
 */
#ifndef STEP04_FRAMES_FRAME_SHOW_H
#define STEP04_FRAMES_FRAME_SHOW_H

#include "step04_frames/frame.h"

enum { FRAME_SHOW_PAYLOAD_MAX = 256 };

struct frame_show {
    uint64_t connection; /* number in the log */
    const char *name;    /* what a frame is called there */
    struct frame_rules rules;
    uint64_t frames; /* shown so far */
    uint64_t skip;   /* payload bytes still to come of a frame that is shown already */
    bool ended;      /* a bad frame or a Close: nothing after it counts */
};

/* Starts with the first frame of connection number `connection`. `name` is what a frame is called
 * in the log, such as "frame". `masked` says who sends: a client's frames are masked, a server's
 * are not. */
void frame_show_init(struct frame_show *show, uint64_t connection, const char *name, bool masked);

/* Shows every frame in `bytes` of which enough has arrived, unmasking it in place. Returns how many
 * bytes are done with; the caller keeps the others, fewer than FRAME_HEADER_MAX +
 * FRAME_SHOW_PAYLOAD_MAX, and calls again with more after them. Sets `ended` after a frame that
 * breaks a rule, which is logged in a sentence, and after a Close. */
size_t frame_show_all(struct frame_show *show, uint8_t *bytes, size_t len);

#endif
