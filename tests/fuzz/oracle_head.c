#include "tests/fuzz/oracle_frames.h"

#include <string.h>

static bool is_control(uint8_t opcode) {
    return opcode >= 8;
}

/* What the first byte shows, and the second. */
static enum frame_verdict judge_two(const uint8_t *head, size_t left,
                                    const struct frame_rules *rules, struct frame_header *header) {
    header->fin = head[0] / 128 == 1;
    header->rsv = head[0] / 16 % 8;
    header->opcode = head[0] % 16;
    for (uint8_t bit = 1; bit <= 4; bit = (uint8_t)(bit * 2)) {
        if ((header->rsv & bit) != 0 && (rules->allowed_rsv & bit) == 0) {
            return FRAME_RESERVED_BIT;
        }
    }
    if ((header->opcode >= 3 && header->opcode <= 7) || header->opcode >= 11) {
        return FRAME_RESERVED_OPCODE;
    }
    if (is_control(header->opcode) && !header->fin) {
        return FRAME_FRAGMENTED_CONTROL;
    }
    if (left < 2) {
        return FRAME_INCOMPLETE;
    }
    header->masked = head[1] / 128 == 1;
    if (header->masked != rules->masked) {
        return header->masked ? FRAME_MASKED : FRAME_NOT_MASKED;
    }
    return is_control(header->opcode) && head[1] % 128 > 125 ? FRAME_CONTROL_TOO_LONG : FRAME_OK;
}

enum frame_verdict oracle_head(const uint8_t *head, size_t left, const struct frame_rules *rules,
                               struct frame_header *header, size_t *size) {
    enum frame_verdict verdict = left > 0 ? judge_two(head, left, rules, header) : FRAME_INCOMPLETE;
    if (verdict != FRAME_OK) {
        return verdict;
    }
    uint8_t form = head[1] % 128;
    size_t more = form == 126 ? 2 : form == 127 ? 8 : 0;
    if (more == 8 && left > 2 && head[2] >= 128) {
        return FRAME_LENGTH_TOP_BIT;
    }
    if (left < 2 + more) {
        return FRAME_INCOMPLETE;
    }
    header->payload_length = more == 0 ? form : 0;
    for (size_t i = 0; i < more; i++) {
        header->payload_length = header->payload_length * 256 + head[2 + i];
    }
    if ((more == 2 && header->payload_length < 126) ||
        (more == 8 && header->payload_length < 65536)) {
        return FRAME_LENGTH_NOT_MINIMAL;
    }
    *size = 2 + more + (header->masked ? 4 : 0);
    if (left < *size) {
        return FRAME_INCOMPLETE;
    }
    memset(header->masking_key, 0, 4);
    memcpy(header->masking_key, head + 2 + more, *size - 2 - more);
    return FRAME_OK;
}
