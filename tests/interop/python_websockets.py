"""Drives the echo server with the Python package websockets (10 or later)."""

import websockets

from lib import check, conversation, equal, run, within


async def connect(server, **options):
    return await within(websockets.connect(server.url, **options), "open")


async def echoes(socket, message, wanted=None):
    await within(socket.send(message), "the message to be sent")
    equal(message if wanted is None else wanted, await within(socket.recv(), "a message"), "echo")


async def ping(socket, payload):
    pong = await socket.ping(payload)
    await within(pong, f"a Pong with {len(payload)} bytes")


async def closes_with(socket, code, reason=""):
    await within(socket.close(code, reason), "the close")
    equal(code, socket.close_code, "close code")
    if socket.close_reason:  # The answer need not repeat it.
        equal(reason, socket.close_reason, "no reason or the same")


def extensions_in_answer(socket):
    # Version 14 brought new names; both are read here.
    response = getattr(socket, "response", None)
    headers = response.headers if response else socket.response_headers
    return headers.get("Sec-WebSocket-Extensions")


async def no_extension(socket):
    equal(None, extensions_in_answer(socket), "Sec-WebSocket-Extensions in the answer")


async def all_messages(server, label, **options):
    socket = await connect(server, max_size=None, **options)

    async def echo(message):
        await socket.send(message)
        return await socket.recv()

    await check(f"{label}: the server picks no extension", no_extension(socket))
    await conversation(label, echo)
    text = ["one ", "", "message"]
    await check(f"{label}: text in fragments", echoes(socket, text, "one message"))
    binary = [b"\x00\x01", b"\xff"]
    await check(f"{label}: binary in fragments", echoes(socket, binary, b"\x00\x01\xff"))
    await check(f"{label}: Ping and Pong", ping(socket, b"are you there?"))
    await check(f"{label}: Ping with 125 bytes", ping(socket, b"p" * 125))
    await check(f"{label}: 16 MiB of binary", echoes(socket, b"\xa5" * 2**24))
    await check(f"{label}: close 1000 comes back", closes_with(socket, 1000, "done"))


async def subprotocol_chat(server):
    socket = await connect(server, subprotocols=["unknown", "chat"])
    equal("chat", socket.subprotocol, "subprotocol")
    await closes_with(socket, 1000)


async def subprotocol_none(server):
    socket = await connect(server, subprotocols=["unknown"])
    equal(None, socket.subprotocol, "subprotocol")
    await closes_with(socket, 1000)


async def close_private(server):
    await closes_with(await connect(server), 4999, "Gr\u00fc\u00dfe")


async def too_big(server):
    socket = await connect(server, compression=None)
    try:
        await within(socket.send(b"\0" * (2**24 + 1)), "the message to be sent")
    except websockets.ConnectionClosed:
        pass
    await within(socket.wait_closed(), "the close")
    equal(1009, socket.close_code, "close code")


async def goodbye(server):
    socket = await connect(server)
    await server.stop()
    await within(socket.wait_closed(), "the close")
    equal(1001, socket.close_code, "close code")


async def main(server):
    await all_messages(server, "compression offered", compression="deflate")
    await all_messages(server, "no extension offered", compression=None)
    await check("the subprotocol chat is picked from a list", subprotocol_chat(server))
    await check("no subprotocol is picked when none is known", subprotocol_none(server))
    await check("close 4999 with a reason comes back", close_private(server))
    await check("16 MiB and one byte are refused with 1009", too_big(server))
    await check("SIGTERM says 1001 and ends with status 0", goodbye(server))


run(main)
