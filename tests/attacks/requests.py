"""Attacks on the request: heads that are costly to read, or too large."""

import functools
import os
import socket
import time

from attack import attack, bound, check, equal, milliseconds, note
from server import WAIT, handshake, is_ready, until

# Headers that repeat something until they are long: what comes before, what is repeated, what comes
# after, and the status of the answer.
FILLERS = {
    "header_of_spaces": {
        "before a value": (b"X-Pad: ", b" ", b"x", 101),
        "after a value": (b"X-Pad: x", b" ", b"", 101),
        "tabs and spaces": (b"X-Pad:", b"\t ", b"", 101),
        "in Connection": (b"Connection: b", b" ", b"x", 101),
        "in Sec-WebSocket-Protocol": (b"Sec-WebSocket-Protocol: b", b" ", b"x", 400),
        "in Sec-WebSocket-Extensions": (b"Sec-WebSocket-Extensions: b", b" ", b"x", 400),
    },
    "header_of_lists": {
        "commas, Protocol": (b"Sec-WebSocket-Protocol: chat", b",", b"", 101),
        "commas and spaces, Protocol": (b"Sec-WebSocket-Protocol: ", b", ", b"chat", 101),
        "names, Protocol": (b"Sec-WebSocket-Protocol: a", b",b", b"", 101),
        "commas, Connection": (b"Connection: ", b",", b"x", 101),
        "numbers, Content-Length": (b"Content-Length: 0", b",0", b"", 101),
    },
    "header_of_quotes": {
        "an open quotation": (b'Sec-WebSocket-Extensions: a;b="', b"\\c", b"", 400),
        "backslashes": (b'Sec-WebSocket-Extensions: a;b="', b"\\\\", b'"', 400),
        "quotation marks": (b"Sec-WebSocket-Extensions: a;b=", b'"', b"", 400),
        "commas": (b"Sec-WebSocket-Extensions: a", b",", b"", 101),
        "parameters": (b"Sec-WebSocket-Extensions: a", b';b="c"', b"", 101),
        "extensions": (b"Sec-WebSocket-Extensions: a", b", a;b", b"", 101),
    },
}
REQUESTS, ROUNDS, SMALL, LARGE = 25, 5, 8000, 16000
DRIPPED = 1000  # bytes


def cost_of(server, name, filler, size):
    """The processor time of a request with a header of this size, in microseconds."""
    before, unit, after, status = filler
    request = handshake(before + unit * -(-size // len(unit)) + after + b"\r\n")

    def ask():
        for _ in range(REQUESTS):
            equal(server.ask(request), status, name)
        server.settle()

    return 1e6 * server.cpu_of(ask) / REQUESTS


def check_fillers(kind, server):
    """Twice the bytes must take less than three times the time. Other work on the machine only adds
    to it, through colder caches, so the least of some rounds is the best estimate."""
    times = {}
    for name, filler in FILLERS[kind].items():
        rounds = [
            (cost_of(server, name, filler, SMALL), cost_of(server, name, filler, LARGE))
            for _ in range(ROUNDS)
        ]
        times[name] = [min(column) for column in zip(*rounds)]
    worst = max(times, key=lambda name: times[name][1] / times[name][0])
    note(f"worst of {len(times)}: {worst}")
    server.cost("cpu 16 KB : 8 KB", times[worst][1] / times[worst][0], 3, "")
    server.cost("at 16 KB", max(large for _, large in times.values()), 5000, "us cpu")


for kind in FILLERS:
    attack(name=kind)(functools.partial(check_fillers, kind))


def drip(server, request, first, count):
    """Sends a request, `first` bytes of it at once, then `count` one by one, each when the thread
    has read the last one and gone to sleep, and then the rest. Returns the milliseconds of
    processor time that those in the middle took."""
    tasks = f"/proc/{server.pid}/task"
    others = set(os.listdir(tasks))
    client = server.connect()
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    until(lambda: len(os.listdir(tasks)) > len(others))
    (thread,) = set(os.listdir(tasks)) - others

    with open(f"{tasks}/{thread}/status", "rb") as status:

        def times_asleep():  # read fast, as a byte that comes late finds colder caches
            text = os.pread(status.fileno(), 4096, 0)
            return text.split(b"\nvoluntary_ctxt_switches:")[1].split()[0]

        client.send(request[:first])
        time.sleep(0.02)
        begin = server.cpu()
        for at in range(first, first + count):
            before = times_asleep()
            client.send(request[at : at + 1])
            if at + 1 < len(request):
                check(until(lambda: times_asleep() != before, pause=0), "a byte is not read")
        took = server.cpu() - begin
    client.send(request[first + count :])
    check(client.read_head().startswith(b"HTTP/1.1 101 "), "no 101")
    client.close()
    check(server.settle(), "the thread does not end")
    return 1000 * took


@attack()
def request_dripped(server):
    """Every byte wakes the thread, which costs something. But in a parser that starts anew with
    every read, each byte costs more than the one before."""
    ordinary = handshake()
    large = handshake(b"X-Pad: " + b"x" * (LARGE - 10) + b"\r\n")
    note(f"{len(ordinary)} bytes")
    server.cost("cpu", drip(server, ordinary, 0, len(ordinary)), 50, "ms")
    early, late = [], []
    while len(early) < 3 or (len(early) < 12 and min(late) >= 1.6 * min(early)):
        early.append(drip(server, large, 0, DRIPPED))
        late.append(drip(server, large, len(large) - DRIPPED, DRIPPED))
    note(f"first {DRIPPED} of {len(large)} bytes {min(early):.1f} ms")
    server.cost("last : first", min(late) / min(early), 1.6, "")


@attack(name="2000_headers", quick=True)
def many_headers(server):
    begin, before = time.monotonic(), server.cpu()
    equal(server.ask(handshake(b"a:b\r\n" * 2000)), 431, "2000 headers")
    bound("answer", milliseconds(begin), 2000, "ms")
    server.settle()
    server.cost("cpu", 1000 * (server.cpu() - before), 20, "ms")
    server.bound_peak(256)


@attack()
def endless_line(server):
    """A header line, and a request line, that never ends. The answer must come when it is too long,
    not when it is over, and a client that goes on sending all the same must be gone soon."""
    for beginning, status in (b"GET / HTTP/1.1\r\nX-Endless: ", 431), (b"GET /", 414):
        client = server.connect()
        begin = time.monotonic()
        client.send(beginning)
        while not is_ready(client.socket) and time.monotonic() - begin < WAIT:
            client.send(b"x" * 4096)
        bound("answer", milliseconds(begin), 2000, "ms")
        equal(int(client.read_head(b"\r\n").split()[1]), status, "a line without end")
        while client.offer(b"x" * 4096) and time.monotonic() - begin < WAIT:
            pass
        bound("gone", milliseconds(begin), 4000, "ms")
        client.close()
    server.bound_peak(256)
