#include "step07_deflate/block.h"

#include "step07_deflate/code_lengths.h"

#include <string.h>

/* The two codes of a block. */
struct codes {
    const struct huffman_code *literals, *distances;
};

void block_init(struct block *block, uint32_t *symbols, size_t capacity) {
    uint8_t literals[FORMAT_FIXED_LITERALS], distances[FORMAT_FIXED_DISTANCES];
    block->symbols = symbols;
    block->capacity = capacity;
    format_fixed_lengths(literals, distances);
    huffman_codes(literals, FORMAT_FIXED_LITERALS, block->fixed_literals);
    huffman_codes(distances, FORMAT_FIXED_DISTANCES, block->fixed_distances);
    /* Each range ends where the next begins. The last length, 258, has a symbol of its own. */
    for (size_t i = 0; i < FORMAT_LITERALS - FORMAT_FIRST_LENGTH; i++) {
        struct format_range range = format_lengths[i];
        size_t end = (size_t)range.base + ((size_t)1 << range.extra);
        for (size_t length = range.base; length < end; length++) {
            block->of_length[length] = (uint8_t)i;
        }
    }
    for (size_t i = 0; i < FORMAT_DISTANCES; i++) {
        size_t first = format_distances[i].base - 1u;
        size_t end = first + ((size_t)1 << format_distances[i].extra);
        for (; first < end && first < 256; first++) {
            block->of_distance[first] = (uint8_t)i;
        }
        for (; first < end; first += 128) {
            block->of_distance[256 + (first >> 7)] = (uint8_t)i;
        }
    }
}

void block_begin(struct block *block) {
    block->count = 0;
    memset(block->literals, 0, sizeof block->literals);
    memset(block->distances, 0, sizeof block->distances);
}

/* How many extra bits there are. They are the same in every code. */
static size_t extra_bits(const struct block *block) {
    size_t bits = 0;
    for (size_t i = 0; i < FORMAT_LITERALS - FORMAT_FIRST_LENGTH; i++) {
        bits += (size_t)block->literals[FORMAT_FIRST_LENGTH + i] * format_lengths[i].extra;
    }
    for (size_t i = 0; i < FORMAT_DISTANCES; i++) {
        bits += (size_t)block->distances[i] * format_distances[i].extra;
    }
    return bits;
}

static void write_symbols(const struct block *block, const struct codes *codes, struct bits *bits) {
    struct bits out = *bits; /* which the compiler can keep in registers */
    for (size_t i = 0; i < block->count; i++) {
        uint32_t symbol = block->symbols[i];
        size_t distance = symbol >> BLOCK_LENGTH_BITS;
        if (distance == 0) {
            const struct huffman_code *code = &codes->literals[symbol];
            bits_add(&out, code->bits, code->length);
            if (out.count > BITS_WAITING_MAX - FORMAT_CODE_BITS_MAX) {
                bits_flush(&out);
            }
            continue;
        }
        bits_flush(&out);
        /* At most 15 and 5 bits for the length, 15 and 13 for the distance. */
        size_t length = symbol & ((1u << BLOCK_LENGTH_BITS) - 1);
        size_t at = block->of_length[length];
        const struct huffman_code *code = &codes->literals[FORMAT_FIRST_LENGTH + at];
        uint64_t number = code->bits | (uint64_t)(length - format_lengths[at].base) << code->length;
        unsigned count = code->length + (unsigned)format_lengths[at].extra;
        at = block_distance_symbol(block, distance);
        code = &codes->distances[at];
        number |= (uint64_t)code->bits << count;
        count += code->length;
        number |= (uint64_t)(distance - format_distances[at].base) << count;
        bits_put(&out, number, count + format_distances[at].extra);
    }
    const struct huffman_code *end = &codes->literals[FORMAT_END_OF_BLOCK];
    bits_flush(&out);
    bits_put(&out, end->bits, end->length);
    *bits = out;
}

/* Whether there is room for this many bits and a sync flush. */
static bool has_room(const struct bits *bits, size_t count) {
    size_t bytes = (bits->count + count + 3 + 7) / 8 + BLOCK_FLUSH_SIZE;
    return (size_t)(bits->end - bits->next) >= bytes;
}

static void write_stored(const uint8_t *bytes, size_t length, struct bits *bits) {
    bits_put(bits, FORMAT_STORED << 1, 3);
    bits_align(bits);
    bits_put(bits, length, 16);
    bits_put(bits, ~length & 0xffff, 16);
    if (length > 0) {
        memcpy(bits->next, bytes, length);
        bits->next += length;
    }
}

/* How often the symbols from `first` to before `end` occur. */
static size_t occurrences(const uint16_t *frequencies, size_t first, size_t end) {
    size_t sum = 0;
    for (size_t symbol = first; symbol < end; symbol++) {
        sum += frequencies[symbol];
    }
    return sum;
}

/* The bits of the block in the fixed codes (3.2.6). */
static size_t fixed_size(const struct block *block) {
    const uint16_t *literals = block->literals;
    return 3 + 8 * occurrences(literals, 0, 144) + 9 * occurrences(literals, 144, 256) +
           7 * occurrences(literals, 256, 280) + 8 * occurrences(literals, 280, FORMAT_LITERALS) +
           5 * occurrences(block->distances, 0, FORMAT_DISTANCES);
}

static void write_dynamic(const struct block *block, const struct code_lengths *lengths,
                          struct bits *bits) {
    struct huffman_code literals[FORMAT_LITERALS], distances[FORMAT_DISTANCES];
    struct codes codes = {literals, distances};
    huffman_codes(lengths->literals, FORMAT_LITERALS, literals);
    huffman_codes(lengths->distances, FORMAT_DISTANCES, distances);
    bits_put(bits, FORMAT_DYNAMIC << 1, 3);
    code_lengths_write(lengths, bits);
    write_symbols(block, &codes, bits);
}

bool block_write(struct block *block, const uint8_t *bytes, size_t length, struct bits *bits) {
    struct code_lengths lengths;
    block->literals[FORMAT_END_OF_BLOCK] = 1;
    code_lengths_find(&lengths, block->literals, block->distances);
    size_t fixed = fixed_size(block), dynamic = 3 + lengths.size;
    size_t coded = (fixed <= dynamic ? fixed : dynamic) + extra_bits(block);
    size_t padding = -(bits->count + 3) & 7;
    size_t stored = 3 + padding + 32 + 8 * length;
    bool store = stored < coded && length <= FORMAT_STORED_MAX;
    if (!has_room(bits, store ? stored : coded)) {
        return false;
    }
    if (store) {
        write_stored(bytes, length, bits);
    } else if (fixed <= dynamic) {
        struct codes codes = {block->fixed_literals, block->fixed_distances};
        bits_put(bits, FORMAT_FIXED << 1, 3);
        write_symbols(block, &codes, bits);
    } else {
        write_dynamic(block, &lengths, bits);
    }
    return true;
}

bool block_flush(struct bits *bits) {
    if (!has_room(bits, 0)) {
        return false;
    }
    write_stored(NULL, 0, bits);
    return true;
}
