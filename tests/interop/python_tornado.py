"""Drives the echo server with the Python package tornado."""

from tornado.websocket import websocket_connect

from lib import check, conversation, equal, run, within


async def connect(server, **options):
    return await within(websocket_connect(server.url, **options), "open")


async def closes_with(socket, code, reason=None):
    socket.close(code, reason)
    equal(None, await within(socket.read_message(), "the close"), "end of the messages")
    equal(code, socket.close_code, "close code")


async def all_messages(server, label, **options):
    socket = await connect(server, **options)

    async def echo(message):
        await socket.write_message(message, binary=isinstance(message, bytes))
        return await socket.read_message()

    await check(f"{label}: the server picks no extension", no_extension(socket))
    await conversation(label, echo)
    await check(f"{label}: close 1000 comes back", closes_with(socket, 1000, "done"))


async def no_extension(socket):
    equal(None, socket.headers.get("Sec-WebSocket-Extensions"), "extension")


async def subprotocol(server):
    socket = await connect(server, subprotocols=["unknown", "chat"])
    equal("chat", socket.selected_subprotocol, "subprotocol")
    await closes_with(socket, 4999, "enough")


async def own_pings(server):
    """tornado closes the connection when a Pong to its Ping stays out."""
    socket = await connect(server, ping_interval=0.05, ping_timeout=5)
    await server.logs("ping, 0 bytes")
    await socket.write_message("still here")
    equal("still here", await within(socket.read_message(), "the message"), "text")
    await closes_with(socket, 1000)


async def stopped(server):
    socket = await connect(server)
    await server.stop()
    equal(None, await within(socket.read_message(), "the close"), "end of the messages")
    equal(1001, socket.close_code, "close code")


async def main(server):
    await all_messages(server, "compression offered", compression_options={})
    await all_messages(server, "no extension offered")
    await check("the subprotocol chat is picked from a list", subprotocol(server))
    await check("its own Pings are answered", own_pings(server))
    await check("SIGTERM says 1001 and ends with status 0", stopped(server))


run(main, options=["--verbose"])
