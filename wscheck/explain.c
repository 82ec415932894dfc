#include "wscheck/explain.h"

#include "common/hexdump.h"
#include "common/text.h"
#include "wscheck/driver.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN_BYTES = 48, HEX_COLUMN = 6, OUTPUT_LINES = 12 };

void explain_section(const char *section, char *out, size_t capacity) {
    const char *slash = strchr(section, '/');
    if (strncmp(section, "step", 4) == 0) {
        snprintf(out, capacity, "the tutorial, %.6s", section);
    } else if (section[0] >= '1' && section[0] <= '9' && slash == NULL) {
        snprintf(out, capacity, "RFC 7692, section 7.2; category %s of the field's suite", section);
    } else if (slash == NULL) {
        snprintf(out, capacity, "good sense, not an RFC");
    } else {
        snprintf(out, capacity, "RFC %.*s, section %s", (int)(slash - section), section, slash + 1);
    }
}

/* In which column of a hex dump's line a byte stands. */
static int column(size_t byte) {
    return (int)(HEX_COLUMN + 3 * byte + (byte >= HEXDUMP_BYTES / 2));
}

/* Writes a word under a byte; `*at` is the column that has been reached. */
static void name_field(FILE *out, size_t byte, const char *name, int *at) {
    *at += fprintf(out, "%*s%s", column(byte) - *at, "", name);
}

/* Names the fields of a frame under the bytes of its first line. */
static void name_fields(FILE *out, const struct transcript_entry *entry, const char *prefix) {
    uint8_t bits = entry->bytes[1] & 0x7f;
    size_t byte = 2;
    int at = 0;
    fprintf(out, "%s    ", prefix);
    name_field(out, 0, "head", &at);
    if (bits >= 126 && entry->kept > byte) {
        name_field(out, byte, bits == 126 ? "len16" : "64-bit length", &at);
        byte += bits == 126 ? 2 : 8;
    }
    if ((entry->bytes[1] & 0x80) != 0 && entry->kept > byte) {
        name_field(out, byte, "mask", &at);
        byte += 4;
    }
    if (entry->kept > byte && byte < HEXDUMP_BYTES) {
        name_field(out, byte, "payload", &at);
    }
    fprintf(out, "\n");
}

static void dump(FILE *out, const struct transcript_entry *entry, const char *prefix) {
    size_t mark = entry->marked && entry->mark < entry->kept ? (size_t)entry->mark : SIZE_MAX;
    size_t mark_line = mark / HEXDUMP_BYTES;
    for (size_t start = 0; start < entry->kept; start += HEXDUMP_BYTES) {
        size_t number = start / HEXDUMP_BYTES;
        char line[HEXDUMP_LINE_SIZE];
        size_t len = entry->kept - start < HEXDUMP_BYTES ? entry->kept - start : HEXDUMP_BYTES;
        bool near_mark = mark != SIZE_MAX && number + 1 >= mark_line && number <= mark_line + 1;
        if (start >= SHOWN_BYTES && !near_mark) {
            continue;
        }
        fprintf(out, "%s    %s\n", prefix, hexdump_line(start, entry->bytes + start, len, line));
        if (start == 0 && entry->kept >= 2) {
            name_fields(out, entry, prefix);
        }
        if (number == mark_line && mark != SIZE_MAX) {
            fprintf(out, "%s    %*s^^ the first wrong byte\n", prefix, column(mark % HEXDUMP_BYTES),
                    "");
        }
    }
    if (entry->length > entry->kept || entry->kept > SHOWN_BYTES) {
        fprintf(out, "%s    ... %" PRIu64 " bytes in all\n", prefix, entry->length);
    }
}

/* HTTP is lines of text; a mark goes under its character. */
static void show_lines(FILE *out, const struct transcript_entry *entry, const char *prefix) {
    size_t start = 0;
    while (start < entry->kept) {
        const uint8_t *end = memchr(entry->bytes + start, '\n', entry->kept - start);
        size_t stop = end != NULL ? (size_t)(end - entry->bytes) + 1 : entry->kept;
        char line[200];
        text_printable(entry->bytes + start, stop - start, line, sizeof line);
        fprintf(out, "%s    | %s\n", prefix, line);
        if (entry->marked && entry->mark >= start && entry->mark < stop) {
            text_printable(entry->bytes + start, (size_t)entry->mark - start, line, sizeof line);
            fprintf(out, "%s      %*s^ here\n", prefix, (int)strlen(line), "");
        }
        start = stop;
    }
    if (entry->length > entry->kept) {
        fprintf(out, "%s    | ... %" PRIu64 " bytes in all\n", prefix, entry->length);
    }
}

/* What stands after a colon is what the other side has sent. */
static bool is_http(const struct transcript_entry *entry) {
    const char *word = strstr(entry->label, "handshake");
    word = word != NULL ? word : strstr(entry->label, "as they are");
    return word != NULL && word < entry->label + strcspn(entry->label, ":");
}

static void show_entry(FILE *out, const struct result *result, const struct transcript_entry *entry,
                       const char *prefix) {
    static const char *const kinds[] = {"sent    ", "received", "--------"};
    fprintf(out, "%s  %s  %s\n", prefix, kinds[entry->kind], entry->label);
    if (entry->length == 0) {
        return;
    }
    if (!is_http(entry)) {
        dump(out, entry, prefix);
    } else if (!result->opened || entry->marked ||
               strncmp(result->test->section, "6455/4", 6) == 0) {
        show_lines(out, entry, prefix);
    }
}

static void show_transcript(FILE *out, const struct result *result, const char *prefix) {
    struct transcript *transcript = result->transcript;
    for (size_t i = 0; i < transcript->count; i++) {
        const struct transcript_entry *entry = transcript_entry(transcript, i);
        bool shown = transcript->count <= 24 || i < 8 || i + 12 >= transcript->count;
        if (entry != NULL && (shown || entry->marked)) {
            show_entry(out, result, entry, prefix);
        } else if (i == 8) {
            fprintf(out, "%s  ...       %zu more\n", prefix, transcript->count - 20);
        }
    }
}

static void show_output(FILE *out, const struct result *result, const char *prefix) {
    const char *output = result->output;
    fprintf(out, "%s  %s:\n", prefix, result->driver->printed);
    size_t lines = 0;
    for (const char *next = output; *next != '\0'; next++) {
        lines += *next == '\n';
    }
    for (; *output != '\0'; lines--) {
        size_t length = strcspn(output, "\n");
        char line[300];
        if (lines > OUTPUT_LINES) {
            output += length + 1;
            continue;
        }
        fprintf(out, "%s    | %s\n", prefix, text_printable(output, length, line, sizeof line));
        output += length + (output[length] == '\n');
    }
}

/* The sentence that the case rests on, or that there is none. */
static void show_ground(FILE *out, const struct test_case *test, const char *prefix) {
    const struct ground *ground = test->ground;
    fprintf(out, "%s  ground    %s", prefix, cases_level_name(test->level));
    if (ground != NULL) {
        const char *quote = ground_is_quoted(ground) ? "\"" : "";
        char section[80];
        explain_section(ground->section, section, sizeof section);
        fprintf(out, ": %s%s%s (%s)\n", quote, ground->sentence, quote, section);
    } else {
        fprintf(out, test->level == LEVEL_PRACTICE
                         ? ": robust implementations do it, and no RFC asks for it\n"
                         : " of the tutorial\n");
    }
}

void explain(FILE *out, const struct result *result, const char *prefix, const char *again) {
    const struct test_case *test = result->test;
    char section[80];
    explain_section(test->section, section, sizeof section);
    fprintf(out, "%s  rule      %s (%s)\n", prefix, test->rule, section);
    show_ground(out, test, prefix);
    if (result->want[0] != '\0') {
        fprintf(out, "%s  wanted    %s\n", prefix, result->want);
        fprintf(out, "%s  happened  %s\n", prefix, result->got);
    }
    if (result->kind == RESULT_FLAKY) {
        fprintf(out, "%s  flaky     it passed when it was repeated alone\n", prefix);
    }
    if (result->transcript != NULL) {
        show_transcript(out, result, prefix);
    }
    if (result->output != NULL && result->output[0] != '\0') {
        show_output(out, result, prefix);
    }
    if (test->hint[0] != '\0') {
        fprintf(out, "%s  hint      %s\n", prefix, test->hint);
    }
    fprintf(out, "%s  explained in step %u of the tutorial\n", prefix, test->step);
    fprintf(out, "%s  again     %s --replay %s\n", prefix, again, test->name);
}
