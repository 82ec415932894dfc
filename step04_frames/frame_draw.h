/* frame_draw: a picture of a frame, four bytes to a row as in RFC 6455 section 5.2. Step 4.
 *
 *           0               1               2               3
 *          +-+-+-+-+-------+-+-------------+---------------+---------------+
 *        0 |1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|      37       |      fa       |
 *          |F|R|R|R| text  |M|  length 5   |  masking key  |  masking key  |
 *          +-+-+-+-+-------+-+-------------+---------------+---------------+
 *        4 |      21       |      3d       | 7f ^ 37 = 48  | 9f ^ fa = 65  |
 *          |  masking key  |  masking key  |       H       |       e       |
 *          +---------------+---------------+---------------+---------------+
 */
#ifndef STEP04_FRAMES_FRAME_DRAW_H
#define STEP04_FRAMES_FRAME_DRAW_H

#include "step04_frames/frame.h"

enum { FRAME_DRAW_PAYLOAD_MAX = 16 };

/* Draws the frame that starts at `bytes`: its header, from which `header` was decoded, and the
 * first bytes of its payload as they were sent, masked or not. `payload_len` bytes of the payload
 * are there; at most FRAME_DRAW_PAYLOAD_MAX are drawn, and a last line says how many more the frame
 * has. Calls `line` with each line of the picture, a C string of at most 80 characters without a
 * newline. */
void frame_draw(const struct frame_header *header, const uint8_t *bytes, size_t payload_len,
                void (*line)(void *context, const char *text), void *context);

#endif
