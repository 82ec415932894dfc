"""Starts the files of deploy/ for real, the proxies in front of the echo server, and looks at what
a client sees. Needs Debian's python3-websockets; run.sh finds the interpreter that has it."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile

import behaviour
import proxies
import several
import shipped
import stripped
import unit
from support import Program, certificate, check, equal, results, skip

LONGEST = 120  # seconds for everything


def have(program, package, what):
    if shutil.which(program):
        return True
    skip(what, f"apt-get install {package}")
    return False


async def everything(folder):
    made = certificate(folder)
    present = [kind for kind in proxies.ALL if have(kind.program, kind.package, kind.name)]
    # All proxies at once, since each of them mostly waits; but idle connections only when nobody
    # is busy with large messages any more.
    tasks = [check_to_the_end(kind.name, behaviour.opened(kind, folder, made)) for kind in present]
    if proxies.Nginx in present:
        tasks.append(check_to_the_end("nginx, several", several.through_several(folder, made)))
        tasks.append(check_to_the_end("nginx, stripped", stripped.without_lines(folder, made)))
    tasks.append(check_to_the_end("the files as shipped", shipped.files_are_loaded(folder, made)))
    tasks.append(check_to_the_end("the unit", unit.everything(folder)))
    pairs = (await asyncio.gather(*tasks))[: len(present)]
    tasks = [check_to_the_end(pair[0].name, behaviour.ended(*pair)) for pair in pairs if pair]
    await asyncio.gather(*tasks)


async def check_to_the_end(name, action):
    """An exception between two checks is a failure, but the other tasks go on."""
    came = []

    async def whole():
        came.append(await action)

    await check(f"{name}: to the end", whole())
    return came[0] if came else None


async def nothing_is_left():
    equal(set(), {program.name for program in Program.running}, "programs still running")


async def main():
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asyncio.current_task().cancel)
    with tempfile.TemporaryDirectory(prefix="deploy-test-") as folder:
        try:
            await asyncio.wait_for(everything(folder), LONGEST)
            await check("every program has been stopped", nothing_is_left())
        finally:
            await Program.stop_all()


# Nginx, HAProxy and stunnel are not on an ordinary user's PATH.
os.environ["PATH"] += ":/usr/sbin:/sbin"
# A proxy for the outside world must not be between two ends on one machine.
for variable in list(os.environ):
    if variable.lower() in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
        del os.environ[variable]
try:
    asyncio.run(main())
except (Exception, asyncio.CancelledError) as error:
    results["failed"] += 1
    print(f"FAIL - deploy: {type(error).__name__} {error}")
skipped = f", {results['skipped']} skipped" if results["skipped"] else ""
print(f"{results['passed']} passed, {results['failed']} failed{skipped}")
wrong = results["failed"] + (results["skipped"] if os.environ.get("CI") == "true" else 0)
sys.exit(1 if wrong else 0)
