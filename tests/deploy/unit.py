"""The unit of deploy/: systemd understands it, its sandbox is strict, and the server can live in
it."""

import asyncio
import os
import re
import shutil
import signal

from support import BUILD, Address, EchoServer, check, connect, echoes, edited, equal, output, skip
from support import within, write

UNIT = "websocket-echo@.service"
WORST_EXPOSURE = 1.0  # of 10, as `systemd-analyze security` counts it
BUFFER = 256 * 1024  # what a connection's buffer grows to for a peer that sends much at a time
BESIDE = 32 * 1024  # and its thread and its socket, here and in the kernel


def unit_in(folder, name):
    """Writes the unit with a link to the program, since systemd accepts no program whose path has
    quotes in it. Returns the unit's path."""
    text = edited(UNIT, [("/usr/local/bin/step05_echo ", f"{folder}/step05_echo ")])
    link = os.path.join(folder, "step05_echo")
    if not os.path.islink(link):
        os.symlink(os.path.join(BUILD, "step05_echo"), link)
    return write(folder, name, text)


async def is_valid(folder):
    """The exit status alone says too little: a setting that is not understood is only a warning."""
    for name in (UNIT, UNIT.replace("@", "@8000")):
        got = await output("systemd-analyze", "verify", "--man=no", unit_in(folder, name))
        equal((0, ""), got, "status and output")


async def is_strict(folder):
    path = unit_in(folder, UNIT.replace("@", "@8001"))
    _, printed = await output("systemd-analyze", "security", "--offline=yes", "--no-pager", path)
    exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", printed)[1])
    print(f"# systemd-analyze security: exposure {exposure} of 10", flush=True)
    equal(True, exposure <= WORST_EXPOSURE, f"with {exposure}, at most {WORST_EXPOSURE}:")


async def calls_in(group):
    """The names of the system calls in one of systemd's groups, such as @default."""
    status, printed = await output("systemd-analyze", "syscall-filter", "--no-pager", group)
    equal(0, status, f"exit status for {group}")
    words = {line.strip() for line in printed.splitlines() if line.startswith("    ")}
    names = {word for word in words if re.fullmatch(r"[a-z0-9_]+", word)}
    for inner in (word for word in words if word.startswith("@")):
        names |= await calls_in(inner)
    return names


async def allowed_calls():
    """What the unit's lines SystemCallFilter= let pass. @default always does."""
    allowed = await calls_in("@default")
    filters = re.findall(r"^SystemCallFilter=(~?)(.*)$", edited(UNIT), re.MULTILINE)
    equal(True, len(filters) > 0, "lines SystemCallFilter= in the unit, that there are some:")
    for minus, groups in filters:
        for group in groups.split():
            names = await calls_in(group)
            allowed = allowed - names if minus else allowed | names
    return allowed


async def trace_of_the_server(folder):
    """All system calls that the server makes from its start to its exit, as strace writes them. In
    between it serves a client, pings it, and says goodbye."""
    trace = write(folder, "trace", "")
    server = EchoServer(folder, "server, traced")
    server.command = ("strace", "-D", "-f", "-q", "-o", trace, *server.command)
    await server.start("--max-connections", "1024", "--ping-interval", "3")
    client = await connect(Address(server.port))
    await echoes(client, bytes(2**20))
    await server.logged("silent; sending a ping")
    server.process.send_signal(signal.SIGTERM)
    await within(client.wait_closed(), "the close")

    async def written():
        # Threads end as well; the process has the number that the first line begins with.
        while True:
            text = read(trace)
            process = text.partition(" ")[0]
            if re.search(rf"^{process} +\+\+\+ exited with 0 \+\+\+\n\Z", text, re.M):
                return text
            await asyncio.sleep(0.02)

    text = await within(written(), "the end of the trace")
    await within(server.process.wait(), "the end of the server")
    server.sweep()
    return text


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


async def server_keeps_to_the_filters(folder):
    text = await trace_of_the_server(folder)
    calls = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", text, re.MULTILINE))
    families = set(re.findall(r"^\d+ +socket\((AF_[A-Z0-9]+)", text, re.MULTILINE))
    equal(True, {"socket", "exit_group"} <= calls, "a whole trace:")
    equal(set(), calls - await allowed_calls(), "system calls that the unit forbids")
    allowed = re.search(r"^RestrictAddressFamilies=(.*)$", edited(UNIT), re.MULTILINE)[1].split()
    equal(set(), families - set(allowed), "families of sockets that the unit forbids")


async def fits_the_options():
    """Each connection is a thread, a descriptor and the memory of a message; systemd's limits leave
    room for all, on a machine with a gigabyte."""
    text = edited(UNIT)
    connections = int(re.search(r"--max-connections (\d+)", text)[1])
    message = int(re.search(r"--max-message (\d+)", text)[1])
    for limit in ("TasksMax", "LimitNOFILE"):
        value = int(re.search(rf"^{limit}=(\d+)$", text, re.MULTILINE)[1])
        equal(True, value >= connections + 80, f"{limit}={value}, for {connections} connections:")
    memory = int(re.search(r"^MemoryMax=(\d+)M$", text, re.MULTILINE)[1]) * 2**20
    needed = connections * (max(message, BUFFER) + BESIDE)
    equal(True, needed <= memory <= 2**30, f"MemoryMax={memory}, for {needed} bytes:")


async def everything(folder):
    if not shutil.which("systemd-analyze"):
        skip(UNIT, "apt-get install systemd")
        return
    await check(f"systemd-analyze verify {UNIT}", is_valid(folder))
    await check(f"systemd-analyze security {UNIT}", is_strict(folder))
    await check(f"{UNIT}: limits above --max-connections", fits_the_options())
    if shutil.which("strace"):
        name = f"{UNIT}: all that the server calls is allowed"
        await check(name, server_keeps_to_the_filters(folder))
    else:
        skip(f"{UNIT}: SystemCallFilter", "apt-get install strace")
