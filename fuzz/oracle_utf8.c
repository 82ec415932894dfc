#include "fuzz/oracle_frames.h"

/* RFC 3629, section 3: the first byte says how many there are, and six bits of the code point come
 * with each further one. */
static size_t size_of(uint8_t first) {
    return first < 0x80             ? 1
           : (first & 0xe0) == 0xc0 ? 2
           : (first & 0xf0) == 0xe0 ? 3
           : (first & 0xf8) == 0xf0 ? 4
                                    : 0;
}

/* Whether a number between low and high, which share their upper bits, is a code point that needs
 * `size` bytes: no less (that were an overlong form), not a surrogate, and not above U+10FFFF. */
static bool holds_code_point(uint32_t low, uint32_t high, size_t size) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool all_surrogates = low >= 0xd800 && high <= 0xdfff;
    return high >= least[size] && low <= 0x10ffff && !all_surrogates;
}

/* Looks at the character at the front. Returns its size, 0 if it is none, or, if it is only begun,
 * a size greater than `length`. */
static size_t character_at(const uint8_t *bytes, size_t length) {
    static const uint8_t bits_of_first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t size = size_of(bytes[0]);
    if (size == 0) {
        return 0;
    }
    /* The bits that are not there yet can be anything. */
    uint32_t low = bytes[0] & bits_of_first[size], high = low;
    for (size_t i = 1; i < size; i++) {
        bool here = i < length;
        if (here && (bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        low = low << 6 | (here ? bytes[i] & 0x3fu : 0);
        high = high << 6 | (here ? bytes[i] & 0x3fu : 0x3f);
    }
    return holds_code_point(low, high, size) ? size : 0;
}

bool oracle_utf8_begins(const uint8_t *bytes, size_t length) {
    for (size_t at = 0; at < length;) {
        size_t size = character_at(bytes + at, length - at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

bool oracle_utf8_is(const uint8_t *bytes, size_t length) {
    size_t at = 0;
    while (at < length) {
        size_t size = character_at(bytes + at, length - at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return at == length;
}
