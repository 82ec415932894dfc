#include "wscheck/sample.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
    JSON_SIZE = 194056,
    BITMAP_SIZE = 263222, /* 512 by 512 bytes after a header and a palette */
    BITMAP_HEADER = 1078,
    BITMAP_WIDTH = 512,
    PROSE_SIZE = 222218,
    HTML_SIZE = 263647,
    HTML_TWO_BYTE = 27, /* characters of two bytes */
    PDF_SIZE = 1042328
};

static uint8_t json[JSON_SIZE + 1], bitmap[BITMAP_SIZE], prose[PROSE_SIZE + 1], html[HTML_SIZE + 1],
    pdf[PDF_SIZE];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint64_t state;

static uint32_t random_number(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static const char *random_word(void) {
    static const char *const words[] = {
        "der",      "die",   "das",   "und", "nicht",  "ein",     "Haus",    "Wasser",
        "gegangen", "sagte", "er",    "sie", "wieder", "Morgen",  "ueber",   "zwischen",
        "Wald",     "lange", "Zeit",  "war", "hatte",  "niemand", "Fenster", "Licht",
        "kam",      "aus",   "Stadt", "alt", "doch",   "wollte",  "langsam", "Strasse",
        "Tag",      "Nacht", "von",   "dem", "Hand",   "sah",     "auf",     "Erinnerung"};
    return words[random_number(sizeof words / sizeof words[0])];
}

/* Appends as much of a text as fits. Returns the new length. */
static size_t append(uint8_t *out, size_t used, size_t size, const char *text) {
    size_t length = strlen(text);
    length = length < size - used ? length : size - used;
    memcpy(out + used, text, length);
    return used + length;
}

static void make_json(void) {
    char record[200];
    size_t used = append(json, 0, JSON_SIZE, "[");
    for (unsigned i = 0; used + sizeof record < JSON_SIZE; i++) {
        snprintf(record, sizeof record,
                 "{\"id\": %u, \"name\": \"%s %s\", \"active\": %s, \"score\": %u.%02u, "
                 "\"tags\": [\"%s\", \"%s\"]},\n",
                 i, random_word(), random_word(), random_number(2) != 0 ? "true" : "false",
                 random_number(1000), random_number(100), random_word(), random_word());
        used = append(json, used, JSON_SIZE, record);
    }
    memset(json + used, ' ', JSON_SIZE - used);
    json[JSON_SIZE - 1] = ']';
}

/* A picture of smooth hills with some noise. */
static void make_bitmap(void) {
    memcpy(bitmap, "BM", 2);
    for (unsigned i = 0; i < 256; i++) {
        memset(bitmap + 54 + 4 * i, (int)i, 3);
    }
    for (unsigned i = 0; i < BITMAP_SIZE - BITMAP_HEADER; i++) {
        unsigned x = i % BITMAP_WIDTH, y = i / BITMAP_WIDTH;
        unsigned hill = (x * x / 700 + y * y / 500 + x * y / 900) % 256;
        bitmap[BITMAP_HEADER + i] = (uint8_t)(hill / 4 * 4 + random_number(3));
    }
}

static void make_prose(void) {
    size_t used = 0;
    for (unsigned words = 1; used < PROSE_SIZE; words++) {
        used = append(prose, used, PROSE_SIZE, random_word());
        used = append(prose, used, PROSE_SIZE, words % 11 == 0 ? ".\n" : " ");
        used = append(prose, used, PROSE_SIZE, words % 17 == 0 ? "f\xc3\xbcr " : "");
    }
}

static void make_html(void) {
    char row[200];
    size_t used = append(html, 0, HTML_SIZE, "<!DOCTYPE html>\n<html><body>\n");
    for (unsigned i = 0; used + sizeof row < HTML_SIZE; i++) {
        snprintf(row, sizeof row, "<div class=\"row\"><a href=\"/page/%u\">%s %s</a>%s</div>\n", i,
                 random_word(), random_word(), i < HTML_TWO_BYTE ? "<b>\xc3\xa4</b>" : "");
        used = append(html, used, HTML_SIZE, row);
    }
    memset(html + used, '\n', HTML_SIZE - used);
}

/* Objects as text, with streams that are compressed already. */
static void make_pdf(void) {
    char object[120];
    size_t used = append(pdf, 0, PDF_SIZE, "%PDF-1.4\n");
    for (unsigned i = 1; used < PDF_SIZE; i++) {
        uint32_t length = 500 + random_number(6000);
        snprintf(object, sizeof object, "%u 0 obj\n<< /Length %u /Filter /FlateDecode >>\nstream\n",
                 i, length);
        used = append(pdf, used, PDF_SIZE, object);
        for (; length > 0 && used < PDF_SIZE; length--) {
            pdf[used++] = (uint8_t)random_number(256);
        }
        used = append(pdf, used, PDF_SIZE, "\nendstream\nendobj\n");
    }
}

static void make_all(void) {
    state = 1951;
    make_json();
    make_bitmap();
    make_prose();
    make_html();
    make_pdf();
}

const struct sample *sample_named(const char *name) {
    static const struct {
        const char *name;
        struct sample sample;
    } samples[] = {
        {"json", {json, JSON_SIZE, true}},     {"bitmap", {bitmap, BITMAP_SIZE, false}},
        {"prose", {prose, PROSE_SIZE, false}}, {"html", {html, HTML_SIZE, true}},
        {"pdf", {pdf, PDF_SIZE, false}},
    };
    pthread_once(&once, make_all);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i].name, name) == 0) {
            return &samples[i].sample;
        }
    }
    return NULL;
}

struct payload sample_window(const struct sample *sample, size_t size, size_t *position) {
    struct payload payload = {sample->bytes, sample->length, size, *position};
    if (sample->is_text) { /* a character may have bytes after its first one */
        size_t at = *position, length = 0;
        for (size_t characters = 0; characters <= size; length++) {
            characters += (sample->bytes[at] & 0xc0) != 0x80;
            at = at + 1 < sample->length ? at + 1 : 0;
        }
        payload.length = length - 1;
    }
    *position = (size_t)((*position + payload.length) % sample->length);
    return payload;
}
