#include "step07_deflate/deflate_huffman.h"

#include "step07_deflate/deflate_format.h"

#include <stdbool.h>
#include <string.h>

/* To sort symbols by frequency, each is a number with the frequency in the upper bits. */
enum { SYMBOL_BITS = 9, SYMBOL_MASK = (1 << SYMBOL_BITS) - 1 };

/* Shellsort: insertion sort with long strides first, so that no number is far from its place when
 * the stride is 1. */
static void sort(uint32_t *numbers, size_t count) {
    static const size_t strides[] = {57, 23, 10, 4, 1};
    for (size_t s = 0; s < sizeof strides / sizeof strides[0]; s++) {
        size_t stride = strides[s];
        for (size_t i = stride; i < count; i++) {
            uint32_t number = numbers[i];
            size_t to = i;
            for (; to >= stride && numbers[to - stride] > number; to -= stride) {
                numbers[to] = numbers[to - stride];
            }
            numbers[to] = number;
        }
    }
}

/* Huffman's construction: the two rarest nodes get a common parent, until only one node is left.
 * The leaves, 0 to count - 1, are sorted, and each new node is at least as frequent as the one made
 * before it, so the rarest node is always at the front of one of two queues. Counts in `depths`,
 * which the caller has set to 0, how many leaves have each depth. A leaf deeper than `limit` counts
 * as if it had that depth. */
static void measure_depths(const uint32_t *sorted, size_t count, unsigned limit,
                           unsigned depths[DEFLATE_FORMAT_CODE_BITS_MAX + 1]) {
    uint32_t weights[2 * DEFLATE_HUFFMAN_SYMBOLS_MAX];
    uint16_t parents[2 * DEFLATE_HUFFMAN_SYMBOLS_MAX]; /* the second loop turns them into depths */
    for (size_t i = 0; i < count; i++) {
        weights[i] = sorted[i] >> SYMBOL_BITS;
    }
    size_t leaf = 0, node = count, root = 2 * count - 2;
    for (size_t next = count; next <= root; next++) {
        weights[next] = 0;
        for (int child = 0; child < 2; child++) {
            bool take_leaf = leaf < count && (node == next || weights[leaf] <= weights[node]);
            size_t rarest = take_leaf ? leaf++ : node++;
            weights[next] += weights[rarest];
            parents[rarest] = (uint16_t)next;
        }
    }
    parents[root] = 0;
    for (size_t i = root; i-- > 0;) {
        unsigned depth = parents[parents[i]] + 1u;
        parents[i] = (uint16_t)depth;
        if (i < count) {
            depths[depth < limit ? depth : limit]++;
        }
    }
}

/* Makes the code complete again after leaves were moved up to the limit. A code of length n takes
 * 1 / 2^n of all sequences of bits, and the sum over all codes must be 1 (Kraft); after the move it
 * is more. Each round removes one code of the limit's length: a leaf above the limit becomes a node
 * with two leaves, the old leaf and one from the limit. */
static void balance(unsigned depths[DEFLATE_FORMAT_CODE_BITS_MAX + 1], unsigned limit) {
    uint32_t taken = 0;
    for (unsigned depth = 1; depth <= limit; depth++) {
        taken += (uint32_t)depths[depth] << (limit - depth);
    }
    for (; taken > (uint32_t)1 << limit; taken--) {
        unsigned depth = limit - 1;
        while (depths[depth] == 0) {
            depth--;
        }
        depths[depth]--;
        depths[depth + 1] += 2;
        depths[limit]--;
    }
}

size_t deflate_huffman_lengths(const uint16_t *frequencies, size_t count, unsigned limit,
                               uint8_t *lengths) {
    uint32_t sorted[DEFLATE_HUFFMAN_SYMBOLS_MAX] = {0};
    unsigned depths[DEFLATE_FORMAT_CODE_BITS_MAX + 1] = {0};
    size_t used = 0, size = 0;
    for (size_t symbol = 0; symbol < count; symbol++) {
        if (frequencies[symbol] != 0) {
            sorted[used++] = (uint32_t)frequencies[symbol] << SYMBOL_BITS | (uint32_t)symbol;
        }
    }
    memset(lengths, 0, count);
    if (used < 2) {
        depths[1] = (unsigned)used;
    } else {
        sort(sorted, used);
        measure_depths(sorted, used, limit, depths);
        balance(depths, limit);
    }
    /* The rarest symbols come first and get the longest codes. */
    size_t next = 0;
    for (unsigned depth = limit; depth > 0; depth--) {
        for (unsigned i = 0; i < depths[depth]; i++) {
            uint32_t leaf = sorted[next++];
            lengths[leaf & SYMBOL_MASK] = (uint8_t)depth;
            size += (size_t)(leaf >> SYMBOL_BITS) * depth;
        }
    }
    return size;
}

static uint16_t reverse(unsigned bits, unsigned count) {
    bits = (bits & 0x5555) << 1 | (bits >> 1 & 0x5555);
    bits = (bits & 0x3333) << 2 | (bits >> 2 & 0x3333);
    bits = (bits & 0x0f0f) << 4 | (bits >> 4 & 0x0f0f);
    bits = (bits & 0x00ff) << 8 | (bits >> 8 & 0x00ff);
    return (uint16_t)(bits >> (16 - count));
}

void deflate_huffman_codes(const uint8_t *lengths, size_t count,
                           struct deflate_huffman_code *codes) {
    unsigned of_length[DEFLATE_FORMAT_CODE_BITS_MAX + 1] = {0};
    unsigned next[DEFLATE_FORMAT_CODE_BITS_MAX + 1] = {0};
    for (size_t symbol = 0; symbol < count; symbol++) {
        of_length[lengths[symbol]]++;
    }
    of_length[0] = 0;
    for (unsigned length = 1; length <= DEFLATE_FORMAT_CODE_BITS_MAX; length++) {
        next[length] = (next[length - 1] + of_length[length - 1]) << 1;
    }
    for (size_t symbol = 0; symbol < count; symbol++) {
        unsigned length = lengths[symbol];
        codes[symbol].length = (uint8_t)length;
        codes[symbol].bits = length == 0 ? 0 : reverse(next[length]++, length);
    }
}
