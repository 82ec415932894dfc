"""Drives the echo server with the Python package aiohttp."""

import aiohttp

from lib import check, conversation, equal, run, within

ALLOWED = "https://good.example"


async def connect(session, server, origin=ALLOWED, **options):
    connecting = session.ws_connect(server.url, origin=origin, max_msg_size=0, **options)
    return await within(connecting, "open")


async def all_messages(session, server, label, **options):
    socket = await connect(session, server, **options)

    async def echo(message):
        if isinstance(message, bytes):
            await socket.send_bytes(message)
            return await socket.receive_bytes()
        await socket.send_str(message)
        return await socket.receive_str()

    await conversation(label, echo)
    await check(f"{label}: close 1000 comes back", closes_with(socket, 1000, b"done"))


async def closes_with(socket, code, reason=b""):
    await within(socket.close(code=code, message=reason), "the close")
    equal(code, socket.close_code, "close code")


async def ping(session, server):
    socket = await connect(session, server, autoping=False)
    await socket.ping(b"p" * 125)
    message = await within(socket.receive(), "a Pong")
    equal((aiohttp.WSMsgType.PONG, b"p" * 125), (message.type, bytes(message.data)), "Pong")
    await closes_with(socket, 4999, b"r" * 123)


async def subprotocol(session, server):
    socket = await connect(session, server, protocols=["unknown", "chat"])
    equal("chat", socket.protocol, "subprotocol")
    await closes_with(socket, 1001)


async def forbidden(session, server):
    try:
        await connect(session, server, origin="https://bad.example")
    except aiohttp.WSServerHandshakeError as error:
        equal(403, error.status, "status")
    else:
        raise AssertionError("wanted a refusal, came an open connection")


async def stopped(session, server):
    socket = await connect(session, server)
    await server.stop()
    message = await within(socket.receive(), "the Close")
    equal((aiohttp.WSMsgType.CLOSE, 1001), (message.type, message.data), "Close")


async def main(server):
    async with aiohttp.ClientSession() as session:
        await all_messages(session, server, "compression offered", compress=15)
        await all_messages(session, server, "no extension offered", compress=0)
        await check("a Ping with 125 bytes, and close 4999", ping(session, server))
        await check("the subprotocol chat is picked from a list", subprotocol(session, server))
        await check("a foreign Origin is refused with 403", forbidden(session, server))
        await check("SIGTERM says 1001 and ends with status 0", stopped(session, server))


run(main, options=["--origin", ALLOWED])
