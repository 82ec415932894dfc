/* close: the codes and the payload of a Close frame, RFC 6455 sections 5.5.1 and 7.4. Step 4.
 *
 *      0                   1
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 *     +-------------------------------+---------------------------+
 *     | code, 16 bits                 | reason, 0 to 123 bytes of UTF-8
 *     +-------------------------------+---------------------------+
 *
 * The payload may also be empty: then there is no code.
 */
#ifndef STEP04_FRAMES_CLOSE_H
#define STEP04_FRAMES_CLOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum close_code {
    CLOSE_NORMAL = 1000,
    CLOSE_GOING_AWAY = 1001,
    CLOSE_PROTOCOL_ERROR = 1002,
    CLOSE_UNSUPPORTED_DATA = 1003,
    CLOSE_NO_CODE = 1005,  /* never sent: a Close came without a code */
    CLOSE_ABNORMAL = 1006, /* never sent: the connection ended without a Close */
    CLOSE_INVALID_DATA = 1007,
    CLOSE_POLICY = 1008,
    CLOSE_TOO_BIG = 1009,
    CLOSE_INTERNAL_ERROR = 1011
};

enum { CLOSE_REASON_MAX = 123, CLOSE_PAYLOAD_MAX = 125 };

struct close {
    uint16_t code;         /* CLOSE_NO_CODE if the payload was empty */
    const uint8_t *reason; /* points into the payload */
    size_t reason_length;
};

enum close_verdict {
    CLOSE_OK,
    CLOSE_BAD_LENGTH, /* one byte: half a code (5.5.1); answer 1002 */
    CLOSE_BAD_CODE,   /* one that must not be sent (7.4); answer 1002 */
    CLOSE_BAD_REASON  /* not UTF-8 (5.5.1); answer 1007 */
};

/* Decodes the payload of a Close frame. `close` is filled in only on CLOSE_OK. */
enum close_verdict close_decode(const uint8_t *payload, size_t len, struct close *close);

/* Writes the payload of a Close frame to `out`: nothing for CLOSE_NO_CODE, else the code and the
 * reason, a C string in UTF-8; what exceeds CLOSE_REASON_MAX bytes is cut off between characters.
 * Returns the length of the payload. */
size_t close_encode(uint16_t code, const char *reason, uint8_t out[CLOSE_PAYLOAD_MAX]);

/* Returns whether a code may stand in a Close frame: 1000 to 1003, 1007 to 1014, 3000 to 4999
 * (7.4.1, 7.4.2, and the IANA registry for 1012 to 1014). */
bool close_code_is_legal(uint16_t code);

/* Returns the rule that a verdict is about, short enough for the reason of a Close. */
const char *close_verdict_sentence(enum close_verdict verdict);

#endif
