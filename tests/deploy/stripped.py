"""What a server answers when nginx has passed on only a part of a handshake, because lines are
missing in its configuration."""

from proxies import Nginx
from support import HANDSHAKE, EchoServer, ask, check, connect, equal, refused

# Lines of nginx.conf, and what the answer tells to look for when they are missing.
HINTS = {
    "proxy_http_version 1.1;": "proxy_http_version 1.1",
    "proxy_set_header Upgrade $http_upgrade;": "proxy_set_header Upgrade $http_upgrade",
    "proxy_set_header Connection $connection_upgrade;": 'proxy_set_header Connection "upgrade"',
}
VERSION, UPGRADE, CONNECTION = HINTS
HOST = "proxy_set_header Host $http_host;"
# The lines that are missing, and the status of the answer.
ROWS = (([VERSION], 400), ([UPGRADE], 426), ([CONNECTION], 400), (list(HINTS), 426))


class NginxWithout(Nginx):
    """nginx.conf without some of its lines."""

    def __init__(self, folder, upstream, certificate, number, missing):
        self.name = f"nginx {number}"
        super().__init__(folder, upstream, certificate)
        self.missing = missing

    def changes(self):
        return [*super().changes(), *((line, "") for line in self.missing)]


async def answers(proxy, status, missing):
    got, body = await ask(proxy.address, HANDSHAKE)
    equal(status, got, "status")
    for line in missing:
        equal(True, HINTS[line] in body, f"in {body!r} the words {HINTS[line]!r}:")
    await refused(proxy.address, status)


async def still_the_page(proxy):
    status, body = await ask(proxy.address, {})
    equal((200, True), (status, "<html" in body), "the page")


async def upstream_as_host(proxy, server):
    client = await connect(proxy.address)
    await server.logged(r"^#\d+   Host: websocket$")
    await client.close()


async def without_lines(folder, certificate):
    server = EchoServer(folder, "server, stripped")
    await server.start()
    for number, (missing, status) in enumerate(ROWS):
        proxy = NginxWithout(folder, server.port, certificate, number, missing)
        await proxy.start()
        what = f"nginx without {' '.join(missing)}"
        await check(f"{what}: {status} and what to set", answers(proxy, status, missing))
        await check(f"{what}: the page is still there", still_the_page(proxy))
        await proxy.stop()
    proxy = NginxWithout(folder, server.port, certificate, "host", [HOST])
    await proxy.start()
    await check(
        f"nginx without {HOST} the server gets the upstream's name", upstream_as_host(proxy, server)
    )
    await proxy.stop()
    await server.stop()
