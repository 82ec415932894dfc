#include "common/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The length of the UTF-8 sequence of two bytes or more that starts at `byte`, or 0 when there is
 * none that may be shown. The utf8 module of step 5 checks whole messages as they arrive; a log
 * line needs only this. */
static size_t shown_sequence(const uint8_t *byte, size_t len) {
    size_t length = byte[0] < 0xc2   ? 0
                    : byte[0] < 0xe0 ? 2
                    : byte[0] < 0xf0 ? 3
                    : byte[0] < 0xf5 ? 4
                                     : 0;
    if (length == 0 || length > len) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    /* Overlong forms, surrogates and what lies beyond U+10FFFF are no characters, and U+0080 to
     * U+009F are the second set of control characters. */
    bool ill = (byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
               (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f) ||
               (byte[0] == 0xc2 && byte[1] < 0xa0);
    return ill ? 0 : length;
}

/* Writes the form of one byte that cannot be shown as it is; returns its length. */
static size_t escape(uint8_t byte, char *out) {
    static const char names[][2] = {{'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\\', '\\'}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (byte == (uint8_t)names[i][0]) {
            out[0] = '\\';
            out[1] = names[i][1];
            return 2;
        }
    }
    return (size_t)snprintf(out, 5, "\\x%02x", byte);
}

char *text_printable(const void *bytes, size_t len, char *out, size_t capacity) {
    const uint8_t *byte = bytes;
    size_t written = 0;
    size_t cut = 0; /* where the dots go if the rest does not fit */
    for (size_t i = 0; i < len;) {
        char piece[5];
        size_t taken = 1, size = 1;
        if (byte[i] >= 0x20 && byte[i] < 0x7f && byte[i] != '\\') {
            piece[0] = (char)byte[i];
        } else if ((taken = size = shown_sequence(byte + i, len - i)) > 0) {
            memcpy(piece, byte + i, size);
        } else {
            taken = 1;
            size = escape(byte[i], piece);
        }
        if (written + size >= capacity) {
            memcpy(out + cut, "...", 4);
            return out;
        }
        memcpy(out + written, piece, size);
        written += size;
        i += taken;
        if (written + 4 <= capacity) {
            cut = written;
        }
    }
    out[written] = '\0';
    return out;
}

char *text_dots(const void *bytes, size_t len, char *out) {
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < len; i++) {
        out[i] = byte[i] >= 0x20 && byte[i] < 0x7f ? (char)byte[i] : '.';
    }
    out[len] = '\0';
    return out;
}

bool text_append(char *out, size_t capacity, size_t *length, const char *string) {
    size_t more = strlen(string);
    if (more >= capacity - *length) {
        return false;
    }
    memcpy(out + *length, string, more + 1);
    *length += more;
    return true;
}

size_t text_distance(const char *from, const char *to) {
    size_t row[TEXT_DISTANCE_MAX + 1];
    size_t width = strlen(to);
    if (width > TEXT_DISTANCE_MAX) {
        return TEXT_DISTANCE_MAX;
    }
    for (size_t column = 0; column <= width; column++) {
        row[column] = column;
    }
    for (size_t line = 1; *from != '\0'; from++, line++) {
        size_t diagonal = row[0];
        row[0] = line;
        for (size_t column = 1; column <= width; column++) {
            size_t best = diagonal + (*from != to[column - 1]);
            diagonal = row[column];
            best = row[column] + 1 < best ? row[column] + 1 : best;
            best = row[column - 1] + 1 < best ? row[column - 1] + 1 : best;
            row[column] = best;
        }
    }
    return row[width];
}
