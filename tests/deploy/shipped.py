"""The files of deploy/ for the proxies, loaded exactly as they are.

A proxy may listen on port 80 or 443 only as root, or in a network of its own, which `unshare` makes
and where it disturbs nobody else. So the files are loaded there."""

import os
import re
import shutil

from proxies import Nginx, NginxTls
from several import NginxSeveral
from support import SHIPPED, Program, check, edited, equal, output, skip, write


def apart():
    """The beginning of a command line that runs in a network and with mounts of its own."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *user, "--net", "--mount", "--"]


async def accepted(folder, *arguments):
    status, printed = await output(*apart(), *arguments, env={**os.environ, "HOME": folder})
    equal(0, status, f"exit status, with {printed[-600:]!r},")


async def nginx_loads(folder, kind, certificate):
    nginx = kind(os.path.join(folder, "shipped"), None, certificate)
    copy = write(nginx.folder, "site.conf", edited(kind.file))  # whose path has no quotes
    await accepted(nginx.folder, *nginx.around(copy), "-t")


async def stunnel_loads(folder, certificate):
    """stunnel has no option to check a file. It says when it has read one, and then it serves."""
    stunnel = Program(folder, "stunnel-as-shipped")
    script = 'mount --bind "$0" /etc/stunnel && exec stunnel4 "$1"'
    file = os.path.join(SHIPPED, "stunnel.conf")
    await stunnel.spawn(*apart(), "sh", "-c", script, certificate, file)
    await stunnel.logged("Configuration successful")
    await stunnel.stop()


def location(file):
    return re.search(r"(?ms)^    location / \{\n.*?^    \}\n", edited(file))[0]


async def same_location():
    """The three files for nginx differ in what they are for and in nothing else."""
    for kind in (NginxTls, NginxSeveral):
        equal(location(Nginx.file), location(kind.file), f"location in {kind.file}")


async def files_are_loaded(folder, certificate):
    if (await output(*apart(), "true"))[0] != 0:
        skip("the files as they are shipped", "unshare(1) may not make namespaces here")
        return
    await check("the files for nginx have the same location", same_location())
    if shutil.which("nginx"):
        for kind in (Nginx, NginxTls, NginxSeveral):
            await check(f"nginx -t deploy/{kind.file}", nginx_loads(folder, kind, certificate))
    if shutil.which("haproxy"):
        command = ("haproxy", "-c", "-f", os.path.join(SHIPPED, "haproxy.cfg"))
        await check("haproxy -c deploy/haproxy.cfg", accepted(folder, *command))
    if shutil.which("caddy"):
        file = os.path.join(SHIPPED, "Caddyfile")
        command = ("caddy", "validate", "--adapter", "caddyfile", "--config", file)
        await check("caddy validate deploy/Caddyfile", accepted(folder, *command))
    if shutil.which("stunnel4") and os.geteuid() == 0:
        await check("stunnel4 deploy/stunnel.conf", stunnel_loads(folder, certificate))
    elif shutil.which("stunnel4"):
        skip("stunnel4 deploy/stunnel.conf", "only root can change to the user that it names")
