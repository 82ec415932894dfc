/* memory_server: a server that is nowhere else, made of the headers alone, and the channels in
 * memory that it and others read and write. It serves many from one connection and one buffer, and
 * never waits. */
#ifndef TESTS_SUPPORT_MEMORY_SERVER_H
#define TESTS_SUPPORT_MEMORY_SERVER_H

#include "step03_handshake/opening.h"
#include "step05_echo/connection_lend.h"
#include "step07_deflate/permessage_deflate.h"

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

enum { MEMORY_SERVER_LARGEST = 200000 }; /* message that it takes */

/* All that it has of a connection between two turns. */
struct memory_peer {
    struct memory_channel in, out;
    bool is_open, is_kept, has_ended;
    char bytes[1024]; /* the request's head, as far as it has come */
    size_t length;
    struct http_request request;
    struct opening opening; /* its head is lent to the output */
    struct permessage_deflate deflate;
    struct connection_settings settings;
    struct connection kept;
};

/* How often a connection was at rest after its turn, and how often it had more to do. */
extern size_t memory_server_rests, memory_server_turns;

/* Nothing has come yet. The test frees `deflate`. */
void memory_peer_begin(struct memory_peer *peer);

/* Does for one peer what can be done without waiting. */
void memory_peer_turn(struct memory_peer *peer);

#endif
