#include "tests/zlib/samples.h"

#include <stdio.h>
#include <string.h>

uint32_t samples_roll(struct samples_dice *dice, uint32_t sides) {
    /* The generator of Knuth's MMIX; its upper bits are the good ones. */
    dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(dice->state >> 33) % sides;
}

static const char *const words[] = {
    "the",  "of",      "and",    "window", "a",     "to",    "in",      "is",    "byte",
    "that", "message", "frame",  "length", "code",  "block", "symbol",  "it",    "was",
    "for",  "on",      "with",   "as",     "data",  "be",    "at",      "one",   "have",
    "this", "from",    "server", "client", "which", "their", "connect", "close", "\n",
};
enum { WORDS = sizeof words / sizeof words[0] };

/* Each of these writes a little and returns how much, at most 100 bytes. */
static size_t some_text(struct samples_dice *dice, char *out) {
    uint32_t bound = 1 + samples_roll(dice, WORDS); /* so that the first words come more often */
    return (size_t)sprintf(out, "%s%s", words[samples_roll(dice, bound)],
                           samples_roll(dice, 9) == 0 ? ". " : " ");
}

static size_t some_json(struct samples_dice *dice, char *out) {
    return (size_t)sprintf(out, "{\"id\":%u,\"price\":%u.%02u,\"side\":\"%s\",\"user\":\"%s\"},\n",
                           samples_roll(dice, 100000), samples_roll(dice, 500),
                           samples_roll(dice, 100), samples_roll(dice, 2) == 0 ? "buy" : "sell",
                           words[samples_roll(dice, WORDS)]);
}

static size_t some_bytes(struct samples_dice *dice, char *out) {
    for (size_t i = 0; i < 16; i++) {
        out[i] = (char)samples_roll(dice, 256);
    }
    return 16;
}

static size_t some_zeros(struct samples_dice *dice, char *out) {
    (void)dice;
    memset(out, 0, 64);
    return 64;
}

/* Runs of one byte, so that distances of 1 and long lengths come. */
static size_t some_run(struct samples_dice *dice, char *out) {
    size_t length = 1 + samples_roll(dice, 90);
    memset(out, 'a' + (int)samples_roll(dice, 3), length);
    return length;
}

/* Short patterns that repeat, of all lengths up to 20: distances that overlap. */
static size_t some_pattern(struct samples_dice *dice, char *out) {
    size_t period = 1 + samples_roll(dice, 20), length = 30 + samples_roll(dice, 70);
    for (size_t i = 0; i < length; i++) {
        out[i] = i < period ? (char)samples_roll(dice, 256) : out[i - period];
    }
    return length;
}

/* Bytes of which each is half as frequent as the one before: codes of up to 15 bits. */
static size_t some_skew(struct samples_dice *dice, char *out) {
    for (size_t i = 0; i < 32; i++) {
        unsigned value = 0;
        while (value < 40 && samples_roll(dice, 2) == 0) {
            value++;
        }
        out[i] = (char)(value * 5);
    }
    return 32;
}

static size_t some_of_all(struct samples_dice *dice, char *out);

static size_t (*const fillers[SAMPLES_KINDS])(struct samples_dice *, char *) = {
    some_text, some_json, some_bytes, some_zeros, some_run, some_pattern, some_skew, some_of_all,
};
static const char *const names[SAMPLES_KINDS] = {
    "text", "JSON", "random bytes", "zeros", "runs", "patterns", "skewed bytes", "a mixture",
};

static size_t some_of_all(struct samples_dice *dice, char *out) {
    return fillers[samples_roll(dice, SAMPLES_KINDS - 1)](dice, out);
}

void samples_fill(unsigned kind, uint8_t *bytes, size_t length) {
    struct samples_dice dice = {kind * 1000003u + length};
    for (size_t filled = 0; filled < length;) {
        char some[160];
        size_t size = fillers[kind](&dice, some);
        size_t take = size < length - filled ? size : length - filled;
        memcpy(bytes + filled, some, take);
        filled += take;
    }
}

const char *samples_name(unsigned kind) {
    return names[kind];
}
