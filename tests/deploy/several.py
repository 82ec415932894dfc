"""Several server processes behind one nginx, of which one dies, one stops and all go on."""

import asyncio
import signal

from proxies import Nginx
from support import HANDSHAKE, EchoServer, ask, check, connect, echoes, ends_with, equal, within

SERVERS = 3
CLIENTS = 12


class NginxSeveral(Nginx):
    """The file names three servers. One that does not answer is left alone for 1 s, not for 10."""

    name = "nginx, several servers"
    file = "nginx-several.conf"

    def changes(self):
        return [
            (f"server 127.0.0.1:{8001 + i};", f"server 127.0.0.1:{port} fail_timeout=1s;")
            for i, port in enumerate(self.upstream)
        ]


async def connected(proxy, count):
    """Connects one client after the other."""
    return [await connect(proxy.address) for _ in range(count)]


def opened(server):
    return server.log().count(" open: /")


async def until(condition, what):
    """Waits for what a log says: a server answers first and writes its log a moment later."""

    async def looking():
        while not condition():
            await asyncio.sleep(0.01)

    await within(looking(), what)


def accepted(servers, client):
    """Whether the log of one of the servers has this client, which is known by its accept value."""
    return any(client.response_headers["Sec-WebSocket-Accept"] in server.log() for server in servers)


async def evenly(servers):
    await until(lambda: sum(map(opened, servers)) == CLIENTS, "all connections in the logs")
    equal([CLIENTS // SERVERS] * SERVERS, [opened(server) for server in servers], "connections")


async def all_go_on(*groups):
    await asyncio.gather(*(echoes(client, "still here") for client in sum(groups, [])))


async def lost(clients, code):
    for client in clients:
        await ends_with(client, code)


async def get_through(proxy):
    """Three times as many as there are servers, so that each would have its turn."""
    clients = await connected(proxy, 3 * SERVERS)
    for client in clients:
        await echoes(client, "hello")
        await client.close()


async def is_asked_again(proxy, server):
    """The server that came back has the fewest connections, so that new ones go to it as soon as
    nginx tries it again."""

    async def until_asked():
        while opened(server) == 0:
            client = await connect(proxy.address)
            await client.close()

    await within(until_asked(), "a connection to the server that is back")


async def gets_the_next(proxy, server):
    """As long as it has fewer connections than the others, it gets all new ones. In turn, each of
    the servers would get some of them."""
    clients = await connected(proxy, CLIENTS // SERVERS - 1)
    await until(
        lambda: all(accepted([server], client) for client in clients),
        "all of them at the server that is back",
    )
    for client in clients:
        await client.close()


async def through_several(folder, certificate):
    name = NginxSeveral.name
    servers = [EchoServer(folder, f"server {i + 1} of several") for i in range(SERVERS)]
    for server in servers:
        await server.start()
    proxy = NginxSeveral(folder, [server.port for server in servers], certificate)
    await proxy.start()
    clients = await connected(proxy, CLIENTS)
    await check(f"{name}: least_conn, over all workers", evenly(servers))
    await until(
        lambda: all(accepted(servers, client) for client in clients), "all clients in the logs"
    )
    one, two, three = ([each for each in clients if accepted([server], each)] for server in servers)
    await all_go_on(one, two, three)

    await servers[0].stop(signal.SIGKILL)
    await check(f"{name}: one is killed, its clients see 1006", lost(one, 1006))
    await check(f"{name}: the others notice nothing", all_go_on(two, three))
    await check(f"{name}: new clients get through", get_through(proxy))
    await servers[0].start()
    await check(f"{name}: it is back and is asked again", is_asked_again(proxy, servers[0]))
    await check(f"{name}: and gets the next ones alone", gets_the_next(proxy, servers[0]))

    await servers[1].stop()
    await check(f"{name}: one is stopped, its clients see 1001", lost(two, 1001))
    await check(f"{name}: the others notice nothing of that", all_go_on(three))
    await check(f"{name}: new clients still get through", get_through(proxy))

    await proxy.reload()
    await check(f"{name}: a reload of nginx keeps connections", all_go_on(three))
    await check(f"{name}: and takes new ones", get_through(proxy))
    for client in three:
        await client.close()
    await servers[0].stop()
    await servers[2].stop()
    await check(f"{name}: without any server, 502", none_left(proxy))
    await proxy.stop()


async def none_left(proxy):
    status, _ = await ask(proxy.address, HANDSHAKE)
    equal(502, status, "status")
