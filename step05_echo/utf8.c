#include "step05_echo/utf8.h"

#include <string.h>

void utf8_init(struct utf8 *utf8) {
    *utf8 = (struct utf8){0, 0, 0};
}

bool utf8_is_complete(const struct utf8 *utf8) {
    return utf8->needed == 0;
}

/* How many of the bytes, in steps of eight, are plain ASCII. Most text is, or has long runs of it,
 * and eight bytes are ASCII if no byte has its top bit set. */
static size_t ascii_run(const uint8_t *bytes, size_t len) {
    size_t run = 0;
    uint64_t word;
    for (; len - run >= sizeof word; run += sizeof word) {
        memcpy(&word, bytes + run, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    return run;
}

/* Takes in the first byte of a character. */
static bool begin_character(struct utf8 *utf8, uint8_t byte) {
    utf8->low = 0x80;
    utf8->high = 0xbf;
    if (byte < 0x80) {
        utf8->needed = 0;
    } else if (byte >= 0xc2 && byte <= 0xdf) {
        utf8->needed = 1;
    } else if (byte >= 0xe0 && byte <= 0xef) {
        utf8->needed = 2;
        utf8->low = byte == 0xe0 ? 0xa0 : 0x80;
        utf8->high = byte == 0xed ? 0x9f : 0xbf;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        utf8->needed = 3;
        utf8->low = byte == 0xf0 ? 0x90 : 0x80;
        utf8->high = byte == 0xf4 ? 0x8f : 0xbf;
    } else {
        return false;
    }
    return true;
}

bool utf8_update(struct utf8 *utf8, const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (utf8->needed > 0) {
            if (bytes[i] < utf8->low || bytes[i] > utf8->high) {
                return false;
            }
            utf8->needed--;
            utf8->low = 0x80;
            utf8->high = 0xbf;
            continue;
        }
        i += ascii_run(bytes + i, len - i);
        if (i < len && !begin_character(utf8, bytes[i])) {
            return false;
        }
    }
    return true;
}
