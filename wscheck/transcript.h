/* transcript: what was sent and received on one connection, so that a failure can show it.
 *
 * Each entry is a frame, a request, an answer or a remark. The middle of a long entry is not kept,
 * and of very many entries only the first and the last are.
 */
#ifndef WSCHECK_TRANSCRIPT_H
#define WSCHECK_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRANSCRIPT_FIRST = 24, /* entries kept from the beginning */
    TRANSCRIPT_LAST = 24,  /* and from the end */
    TRANSCRIPT_ENTRIES = TRANSCRIPT_FIRST + TRANSCRIPT_LAST,
    TRANSCRIPT_BYTES = 1024, /* kept of the beginning of one entry */
    TRANSCRIPT_END = 64,     /* and of its end */
    TRANSCRIPT_LABEL = 440
};

enum transcript_kind { TRANSCRIPT_SENT, TRANSCRIPT_RECEIVED, TRANSCRIPT_REMARK };

struct transcript_entry {
    enum transcript_kind kind;
    char label[TRANSCRIPT_LABEL];
    uint8_t bytes[TRANSCRIPT_BYTES];
    uint8_t end[TRANSCRIPT_END]; /* a ring of the last bytes after those */
    size_t kept;                 /* how many are in `bytes` */
    uint64_t length;             /* of the entry, with the bytes that were not kept */
    bool is_http;                /* shown as lines of text */
    bool marked;                 /* whether `mark` is its first wrong byte */
    uint64_t mark;
};

/* All zeros is an empty transcript. */
struct transcript {
    struct transcript_entry entries[TRANSCRIPT_ENTRIES];
    size_t count; /* of all entries, with those that were not kept */
};

/* Begins an entry and returns it. It may be changed until the next one begins. */
struct transcript_entry *transcript_add(struct transcript *transcript, enum transcript_kind kind,
                                        const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends bytes to an entry; transcript_http, bytes of HTTP, which are shown as text. */
void transcript_bytes(struct transcript_entry *entry, const uint8_t *bytes, size_t len);
void transcript_http(struct transcript_entry *entry, const uint8_t *bytes, size_t len);

/* Whether the byte at this offset of an entry was kept; and the byte, if it was. */
bool transcript_keeps(const struct transcript_entry *entry, uint64_t at);
uint8_t transcript_byte(const struct transcript_entry *entry, uint64_t at);

/* The entry with this number, counted from 0; NULL if it was not kept. */
struct transcript_entry *transcript_entry(struct transcript *transcript, size_t number);

#endif
