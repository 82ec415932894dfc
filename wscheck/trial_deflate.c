#include "step07_deflate/deflate.h"
#include "wscheck/trial.h"
#include "wscheck/unpack.h"

#include <stdlib.h>

/* A compressed message is rarely longer than the original, and never by much: an empty block, and
 * five bytes for each stored one. */
enum { ROOM = 1024 };

static void *take_memory(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static const struct agreement_side *own_side(const struct trial *trial) {
    return trial->settings->guest ? &trial->agreement.server : &trial->agreement.client;
}

void trial_agree(struct trial *trial) {
    const struct agreement *agreement = &trial->agreement;
    trial_deflate_free(trial);
    if (agreement->agreed) {
        trial->reader.unpack = take_memory(sizeof *trial->reader.unpack);
        unpack_init(trial->reader.unpack,
                    trial->settings->guest ? &agreement->client : &agreement->server);
    }
}

uint8_t *trial_deflate(struct trial *trial, const struct payload *payload, size_t *length) {
    const struct agreement_side *side = own_side(trial);
    size_t size = (size_t)payload->length, capacity = size + size / 64 + ROOM;
    uint8_t *bytes = take_memory(size + 1), *out = take_memory(capacity);
    if (trial->deflate == NULL) {
        trial->deflate = take_memory(sizeof *trial->deflate);
        trial->deflate_memory = take_memory(deflate_memory(side->window_bits));
        deflate_init(trial->deflate, side->window_bits, trial->deflate_memory);
    } else if (!side->takeover) {
        deflate_forget(trial->deflate);
    }
    payload_copy(payload, 0, bytes, size);
    if (!deflate_message(trial->deflate, bytes, size, out, capacity, length)) {
        abort(); /* There is room for any message. */
    }
    free(bytes);
    *length -= 4; /* 00 00 ff ff (RFC 7692, 7.2.1) */
    return out;
}

void trial_deflate_free(struct trial *trial) {
    free(trial->reader.unpack);
    free(trial->deflate);
    free(trial->deflate_memory);
    trial->reader.unpack = NULL;
    trial->deflate = NULL;
    trial->deflate_memory = NULL;
}
