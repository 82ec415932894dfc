# A client with Python's websockets that sends back what it gets, and closes at the end of its input.
import asyncio
import logging
import sys

import websockets


async def main():
    try:
        async with websockets.connect(sys.argv[1]) as socket:
            end = asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
            end.add_done_callback(lambda _: asyncio.ensure_future(socket.close()))
            async for message in socket:
                await socket.send(message)
    except (websockets.WebSocketException, OSError):
        pass


logging.disable(logging.CRITICAL)
asyncio.run(main())
