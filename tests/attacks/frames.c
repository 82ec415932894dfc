/* Attacks with single frames: lengths that lie, and what a frame must not be. */
#include "tests/attacks/attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLAIMANTS = 200, MIB = 1 << 20, LARGEST_MESSAGE = 16 * MIB };

static const char *const no_options[] = {NULL};

/* What is sent, in hexadecimal, and the close code that it must get at once. */
struct bad_frame {
    const char *hex;
    int code;
};

/* Sends each on a connection of its own. The answer must not wait for more bytes, and nothing may
 * be allocated for what does not come. */
static void check_frames(const struct bad_frame *frames, size_t count) {
    double slowest = 0;
    if (!attack_begin(no_options)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct wire wire = {0};
        wire_add_hex(&wire, frames[i].hex);
        int fd = raw_client_open(attack_server.port);
        if (fd < 0) {
            wire_free(&wire);
            break; /* the server is gone */
        }
        int64_t begin = attack_now();
        CHECK(raw_client_send(fd, wire.bytes, wire.len));
        int code = attack_close_code(fd);
        double took = (double)(attack_now() - begin) / 1000;
        CHECK_FOR(code == frames[i].code, "%d instead of %d for %s", code, frames[i].code,
                  frames[i].hex);
        slowest = took > slowest ? took : slowest;
        close(fd);
        wire_free(&wire);
    }
    attack_note("%zu kinds", count);
    attack_bound("slowest answer", slowest, 2000, "ms");
    attack_settle(0);
    attack_cost("data +", attack_data_growth(), 1024, "KiB");
    attack_peak_bound(256);
    attack_end();
}

static void all_ones(void) {
    static const struct bad_frame frames[] = {
        {"82 ff ffffffffffffffff 00000000", 1002}, /* -1 */
        {"81 ff ffffffffffffffff 00000000", 1002},
        {"82 ff ff", 1002}, /* the first byte of the length says enough */
        {"82 ff 8000000000000000 00000000", 1002},
        {"82 ff 7fffffffffffffff 00000000", 1009},
        {"82 7f ffffffffffffffff", 1002}, /* and not masked */
        {"89 ff ffffffffffffffff 00000000", 1002},
    };
    check_frames(frames, sizeof frames / sizeof frames[0]);
}

/* With the 14 bytes of the header, with the key's 4, or with a byte for a NUL, each comes to 2^64,
 * 2^63, 2^32 or 2^31, or a little more: that is nothing, or less, to an integer of that size. */
static void wrapping_length(void) {
    static const struct bad_frame frames[] = {
        {"82 ff fffffffffffffff2 00000000 aaaa", 1002},
        {"82 ff fffffffffffffff4 00000000 aaaa", 1002},
        {"82 ff fffffffffffffffc 00000000 aaaa", 1002},
        {"82 ff ffffffffffffffff 00000000 aaaa", 1002},
        {"82 ff 7ffffffffffffff2 00000000 aaaa", 1009},
        {"82 ff 7ffffffffffffffc 00000000 aaaa", 1009},
        {"82 ff 00000000fffffff2 00000000 aaaa", 1009},
        {"82 ff 00000000fffffffc 00000000 aaaa", 1009},
        {"82 ff 00000000ffffffff 00000000 aaaa", 1009},
        {"82 ff 000000007ffffff2 00000000 aaaa", 1009},
        {"82 ff 000000007fffffff 00000000 aaaa", 1009},
    };
    check_frames(frames, sizeof frames / sizeof frames[0]);
}

/* The first fragment has 2 bytes, or 16; the sum wraps to a small one. */
static void fragment_sum(void) {
    static const struct bad_frame frames[] = {
        {"02 82 00000000 aaaa  80 ff fffffffffffffffe 00000000 aaaa", 1002},
        {"02 82 00000000 aaaa  80 ff 7ffffffffffffffe 00000000 aaaa", 1009},
        {"02 82 00000000 aaaa  80 ff 7fffffffffffffff 00000000 aaaa", 1009},
        {"02 82 00000000 aaaa  80 ff 00000000fffffffe 00000000 aaaa", 1009},
        {"02 82 00000000 aaaa  80 ff 00000000ffffffff 00000000 aaaa", 1009},
        {"02 82 00000000 aaaa  80 ff 000000007ffffffe 00000000 aaaa", 1009},
        {"02 82 00000000 aaaa  00 ff 7ffffffffffffffe 00000000 aaaa", 1009},
        /* Each is small enough; together they are 16 MiB and a byte. */
        {"02 82 00000000 aaaa  80 ff 0000000000ffffff 00000000 aaaa", 1009},
    };
    check_frames(frames, sizeof frames / sizeof frames[0]);
}

/* All of a message that is as large as may be has come, with pings between its fragments. One more
 * byte is too much, however often the count was made anew. */
static void fragments_exceed(void) {
    static const uint8_t payload[MIB];
    struct wire fragment = {0}, last = {0};
    if (!attack_begin(no_options)) {
        return;
    }
    int fd = raw_client_open(attack_server.port);
    for (int i = 0; i < LARGEST_MESSAGE / MIB; i++) {
        fragment.len = 0;
        wire_add_client_frame(&fragment, i == 0 ? 0x02 : 0x00, payload, sizeof payload);
        wire_add_client_text(&fragment, 0x89, "ping");
        CHECK(raw_client_send(fd, fragment.bytes, fragment.len));
    }
    wire_add_client_text(&last, 0x80, "x");
    CHECK(raw_client_send(fd, last.bytes, last.len));
    CHECK_EQUAL(attack_close_code(fd), 1009);
    close(fd);
    wire_free(&fragment);
    wire_free(&last);
    attack_peak_bound(2.0 * LARGEST_MESSAGE / 1024 + 2048); /* while it doubles, there are two */
    attack_end();
}

/* Who claims 4 GiB is refused at once. Who claims no more than is allowed is not, but then many can
 * do so, and a length that was claimed is no reason to allocate. */
static void claimed_length(void) {
    static const struct bad_frame frames[] = {
        {"82 ff 0000000100000000 00000000", 1009},
        {"82 ff 0000000001000001 00000000", 1009}, /* a byte more than is allowed */
        {"02 ff 0000000100000000 00000000", 1009},
    };
    int fds[CLAIMANTS];
    struct wire claim = {0};
    check_frames(frames, sizeof frames / sizeof frames[0]);
    if (!attack_begin(no_options)) {
        return;
    }
    wire_add_hex(&claim, "82 ff 0000000001000000 00000000 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    for (size_t i = 0; i < CLAIMANTS; i++) {
        fds[i] = raw_client_open(attack_server.port);
        CHECK(raw_client_send(fds[i], claim.bytes, claim.len));
    }
    int fd = raw_client_open(attack_server.port);
    CHECK(attack_echo(fd, 2000) >= 0); /* so the claims have been read, too */
    close(fd);
    attack_note("%d claim 16 MiB each", CLAIMANTS);
    attack_cost("data of each", attack_data_growth() / CLAIMANTS, 128, "KiB");
    attack_cost("memory of each", attack_peak_growth() / CLAIMANTS, 24, "KiB");
    for (size_t i = 0; i < CLAIMANTS; i++) {
        close(fds[i]);
    }
    wire_free(&claim);
    attack_end();
}

static void long_control_frames(void) {
    static const struct bad_frame frames[] = {
        {"89 fe", 1002}, /* the second byte says enough */
        {"89 fe 007e 00000000", 1002},
        {"89 fe ffff 00000000", 1002},
        {"89 ff 0000000000010000 00000000", 1002},
        {"89 ff 7fffffffffffffff 00000000", 1002},
        {"8a fe 007e 00000000", 1002},
        {"88 fe 007e 00000000", 1002},
        {"88 ff 00000000ffffffff 00000000", 1002},
        {"09 80 00000000", 1002}, /* in fragments, which could go on for ever */
        {"08 82 00000000 03e8", 1002},
        {"88 81 00000000 03", 1002}, /* half a close code */
    };
    check_frames(frames, sizeof frames / sizeof frames[0]);
}

/* Nobody agreed on compression, so nothing may be given to a decompressor. */
static void compressed_frames(void) {
    static const struct bad_frame frames[] = {
        {"c1 87 00000000 f248cdc9c90700", 1002}, /* "Hello" as in RFC 7692, 7.2.3.1 */
        {"41 83 00000000 f248cd 80 84 00000000 c9c90700", 1002},
        {"c9 80 00000000", 1002},
        {"c8 80 00000000", 1002},
        {"01 81 00000000 61 c0 81 00000000 61", 1002},
        {"a1 80 00000000", 1002},
        {"91 80 00000000", 1002},
    };
    check_frames(frames, sizeof frames / sizeof frames[0]);
}

const struct attack frame_attacks[] = {{"length_of_ones", all_ones, true},
                                       {"length_that_wraps", wrapping_length, true},
                                       {"fragment_sum", fragment_sum, true},
                                       {"fragments_exceed", fragments_exceed, true},
                                       {"claimed_length", claimed_length, true},
                                       {"long_control_frame", long_control_frames, true},
                                       {"compressed_frame", compressed_frames, true},
                                       {NULL, NULL, false}};
