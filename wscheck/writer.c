#include "wscheck/writer.h"

#include <string.h>

static unsigned shortest_form(uint64_t length) {
    return length <= 125 ? 7 : length <= 65535 ? 16 : 64;
}

size_t writer_header(const struct writer_frame *frame, uint8_t out[WRITER_HEADER_MAX]) {
    unsigned bits = frame->length_bits != 0 ? frame->length_bits : shortest_form(frame->claimed);
    uint8_t mask_bit = frame->masked ? 0x80 : 0;
    size_t size = 2;
    out[0] = (uint8_t)((frame->fin ? 0x80 : 0) | frame->rsv << 4 | frame->opcode);
    if (bits == 7) {
        out[1] = (uint8_t)(mask_bit | (frame->claimed & 0x7f));
    } else {
        out[1] = mask_bit | (bits == 16 ? 126 : 127);
        for (unsigned shift = bits; shift > 0; shift -= 8) {
            out[size++] = (uint8_t)(frame->claimed >> (shift - 8));
        }
    }
    if (frame->masked) {
        memcpy(out + size, frame->masking_key, 4);
        size += 4;
    }
    return size;
}

void writer_payload(const struct writer_frame *frame, uint64_t offset, uint8_t *out, size_t len) {
    payload_copy(&frame->payload, offset, out, len);
    for (size_t i = 0; frame->masked && i < len; i++) {
        out[i] ^= frame->masking_key[(offset + i) % 4];
    }
}

size_t writer_whole(const struct writer_frame *frame, uint8_t *out) {
    size_t size = writer_header(frame, out), length = (size_t)frame->payload.length;
    writer_payload(frame, 0, out + size, length);
    return size + length;
}

const char *writer_opcode_name(uint8_t opcode) {
    static const char *const names[16] = {
        "continuation",
        "text",
        "binary",
        "reserved opcode 3",
        "reserved opcode 4",
        "reserved opcode 5",
        "reserved opcode 6",
        "reserved opcode 7",
        "close",
        "ping",
        "pong",
        "reserved opcode 11",
        "reserved opcode 12",
        "reserved opcode 13",
        "reserved opcode 14",
        "reserved opcode 15",
    };
    return names[opcode & 0x0f];
}
