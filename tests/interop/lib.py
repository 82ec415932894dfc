"""What the Python drivers share: checks that print one line each and waits that end, which
tests/deploy has from here as well, a server of their own, and the messages that every client sends.
run.sh sets BUILD."""

import asyncio
import os
import re
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
PATIENCE = 20  # seconds
MESSAGES = {
    "text": "Hello",
    "text outside ASCII": "Gr\u00fc\u00dfe, \u4e16\u754c",
    "binary": bytes(range(256)),
    "empty text": "",
    "empty binary": b"",
    "125 bytes": "x" * 125,
    "126 bytes": "x" * 126,
    "65535 bytes": "x" * 65535,
    "65536 bytes": "x" * 65536,
    "1 MiB of binary": b"\xa5" * 2**20,
}
results = {"passed": 0, "failed": 0, "skipped": 0}


async def within(awaitable, what, seconds=PATIENCE):
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except asyncio.TimeoutError:
        raise AssertionError(f"wanted {what} within {seconds} s, came nothing") from None


def equal(wanted, got, what):
    if wanted != got:
        raise AssertionError(f"wanted {what} {wanted!r:.200}, came {got!r:.200}")


async def run_client(program, given, *words):
    """Runs our client on `given` to its end; returns its exit status, output and error text."""
    process = await asyncio.create_subprocess_exec(
        os.path.join(BUILD, program),
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await within(process.communicate(given), "the end of the client")
    return process.returncode, out, error.decode()


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


async def conversation(label, echo):
    """Checks that every message comes back; `echo` sends one and returns what comes."""

    async def comes_back(message):
        equal(message, await within(echo(message), "the message"), "echo")

    for name, message in MESSAGES.items():
        await check(f"{label}: {name}", comes_back(message))


class Server:
    """A program of this project on a free port of its own."""

    async def start(self, program, *options):
        self.program = program
        self.complaints = tempfile.TemporaryFile()
        self.process = await asyncio.create_subprocess_exec(
            os.path.join(BUILD, program),
            "--port",
            "0",
            *options,
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

    async def logs(self, text):
        """Waits until the log contains a text."""
        for _ in range(PATIENCE * 20):
            log = os.pread(self.complaints.fileno(), 2**20, 0).decode(errors="replace")
            if text in log:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"wanted {text!r} in the log, which ends {log[-300:]!r}")


async def with_server(body, program, options):
    server = Server()
    await server.start(program, *options)
    try:
        await body(server)
    finally:
        if server.process.returncode is None:
            server.process.kill()
            await server.process.wait()


def run(body, program="step05_echo", options=()):
    """Starts a program, has `body` do its checks with it, and ends the process. A driver that does
    not end in time is a failure as well."""
    # A proxy meant for the outside world must not stand between two ends on one machine.
    for variable in list(os.environ):
        if variable.lower() in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
            del os.environ[variable]
    try:
        asyncio.run(asyncio.wait_for(with_server(body, program, options), 120))
    except Exception as error:
        results["failed"] += 1
        print(f"FAIL - {os.path.basename(sys.argv[0])}: {str(error) or type(error).__name__}")
    sys.exit(1 if results["failed"] else 0)
