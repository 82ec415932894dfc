"""Drives the echo server with the Python package websockets (10 or later)."""

import asyncio
import os
import re
import sys
import tempfile

import websockets

BUILD = os.environ.get("BUILD", "build")
PATIENCE = 10  # seconds
failed = 0


async def within(awaitable, what):
    try:
        return await asyncio.wait_for(awaitable, PATIENCE)
    except asyncio.TimeoutError:
        raise AssertionError(f"wanted {what} within {PATIENCE} s, came nothing") from None


def equal(wanted, got, what):
    if wanted != got:
        raise AssertionError(f"wanted {what} {wanted!r:.120}, came {got!r:.120}")


async def check(name, action):
    """Runs one check and prints its line."""
    global failed
    try:
        await action
        print(f"ok - {name}", flush=True)
    except Exception as error:
        failed += 1
        reason = " ".join((str(error) or type(error).__name__).split())
        print(f"FAIL - {name}: {reason}", flush=True)


class Server:
    """A program of this project on a free port of its own."""

    async def start(self, program):
        self.program = program
        self.complaints = tempfile.TemporaryFile()
        self.process = await asyncio.create_subprocess_exec(
            os.path.join(BUILD, program),
            "--port",
            "0",
            stdout=asyncio.subprocess.PIPE,
            stderr=self.complaints,
        )
        line = (await within(self.process.stdout.readline(), "the listening line")).decode()
        form = r"listening on http://127\.0\.0\.1:\d+/ \((ws://127\.0\.0\.1:\d+/)\)\n"
        found = re.fullmatch(form, line)
        if not found:
            raise AssertionError(f"wanted the line 'listening on ...', came {line!r}")
        self.url = found[1]

    async def stop(self):
        self.process.terminate()
        status = await within(self.process.wait(), f"the end of {self.program} after SIGTERM")
        if status != 0:
            self.complaints.seek(0)
            last = self.complaints.read()[-600:].decode(errors="replace")
            raise AssertionError(f"wanted exit status 0, came {status}; its last lines: {last}")


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


async def conversation(server, label, **options):
    socket = await connect(server, max_size=None, **options)
    await check(f"{label}: the server picks no extension", no_extension(socket))
    await check(f"{label}: text", echoes(socket, "Hello"))
    await check(f"{label}: text outside ASCII", echoes(socket, "Gr\u00fc\u00dfe, \u4e16\u754c"))
    await check(f"{label}: binary", echoes(socket, bytes(range(256))))
    await check(f"{label}: empty text", echoes(socket, ""))
    await check(f"{label}: empty binary", echoes(socket, b""))
    text = ["one ", "", "message"]
    await check(f"{label}: text in fragments", echoes(socket, text, "one message"))
    binary = [b"\x00\x01", b"\xff"]
    await check(f"{label}: binary in fragments", echoes(socket, binary, b"\x00\x01\xff"))
    await check(f"{label}: Ping and Pong", ping(socket, b"are you there?"))
    await check(f"{label}: Ping with 125 bytes", ping(socket, b"p" * 125))
    await check(f"{label}: 1 MiB of text", echoes(socket, "x" * 2**20))
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


async def main():
    server = Server()
    await server.start("step05_echo")
    try:
        await conversation(server, "compression offered", compression="deflate")
        await conversation(server, "no extension offered", compression=None)
        await check("the subprotocol chat is picked from a list", subprotocol_chat(server))
        await check("no subprotocol is picked when none is known", subprotocol_none(server))
        await check("close 4999 with a reason comes back", close_private(server))
        await check("16 MiB and one byte are refused with 1009", too_big(server))
        await check("SIGTERM says 1001 and ends with status 0", goodbye(server))
    finally:
        if server.process.returncode is None:
            server.process.kill()
            await server.process.wait()


# A proxy meant for the outside world must not stand between two ends on one machine.
for variable in list(os.environ):
    if variable.lower() in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
        del os.environ[variable]

try:
    asyncio.run(asyncio.wait_for(main(), 120))
except Exception as error:
    failed += 1
    print(f"FAIL - python_websockets.py: {str(error) or type(error).__name__}")
sys.exit(1 if failed else 0)
