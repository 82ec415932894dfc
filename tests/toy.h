/* toy: an extension that stands for any. It makes messages of pairs:
 *
 *     03 61        three times the byte 61
 *     00 61        nothing
 *     00 bb        is against its rules, and so is half a pair
 *
 * and pairs of messages that get shorter that way. */
#ifndef TESTS_TOY_H
#define TESTS_TOY_H

#include "step05_echo/connection.h"

enum {
    TOY_MAX_MESSAGE = 1000,
    TOY_SIZE = 1200, /* the largest message, and some of another */
    TOY_RSV = FRAME_RSV2,
    TOY_MARK = 0x20 /* as RSV2 stands in the first byte of a frame */
};

struct toy {
    struct extension extension;
    uint8_t in[TOY_SIZE]; /* messages, one behind the other */
    size_t start, length;
    bool in_message, has_count, no_memory;
    uint8_t count;
    uint8_t out[2 * TOY_MAX_MESSAGE];
    size_t waits, shrunk, relaxed;
};

void toy_init(struct toy *toy);

#endif
