/* The search for the text that is the most work to compress. Who knows the code knows the hash of
 * the next four bytes (deflate_match_hash), and chooses bytes so that all places are entered under
 * a few hashes: many to be tried, and none of them any good. Now and then a few bytes are repeated
 * from near by, so that the server does not take the text for one without matches and skip most of
 * it. And a text with a period of about the window takes its sender 15 bits for 258 bytes. */
#include "tests/attacks/squeezed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    KIB = 1024,
    MIB = 1024 * KIB,
    LARGEST_MESSAGE = 16 * MIB,
    PERIOD_LEAST = 32500,
    PERIOD_MOST = 32768,
    UNIT = 128 * KIB,  /* bytes after which a text without a shorter period repeats itself */
    TRIED = 512 * KIB, /* bytes of a text in the search */
    TRIES = 40,        /* texts */
    TURNS = 8,         /* of which the best counts: on a busy machine the same work takes longer */
    SECOND = 1000, /* ms of processor time that a message may cost; then no more turns are needed */
    SMALL = 1000   /* bytes of a small message */
};

/* How a text is made. */
struct recipe {
    size_t period;
    uint32_t hashes; /* that it keeps to, of 32768 */
    size_t every;    /* bytes from the start of a repetition to that of the next */
    size_t length, distance, spread;
};

static uint32_t random_state = 20111;

static uint32_t below(uint32_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % bound;
}

/* One of the periods that the window can just hold, or none. */
static struct recipe make_up(bool far_period) {
    struct recipe recipe = {
        .period = far_period ? PERIOD_LEAST + below(PERIOD_MOST - PERIOD_LEAST + 1) : UNIT,
        .hashes = 1u << below(14),
        .every = 20 + below(250),
        .length = 3 + below(4),
        .distance = 1 + below(8000),
        .spread = 1 + below(256),
    };
    return recipe;
}

/* The byte after three others with which the next place has one of a few hashes. */
static uint8_t colliding(const uint8_t *three, uint32_t hashes) {
    uint32_t begin = below(256);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t byte = (begin + i) & 255;
        uint32_t four =
            (uint32_t)three[0] | (uint32_t)three[1] << 8 | (uint32_t)three[2] << 16 | byte << 24;
        if ((four * 0x9e3779b1u) >> 17 < hashes) {
            return (uint8_t)byte;
        }
    }
    return (uint8_t)begin;
}

static void cook(const struct recipe *recipe, uint8_t *text, size_t length) {
    size_t at = 3, repeat_at = recipe->distance + recipe->spread + 3;
    memcpy(text, "abc", 3);
    while (at < recipe->period) {
        size_t back = recipe->distance + below((uint32_t)recipe->spread);
        for (size_t i = 0; at >= repeat_at && at < recipe->period && i < recipe->length; i++) {
            text[at] = text[at - back];
            at++;
        }
        repeat_at = at >= repeat_at ? at + recipe->every : repeat_at;
        if (at < recipe->period) {
            text[at] = colliding(text + at - 3, recipe->hashes);
            at++;
        }
    }
    for (; at < length; at++) {
        text[at] = text[at - recipe->period];
    }
}

/* Has the server echo a message whose payload is this, and returns the processor time that it
 * took, in ms. `first` is the frame's first byte. */
static double cost_of(int fd, uint8_t first, const void *payload, size_t length) {
    size_t ignored = 0;
    double before = attack_cpu();
    CHECK(squeezed_send(fd, first, payload, length));
    CHECK(squeezed_read(fd, &ignored) != ATTACK_BROKEN);
    return (attack_cpu() - before) / 1000;
}

static double least_cost_of(int fd, uint8_t first, const void *payload, size_t length) {
    double least = 1e9;
    for (int turn = 0; turn < TURNS && least >= SECOND; turn++) {
        double cost = cost_of(fd, first, payload, length);
        least = cost < least ? cost : least;
    }
    return least;
}

/* Tries made-up texts with the server, and returns how the worst of them is made. */
static struct recipe find_worst(int fd, uint8_t *text, bool far_period) {
    struct recipe worst = {0};
    double most = 0;
    for (int i = 0; i < TRIES / 2; i++) {
        struct recipe recipe = make_up(far_period);
        cook(&recipe, text, TRIED);
        double cost = cost_of(fd, 0x82, text, TRIED);
        if (cost > most) {
            most = cost;
            worst = recipe;
        }
    }
    attack_note("worst: %u hashes, %zu bytes every %zu, period %zu", worst.hashes, worst.length,
                worst.every, worst.period);
    return worst;
}

/* The largest message that is accepted, of the worst text that is dear to send and of the worst
 * that is cheap. */
static void sixteen_mib(uint8_t *text) {
    static const char *const options[] = {NULL};
    if (!squeezed_begin(options)) {
        return;
    }
    int fd = squeezed_open();
    struct recipe worst = find_worst(fd, text, false);
    cook(&worst, text, LARGEST_MESSAGE);
    attack_cost("cpu for 16 MiB", least_cost_of(fd, 0x82, text, LARGEST_MESSAGE), SECOND, "ms");
    struct squeezed payload = {0};
    worst = find_worst(fd, text, true);
    cook(&worst, text, worst.period);
    squeezed_repeat(&payload, text, worst.period, LARGEST_MESSAGE);
    squeezed_end(&payload);
    attack_note("%zu bytes become 16 MiB", payload.out.len);
    double cost = least_cost_of(fd, 0xc2, payload.out.bytes, payload.out.len);
    attack_cost("cpu", cost, SECOND, "ms");
    wire_free(&payload.out);
    close(fd);
    attack_end();
}

/* Small messages share one allowance, whatever the server keeps of them, and small windows have
 * their tables. */
static void small_messages(const char *what, const char *const *options, uint8_t *text) {
    struct recipe recipe = {UNIT, 64, 200, 5, 200, 100};
    size_t ignored = 0;
    double least = 1e9;
    if (!squeezed_begin(options)) {
        return;
    }
    int fd = squeezed_open();
    cook(&recipe, text, TRIED);
    for (int turn = 0; turn < TURNS / 2; turn++) {
        double before = attack_cpu();
        for (size_t at = 0; at + SMALL <= TRIED; at += SMALL) {
            CHECK(squeezed_send(fd, 0x82, text + at, SMALL));
            CHECK(squeezed_read(fd, &ignored) != ATTACK_BROKEN);
        }
        double cost = 1000 * (attack_cpu() - before) / TRIED;
        least = cost < least ? cost : least;
    }
    attack_cost(what, least, 200, "ns for a byte");
    close(fd);
    attack_end();
}

static void hardest_text(void) {
    static const char *const usual[] = {NULL};
    static const char *const small_window[] = {"--window-bits", "9", NULL};
    static const char *const forgetting[] = {"--no-context-takeover", NULL};
    uint8_t *text = malloc(LARGEST_MESSAGE);
    CHECK(text != NULL);
    if (text != NULL) {
        sixteen_mib(text);
        small_messages("messages of 1,000", usual, text);
        small_messages("of a small window", small_window, text);
        small_messages("without context", forgetting, text);
    }
    free(text);
}

const struct attack hardest_attacks[] = {{"hardest_text", hardest_text, false},
                                         {NULL, NULL, false}};
