#include "wscheck/payload.h"

#include "common/text.h"
#include "wscheck/utf8_decoder.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_TEXT = 48, SHOWN_HEX = 16 };

uint8_t payload_at(const struct payload *payload, uint64_t index) {
    return payload->unit[(payload->offset + index) % payload->unit_length];
}

void payload_copy(const struct payload *payload, uint64_t offset, uint8_t *out, size_t len) {
    size_t unit = payload->unit_length, done = 0;
    if (unit == 0) {
        return;
    }
    size_t at = (size_t)((payload->offset + offset) % unit);
    while (done < len && done < unit) { /* one unit, which may begin in its middle */
        size_t run = unit - at < len - done ? unit - at : len - done;
        run = run < unit - done ? run : unit - done;
        memcpy(out + done, payload->unit + at, run);
        done += run;
        at = 0;
    }
    while (done < len) { /* `out` has a whole number of units, which are copied again */
        size_t run = done < len - done ? done : len - done;
        memcpy(out + done, out, run);
        done += run;
    }
}

/* Whether the bytes are UTF-8 without control characters. */
static bool is_readable(const uint8_t *bytes, size_t len) {
    struct utf8_decoder decoder;
    utf8_decoder_init(&decoder);
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] < ' ' || bytes[i] == 0x7f || !utf8_decoder_next(&decoder, bytes[i])) {
            return false;
        }
    }
    return true;
}

char *payload_show(const uint8_t *bytes, size_t len, uint64_t length, char *out, size_t capacity) {
    if (length == 0) {
        snprintf(out, capacity, "empty");
        return out;
    }
    char start[4 * SHOWN_TEXT + 8];
    if (is_readable(bytes, len < SHOWN_TEXT ? len : SHOWN_TEXT)) {
        start[0] = '"';
        text_printable(bytes, len < SHOWN_TEXT ? len : SHOWN_TEXT, start + 1, sizeof start - 2);
        strcat(start, "\"");
    } else {
        size_t written = 0;
        for (size_t i = 0; i < len && i < SHOWN_HEX; i++) {
            written += (size_t)snprintf(start + written, sizeof start - written, "%s%02x",
                                        i > 0 ? " " : "", bytes[i]);
        }
    }
    bool cut = length > len || len > SHOWN_TEXT || (start[0] != '"' && len > SHOWN_HEX);
    snprintf(out, capacity, "%s%s, %" PRIu64 " byte%s", start, cut ? " ..." : "", length,
             length == 1 ? "" : "s");
    return out;
}

char *payload_describe(const struct payload *payload, char *out, size_t capacity) {
    uint8_t start[SHOWN_TEXT + 1] = {0};
    size_t kept = payload->length < sizeof start ? (size_t)payload->length : sizeof start;
    payload_copy(payload, 0, start, kept);
    return payload_show(start, kept, payload->length, out, capacity);
}
