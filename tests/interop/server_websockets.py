"""A server made with the Python package websockets; the argument holds the options of its
compression as JSON. The path of the URL says what it does with a connection."""

import asyncio
import json
import signal
import sys

import websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory


async def serve_one(socket, *_):  # the path came with versions before 11
    path = getattr(socket, "path", None) or socket.request.path
    print(socket.response_headers.get("Sec-WebSocket-Extensions"), file=sys.stderr, flush=True)
    if path == "/echo":
        async for message in socket:
            await socket.send(message)
    elif path == "/ping":
        await (await socket.ping(b"there?"))
        await socket.close(1000)
    elif path == "/fragments":
        await socket.send(["Hel", "lo"])
    elif path == "/close":
        await socket.close(4001, "enough")
    print(f"saw {socket.close_code}", file=sys.stderr, flush=True)


async def main():
    extensions = [ServerPerMessageDeflateFactory(**json.loads(sys.argv[1]))]
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    serving = websockets.serve(
        serve_one, "127.0.0.1", 0, max_size=None, extensions=extensions, subprotocols=["two"]
    )
    async with serving as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on http://127.0.0.1:{port}/ (ws://127.0.0.1:{port}/)", flush=True)
        await stopped.wait()


asyncio.run(main())
