#include "common/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Code points that are not shown: control characters, invisible characters that change how others
 * read, and numbers that stand for no character. U+200C and U+200D are shown, since Persian, the
 * languages of India and emoji need them. */
static const struct range {
    uint32_t first, last;
} not_shown[] = {
    {0x00, 0x1f},         /* control characters */
    {0x7f, 0x9f},         /* DEL, and more control characters */
    {0x061c, 0x061c},     /* a mark of direction */
    {0x200b, 0x200b},     /* the space of width zero */
    {0x200e, 0x200f},     /* marks of direction */
    {0x2028, 0x202e},     /* the ends of lines and paragraphs; embeddings and overrides */
    {0x2060, 0x206f},     /* invisible operators; isolates */
    {0xd800, 0xdfff},     /* surrogates, halves of a character in UTF-16 */
    {0xfeff, 0xfeff},     /* the byte order mark */
    {0xe0000, 0xe007f},   /* tags: ASCII that nobody sees */
    {0x110000, 0x1fffff}, /* beyond Unicode */
};

static bool is_shown(uint32_t point) {
    for (size_t i = 0; i < sizeof not_shown / sizeof not_shown[0]; i++) {
        if (point >= not_shown[i].first && point <= not_shown[i].last) {
            return false;
        }
    }
    return true;
}

size_t text_harmless(const void *bytes, size_t len) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* by length; less is overlong */
    const uint8_t *byte = bytes;
    size_t length = byte[0] < 0x80   ? 1
                    : byte[0] < 0xc0 ? 0
                    : byte[0] < 0xe0 ? 2
                    : byte[0] < 0xf0 ? 3
                    : byte[0] < 0xf8 ? 4
                                     : 0;
    if (length == 0 || length > len) {
        return 0;
    }
    uint32_t point = length == 1 ? byte[0] : byte[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (byte[i] & 0x3f);
    }
    return point >= least[length] && is_shown(point) ? length : 0;
}

/* Writes the escape sequence for one byte. Returns its length. */
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
    size_t cut = 0; /* where "..." goes if the rest does not fit */
    for (size_t i = 0; i < len;) {
        char piece[5];
        size_t taken = text_harmless(byte + i, len - i), size = taken;
        if (taken > 0 && byte[i] != '\\') {
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

void text_begin(struct text_builder *builder, char *out, size_t capacity) {
    *builder = (struct text_builder){out, capacity, 0, true};
    out[0] = '\0';
}

void text_add(struct text_builder *builder, const char *string) {
    size_t more = strlen(string);
    builder->fits = builder->fits && more < builder->capacity - builder->length;
    if (builder->fits) {
        memcpy(builder->out + builder->length, string, more + 1);
        builder->length += more;
    }
}

void text_add_number(struct text_builder *builder, size_t number, size_t digits) {
    char text[24];
    size_t at = sizeof text - 1;
    text[at] = '\0';
    for (; number > 0 || digits > 0; number /= 10) {
        text[--at] = (char)('0' + number % 10);
        digits -= digits > 0;
    }
    text_add(builder, text + at);
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
