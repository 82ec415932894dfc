/* frame_show: draws the frames of one connection in the log and shows their payload. Step 4.
 *
 * It needs only the beginning of a frame: the first bytes of a long payload are shown, and the rest
 * is skipped as it arrives.
 */
#ifndef STEP04_FRAMES_FRAME_SHOW_H
#define STEP04_FRAMES_FRAME_SHOW_H

#include "step04_frames/frame.h"

enum { FRAME_SHOW_PAYLOAD_MAX = 256 };

struct frame_show {
    uint64_t connection; /* its number in the log */
    const char *name;    /* what the log calls a frame */
    struct frame_rules rules;
    uint64_t frames; /* shown so far */
    uint64_t skip;   /* payload bytes to skip of a frame that has been shown */
    bool ended;      /* after a bad frame or a Close, nothing more is shown */
};

/* Starts with the first frame of connection number `connection`. `name` is what the log calls a
 * frame, such as "frame". `masked` says who sends: a client masks its frames, a server does not. */
void frame_show_init(struct frame_show *show, uint64_t connection, const char *name, bool masked);

/* Shows every frame in `bytes` of which enough has arrived; the part of a payload that it shows is
 * unmasked in place. Returns how many bytes are done with. The caller keeps the others, fewer than
 * FRAME_HEADER_MAX + FRAME_SHOW_PAYLOAD_MAX unless `ended` is set, and calls again with more after
 * them. Sets `ended` after a Close, and after a frame that breaks a rule, which it logs in a
 * sentence. */
size_t frame_show_all(struct frame_show *show, uint8_t *bytes, size_t len);

#endif
