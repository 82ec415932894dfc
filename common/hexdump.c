#include "common/hexdump.h"

#include "common/text.h"

#include <stdio.h>

char *hexdump_line(size_t offset, const uint8_t *bytes, size_t len, char line[HEXDUMP_LINE_SIZE]) {
    char hex[3 * HEXDUMP_BYTES + 2];
    size_t written = 0;
    for (size_t i = 0; i < len; i++) {
        const char *gap = i == HEXDUMP_BYTES / 2 ? " " : "";
        written += (size_t)snprintf(hex + written, sizeof hex - written, "%s%02x ", gap, bytes[i]);
    }
    char ascii[HEXDUMP_BYTES + 1];
    snprintf(line, HEXDUMP_LINE_SIZE, "%04zx  %-49s |%s|", offset & 0xffffffff, hex,
             text_dots(bytes, len, ascii));
    return line;
}
