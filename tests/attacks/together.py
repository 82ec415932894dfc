"""All attacks at once, and an ordinary client between them.

The client sends a short message, waits for its echo, and pauses a moment, as a person or a game
would. Its round trips are measured before the attack, under it, and after it; the median and the
ninth decile under attack must stay below three times those of the quiet times. The attackers stand
for other machines, so they get only the processor time that nobody else wants. The server has its
usual share of it, on the same processors as the client."""

import contextlib
import itertools
import time

from attack import KIB, LARGEST, Helper, attack, check, milliseconds, note
from server import WAIT, frame, handshake

TRIPS, QUIET_TRIPS = 2000, 500
LEAST_BUSY = 0.5  # processors


def storm(server, beginning, repeated, reading=False):
    """Sends these bytes over and over, on a new connection whenever the server has had enough."""
    while True:
        with contextlib.suppress(OSError):
            client = server.connect()
            client.send(handshake() + beginning)
            while True:
                client.send(repeated)
                if reading:
                    client.drain()
                    client.buffer.clear()
        server.disconnect()
        time.sleep(0.01)


def knock(server, request):
    """Sends this on one connection after the other, each time until the server has had enough."""
    while True:
        with contextlib.suppress(OSError):
            client = server.connect()
            client.send(request)
            client.rest()
        server.disconnect()


def leave(server, data):
    """Sends this and goes with a reset."""
    while True:
        with contextlib.suppress(OSError):
            client = server.connect()
            client.send(data)
            client.reset()
        server.clients.clear()
        time.sleep(0.001)


def hold(server, count):
    """Holds this many connections: half are silent, half drip a byte of a request now and then."""
    clients = [server.connect() for _ in range(count)]
    for byte in itertools.cycle(handshake()):
        for client in clients[::2]:
            client.offer(bytes((byte,)))
        time.sleep(0.02)


def ignore(server, message):
    """Does not read four echoes."""
    for _ in range(4):
        server.connect().offer(handshake() + message)
    while True:
        time.sleep(1)


def measure(client, most):
    """Makes this many round trips, or fewer if they take longer than WAIT. Returns the microseconds
    of the median, of the ninth decile and of the slowest."""
    times, begin = [], time.monotonic()
    while len(times) < most and time.monotonic() - begin < WAIT:
        times.append(1e6 * client.echo(20))
        time.sleep(0.001)
    times.sort()
    return times[len(times) // 2], times[len(times) * 9 // 10], times[-1]


@attack()
def all_together(server):
    spaces = handshake(b"Sec-WebSocket-Protocol: chat,".ljust(15998) + b"\r\n")
    attackers = (  # with all that they send, so that they need no time but for sending it
        (storm, frame(0x02), frame(0x00) * 20000),
        (storm, b"", frame(0x89, bytes(125)) * 2000),
        (storm, b"", frame(0x89) * 2000, True),
        (knock, spaces + bytes.fromhex("82 ff 0000000100000000 00000000")),
        (leave, handshake() + frame(0x81, b"cut off")[:-3]),
        (hold, 200),
        (ignore, frame(0x82, bytes(LARGEST))),
    )
    client = server.open()
    before = measure(client, QUIET_TRIPS)
    helpers = [Helper(body, server, *arguments) for body, *arguments in attackers]
    time.sleep(0.5)  # so that all of them have begun
    cpu, begin = server.cpu(), time.monotonic()
    median, tenth, slowest = measure(client, TRIPS)
    busy = 1000 * (server.cpu() - cpu) / milliseconds(begin)
    for helper in helpers:
        helper.stop()
    check(server.settle(1), "threads are left")
    after = measure(client, QUIET_TRIPS)
    quiet_median, quiet_tenth = ((one + other) / 2 for one, other in zip(before[:2], after))
    note(f"quiet: median {quiet_median:.0f} us, 9/10 below {quiet_tenth:.0f}; attacked: "
         f"{median:.0f}, {tenth:.0f}, all below {slowest:.0f}")
    note(f"{busy:.2f} processors busy")
    if busy < LEAST_BUSY:  # either somebody else wanted the time that was meant for the attackers,
        note("a weak attack")  # or the server stood still, which the latency shows
    server.cost("median x", median / quiet_median, 3, "")
    server.cost("9/10 x", tenth / quiet_tenth, 3, "")
    server.bound_peak(4 * 1.5 * LARGEST / KIB + 8192)
