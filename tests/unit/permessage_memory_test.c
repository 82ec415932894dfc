/* The memory of compression: how much it takes, that all of it is given back, and what happens when
 * there is none. */
#include "step07_deflate/permessage_parts.h"

#include "tests/support/pump.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = 32 }; /* bytes in front of each block, for its size */

static size_t live, peak, calls; /* bytes that are taken, the most that were, calls for more */
static size_t fails_at;          /* the call that fails; 0: none */
static bool goes_on;             /* and all after it */

static void *counted_realloc(void *block, size_t size) {
    uint8_t *bytes = block;
    size_t before = 0;
    calls++;
    if (fails_at > 0 && (goes_on ? calls >= fails_at : calls == fails_at)) {
        return NULL;
    }
    if (bytes != NULL) {
        bytes -= HEAD;
        memcpy(&before, bytes, sizeof before);
    }
    bytes = realloc(bytes, size + HEAD);
    if (bytes == NULL) {
        abort();
    }
    memcpy(bytes, &size, sizeof size);
    live += size - before;
    peak = live > peak ? live : peak;
    return bytes + HEAD;
}

static void *counted_malloc(size_t size) {
    return counted_realloc(NULL, size);
}

static void counted_free(void *block) {
    size_t size = 0;
    if (block != NULL) {
        memcpy(&size, (uint8_t *)block - HEAD, sizeof size);
        free((uint8_t *)block - HEAD);
    }
    live -= size;
}

/* The two modules that allocate, with names of their own where they have the same. The Makefile
 * links these copies of them instead of the others. */
#define malloc counted_malloc
#define realloc counted_realloc
#define free counted_free
#include "step07_deflate/permessage_receive.c" /* NOLINT(bugprone-suspicious-include): see above */
#define make_room make_room_to_send
#include "step07_deflate/permessage_send.c" /* NOLINT(bugprone-suspicious-include): see above */
#undef malloc
#undef realloc
#undef free

enum { SIZE = 20000, BOMB = 16 << 20, LIMIT = 300000 };

static struct pump server, client;
static uint8_t text[2 * SIZE], noise[2 * SIZE];
static const uint8_t zeros[BOMB];

static void arm(size_t at, bool sticky) {
    calls = 0;
    fails_at = at;
    goes_on = sticky;
}

static void open_both(bool forgets, unsigned bits) {
    const struct permessage_parameters wishes = {forgets, forgets, bits, bits};
    arm(0, false);
    CHECK_EQUAL(live, 0);
    pump_open_both(&server, &client, &wishes, LIMIT);
    CHECK_EQUAL(live, 0); /* an agreement takes none */
}

static void close_both(void) {
    arm(0, false);
    pump_close_both(&server, &client);
    CHECK_EQUAL(live, 0);
}

/* Passes a message while memory is as it was armed, and stores the size of its frame. Returns
 * whether the receiver goes on. */
static bool pass(struct pump *from, struct pump *to, const uint8_t *payload, size_t length,
                 size_t *size) {
    pump_clear(from);
    pump_clear(to);
    pump_send_whole(from, payload, length);
    *size = from->output.len;
    pump_feed_bytes(to, from->output.bytes, from->output.len, SIZE_MAX);
    if (to->has_ended) {
        CHECK(to->connection.close_code == CLOSE_INTERNAL_ERROR && fails_at > 0);
        return false;
    }
    CHECK_BYTES(to->message.bytes, to->message.len, payload, length);
    return true;
}

TEST("memory: a bomb takes no more than the window and the limit") {
    static const size_t lengths[] = {1000, SIZE};
    for (size_t i = 0; i < 2; i++) {
        struct wire bomb = {0};
        size_t ignored;
        open_both(false, 15);
        CHECK(pass(&client, &server, text, lengths[i], &ignored));
        pump_clear(&client);
        pump_clear(&server);
        pump_send_whole(&client, zeros, BOMB);
        wire_add(&bomb, client.output.bytes, client.output.len);
        pump_close(&client);
        peak = live;
        pump_feed_bytes(&server, bomb.bytes, bomb.len, SIZE_MAX);
        pump_expect(&server, "failed 1009: ", NULL);
        CHECK_FOR(peak <= 32768 + LIMIT + sizeof(struct inflate), "%zu bytes at most", peak);
        wire_free(&bomb);
        close_both();
    }
}

/* The figures of permessage_deflate.h: a compressor, a window and the decompressor. */
TEST("memory: what a busy connection takes") {
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits, ignored;
        open_both(false, bits);
        for (size_t i = 0; i < 500; i++) {
            CHECK(pass(&client, &server, text + i, 1000, &ignored));
            CHECK(pass(&server, &client, text + i, 1000, &ignored));
        }
        pump_close(&client);
        size_t most = deflate_memory(bits) + sizeof(struct inflate) + 4 * window + 8192;
        CHECK_FOR(live <= most, "window %zu: %zu bytes, not %zu", window, live, most);
        close_both();
    }
}

TEST("memory: a silent connection keeps exactly the windows") {
    for (unsigned bits = 8; bits <= 15; bits++) {
        for (int forgets = 0; forgets < 2; forgets++) {
            size_t window = (size_t)1 << bits, ignored;
            open_both(forgets, bits);
            for (int i = 0; i < 3; i++) {
                CHECK(pass(&client, &server, text, SIZE, &ignored));
                CHECK(pass(&server, &client, text, SIZE, &ignored));
                CHECK(pass(&client, &server, noise, SIZE, &ignored));
                CHECK(pass(&client, &server, text + i, SIZE / 2, &ignored));
            }
            pump_close(&client);
            pump_relax(&server);
            CHECK_FOR(live <= (forgets ? 0 : 2 * window), "window %zu: %zu bytes", window, live);
            CHECK(forgets || live >= 2 * window || bits == 15);
            close_both();
        }
    }
}

/* Large messages one after the other take no more once they have what they need. */
TEST("memory: what is often needed stays") {
    open_both(false, 15);
    for (int i = 0; i < 6; i++) {
        pump_clear(&client);
        pump_clear(&server);
        arm(0, false);
        pump_send_whole(&client, zeros, LIMIT);
        CHECK(i < 1 || calls == 0);
        arm(0, false);
        pump_feed_bytes(&server, client.output.bytes, client.output.len, SIZE_MAX);
        CHECK_BYTES(server.message.bytes, server.message.len, zeros, LIMIT);
        CHECK(i < 2 || calls == 0);
    }
    close_both();
}

/* A scenario in which each call for memory can fail. Returns whether it came to that. */
static bool play(bool forgets, size_t at, bool sticky) {
    size_t ignored;
    bool goes_well = true;
    open_both(forgets, 10);
    arm(at, sticky);
    for (int i = 0; goes_well && i < 3; i++) {
        goes_well = pass(&client, &server, text, 3000, &ignored) &&
                    pass(&client, &server, noise, 500, &ignored) &&
                    pass(&server, &client, text + 100, 50, &ignored) &&
                    pass(&client, &server, text + 50, SIZE / (size_t)(i + 1), &ignored);
        pump_relax(&client);
        if (goes_well) {
            pump_relax(&server);
        }
    }
    bool reached = calls >= at;
    close_both();
    return reached;
}

TEST("memory: every lack of it is survived") {
    for (int way = 0; way < 4; way++) {
        size_t at = 1;
        while (play(way % 2 == 1, at, way / 2 == 1) && at < 1000) {
            at++;
        }
        CHECK_FOR(at > 10 && at < 1000, "%zu calls", at);
    }
}

TEST("memory: without it messages go as they are") {
    enum { FRAME_HEAD = 2 + 2 + 4 };
    size_t size;
    open_both(false, 15);
    CHECK(pass(&client, &server, text, 3, &size)); /* too short for it to be tried */
    CHECK_EQUAL(live, 0);
    for (size_t at = 1; at <= 2; at++) { /* for the output, then for the compressor */
        arm(at, true);
        CHECK(pass(&client, &server, text, 1000, &size));
        CHECK_EQUAL(size, FRAME_HEAD + 1000);
    }
    arm(0, false);
    CHECK(pass(&client, &server, text, 1000, &size) && size < 500);
    CHECK(pass(&client, &server, text, 1000, &size) && size < FRAME_HEAD + 20);
    arm(1, true); /* a larger output than before */
    CHECK(pass(&client, &server, text, 2000, &size));
    CHECK_EQUAL(size, FRAME_HEAD + 2000);
    arm(0, false);
    CHECK(pass(&client, &server, text, 1000, &size) && size < FRAME_HEAD + 20);
    close_both();
}

/* The decompressor, its output, and the copy of what a client may not mask where it lies. */
TEST("memory: without it the connection fails with 1011") {
    for (size_t at = 1; at <= 3; at++) {
        for (int is_server = 0; is_server < 2; is_server++) {
            struct pump *pump = is_server ? &server : &client;
            struct wire in = {0};
            if (is_server && at == 3) {
                continue; /* it sends the message as it lies */
            }
            open_both(false, 15);
            pump->echoes = true;
            pump_add_stored(&in, is_server, noise, 300);
            arm(at, true);
            pump_feed_bytes(pump, in.bytes, in.len, SIZE_MAX);
            CHECK(strstr(pump->events, "failed 1011: ") != NULL);
            wire_free(&in);
            close_both();
        }
    }
}

/* Text is checked as it comes out, so what has come out must lie where the message is said to, even
 * if the message was moved before memory ran out. */
TEST("memory: without it what came out stays right") {
    enum { FIRST = 300 }; /* more than the window, so that there is something to throw away */
    const struct permessage_receiver *receiver = &server.deflate.receiver;
    size_t ignored;
    open_both(false, 8);
    CHECK(pass(&client, &server, text, FIRST, &ignored));
    pump_clear(&client);
    pump_send_whole(&client, text + FIRST, SIZE);
    arm(1, true);
    pump_feed_bytes(&server, client.output.bytes, client.output.len, SIZE_MAX);
    CHECK_EQUAL(server.connection.close_code, CLOSE_INTERNAL_ERROR);
    size_t length = receiver->length - receiver->start;
    CHECK(length > 0 && memcmp(receiver->bytes + receiver->start, text + FIRST, length) == 0);
    close_both();
}

/* Without memory for the window alone, all of the compressor is kept. */
TEST("memory: without it a silence changes nothing") {
    size_t size;
    open_both(false, 15);
    CHECK(pass(&client, &server, text, SIZE, &size));
    arm(1, true);
    pump_relax(&client);
    pump_relax(&server); /* what cannot get smaller stays */
    arm(0, false);
    CHECK(client.deflate.sender.memory != NULL && client.deflate.sender.history == NULL);
    CHECK(pass(&client, &server, text, SIZE, &size) && size < 300);
    close_both();
}

int main(void) {
    test_random_bytes(noise, sizeof noise, 256);
    test_random_bytes(text, sizeof text, 8);
    test_run_all();
    return test_report();
}
