"""The proxies, each started with its file from deploy/.

The tests change a few values of a file: the ports become free ones on 127.0.0.1, the certificate is
the test's, and what only root may do, another user and chroot, is left out. For idle connections
the timeout becomes TIMEOUT. If a file does not have such a value, that is a failure. The file as it
is shipped is loaded as well; see shipped.py."""

import asyncio
import os
import signal
import ssl

from support import Address, Program, edited, equal, free_port, output, within, write

TIMEOUT = 5  # seconds instead of the 90 of the shipped files


class Proxy(Program):
    """A proxy in front of a server on the port `upstream`."""

    name = file = program = package = ""
    when_down = None  # the status of the answer when there is no server; None: no answer
    when_stopped = {1006}  # what a client sees when the proxy is told to end
    server_sees = r"lost after \d+ messages: closed by the peer without a Close$"  # in its log
    has_timeout = True
    uses_tls = False
    large_cookies = {7000: 101, 12000: 101, 20000: 431}  # bytes and the status that they get
    reload_signal = signal.SIGHUP
    reloaded = ""  # what the log says, and how often, when a reload is done
    times_reloaded = 1
    keeps_on_reload = True  # open connections

    def __init__(self, folder, upstream, certificate):
        super().__init__(os.path.join(folder, self.name.replace(" ", "-")), self.name)
        os.makedirs(self.folder)
        self.upstream = upstream
        self.timeout = 90  # seconds, as in the shipped files
        self.certificate = certificate  # the folder that it is in
        self.address = None

    def command(self, port):
        """Writes the configuration for this port and returns the command line."""
        raise NotImplementedError

    async def start(self):
        """Starts the proxy and waits until it takes connections. Another program may have taken the
        free port in between; then another port is tried."""
        for _ in range(3):
            port = free_port()
            await self.spawn(*self.command(port))
            if await within(self.accepts(port), f"{self.name} to listen"):
                file = f"{self.certificate}/example.com.pem"
                tls = ssl.create_default_context(cafile=file) if self.uses_tls else None
                self.address = Address(port, tls)
                return self.address
            self.sweep()
        raise AssertionError(f"{self.name} has ended: {self.log()[-800:]}")

    async def restart(self, timeout):
        """Starts it anew with another timeout, on another port."""
        await self.stop()
        self.timeout = timeout
        await self.start()

    async def reload(self):
        """Makes the proxy read its configuration again."""
        before = self.log().count(self.reloaded)
        self.process.send_signal(self.reload_signal)

        async def done():
            while self.log().count(self.reloaded) < before + self.times_reloaded:
                await asyncio.sleep(0.02)

        await within(done(), f"{self.reloaded!r} from {self.name}")

    async def accepts(self, port):
        while self.process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return True
            except OSError:
                await asyncio.sleep(0.02)
        return False


class Nginx(Proxy):
    name = "nginx"
    file = "nginx.conf"
    program = "nginx"
    package = "nginx"
    when_down = 502
    listen = "listen 80;\n    listen [::]:80;"
    large_cookies = {7000: 101, 12000: 400, 20000: 400}
    reloaded = "gracefully shutting down"  # the old workers; they stay for their connections
    times_reloaded = 2

    def site(self, port):
        tls = " ssl" if self.uses_tls else ""
        return edited(
            self.file,
            [
                (self.listen, f"listen 127.0.0.1:{port}{tls};"),
                ("proxy_read_timeout 90s;", f"proxy_read_timeout {self.timeout}s;"),
                *self.changes(),
            ],
        )

    def changes(self):
        return [("server 127.0.0.1:8000;", f"server 127.0.0.1:{self.upstream};")]

    def command(self, port):
        write(self.folder, "site.conf", self.site(port))
        return self.around("site.conf")

    def around(self, site):
        """Writes what surrounds a site in /etc/nginx/nginx.conf. Two workers show what each of them
        counts and what they count together."""
        if not os.path.islink(f"{self.folder}/tls"):
            os.symlink(self.certificate, f"{self.folder}/tls")
        temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        lines = ["daemon off;", "pid nginx.pid;", "worker_processes 2;", "events {}"]
        lines += ["error_log stderr notice;", "user root;"]  # others may not use a folder of root's
        lines += ["http {", "access_log off;", f"include {site};"]
        lines += [f"{name}_temp_path {self.folder}/{name};" for name in temporary]
        path = write(self.folder, "nginx.conf", "\n".join([*lines, "}\n"]))
        return "nginx", "-e", "stderr", "-p", self.folder, "-c", path


class NginxTls(Nginx):
    name = "nginx with TLS"
    file = "nginx-tls.conf"
    listen = "listen 443 ssl;\n    listen [::]:443 ssl;"
    uses_tls = True


class Haproxy(Proxy):
    name = "HAProxy"
    file = "haproxy.cfg"
    program = "haproxy"
    package = "haproxy"
    when_down = 503
    large_cookies = {7000: 101, 12000: 101, 20000: 400}
    reload_signal = signal.SIGUSR2
    reloaded = "Loading success."

    def command(self, port):
        needs_root = ("    chroot /var/lib/haproxy\n", "    user haproxy\n", "    group haproxy\n")
        changes = [(line, "") for line in needs_root]
        changes += [
            ("bind :::80 v4v6\n", f"bind 127.0.0.1:{port}\n"),
            ("127.0.0.1:8000\n", f"127.0.0.1:{self.upstream}\n"),
            ("timeout tunnel 90s\n", f"timeout tunnel {self.timeout}s\n"),
        ]
        path = write(self.folder, "haproxy.cfg", edited(self.file, changes))
        return "haproxy", "-W", "-db", "-f", path


class Caddy(Proxy):
    name = "Caddy"
    file = "Caddyfile"
    program = "caddy"
    package = "caddy"
    when_down = 502
    # It says goodbye to both sides, but to the server without a mask; now and then it has ended
    # before it could, or the client's reply has come through first.
    when_stopped = {1001, 1006}
    server_sees = (
        r"failed with 1002 .* a client must mask its frames|lost after \d+ messages: "
        r"|closed with 1001 "
    )
    has_timeout = False
    keeps_on_reload = False

    def site(self, port):
        return f"http://127.0.0.1:{port} {{\n\tbind 127.0.0.1\n"

    def command(self, port):
        changes = [
            ("example.com {\n", self.site(port)),
            ("127.0.0.1:8000\n", f"127.0.0.1:{self.upstream}\n"),
        ]
        self.admin = f"localhost:{free_port()}"
        alone = f"{{\n\tadmin {self.admin}\n\tauto_https disable_redirects\n}}\n"
        self.path = write(self.folder, "Caddyfile", alone + edited(self.file, changes))
        return "caddy", "run", "--adapter", "caddyfile", "--config", self.path

    async def reload(self):
        """Caddy has a command for it. An unchanged file is read again only by force."""
        options = ("--force", "--address", self.admin, "--adapter", "caddyfile")
        environment = {**os.environ, "HOME": self.folder}
        command = ("caddy", "reload", *options, "--config", self.path)
        status, printed = await output(*command, env=environment)
        equal(0, status, f"exit status of caddy reload, with {printed!r},")


class CaddyTls(Caddy):
    name = "Caddy with TLS"
    uses_tls = True

    def site(self, port):
        pair = f"{self.certificate}/example.com.pem {self.certificate}/example.com.key"
        return f"https://127.0.0.1:{port} {{\n\tbind 127.0.0.1\n\ttls {pair}\n"


class Stunnel(Proxy):
    name = "stunnel"
    file = "stunnel.conf"
    program = "stunnel4"
    package = "stunnel4"
    uses_tls = True
    reloaded = "Configuration successful"

    def command(self, port):
        changes = [
            ("setuid = stunnel4\nsetgid = stunnel4\n", ""),
            ("accept = :::443\n", f"accept = 127.0.0.1:{port}\n"),
            ("connect = 127.0.0.1:8000\n", f"connect = 127.0.0.1:{self.upstream}\n"),
            ("cert = /etc/stunnel", f"cert = {self.certificate}"),
            ("key = /etc/stunnel", f"key = {self.certificate}"),
            ("TIMEOUTidle = 90\n", f"TIMEOUTidle = {self.timeout}\n"),
        ]
        path = write(self.folder, "stunnel.conf", edited(self.file, changes))
        return "stunnel4", path


ALL = (Nginx, NginxTls, Haproxy, Caddy, CaddyTls, Stunnel)
