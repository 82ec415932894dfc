"""The client of step 6 at servers that are made with the Python package websockets."""

import asyncio
import sys

import websockets

from lib import check, equal, results, run_client


async def client(url, given, *options):
    """Runs the client on `given`; returns its exit status, standard output and standard error."""
    return await run_client("step06_client", given, *options, url)


async def serving(handler, action, **options):
    """Serves for as long as `action` takes, which gets the URL."""

    async def serve_one(socket, *path):  # the path came with versions before 11
        await handler(socket)

    async with websockets.serve(serve_one, "127.0.0.1", 0, max_size=None, **options) as server:
        await action(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def lines(url):
    status, out, _ = await client(url, "one\n\nGr\u00fc\u00dfe\n".encode())
    equal((0, "one\n\nGr\u00fc\u00dfe\n"), (status, out.decode()), "status and output")


async def many_bytes(url):
    given = bytes(range(256)) * 32768
    status, out, _ = await client(url, given, "--binary", "--quiet")
    equal((0, True), (status, out == given), "status, and the same bytes")


async def pong(url):
    status, _, err = await client(url, b"", "--ping")
    equal((0, True), (status, "pong after " in err), "status, and a pong in the log")


async def subprotocol(url):
    status, _, err = await client(url, b"", "--subprotocol", "two")
    equal((0, True), (status, "subprotocol two" in err), "status, and the subprotocol in the log")


async def pings(socket):
    await (await socket.ping(b"there?"))
    await socket.close(1000)


async def fragments(socket):
    await socket.send(["Hel", "lo"])


async def says_hello(url):
    status, out, _ = await client(url, b"", "--wait", "10")
    equal((0, b"Hello\n"), (status, out), "status and output")


async def leaves(socket):
    await socket.close(1011, "no more")


async def ends_well(url):
    status, _, err = await client(url, b"", "--wait", "10")
    equal(0, status, f"status ({err.strip()})")


async def ends_badly(url):
    status, _, err = await client(url, b"", "--wait", "10")
    equal((1, True), (status, "closed with 1011: no more" in err), "status, and the code")


async def all_checks():
    await check("lines come back", serving(echo, lines))
    await check("8 MiB of bytes come back", serving(echo, many_bytes))
    await check("its Ping is answered", serving(echo, pong))
    await check("the subprotocol is agreed on", serving(echo, subprotocol, subprotocols=["two"]))
    await check("it answers a Ping", serving(pings, ends_well))
    await check("a message in fragments is joined", serving(fragments, says_hello))
    await check("close code and reason are told", serving(leaves, ends_badly))


asyncio.run(asyncio.wait_for(all_checks(), 120))
sys.exit(1 if results["failed"] else 0)
