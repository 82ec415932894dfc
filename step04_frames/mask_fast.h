/* mask_fast: the mask of RFC 6455, 5.3, 32 bytes at a time. Step 4.
 *
 * frame_mask does the same in three lines; read it first (frame.h). From step 5 on the programs use
 * this module, which masks as fast as memory delivers the bytes. tests/unit/mask_fast_test.c
 * compares the two.
 */
#ifndef STEP04_FRAMES_MASK_FAST_H
#define STEP04_FRAMES_MASK_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Masks or unmasks `len` bytes, under the contract of frame_mask. But `to` may overlap the key, as
 * it does when a payload is moved to the front of its frame: the key is read before anything is
 * written. */
void mask_fast(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
               uint64_t offset);

/* Does the same, and returns whether all bytes written are ASCII. A text has to be checked after it
 * is unmasked, and for most texts this answer is enough, without a second pass over the bytes. */
bool mask_fast_text(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
                    uint64_t offset);

#endif
