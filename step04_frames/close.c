#include "step04_frames/close.h"

#include "common/utf8.h"

#include <string.h>

bool close_code_is_legal(uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

enum close_verdict close_decode(const uint8_t *payload, size_t len, struct close *close) {
    if (len == 0) {
        *close = (struct close){CLOSE_NO_CODE, payload, 0};
        return CLOSE_OK;
    }
    if (len == 1) {
        return CLOSE_BAD_LENGTH;
    }
    uint16_t code = (uint16_t)(payload[0] << 8 | payload[1]);
    if (!close_code_is_legal(code)) {
        return CLOSE_BAD_CODE;
    }
    struct utf8 utf8;
    utf8_init(&utf8);
    if (!utf8_update(&utf8, payload + 2, len - 2) || !utf8_is_complete(&utf8)) {
        return CLOSE_BAD_REASON;
    }
    *close = (struct close){code, payload + 2, len - 2};
    return CLOSE_OK;
}

size_t close_encode(uint16_t code, const char *reason, uint8_t out[CLOSE_PAYLOAD_MAX]) {
    if (code == CLOSE_NO_CODE) {
        return 0;
    }
    size_t length = strlen(reason);
    if (length > CLOSE_REASON_MAX) {
        length = CLOSE_REASON_MAX;
        while (length > 0 && ((uint8_t)reason[length] & 0xc0) == 0x80) {
            length--; /* do not cut a character in two */
        }
    }
    out[0] = (uint8_t)(code >> 8);
    out[1] = (uint8_t)code;
    memcpy(out + 2, reason, length);
    return 2 + length;
}

const char *close_verdict_sentence(enum close_verdict verdict) {
    static const char *const sentences[] = {
        [CLOSE_OK] = "the Close is good",
        [CLOSE_BAD_LENGTH] = "a Close has no payload or at least a code of two bytes (5.5.1)",
        [CLOSE_BAD_CODE] = "the close code must not be sent (7.4)",
        [CLOSE_BAD_REASON] = "the reason of a Close must be UTF-8 (5.5.1)",
    };
    return sentences[verdict];
}
