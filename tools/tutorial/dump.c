#include "tools/tutorial/dump.h"

#include "common/hexdump.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dump_line {
    size_t prefix; /* the characters in front of the dump: "#1   " */
    size_t offset, len;
    uint8_t bytes[HEXDUMP_BYTES];
};

/* Reads the dump that starts at `text`. Only what hexdump_line would write is one. */
static bool read_dump(const char *text, struct dump_line *dump) {
    char *at, same[HEXDUMP_LINE_SIZE];
    dump->offset = strtoul(text, &at, 16);
    dump->len = 0;
    while (dump->len < HEXDUMP_BYTES) {
        at += strspn(at, " ");
        if (!isxdigit((unsigned char)at[0]) || !isxdigit((unsigned char)at[1])) {
            break;
        }
        dump->bytes[dump->len++] = (uint8_t)strtoul((char[]){at[0], at[1], '\0'}, NULL, 16);
        at += 2;
    }
    return dump->len > 0 &&
           strcmp(text, hexdump_line(dump->offset, dump->bytes, dump->len, same)) == 0;
}

static bool read_line(const char *line, struct dump_line *dump) {
    for (dump->prefix = 0; line[dump->prefix] != '\0'; dump->prefix++) {
        bool starts = dump->prefix == 0 || line[dump->prefix - 1] == ' ';
        if (starts && isxdigit((unsigned char)line[dump->prefix]) &&
            read_dump(line + dump->prefix, dump)) {
            return true;
        }
    }
    return false;
}

/* Collects the dump that starts at line `first`. Returns the number of its lines. */
static size_t collect(const struct lines *lines, size_t first, char **bytes, size_t *len) {
    struct dump_line begin, next;
    size_t count = 0;
    *len = 0;
    *bytes = NULL;
    if (!read_line(lines->line[first], &begin) || begin.offset != 0) {
        return 0;
    }
    while (first + count < lines->count && read_line(lines->line[first + count], &next) &&
           next.offset == *len && next.prefix == begin.prefix &&
           strncmp(lines->line[first], lines->line[first + count], begin.prefix) == 0) {
        *bytes = lines_grow(*bytes, *len + next.len, 1);
        memcpy(*bytes + *len, next.bytes, next.len);
        *len += next.len;
        count++;
    }
    return count;
}

void dump_change(struct lines *lines, void (*change)(void *context, char *bytes, size_t len),
                 void *context) {
    for (size_t i = 0; i < lines->count; i++) {
        char *bytes;
        size_t len;
        size_t count = collect(lines, i, &bytes, &len);
        if (count > 0) {
            change(context, bytes, len);
        }
        for (size_t k = 0; k < count; k++) {
            struct dump_line old;
            if (read_line(lines->line[i + k], &old)) {
                hexdump_line(old.offset, (uint8_t *)bytes + old.offset, old.len,
                             lines->line[i + k] + old.prefix);
            }
        }
        i += count > 0 ? count - 1 : 0;
        free(bytes);
    }
}
