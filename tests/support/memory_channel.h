/* memory_channel: bytes on their way in memory, for the tests of drivers without a socket. */
#ifndef TESTS_SUPPORT_MEMORY_CHANNEL_H
#define TESTS_SUPPORT_MEMORY_CHANNEL_H

#include "step05_echo/connection.h"

enum { MEMORY_CHANNEL_SIZE = 5000 }; /* bytes that one holds, as a socket does */

/* One direction. */
struct memory_channel {
    uint8_t bytes[MEMORY_CHANNEL_SIZE];
    size_t length, written, read;
};

/* On all channels what is written, or read, first ends at the cut, wherever that is; or each byte
 * comes alone. */
extern size_t memory_channel_cut;
extern bool memory_channel_everywhere;

/* Read and write what they can without waiting, and return how many bytes that was. */
size_t memory_channel_read(struct memory_channel *channel, uint8_t *bytes, size_t size);
size_t memory_channel_write(struct memory_channel *channel, const void *bytes, size_t size);

/* Reads for a connection what is there. Returns whether that was anything. */
bool memory_channel_receive(struct connection *connection, struct memory_channel *from);

/* Writes as much of a connection's output as is taken. Returns whether that was all. */
bool memory_channel_flush(struct connection *connection, struct memory_channel *to);

#endif
