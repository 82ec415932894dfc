"""Compares deflate and inflate of step 7 with zlib: each reads the output of the other, and inflate
refuses broken data where zlib does.

    python3 tests/zlib/compare.py LIBRARY    a shared library with deflate and inflate

Ends with a line N passed, N failed.
"""

import ctypes
import functools
import random
import sys
import zlib

engine = ctypes.CDLL(sys.argv[1])
engine.deflate_memory.restype = ctypes.c_size_t
engine.deflate_message.restype = ctypes.c_bool
engine.inflate_is_between_blocks.restype = ctypes.c_bool

STATE = 65536  # bytes, more than struct inflate or struct deflate needs
NEEDS_INPUT, NEEDS_ROOM, BAD = range(3)  # enum inflate_verdict
FLUSHES = [zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_BLOCK, zlib.Z_PARTIAL_FLUSH]
STRATEGIES = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE]


class Output(ctypes.Structure):
    """struct inflate_output"""

    _fields_ = [("bytes", ctypes.c_void_p), ("length", ctypes.c_size_t), ("capacity", ctypes.c_size_t)]


# Data to be compressed. Each of these functions makes a little data of one kind.
WORDS = b"the of and window a to in is byte that message frame length code block symbol it was".split()


def text(rng):
    return WORDS[rng.randrange(rng.randint(1, len(WORDS)))] + (b". " if rng.random() < 0.1 else b" ")


def json(rng):
    return b'{"id":%d,"price":%d.%02d,"user":"%s"},\n' % (
        rng.randrange(100000), rng.randrange(500), rng.randrange(100), rng.choice(WORDS))


def noise(rng):
    return rng.randbytes(16)


def zeros(rng):
    return bytes(64)


def runs(rng):
    return rng.choice([b"a", b"b", b"c"]) * rng.randint(1, 90)


def patterns(rng):
    """Makes references overlap the bytes that they write."""
    return rng.randbytes(rng.randint(1, 20)) * rng.randint(2, 9)


def skewed(rng):
    """Each byte value is half as frequent as the one before it: codes have up to 15 bits."""
    return bytes(min(int(rng.expovariate(0.69)), 40) * 5 for _ in range(32))


def mixture(rng):
    return rng.choice(KINDS[:-1])(rng)


KINDS = [text, json, noise, zeros, runs, patterns, skewed, mixture]


@functools.cache
def sample(kind, length, seed=0):
    rng = random.Random(f"{kind.__name__} {length} {seed}")
    out = bytearray()
    while len(out) < length:
        out += kind(rng)
    return bytes(out[:length])


def compress(data, rng, level=6, bits=15, strategy=0, flushes=0, last=zlib.Z_SYNC_FLUSH):
    """Compresses with zlib, with any kind of flush at random places."""
    stream = zlib.compressobj(level, zlib.DEFLATED, -bits, 8, strategy)
    cuts = sorted(rng.randint(0, len(data)) for _ in range(flushes))
    out = b""
    for start, end in zip([0] + cuts, cuts):
        out += stream.compress(data[start:end]) + stream.flush(rng.choice(FLUSHES))
    return out + stream.compress(data[cuts[-1] if cuts else 0:]) + stream.flush(last)


def inflate(data, bits, most, room, rng):
    """Inflates with our inflate, with input and room in pieces of up to `most` bytes (0: all at
    once, with `room`). Like a server, it drops old output beyond the window now and then. Returns
    the output, the last verdict, whether the data may end there, and the problem."""
    decoder = ctypes.create_string_buffer(STATE)
    engine.inflate_init(decoder, bits)
    window = 1 << bits
    buffer = ctypes.create_string_buffer(room if most == 0 else window + most)
    kept = given = 0
    out = bytearray()
    verdict = NEEDS_INPUT
    while verdict != BAD and (given < len(data) or verdict == NEEDS_ROOM):
        if most and kept > window:
            ctypes.memmove(buffer, buffer[kept - window:kept], window)
            kept = window
        piece = data[given:given + rng.randint(1, most)] if most else data
        capacity = kept + rng.randint(1, most) if most else room
        start = ctypes.cast(ctypes.c_char_p(piece), ctypes.c_void_p).value
        next_in, left = ctypes.c_void_p(start), ctypes.c_size_t(len(piece))
        output = Output(ctypes.addressof(buffer), kept, capacity)
        verdict = engine.inflate_run(decoder, ctypes.byref(next_in), ctypes.byref(left), ctypes.byref(output))
        assert next_in.value - start == len(piece) - left.value, "next and left disagree"
        assert verdict != NEEDS_INPUT or left.value == 0, "it needs input, but has not read all of it"
        assert verdict != NEEDS_ROOM or output.length == capacity, "it needs room, but has not used all of it"
        assert kept <= output.length <= capacity, "the output is longer than its room"
        out += buffer[kept:output.length]
        kept = output.length
        given += len(piece) - left.value
    problem = ctypes.cast(decoder, ctypes.POINTER(ctypes.c_char_p))[0]
    assert (verdict == BAD) == (problem is not None), "a verdict without its problem"
    return bytes(out), verdict, engine.inflate_is_between_blocks(decoder), problem


def check_comes_back(data, packed, bits, rng):
    for most in 0, 1, 40, 5000, 70000:
        if 0 < most < 5000 and len(data) > 300 * most:
            continue
        out, verdict, between, _ = inflate(packed, bits, most, len(data) + 1000, rng)
        assert (out, verdict) == (data, NEEDS_INPUT), f"pieces of {most}: verdict {verdict}, {len(out)} bytes"
        assert between, f"pieces of {most}: ends within a block"


def every_way_to_compress():
    lasts = [zlib.Z_SYNC_FLUSH, zlib.Z_FINISH]
    for kind in KINDS:
        for at, length in enumerate([0, 1, 2, 3, 10, 100, 258, 259, 1000, 3000]):
            data = sample(kind, length)
            rng = random.Random(length)
            for bits in range(9, 16):
                for level in 1, 6, 9:
                    for strategy in STRATEGIES:
                        packed = compress(data, rng, level, bits, strategy, at % 4, lasts[at % 2])
                        check_comes_back(data, packed, bits, rng)


def large_data():
    for kind in KINDS:
        for length, flushes, last in (40000, 3, zlib.Z_FINISH), (150000, 10, zlib.Z_SYNC_FLUSH), (
                2000000 if kind is mixture else 400000, 30, zlib.Z_FULL_FLUSH):
            data = sample(kind, length)
            rng = random.Random(length)
            for bits in 9, 12, 15:
                for level, strategy in (1, 0), (6, 0), (9, zlib.Z_FIXED), (6, rng.choice(STRATEGIES)):
                    packed = compress(data, rng, level, bits, strategy, flushes, last)
                    check_comes_back(data, packed, bits, rng)


def messages_one_after_another():
    """After a final block the next message begins with the next byte."""
    rng = random.Random(7)
    everything = packed = b""
    for number in range(200):
        data = sample(KINDS[number % len(KINDS)], rng.randrange(1000), number)
        last = rng.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_FINISH])
        packed += compress(data, rng, flushes=number % 3, last=last)
        everything += data
    check_comes_back(everything, packed, 15, rng)


def inflate_with_zlib(data, bits):
    """Inflates with zlib, with room for one byte at a time, since only then zlib limits references
    to the window. Returns the output, and None if more data may follow, "end" after a final block,
    or "bad"; before that, zlib may have written one more byte."""
    stream = zlib.decompressobj(-bits)
    out = bytearray()
    try:
        while True:
            one = stream.decompress(data, 1)
            out += one
            if stream.eof or not one:
                return bytes(out), "end" if stream.eof else None
            data = stream.unconsumed_tail
    except zlib.error:
        return bytes(out), "bad"


def compare_broken(data, bits, rng):
    """Compares the verdicts and the outputs. Two differences are right. After a final block zlib
    stops and inflate goes on, so only the output before its end is compared. If the code for code
    lengths has no symbol, inflate refuses it at once, but zlib only some bytes later: if the data
    ends in between, zlib asks for more."""
    theirs, result = inflate_with_zlib(data, bits)
    for most in 0, 7, 175, 4375:
        ours, verdict, _, problem = inflate(data, bits, most, 900000, rng)
        if result == "end":
            ours = ours[:len(theirs)]
        elif not (result is None and problem and b"code for code lengths is incomplete" in problem):
            assert (verdict == BAD) == (result == "bad"), f"verdict {verdict} {problem}, of zlib {result}"
        extra = ours[len(theirs):] if result == "bad" else b""
        assert len(extra) <= 1 and ours == theirs + extra, f"{len(ours)} bytes, with zlib {len(theirs)}"
    return result == "bad"


def corrupted_data():
    rng = random.Random(99)
    bad = 0
    rounds = [(kind, number) for kind in KINDS for number in range(200)]
    for kind, number in rounds:
        bits = 9 + number % 7
        packed = bytearray(compress(
            sample(kind, rng.randint(1, 3000), number), rng, 1 + number % 9, bits,
            zlib.Z_FIXED if number % 5 == 0 else 0, number % 3,
            zlib.Z_FINISH if number % 2 else zlib.Z_SYNC_FLUSH))
        # Most errors are possible in the first bytes, which hold the codes.
        within = min(80, len(packed)) if number % 2 == 0 else len(packed)
        for _ in range(rng.randrange(4)):
            packed[rng.randrange(within)] ^= 1 << rng.randrange(8)
        # Some of the data meets a smaller window than it was made for.
        bad += compare_broken(bytes(packed), 8 if number % 3 == 0 else bits, rng)
    assert 0.1 < bad / len(rounds) < 0.9, f"{bad} of {len(rounds)} are bad"


def random_data():
    rng = random.Random(5)
    for number in range(20000):
        data = bytearray(rng.randbytes(rng.randint(1, 64)))
        data[0] = data[0] & 0xF8 | 4 | data[0] & 1  # a dynamic block
        compare_broken(bytes(data), 8 + number % 8, rng)


def zlib_reads_every_message():
    """Sends many messages over a connection. Some do not fit into the room, and before some the
    history is forgotten. zlib has no window of 256 bytes in this format, so it gets one of 512."""
    for bits in range(8, 16):
        memory = ctypes.create_string_buffer(engine.deflate_memory(bits))
        for seed in range(20):
            rng = random.Random(seed)
            encoder = ctypes.create_string_buffer(STATE)
            engine.deflate_init(encoder, bits, memory)
            decoder = zlib.decompressobj(-max(bits, 9))
            for number in range(60):
                most = 300000 if number % 12 == 0 else 20000 if number % 3 == 0 else 300
                length = rng.randint(0, most)
                start = rng.randint(0, 300000 - length)
                message = sample(rng.choice(KINDS), 300000)[start:start + length]
                written = ctypes.c_size_t()
                bound = length + 5 * (length // 4096 + 1) + 5
                sent = ctypes.create_string_buffer(bound)

                def put(room):
                    return engine.deflate_message(encoder, message, ctypes.c_size_t(length), sent,
                                                  ctypes.c_size_t(room), ctypes.byref(written))

                assert rng.random() > 0.25 or not put(4), "it fits into 4 bytes"
                if rng.random() < 0.125:
                    engine.deflate_forget(encoder)
                    decoder = zlib.decompressobj(-max(bits, 9))
                assert put(bound), f"window {bits}: {length} bytes become more than {bound}"
                assert decoder.decompress(sent[:written.value]) == message, f"window {bits}, seed {seed}"


failed = 0
tests = [every_way_to_compress, large_data, messages_one_after_another, corrupted_data, random_data,
         zlib_reads_every_message]
for test in tests:
    try:
        test()
        print("ok  ", test.__name__)
    except AssertionError as problem:
        failed += 1
        print("FAIL", test.__name__, problem)
print(f"{len(tests) - failed} passed, {failed} failed")
sys.exit(failed > 0)
