"""Compression with the clients of the Python packages websockets, aiohttp, autobahn and tornado,
and a count of the bytes on the wire, because an echo alone does not tell whether anything was
compressed. The argument names the package."""

import asyncio
import random
import sys

from lib import MESSAGES, Server, check, equal, results, within

FORGET = "server_no_context_takeover; client_no_context_takeover"
# Not a window of 2^8 bytes: zlib has a compressor for 2^9 at least, and none of these packages
# takes that into account.
SERVERS = (  # options, and what the server answers to one who offers client_max_window_bits
    ((), "permessage-deflate"),
    (("--no-context-takeover",), f"permessage-deflate; {FORGET}"),
    (
        ("--window-bits", "9"),
        "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
    ),
)


class Wire:
    """Passes everything on to a server, and counts it."""

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


def messages():
    """All that every client sends, empty messages twice in a row, and words."""
    chance = random.Random(7692)
    vocabulary = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(500)]
    words = lambda count: " ".join(chance.choices(vocabulary, k=count))  # noqa: E731
    yield from MESSAGES.values()
    yield from ("", "", b"", b"")
    yield from (words(500), words(50), words(5))
    yield words(150000)
    yield chance.randbytes(65536)
    for number in range(300):
        yield f'{{"id": {number}, "text": "{words(8)}"}}'


def size(message):
    return len(message.encode() if isinstance(message, str) else message)


async def websockets_client(url, talk):
    import websockets

    async with websockets.connect(url, max_size=None, ping_interval=None) as socket:

        async def echo(message):
            await socket.send(message)
            return await socket.recv()

        await talk(echo)


async def aiohttp_client(url, talk):
    import aiohttp

    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url, compress=15, max_msg_size=0) as socket:

            async def echo(message):
                if isinstance(message, str):
                    await socket.send_str(message)
                else:
                    await socket.send_bytes(message)
                return (await socket.receive()).data

            await talk(echo)


async def tornado_client(url, talk):
    from tornado.websocket import websocket_connect

    socket = await websocket_connect(url, compression_options={}, max_message_size=2**24)

    async def echo(message):
        await socket.write_message(message, binary=isinstance(message, bytes))
        return await socket.read_message()

    await talk(echo)
    socket.close()


async def autobahn_client(url, talk):
    from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
    from autobahn.websocket import compress

    came = asyncio.Queue()
    opened = asyncio.get_running_loop().create_future()

    class Protocol(WebSocketClientProtocol):
        def onOpen(self):
            opened.set_result(None)

        def onMessage(self, payload, isBinary):
            came.put_nowait(payload if isBinary else payload.decode())

        def onClose(self, wasClean, code, reason):
            came.put_nowait(f"closed: {code} {reason}")
            if not opened.done():
                opened.set_exception(AssertionError(f"closed: {reason}"))

    def accept(response):
        agreed = isinstance(response, compress.PerMessageDeflateResponse)
        return compress.PerMessageDeflateResponseAccept(response) if agreed else None

    factory = WebSocketClientFactory(url)
    factory.protocol = Protocol
    factory.setProtocolOptions(
        perMessageCompressionOffers=[compress.PerMessageDeflateOffer(False)],
        perMessageCompressionAccept=accept,
    )
    port = int(url.rsplit(":", 1)[1].strip("/"))
    _, protocol = await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", port)
    await within(opened, "open")

    async def echo(message):
        binary = isinstance(message, bytes)
        protocol.sendMessage(message if binary else message.encode(), binary)
        return await came.get()

    await talk(echo)
    protocol.sendClose(1000)


async def compresses(client, options, agreed):
    server = Server()
    await server.start("step07_deflate", *options)
    try:
        async with Wire(server.url) as wire:
            payload = 0

            async def talk(echo):
                nonlocal payload
                for message in messages():
                    equal(message, await within(echo(message), "the message"), "echo")
                    payload += size(message)

            await within(client(wire.url, talk), "the end", 60)
            await server.logs(f"extension {agreed}\n")
            few = {"up": 1.5 * wire.up < payload, "down": 1.5 * wire.down < payload}
            equal({"up": True, "down": True}, few, f"{wire.up}, {wire.down} for {payload}, few:")
        await server.stop()
    except AssertionError as error:
        server.complaints.seek(0)
        last = server.complaints.read()[-300:].decode(errors="replace")
        raise AssertionError(f"{error}; the server's log ends {last!r}") from None
    finally:
        if server.process.returncode is None:
            server.process.kill()
            await server.process.wait()


async def main(name):
    client = globals()[f"{name}_client"]
    for options, agreed in SERVERS:
        # Tornado 6.2 ignores parameters without a value, and goes on with its context.
        if name == "tornado" and "--no-context-takeover" in options:
            continue
        label = f"{name}, {' '.join(options) or 'no option'}: all comes back, in fewer bytes"
        await check(label, compresses(client, options, agreed))


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 120))
sys.exit(1 if results["failed"] else 0)
