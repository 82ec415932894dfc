/* mask_fast: the mask of RFC 6455, 5.3, 32 bytes at a time. Step 4.
 *
 * frame_mask says what masking is, in three lines; read it first (frame.h). From step 5 on the
 * programs use what is here, which does the same as fast as memory delivers the bytes.
 * tests/unit/mask_fast_test.c holds the two against each other.
 */
#ifndef STEP04_FRAMES_MASK_FAST_H
#define STEP04_FRAMES_MASK_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Masks or unmasks `len` bytes, under the contract of frame_mask. `to` may also lie on the key,
 * as it does when a frame is unmasked to its front: the key is read before anything is written. */
void mask_fast(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
               uint64_t offset);

/* Does the same, and returns whether all that was written is ASCII. A text has to be checked when
 * it is unmasked, and most text is settled by this, in the same pass over the bytes. */
bool mask_fast_text(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
                    uint64_t offset);

#endif
