/* traffic: the clients of the soak, each in a process of its own. */
#ifndef TESTS_SCALE_TRAFFIC_H
#define TESTS_SCALE_TRAFFIC_H

#include "tests/support/wire.h"

#include <stdbool.h>
#include <stdint.h>

/* One client process. What it does follows from the seed; when it does it, from the machine. */
struct traffic {
    unsigned port;
    uint64_t random;                     /* the state of its payload_random */
    int64_t deadline;                    /* of now(); what has begun then is brought to its end */
    int stay;                            /* a pipe; a stayer goes when its other end is closed */
    bool compresses;                     /* it offers permessage-deflate, which must be accepted */
    unsigned long messages, connections; /* what it did */
};

/* Each of these serves itself until the deadline: it opens connections one after the other and uses
 * them in its way. One that compresses offers windows of all sizes, with and without context
 * takeover, compresses most messages, and inflates and compares what comes back. Returns whether
 * the server did what it should; a failed check says what it did not. */

/* Messages of all sizes up to 16 MiB, text and binary, whole and in fragments with pings between
 * them, several in flight; closes in an orderly way. */
bool traffic_ordinary(struct traffic *traffic);

/* Few bytes at a time, within headers as well. */
bool traffic_slow_writer(struct traffic *traffic);

/* Asks for more than the kernel's buffers hold and reads it in small pieces. */
bool traffic_slow_reader(struct traffic *traffic);

/* Leaves at any byte of a handshake or a frame, before or after the reply, with a reset or a plain
 * end. */
bool traffic_deserter(struct traffic *traffic);

/* Is silent on many connections, until the server gives back memory that it took for busier times;
 * then half of them go on and the others close. */
bool traffic_sleeper(struct traffic *traffic);

/* Compressed messages that must end the connection: data that is no DEFLATE or no text (1007), and
 * messages that come out larger than the server takes (1009), after some that are good. */
bool traffic_spoiler(struct traffic *traffic);

/* Runs wscheck's cases in random order, a few at a time. */
bool traffic_wscheck(struct traffic *traffic);

/* Keeps connections open until `stay` ends, whatever the deadline, with a small message now and
 * then. */
bool traffic_stayer(struct traffic *traffic);
enum { TRAFFIC_STAYING = 20 }; /* connections that one stayer keeps */

enum { TRAFFIC_LARGEST = 16777216 }; /* bytes of a message: the server's --max-message */

/* For the clients: adds a message in one frame or in several. `first` is its opcode, and RSV1 if it
 * is compressed. Unless `wanted` is NULL there are pings between the frames, and in `wanted` the
 * pongs that must come back for them. */
void traffic_add_frames(struct traffic *traffic, uint8_t first, const uint8_t *payload, size_t size,
                        struct wire *sent, struct wire *wanted);

#endif
