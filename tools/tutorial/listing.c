#include "tools/tutorial/listing.h"

#include "common/base64.h"
#include "common/sha1.h"
#include "common/text.h"
#include "tests/support/wire.h"
#include "tools/tutorial/deflated.h"
#include "tools/tutorial/frames.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
    const struct document *document;
    const struct fence *fence;
    struct report *report;
    struct wire bytes;
    struct lines statements;
    size_t *at; /* the line of the text of each statement */
};

/* Takes in the bytes of one line. Returns whether they are well written. */
static bool read_bytes(struct wire *bytes, const char *line) {
    for (line += strspn(line, " \t"); *line != '\0' && *line != '#'; line += strspn(line, " \t")) {
        if (!isxdigit((unsigned char)line[0]) || !isxdigit((unsigned char)line[1])) {
            return false;
        }
        wire_add_hex(bytes, (char[]){line[0], line[1], '\0'});
        line += 2;
    }
    return true;
}

static bool read_listing(struct listing *listing) {
    const struct fence *fence = listing->fence;
    bool good = true;
    for (size_t i = 0; i < fence->content.count; i++) {
        const char *line = fence->content.line[i];
        if (strncmp(line, "= ", 2) == 0) {
            lines_add(&listing->statements, line + 2, strlen(line + 2));
            listing->at = lines_grow(listing->at, listing->statements.count, sizeof *listing->at);
            listing->at[listing->statements.count - 1] = fence->line + 1 + i;
        } else if (!read_bytes(&listing->bytes, line)) {
            report_fail(listing->report, listing->document->path, fence->line + 1 + i,
                        "neither bytes in pairs of digits nor a statement \"= ...\": \"%s\"", line);
            good = false;
        }
    }
    return good;
}

static void check_frames(struct listing *listing, bool from_client) {
    struct lines *statements = &listing->statements;
    struct lines frames = {0};
    frames_describe(listing->bytes.bytes, listing->bytes.len, from_client, &frames);
    size_t most = frames.count > statements->count ? frames.count : statements->count;
    for (size_t i = 0; i < most; i++) {
        size_t last = listing->fence->line + listing->fence->content.count;
        size_t line = i < statements->count ? listing->at[i] : last;
        const char *stated = i < statements->count ? statements->line[i] : "nothing";
        const char *decoded = i < frames.count ? frames.line[i] : "no more frame";
        if (strcmp(stated, decoded) == 0) {
            report_pass(listing->report);
        } else {
            report_fail(listing->report, listing->document->path, line, "the text says:    = %s",
                        stated);
            report_more("the decoder says: = %s", decoded);
        }
    }
    lines_free(&frames);
}

/* Writes what is true in the form of the statement, or "" if the form is unknown. The caller frees
 * it. */
static char *true_statement(const struct wire *bytes, const char *stated) {
    size_t room = 2 * bytes->len + strlen(stated) + 200;
    char *text = lines_grow(NULL, room, 1);
    text[0] = '\0';
    if (strncmp(stated, "ascii: ", 7) == 0) {
        strcpy(text, "ascii: ");
        text_dots(bytes->bytes, bytes->len, text + 7);
    } else if (strncmp(stated, "base64: ", 8) == 0) {
        strcpy(text, "base64: ");
        base64_encode(bytes->bytes, bytes->len, text + 8);
    } else if (isdigit((unsigned char)stated[0])) {
        snprintf(text, room, "%zu byte%s", bytes->len, bytes->len == 1 ? "" : "s");
    }
    return text;
}

/* A digest cannot be turned back, so this statement is tried, not written. */
static bool is_digest_of(const struct wire *bytes, const char *stated) {
    size_t len = strlen(stated);
    struct sha1 sha1;
    uint8_t digest[SHA1_DIGEST_SIZE];
    if (len < 10 || strncmp(stated, "sha1 of \"", 9) != 0 || stated[len - 1] != '"') {
        return false;
    }
    sha1_init(&sha1);
    sha1_update(&sha1, stated + 9, len - 10);
    sha1_final(&sha1, digest);
    return bytes->len == sizeof digest && memcmp(bytes->bytes, digest, sizeof digest) == 0;
}

static void check_bytes(struct listing *listing) {
    for (size_t i = 0; i < listing->statements.count; i++) {
        const char *stated = listing->statements.line[i];
        char *truth = true_statement(&listing->bytes, stated);
        if ((truth[0] != '\0' && strcmp(stated, truth) == 0) ||
            is_digest_of(&listing->bytes, stated)) {
            report_pass(listing->report);
        } else if (truth[0] != '\0') {
            report_fail(listing->report, listing->document->path, listing->at[i],
                        "the text says: = %s", stated);
            report_more("true is:       = %s", truth);
        } else {
            report_fail(listing->report, listing->document->path, listing->at[i], "%s: \"= %s\"",
                        strncmp(stated, "sha1 of ", 8) == 0
                            ? "these bytes are not that digest"
                            : "of bytes can be said: \"= N bytes\", \"= ascii: ...\", \"= base64: "
                              "...\" and \"= sha1 of \"...\"\", not",
                        stated);
        }
        free(truth);
    }
}

static void check_deflated(struct listing *listing) {
    struct deflated deflated = {listing->bytes.bytes, listing->bytes.len, 0};
    char truth[DEFLATED_TRUTH_MAX];
    for (size_t i = 0; i < listing->statements.count; i++) {
        const char *stated = listing->statements.line[i];
        if (deflated_check(&deflated, stated, truth)) {
            report_pass(listing->report);
            continue;
        }
        report_fail(listing->report, listing->document->path, listing->at[i], "the text says: = %s",
                    stated);
        report_more("true is:       = %s%s", truth,
                    deflated.bit < 8 * deflated.length ? ", and there are more bits" : "");
    }
}

static void check_listing(struct listing *listing) {
    const char *kind = listing->fence->words;
    bool client = strcmp(kind, "from-client") == 0, server = strcmp(kind, "from-server") == 0;
    bool deflated = strcmp(kind, "deflate") == 0;
    if (!client && !server && !deflated && strcmp(kind, "bytes") != 0) {
        report_fail(listing->report, listing->document->path, listing->fence->line,
                    "\"hex %s\" is unknown; there are hex from-client, hex from-server, hex bytes "
                    "and hex deflate",
                    kind);
    } else if (!read_listing(listing)) {
        /* It has been reported. */
    } else if (client || server) {
        check_frames(listing, client);
    } else if (deflated && listing->statements.count > 0) {
        check_deflated(listing);
    } else if (listing->statements.count > 0) {
        check_bytes(listing);
    } else {
        report_fail(listing->report, listing->document->path, listing->fence->line,
                    "say what these bytes are in a line \"= ...\"");
    }
}

void listing_check(const struct document *document, struct report *report) {
    for (size_t i = 0; i < document->fence_count; i++) {
        if (strcmp(document->fences[i].language, "hex") == 0) {
            struct listing listing = {
                .document = document, .fence = &document->fences[i], .report = report};
            check_listing(&listing);
            wire_free(&listing.bytes);
            lines_free(&listing.statements);
            free(listing.at);
        }
    }
}
