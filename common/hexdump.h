/* hexdump: bytes in a form that a person can read, 16 to a line. */
#ifndef COMMON_HEXDUMP_H
#define COMMON_HEXDUMP_H

#include <stddef.h>
#include <stdint.h>

enum { HEXDUMP_BYTES = 16, HEXDUMP_LINE_SIZE = 80 };

/* Writes one line of a dump, without a newline: the offset of its first byte, up to HEXDUMP_BYTES
 * bytes in hexadecimal, and the same bytes as ASCII, with a dot for each that cannot be shown:
 *
 *     0010  48 6f 73 74 3a 20 6c 6f  63 61 6c 0d 0a           |Host: local..|
 *
 * `len` is 1 to HEXDUMP_BYTES. `line` belongs to the caller. Returns `line`. */
char *hexdump_line(size_t offset, const uint8_t *bytes, size_t len, char line[HEXDUMP_LINE_SIZE]);

#endif
