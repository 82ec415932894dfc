/* frame_trace: the frames of one direction, drawn as step 4 draws them. Step 6.
 *
 * The caller passes it the bytes that were read or written, in the same pieces.
 */
#ifndef STEP06_CLIENT_FRAME_TRACE_H
#define STEP06_CLIENT_FRAME_TRACE_H

#include "step04_frames/frame_show.h"

enum { FRAME_TRACE_SIZE = FRAME_HEADER_MAX + FRAME_SHOW_PAYLOAD_MAX };

struct frame_trace {
    struct frame_show show;
    uint8_t bytes[FRAME_TRACE_SIZE]; /* the beginning of a frame that has not been drawn yet */
    size_t len;
};

/* Starts with no bytes. `name` is what a frame is called in the log, such as "received frame".
 * `masked` says who sends: a client's frames are masked, a server's are not. `allowed_rsv` is as in
 * struct frame_rules. */
void frame_trace_init(struct frame_trace *trace, const char *name, bool masked,
                      uint8_t allowed_rsv);

/* Takes the next `len` bytes, draws each frame of which enough has arrived, and keeps the rest. */
void frame_trace_bytes(struct frame_trace *trace, const uint8_t *bytes, size_t len);

#endif
