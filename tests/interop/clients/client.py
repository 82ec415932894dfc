"""Clients made with Python packages: client.py PACKAGE URL ORIGIN OPTIONS, the last as JSON. See
../clients.mjs for what a client does. Each imports its package when it is used."""

import asyncio
import base64
import json
import os
import sys

SUBPROTOCOLS = ["unknown", "chat"]
tasks = []  # keeps what nobody waits for


def say(*words):
    print(*words, flush=True)


def opened(subprotocol, extensions):
    say("open", subprotocol or "none", extensions or "none")


def show(message):
    binary = isinstance(message, bytes)
    data = base64.b64encode(message if binary else message.encode())
    say(("b" if binary else "t") + data.decode())


def forward(send, close):
    """Sends what the input holds and then closes, while the caller receives."""

    async def lines():
        while line := await asyncio.to_thread(sys.stdin.readline):
            data = base64.b64decode(line[1:])
            await send(data if line[0] == "b" else data.decode())
        await close(4999, "enough")

    tasks.append(asyncio.create_task(lines()))
    return tasks[0]


async def websockets(url, origin, options):
    import websockets

    options = {"max_size": None, "ping_interval": None, "subprotocols": SUBPROTOCOLS, **options}
    socket = await websockets.connect(url, origin=origin, **options)
    opened(socket.subprotocol, socket.response_headers.get("Sec-WebSocket-Extensions"))
    forward(socket.send, socket.close)
    try:
        while True:
            show(await socket.recv())
    except websockets.ConnectionClosed:
        return socket.close_code


async def aiohttp(url, origin, options):
    import aiohttp

    options = {"max_msg_size": 0, "protocols": SUBPROTOCOLS, **options}
    socket = await aiohttp.ClientSession().ws_connect(url, origin=origin, **options)
    opened(socket.protocol, socket.compress)

    async def send(message):
        await (socket.send_bytes if isinstance(message, bytes) else socket.send_str)(message)

    async def receive():
        async for message in socket:
            show(message.data)

    async def close(code, reason):
        receiving.cancel()  # beside that close() would not wait for the answer
        await socket.close(code=code, message=reason.encode())

    receiving = asyncio.create_task(receive())
    task = forward(send, close)
    await asyncio.wait([receiving])
    if receiving.cancelled():
        await task
    return socket.close_code


async def tornado(url, origin, options):
    from tornado.httpclient import HTTPRequest
    from tornado.websocket import websocket_connect

    request = HTTPRequest(url, headers={"Origin": origin})
    socket = await websocket_connect(request, subprotocols=SUBPROTOCOLS, **options)
    opened(socket.selected_subprotocol, socket.headers.get("Sec-WebSocket-Extensions"))

    async def send(message):
        await socket.write_message(message, binary=isinstance(message, bytes))

    async def close(code, reason):
        socket.close(code, reason)

    forward(send, close)
    while (message := await socket.read_message()) is not None:
        show(message)
    return socket.close_code


async def autobahn(url, origin, options):
    from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
    from autobahn.websocket import compress

    loop = asyncio.get_running_loop()
    end = loop.create_future()

    class Client(WebSocketClientProtocol):
        def onConnect(self, response):
            opened(response.protocol, response.headers.get("sec-websocket-extensions"))

        def onOpen(self):
            async def send(message):
                binary = isinstance(message, bytes)
                self.sendMessage(message if binary else message.encode(), binary)

            async def close(code, reason):
                self.sendClose(code, reason)

            forward(send, close)

        def onMessage(self, payload, isBinary):
            show(payload if isBinary else payload.decode())

        def onClose(self, wasClean, code, reason):
            if tasks:
                end.set_result(code)
            else:
                end.set_exception(ConnectionError(reason))

    def accept(response):
        agreed = isinstance(response, compress.PerMessageDeflateResponse)
        return compress.PerMessageDeflateResponseAccept(response) if agreed else None

    if options.pop("deflate", False):
        options["perMessageCompressionOffers"] = [compress.PerMessageDeflateOffer(False)]
        options["perMessageCompressionAccept"] = accept
    factory = WebSocketClientFactory(url, protocols=SUBPROTOCOLS, origin=origin)
    factory.protocol = Client
    factory.setProtocolOptions(**options)
    await loop.create_connection(factory, factory.host, factory.port)
    return await end


async def websocket(url, origin, options):
    import websocket

    options = {"timeout": 20, "subprotocols": SUBPROTOCOLS, **options}
    socket = websocket.create_connection(url, origin=origin, **options)
    opened(socket.getsubprotocol(), socket.getheaders().get("sec-websocket-extensions"))
    text, binary = websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY

    async def send(message):
        kind = binary if isinstance(message, bytes) else text
        await asyncio.to_thread(socket.send, message, kind)

    async def close(code, reason):
        socket.send_close(code, reason.encode())

    forward(send, close)
    while True:
        opcode, data = await asyncio.to_thread(socket.recv_data)
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(data[:2], "big")
        show(data if opcode == binary else data.decode())


async def main(package, url, origin, options):
    client = globals()[package]
    try:
        say("close", await client(url, origin, json.loads(options)))
    except Exception as error:
        say("refused", type(error).__name__, error)
    os._exit(0)  # a thread may still wait for input


asyncio.run(main(*sys.argv[1:]))
