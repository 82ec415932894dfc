"""Ten thousand WebSocket connections open at once, each echoing, and what is left of them when they
are gone; then fewer that compress, and what those hold."""

import functools
import pathlib
import random
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import sample
from sample import check
from server import Server, close_frame, frame, handshake, is_instrumented, plain, until

CONNECTIONS, INSTRUMENTED = 10000, 500  # fewer when a sanitizer makes a thread expensive
KEPT_MOST = 8 * 1024  # KiB that the C library may keep in its heaps
CROWDS, CROWD = 40, 1000  # that come and go, to see whether more is kept each time
LEAKED_MOST = 16  # bytes for each connection by which what is kept may grow: no block
LARGE = 4096  # bytes of a message that the first buffer has no room for
STOP_MOST = 3 + 1 + 1  # seconds: THREADS_STOP_GRACE, THREADS_STOP_LAST, and one more
EACH_MOST = 9  # KiB of an idle connection: two pages, and its place
LIBRARY_EACH = 0.75  # KiB that glibc keeps for a thread that used the heap
SILENCE = 1.5  # seconds, more than LIMITS_RELAX_AFTER
GOODBYE = plain(0x88, struct.pack(">H", 1001) + b"the server is shutting down")


class Crowd:
    """A server, and a number of clients that all do the same."""

    def __init__(self, program, *options, count, port=0):
        self.server = Server(program, "--quiet", *options, port=port)
        self.count, self.clients = count, []
        self.start = sample.take(self.server)
        self.judged = not is_instrumented(program)

    def connect(self):
        self.clients = [self.server.connect() for _ in range(self.count)]
        wanted = self.start.threads + self.count
        check(until(lambda: self.server.threads() == wanted, pause=0.01), f"not {wanted} threads")

    def open(self):
        for client in self.clients:
            client.send(handshake())
        for client in self.clients:
            answer = client.read_head()
            check(answer.startswith(b"HTTP/1.1 101 "), f"no 101 but {answer}")

    def echo(self, turn, size):
        """Sends a message that no other connection sends on each before the first echo is read."""
        payloads = [struct.pack(">IHH", i, turn, 7) * (size // 8) for i in range(self.count)]
        for client, payload in zip(self.clients, payloads):
            client.send(frame(0x82, payload))
        for client, payload in zip(self.clients, payloads):
            check(client.read_frame() == (0x82, payload), "another echo")

    def leave(self, clients):
        """They close properly: both Close frames, then the server ends TCP."""
        for client in clients:
            client.send(close_frame(1000))
        for client in clients:
            check(client.close_code() == 1000, "another Close")
            client.close()

    def check_gone(self):
        self.server.clients = []
        kept = sample.check_gone(self.server, self.start)
        check(not self.judged or kept <= KEPT_MOST, f"{kept} KiB stay")
        return kept

    def each(self):
        return (sample.take(self.server).memory - self.start.memory) / self.count

    def print(self, stage):
        now = sample.take(self.server)
        print(f"  {stage:<50} {now.memory:8} KiB {self.each():6.2f} KiB each "
              f"{now.threads:7} threads {now.descriptors:7} descriptors", flush=True)


def start(count):
    """Starts a server whose time-outs end no connection while the others have their turn. Two
    connections come and go, so that what the server sets up once does not count."""
    patient = ("--ping-interval", "600", "--handshake-timeout", "600")
    crowd = Crowd("step05_echo", "--max-connections", str(count), *patient, count=count)
    for _ in range(2):
        crowd.server.open().close()
    crowd.start = sample.at_rest(crowd.server, crowd.start)
    return crowd


def a_crowd_is_served(crowd):
    crowd.print("before")
    crowd.connect()
    crowd.print("connected: a thread that waits for a request")
    crowd.open()
    crowd.print("open")
    crowd.echo(1, 24)
    crowd.print("after an echo of 24 bytes")
    small = crowd.each()
    crowd.echo(2, LARGE)
    crowd.print(f"after an echo of {LARGE} bytes")
    time.sleep(SILENCE)  # which is measured
    crowd.print("after a silence")
    silent = crowd.each()
    crowd.echo(3, 24)
    crowd.print("after another echo of 24 bytes")
    if crowd.judged:
        check(small <= EACH_MOST, f"{small:.2f} KiB after a message")
        check(silent <= EACH_MOST + LIBRARY_EACH, f"{silent:.2f} KiB after a silence")


def nothing_stays_after_close(crowd):
    crowd.leave(crowd.clients)
    crowd.check_gone()
    crowd.print("after they left with a Close")


def check_restart(crowd):
    """A server starts on the port of the one before, whose connections are still open here."""
    after = Server("step05_echo", "--quiet", port=crowd.server.port)
    after.open().close()
    crowd.server.disconnect()
    check(after.stop() == 0, "exit status")


def sigterm_tells_all_of_them(crowd):
    crowd.connect()
    crowd.open()
    crowd.echo(5, 24)
    begin = time.monotonic()
    crowd.server.process.terminate()
    for client in crowd.clients:
        got = client.read(len(GOODBYE))
        check(got == GOODBYE, f"{got} instead of a goodbye")
        client.offer(close_frame(1001))  # too late for the last ones, perhaps
    check(crowd.server.stop() == 0, "exit status")
    took = time.monotonic() - begin
    print(f"  SIGTERM with {crowd.count} connections open: gone after {took:.1f} s")
    check(took <= STOP_MOST, f"it took {took:.1f} s")
    check_restart(crowd)


def sigkill_leaves_the_port_free():
    crowd = start(100)
    crowd.connect()
    crowd.open()
    crowd.server.kill()
    check_restart(crowd)


def nothing_is_lost_with_another_crowd(count):
    """What the C library keeps goes up and down with each crowd, and more so the larger the crowd.
    What is lost is lost with each crowd. So many small crowds come, and the straight line through
    what is kept after each of them must not rise."""
    sample.keep_little(one_heap=True)
    crowd, kept = start(count), []
    for _ in range(CROWDS):
        crowd.connect()
        crowd.open()
        crowd.echo(4, 24)
        crowd.echo(5, LARGE)
        for client in crowd.clients[::2]:
            client.reset()
        crowd.leave(crowd.clients[1::2])
        kept.append(crowd.check_gone())
    more = 1024 * sample.slope(kept) / crowd.count
    print(f"  {CROWDS} times {crowd.count} connections that left, every other with a reset: "
          f"{min(kept)} to {max(kept)} KiB stay, {more:.1f} bytes more for each")
    check(not crowd.judged or more <= LEAKED_MOST, f"each connection loses {more:.0f} bytes")
    check(crowd.server.stop() == 0, "exit status")


# The bytes of a message, options, and the KiB that a connection may have when it is open, busy and
# silent. The silent ones have a place, the windows, and up to 32 KiB that the C library keeps of
# what was freed.
COMPRESSING = {
    "window 2^15, messages of 100 bytes": (100, (), 14, 320, 46),
    "window 2^15, messages of 32 KiB": (32768, (), 14, 560, 110),
    "the same without context takeover": (32768, ("--no-context-takeover",), 14, 560, 46),
    "window 2^9, messages of 100 bytes": (100, ("--window-bits", "9"), 14, 70, 46),
    "window 2^9, messages of 32 KiB": (32768, ("--window-bits", "9"), 14, 320, 46),
}
COMPRESSING_CLIENTS, TURNS = 500, 3
LETTERS = bytes(range(64, 96)) * 8  # for each byte


def stored(letters):
    """A message in a stored block (RFC 1951, 3.2.4), and the header of another, whose rest the
    receiver adds."""
    return b"\x00" + struct.pack("<HH", len(letters), len(letters) ^ 0xFFFF) + letters + b"\x00"


def connections_that_compress(name):
    """The messages come in stored blocks and go back in as few bits as letters take."""
    size, options, *most = COMPRESSING[name]
    crowd = Crowd("step07_deflate", *options, count=COMPRESSING_CLIENTS)
    numbers, figures = random.Random(1), {}

    def note(when, bound):
        figures[when] = crowd.each()
        check(not crowd.judged or figures[when] <= bound, f"{when}: {figures[when]:.1f} KiB")

    offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    clients = [crowd.server.open(offer, b": permessage-deflate") for _ in range(crowd.count)]
    note("open", most[0])
    for _ in range(TURNS):
        for client in clients:
            letters = numbers.getrandbits(8 * size).to_bytes(size, "little").translate(LETTERS)
            client.send(frame(0xC2, stored(letters)))
            first, echo = client.read_frame()
            check(first == 0xC2 and len(echo) < size, "no compressed echo")
        note("busy", most[1])
        held = sample.take(crowd.server)
        time.sleep(SILENCE)
        sample.at_rest(crowd.server, held)
        note("silent", most[2])
    print(f"  {name:<40}", *(f"{figure:8.1f}" for figure in figures.values()), flush=True)
    crowd.server.disconnect()
    check(crowd.server.stop() == 0, "exit status")


def main():
    wanted = CONNECTIONS
    if is_instrumented("step05_echo"):
        wanted = INSTRUMENTED
        print(f"SKIPPED in part: instrumented, so there are {wanted} connections only, and their "
              "memory is not judged")
    count = sample.allowed_connections(wanted)
    sample.keep_little(one_heap=False)
    crowd = start(count)
    tests = {
        "a crowd is served, each in little memory": lambda: a_crowd_is_served(crowd),
        "nothing stays after they closed": lambda: nothing_stays_after_close(crowd),
        "SIGTERM tells all of them, and is over in time": lambda: sigterm_tells_all_of_them(crowd),
        "SIGKILL leaves the port free": sigkill_leaves_the_port_free,
    }
    for name in COMPRESSING:
        tests[f"connections that compress hold little: {name}"] = functools.partial(
            connections_that_compress, name
        )
    tests["nothing is lost with another crowd"] = lambda: nothing_is_lost_with_another_crowd(
        min(CROWD, count)
    )
    return sample.run(tests)


sys.exit(main())
