"""Attacks by leaving, at every byte and in both ways that TCP has, and by patience: to do nothing,
or very little, for as long as the server allows."""

import select
import time

from attack import (KIB, LARGEST, MIB, Victim, attack, bound, check, compressing, equal, exchange,
                    milliseconds, note)
from server import HANDSHAKE, WAIT, close_frame, frame, handshake, is_ready
from squeeze import message, noise, pack, stored, zeros

PLACES, UNUSED, DEAF = 20, 1000, 4
CONVERSATION = b"".join((
    handshake(),
    frame(0x81, b"text"),
    frame(0x89, b"ping"),
    frame(0x01, b"in "),
    frame(0x80, b"fragments"),
    close_frame(1000, b"done"),
))


@attack(quick=True)
def reset_at_each_byte(server):
    """Leaves after each byte. With a reset at once; with one a moment later, when the server is
    likely to have read the bytes; or by an ordinary close, where the kernel resets when more
    comes."""
    begin = time.monotonic()
    for how in "at once", "later", "in order":
        for size in range(len(CONVERSATION) + 1):
            client = server.connect()
            client.send(CONVERSATION[:size])
            if how == "later":
                time.sleep(0.001)
            client.close() if how == "in order" else client.reset()
    note(f"{len(CONVERSATION) + 1} places, in three ways")
    check(server.settle(), "threads are left")
    bound("all gone after", milliseconds(begin), 5000, "ms")
    server.bound_peak(4096)


@attack(quick=True)
def reset_during_echo(server):
    """Leaves while the server writes: with a reset in the middle of a large echo; or by an ordinary
    close after a batch of pings, whose pongs take many writes. The kernel answers the first of them
    with a reset, and the next raises SIGPIPE, which ends a process that is not prepared."""
    large, pings = frame(0x82, bytes(MIB)), frame(0x89, bytes(125))
    for _ in range(20):
        client = server.open()
        client.send(large)
        check(client.receive(1), "no echo")
        client.reset()
        client = server.open()
        client.offer(pings * 2000)
        client.close()
    for _ in range(40):  # and with nothing unread: the close is a FIN and the reset comes later
        client = server.open()
        client.offer(pings * 100)
        client.close()
    check(server.settle(), "threads are left")
    note("80 left")
    server.bound_peak(65536)


def read_slowly(client):
    """Reads 64 KiB at a time. Such a reader gets all of its echo."""
    left, begin = LARGEST + 10, time.monotonic()
    while left > 0 and time.monotonic() - begin < WAIT:
        came = client.receive(65536, 1)
        check(came, "a slow reader did not get all of its echo")
        left -= len(came) or left
        time.sleep(0.004)
    equal(left, 0, "bytes of an echo are missing")


@attack()
def slow_readers(server):
    """A client that reads nothing of a large echo holds its memory, but no more than that, and not
    for long. The echo begins when all of the message is there, so nobody has to read before."""
    large = frame(0x82, bytes(LARGEST))
    deaf = [server.open() for _ in range(DEAF)]
    for client in deaf:
        client.send(large)
    begin = time.monotonic()
    slow, other = server.open(), server.open()
    slow.send(large)
    other.echo(125)
    read_slowly(slow)
    note(f"{DEAF} that read nothing, a slow one")
    # While a buffer doubles to its last size, half as much is there as well.
    each = server.peak_growth() / (DEAF + 1)
    server.cost("memory of each", each, 1.5 * LARGEST / KIB + 256, "KiB")
    for i in range(DEAF):
        server.logs(b"#%d lost after 1 messages: the peer does not read" % (i + 2))
    bound("given up after", time.monotonic() - begin, 15, "s")
    other.echo(125)
    check(server.settle(2), "threads are left")  # one frees its memory after that line of the log
    server.bound_data("data left")


@attack("--handshake-timeout", "1")
def unused_connections(server):
    """Connections that never send a byte, nearly as many as the server has places for."""
    begin = time.monotonic()
    clients = [server.connect() for _ in range(UNUSED)]
    server.serve(125)
    note(f"{UNUSED} connections")
    server.cost("memory of each", server.peak_growth() / UNUSED, 16, "KiB")
    bound("threads", server.more_threads(), UNUSED + 2)
    told = 0
    for client in clients:
        told += client.read_all().startswith(b"HTTP/1.1 408 ")
        client.close()
    equal(told, UNUSED, "were told 408")
    check(server.settle(), "threads are left")
    bound("all gone after", milliseconds(begin), 4000, "ms")


@attack("--max-connections", str(PLACES), "--handshake-timeout", "0.7")
def slowloris(server):
    """All places are taken by requests that never end: now and then comes a header. No header may
    give the request more time than it has as a whole."""
    begin = time.monotonic()
    clients = [server.connect() for _ in range(PLACES)]
    for client in clients:
        client.send(HANDSHAKE)
    equal(server.ask(handshake()), 503, "it works, so far")
    while clients and milliseconds(begin) < 1000 * WAIT:
        time.sleep(0.05)
        clients = [client for client in clients if not is_ready(client.socket)]
        for client in clients:
            client.offer(b"X-a: b\r\n")
    note(f"all {PLACES} places taken")
    bound("free again after", milliseconds(begin), 2000, "ms")


def send_on(client):
    """This peer does not reply to the server's Close and goes on sending. Returns after how many
    milliseconds the connection is gone."""
    begin, gone = time.monotonic(), select.poll()
    gone.register(client.socket, 0)  # a reset, that is, not what there is to read
    while milliseconds(begin) < 1000 * WAIT and not gone.poll(5):
        if not client.offer(frame(0x89, b"still here")):
            break
        try:
            client.drain()
        except ConnectionError:
            break
    return milliseconds(begin)


@attack("--idle-timeout", "0.2")
def close_unanswered(server):
    bound("after 1001, gone in", send_on(server.open()), 4000, "ms")
    failed = server.open()
    failed.send(b"\x81\x00")  # not masked, which is 1002
    bound("after 1002", send_on(failed), 4000, "ms")
    server.disconnect()
    server.settle()
    server.bound_peak(256)


def never_end(clients, drop):
    """Sends a pong, a ping and this on each connection now and then, until all have been told 1008.
    Returns after how many milliseconds that was."""
    begin, alive = time.monotonic(), list(clients)
    while alive and milliseconds(begin) < 1000 * WAIT:
        time.sleep(0.05)
        for client in alive:
            client.drain()
        alive = [client for client in alive if not client.buffer.endswith(b"takes too long")]
        for client in alive:
            client.offer(frame(0x8A) + frame(0x89) + drop)
    return milliseconds(begin)


@attack(program=None)
def endless_message():
    """All places are taken by clients that answer pings but never end the message that they have
    begun: first with few bytes that hold much memory, then with a fragment now and then."""
    payload = message(pack(zeros(LARGEST // 4)))
    limits = ("--message-timeout", "0.5", "--ping-interval", "0.1")
    for name, beginning, drop in (
        ("told 1008 after", payload, b""),
        ("dripping, told 1008 after", payload[:10], frame(0x00)),
    ):
        with Victim("step07_deflate", "--max-connections", str(PLACES), *limits) as server:
            clients = [server.open_compressed() for _ in range(PLACES)]
            equal(server.ask(handshake()), 503, "all places are taken")
            for client in clients:
                client.send(frame(0x42, beginning))
            bound(name, never_end(clients, drop), 2000, "ms")
            for client in clients:
                equal(client.close_code(), 1008, "the end of a message without end")
                client.close()
            server.settle()
            server.bound_data("data left")


@compressing()
def memory_kept_alive(server):
    """The server gives back the memory of a large message although the client sends something small
    now and then."""
    plain = noise(LARGEST)
    marked = message(stored(plain))
    kinds = {"pings": (0x89, b""), "messages as they are": (0x82, b"abc"),
             "compressed messages": (0xC2, b"\x00")}
    for name, small in kinds.items():
        for large in (0x82, plain), (0xC2, marked):
            client = server.open_compressed()
            exchange(client, *large)
            for _ in range(3):
                time.sleep(0.05)
                exchange(client, *small)
            server.bound_data(name)
            client.close()
            server.settle()
