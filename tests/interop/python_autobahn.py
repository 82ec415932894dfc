"""Drives the echo server with the Python package autobahn, on asyncio."""

import asyncio

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer

from lib import check, conversation, equal, run, within

ALLOWED = "https://good.example"


class Client(WebSocketClientProtocol):
    """Puts what happens where the checks can wait for it."""

    def __init__(self):
        super().__init__()
        self.opened = asyncio.get_running_loop().create_future()
        self.closed = asyncio.get_running_loop().create_future()
        self.messages = asyncio.Queue()
        self.pongs = asyncio.Queue()

    def onConnect(self, response):
        self.response = response

    def onOpen(self):
        self.opened.set_result(None)

    def onMessage(self, payload, isBinary):
        self.messages.put_nowait(payload if isBinary else payload.decode())

    def onPong(self, payload):
        self.pongs.put_nowait(payload)

    def onClose(self, wasClean, code, reason):
        self.closed.set_result((code, reason))
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(reason))

    async def echo(self, message):
        binary = isinstance(message, bytes)
        self.sendMessage(message if binary else message.encode(), binary)
        return await self.messages.get()


async def connect(server, protocols=None, origin=ALLOWED, **options):
    factory = WebSocketClientFactory(server.url, protocols=protocols, origin=origin)
    factory.protocol = Client
    factory.setProtocolOptions(**options)
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(factory, factory.host, factory.port)
    await within(client.opened, "open")
    return client


async def closes_with(client, wanted, code=None, reason=None):
    client.sendClose(code, reason)
    got, _ = await within(client.closed, "the close")
    equal(wanted, got, "close code")


async def fragments(client):
    client.sendMessage("in some pieces".encode(), fragmentSize=3)
    equal("in some pieces", await within(client.messages.get(), "the message"), "text")


async def ping_between_fragments(client):
    client.beginMessage(isBinary=True)
    client.sendMessageFrame(b"half")
    client.sendPing(b"now")
    equal(b"now", await within(client.pongs.get(), "a Pong"), "payload")
    client.sendMessageFrame(b" whole")
    client.endMessage()
    equal(b"half whole", await within(client.messages.get(), "the message"), "binary")


async def no_extension(client):
    equal(None, client.response.headers.get("sec-websocket-extensions"), "extension")


async def unmasked(server):
    client = await connect(server, maskClientFrames=False)
    client.sendMessage(b"no mask")
    code, _ = await within(client.closed, "the close")
    equal(1002, code, "close code")


async def subprotocol(server):
    client = await connect(server, protocols=["unknown", "chat"])
    equal("chat", client.response.protocol, "subprotocol")
    await closes_with(client, 1000, 1000)


async def forbidden(server):
    try:
        await connect(server, origin="https://bad.example")
    except ConnectionError as error:
        equal(True, "403" in str(error), f"403 in '{error}'")
    else:
        raise AssertionError("wanted a refusal, came an open connection")


async def main(server):
    offer = {"perMessageCompressionOffers": [PerMessageDeflateOffer()]}
    for label, options in {
        "compression offered": offer,
        "no extension offered": {},
        "in frames of 1000 bytes": {"autoFragmentSize": 1000},
    }.items():
        client = await connect(server, **options)
        await check(f"{label}: the server picks no extension", no_extension(client))
        await conversation(label, client.echo)
        await check(f"{label}: fragments", fragments(client))
        await check(f"{label}: a Ping between fragments", ping_between_fragments(client))
        closing = closes_with(client, 1000, 1000, "done")
        await check(f"{label}: close 1000 comes back", closing)
    client = await connect(server)
    await check("close 3000 comes back", closes_with(client, 3000, 3000, "r" * 123))
    client = await connect(server)
    await check("a Close without a code is answered without", closes_with(client, None))
    await check("frames without a mask are refused with 1002", unmasked(server))
    await check("the subprotocol chat is picked from a list", subprotocol(server))
    await check("a foreign Origin is refused with 403", forbidden(server))
    await check("SIGTERM ends the server with status 0", server.stop())


run(main, options=["--origin", ALLOWED])
