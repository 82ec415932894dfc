"""Echo servers with libraries of other people, each written as its documentation begins, with the
compression that it offers: echo.py LIBRARY PORT."""

import asyncio
import importlib
import logging
import sys
import threading
from socket import create_server

HOST = "127.0.0.1"


def websockets(port):
    library = importlib.import_module("websockets")

    async def echo(socket, *_):
        try:
            async for message in socket:
                await socket.send(message)
        except library.ConnectionClosed:
            pass

    async def main():
        async with library.serve(echo, HOST, port):
            await asyncio.Future()

    asyncio.run(main())


def aiohttp(port):
    library = importlib.import_module("aiohttp.web")

    async def echo(request):
        socket = library.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type == library.WSMsgType.TEXT:
                await socket.send_str(message.data)
            elif message.type == library.WSMsgType.BINARY:
                await socket.send_bytes(message.data)
        return socket

    application = library.Application()
    application.add_routes([library.get("/", echo)])
    library.run_app(application, host=HOST, port=port, print=None)


def tornado(port):
    library = importlib.import_module("tornado.websocket")
    web = importlib.import_module("tornado.web")

    class Echo(library.WebSocketHandler):
        def get_compression_options(self):
            return {}

        def on_message(self, message):
            self.write_message(message, binary=isinstance(message, bytes))

    async def main():
        web.Application([("/", Echo)]).listen(port, HOST)
        await asyncio.Future()

    asyncio.run(main())


def autobahn(port):
    library = importlib.import_module("autobahn.asyncio.websocket")
    deflate = importlib.import_module("autobahn.websocket.compress")

    class Echo(library.WebSocketServerProtocol):
        def onMessage(self, payload, isBinary):
            self.sendMessage(payload, isBinary)

    def accept(offers):
        for offer in offers:
            if isinstance(offer, deflate.PerMessageDeflateOffer):
                return deflate.PerMessageDeflateOfferAccept(offer)

    async def main():
        factory = library.WebSocketServerFactory()
        factory.protocol = Echo
        factory.setProtocolOptions(perMessageCompressionAccept=accept)
        await asyncio.get_running_loop().create_server(factory, HOST, port)
        await asyncio.Future()

    asyncio.run(main())


def gevent(port):
    library = importlib.import_module("geventwebsocket")

    class Echo(library.WebSocketApplication):
        def on_message(self, message):
            if message is not None:
                self.ws.send(message)

    library.WebSocketServer((HOST, port), library.Resource([("/", Echo)])).serve_forever()


def trio(port):
    library = importlib.import_module("trio_websocket")

    async def echo(request):
        socket = await request.accept()
        try:
            while True:
                await socket.send_message(await socket.get_message())
        except library.ConnectionClosed:
            pass

    importlib.import_module("trio").run(library.serve_websocket, echo, HOST, port, None)


def wsproto(port):
    library = importlib.import_module("wsproto")
    events = importlib.import_module("wsproto.events")
    deflate = importlib.import_module("wsproto.extensions").PerMessageDeflate

    def reply(connection, event):
        if isinstance(event, events.Request):
            return connection.send(events.AcceptConnection(extensions=[deflate()]))
        if isinstance(event, events.Message):
            finished = event.message_finished
            return connection.send(events.Message(event.data, message_finished=finished))
        if isinstance(event, (events.Ping, events.CloseConnection)):
            return connection.send(event.response())
        return b""

    def serve(stream):
        connection = library.WSConnection(library.ConnectionType.SERVER)
        with stream:
            while data := stream.recv(65536):
                try:
                    connection.receive_data(data)
                except library.utilities.RemoteProtocolError as error:
                    stream.sendall(connection.send(error.event_hint))
                    return
                for event in connection.events():
                    stream.sendall(reply(connection, event))
                    if isinstance(event, events.CloseConnection):
                        return

    with create_server((HOST, port), backlog=128) as listener:
        while True:
            threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()


def soup(port):
    gi = importlib.import_module("gi")
    gi.require_version("Soup", "3.0")
    library = importlib.import_module("gi.repository.Soup")
    loop = importlib.import_module("gi.repository.GLib").MainLoop()
    opened = set()

    def message(socket, kind, bytes):
        socket.send_message(kind, bytes)

    def accept(server, request, path, socket):
        opened.add(socket)
        socket.connect("message", message)
        socket.connect("closed", opened.discard)

    server = library.Server()
    server.add_websocket_handler("/", None, None, accept)
    server.listen_local(port, library.ServerListenOptions.IPV4_ONLY)
    loop.run()


logging.disable(logging.CRITICAL)
threading.excepthook = lambda _: None  # ignores connections that are reset
servers = (websockets, aiohttp, tornado, autobahn, gevent, trio, wsproto, soup)
{each.__name__: each for each in servers}[sys.argv[1]](int(sys.argv[2]))
