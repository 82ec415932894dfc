/* Attacks with compressed messages: few bytes that become many, or that are much work. */
#include "tests/attacks/squeezed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    KIB = 1024,
    MIB = 1024 * KIB,
    LARGEST_MESSAGE = 16 * MIB,
    CROWD = 50,
    CROWD_MESSAGE = MIB, /* of each of the crowd */
    ROUNDS = 20,
    BATCH = 64 * KIB,  /* bytes of a fragment in a flood */
    TWO_TABLES = 1024, /* bytes that go with them */
    DRIPPED = 80000,   /* frames of a byte, */
    SOME = 50          /* sent so many bytes at a time */
};

static const char *const no_options[] = {NULL};

/* A message of so many zeros. */
static struct wire bomb(size_t size) {
    struct squeezed squeezed = {0};
    squeezed_zeros(&squeezed, size);
    squeezed_end(&squeezed);
    return squeezed.out;
}

/* What memory a connection may take: a message, which its buffer is up to twice as large as, what
 * compresses and what inflates, and what has been compressed. */
static double memory_bound(size_t message) {
    return 2.0 * (double)message / KIB + 1024;
}

/* Prints and bounds what work the bytes were. */
static void bound_work(double microseconds, double received, double bound) {
    attack_cost("cpu for a byte received", 1000 * microseconds / received, bound, "ns");
}

/* A message that is as large as may be comes back, however little it was; one byte more does not,
 * and what lies after that is not looked at. */
static void sixteen_mib(void) {
    static const size_t sizes[] = {LARGEST_MESSAGE, LARGEST_MESSAGE + 1, 64 * LARGEST_MESSAGE};
    if (!squeezed_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct wire payload = bomb(sizes[i]);
        size_t length = 0;
        int fd = squeezed_open();
        double before = attack_cpu();
        CHECK(squeezed_send(fd, 0xc2, payload.bytes, payload.len));
        if (sizes[i] <= LARGEST_MESSAGE) {
            CHECK_EQUAL(squeezed_read(fd, &length), 0xc2);
            attack_note("%zu bytes become 16 MiB and come back as %zu", payload.len, length);
        } else {
            CHECK_EQUAL(attack_close_code(fd), 1009);
        }
        char what[32];
        snprintf(what, sizeof what, "cpu for %zu+%zu", sizes[i] / MIB, sizes[i] % MIB);
        attack_cost(what, (attack_cpu() - before) / 1000, 500, "ms");
        close(fd);
        wire_free(&payload);
        attack_settle(0);
    }
    attack_peak_bound(memory_bound(LARGEST_MESSAGE));
    attack_settle(0);
    attack_cost("data + afterwards", attack_data_growth(), 4 * KIB, "KiB");
    attack_end();
}

/* Every connection of a crowd sends one after the other, all at once. */
static void fifty(void) {
    static const char *const options[] = {"--max-message", "1048576", NULL};
    struct wire payload = bomb(CROWD_MESSAGE);
    int fds[CROWD];
    size_t length;
    if (!squeezed_begin(options)) {
        return;
    }
    for (int i = 0; i < CROWD; i++) {
        fds[i] = squeezed_open();
    }
    int other = squeezed_open();
    double before = attack_cpu();
    int64_t slowest = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CROWD; i++) {
            CHECK(squeezed_send(fds[i], 0xc2, payload.bytes, payload.len));
        }
        int64_t took = attack_echo(other, 3); /* too short to be compressed */
        CHECK(took >= 0);
        slowest = took > slowest ? took : slowest;
        for (int i = 0; i < CROWD; i++) {
            CHECK_EQUAL(squeezed_read(fds[i], &length), 0xc2);
        }
    }
    double inflated = (double)ROUNDS * CROWD * CROWD_MESSAGE;
    attack_note("%d MiB from %zu KB", ROUNDS * CROWD, ROUNDS * CROWD * payload.len / 1000);
    attack_cost("cpu for a byte inflated and compressed", (attack_cpu() - before) * 1000 / inflated,
                25, "ns");
    attack_bound("slowest echo of another", (double)slowest / 1000, 2000, "ms");
    attack_cost("memory of each", attack_peak_growth() / CROWD, memory_bound(CROWD_MESSAGE), "KiB");
    for (int i = 0; i < CROWD; i++) {
        close(fds[i]);
    }
    close(other);
    wire_free(&payload);
    attack_end();
}

/* The limit counts for all fragments together, and one that is small may be a bomb. */
static void in_each_fragment(void) {
    if (!squeezed_begin(no_options)) {
        return;
    }
    struct squeezed piece = {0};
    squeezed_zeros(&piece, MIB);
    squeezed_empty_block(&piece); /* so that the next begins with a byte */
    size_t length;
    int fd = squeezed_open();
    double before = attack_cpu();
    for (int i = 0; i < LARGEST_MESSAGE / MIB; i++) {
        struct wire ping = {0};
        CHECK(squeezed_send(fd, i == 0 ? 0x42 : 0x00, piece.out.bytes, piece.out.len));
        wire_add_client_text(&ping, 0x89, "ping");
        CHECK(raw_client_send(fd, ping.bytes, ping.len));
        CHECK_EQUAL(squeezed_read(fd, &length), 0x8a); /* so far all was well */
        wire_free(&ping);
    }
    CHECK(squeezed_send(fd, 0x00, piece.out.bytes, piece.out.len)); /* and one more */
    CHECK_EQUAL(attack_close_code(fd), 1009);
    attack_note("%zu bytes in each fragment", piece.out.len);
    attack_cost("cpu", (attack_cpu() - before) / 1000, 500, "ms");
    attack_peak_bound(memory_bound(LARGEST_MESSAGE));
    close(fd);
    wire_free(&piece.out);
    attack_end();
}

/* What a message of one kind has taken must not stay while one of the other kind takes as much:
 * zeros that were compressed, then noise as it is, then noise that is marked as compressed. */
static void one_after_the_other(void) {
    static uint8_t noise[LARGEST_MESSAGE];
    static const struct {
        const char *what;
        const char *kinds; /* z, n, N as above */
    } orders[] = {
        {"compressed, as it is", "zn"}, {"as it is, compressed", "nN"}, {"each", "znNzN"}};
    struct squeezed zeros = {0}, stored = {0};
    squeezed_noise(noise, LARGEST_MESSAGE);
    squeezed_zeros(&zeros, LARGEST_MESSAGE);
    squeezed_end(&zeros);
    squeezed_stored(&stored, noise, LARGEST_MESSAGE);
    squeezed_end(&stored);
    for (size_t order = 0; order < sizeof orders / sizeof orders[0]; order++) {
        size_t length = 0;
        if (!squeezed_begin(no_options)) {
            break;
        }
        int fd = squeezed_open();
        for (const char *kind = orders[order].kinds; *kind != '\0'; kind++) {
            const struct wire *packed = *kind == 'z' ? &zeros.out : &stored.out;
            CHECK(*kind == 'n' ? squeezed_send(fd, 0x82, noise, LARGEST_MESSAGE)
                               : squeezed_send(fd, 0xc2, packed->bytes, packed->len));
            CHECK(squeezed_read(fd, &length) != ATTACK_BROKEN);
        }
        attack_note("%s", orders[order].what);
        attack_peak_bound(memory_bound(LARGEST_MESSAGE));
        close(fd);
        attack_end();
    }
    wire_free(&zeros.out);
    wire_free(&stored.out);
}

/* A message of blocks with nothing in them could go on for ever. Sends it in fragments of the same
 * bytes until the server has had enough, which takes no more than twice its largest message. */
static void check_nothing(const struct squeezed *batch, double bound) {
    int fd = squeezed_open(), other = squeezed_open(), code = ATTACK_BROKEN;
    double before = attack_cpu(), slowest = 0;
    size_t sent = 0;
    uint8_t byte;
    while (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0 && sent < 3 * LARGEST_MESSAGE) {
        CHECK(squeezed_send(fd, sent == 0 ? 0x42 : 0x00, batch->out.bytes, batch->out.len));
        double took = (double)attack_echo(other, 3);
        CHECK(took >= 0);
        slowest = took > slowest ? took : slowest;
        sent += batch->out.len;
    }
    code = attack_close_code(fd);
    CHECK_FOR(code == 1009, "%d after %zu bytes", code, sent);
    attack_note("1009 after %.0f MiB", (double)sent / MIB);
    bound_work(attack_cpu() - before, (double)sent, bound);
    attack_bound("slowest echo of another", slowest / 1000, 1000, "ms");
    close(fd);
    close(other);
}

static void empty_blocks(void) {
    struct squeezed batch = {0};
    if (!squeezed_begin(no_options)) {
        return;
    }
    while (batch.out.len + 5 <= BATCH) {
        squeezed_empty_block(&batch);
    }
    check_nothing(&batch, 20);
    attack_peak_bound(1024);
    wire_free(&batch.out);
    attack_end();
}

/* Making tables is most work, for what is received and for what comes of it. A message of nothing
 * else ends soon, and one that has as many as its size allows is no more work than others. */
static void tables(void) {
    struct squeezed nothing = {0}, most = {0};
    size_t length = 0;
    if (!squeezed_begin(no_options)) {
        return;
    }
    while (nothing.out.len < 3 * BATCH) {
        squeezed_tables(&nothing);
    }
    int fd = squeezed_open();
    double before = attack_cpu();
    CHECK(squeezed_send(fd, 0x42, nothing.out.bytes, nothing.out.len));
    CHECK_EQUAL(attack_close_code(fd), 1009);
    attack_cost("cpu for tables alone", (attack_cpu() - before) / 1000, 100, "ms");
    close(fd);
    for (size_t done = 0; done + TWO_TABLES <= LARGEST_MESSAGE; done += TWO_TABLES) {
        squeezed_tables(&most);
        squeezed_zeros(&most, TWO_TABLES); /* in a block with tables of its own */
    }
    squeezed_end(&most);
    fd = squeezed_open();
    before = attack_cpu();
    CHECK(squeezed_send(fd, 0xc2, most.out.bytes, most.out.len));
    CHECK_EQUAL(squeezed_read(fd, &length), 0xc2);
    attack_cost("cpu for 16 MiB with tables", (attack_cpu() - before) / 1000, 1000, "ms");
    close(fd);
    wire_free(&nothing.out);
    wire_free(&most.out);
    attack_end();
}

/* A compressed message comes with a frame for every byte, and the server answers between them. */
static void dripped(void) {
    struct squeezed whole = {0};
    struct wire frames = {0}, last = {0};
    size_t length = 0;
    if (!squeezed_begin(no_options)) {
        return;
    }
    while (whole.out.len < DRIPPED) {
        squeezed_zeros(&whole, 2);
        squeezed_tables(&whole);
    }
    squeezed_end(&whole);
    for (size_t i = 0; i + 1 < whole.out.len; i++) {
        wire_add_client_frame(&frames, i == 0 ? 0x42 : 0x00, whole.out.bytes + i, 1);
    }
    wire_add_client_frame(&last, 0x80, whole.out.bytes + whole.out.len - 1, 1);
    int fd = squeezed_open();
    double before = attack_cpu();
    for (size_t at = 0; at < frames.len; at += SOME) { /* which end anywhere in a frame */
        size_t rest = frames.len - at;
        CHECK(raw_client_send(fd, frames.bytes + at, rest < SOME ? rest : SOME));
    }
    CHECK(raw_client_send(fd, last.bytes, last.len));
    CHECK_EQUAL(squeezed_read(fd, &length), 0xc2);
    attack_note("%zu frames of a byte", whole.out.len);
    bound_work(attack_cpu() - before, (double)whole.out.len, 1000);
    attack_peak_bound(1024);
    close(fd);
    wire_free(&whole.out);
    wire_free(&frames);
    wire_free(&last);
    attack_end();
}

const struct attack bomb_attacks[] = {{"bomb", sixteen_mib, true},
                                      {"bombs_of_a_crowd", fifty, false},
                                      {"bomb_in_each_fragment", in_each_fragment, true},
                                      {"one_after_the_other", one_after_the_other, false},
                                      {"endless_empty_blocks", empty_blocks, false},
                                      {"endless_tables", tables, false},
                                      {"compressed_drip", dripped, false},
                                      {NULL, NULL, false}};
