/* frame: the unit in which WebSocket sends data, RFC 6455 section 5.2. Step 4.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     |F|R|R|R| opcode|M| payload     | extended payload length       |
 *     |I|S|S|S|       |A| length      | (16 bits if the length is 126,|
 *     |N|V|V|V|       |S|             |  64 bits if it is 127)        |
 *     | |1|2|3|       |K|             |                               |
 *     +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
 *     | masking key, 32 bits, if MASK is 1                            |
 *     +---------------------------------------------------------------+
 *     | payload ...                                                   |
 *     +---------------------------------------------------------------+
 *
 * Numbers are in network byte order, the most significant byte first. Each function here looks at
 * one frame alone; step 5 is about what frames mean together (fragments, messages, closing).
 */
#ifndef STEP04_FRAMES_FRAME_H
#define STEP04_FRAMES_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_opcode {
    FRAME_CONTINUATION = 0x0,
    FRAME_TEXT = 0x1,
    FRAME_BINARY = 0x2,
    FRAME_CLOSE = 0x8,
    FRAME_PING = 0x9,
    FRAME_PONG = 0xa
};

enum {
    FRAME_HEADER_MAX = 14,   /* 2 + 8 bytes of length + 4 of masking key */
    FRAME_CONTROL_MAX = 125, /* bytes of payload in a control frame (section 5.5) */
    FRAME_RSV1 = 4,          /* the reserved bits in frame_header.rsv */
    FRAME_RSV2 = 2,
    FRAME_RSV3 = 1
};

struct frame_header {
    bool fin;       /* the last frame of its message */
    uint8_t rsv;    /* the three reserved bits */
    uint8_t opcode; /* an enum frame_opcode */
    bool masked;
    uint8_t masking_key[4]; /* zeros, which change nothing, if it is not masked */
    uint64_t payload_length;
};

/* The rules that depend on the receiver. */
struct frame_rules {
    bool masked;         /* true for a server: clients must mask; false for a client (5.1) */
    uint8_t allowed_rsv; /* reserved bits that a negotiated extension uses; 0 without one */
};

enum frame_verdict {
    FRAME_OK,
    FRAME_INCOMPLETE, /* good so far; more bytes are needed */
    /* The others break a MUST; the answer to each is close code 1002. */
    FRAME_RESERVED_BIT,       /* a reserved bit that no extension uses (5.2) */
    FRAME_RESERVED_OPCODE,    /* 3 to 7 and 11 to 15 (5.2) */
    FRAME_FRAGMENTED_CONTROL, /* a control frame with FIN 0 (5.5) */
    FRAME_NOT_MASKED,         /* from a client (5.1) */
    FRAME_MASKED,             /* from a server (5.1) */
    FRAME_CONTROL_TOO_LONG,   /* a control frame of more than 125 bytes (5.5) */
    FRAME_LENGTH_NOT_MINIMAL, /* a longer form than the length needs (5.2) */
    FRAME_LENGTH_TOP_BIT      /* a 64-bit length of 2^63 or more (5.2) */
};

/* Decodes the header that starts at `bytes`, of which `len` have arrived. Returns FRAME_OK;
 * FRAME_INCOMPLETE if the header is not whole yet; or the first rule that it breaks. A violation in
 * the first two bytes or in the top bit of a length is found as soon as that byte is there; whether
 * a length has its shortest form, when all of it is there. `header` is complete only after
 * FRAME_OK. The payload starts frame_header_size(header) bytes after `bytes`. */
enum frame_verdict frame_decode_header(const uint8_t *bytes, size_t len,
                                       const struct frame_rules *rules,
                                       struct frame_header *header);

/* Writes the header with the shortest form of its length to `out`. `opcode` is at most 15, `rsv` at
 * most 7 and `payload_length` less than 2^63. Returns the number of bytes, frame_header_size. */
size_t frame_encode_header(const struct frame_header *header, uint8_t out[FRAME_HEADER_MAX]);

/* Returns the number of bytes of a header on the wire: 2, 4 or 10, and 4 more if it is masked. */
size_t frame_header_size(const struct frame_header *header);

/* Masks or unmasks `len` bytes.
 *
 * Why clients mask: each frame has a fresh, unpredictable key, so a script in a browser cannot
 * choose the bytes on the wire and make a proxy take them for an HTTP response that it should cache
 * (10.3). How: XOR with the masking key, which is its own inverse (5.3).
 *
 * `offset` is how many bytes of the same payload came before. `to` may be `from`, or lie anywhere
 * before it; it must not overlap the key. */
void frame_mask(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
                uint64_t offset);

/* Returns whether an opcode is that of a control frame: close, ping, pong (5.5). */
static inline bool frame_is_control(uint8_t opcode) {
    return (opcode & 0x8) != 0;
}

/* Returns "text", "binary", "ping" ..., or "reserved" for an opcode without a meaning. */
const char *frame_opcode_name(uint8_t opcode);

/* Returns the rule that a verdict is about in at most 123 bytes, short enough for the reason of a
 * Close. */
const char *frame_verdict_sentence(enum frame_verdict verdict);

#endif
