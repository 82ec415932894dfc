/* The memory of compression: how much it takes, that all of it is given back, and what happens when
 * there is none. */
#include "step07_deflate/permessage_parts.h"

#include "tests/support/test.h"
#include "tests/support/wire.h"

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

enum { SIZE = 20000 };

static struct permessage_deflate one, other;
static uint8_t text[2 * SIZE], noise[2 * SIZE];

static void arm(size_t at, bool sticky) {
    calls = 0;
    fails_at = at;
    goes_on = sticky;
}

static void open_both(bool forgets, unsigned bits) {
    const struct permessage_parameters config = {forgets, forgets, bits, bits};
    char offer[PERMESSAGE_NEGOTIATION_TEXT_MAX];
    arm(0, false);
    CHECK_EQUAL(live, 0);
    permessage_deflate_init(&one, &config, false);
    permessage_deflate_init(&other, &config, true);
    permessage_negotiation_offer(&config, offer);
    struct extensions_chooser chooser = permessage_deflate_chooser(&other);
    const char *answer = chooser.choose(chooser.context, (struct http_text){offer, strlen(offer)});
    CHECK(answer != NULL &&
          permessage_deflate_accept(&one, (struct http_text){answer, strlen(answer)}));
    CHECK_EQUAL(live, 0); /* an agreement takes none */
}

static void close_both(void) {
    arm(0, false);
    permessage_deflate_free(&one);
    permessage_deflate_free(&other);
    CHECK_EQUAL(live, 0);
}

static void no_key(void *context, uint8_t masking_key[4]) {
    (void)context;
    memset(masking_key, 0, 4);
}

static void relax(struct permessage_deflate *deflate) {
    permessage_receiver_relax(&deflate->receiver);
    permessage_sender_relax(&deflate->sender);
}

/* A connection to send over, or to receive from, with nothing before. */
static void open_connection(struct connection *connection, enum connection_role role) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    const struct connection_settings settings = {
        .role = role, .max_message = SIZE, .new_masking_key = no_key, .allowed_rsv = FRAME_RSV1};
    struct buffer buffer;
    buffer_init(&buffer, lent, sizeof lent);
    connection_init(connection, &settings, &buffer, 0);
}

/* Compresses a message with `from`. Returns a copy, to be freed, or NULL: it goes as it is. */
static uint8_t *compress(struct permessage_deflate *from, const uint8_t *payload, size_t length,
                         size_t *compressed) {
    struct connection connection;
    struct connection_message none;
    const struct iovec *parts;
    open_connection(&connection, CONNECTION_SERVER); /* which leaves the payload as it is */
    CHECK_EQUAL(from->layer.send(from, &connection, FRAME_BINARY, (uint8_t *)payload, length), 0);
    while (from->sender.is_busy) {
        CHECK_EQUAL(from->layer.next(from, &connection, &none), CONNECTION_NEEDS_TURN);
    }
    connection_output(&connection, &parts);
    if ((*(uint8_t *)parts[0].iov_base & 0x40) == 0) {
        return NULL;
    }
    *compressed = from->sender.message.length;
    uint8_t *copy = malloc(*compressed);
    if (copy != NULL) {
        memcpy(copy, from->sender.message.payload, *compressed);
    }
    return copy;
}

static enum permessage_verdict receive(struct permessage_deflate *to, const uint8_t *bytes,
                                       size_t length, uint64_t most) {
    struct permessage_input input = {FRAME_BINARY, bytes, length, true, true, most};
    enum permessage_verdict verdict;
    to->receiver.received = length;
    do {
        verdict = permessage_receive(&to->receiver, &input);
    } while (verdict == PERMESSAGE_NEEDS_TURN);
    return verdict;
}

/* Whether the message that has been received, or its beginning, is what it should be. */
static bool has_received(const struct permessage_deflate *to, const uint8_t *payload,
                         size_t length) {
    const struct permessage_receiver *receiver = &to->receiver;
    return receiver->length - receiver->start == length &&
           memcmp(receiver->bytes + receiver->start, payload, length) == 0;
}

/* Passes a message while memory is as it was armed. Returns whether the receiver goes on. */
static bool pass(struct permessage_deflate *from, struct permessage_deflate *to,
                 const uint8_t *payload, size_t length, size_t *compressed) {
    uint8_t *bytes = compress(from, payload, length, compressed);
    if (bytes == NULL) {
        *compressed = length;
        return true; /* it goes as it is */
    }
    enum permessage_verdict verdict = receive(to, bytes, *compressed, SIZE);
    CHECK(verdict == PERMESSAGE_OK ? has_received(to, payload, length)
                                   : verdict == PERMESSAGE_NO_MEMORY && fails_at > 0);
    free(bytes);
    return verdict == PERMESSAGE_OK;
}

TEST("memory: a bomb takes no more than the window and the limit") {
    enum { BOMB = 16 << 20, LIMIT = 300000 };
    static const size_t lengths[] = {1000, SIZE};
    uint8_t *zeros = calloc(1, BOMB);
    for (size_t i = 0; i < 2; i++) {
        size_t compressed = 0, ignored;
        open_both(false, 15);
        CHECK(pass(&one, &other, text, lengths[i], &ignored));
        uint8_t *bytes = compress(&one, zeros, BOMB, &compressed);
        permessage_deflate_free(&one);
        peak = live;
        CHECK_EQUAL(receive(&other, bytes, compressed, LIMIT), PERMESSAGE_TOO_BIG);
        CHECK_FOR(peak <= 32768 + LIMIT + sizeof(struct inflate), "%zu bytes at most", peak);
        free(bytes);
        close_both();
    }
    free(zeros);
}

/* The figures of permessage_deflate.h: a compressor, a window and the decompressor. */
TEST("memory: what a busy connection takes") {
    for (unsigned bits = 8; bits <= 15; bits++) {
        size_t window = (size_t)1 << bits, ignored;
        open_both(false, bits);
        for (size_t i = 0; i < 500; i++) {
            CHECK(pass(&one, &other, text + i, 1000, &ignored));
            CHECK(pass(&other, &one, text + i, 1000, &ignored));
        }
        permessage_deflate_free(&one);
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
                CHECK(pass(&one, &other, text, SIZE, &ignored));
                CHECK(pass(&other, &one, text, SIZE, &ignored));
                CHECK(pass(&one, &other, noise, SIZE, &ignored));
                CHECK(pass(&one, &other, text + i, SIZE / 2, &ignored));
            }
            permessage_deflate_free(&one);
            relax(&other);
            CHECK_FOR(live <= (forgets ? 0 : 2 * window), "window %zu: %zu bytes", window, live);
            CHECK(forgets || live >= 2 * window || bits == 15);
            close_both();
        }
    }
}

/* Large messages one after the other take no more once they have what they need. */
TEST("memory: what is often needed stays") {
    enum { LARGE = 300000 };
    uint8_t *zeros = calloc(1, LARGE);
    open_both(false, 15);
    for (int i = 0; i < 6; i++) {
        size_t compressed = 0;
        arm(0, false);
        uint8_t *bytes = compress(&one, zeros, LARGE, &compressed);
        CHECK(i < 1 || calls == 0);
        arm(0, false);
        CHECK_EQUAL(receive(&other, bytes, compressed, 1 << 20), PERMESSAGE_OK);
        CHECK(has_received(&other, zeros, LARGE));
        CHECK(i < 2 || calls == 0);
        free(bytes);
    }
    free(zeros);
    close_both();
}

/* A scenario in which each call for memory can fail. Returns whether it came to that. */
static bool play(bool forgets, size_t at, bool sticky) {
    size_t ignored;
    bool goes_well = true;
    open_both(forgets, 10);
    arm(at, sticky);
    for (int i = 0; goes_well && i < 3; i++) {
        goes_well = pass(&one, &other, text, 3000, &ignored) &&
                    pass(&one, &other, noise, 500, &ignored) &&
                    pass(&other, &one, text + 100, 50, &ignored) &&
                    pass(&one, &other, text + 50, SIZE / (size_t)(i + 1), &ignored);
        relax(&one);
        if (goes_well) {
            relax(&other);
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
    size_t compressed;
    open_both(false, 15);
    CHECK(pass(&one, &other, text, 3, &compressed)); /* too short for it to be tried */
    CHECK_EQUAL(live, 0);
    for (size_t at = 1; at <= 2; at++) { /* for the output, then for the compressor */
        arm(at, true);
        CHECK(pass(&one, &other, text, 1000, &compressed));
        CHECK_EQUAL(compressed, 1000);
    }
    arm(0, false);
    CHECK(pass(&one, &other, text, 1000, &compressed));
    CHECK(compressed < 500);
    CHECK(pass(&one, &other, text, 1000, &compressed));
    CHECK(compressed < 20);
    arm(1, true); /* a larger output than before */
    CHECK(pass(&one, &other, text, 2000, &compressed));
    CHECK_EQUAL(compressed, 2000);
    arm(0, false);
    CHECK(pass(&one, &other, text, 1000, &compressed));
    CHECK(compressed < 20);
    arm(1, true);
    static const uint8_t hello[] = {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00};
    CHECK_EQUAL(receive(&one, hello, sizeof hello, SIZE), PERMESSAGE_NO_MEMORY);
    close_both();
    open_both(false, 15);
    arm(2, true);
    CHECK_EQUAL(receive(&one, hello, sizeof hello, SIZE), PERMESSAGE_NO_MEMORY);
    close_both();
}

/* Feeds a marked message of 300 bytes to `to`, which lacks memory at a call, and echoes it. */
static void check_failure(struct permessage_deflate *to, size_t at) {
    struct connection connection;
    struct connection_message message;
    struct wire in = {0}, payload = {0};
    size_t size;
    wire_add_hex(&payload, "00 2c01 d3fe");
    wire_add(&payload, noise, 300);
    wire_add_hex(&payload, "00");
    (to->is_server ? wire_add_client_frame : wire_add_server_frame)(&in, 0xc2, payload.bytes,
                                                                    payload.len);
    open_connection(&connection, to->is_server ? CONNECTION_SERVER : CONNECTION_CLIENT);
    memcpy(connection_space(&connection, &size), in.bytes, in.len);
    connection_received(&connection, in.len);
    arm(at, true);
    if (to->layer.next(to, &connection, &message) == CONNECTION_MESSAGE) {
        CHECK_EQUAL(to->layer.send(to, &connection, FRAME_BINARY, message.payload, 300), -1);
    }
    CHECK_EQUAL(to->layer.next(to, &connection, &message), CONNECTION_FAILED);
    CHECK_EQUAL(connection.close_code, 1011);
    CHECK_EQUAL(connection.output.total,
                to->is_server ? 2 + 2 + 13 : 6 + 2 + 13); /* "out of memory" */
    wire_free(&in);
    wire_free(&payload);
}

/* The decompressor, its output, and the copy of what a client may not mask where it lies. */
TEST("memory: without it the connection fails with 1011") {
    for (size_t at = 1; at <= 3; at++) {
        open_both(false, 15);
        check_failure(&one, at);
        check_failure(&other, at < 3 ? at : 2);
        close_both();
    }
}

/* Text is checked as it comes out, so what has come out must lie where the message is said to, even
 * if the message was moved before memory ran out. */
TEST("memory: without it what came out stays right") {
    enum { FIRST = 300 }; /* more than the window, so that there is something to throw away */
    size_t compressed = 0, ignored;
    open_both(false, 8);
    CHECK(pass(&one, &other, text, FIRST, &ignored));
    uint8_t *bytes = compress(&one, text + FIRST, SIZE, &compressed);
    arm(1, true);
    CHECK_EQUAL(receive(&other, bytes, compressed, SIZE), PERMESSAGE_NO_MEMORY);
    size_t length = other.receiver.length - other.receiver.start;
    CHECK(length > 0 && has_received(&other, text + FIRST, length));
    free(bytes);
    close_both();
}

/* Without memory for the window alone, all of the compressor is kept. */
TEST("memory: without it a silence changes nothing") {
    size_t compressed;
    open_both(false, 15);
    CHECK(pass(&one, &other, text, SIZE, &compressed));
    arm(1, true);
    relax(&one);
    relax(&other); /* what cannot get smaller stays */
    arm(0, false);
    CHECK(one.sender.memory != NULL && one.sender.history == NULL);
    CHECK(pass(&one, &other, text, SIZE, &compressed));
    CHECK(compressed < 300);
    close_both();
}

int main(void) {
    test_random_bytes(noise, sizeof noise, 256);
    test_random_bytes(text, sizeof text, 8);
    test_run_all();
    return test_report();
}
