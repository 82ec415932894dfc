"""What has to work through every proxy, and what a client sees when it cannot."""

import asyncio
import os
import signal
import time

import websockets

from proxies import TIMEOUT
from support import HANDSHAKE, ORIGIN, EchoServer, ask, check, connect, echoes, ends_with, equal
from support import refused, within

PING_INTERVAL = 1.5  # seconds; well below TIMEOUT, for a machine that is busy
IDLE = 8  # seconds; well above TIMEOUT
ORIGINS = ("--origin", ORIGIN)


async def conversation(proxy, server):
    name, address = proxy.name, proxy.address
    client = await connect(address)
    await check(f"{name}: text", echoes(client, "Gr\u00fc\u00dfe, \u4e16\u754c"))
    await check(f"{name}: binary", echoes(client, bytes(range(256))))
    await check(f"{name}: an empty message", echoes(client, ""))
    await check(f"{name}: 1 MiB of text", echoes(client, "x" * 2**20))
    await check(f"{name}: 1 MiB of binary", echoes(client, os.urandom(2**20)))
    await check(f"{name}: 16 MiB of binary", echoes(client, os.urandom(2**24)))
    await check(f"{name}: a ping of the client", within(await client.ping(b"there?"), "a Pong"))
    await check(f"{name}: close 4999 comes back", closes(client, server))
    await check(f"{name}: one byte more than 16 MiB gets 1009", too_big(address))
    await check(f"{name}: a subprotocol", subprotocol(address))
    await check(f"{name}: the page", page(address))


async def closes(client, server):
    await within(client.close(4999, "Gr\u00fc\u00dfe"), "the close")
    equal(4999, client.close_code, "close code")
    await server.logged(r"closed with 4999 after \d+ messages: Gr\u00fc\u00dfe$")


async def too_big(address):
    """The header says too much already, and only some of the payload follows. A client that sends
    all of it can lose the Close: a proxy that ends the connection while bytes of the client are
    unread resets it."""
    client = await connect(address)
    client.transport.write(b"\x82\xff" + (2**24 + 1).to_bytes(8, "big") + bytes(4 + 1000))
    await ends_with(client, 1009)


async def subprotocol(address):
    client = await connect(address, subprotocols=["unknown", "chat"])
    equal("chat", client.subprotocol, "subprotocol")
    await client.close()


async def page(address):
    status, body = await ask(address, {})
    equal(200, status, "status")
    equal(True, "<html" in body, "a page:")


async def compression(proxy, server, folder):
    """A server that compresses takes the place of the other for a moment."""
    await server.stop()
    other = EchoServer(folder, f"compressing server behind {proxy.name}", "step07_deflate")
    other.port = server.port
    await other.start(*ORIGINS)
    await check(f"{proxy.name}: compression is agreed on and works", compressed(proxy))
    await other.stop()
    await server.start(*ORIGINS)


async def compressed(proxy):
    """The header passes both ways, and so do frames with a reserved bit."""
    client = await connect(proxy.address, compression="deflate")
    agreed = client.response_headers.get("Sec-WebSocket-Extensions")
    equal("permessage-deflate", agreed, "agreement")
    for message in ("word " * 1000, b"bytes" * 1000, "", "", "word " * 10):
        await echoes(client, message)
    await client.close()


async def headers(proxy, server):
    """What the server is told by the proxy is what the client has said."""
    host = f"127.0.0.1:{proxy.address.port}"
    for line in (f"Host: {host}", "Upgrade: websocket", "Connection: upgrade", f"Origin: {ORIGIN}"):
        await check(
            f"{proxy.name}: the server gets {line.replace(host, 'the Host of the client')}",
            server.logged(rf"(?i)^#\d+   {line}$"),
        )


async def origins(proxy):
    for origin in ("https://evil.example", None):
        name = f"{proxy.name}: Origin {origin} gets 403"
        await check(name, refused(proxy.address, 403, origin=origin))


async def large_cookie(proxy, size, status):
    got, _ = await ask(proxy.address, {**HANDSHAKE, "Cookie": "c=" + "x" * (size - 2)})
    equal(status, got, "status")


async def reload(proxy):
    before = await connect(proxy.address)
    await proxy.reload()
    if proxy.keeps_on_reload:
        await echoes(before, "still here")
        await before.close()
    else:
        await ends_with(before, *proxy.when_stopped)
    after = await connect(proxy.address)
    await echoes(after, "hello")
    await after.close()


async def idle(proxy, server):
    """Pings keep a connection open for longer than the proxy's timeout; without them the proxy
    ends it, if it has a timeout."""
    await server.stop()
    await server.start(*ORIGINS, "--ping-interval", str(PING_INTERVAL))
    await proxy.restart(TIMEOUT)
    client = await connect(proxy.address)
    await asyncio.sleep(IDLE)
    await check(f"{proxy.name}: pings keep an idle connection", echoes(client, "still here"))
    await client.close()

    await server.stop()
    await server.start(*ORIGINS, "--ping-interval", "0")
    client = await connect(proxy.address)
    if proxy.has_timeout:
        await check(f"{proxy.name}: without pings it is cut", is_cut(client))
    else:
        await asyncio.sleep(IDLE)
        await check(f"{proxy.name}: without pings it stays, too", echoes(client, "still here"))
        await client.close()


async def is_cut(client):
    begin = time.monotonic()
    await ends_with(client, 1006)
    waited = time.monotonic() - begin
    equal(True, waited > TIMEOUT - 1, f"after {waited:.1f} s; that this is the timeout:")


async def ends(proxy, server):
    """The server stops, then is not there, then is there again, and then dies."""
    name, address = proxy.name, proxy.address
    client = await connect(address)
    await check(f"{name}: SIGTERM to the server says 1001", orderly_stop(server, client))
    await check(f"{name}: without a server, {proxy.when_down or 'no answer'}", down(proxy))
    await server.start(*ORIGINS)
    client = await connect(address)
    await check(f"{name}: the server is back", echoes(client, "hello"))
    await server.stop(signal.SIGKILL)
    await check(f"{name}: the server is killed, 1006", ends_with(client, 1006))


async def orderly_stop(server, client):
    equal(0, await server.stop(), "exit status")
    await ends_with(client, 1001)
    equal("the server is shutting down", client.close_reason, "reason")


async def down(proxy):
    begin = time.monotonic()
    if proxy.when_down:
        status, _ = await ask(proxy.address, HANDSHAKE)
        equal(proxy.when_down, status, "status")
    try:
        await refused(proxy.address, proxy.when_down)
    except (websockets.InvalidMessage, OSError) as error:
        equal(None, proxy.when_down, f"an answer, not {error}:")
    waited = time.monotonic() - begin
    equal(True, waited < 15, f"after {waited:.1f} s; a bounded wait:")


async def proxy_ends(proxy, server):
    """The proxy is told to end while a client is connected."""
    await server.start(*ORIGINS)
    client = await connect(proxy.address)

    async def ended():
        await proxy.stop()
        await ends_with(client, *proxy.when_stopped)
        await server.logged(proxy.server_sees)

    codes = " or ".join(map(str, sorted(proxy.when_stopped)))
    await check(f"{proxy.name}: SIGTERM to the proxy, {codes}", ended())
    await server.stop()


async def opened(kind, folder, certificate):
    """Starts a server and a proxy of this kind in front of it. Everything but idle connections."""
    server = EchoServer(folder, f"server behind {kind.name}")
    await server.start(*ORIGINS)
    proxy = kind(folder, server.port, certificate)
    await proxy.start()
    await conversation(proxy, server)
    await headers(proxy, server)
    await origins(proxy)
    for size, status in proxy.large_cookies.items():
        name = f"{proxy.name}: a cookie of {size} bytes gets {status}"
        await check(name, large_cookie(proxy, size, status))
    what = "keeps" if proxy.keeps_on_reload else "ends"
    await check(f"{proxy.name}: a reload {what} open connections", reload(proxy))
    await compression(proxy, server, folder)
    return proxy, server


async def ended(proxy, server):
    """Idle connections, and how connections end."""
    await idle(proxy, server)
    await ends(proxy, server)
    await proxy_ends(proxy, server)
