"""The client of step 7 at servers that are made with the Python package websockets, with its
options for compression."""

import asyncio
import sys

import websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from lib import check, equal, results, run_client

LINES = [f'{{"line": {number}, "text": "the quick brown"}}' for number in range(200)]
LINES += ["", "", "Gr\u00fc\u00dfe", "the brown dog is quick " * 5000, ""]
GIVEN = "\n".join(LINES).encode()


async def agrees(options, wanted, **server_options):
    """Has the client's lines echoed, and requires fewer bytes both ways than there are in them."""
    seen = {"up": 0, "down": 0}

    class Protocol(websockets.WebSocketServerProtocol):
        def data_received(self, data):
            seen["up"] += len(data)
            super().data_received(data)

        def connection_made(self, transport):
            write = transport.write

            def counting(data):
                seen["down"] += len(data)
                write(data)

            transport.write = counting
            super().connection_made(transport)

    async def echo(socket, *_):
        seen["agreed"] = socket.response_headers.get("Sec-WebSocket-Extensions")
        async for message in socket:
            await socket.send(message)

    factory = ServerPerMessageDeflateFactory(**server_options)
    serving = websockets.serve(
        echo, "127.0.0.1", 0, max_size=None, extensions=[factory], create_protocol=Protocol
    )
    async with serving as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        words = ("--compress", "--wait", "0.5", *options, url)
        status, out, error = await run_client("step07_client", GIVEN, *words)
    equal(0, status, f"status ({error[-200:]})")
    equal(True, out == GIVEN, "the same lines:")
    equal(wanted, seen["agreed"], "agreement")
    for way in ("up", "down"):
        equal(True, 1.5 * seen[way] < len(GIVEN), f"{seen[way]} bytes {way} to be few:")


async def all_checks():
    forget = "server_no_context_takeover; client_no_context_takeover"
    limits = "server_max_window_bits=9; client_max_window_bits=9"
    for options, wanted, server_options in (
        ((), "permessage-deflate", {}),
        (("--no-context-takeover",), f"permessage-deflate; {forget}", {}),
        (("--window-bits", "9"), f"permessage-deflate; {limits}", {}),
        ((), f"permessage-deflate; {forget}",
         {"server_no_context_takeover": True, "client_no_context_takeover": True}),
        ((), f"permessage-deflate; {limits}",
         {"server_max_window_bits": 9, "client_max_window_bits": 9}),
    ):
        label = f"{server_options or 'as it is'}, {' '.join(options) or 'no option'}"
        await check(
            f"websockets {label}: lines come back, in fewer bytes",
            agrees(options, wanted, **server_options),
        )


asyncio.run(asyncio.wait_for(all_checks(), 120))
sys.exit(1 if results["failed"] else 0)
