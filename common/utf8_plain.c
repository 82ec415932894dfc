#include "common/utf8_plain.h"

/* Checks the first byte of a character, which says how many bytes follow and the range of the
 * second. */
static bool begin_character(struct utf8_plain *utf8, uint8_t byte) {
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

bool utf8_plain_update(struct utf8_plain *utf8, const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (utf8->needed == 0) {
            if (!begin_character(utf8, bytes[i])) {
                return false;
            }
        } else if (bytes[i] < utf8->low || bytes[i] > utf8->high) {
            return false;
        } else {
            utf8->needed--;
            utf8->low = 0x80;
            utf8->high = 0xbf;
        }
    }
    return true;
}
