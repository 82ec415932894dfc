#include "step07_deflate/deflate_block.h"

#include "step07_deflate/deflate_code_lengths.h"

#include <string.h>

/* The two codes of a block. */
struct codes {
    const struct deflate_huffman_code *literals, *distances;
};

void deflate_block_init(struct deflate_block *block, uint32_t *symbols, size_t capacity) {
    uint8_t literals[DEFLATE_FORMAT_FIXED_LITERALS], distances[DEFLATE_FORMAT_FIXED_DISTANCES];
    block->symbols = symbols;
    block->capacity = capacity;
    deflate_format_fixed_lengths(literals, distances);
    deflate_huffman_codes(literals, DEFLATE_FORMAT_FIXED_LITERALS, block->fixed_literals);
    deflate_huffman_codes(distances, DEFLATE_FORMAT_FIXED_DISTANCES, block->fixed_distances);
    /* Each range ends where the next begins. The last length, 258, has a symbol of its own. */
    for (size_t i = 0; i < DEFLATE_FORMAT_LITERALS - DEFLATE_FORMAT_FIRST_LENGTH; i++) {
        struct deflate_format_range range = deflate_format_lengths[i];
        size_t end = (size_t)range.base + ((size_t)1 << range.extra);
        for (size_t length = range.base; length < end; length++) {
            block->of_length[length] = (uint8_t)i;
        }
    }
    for (size_t i = 0; i < DEFLATE_FORMAT_DISTANCES; i++) {
        size_t first = deflate_format_distances[i].base - 1u;
        size_t end = first + ((size_t)1 << deflate_format_distances[i].extra);
        for (; first < end && first < 256; first++) {
            block->of_distance[first] = (uint8_t)i;
        }
        for (; first < end; first += 128) {
            block->of_distance[256 + (first >> 7)] = (uint8_t)i;
        }
    }
}

void deflate_block_begin(struct deflate_block *block) {
    block->count = 0;
    memset(block->literals, 0, sizeof block->literals);
    memset(block->distances, 0, sizeof block->distances);
}

/* How many extra bits the symbols have. They do not depend on the code. */
static size_t extra_bits(const struct deflate_block *block) {
    size_t bits = 0;
    for (size_t i = 0; i < DEFLATE_FORMAT_LITERALS - DEFLATE_FORMAT_FIRST_LENGTH; i++) {
        bits += (size_t)block->literals[DEFLATE_FORMAT_FIRST_LENGTH + i] *
                deflate_format_lengths[i].extra;
    }
    for (size_t i = 0; i < DEFLATE_FORMAT_DISTANCES; i++) {
        bits += (size_t)block->distances[i] * deflate_format_distances[i].extra;
    }
    return bits;
}

static void write_symbols(const struct deflate_block *block, const struct codes *codes,
                          struct deflate_bits *bits) {
    struct deflate_bits out = *bits; /* a copy, which the compiler can keep in registers */
    for (size_t i = 0; i < block->count; i++) {
        uint32_t symbol = block->symbols[i];
        size_t distance = symbol >> DEFLATE_BLOCK_LENGTH_BITS;
        if (distance == 0) {
            const struct deflate_huffman_code *code = &codes->literals[symbol];
            deflate_bits_add(&out, code->bits, code->length);
            if (out.count > DEFLATE_BITS_WAITING_MAX - DEFLATE_FORMAT_CODE_BITS_MAX) {
                deflate_bits_flush(&out);
            }
            continue;
        }
        deflate_bits_flush(&out);
        /* At most 15 and 5 bits for the length, 15 and 13 for the distance. */
        size_t length = symbol & ((1u << DEFLATE_BLOCK_LENGTH_BITS) - 1);
        size_t at = block->of_length[length];
        const struct deflate_huffman_code *code =
            &codes->literals[DEFLATE_FORMAT_FIRST_LENGTH + at];
        uint64_t number = code->bits | (uint64_t)(length - deflate_format_lengths[at].base)
                                           << code->length;
        unsigned count = code->length + (unsigned)deflate_format_lengths[at].extra;
        at = deflate_block_distance_symbol(block, distance);
        code = &codes->distances[at];
        number |= (uint64_t)code->bits << count;
        count += code->length;
        number |= (uint64_t)(distance - deflate_format_distances[at].base) << count;
        deflate_bits_put(&out, number, count + deflate_format_distances[at].extra);
    }
    const struct deflate_huffman_code *end = &codes->literals[DEFLATE_FORMAT_END_OF_BLOCK];
    deflate_bits_flush(&out);
    deflate_bits_put(&out, end->bits, end->length);
    *bits = out;
}

/* Whether there is room for `count` bits and a sync flush. */
static bool has_room(const struct deflate_bits *bits, size_t count) {
    size_t bytes = (bits->count + count + 3 + 7) / 8 + DEFLATE_BLOCK_FLUSH_SIZE;
    return (size_t)(bits->end - bits->next) >= bytes;
}

static void write_stored(const uint8_t *bytes, size_t length, struct deflate_bits *bits) {
    deflate_bits_put(bits, DEFLATE_FORMAT_STORED << 1, 3);
    deflate_bits_align(bits);
    deflate_bits_put(bits, length, 16);
    deflate_bits_put(bits, ~length & 0xffff, 16);
    if (length > 0) {
        memcpy(bits->next, bytes, length);
        bits->next += length;
    }
}

/* How often the symbols from `first` to `end` - 1 occur. */
static size_t occurrences(const uint16_t *frequencies, size_t first, size_t end) {
    size_t sum = 0;
    for (size_t symbol = first; symbol < end; symbol++) {
        sum += frequencies[symbol];
    }
    return sum;
}

/* How many bits the block takes in the fixed codes (3.2.6), without the extra bits. */
static size_t fixed_size(const struct deflate_block *block) {
    const uint16_t *literals = block->literals;
    return 3 + 8 * occurrences(literals, 0, 144) + 9 * occurrences(literals, 144, 256) +
           7 * occurrences(literals, 256, 280) +
           8 * occurrences(literals, 280, DEFLATE_FORMAT_LITERALS) +
           5 * occurrences(block->distances, 0, DEFLATE_FORMAT_DISTANCES);
}

static void write_dynamic(const struct deflate_block *block,
                          const struct deflate_code_lengths *lengths, struct deflate_bits *bits) {
    struct deflate_huffman_code literals[DEFLATE_FORMAT_LITERALS],
        distances[DEFLATE_FORMAT_DISTANCES];
    struct codes codes = {literals, distances};
    deflate_huffman_codes(lengths->literals, DEFLATE_FORMAT_LITERALS, literals);
    deflate_huffman_codes(lengths->distances, DEFLATE_FORMAT_DISTANCES, distances);
    deflate_bits_put(bits, DEFLATE_FORMAT_DYNAMIC << 1, 3);
    deflate_code_lengths_write(lengths, bits);
    write_symbols(block, &codes, bits);
}

bool deflate_block_write(struct deflate_block *block, const uint8_t *bytes, size_t length,
                         struct deflate_bits *bits) {
    struct deflate_code_lengths lengths;
    block->literals[DEFLATE_FORMAT_END_OF_BLOCK] = 1;
    deflate_code_lengths_find(&lengths, block->literals, block->distances);
    size_t fixed = fixed_size(block), dynamic = 3 + lengths.size;
    size_t coded = (fixed <= dynamic ? fixed : dynamic) + extra_bits(block);
    size_t padding = -(bits->count + 3) & 7;
    size_t stored = 3 + padding + 32 + 8 * length;
    bool store = stored < coded && length <= DEFLATE_FORMAT_STORED_MAX;
    if (!has_room(bits, store ? stored : coded)) {
        return false;
    }
    if (store) {
        write_stored(bytes, length, bits);
    } else if (fixed <= dynamic) {
        struct codes codes = {block->fixed_literals, block->fixed_distances};
        deflate_bits_put(bits, DEFLATE_FORMAT_FIXED << 1, 3);
        write_symbols(block, &codes, bits);
    } else {
        write_dynamic(block, &lengths, bits);
    }
    return true;
}

bool deflate_block_flush(struct deflate_bits *bits) {
    if (!has_room(bits, 0)) {
        return false;
    }
    write_stored(NULL, 0, bits);
    return true;
}
