# An echo server with Python's websockets, as its documentation begins.
import asyncio
import logging
import sys

import websockets


async def echo(socket, *_):
    try:
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1])):
        await asyncio.Future()


logging.disable(logging.CRITICAL)
asyncio.run(main())
