"""Compressed data as an attacker makes it, bit by bit (RFC 1951). Bits are a string of the digits
0 and 1 in the order in which they are sent; `pack` makes bytes of them."""

import random
import struct

ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
RUN_OF_ZEROS = 18  # a symbol of the code for code lengths: 11 to 138 of them
END_OF_BLOCK, LONGEST, LONGEST_BYTES = 256, 285, 258
FARTHEST, FARTHEST_BASE, FARTHEST_BITS = 29, 24577, 13
EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"  # at the beginning of a byte


def noise(size):
    """Bytes that cannot be compressed, the same every time."""
    return random.Random(1).getrandbits(8 * size).to_bytes(size, "little")


def number(value, size):
    """A number of `size` bits, the lowest one first."""
    return format(value, f"0{size}b")[::-1]


def code(lengths):
    """The bits of each symbol, which follow from their lengths (3.2.2)."""
    bits, following = {}, 0
    for length in range(1, 16):
        for symbol in sorted(symbol for symbol in lengths if lengths[symbol] == length):
            bits[symbol] = format(following, f"0{length}b")
            following += 1
        following <<= 1
    return bits


def dynamic_block(literals, distances):
    """The beginning of a block with tables for two codes of these lengths (3.2.7)."""
    lengths = {**dict.fromkeys(range(15), 4), 15: 5, RUN_OF_ZEROS: 5}
    symbols = code(lengths)
    bits = "0" + number(2, 2) + number(max(literals) - 256, 5) + number(max(distances), 5)
    bits += number(len(ORDER) - 4, 4) + "".join(number(lengths.get(i, 0), 3) for i in ORDER)
    for table in literals, distances:
        left = [table.get(symbol, 0) for symbol in range(max(table) + 1)]
        while left:
            zeros = next((i for i, length in enumerate(left[:138]) if length), len(left[:138]))
            if zeros >= 11:
                bits += symbols[RUN_OF_ZEROS] + number(zeros - 11, 7)
            else:
                bits += symbols[left[0]]
            del left[: zeros if zeros >= 11 else 1]
    return bits


def pack(bits):
    """The bytes of whole blocks, up to an empty stored block that fills up the last byte."""
    bits += "000"
    bits += "0" * (-len(bits) % 8) + number(0xFFFF0000, 32)
    return int(bits[::-1], 2).to_bytes(len(bits) // 8, "little")


def message(blocks):
    """The payload of a message of blocks that end with an empty one (RFC 7692, 7.2.1)."""
    return blocks[:-4]


def stored(data):
    """Bytes as they are."""
    pieces = [data[at : at + 65535] for at in range(0, len(data), 65535)]
    return b"".join(
        b"\x00" + struct.pack("<HH", len(piece), len(piece) ^ 0xFFFF) + piece for piece in pieces
    ) + EMPTY_BLOCK


def zeros(size):
    """The bits of this many zeros: a literal, and references of 258 bytes in two bits each."""
    literals, distances = {0: 2, END_OF_BLOCK: 2, LONGEST: 1}, {0: 1}
    symbols = code(literals)
    bits = dynamic_block(literals, distances) + symbols[0]
    bits += (symbols[LONGEST] + code(distances)[0]) * ((size - 1) // LONGEST_BYTES)
    return bits + symbols[0] * ((size - 1) % LONGEST_BYTES) + symbols[END_OF_BLOCK]


def repeat(unit, size):
    """Blocks of up to `size` bytes in which this unit, of 24577 to 32768 bytes, is repeated: once
    as it is, and then in references of 258 bytes that take 15 bits each."""
    literals, distances = {END_OF_BLOCK: 1, LONGEST: 1}, {FARTHEST: 1}
    reference = code(literals)[LONGEST] + code(distances)[FARTHEST]
    reference += number(len(unit) - FARTHEST_BASE, FARTHEST_BITS)
    bits = dynamic_block(literals, distances) + reference * ((size - len(unit)) // LONGEST_BYTES)
    return stored(unit) + pack(bits + code(literals)[END_OF_BLOCK])


def tables():
    """The bits of a block of nothing with tables that take long to make, codes of up to ten bits
    for literals and of up to eight for distances, and of a block of nothing in the fixed codes."""
    literals = {**{symbol: symbol + 1 for symbol in range(10)}, END_OF_BLOCK: 10}
    distances = {symbol: min(symbol + 1, 8) for symbol in range(9)}
    fixed = "0" + number(1, 2) + "0000000"
    return dynamic_block(literals, distances) + code(literals)[END_OF_BLOCK] + fixed
