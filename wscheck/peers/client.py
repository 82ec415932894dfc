"""Clients with libraries of other people, each written as its documentation begins. They send back
what they receive and close at the end of their input: client.py LIBRARY URL."""

import asyncio
import importlib
import logging
import os
import sys
import threading


async def at_end_of_input(action):
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, ended.set)
    await ended.wait()
    asyncio.get_running_loop().remove_reader(0)
    await action()


def websockets(url):
    library = importlib.import_module("websockets")

    async def main():
        async with library.connect(url) as socket:
            asyncio.create_task(at_end_of_input(socket.close))
            async for message in socket:
                await socket.send(message)

    asyncio.run(main())


def aiohttp(url):
    library = importlib.import_module("aiohttp")

    async def main():
        async with library.ClientSession() as session:
            async with session.ws_connect(url, compress=15) as socket:
                asyncio.create_task(at_end_of_input(socket.close))
                async for message in socket:
                    if message.type == library.WSMsgType.TEXT:
                        await socket.send_str(message.data)
                    elif message.type == library.WSMsgType.BINARY:
                        await socket.send_bytes(message.data)

    asyncio.run(main())


def tornado(url):
    library = importlib.import_module("tornado.websocket")

    async def main():
        socket = await library.websocket_connect(url, compression_options={})

        async def close():
            socket.close(1000)

        asyncio.create_task(at_end_of_input(close))
        while (message := await socket.read_message()) is not None:
            await socket.write_message(message, binary=isinstance(message, bytes))

    asyncio.run(main())


def autobahn(url):
    library = importlib.import_module("autobahn.asyncio.websocket")
    finished = asyncio.Event()

    class Echo(library.WebSocketClientProtocol):
        def onOpen(self):
            async def close():
                self.sendClose(1000)

            asyncio.create_task(at_end_of_input(close))

        def onMessage(self, payload, isBinary):
            self.sendMessage(payload, isBinary)

        def onClose(self, wasClean, code, reason):
            finished.set()

    async def main():
        factory = library.WebSocketClientFactory(url)
        factory.protocol = Echo
        loop = asyncio.get_running_loop()
        await loop.create_connection(factory, factory.host, factory.port)
        await finished.wait()

    asyncio.run(main())


def websocket(url):
    library = importlib.import_module("websocket")
    socket = library.create_connection(url)

    def close():
        os.read(0, 1)
        socket.send_close()

    threading.Thread(target=close, daemon=True).start()
    while True:
        opcode, data = socket.recv_data()
        if opcode == library.ABNF.OPCODE_CLOSE:
            return
        socket.send(data, opcode)


logging.disable(logging.CRITICAL)
clients = (websockets, aiohttp, tornado, autobahn, websocket)
try:
    {each.__name__: each for each in clients}[sys.argv[1]](sys.argv[2])
except Exception as error:
    print(f"{type(error).__name__}: {error}"[:200], file=sys.stderr)
