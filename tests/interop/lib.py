"""What the Python drivers share: checks that print one line each and waits that end, which
tests/deploy has from here as well, a server of their own, and the messages that every client sends.
run.sh sets BUILD."""

import asyncio
import os
import random
import re
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
PATIENCE = 20  # seconds
results = {"passed": 0, "failed": 0, "skipped": 0}


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


def messages():
    """The messages of messages.txt."""
    chance = random.Random(7692)
    with open(os.path.join(os.path.dirname(__file__), "messages.txt"), encoding="utf-8") as file:
        lines = [line.split() for line in file if not line.startswith("#")]
    for kind, size, unit in lines:
        size = int(size)
        if kind == "text":
            yield unit * size
        elif kind == "words":
            yield "".join(f"{chance.randrange(500)} " for _ in range(size))[:size]
        else:
            yield chance.randbytes(size) if kind == "noise" else bytes(i % 256 for i in range(size))


class Server:
    """A program of this project on a free port of its own."""

    def __init__(self, program, *options):
        self.program, self.options = program, options

    async def __aenter__(self):
        self.complaints = tempfile.TemporaryFile()
        self.process = await asyncio.create_subprocess_exec(
            os.path.join(BUILD, self.program),
            "--port",
            "0",
            *self.options,
            stdout=asyncio.subprocess.PIPE,
            stderr=self.complaints,
        )
        line = (await within(self.process.stdout.readline(), "the listening line")).decode()
        form = r"listening on http://127\.0\.0\.1:\d+/ \((ws://127\.0\.0\.1:\d+/)\)\n"
        found = re.fullmatch(form, line)
        if not found:
            raise AssertionError(f"wanted the line 'listening on ...', came {line!r}")
        self.url = found[1]
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

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


def run(checks):
    """Has the checks done and ends the process. A driver that does not end in time is a failure as
    well."""
    # A proxy for the outside world must not be between two ends on one machine.
    for variable in list(os.environ):
        if variable.lower() in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
            del os.environ[variable]
    try:
        asyncio.run(asyncio.wait_for(checks, 240))
    except Exception as error:
        results["failed"] += 1
        print(f"FAIL - {os.path.basename(sys.argv[0])}: {str(error) or type(error).__name__}")
    sys.exit(1 if results["failed"] else 0)
