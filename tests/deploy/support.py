"""What the tests of deploy/ share: checks that print one line each, waits that end, programs that are
stopped by their process id, the shipped files with the test's own values, and a certificate."""

import asyncio
import http.client
import os
import random
import re
import signal
import socket
import subprocess

import websockets

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
SHIPPED = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "deploy"))
ORIGIN = "https://good.example"
PATIENCE = 20  # seconds
results = {"passed": 0, "failed": 0, "skipped": 0}
ports_given = set()


async def within(awaitable, what, seconds=PATIENCE):
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except asyncio.TimeoutError:
        raise AssertionError(f"wanted {what} within {seconds} s, came nothing") from None


def equal(wanted, got, what):
    if wanted != got:
        raise AssertionError(f"wanted {what} {wanted!r:.200}, came {got!r:.200}")


async def check(name, action):
    """Runs one check and prints its line."""
    try:
        await action
        results["passed"] += 1
        print(f"ok - {name}", flush=True)
    except Exception as error:
        results["failed"] += 1
        reason = " ".join(f"{type(error).__name__} {error}".split())
        print(f"FAIL - {name}: {reason}", flush=True)


def skip(name, remedy):
    results["skipped"] += 1
    print(f"SKIP {name}: {remedy}", flush=True)


def free_port():
    """A port that no program has now, and that the system gives to no program that asks for any
    port. A caller that starts a program on it checks that this worked."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports_given:
            ports_given.add(port)
            return port


def edited(file, changes=()):
    """The text of a shipped file with other values. Each of them must be there exactly once."""
    with open(os.path.join(SHIPPED, file), encoding="utf-8") as shipped:
        text = shipped.read()
    for old, new in changes:
        equal(1, text.count(old), f"times that deploy/{file} says {old!r}:")
        text = text.replace(old, new)
    return text


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


async def output(*arguments, env=None):
    """Runs a command to its end. Returns its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=env,
    )
    try:
        printed, _ = await within(process.communicate(), f"the end of {arguments[0]}")
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, printed.decode(errors="replace")


class Address:
    """Where clients connect: a port on 127.0.0.1, with TLS or without."""

    def __init__(self, port, tls=None):
        self.port = port
        self.tls = tls
        self.url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/"


class Program:
    """A running program, in a process group of its own, so that its children end with it."""

    running = set()

    def __init__(self, folder, name):
        self.folder = folder
        self.name = name
        self.log_path = os.path.join(folder, name + ".log")
        self.process = None

    async def spawn(self, *arguments):
        environment = {**os.environ, "HOME": self.folder, "XDG_DATA_HOME": self.folder}
        with open(self.log_path, "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )
        Program.running.add(self)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    async def logged(self, pattern):
        """Waits for a line of the log and returns the match."""

        async def look():
            while not (found := re.search(pattern, self.log(), re.MULTILINE)):
                if self.process.returncode is not None:
                    raise AssertionError(f"{self.name} has ended: {self.log()[-600:]}")
                await asyncio.sleep(0.02)
            return found

        return await within(look(), f"{pattern!r} from {self.name}")

    async def stop(self, how=signal.SIGTERM):
        """Sends the signal to the process, waits for its end, and returns the exit status."""
        self.process.send_signal(how)
        status = await within(self.process.wait(), f"the end of {self.name}")
        self.sweep()
        return status

    def sweep(self):
        """Ends what is left of the process group."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        Program.running.discard(self)

    @classmethod
    async def stop_all(cls):
        for program in list(cls.running):
            program.sweep()
            await program.process.wait()


class EchoServer(Program):
    """step05_echo, or another; its port stays the same when it is started again."""

    def __init__(self, folder, name="server", program="step05_echo"):
        super().__init__(folder, name)
        self.port = 0
        self.command = (f"{BUILD}/{program}", "--verbose")

    async def start(self, *options):
        open(self.log_path, "w", encoding="utf-8").close()
        await self.spawn(*self.command, "--port", str(self.port), *options)
        self.port = int((await self.logged(r"^listening on http://127\.0\.0\.1:(\d+)/"))[1])


def certificate(folder):
    """Makes a folder with a certificate for example.com, localhost and 127.0.0.1, which its own key
    has signed: example.com.pem and example.com.key. Returns its path."""
    path = os.path.join(folder, "tls")
    os.mkdir(path)
    names = "subjectAltName=DNS:example.com,DNS:localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=example.com", "-addext", names]
    command += ["-keyout", f"{path}/example.com.key", "-out", f"{path}/example.com.pem"]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return path


async def connect(address, **options):
    """Opens a WebSocket that sends no pings of its own."""
    settings = {"origin": ORIGIN, "ping_interval": None, "max_size": None, "compression": None}
    settings.update(options, ssl=address.tls, open_timeout=PATIENCE, close_timeout=PATIENCE)
    return await within(websockets.connect(address.url, **settings), "open", 2 * PATIENCE)


async def refused(address, status, **options):
    """Requires that the server or a proxy refuses a WebSocket with this status."""
    try:
        await connect(address, **options)
    except websockets.InvalidStatusCode as answer:
        equal(status, answer.status_code, "status")
    else:
        raise AssertionError("wanted a refusal, came an open connection")


async def echoes(client, message):
    await within(client.send(message), "the message to be sent")
    equal(message, await within(client.recv(), "a message"), "echo")


async def ends_with(client, *codes):
    """Waits for the end of the connection and requires one of the close codes; 1006 means that no
    Close has come."""
    await within(client.wait_closed(), "the close")
    if client.close_code not in codes:
        raise AssertionError(f"wanted close code {codes}, came {client.close_code}")


async def ask(address, headers):
    """Sends an HTTP request for / and returns the status and the body of the answer."""

    def exchange():
        if address.tls:
            link = http.client.HTTPSConnection(
                "127.0.0.1", address.port, timeout=PATIENCE, context=address.tls
            )
        else:
            link = http.client.HTTPConnection("127.0.0.1", address.port, timeout=PATIENCE)
        try:
            link.request("GET", "/", headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    return await within(asyncio.to_thread(exchange), "an answer", 2 * PATIENCE)


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Origin": ORIGIN,
}
