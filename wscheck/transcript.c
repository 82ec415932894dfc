#include "wscheck/transcript.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where an entry is kept: the first ones have fixed places, the others share a ring. */
static size_t place(size_t number) {
    return number < TRANSCRIPT_FIRST
               ? number
               : TRANSCRIPT_FIRST + (number - TRANSCRIPT_FIRST) % TRANSCRIPT_LAST;
}

struct transcript_entry *transcript_add(struct transcript *transcript, enum transcript_kind kind,
                                        const char *format, ...) {
    struct transcript_entry *entry = &transcript->entries[place(transcript->count++)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(entry->label, sizeof entry->label, format, arguments);
    va_end(arguments);
    entry->kind = kind;
    entry->kept = 0;
    entry->length = 0;
    entry->is_http = entry->marked = false;
    return entry;
}

void transcript_bytes(struct transcript_entry *entry, const uint8_t *bytes, size_t len) {
    size_t room = sizeof entry->bytes - entry->kept;
    size_t kept = len < room ? len : room;
    memcpy(entry->bytes + entry->kept, bytes, kept);
    entry->kept += kept;
    for (size_t i = kept; i < len; i++) {
        entry->end[(entry->length + i) % sizeof entry->end] = bytes[i];
    }
    entry->length += len;
}

void transcript_http(struct transcript_entry *entry, const uint8_t *bytes, size_t len) {
    entry->is_http = true;
    transcript_bytes(entry, bytes, len);
}

bool transcript_keeps(const struct transcript_entry *entry, uint64_t at) {
    return at < entry->length && (at < entry->kept || at + sizeof entry->end >= entry->length);
}

uint8_t transcript_byte(const struct transcript_entry *entry, uint64_t at) {
    return at < entry->kept ? entry->bytes[at] : entry->end[at % sizeof entry->end];
}

struct transcript_entry *transcript_entry(struct transcript *transcript, size_t number) {
    bool kept = number < TRANSCRIPT_FIRST || number + TRANSCRIPT_LAST >= transcript->count;
    return number < transcript->count && kept ? &transcript->entries[place(number)] : NULL;
}
