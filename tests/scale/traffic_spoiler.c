/* The client of the soak whose compressed messages are bad in the end: see traffic.h. */
#include "bench/payload.h"
#include "tests/scale/flow.h"
#include "tests/scale/traffic.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    GOOD_MAX = 3,      /* messages in front of the bad one, */
    SIZE_LIMIT = 4000, /* so short that their history does not reach back 32768 bytes */
    BOMB_ONE_IN = 16,
    RESET_ONE_IN = 4, /* of them does not wait for the answer */
    PAUSE = 3         /* ms, so that the others have the machine as well */
};

/* What follows the blocks of a good message, in hexadecimal: RFC 1951, 3.2.3 to 3.2.7. Where it can
 * be, a server that did not notice would find the rest of the message good. Without anything the
 * message is good DEFLATE, but no UTF-8. */
static const struct spoil {
    const char *name, *hex;
} spoils[] = {
    {"a text that is none", ""},
    {"a block of type 3", "06"},
    {"a stored block whose NLEN does not fit LEN", "00 0000 0000 00"},
    {"a dynamic block that is cut short", "04 e001"},
    {"a reference to before the first byte", "02 deff 0f00"},
    {"a dynamic block with 288 literal/length codes", "fc 0000"},
};
enum { SPOILS = sizeof spoils / sizeof spoils[0] };

static uint64_t below(struct traffic *traffic, uint64_t limit) {
    return payload_random(&traffic->random) % limit;
}

static uint8_t *allocate(size_t size) {
    uint8_t *bytes = calloc(1, size);
    if (bytes == NULL) {
        abort();
    }
    return bytes;
}

/* Exchanges a few messages, so that there is a history. */
static bool begin_well(struct traffic *traffic, int fd, struct compression *compression) {
    struct wire sent = {0}, wanted = {0};
    for (uint64_t left = below(traffic, GOOD_MAX + 1); left > 0; left--) {
        struct wire packed = {0};
        size_t size = (size_t)below(traffic, SIZE_LIMIT);
        uint8_t *payload = allocate(size + 1);
        payload_fill(PAYLOAD_MIXED, &traffic->random, payload, size);
        compression_pack(compression, payload, size, &packed);
        traffic_add_frames(traffic, COMPRESSION_MARK | 1, packed.bytes, packed.len, &sent, &wanted);
        wire_add_server_frame(&wanted, 0x81, payload, size);
        traffic->messages++;
        free(payload);
        wire_free(&packed);
    }
    bool good = flow_exchange(fd, &sent, &wanted, &(struct flow_pace){0}, compression);
    wire_free(&sent);
    wire_free(&wanted);
    return good;
}

/* Adds the frames of a text that must be refused with 1007. */
static void add_spoilt(struct traffic *traffic, struct compression *compression,
                       const struct spoil *spoil, struct wire *sent) {
    struct wire packed = {0};
    size_t size = 1 + (size_t)below(traffic, SIZE_LIMIT - 1);
    uint8_t *payload = allocate(size);
    payload_fill(PAYLOAD_MIXED, &traffic->random, payload, size);
    if (spoil->hex[0] == '\0') {
        payload[below(traffic, size)] = 0xff; /* no byte of UTF-8 */
    }
    compression_pack(compression, payload, size, &packed);
    if (spoil->hex[0] != '\0') {
        wire_add_hex(&packed, "0000ffff");
        wire_add_hex(&packed, spoil->hex);
    }
    traffic_add_frames(traffic, COMPRESSION_MARK | 1, packed.bytes, packed.len, sent, NULL);
    free(payload);
    wire_free(&packed);
}

/* Adds the frames of a short message that comes out too large: 1009. */
static void add_bomb(struct traffic *traffic, struct compression *compression, struct wire *sent) {
    struct wire packed = {0};
    size_t size = TRAFFIC_LARGEST + 1 + (size_t)below(traffic, SIZE_LIMIT);
    uint8_t *payload = allocate(size);
    compression_pack(compression, payload, size, &packed);
    traffic_add_frames(traffic, COMPRESSION_MARK | 2, packed.bytes, packed.len, sent, NULL);
    free(payload);
    wire_free(&packed);
}

/* The server must close with this code, and end its side. */
static bool expect_close(int fd, unsigned code, const char *name) {
    char got[256] = "";
    bool ended = raw_client_read_all(fd, got, sizeof got);
    unsigned got_code = (unsigned)((uint8_t)got[2] << 8 | (uint8_t)got[3]);
    bool good = ended && (uint8_t)got[0] == 0x88 && got_code == code;
    CHECK_FOR(good, "%s: instead of a Close with %u, %02x with %u, and %s end", name, code,
              (uint8_t)got[0], got_code, ended ? "an orderly" : "no orderly");
    return good;
}

static bool spoil_one(struct traffic *traffic) {
    struct compression compression;
    struct wire sent = {0};
    const struct spoil *spoil = &spoils[below(traffic, SPOILS)];
    bool is_bomb = below(traffic, BOMB_ONE_IN) == 0;
    compression_init(&compression, &traffic->random);
    int fd = compression_open(&compression, traffic->port);
    traffic->connections++;
    bool good = fd >= 0 && begin_well(traffic, fd, &compression);
    if (is_bomb) {
        add_bomb(traffic, &compression, &sent);
    } else {
        add_spoilt(traffic, &compression, spoil, &sent);
    }
    traffic->messages++;
    if (good && !raw_client_send(fd, sent.bytes, sent.len)) {
        CHECK_FOR(false, "%zu bytes cannot be sent", sent.len);
        good = false;
    }
    if (good && below(traffic, RESET_ONE_IN) == 0) {
        raw_client_reset(fd);
    } else if (fd >= 0) {
        good = good && expect_close(fd, is_bomb ? 1009 : 1007, is_bomb ? "a bomb" : spoil->name);
        close(fd);
    }
    wire_free(&sent);
    compression_free(&compression);
    return good && !test_has_failed();
}

bool traffic_spoiler(struct traffic *traffic) {
    bool good = true;
    while (good && now() < traffic->deadline) {
        good = spoil_one(traffic);
        poll(NULL, 0, PAUSE);
    }
    return good;
}
