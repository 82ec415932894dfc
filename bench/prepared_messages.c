#include "bench/prepared_messages.h"

#include <stdlib.h>
#include <string.h>

enum {
    SEED = 6455,
    LEAST = 2,                   /* different messages, whatever their size */
    ROUND_MAX = 4 * 1024 * 1024, /* bytes of all messages together, if there are more than that */
    MASK_BIT = 0x80
};

/* Writes FIN, the opcode and the length in its shortest form (RFC 6455, 5.2). Returns the size. */
static size_t encode_header(uint8_t opcode, size_t length,
                            uint8_t out[PREPARED_MESSAGES_HEADER_MAX]) {
    out[0] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        out[1] = (uint8_t)length;
        return 2;
    }
    size_t bytes = length <= UINT16_MAX ? 2 : 8;
    out[1] = bytes == 2 ? 126 : 127;
    for (size_t i = 0; i < bytes; i++) {
        out[2 + i] = (uint8_t)((uint64_t)length >> (8 * (bytes - 1 - i)));
    }
    return 2 + bytes;
}

static void make_frame(const struct prepared_messages *prepared, size_t number, uint64_t *random) {
    uint8_t *frame = prepared->frames + number * prepared->frame_size;
    const uint8_t *payload = prepared->payloads + number * prepared->payload_size;
    uint64_t key = payload_random(random) >> 32;
    memcpy(frame, prepared->reply_header, prepared->reply_header_size);
    frame[1] |= MASK_BIT;
    uint8_t *masking_key = frame + prepared->reply_header_size;
    for (size_t i = 0; i < 4; i++) {
        masking_key[i] = (uint8_t)(key >> (8 * i));
    }
    for (size_t i = 0; i < prepared->payload_size; i++) {
        masking_key[4 + i] = payload[i] ^ masking_key[i % 4];
    }
}

int prepared_messages_make(struct prepared_messages *prepared, enum payload_kind kind,
                           size_t payload_size, size_t window) {
    uint64_t random = SEED;
    uint8_t opcode = kind == PAYLOAD_BINARY ? 2 : 1;
    memset(prepared, 0, sizeof *prepared);
    prepared->payload_size = payload_size;
    prepared->reply_header_size = encode_header(opcode, payload_size, prepared->reply_header);
    prepared->frame_size = prepared->reply_header_size + 4 + payload_size;
    prepared->count = window > 16 ? window : 16;
    while (prepared->count > LEAST && prepared->count * prepared->frame_size > ROUND_MAX) {
        prepared->count /= 2;
    }
    prepared->round_size = prepared->count * prepared->frame_size;
    prepared->frames = malloc(2 * prepared->round_size);
    prepared->payloads = malloc(prepared->count * payload_size + 1);
    if (prepared->frames == NULL || prepared->payloads == NULL) {
        prepared_messages_free(prepared);
        return -1;
    }
    payload_random(&random); /* the first number is not random enough with a small seed */
    for (size_t i = 0; i < prepared->count; i++) {
        payload_fill(kind, &random, prepared->payloads + i * payload_size, payload_size);
        make_frame(prepared, i, &random);
    }
    memcpy(prepared->frames + prepared->round_size, prepared->frames, prepared->round_size);
    return 0;
}

void prepared_messages_free(struct prepared_messages *prepared) {
    free(prepared->frames);
    free(prepared->payloads);
    prepared->frames = NULL;
    prepared->payloads = NULL;
}

const uint8_t *prepared_messages_payload(const struct prepared_messages *prepared,
                                         uint64_t number) {
    return prepared->payloads + number % prepared->count * prepared->payload_size;
}

const uint8_t *prepared_messages_next(const struct prepared_messages *prepared, uint64_t sent,
                                      size_t *available) {
    size_t place = (size_t)(sent % prepared->round_size);
    *available = 2 * prepared->round_size - place;
    return prepared->frames + place;
}
