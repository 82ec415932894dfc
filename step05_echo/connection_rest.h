/* connection_rest: connections that share one struct connection and one large buffer, for a thread
 * that serves many in turns. A connection at rest needs neither: connection_init starts it again
 * when bytes come. What is unfinished when its turn ends is taken out, and lent the memory again
 * for the next. Step 5.
 *
 *     connection_lend(&shared, own, memory, size);     or connection_init() after a rest
 *     ... read, connection_next(), write ...
 *     if (event != CONNECTION_NEEDS_INPUT || !connection_is_at_rest(&shared)) {
 *         connection_keep(own, &shared);
 *     }
 */
#ifndef STEP05_ECHO_CONNECTION_REST_H
#define STEP05_ECHO_CONNECTION_REST_H

#include "step05_echo/connection.h"

/* After CONNECTION_NEEDS_INPUT: whether nothing has begun and nothing waits to be written. Then
 * connection_free may follow, and only the settings are to be remembered. */
bool connection_is_at_rest(const struct connection *connection);

/* Moves a connection to `to`, which may be the same, and its bytes from lent memory to the heap.
 * What its user has lent to the output stays where it is; of messages that were handed out only a
 * piece moves along, and lies at input.message_start. Returns 0, or -1 without memory: then nothing
 * has changed. `from` must not be used or freed any more. */
int connection_keep(struct connection *to, struct connection *from);

/* The way back, into `lent`, of CONNECTION_BUFFER_MIN bytes at least. Bytes that would fill more
 * than half of it stay in the heap. */
void connection_lend(struct connection *to, struct connection *from, uint8_t *lent, size_t size);

#endif
