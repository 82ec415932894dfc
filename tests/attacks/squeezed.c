#include "tests/attacks/squeezed.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum {
    STORED_MOST = 65535, /* bytes of a block */
    FIXED = 1,
    DYNAMIC = 2,
    SYMBOLS = 288,
    LENGTHS = 19, /* symbols of the code for code lengths, of which these are used: 0 to 15, and */
    RUN_OF_ZEROS = 18,
    RUN_LEAST = 11,
    RUN_MOST = 138,
    END_OF_BLOCK = 256,
    LONGEST = 285,       /* the symbol of the longest reference, */
    LONGEST_BYTES = 258, /* of this many bytes */
    FARTHEST = 29,       /* the symbol of the longest distances, */
    FARTHEST_BASE = 24577,
    FARTHEST_EXTRA = 13 /* bits that say which */
};

/* A Huffman code: how many bits each symbol has, and which. */
struct code {
    uint8_t lengths[SYMBOLS];
    unsigned bits[SYMBOLS];
};

static void add(struct squeezed *squeezed, uint64_t value, unsigned count) {
    squeezed->bits |= value << squeezed->count;
    squeezed->count += count;
    while (squeezed->count >= 8) {
        uint8_t byte = (uint8_t)squeezed->bits;
        wire_add(&squeezed->out, &byte, 1);
        squeezed->bits >>= 8;
        squeezed->count -= 8;
    }
}

/* Gives each symbol the bits that follow from the lengths (3.2.2), the first one lowest. */
static void assign(struct code *code) {
    unsigned next = 0;
    for (unsigned length = 1; length <= 15; length++, next <<= 1) {
        for (unsigned symbol = 0; symbol < SYMBOLS; symbol++) {
            unsigned reversed = 0;
            if (code->lengths[symbol] != length) {
                continue;
            }
            for (unsigned bit = 0; bit < length; bit++) {
                reversed |= (next >> bit & 1) << (length - 1 - bit);
            }
            code->bits[symbol] = reversed;
            next++;
        }
    }
}

static void put(struct squeezed *squeezed, const struct code *code, unsigned symbol) {
    add(squeezed, code->bits[symbol], code->lengths[symbol]);
}

static void put_lengths(struct squeezed *squeezed, const struct code *lengths,
                        const struct code *code, unsigned count) {
    for (unsigned i = 0; i < count;) {
        unsigned zeros = 0;
        while (i + zeros < count && zeros < RUN_MOST && code->lengths[i + zeros] == 0) {
            zeros++;
        }
        if (zeros >= RUN_LEAST) {
            put(squeezed, lengths, RUN_OF_ZEROS);
            add(squeezed, zeros - RUN_LEAST, 7);
            i += zeros;
        } else {
            put(squeezed, lengths, code->lengths[i++]);
        }
    }
}

/* Begins a dynamic block (3.2.7) with these two codes, of so many symbols. */
static void begin_block(struct squeezed *squeezed, const struct code *literals, unsigned count,
                        const struct code *distances, unsigned distance_count) {
    static const uint8_t order[LENGTHS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                           11, 4,  12, 3, 13, 2, 14, 1, 15};
    struct code lengths = {{0}, {0}};
    memset(lengths.lengths, 4, 15);
    lengths.lengths[15] = lengths.lengths[RUN_OF_ZEROS] = 5;
    assign(&lengths);
    add(squeezed, DYNAMIC << 1, 3);
    add(squeezed, count - 257, 5);
    add(squeezed, distance_count - 1, 5);
    add(squeezed, LENGTHS - 4, 4);
    for (unsigned i = 0; i < LENGTHS; i++) {
        add(squeezed, lengths.lengths[order[i]], 3);
    }
    put_lengths(squeezed, &lengths, literals, count);
    put_lengths(squeezed, &lengths, distances, distance_count);
}

void squeezed_zeros(struct squeezed *squeezed, size_t total) {
    struct code literals = {{0}, {0}}, distances = {{1}, {0}};
    literals.lengths[LONGEST] = 1;
    literals.lengths[0] = literals.lengths[END_OF_BLOCK] = 2;
    assign(&literals);
    assign(&distances);
    begin_block(squeezed, &literals, LONGEST + 1, &distances, 1);
    for (size_t left = total; left > 0;) {
        bool whole = left < total && left >= LONGEST_BYTES;
        put(squeezed, &literals, whole ? LONGEST : 0);
        if (whole) {
            put(squeezed, &distances, 0);
        }
        left -= whole ? LONGEST_BYTES : 1;
    }
    put(squeezed, &literals, END_OF_BLOCK);
}

void squeezed_noise(uint8_t *bytes, size_t length) {
    uint32_t number = 1;
    for (size_t i = 0; i < length; i++) {
        number = number * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(number >> 24);
    }
}

void squeezed_stored(struct squeezed *squeezed, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        uint16_t size = (uint16_t)(length < STORED_MOST ? length : STORED_MOST);
        uint8_t lengths[4] = {(uint8_t)size, (uint8_t)(size >> 8)};
        lengths[2] = lengths[0] ^ 255;
        lengths[3] = lengths[1] ^ 255;
        squeezed_end(squeezed); /* the header of a stored block */
        wire_add(&squeezed->out, lengths, sizeof lengths);
        wire_add(&squeezed->out, bytes, size);
        bytes += size;
        length -= size;
    }
}

void squeezed_repeat(struct squeezed *squeezed, const uint8_t *unit, size_t period, size_t total) {
    struct code literals = {{0}, {0}}, distances = {{0}, {0}};
    literals.lengths[LONGEST] = literals.lengths[END_OF_BLOCK] = 1;
    distances.lengths[FARTHEST] = 1;
    assign(&literals);
    assign(&distances);
    squeezed_stored(squeezed, unit, period);
    begin_block(squeezed, &literals, LONGEST + 1, &distances, FARTHEST + 1);
    for (size_t done = period; done + LONGEST_BYTES <= total; done += LONGEST_BYTES) {
        put(squeezed, &literals, LONGEST);
        put(squeezed, &distances, FARTHEST);
        add(squeezed, period - FARTHEST_BASE, FARTHEST_EXTRA);
    }
    put(squeezed, &literals, END_OF_BLOCK);
}

void squeezed_tables(struct squeezed *squeezed) {
    struct code literals = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {0}};
    struct code distances = {{1, 2, 3, 4, 5, 6, 7, 8, 8}, {0}};
    literals.lengths[END_OF_BLOCK] = 10;
    assign(&literals);
    begin_block(squeezed, &literals, END_OF_BLOCK + 1, &distances, 9);
    put(squeezed, &literals, END_OF_BLOCK);
    add(squeezed, FIXED << 1, 3 + 7); /* whose end of block is seven bits 0 */
}

void squeezed_empty_block(struct squeezed *squeezed) {
    squeezed_end(squeezed);
    add(squeezed, 0xffff0000, 32);
}

void squeezed_end(struct squeezed *squeezed) {
    add(squeezed, 0, 3);
    add(squeezed, 0, (8 - squeezed->count) % 8);
}

bool squeezed_begin(const char *const *options) {
    return attack_begin_program("step07_deflate", options);
}

int squeezed_open(void) {
    struct wire request = {0};
    char answer[1024] = "";
    int fd = raw_client_connect(attack_server.port);
    attack_request(&request,
                   "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
    bool good = raw_client_send(fd, request.bytes, request.len) &&
                raw_client_read_until(fd, "\r\n\r\n", answer, sizeof answer) &&
                strstr(answer, "\r\nSec-WebSocket-Extensions: permessage-deflate") != NULL;
    CHECK_FOR(good, "no compression but: %s", answer);
    wire_free(&request);
    return fd;
}

bool squeezed_send(int fd, uint8_t first, const void *payload, size_t length) {
    struct wire frame = {0};
    wire_add_client_frame(&frame, first, payload, length);
    bool sent = raw_client_send(fd, frame.bytes, frame.len);
    wire_free(&frame);
    return sent;
}

/* Reads so many bytes, which end up in `bytes` unless that is NULL. */
static bool receive(int fd, uint8_t *bytes, size_t length) {
    static uint8_t ignored[65536];
    int64_t deadline = now() + PROCESS_WAIT;
    while (length > 0) {
        struct pollfd wait = {fd, POLLIN, 0};
        int64_t left = deadline - now();
        size_t most = bytes == NULL && length > sizeof ignored ? sizeof ignored : length;
        ssize_t count = left > 0 && poll(&wait, 1, (int)left) > 0
                            ? recv(fd, bytes != NULL ? bytes : ignored, most, 0)
                            : -1;
        if (count <= 0) {
            return false;
        }
        bytes = bytes != NULL ? bytes + count : NULL;
        length -= (size_t)count;
    }
    return true;
}

int squeezed_read(int fd, size_t *length) {
    uint8_t header[2], more[8];
    if (!receive(fd, header, sizeof header)) {
        return ATTACK_BROKEN;
    }
    size_t extra = header[1] == 127 ? 8 : header[1] == 126 ? 2 : 0;
    if (!receive(fd, more, extra)) {
        return ATTACK_BROKEN;
    }
    *length = extra == 0 ? header[1] : 0;
    for (size_t i = 0; i < extra; i++) {
        *length = *length << 8 | more[i];
    }
    return receive(fd, NULL, *length) ? header[0] : ATTACK_BROKEN;
}
