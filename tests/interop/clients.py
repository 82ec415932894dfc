"""The clients of five Python packages behind one face. connect() opens a connection; `extensions`
and `subprotocol` are then what the server picked, or None. send() sends a message and receive()
returns one, ping() returns the payload of the Pong, and fragments() sends "one message" in pieces
with a Ping between them and returns the payload of the Pong. close() returns the code that
the server closes with, closed() does so when the server begins. MODES are what is tried, DEFLATE
what compresses. Each class imports its package when it is used, since run.sh looks for one at a
time."""

import asyncio


class Websockets:
    MODES = {"compression offered": {}, "no extension offered": {"compression": None}}
    DEFLATE = {}

    async def connect(self, url, **options):
        import websockets

        options = {"max_size": None, "ping_interval": None, **options}
        self.socket = await websockets.connect(url, **options)
        self.subprotocol = self.socket.subprotocol
        # Version 14 brought new names; both are read here.
        response = getattr(self.socket, "response", None)
        headers = response.headers if response else self.socket.response_headers
        self.extensions = headers.get("Sec-WebSocket-Extensions")

    async def send(self, message):
        await self.socket.send(message)

    async def receive(self):
        return await self.socket.recv()

    async def ping(self, payload):
        await (await self.socket.ping(payload))
        return payload

    async def fragments(self):
        pong = None

        async def pieces():
            nonlocal pong
            yield "one "
            pong = await self.ping(b"between")
            yield ""
            yield "message"

        await self.send(pieces())
        return pong

    async def close(self, code, reason):
        await self.socket.close(code, reason)
        return self.socket.close_code

    async def closed(self):
        await self.socket.wait_closed()
        return self.socket.close_code


class Aiohttp:
    MODES = {"compression offered": {"compress": 15}, "no extension offered": {}}
    DEFLATE = {"compress": 15}

    async def connect(self, url, subprotocols=(), **options):
        import aiohttp

        options = {"max_msg_size": 0, "autoping": False, **options}
        self.session = aiohttp.ClientSession()
        try:
            self.socket = await self.session.ws_connect(url, protocols=subprotocols, **options)
        except aiohttp.ClientError:
            await self.session.close()
            raise
        self.subprotocol, self.extensions = self.socket.protocol, self.socket.compress or None

    async def send(self, message):
        binary = isinstance(message, bytes)
        await (self.socket.send_bytes if binary else self.socket.send_str)(message)

    async def receive(self):
        return (await self.socket.receive()).data

    async def ping(self, payload):
        await self.socket.ping(payload)
        message = await self.socket.receive()
        return bytes(message.data) if message.type.name == "PONG" else message

    async def close(self, code, reason):
        await self.socket.close(code=code, message=reason.encode())
        await self.session.close()
        return self.socket.close_code

    async def closed(self):
        message = await self.socket.receive()
        await self.session.close()
        return message.data


class Tornado:
    # With Pings of its own it closes the connection if no Pong comes.
    MODES = {
        "compression offered": {"compression_options": {}},
        "no extension offered": {},
        "with Pings of its own": {"ping_interval": 0.05, "ping_timeout": 5},
    }
    DEFLATE = {"compression_options": {}}

    async def connect(self, url, origin, **options):
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        request = HTTPRequest(url, headers={"Origin": origin})
        self.socket = await websocket_connect(request, **options)
        self.subprotocol = self.socket.selected_subprotocol
        self.extensions = self.socket.headers.get("Sec-WebSocket-Extensions")

    async def send(self, message):
        await self.socket.write_message(message, binary=isinstance(message, bytes))

    async def receive(self):
        return await self.socket.read_message()

    async def ping(self, payload):
        pong = asyncio.get_running_loop().create_future()
        self.socket.on_pong = pong.set_result
        self.socket.ping(payload)
        return await pong

    async def close(self, code, reason):
        self.socket.close(code, reason)
        return await self.closed()

    async def closed(self):
        message = await self.socket.read_message()
        return self.socket.close_code if message is None else message


class Autobahn:
    MODES = {
        "compression offered": {"deflate": True},
        "no extension offered": {},
        "in frames of 1000 bytes": {"autoFragmentSize": 1000},
    }
    DEFLATE = {"deflate": True}

    async def connect(self, url, origin, subprotocols=None, deflate=False, **options):
        from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
        from autobahn.websocket import compress

        loop = asyncio.get_running_loop()
        opened, self.end = loop.create_future(), loop.create_future()
        self.came, self.pongs = asyncio.Queue(), asyncio.Queue()
        client = self

        class Protocol(WebSocketClientProtocol):
            """Puts what happens where it can be waited for."""

            def onConnect(self, response):
                client.subprotocol = response.protocol
                client.extensions = response.headers.get("sec-websocket-extensions")

            def onOpen(self):
                opened.set_result(None)

            def onMessage(self, payload, isBinary):
                client.came.put_nowait(payload if isBinary else payload.decode())

            def onPong(self, payload):
                client.pongs.put_nowait(payload)

            def onClose(self, wasClean, code, reason):
                client.end.set_result(code)
                client.came.put_nowait(f"close {code} {reason}")
                if not opened.done():
                    opened.set_exception(ConnectionError(reason))

        def accept(response):
            agreed = isinstance(response, compress.PerMessageDeflateResponse)
            return compress.PerMessageDeflateResponseAccept(response) if agreed else None

        if deflate:
            options["perMessageCompressionOffers"] = [compress.PerMessageDeflateOffer(False)]
            options["perMessageCompressionAccept"] = accept
        factory = WebSocketClientFactory(url, protocols=subprotocols, origin=origin)
        factory.protocol = Protocol
        factory.setProtocolOptions(**options)
        _, self.socket = await loop.create_connection(factory, factory.host, factory.port)
        await opened

    async def send(self, message):
        binary = isinstance(message, bytes)
        self.socket.sendMessage(message if binary else message.encode(), binary)

    async def receive(self):
        return await self.came.get()

    async def ping(self, payload):
        self.socket.sendPing(payload)
        return await self.pongs.get()

    async def fragments(self):
        self.socket.beginMessage()
        self.socket.sendMessageFrame(b"one ")
        pong = await self.ping(b"between")
        self.socket.sendMessageFrame(b"")
        self.socket.sendMessageFrame(b"message")
        self.socket.endMessage()
        return pong

    async def close(self, code, reason):
        self.socket.sendClose(code, reason)
        return await self.end

    async def closed(self):
        return await self.end


class Websocket:
    """websocket-client waits in plain calls, so each is made in a thread."""

    MODES = {
        "compression offered": {"header": ["Sec-WebSocket-Extensions: permessage-deflate"]},
        "masked with zeros": {"get_mask_key": lambda _: b"\0\0\0\0"},
    }

    async def connect(self, url, **options):
        import websocket

        self.abnf = websocket.ABNF
        options = {"timeout": 20, **options}
        self.socket = await asyncio.to_thread(websocket.create_connection, url, **options)
        self.subprotocol = self.socket.getsubprotocol()
        self.extensions = self.socket.getheaders().get("sec-websocket-extensions")

    async def send(self, message):
        kind = self.abnf.OPCODE_BINARY if isinstance(message, bytes) else self.abnf.OPCODE_TEXT
        await asyncio.to_thread(self.socket.send, message, kind)

    async def receive(self):
        opcode, data = await asyncio.to_thread(self.socket.recv_data)
        return data.decode() if opcode == self.abnf.OPCODE_TEXT else data

    async def ping(self, payload):
        self.socket.ping(payload)
        opcode, data = await asyncio.to_thread(self.socket.recv_data, True)
        return data if opcode == self.abnf.OPCODE_PONG else opcode

    async def fragments(self):
        text, more = self.abnf.OPCODE_TEXT, self.abnf.OPCODE_CONT
        self.socket.send_frame(self.abnf.create_frame("one ", text, fin=0))
        pong = await self.ping(b"between")
        self.socket.send_frame(self.abnf.create_frame("", more, fin=0))
        self.socket.send_frame(self.abnf.create_frame("message", more, fin=1))
        return pong

    async def close(self, code, reason):
        self.socket.send_close(code, reason.encode())
        return await self.closed()

    async def closed(self):
        opcode, data = await asyncio.to_thread(self.socket.recv_data, True)
        self.socket.shutdown()
        return int.from_bytes(data[:2], "big") if opcode == self.abnf.OPCODE_CLOSE else opcode
