/* buffer: memory that grows for a large message and is given back after it. Step 5.
 *
 * It starts with memory that is lent to it, such as a local array, and takes more from the heap only
 * when that is full. This is the one place of the protocol code that allocates.
 */
#ifndef STEP05_ECHO_BUFFER_H
#define STEP05_ECHO_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *data;
    size_t capacity;
    uint8_t *lent; /* belongs to the caller of buffer_init */
    size_t lent_capacity;
};

/* Starts with `lent`, which must live as long as the buffer. */
void buffer_init(struct buffer *buffer, uint8_t *lent, size_t lent_capacity);

/* Makes room for `capacity` bytes, more than now, and keeps the first `used`. `data` may move.
 * Returns 0, or -1 when there is no memory; then nothing has changed. */
int buffer_grow(struct buffer *buffer, size_t capacity, size_t used);

/* Goes back to the lent memory, keeps the `used` bytes that start at `from`, at most the lent
 * capacity, and frees the heap. They lie at the front then. */
void buffer_shrink(struct buffer *buffer, size_t from, size_t used);

/* Frees what was taken from the heap. The lent memory is the caller's again. */
void buffer_free(struct buffer *buffer);

#endif
