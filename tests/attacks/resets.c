/* Attacks by leaving: at every byte of the handshake and of the first frames, in both ways that TCP
 * has. */
#include "tests/attacks/attack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const no_options[] = {NULL};

/* A handshake and frames of all kinds, as they would come in one go. */
static void write_conversation(struct wire *wire) {
    wire_add(wire, raw_client_handshake, strlen(raw_client_handshake));
    wire_add_client_text(wire, 0x81, "text");
    wire_add_client_text(wire, 0x89, "ping");
    wire_add_client_text(wire, 0x01, "in ");
    wire_add_client_text(wire, 0x80, "fragments");
    wire_add_client_close(wire, 1000, "done");
}

/* Leaves after each byte. With a reset at once; with one a moment later, when the server is likely
 * to have read the bytes; or by an ordinary close, where the kernel resets when more comes. */
static void leave_everywhere(int how) {
    struct wire wire = {0};
    write_conversation(&wire);
    for (size_t len = 0; len <= wire.len; len++) {
        int fd = raw_client_connect(attack_server.port);
        if (fd < 0) {
            break; /* the server is gone */
        }
        CHECK(raw_client_send(fd, wire.bytes, len));
        if (how == 1) {
            attack_pause(1);
        }
        if (how < 2) {
            raw_client_reset(fd);
        } else {
            close(fd);
        }
    }
    if (how == 0) {
        attack_note("%zu places, in three ways", wire.len + 1);
    }
    wire_free(&wire);
}

static void resets(void) {
    if (!attack_begin(no_options)) {
        return;
    }
    int64_t begin = now();
    for (int how = 0; how < 3; how++) {
        leave_everywhere(how);
    }
    CHECK(attack_settle(0));
    attack_bound("all gone after", (double)(now() - begin), 5000, "ms");
    attack_cost("memory +", attack_peak_growth(), 4096, "KiB");
    attack_end();
}

/* Leaves while the server writes: with a reset in the middle of a large echo; or by an ordinary
 * close after a batch of pings, whose pongs take many writes. The kernel answers the first of them
 * with a reset, and the next raises SIGPIPE, which ends a process that is not prepared. */
static void leave_during_echo(void) {
    static const uint8_t payload[1 << 20];
    struct wire message = {0}, pings = {0};
    if (!attack_begin(no_options)) {
        return;
    }
    wire_add_client_frame(&message, 0x82, payload, sizeof payload);
    for (int i = 0; i < 2000; i++) {
        wire_add_client_frame(&pings, 0x89, payload, 125);
    }
    for (int i = 0; i < 40; i++) {
        uint8_t byte;
        const struct wire *sent = i % 2 == 0 ? &message : &pings;
        int fd = raw_client_open(attack_server.port);
        if (fd < 0) {
            break; /* the server is gone */
        }
        raw_client_send(fd, sent->bytes, sent->len);
        if (i % 2 == 0) {
            CHECK(recv(fd, &byte, 1, 0) > 0);
            raw_client_reset(fd);
        } else {
            close(fd);
        }
    }
    /* And with nothing unread, so that the close is a FIN and the reset comes later. */
    for (int i = 0; i < 40; i++) {
        int fd = raw_client_open(attack_server.port);
        if (fd < 0) {
            break; /* the server is gone */
        }
        raw_client_send(fd, pings.bytes, 131 * 100);
        close(fd);
    }
    CHECK(attack_settle(0));
    attack_note("80 left");
    attack_cost("memory +", attack_peak_growth(), 65536, "KiB");
    wire_free(&message);
    wire_free(&pings);
    attack_end();
}

const struct attack reset_attacks[] = {{"reset_at_each_byte", resets, true},
                                       {"reset_during_echo", leave_during_echo, true},
                                       {NULL, NULL, false}};
