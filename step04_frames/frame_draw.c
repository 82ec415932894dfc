#include "step04_frames/frame_draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROW_BYTES = 4, CELL_SIZE = 16, LINE_SIZE = 81 };

/* One row of the picture: a border, the values, and what they mean. */
struct row {
    char border[LINE_SIZE], values[LINE_SIZE], meanings[LINE_SIZE];
};

/* Adds a text, centered in 15 columns unless it is longer, and a separator to the end of a line. */
static void add_cell(char *line, const char *text, char separator) {
    int length = (int)strlen(text);
    int left = length < CELL_SIZE - 1 ? (CELL_SIZE - 1 - length) / 2 : 0;
    size_t used = strlen(line);
    snprintf(line + used, LINE_SIZE - used, "%*s%s%*s%c", left, "", text,
             CELL_SIZE - 1 - length - left, "", separator);
}

/* Writes the lowest `count` bits of a byte as "0 1 0 1". Returns `out`. */
static const char *bits(uint8_t byte, int count, char out[16]) {
    for (int i = 0; i < count; i++) {
        out[2 * i] = (byte >> (count - 1 - i) & 1) != 0 ? '1' : '0';
        out[2 * i + 1] = i + 1 < count ? ' ' : '\0';
    }
    return out;
}

static void draw_first_byte(struct row *row, uint8_t byte) {
    char values[64], meanings[64], opcode[16];
    uint8_t value = byte & 0x0f;
    const char *name = value == FRAME_CONTINUATION ? "contin." : frame_opcode_name(value);
    snprintf(values, sizeof values, "%d|%d|%d|%d|%s", byte >> 7 & 1, byte >> 6 & 1, byte >> 5 & 1,
             byte >> 4 & 1, bits(byte, 4, opcode));
    snprintf(meanings, sizeof meanings, "F|R|R|R|%s%-*.7s", strlen(name) < 6 ? " " : "",
             strlen(name) < 6 ? 6 : 7, name);
    add_cell(row->border, "-+-+-+-+-------", '+');
    add_cell(row->values, values, '|');
    add_cell(row->meanings, meanings, '|');
}

static void draw_second_byte(struct row *row, uint8_t byte) {
    char values[32], meanings[32], length[16];
    int length_bits = byte & 0x7f;
    snprintf(values, sizeof values, "%d|%s", byte >> 7, bits(byte, 7, length));
    if (length_bits < 126) {
        snprintf(meanings, sizeof meanings, "M|  length %-3d ", length_bits);
    } else {
        snprintf(meanings, sizeof meanings, "M| %d: next %d ", length_bits,
                 length_bits == 126 ? 2 : 8);
    }
    add_cell(row->border, "-+-------------", '+');
    add_cell(row->values, values, '|');
    add_cell(row->meanings, meanings, '|');
}

/* Draws a byte of the length, the key or the payload. */
static void draw_byte(struct row *row, const struct frame_header *header, uint8_t byte, size_t at) {
    char value[32], meaning[32];
    size_t header_size = frame_header_size(header);
    size_t key_at = header_size - (header->masked ? 4 : 0);
    snprintf(value, sizeof value, "%02x", byte);
    if (at < key_at) {
        snprintf(meaning, sizeof meaning, "length");
    } else if (at < header_size) {
        snprintf(meaning, sizeof meaning, "masking key");
    } else {
        uint8_t key = header->masked ? header->masking_key[(at - header_size) % 4] : 0;
        uint8_t plain = byte ^ key;
        if (header->masked) {
            snprintf(value, sizeof value, "%02x ^ %02x = %02x", byte, key, plain);
        }
        bool shown = plain > ' ' && plain <= '~';
        snprintf(meaning, sizeof meaning, "%c", shown ? plain : plain == ' ' ? '_' : '.');
    }
    add_cell(row->border, "---------------", '+');
    add_cell(row->values, value, '|');
    add_cell(row->meanings, meaning, '|');
}

void frame_draw(const struct frame_header *header, const uint8_t *bytes, size_t payload_len,
                void (*line)(void *context, const char *text), void *context) {
    size_t header_size = frame_header_size(header);
    size_t drawn = payload_len < FRAME_DRAW_PAYLOAD_MAX ? payload_len : FRAME_DRAW_PAYLOAD_MAX;
    struct row row = {"", "", ""};
    line(context, "       0               1               2               3");
    for (size_t start = 0; start < header_size + drawn; start += ROW_BYTES) {
        char border_above[LINE_SIZE];
        memcpy(border_above, row.border, sizeof border_above);
        snprintf(row.border, sizeof row.border, "      +");
        snprintf(row.values, sizeof row.values, " %4zu |", start);
        snprintf(row.meanings, sizeof row.meanings, "      |");
        for (size_t at = start; at < start + ROW_BYTES && at < header_size + drawn; at++) {
            if (at == 0) {
                draw_first_byte(&row, bytes[at]);
            } else if (at == 1) {
                draw_second_byte(&row, bytes[at]);
            } else {
                draw_byte(&row, header, bytes[at], at);
            }
        }
        /* Two rows share a border: that of the upper row, which is never shorter. */
        line(context, start == 0 ? row.border : border_above);
        line(context, row.values);
        line(context, row.meanings);
    }
    line(context, row.border);
    if (drawn < header->payload_length) {
        char more[LINE_SIZE];
        snprintf(more, sizeof more, "      ... and %" PRIu64 " more bytes of payload",
                 header->payload_length - drawn);
        line(context, more);
    }
}
