/* connection_parts: what the files of connection share with each other and nobody else. Step 5.
 *
 * connection.c reads frames, connection_send.c writes them, and connection_changed.c deals with the
 * messages that an extension makes.
 */
#ifndef STEP05_ECHO_CONNECTION_PARTS_H
#define STEP05_ECHO_CONNECTION_PARTS_H

#include "step05_echo/connection.h"

/* Reasons that more than one of them gives. */
extern const char connection_too_big[], connection_no_memory[], connection_not_utf8[];

/* Fails the connection (7.1.7): says why in a Close, unless one has been sent, and listens no more.
 * Returns CONNECTION_FAILED. */
enum connection_event connection_fail(struct connection *connection, uint16_t code,
                                      const char *sentence);

/* The message that begins is one that the extension makes. */
void connection_begin_changed(struct connection *connection);

/* Has the extension go on with it, by the next `count` bytes of input, which are payload, masked
 * with the key unless that is NULL. Returns CONNECTION_NEEDS_INPUT if all is well. */
enum connection_event connection_make_message(struct connection *connection, size_t count,
                                              const uint8_t *masking_key);

/* Unless the last message was one of them, the extension gives back what large ones have taken: a
 * peer gets the memory for one message at a time, and for as long as it sends such. */
void connection_give_way(struct connection *connection);

#endif
