"""Drives the echo server with the Python package websocket-client, which waits in plain calls."""

import asyncio

import websocket
from websocket import ABNF

from lib import PATIENCE, check, conversation, equal, run

ALLOWED = "https://good.example"
ZERO_MASK = b"\0\0\0\0"


def connect(server, **options):
    options = {"timeout": PATIENCE, "origin": ALLOWED, **options}
    return websocket.create_connection(server.url, **options)


def echo(socket, message):
    binary = isinstance(message, bytes)
    socket.send(message, ABNF.OPCODE_BINARY if binary else ABNF.OPCODE_TEXT)
    opcode, data = socket.recv_data()
    equal(ABNF.OPCODE_BINARY if binary else ABNF.OPCODE_TEXT, opcode, "opcode")
    return data if binary else data.decode()


def fragments(socket):
    socket.send_frame(ABNF.create_frame("one ", ABNF.OPCODE_TEXT, fin=0))
    socket.send_frame(ABNF.create_frame("", ABNF.OPCODE_CONT, fin=0))
    socket.ping("between")
    opcode, pong = socket.recv_data(control_frame=True)
    equal((ABNF.OPCODE_PONG, b"between"), (opcode, pong), "Pong")
    socket.send_frame(ABNF.create_frame("message", ABNF.OPCODE_CONT, fin=1))
    equal("one message", socket.recv(), "text")


def closes_with(socket, code, reason=b""):
    socket.send_close(code, reason)
    opcode, data = socket.recv_data(control_frame=True)
    equal((ABNF.OPCODE_CLOSE, code), (opcode, int.from_bytes(data[:2], "big")), "Close")
    socket.shutdown()


def fails_with(server, code, send):
    socket = connect(server)
    send(socket)
    opcode, data = socket.recv_data(control_frame=True)
    equal((ABNF.OPCODE_CLOSE, code), (opcode, int.from_bytes(data[:2], "big")), "Close")
    socket.shutdown()


def subprotocol(server):
    socket = connect(server, subprotocols=["unknown", "chat"])
    equal("chat", socket.getsubprotocol(), "subprotocol")
    closes_with(socket, 1000)


def forbidden(server):
    try:
        connect(server, origin="https://bad.example")
    except websocket.WebSocketBadStatusException as error:
        equal(403, error.status_code, "status")
    else:
        raise AssertionError("wanted a refusal, came an open connection")


async def main(server):
    async def checked(name, call, *arguments):
        await check(name, asyncio.to_thread(call, *arguments))

    offer = {"header": ["Sec-WebSocket-Extensions: permessage-deflate"]}
    for label, options in {
        "compression offered": offer,
        "masked with zeros": {"get_mask_key": lambda _: ZERO_MASK},
    }.items():
        socket = await asyncio.to_thread(lambda: connect(server, **options))
        await conversation(label, lambda message: asyncio.to_thread(echo, socket, message))
        await checked(f"{label}: fragments with a Ping between them", fragments, socket)
        await checked(f"{label}: close 1000 comes back", closes_with, socket, 1000, b"done")
    bad_text = ABNF.create_frame(b"\xff", ABNF.OPCODE_BINARY)
    bad_text.opcode = ABNF.OPCODE_TEXT
    await checked("text that is not UTF-8 is refused with 1007", fails_with, server, 1007,
                  lambda socket: socket.send_frame(bad_text))
    await checked("a lone continuation is refused with 1002", fails_with, server, 1002,
                  lambda socket: socket.send("alone", ABNF.OPCODE_CONT))
    await checked("the subprotocol chat is picked from a list", subprotocol, server)
    await checked("a foreign Origin is refused with 403", forbidden, server)
    await check("SIGTERM ends the server with status 0", server.stop())


run(main, options=["--origin", ALLOWED])
