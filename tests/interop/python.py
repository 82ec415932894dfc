"""Drives the echo server and the one of step 7 with the client of a Python package, which the
argument names."""

import asyncio
import contextlib
import itertools
import sys

import clients
from lib import Server, check, equal, messages, run, within

ALLOWED = "https://good.example"
FORGET = "server_no_context_takeover; client_no_context_takeover"
LIMIT = 2**20  # bytes of a message
# No window of 2^8 bytes: zlib has a compressor for 2^9 at least, and none of these packages
# takes that into account.
DEFLATE = (  # options, and what the server answers to an offer of client_max_window_bits
    ((), "permessage-deflate"),
    (("--no-context-takeover",), f"permessage-deflate; {FORGET}"),
    (
        ("--window-bits", "9"),
        "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
    ),
)


async def opened(client, url, origin=ALLOWED, **options):
    socket = client()
    await within(socket.connect(url, origin=origin, **options), "open")
    return socket


async def echoes(socket):
    """Has all messages come back, and many small ones. Returns how many bytes they have."""
    size = 0
    small = (f'{{"id": {number}, "text": "the quick brown fox"}}' for number in range(300))
    for message in itertools.chain(messages(), small):
        await within(socket.send(message), "the message to be sent")
        equal(message, await within(socket.receive(), "the message"), "echo")
        size += len(message if isinstance(message, bytes) else message.encode())
    return size


async def closes(socket, code, reason=""):
    equal(code, await within(socket.close(code, reason), "the close"), "close code")


async def converses(client, url, options):
    socket = await opened(client, url, **options)
    equal(None, socket.extensions, "extension")
    await echoes(socket)
    await closes(socket, 1000, "done")


async def pings(client, url):
    socket = await opened(client, url)
    equal(b"p" * 125, await within(socket.ping(b"p" * 125), "a Pong"), "Pong")
    await closes(socket, 4999, "r" * 123)


async def fragments(client, url):
    socket = await opened(client, url)
    equal(b"between", await within(socket.fragments(), "a Pong"), "Pong")
    equal("one message", await within(socket.receive(), "the message"), "text")
    await closes(socket, 3000)


async def subprotocol(client, url):
    socket = await opened(client, url, subprotocols=["unknown", "chat"])
    equal("chat", socket.subprotocol, "subprotocol")
    await closes(socket, 1000)


async def forbidden(client, url):
    try:
        await opened(client, url, "https://bad.example")
    except Exception as error:
        equal(True, "403" in str(error), f"403 in '{error}'")
    else:
        raise AssertionError("wanted a refusal, came an open connection")


async def too_large(client, url):
    socket = await opened(client, url)
    with contextlib.suppress(Exception):  # the server may answer before it has all
        await within(socket.send(b"\0" * (LIMIT + 1)), "the message to be sent")
    equal(1009, await within(socket.closed(), "the close"), "close code")


async def stopped(client, server):
    socket = await opened(client, server.url)
    await server.stop()
    equal(1001, await within(socket.closed(), "the close"), "close code")


async def plain(client):
    options = ("--origin", ALLOWED, "--max-message", str(LIMIT))
    async with Server("step05_echo", *options) as server:
        for label, mode in client.MODES.items():
            talking = converses(client, server.url, mode)
            await check(f"{label}: no extension is picked, all comes back, and close 1000", talking)
        await check("a Ping with 125 bytes, and close 4999", pings(client, server.url))
        if hasattr(client, "fragments"):
            await check("fragments with a Ping between them", fragments(client, server.url))
        await check("the subprotocol chat is picked from a list", subprotocol(client, server.url))
        await check("a foreign Origin is refused with 403", forbidden(client, server.url))
        await check("a byte too many is refused with 1009", too_large(client, server.url))
        await check("SIGTERM says 1001 and ends with status 0", stopped(client, server))


class Wire:
    """Passes everything on to a server, and counts it: an echo alone does not tell whether anything
    was compressed."""

    def __init__(self, url):
        self.to = int(url.rsplit(":", 1)[1].strip("/"))
        self.up = self.down = 0

    async def serve(self, reader, writer):
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self.to)

        async def copy(source, sink, name):
            try:
                while data := await source.read(65536):
                    setattr(self, name, getattr(self, name) + len(data))
                    sink.write(data)
                    await sink.drain()
            except ConnectionError:
                pass
            sink.close()

        await asyncio.gather(
            copy(reader, onward_writer, "up"), copy(onward_reader, writer, "down")
        )

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_):
        self.server.close()


async def compresses(client, options, agreed):
    async with Server("step07_deflate", *options) as server, Wire(server.url) as wire:
        socket = await opened(client, wire.url, **client.DEFLATE)
        size = await echoes(socket)
        await closes(socket, 1000)
        await server.logs(f"extension {agreed}\n")
        few = {"up": 1.5 * wire.up < size, "down": 1.5 * wire.down < size}
        equal({"up": True, "down": True}, few, f"{wire.up}, {wire.down} for {size}, few:")
        await server.stop()


async def compressed(client):
    for options, agreed in DEFLATE:
        # Tornado 6.2 ignores parameters without a value, and goes on with its context.
        if client is clients.Tornado and "--no-context-takeover" in options:
            continue
        label = f"step 7, {' '.join(options) or 'no option'}: all comes back, in fewer bytes"
        await check(label, compresses(client, options, agreed))


async def everything(client):
    await plain(client)
    if hasattr(client, "DEFLATE"):
        await compressed(client)


run(everything(getattr(clients, sys.argv[1].capitalize())))
