"""What a server answers when nginx has passed on only a part of a handshake, because lines are
missing in its configuration."""

import websockets

from proxies import Nginx
from support import HANDSHAKE, EchoServer, ask, check, connect, equal

VERSION = "proxy_http_version 1.1;"
UPGRADE = "proxy_set_header Upgrade $http_upgrade;"
CONNECTION = "proxy_set_header Connection $connection_upgrade;"
HOST = "proxy_set_header Host $http_host;"

# The lines that are missing, the status, and what the answer tells to look for.
ROWS = (
    ([VERSION], 400, ["proxy_http_version 1.1"]),
    ([UPGRADE], 426, ["proxy_set_header Upgrade $http_upgrade"]),
    ([CONNECTION], 400, ['proxy_set_header Connection "upgrade"']),
    (
        [VERSION, UPGRADE, CONNECTION],
        426,
        [
            "proxy_http_version 1.1",
            "proxy_set_header Upgrade $http_upgrade",
            'proxy_set_header Connection "upgrade"',
        ],
    ),
)


class NginxWithout(Nginx):
    """nginx.conf without some of its lines."""

    def __init__(self, folder, upstream, certificate, number, missing):
        self.name = f"nginx {number}"
        super().__init__(folder, upstream, certificate)
        self.missing = missing

    def site(self, port):
        text = super().site(port)
        for line in self.missing:
            equal(1, text.count(line), f"times that deploy/{self.file} says {line!r}:")
            text = text.replace(line, "")
        return text


async def answers(proxy, status, settings):
    got, body = await ask(proxy.address, HANDSHAKE)
    equal(status, got, "status")
    for setting in settings:
        equal(True, setting in body, f"in {body!r} the words {setting!r}:")
    try:
        await connect(proxy.address)
    except websockets.InvalidStatusCode as answer:
        equal(status, answer.status_code, "status")
    else:
        raise AssertionError("wanted a refusal, came an open connection")


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
    for number, (missing, status, settings) in enumerate(ROWS):
        proxy = NginxWithout(folder, server.port, certificate, number, missing)
        await proxy.start()
        what = f"nginx without {' '.join(missing)}"
        await check(f"{what}: {status} and what to set", answers(proxy, status, settings))
        await check(f"{what}: the page is still there", still_the_page(proxy))
        await proxy.stop()
    proxy = NginxWithout(folder, server.port, certificate, "host", [HOST])
    await proxy.start()
    await check(
        f"nginx without {HOST} the server gets the upstream's name", upstream_as_host(proxy, server)
    )
    await proxy.stop()
    await server.stop()
