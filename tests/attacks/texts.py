"""Attacks with messages that are hard to compress, and with what compression keeps."""

import random
import time

from attack import KIB, LARGEST, MIB, Victim, attack, check, compressing, equal, exchange, note
from server import WAIT, frame
from squeeze import message, repeat, stored

MULTIPLIER = 0x9E3779B1  # of deflate_match_hash, which keeps the 15 highest bits
INVERSE = pow(MULTIPLIER & 255, -1, 256)
UNIT = 128 * KIB  # bytes after which a text without a shorter period repeats itself
TRIED, TRIES = 512 * KIB, 20  # bytes of a text in the search for the hardest, and how many texts
TURNS = 8  # of which the best counts: on a busy machine the same work takes longer
SECOND = 1000  # ms of processor time that a message may cost; then no more turns are needed
SMALL = 1000  # bytes of a small message
IDLE = 1000  # connections
WINDOW = 32 * KIB  # bytes
OPEN = 14  # KiB of memory of a connection that never had a message
LIBRARY = 32  # KiB of each that the C library may keep for later messages
RELAX_AFTER = 1  # seconds of silence: LIMITS_RELAX_AFTER

numbers = random.Random()


def colliding(size, hashes, every=MIB, length=0, distance=1, spread=1):
    """A text in which the next four bytes have one of this many hashes everywhere, of 32,768. So
    the server finds many places to try, and none of them is any good. After every `every` bytes,
    `length` bytes are repeated from near by, so that the server does not take the text for one
    without matches and skip most of it."""
    text, choices = bytearray(b"abc"), numbers.getrandbits(8 * size).to_bytes(size, "little")
    tops, repeat_at = max(hashes >> 7, 1), distance + spread + 3
    while len(text) < size:
        if len(text) >= repeat_at:
            back = distance + numbers.randrange(spread)
            for _ in range(length):
                text.append(text[-back])
            repeat_at = len(text) + every
        # The fourth byte changes only the highest byte of the product.
        product = int.from_bytes(text[-3:], "little") * MULTIPLIER & 0xFFFFFFFF
        choice = choices[min(len(text), size - 1)]
        if product & 0xFFFFFF < hashes << 17:
            choice = (choice % tops - (product >> 24)) * INVERSE & 255
        text.append(choice)
    return bytes(text[:size])


def ordinary():
    """Words, the first ones far more often than the last, with spaces between them."""
    letters = [chr(97 + first * second // 26) for first in range(26) for second in range(26)]
    words = ["".join(numbers.choices(letters, k=numbers.randint(2, 10))) for _ in range(2000)]
    chosen = (words[int(2000 * numbers.random() * numbers.random())] for _ in range(MIB // 3))
    return " ".join(chosen).encode()[:MIB]


def runs():
    """Runs of different lengths: matches that begin well, and each ends at another place."""
    text = bytearray(b"a" * MIB)
    at = 0
    while at < MIB:
        text[at] = numbers.choice(b"bcd")
        at += numbers.randint(4, 123)
    return bytes(text)


def cost_of(server, client, first, payload):
    """The milliseconds of processor time that the echo of a message takes."""
    return 1000 * server.cpu_of(exchange, client, first, payload)


@compressing()
def hard_texts(server):
    numbers.seed(20111)  # the same texts every time
    texts = {
        "zeros": bytes(MIB),
        "period of 2": b"ab" * (MIB // 2),
        "period of 7": (b"aaaaaab" * MIB)[:MIB],
        "two letters": bytes(numbers.choices(b"ab", k=MIB)),
        "runs": runs(),
        "collisions": colliding(MIB, 256),
    }
    client = server.open_compressed()

    def cost(text):
        return min(cost_of(server, client, 0x82, text) for _ in range(3))

    usual = cost(ordinary())
    note(f"ordinary text {1e6 * usual / MIB:.0f} ns for a byte")
    for name, text in texts.items():
        server.cost(name, cost(text) / usual, 3, "times")


def find_worst(server, client, periods):
    """Tries made-up texts with the server. Returns one period of the worst."""
    most, worst, recipe = 0, b"", {}
    for _ in range(TRIES):
        made = {
            "size": numbers.choice(periods),
            "hashes": 1 << numbers.randrange(14),
            "every": numbers.randint(20, 269),
            "length": numbers.randint(3, 6),
            "distance": numbers.randint(1, 8000),
            "spread": numbers.randint(1, 256),
        }
        unit = colliding(**made)
        text = (unit * (TRIED // len(unit) + 1))[:TRIED]
        cost = min(cost_of(server, client, 0x82, text) for _ in range(2))
        if cost > most:
            most, worst, recipe = cost, unit, made
    note("worst: {hashes} hashes, {length} bytes every {every}, period {size}".format(**recipe))
    return worst


def least_cost_of(server, client, first, payload):
    least = cost_of(server, client, first, payload)
    for _ in range(TURNS - 1):
        if least >= SECOND:
            least = min(least, cost_of(server, client, first, payload))
    return least


@attack(program=None)
def hardest_text():
    """Random texts are tried, and the one that is most work is used: once of all texts, and once of
    those with a period that just fits into the window, which take their sender 15 bits for 258
    bytes."""
    numbers.seed(20111)
    with Victim("step07_deflate") as server:
        client = server.open_compressed()
        worst = find_worst(server, client, (UNIT,)) * (LARGEST // UNIT)
        server.cost("cpu for 16 MiB", least_cost_of(server, client, 0x82, worst), SECOND, "ms")
        worst = message(repeat(find_worst(server, client, range(32500, 32769)), LARGEST))
        note(f"{len(worst)} bytes become 16 MiB")
        server.cost("cpu", least_cost_of(server, client, 0xC2, worst), SECOND, "ms")
    # Small messages share one allowance, whatever the server keeps of them, and small windows have
    # tables of their own.
    text = colliding(UNIT, 64, 200, 5, 200, 100) * (TRIED // UNIT)
    settings = {
        "messages of 1,000": (),
        "of a small window": ("--window-bits", "9"),
        "without context": ("--no-context-takeover",),
    }
    for name, options in settings.items():
        with Victim("step07_deflate", *options) as server:
            client = server.open_compressed()
            pieces = [text[at : at + SMALL] for at in range(0, TRIED - SMALL + 1, SMALL)]
            turns = [
                sum(cost_of(server, client, 0x82, piece) for piece in pieces)
                for _ in range(TURNS // 2)
            ]
            server.cost(name, 1e6 * min(turns) / TRIED, 200, "ns for a byte")


@attack(program=None)
def idle_windows():
    """Fills both windows of every connection: the message comes in stored blocks, and is compressed
    for the way back. Then there is silence, for twice as long as the server waits."""
    letters = bytes(numbers.choices(range(64, 96), k=WINDOW))
    data = frame(0xC2, message(stored(letters)))
    settings = {
        "each with both windows": ((), OPEN + LIBRARY + 2 * WINDOW // KIB),
        "without context takeover": (("--no-context-takeover",), OPEN + LIBRARY),
    }
    note(f"{IDLE} silent connections")
    for name, (options, most) in settings.items():
        with Victim("step07_deflate", "--quiet", *options) as server:
            before = server.status("RssAnon")
            clients = [server.open_compressed() for _ in range(IDLE)]
            for client in clients:
                client.send(data)
            for client in clients:
                first, echo = client.read_frame()
                equal(first, 0xC2, "the echo")
                check(len(echo) < WINDOW, "not compressed")
            begin = changed = time.monotonic()
            last = 0
            while time.monotonic() < min(changed + 2 * RELAX_AFTER, begin + WAIT):
                now = server.status("RssAnon")
                if now != last:
                    changed, last = time.monotonic(), now
                time.sleep(0.05)
            server.cost(name, (last - before) / IDLE, most, "KiB")
