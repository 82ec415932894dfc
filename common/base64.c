#include "common/base64.h"

#include <stdbool.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encoded_length(size_t len) {
    return (len / 3 + (len % 3 != 0)) * 4;
}

void base64_encode(const uint8_t *bytes, size_t len, char *out) {
    for (; len > 0; out += 4) {
        size_t take = len < 3 ? len : 3;
        uint32_t bits = (uint32_t)bytes[0] << 16;
        bits |= take > 1 ? (uint32_t)bytes[1] << 8 : 0;
        bits |= take > 2 ? (uint32_t)bytes[2] : 0;
        out[0] = alphabet[bits >> 18];
        out[1] = alphabet[bits >> 12 & 63];
        out[2] = take > 1 ? alphabet[bits >> 6 & 63] : '=';
        out[3] = take > 2 ? alphabet[bits & 63] : '=';
        bytes += take;
        len -= take;
    }
    *out = '\0';
}

/* The six bits that a character stands for, or -1. */
static int value_of(char character) {
    for (int value = 0; value < 64; value++) {
        if (alphabet[value] == character) {
            return value;
        }
    }
    return -1;
}

enum base64_verdict base64_decode(const char *text, size_t len, uint8_t *out, size_t capacity,
                                  size_t *decoded) {
    *decoded = 0;
    if (len % 4 != 0) {
        return BASE64_BAD_LENGTH;
    }
    size_t padding = 0;
    while (padding < 2 && padding < len && text[len - 1 - padding] == '=') {
        padding++;
    }
    size_t size = len / 4 * 3 - padding;
    if (size > capacity) {
        return BASE64_BAD_LENGTH;
    }

    uint32_t bits = 0;
    size_t written = 0;
    for (size_t i = 0; i < len - padding; i++) {
        int value = value_of(text[i]);
        if (value < 0) {
            return text[i] == '=' ? BASE64_BAD_PADDING : BASE64_BAD_CHARACTER;
        }
        bits = bits << 6 | (uint32_t)value;
        /* Counted from 0, the characters 1, 2 and 3 of each group of four complete a byte. */
        if (i % 4 != 0) {
            out[written++] = (uint8_t)(bits >> (6 - i % 4 * 2));
        }
    }
    /* One '=' leaves two bits that belong to no byte, two leave four. */
    bool stray = (bits & ((1u << (2 * padding)) - 1)) != 0;
    *decoded = size;
    return stray ? BASE64_STRAY_BITS : BASE64_OK;
}
