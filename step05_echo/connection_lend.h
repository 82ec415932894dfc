/* connection_lend: connections that share one struct connection and one large buffer. Step 5.
 *
 * A thread that serves many connections in turn needs that memory only for the one whose turn it
 * is. A connection at rest needs none: connection_init starts it again when bytes arrive. One that
 * is unfinished when its turn ends is moved to memory of its own until its next turn:
 *
 *     connection_lend(&shared, own, memory, size);     or connection_init() after a rest
 *     ... read, connection_next(), write ...
 *     if (event != CONNECTION_NEEDS_INPUT || !connection_is_at_rest(&shared)) {
 *         connection_keep(own, &shared);
 *     }
 */
#ifndef STEP05_ECHO_CONNECTION_LEND_H
#define STEP05_ECHO_CONNECTION_LEND_H

#include "step05_echo/connection.h"

/* After CONNECTION_NEEDS_INPUT: whether no message, frame or closing handshake has begun and
 * nothing waits to be written. If so, connection_free may be called, and only the settings are
 * needed to start the connection again. */
bool connection_is_at_rest(const struct connection *connection);

/* Moves a connection to `to`, which may be `from`, and its bytes from lent memory to the heap.
 * Payloads that the user has lent to the output stay where they are. The message or piece that was
 * handed out last, if it has not been sent, moves along and then lies at input.message_start.
 * Returns 0, and `from` must not be used or freed any more; or -1 without memory, and nothing has
 * changed. */
int connection_keep(struct connection *to, struct connection *from);

/* Moves a kept connection back to `to`, and its bytes to `lent`, which has `size` bytes, at least
 * CONNECTION_BUFFER_MIN. Bytes that would fill more than an eighth of it stay in the heap, and so
 * does a buffer that has grown beyond it; connection_relax moves what is left of them to `lent`.
 * `from` must not be used or freed any more. */
void connection_lend(struct connection *to, struct connection *from, uint8_t *lent, size_t size);

#endif
