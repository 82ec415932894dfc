/* script: long streams of frames from few bytes, so that a fuzzer can make a fragment of 70,000
 * bytes without writing them. Every four bytes make one frame:
 *
 *     byte 0    FIN, the reserved bits and the opcode, as on the wire
 *     byte 1    what the payload is made of, and whether it is large
 *     byte 2, 3 its length in network byte order; bytes that are missing are 0
 */
#ifndef TESTS_FUZZ_SCRIPT_H
#define TESTS_FUZZ_SCRIPT_H

#include "tests/fuzz/fuzz.h"

/* Adds the frames of a client, with masks, or those of a server to the stream. */
void script_write(struct wire *stream, bool by_client, const uint8_t *script, size_t length);

#endif
