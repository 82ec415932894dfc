/* memory_server: a server that is nowhere else, made of the headers alone. It serves many from one
 * connection and one buffer, and never waits. */
#ifndef TESTS_SUPPORT_MEMORY_SERVER_H
#define TESTS_SUPPORT_MEMORY_SERVER_H

#include "step03_handshake/opening.h"
#include "step05_echo/connection_rest.h"
#include "step07_deflate/permessage_deflate.h"
#include "tests/support/memory_channel.h"

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
