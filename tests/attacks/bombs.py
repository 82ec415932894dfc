"""Attacks with compressed messages: few bytes that become many, or that are much work."""

from attack import KIB, LARGEST, MIB, Victim, attack, bound, compressing, equal, exchange, note
from server import frame, is_ready
from squeeze import EMPTY_BLOCK, message, noise, pack, stored, tables, zeros

CROWD, ROUNDS = 50, 20
BATCH = 64 * KIB  # bytes of a fragment in a flood
TWO_TABLES = 1024  # bytes that go with them
DRIPPED, SOME = 80000, 50  # frames of a byte, and bytes that are sent at a time


def memory(size):
    """The KiB that a connection may take: a buffer of up to twice the size of a message, what
    compresses and inflates, and what has been compressed."""
    return 2 * size / KIB + 1024


@compressing(quick=True)
def bomb(server):
    """A message of the largest size comes back, however few bytes stood for it. One that is a byte
    larger does not, and the server does not look at what comes after that byte."""
    for size in LARGEST, LARGEST + 1, 64 * LARGEST:
        payload = message(pack(zeros(size)))
        client = server.open_compressed()
        before = server.cpu()
        client.send(frame(0xC2, payload))
        if size <= LARGEST:
            first, echo = client.read_frame()
            equal(first, 0xC2, "the echo of a bomb")
            note(f"{len(payload)} bytes become 16 MiB and come back as {len(echo)}")
        else:
            equal(client.close_code(), 1009, f"{size} bytes")
        cpu = 1000 * (server.cpu() - before)
        server.cost(f"cpu for {size // MIB}+{size % MIB}", cpu, 500, "ms")
        client.close()
        server.settle()
    server.bound_peak(memory(LARGEST))
    server.bound_data("data + afterwards")


@compressing("--max-message", str(MIB))
def bombs_of_a_crowd(server):
    """Every connection of a crowd sends one after the other, all at once."""
    payload = frame(0xC2, message(pack(zeros(MIB))))
    crowd = [server.open_compressed() for _ in range(CROWD)]
    other = server.open_compressed()
    before, slowest = server.cpu(), 0
    for _ in range(ROUNDS):
        for client in crowd:
            client.send(payload)
        slowest = max(slowest, other.echo(3))  # too short to be compressed
        for client in crowd:
            equal(client.read_frame()[0], 0xC2, "the echo of a bomb")
    note(f"{ROUNDS * CROWD} MiB from {ROUNDS * CROWD * len(payload) // 1000} KB")
    each = 1e9 * (server.cpu() - before) / (ROUNDS * CROWD * MIB)
    server.cost("cpu for a byte inflated and compressed", each, 25, "ns")
    bound("slowest echo of another", 1000 * slowest, 2000, "ms")
    server.cost("memory of each", server.peak_growth() / CROWD, memory(MIB), "KiB")


@compressing(quick=True)
def bomb_in_each_fragment(server):
    """The limit holds for all fragments together, and a small fragment may be a bomb."""
    piece = pack(zeros(MIB))  # which ends with a byte
    client = server.open_compressed()
    before = server.cpu()
    for i in range(LARGEST // MIB):
        client.send(frame(0x00 if i else 0x42, piece))
        equal(exchange(client, 0x89, b"ping")[0], 0x8A, "so far all was well")
    client.send(frame(0x00, piece))  # and one more
    equal(client.close_code(), 1009, "one more")
    note(f"{len(piece)} bytes in each fragment")
    server.cost("cpu", 1000 * (server.cpu() - before), 500, "ms")
    server.bound_peak(memory(LARGEST))


@attack(program=None)
def one_after_the_other():
    """The memory of a message of one kind must not stay while one of another kind takes as much:
    zeros that were compressed, noise as it is, noise that is marked as compressed."""
    plain = noise(LARGEST)
    zipped = frame(0xC2, message(pack(zeros(LARGEST))))
    as_it_is, marked = frame(0x82, plain), frame(0xC2, message(stored(plain)))
    orders = {
        "compressed, as it is": (zipped, as_it_is),
        "as it is, compressed": (as_it_is, marked),
        "each": (zipped, as_it_is, marked, zipped, marked),
    }
    for order, messages in orders.items():
        with Victim("step07_deflate") as server:
            client = server.open_compressed()
            for data in messages:
                client.send(data)
                client.read_frame()
            note(order)
            server.bound_peak(memory(LARGEST))


@compressing()
def endless_empty_blocks(server):
    """A message of blocks with nothing in them could go on for ever. It is sent in fragments of the
    same bytes until the server refuses more, after at most twice the size of its largest
    message."""
    batch = EMPTY_BLOCK * (BATCH // len(EMPTY_BLOCK))
    client, other = server.open_compressed(), server.open_compressed()
    before, sent, slowest = server.cpu(), 0, 0
    while not is_ready(client.socket) and sent < 3 * LARGEST:
        client.send(frame(0x00 if sent else 0x42, batch))
        slowest = max(slowest, other.echo(3))
        sent += len(batch)
    equal(client.close_code(), 1009, f"after {sent} bytes")
    note(f"1009 after {sent / MIB:.0f} MiB")
    server.cost("cpu for a byte received", 1e9 * (server.cpu() - before) / sent, 20, "ns")
    bound("slowest echo of another", 1000 * slowest, 1000, "ms")
    server.bound_peak(1024)


@compressing()
def endless_tables(server):
    """Tables are more work than anything else, both for a byte received and for a byte that comes
    out. A message of nothing else is refused soon, and one with as many tables as its size allows
    is no more work than others."""
    nothing = pack(tables() * (3 * BATCH * 8 // len(tables()) + 1))
    most = pack((tables() + zeros(TWO_TABLES)) * (LARGEST // TWO_TABLES))
    client = server.open_compressed()
    before = server.cpu()
    client.send(frame(0x42, nothing))
    equal(client.close_code(), 1009, "tables alone")
    server.cost("cpu for tables alone", 1000 * (server.cpu() - before), 100, "ms")
    client = server.open_compressed()
    before = server.cpu()
    equal(exchange(client, 0xC2, message(most))[0], 0xC2, "the echo")
    server.cost("cpu for 16 MiB with tables", 1000 * (server.cpu() - before), 1000, "ms")


@compressing()
def compressed_drip(server):
    """A compressed message comes in frames of a byte each."""
    pair = zeros(2) + tables()
    payload = message(pack(pair * (DRIPPED * 8 // len(pair) + 1)))
    first, last = payload[:1], payload[-1:]
    frames = frame(0x42, first) + b"".join(frame(0x00, bytes((byte,))) for byte in payload[1:-1])
    client = server.open_compressed()
    before = server.cpu()
    for at in range(0, len(frames), SOME):  # which end anywhere in a frame
        client.send(frames[at : at + SOME])
    client.send(frame(0x80, last))
    equal(client.read_frame()[0], 0xC2, "the echo")
    note(f"{len(payload)} frames of a byte")
    server.cost("cpu for a byte received", 1e9 * (server.cpu() - before) / len(payload), 1000, "ns")
    server.bound_peak(1024)
