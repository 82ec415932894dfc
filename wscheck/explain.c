#include "wscheck/explain.h"

#include "common/hexdump.h"
#include "common/text.h"
#include "wscheck/driver.h"

#include <inttypes.h>
#include <string.h>

enum {
    SHOWN_BYTES = 48,
    SHOWN_OF_LINE = 200,
    HEX_COLUMN = 6,
    OUTPUT_LINES = 12,
    OUTPUT_LINES_BESIDE = 3
};

void explain_section(const char *section, char *out, size_t capacity) {
    const char *slash = strchr(section, '/');
    if (strncmp(section, "step", 4) == 0) {
        snprintf(out, capacity, "the tutorial, %.6s", section);
    } else if (section[0] >= '1' && section[0] <= '9' && slash == NULL) {
        snprintf(out, capacity, "RFC 7692, section 7.2; category %s of the Autobahn Testsuite",
                 section);
    } else if (slash == NULL) {
        snprintf(out, capacity, "no RFC asks for it");
    } else {
        snprintf(out, capacity, "RFC %.*s, section %s", (int)(slash - section), section, slash + 1);
    }
}

/* The column of a byte in a line of a hex dump. */
static int column(size_t byte) {
    return (int)(HEX_COLUMN + 3 * byte + (byte >= HEXDUMP_BYTES / 2));
}

/* Writes a name under a byte; `*width` is the width of the line so far. */
static void name_field(FILE *out, size_t byte, const char *name, int *width) {
    *width += fprintf(out, "%*s%s", column(byte) - *width, "", name);
}

/* Names the fields of a frame under the bytes of its first line. */
static void name_fields(FILE *out, const struct transcript_entry *entry) {
    uint8_t bits = entry->bytes[1] & 0x7f;
    size_t byte = 2;
    int width = 0;
    fprintf(out, "    ");
    name_field(out, 0, "head", &width);
    if (bits >= 126 && entry->kept > byte) {
        name_field(out, byte, bits == 126 ? "len16" : "64-bit length", &width);
        byte += bits == 126 ? 2 : 8;
    }
    if ((entry->bytes[1] & 0x80) != 0 && entry->kept > byte) {
        name_field(out, byte, "mask", &width);
        byte += 4;
    }
    if (entry->kept > byte && byte < HEXDUMP_BYTES) {
        name_field(out, byte, "payload", &width);
    }
    fprintf(out, "\n");
}

static void tell_left_out(FILE *out, const struct transcript_entry *entry, uint64_t *left_out) {
    if (*left_out > 0) {
        fprintf(out, "    ... %" PRIu64 " of %" PRIu64 " bytes are left out here\n", *left_out,
                entry->length);
        *left_out = 0;
    }
}

/* Whether a line of a dump is shown: the first lines, those around the mark, and the last; with
 * `whole`, all that were kept. */
static bool is_shown(const struct transcript_entry *entry, uint64_t start, bool whole) {
    bool near_mark = entry->marked && entry->mark + HEXDUMP_BYTES >= start &&
                     entry->mark < start + 2 * HEXDUMP_BYTES;
    return transcript_keeps(entry, start) &&
           (whole || start < SHOWN_BYTES || near_mark || start + HEXDUMP_BYTES >= entry->length);
}

static void dump(FILE *out, const struct transcript_entry *entry, bool whole) {
    uint64_t left_out = 0;
    for (uint64_t start = 0; start < entry->length; start += HEXDUMP_BYTES) {
        uint64_t left = entry->length - start;
        size_t length = left < HEXDUMP_BYTES ? (size_t)left : HEXDUMP_BYTES;
        uint8_t bytes[HEXDUMP_BYTES];
        char line[HEXDUMP_LINE_SIZE];
        if (!is_shown(entry, start, whole)) {
            left_out += length;
            continue;
        }
        for (size_t i = 0; i < length; i++) {
            bytes[i] = transcript_byte(entry, start + i);
        }
        tell_left_out(out, entry, &left_out);
        fprintf(out, "    %s\n", hexdump_line((size_t)start, bytes, length, line));
        if (start == 0 && entry->kept >= 2) {
            name_fields(out, entry);
        }
        if (entry->marked && entry->mark >= start && entry->mark < start + length) {
            fprintf(out, "    %*s^^ the first wrong byte\n", column((size_t)(entry->mark - start)),
                    "");
        }
    }
    tell_left_out(out, entry, &left_out);
}

/* Shows HTTP as lines of text, with the mark under its character. */
static void show_lines(FILE *out, const struct transcript_entry *entry, bool whole) {
    char line[4 * TRANSCRIPT_BYTES + 1];
    size_t capacity = whole ? sizeof line : SHOWN_OF_LINE;
    size_t start = 0;
    while (start < entry->kept) {
        const uint8_t *end = memchr(entry->bytes + start, '\n', entry->kept - start);
        size_t stop = end != NULL ? (size_t)(end - entry->bytes) + 1 : entry->kept;
        text_printable(entry->bytes + start, stop - start, line, capacity);
        fprintf(out, "    | %s\n", line);
        if (entry->marked && entry->mark >= start && entry->mark < stop) {
            text_printable(entry->bytes + start, (size_t)entry->mark - start, line, capacity);
            fprintf(out, "      %*s^ here\n", (int)strlen(line), "");
        }
        start = stop;
    }
    if (entry->length > entry->kept) {
        uint8_t end[TRANSCRIPT_END];
        uint64_t rest = entry->length - entry->kept;
        size_t length = rest < sizeof end ? (size_t)rest : sizeof end;
        for (size_t i = 0; i < length; i++) {
            end[i] = transcript_byte(entry, entry->length - length + i);
        }
        rest -= length;
        tell_left_out(out, entry, &rest);
        fprintf(out, "    | %s\n", text_printable(end, length, line, sizeof line));
    }
}

/* A handshake that went well does not explain a later failure, so only other entries are shown. */
static bool is_of_interest(const struct result *result, const struct transcript_entry *entry) {
    return !entry->is_http || !result->opened || entry->marked ||
           strncmp(result->test->section, "6455/4", 6) == 0;
}

static void show_entry(FILE *out, const struct transcript_entry *entry, bool whole) {
    static const char *const kinds[] = {"sent    ", "received", "--------"};
    fprintf(out, "  %s  %s\n", kinds[entry->kind], entry->label);
    if (entry->length > 0 && entry->is_http) {
        show_lines(out, entry, whole);
    } else if (entry->length > 0) {
        dump(out, entry, whole);
    }
}

static void show_transcript(FILE *out, const struct result *result, bool whole) {
    struct transcript *transcript = result->transcript;
    size_t left_out = 0;
    for (size_t i = 0; i < transcript->count; i++) {
        const struct transcript_entry *entry = transcript_entry(transcript, i);
        bool shown = whole || transcript->count <= 24 || i < 8 || i + 12 >= transcript->count;
        if (entry != NULL && !whole && !is_of_interest(result, entry)) {
            continue;
        }
        if (entry == NULL || !(shown || entry->marked)) {
            left_out++;
            continue;
        }
        if (left_out > 0) {
            fprintf(out, "  ...       %zu more\n", left_out);
            left_out = 0;
        }
        show_entry(out, entry, whole);
    }
}

static void show_output(FILE *out, const struct result *result, bool whole) {
    bool is_end = result->cause == CAUSE_DIED || result->cause == CAUSE_NO_CLIENT;
    size_t most = whole || is_end ? OUTPUT_LINES : OUTPUT_LINES_BESIDE;
    const char *output = result->output;
    fprintf(out, "  %s:\n", result->driver->printed);
    size_t lines = 0;
    for (const char *next = output; *next != '\0'; next++) {
        lines += *next == '\n';
    }
    for (; *output != '\0'; lines--) {
        size_t length = strcspn(output, "\n");
        char line[300];
        if (lines > most) {
            output += length + 1;
            continue;
        }
        fprintf(out, "    | %s\n", text_printable(output, length, line, sizeof line));
        output += length + (output[length] == '\n');
    }
}

/* The sentence that the case rests on, or that there is none. */
static void show_ground(FILE *out, const struct test_case *test) {
    const struct ground *ground = test->ground;
    fprintf(out, "  ground    %s", cases_level_name(test->level));
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

void explain_cause(FILE *out, const struct result *result) {
    const struct cause_words *words = cause_words(result->cause);
    fprintf(out, "%s %s", result->driver->peer, words->what);
    if (result->broken != NULL) {
        fprintf(out, ": %s", result->broken);
    }
    if (words->by_section) {
        fprintf(out, " (%s)", result->test->section);
    }
}

const char *explain_hint(const struct result *result) {
    const char *hint = cause_words(result->cause)->hint;
    return hint != NULL ? hint : result->test->hint;
}

void explain(FILE *out, const struct result *result, const char *again, bool whole) {
    const struct test_case *test = result->test;
    char section[80];
    fprintf(out, "  rule      %s", test->rule);
    if (test->ground == NULL || strcmp(test->ground->section, test->section) != 0) {
        explain_section(test->section, section, sizeof section);
        fprintf(out, " (%s)", section);
    }
    fprintf(out, "\n");
    show_ground(out, test);
    if (result->want[0] != '\0') {
        fprintf(out, "  wanted    %s\n", result->want);
        fprintf(out, "  happened  %s\n", result->got);
    }
    if (result->kind == RESULT_FLAKY) {
        fprintf(out, "  flaky     it passed when it was repeated alone\n");
    }
    if (result->transcript != NULL) {
        show_transcript(out, result, whole);
    }
    if (result->output != NULL && result->output[0] != '\0') {
        show_output(out, result, whole);
    }
    if (result->cause != CAUSE_NONE) {
        fprintf(out, "  cause     ");
        explain_cause(out, result);
        fprintf(out, "\n");
    }
    if (explain_hint(result)[0] != '\0') {
        fprintf(out, "  hint      %s\n", explain_hint(result));
    }
    fprintf(out, "  explained in step %u of the tutorial\n", test->step);
    fprintf(out, "  again     %s --replay %s\n", again, test->name);
}
