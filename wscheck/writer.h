/* writer: encodes frames, legal or not, RFC 6455 section 5.2.
 *
 * The encoder of a library refuses to write what is forbidden. This one writes whatever a case asks
 * for: no mask, a length in the wrong form, a wrong length, reserved bits and opcodes.
 */
#ifndef WSCHECK_WRITER_H
#define WSCHECK_WRITER_H

#include "wscheck/payload.h"

#include <stdbool.h>

enum {
    OPCODE_CONTINUATION = 0,
    OPCODE_TEXT,
    OPCODE_BINARY,
    OPCODE_CLOSE = 8,
    OPCODE_PING,
    OPCODE_PONG
};
enum { WRITER_HEADER_MAX = 14, CONTROL_PAYLOAD_MAX = 125 };

struct writer_frame {
    bool fin, masked;
    uint8_t rsv; /* RSV1 is 4, RSV2 is 2, RSV3 is 1 */
    uint8_t opcode;
    uint8_t masking_key[4];
    unsigned length_bits; /* 7, 16 or 64 bits for the length; 0 for the shortest form */
    uint64_t claimed;     /* the length in the header, which may be wrong */
    struct payload payload;
};

/* Writes the header and returns its size. */
size_t writer_header(const struct writer_frame *frame, uint8_t out[WRITER_HEADER_MAX]);

/* Writes `len` bytes of the payload from `offset` on, masked if the frame is. */
void writer_payload(const struct writer_frame *frame, uint64_t offset, uint8_t *out, size_t len);

/* Writes the whole frame and returns its size. */
size_t writer_whole(const struct writer_frame *frame, uint8_t *out);

/* The RFC's name of an opcode; "reserved opcode 3" and the like for the others. */
const char *writer_opcode_name(uint8_t opcode);

#endif
