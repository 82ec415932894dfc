/* buffer: memory for the bytes that arrive on one connection; it grows with them. Step 2.
 *
 * A server cannot know how much a client will send. A buffer starts with a little memory that its
 * caller lends it, such as a local array, and takes memory from the heap only when that is full of
 * bytes that have arrived. It does not grow because of a length that a client only claims.
 *
 * Of all the protocol code only this module and compression (step 7) allocate memory.
 */
#ifndef STEP02_HTTP_BUFFER_H
#define STEP02_HTTP_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `data` on the heap begins at a multiple of this, the size of a cache line: a large read into
 * memory that is not aligned can take twice the time. */
enum { BUFFER_ALIGNMENT = 64 };

struct buffer {
    uint8_t *data;
    size_t capacity;
    uint8_t *lent; /* belongs to the caller of buffer_init */
    size_t lent_capacity;
};

/* Starts with `lent_capacity` bytes at `lent`, which must live as long as the buffer. */
void buffer_init(struct buffer *buffer, uint8_t *lent, size_t lent_capacity);

/* Moves to heap memory of `capacity` bytes, more or fewer than now, and keeps the first `used`
 * bytes, at most `capacity`. `data` may change. Returns 0; or -1 if there is no memory, and then
 * nothing has changed. */
int buffer_resize(struct buffer *buffer, size_t capacity, size_t used);

/* Returns whether `data` is on the heap. */
bool buffer_has_grown(const struct buffer *buffer);

/* Moves the `used` bytes that start at offset `from` to the front, and goes back to the lent memory
 * if they fit into it. */
void buffer_shrink(struct buffer *buffer, size_t from, size_t used);

/* Frees the memory from the heap and goes back to the lent memory. */
void buffer_free(struct buffer *buffer);

#endif
