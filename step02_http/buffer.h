/* buffer: where the bytes of one connection arrive; memory that grows with them. Step 2.
 *
 * Nobody knows beforehand how much a client will send. A buffer starts with a little memory that is
 * lent to it, such as a local array, and takes more from the heap only when that is full of bytes
 * that did arrive. A length that a client claims is no reason to grow.
 *
 * This is the one place of the protocol code that allocates.
 */
#ifndef STEP02_HTTP_BUFFER_H
#define STEP02_HTTP_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory from the heap begins at a multiple of this, the size of a cache line: a read of many bytes
 * into memory that lies otherwise can take twice the time. */
enum { BUFFER_ALIGNMENT = 64 };

struct buffer {
    uint8_t *data;
    size_t capacity;
    uint8_t *lent; /* belongs to the caller of buffer_init */
    size_t lent_capacity;
};

/* Starts with `lent`, which must live as long as the buffer. */
void buffer_init(struct buffer *buffer, uint8_t *lent, size_t lent_capacity);

/* Takes room for `capacity` bytes, more or fewer than now, from the heap, and keeps the first
 * `used` of them. `data` may move. Returns 0, or -1 when there is no memory; then nothing has
 * changed. */
int buffer_resize(struct buffer *buffer, size_t capacity, size_t used);

/* Whether it has taken memory from the heap. */
bool buffer_has_grown(const struct buffer *buffer);

/* Moves the `used` bytes that start at `from` to the front, and goes back to the lent memory if
 * they fit there. */
void buffer_shrink(struct buffer *buffer, size_t from, size_t used);

/* Frees what was taken from the heap. The lent memory is the caller's again. */
void buffer_free(struct buffer *buffer);

#endif
