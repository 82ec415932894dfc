/* flow: sends and reads at the same time on one connection, fast or slowly, and checks every byte
 * that comes. */
#ifndef TESTS_SCALE_FLOW_H
#define TESTS_SCALE_FLOW_H

#include "tests/scale/compression.h"
#include "tests/support/raw_client.h"

/* How a client goes about it. Zeros: as fast as it can. */
struct flow_pace {
    size_t write_step; /* bytes of one write at most */
    int write_pause;   /* ms after each */
    size_t read_step;
    int read_pause;
};

/* Sends `sent` and reads until `wanted` has come, byte for byte; an exchange takes PROCESS_WAIT at
 * most without progress. With a compression, which may be NULL, `wanted` is what has to come after
 * it is inflated. Returns whether all was well; a failed check says what was not. All stay the
 * caller's. */
bool flow_exchange(int fd, const struct wire *sent, const struct wire *wanted,
                   const struct flow_pace *pace, struct compression *compression);

#endif
