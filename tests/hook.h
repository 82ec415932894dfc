/* hook: the connection with the toy as its extension, driven by a test without a socket. Scenarios
 * are played as server and as client, whole, byte by byte, and cut in two at every place; events
 * and output stay the same. */
#ifndef TESTS_HOOK_H
#define TESTS_HOOK_H

#include "step05_echo/connection.h"
#include "tests/toy.h"
#include "tests/wire.h"

enum { HOOK_EVENTS_SIZE = 8192 };

/* One run: what has happened, as "text:5:Hello ping:1:x failed 1002:0: ", each payload up to 12
 * bytes behind its length; and all that was sent. */
struct hook_run {
    struct connection connection;
    struct toy toy;
    uint32_t keys; /* masking keys handed out so far */
    char events[HOOK_EVENTS_SIZE];
    struct wire output;
    size_t piece; /* what one write takes */
    bool ended;
};

/* Opens the connection with a buffer of `size` bytes in `lent`. hook_end frees everything. */
void hook_begin(struct hook_run *run, enum connection_role role, uint8_t *lent, size_t size);
void hook_end(struct hook_run *run);

/* Feeds bytes and handles all events after each read; echoes every message. */
void hook_feed(struct hook_run *run, const uint8_t *bytes, size_t length);

/* Takes the output away, a piece at a time. */
void hook_drain(struct hook_run *run);

/* Takes the masks off frames that a client sent, so that they read as a server's do. No key may be
 * used twice. */
void hook_unmask(struct wire *output);

/* A scenario: frames as the peer sends them, and what comes of them, without masks. */
struct hook_scenario {
    enum connection_role role; /* ours */
    struct wire in, out;
    char events[HOOK_EVENTS_SIZE];
};

/* Adds a frame that the peer sends: bytes, a C string, or bytes in hexadecimal. */
void hook_get_bytes(struct hook_scenario *scenario, uint8_t first, const void *payload,
                    size_t length);
void hook_get(struct hook_scenario *scenario, uint8_t first, const char *payload);
void hook_get_hex(struct hook_scenario *scenario, uint8_t first, const char *hex);

/* Adds a frame that we send, or whole frames in hexadecimal. */
void hook_put(struct hook_scenario *scenario, uint8_t first, const void *payload, size_t length);
void hook_put_hex(struct hook_scenario *scenario, const char *hex);

/* Adds events. */
void hook_expect(struct hook_scenario *scenario, const char *events);

/* Adds that the connection fails with this code and sentence, and a frame that comes too late. */
void hook_fails(struct hook_scenario *scenario, unsigned code, const char *sentence);

/* Plays what `fill` writes in all ways. */
void hook_play(void (*fill)(struct hook_scenario *scenario));

#endif
