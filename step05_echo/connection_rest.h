/* connection_rest: connections that share memory, for who has many in one thread. Step 5.
 *
 * A thread that serves one connection at a time needs one struct connection and one large buffer
 * for all of them. A connection at rest needs neither: connection_init() starts it again when bytes
 * come. What is unfinished when its turn ends is taken out of the shared memory, and back into it
 * for the next turn:
 *
 *     connection_lend(&shared, own, memory, size);     or connection_init() after a rest
 *     ... read, connection_next(), write ...
 *     if (!connection_is_at_rest(&shared)) {
 *         connection_keep(own, &shared);
 *     }
 */
#ifndef STEP05_ECHO_CONNECTION_REST_H
#define STEP05_ECHO_CONNECTION_REST_H

#include "step05_echo/connection.h"

/* Whether nothing has begun and nothing waits: then there is nothing to remember but the settings,
 * and, if its buffer has grown, something to free. */
bool connection_is_at_rest(const struct connection *connection);

/* Moves a connection to `to`, which may be the same, and its bytes out of the memory that was lent
 * to it into a block of the heap. What the user has lent to its output stays where it is. Returns
 * 0, or -1 when there is no memory: then nothing has changed. `from` is not to be used, or freed,
 * any more. A message that was handed out is gone, but for a piece: that has moved with the rest,
 * to input.message_start. */
int connection_keep(struct connection *to, struct connection *from);

/* The way back: moves a connection to `to`, and its bytes into `lent`, of CONNECTION_BUFFER_MIN
 * bytes at least, unless they fill more than half of it. */
void connection_lend(struct connection *to, struct connection *from, uint8_t *lent, size_t size);

#endif
