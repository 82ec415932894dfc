"""Attacks with very many small things, which cost their sender next to nothing."""

import time
from select import POLLOUT

from attack import Helper, attack, bound, check, equal, note
from server import WAIT, frame, is_ready

BATCH = 10000  # frames
SERVED, CROWD, REFUSED = 50, 400, 64


def flood(client, batch, times):
    for _ in range(times):
        client.send(batch)


def check_fragments(server, batches, payload):
    """Sends a message of `batches` times BATCH fragments with this payload, and then its end, while
    another client goes on with its echoes. All of that is legal, so in the end there is an echo."""
    client, other = server.open(), server.open()
    client.send(frame(0x02))
    batch = frame(0x00, payload) * BATCH
    before, begin, echoes, ended = server.cpu(), time.monotonic(), [], False
    sender = Helper(flood, client, batch, batches)
    while not ended and time.monotonic() - begin < WAIT:
        echoes.append(other.echo(125))
        ended = sender.has_ended()
    check(ended, "the flood is not read")
    client.send(frame(0x80))
    equal(client.read(1), b"\x82", "the echo")
    server.cost("cpu", 1000 * (server.cpu() - before), 5000, "ms")
    note(f"meanwhile {len(echoes)} other echoes")
    bound("slowest", 1000 * max(echoes), 1000, "ms")


@attack()
def empty_fragments(server):
    """Ten million continuation frames without a byte in them."""
    check_fragments(server, 1000, b"")
    server.bound_peak(1024)


@attack()
def tiny_fragments(server):
    """Five million of a byte each: the server must keep 5 MB of them, not an object for each."""
    check_fragments(server, 500, b"x")
    server.bound_peak(2.5 * 5000000 / 1024)


def send_until_stuck(client, data, wait):
    """Sends this over and over, until the server takes nothing for `wait` seconds, or has given up.
    Returns how many bytes it took, and when it took the last of them."""
    taken, last, deadline = 0, 0, time.monotonic() + WAIT
    client.socket.setblocking(False)
    while time.monotonic() < deadline and is_ready(client.socket, wait, POLLOUT):
        try:
            taken += client.socket.send(data)
            last = time.monotonic()
        except ConnectionError:
            break
    return taken, last


@attack()
def ping_flood(server):
    """Every ping is answered with a pong of its size, and this peer reads none of them. The server
    must not keep those that do not fit into the kernel's buffers: it stops reading, and gives
    up."""
    client, other = server.open(), server.open()
    pings = frame(0x89, b"p" * 125) * 1000  # of which the kernel may take a part
    first, last = send_until_stuck(client, pings, 0.5)
    other.echo(125)
    second, later = send_until_stuck(client, pings, WAIT)  # it may only have been slow
    note(f"{(first + second) / 1e6:.1f} MB of pings")
    server.bound_peak(1024)
    server.logs(b"lost after 0 messages: the peer does not read")
    bound("given up after", time.monotonic() - max(last, later), 15, "s")
    other.echo(125)
    server.bound_peak(1024)


@attack("--max-connections", str(SERVED))
def crowd(server):
    """Far more clients than the server has places for. Those that have a place keep it."""
    inside = [server.open() for _ in range(SERVED)]
    descriptors = server.descriptors()
    outside = [server.connect() for _ in range(CROWD)]
    inside[0].echo(125)
    inside[-1].echo(125)
    threads, more = server.more_threads(), server.descriptors() - descriptors
    told = 0
    for client in outside:
        told += client.rest().startswith(b"HTTP/1.1 503 ")
        client.close()
    inside[0].echo(125)
    inside[-1].echo(125)
    note(f"{told} of {CROWD} were told 503")
    check(told > 0, "nobody was told")
    bound("threads", threads, SERVED + REFUSED + 1)
    bound("descriptors +", more, REFUSED + 2)
    server.bound_peak(16 * (SERVED + REFUSED))
