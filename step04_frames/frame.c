#include "step04_frames/frame.h"

#include <string.h>

/* The seven length bits hold a length of up to 125. Their last two values announce a longer
 * form. */
enum { LENGTH_IN_2_BYTES = 126, LENGTH_IN_8_BYTES = 127 };

static bool is_reserved(uint8_t opcode) {
    return (opcode > FRAME_BINARY && opcode < FRAME_CLOSE) || opcode > FRAME_PONG;
}

/* Returns the number of bytes of the extended payload length, between the second byte and the
 * masking key. */
static size_t extended_size(uint8_t length_bits) {
    return length_bits == LENGTH_IN_2_BYTES ? 2 : length_bits == LENGTH_IN_8_BYTES ? 8 : 0;
}

static uint8_t length_bits_for(uint64_t payload_length) {
    if (payload_length <= FRAME_CONTROL_MAX) {
        return (uint8_t)payload_length;
    }
    return payload_length <= UINT16_MAX ? LENGTH_IN_2_BYTES : LENGTH_IN_8_BYTES;
}

static enum frame_verdict decode_first_byte(uint8_t byte, const struct frame_rules *rules,
                                            struct frame_header *header) {
    header->fin = (byte & 0x80) != 0;
    header->rsv = byte >> 4 & 0x7;
    header->opcode = byte & 0x0f;
    if ((header->rsv & ~rules->allowed_rsv) != 0) {
        return FRAME_RESERVED_BIT;
    }
    if (is_reserved(header->opcode)) {
        return FRAME_RESERVED_OPCODE;
    }
    return frame_is_control(header->opcode) && !header->fin ? FRAME_FRAGMENTED_CONTROL : FRAME_OK;
}

static enum frame_verdict decode_second_byte(uint8_t byte, const struct frame_rules *rules,
                                             struct frame_header *header) {
    header->masked = (byte & 0x80) != 0;
    if (header->masked != rules->masked) {
        return header->masked ? FRAME_MASKED : FRAME_NOT_MASKED;
    }
    bool too_long = (byte & 0x7f) > FRAME_CONTROL_MAX;
    return frame_is_control(header->opcode) && too_long ? FRAME_CONTROL_TOO_LONG : FRAME_OK;
}

enum frame_verdict frame_decode_header(const uint8_t *bytes, size_t len,
                                       const struct frame_rules *rules,
                                       struct frame_header *header) {
    /* Each byte is checked as soon as it is there: after a wrong one, no more are needed for the
     * verdict. */
    enum frame_verdict verdict =
        len < 1 ? FRAME_INCOMPLETE : decode_first_byte(bytes[0], rules, header);
    if (verdict != FRAME_OK || len < 2) {
        return verdict != FRAME_OK ? verdict : FRAME_INCOMPLETE;
    }
    verdict = decode_second_byte(bytes[1], rules, header);
    if (verdict != FRAME_OK) {
        return verdict;
    }

    uint8_t length_bits = bytes[1] & 0x7f;
    size_t extended = extended_size(length_bits);
    if (extended == 8 && len > 2 && (bytes[2] & 0x80) != 0) {
        return FRAME_LENGTH_TOP_BIT;
    }
    if (len < 2 + extended) {
        return FRAME_INCOMPLETE;
    }
    header->payload_length = extended == 0 ? length_bits : 0;
    for (size_t i = 0; i < extended; i++) {
        header->payload_length = header->payload_length << 8 | bytes[2 + i];
    }
    if (length_bits_for(header->payload_length) != length_bits) {
        return FRAME_LENGTH_NOT_MINIMAL;
    }
    memset(header->masking_key, 0, sizeof header->masking_key);
    if (!header->masked) {
        return FRAME_OK;
    }
    if (len < 2 + extended + sizeof header->masking_key) {
        return FRAME_INCOMPLETE;
    }
    memcpy(header->masking_key, bytes + 2 + extended, sizeof header->masking_key);
    return FRAME_OK;
}

size_t frame_header_size(const struct frame_header *header) {
    return 2 + extended_size(length_bits_for(header->payload_length)) + (header->masked ? 4 : 0);
}

size_t frame_encode_header(const struct frame_header *header, uint8_t out[FRAME_HEADER_MAX]) {
    uint8_t length_bits = length_bits_for(header->payload_length);
    size_t extended = extended_size(length_bits);
    out[0] = (uint8_t)((header->fin ? 0x80 : 0) | header->rsv << 4 | header->opcode);
    out[1] = (uint8_t)((header->masked ? 0x80 : 0) | length_bits);
    for (size_t i = 0; i < extended; i++) {
        out[2 + i] = (uint8_t)(header->payload_length >> 8 * (extended - 1 - i));
    }
    if (header->masked) {
        memcpy(out + 2 + extended, header->masking_key, sizeof header->masking_key);
    }
    return 2 + extended + (header->masked ? sizeof header->masking_key : 0);
}

void frame_mask(uint8_t *to, const uint8_t *from, size_t len, const uint8_t masking_key[4],
                uint64_t offset) {
    for (size_t i = 0; i < len; i++) {
        to[i] = from[i] ^ masking_key[(offset + i) % 4];
    }
}

const char *frame_opcode_name(uint8_t opcode) {
    static const char *const names[] = {
        [FRAME_CONTINUATION] = "continuation",
        [FRAME_TEXT] = "text",
        [FRAME_BINARY] = "binary",
        [FRAME_CLOSE] = "close",
        [FRAME_PING] = "ping",
        [FRAME_PONG] = "pong",
    };
    return is_reserved(opcode) ? "reserved" : names[opcode];
}

const char *frame_verdict_sentence(enum frame_verdict verdict) {
    static const char *const sentences[] = {
        [FRAME_OK] = "the frame is good",
        [FRAME_INCOMPLETE] = "the frame is not complete",
        [FRAME_RESERVED_BIT] = "a reserved bit is set, but no extension was agreed on (5.2)",
        [FRAME_RESERVED_OPCODE] = "the opcode is reserved (5.2)",
        [FRAME_FRAGMENTED_CONTROL] = "a control frame must not be fragmented (5.5)",
        [FRAME_NOT_MASKED] = "a client must mask its frames (5.1)",
        [FRAME_MASKED] = "a server must not mask its frames (5.1)",
        [FRAME_CONTROL_TOO_LONG] = "a control frame must not exceed 125 bytes (5.5)",
        [FRAME_LENGTH_NOT_MINIMAL] = "the payload length is not in its shortest form (5.2)",
        [FRAME_LENGTH_TOP_BIT] = "the top bit of a 64-bit payload length must be 0 (5.2)",
    };
    return sentences[verdict];
}
