"""A server in a process of its own, what it uses, and clients that send it any bytes.

For test drivers on Linux, where /proc says what a process uses. Every wait has a total bound, and
raises an exception when what it waits for does not come."""

import atexit
import contextlib
import os
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time

WAIT = 20  # seconds that anything may take on a slow machine
BUILD = os.environ.get("BUILD", "build")
HANDSHAKE = (
    b"GET /test HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def handshake(lines=b""):
    """An opening handshake with these further header lines, each ending with CR LF."""
    return HANDSHAKE + lines + b"\r\n"


def header(first, size, masked=0):
    """The beginning of a frame up to its length, which is in the shortest form."""
    if size <= 125:
        return bytes((first, masked | size))
    if size <= 0xFFFF:
        return struct.pack(">BBH", first, masked | 126, size)
    return struct.pack(">BBQ", first, masked | 127, size)


def frame(first, payload=b"", key=b"\x0b\x70\xd5\x3a"):
    """A frame as a client sends it, masked with this key."""
    size = len(payload)
    mask = (key * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "little") ^ int.from_bytes(mask, "little")
    return header(first, size, 0x80) + key + mixed.to_bytes(size, "little")


def plain(first, payload=b""):
    """A frame as a server sends it."""
    return header(first, len(payload)) + payload


def close_frame(code, reason=b""):
    """A client's Close."""
    return frame(0x88, struct.pack(">H", code) + reason)


def is_instrumented(program):
    """Whether it was built with a sanitizer, or runs under valgrind ($INSTRUMENTED is set): its
    memory and its processor time say nothing then."""
    with open(f"{BUILD}/{program}", "rb") as file:
        code = file.read()
    return "INSTRUMENTED" in os.environ or b"__asan_init" in code or b"__tsan_init" in code


def raise_descriptor_limit(wanted):
    """Lets this process and those that it starts have as many descriptors as are wanted. Returns
    how many it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def until(condition, wait=WAIT, pause=0.001):
    """Waits until the condition holds. Returns whether it does."""
    deadline = time.monotonic() + wait
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def is_ready(file, wait=0, event=select.POLLIN):
    """Whether a socket or a pipe can be read from, or written to, within this time."""
    poll = select.poll()
    poll.register(file, event)
    return bool(poll.poll(1000 * wait))


class Client:
    """A client's end of a connection."""

    patience = WAIT

    def __init__(self, port):
        self.buffer = bytearray()  # what has come and was not asked for yet
        self.socket = socket.socket()
        # For calls without a time-out of Python's own, which costs a system call more.
        for direction in socket.SO_RCVTIMEO, socket.SO_SNDTIMEO:
            self.socket.setsockopt(socket.SOL_SOCKET, direction, struct.pack("ll", WAIT, 0))
        self.socket.connect(("127.0.0.1", port))

    def send(self, data):
        self.socket.settimeout(self.patience)
        self.socket.sendall(data)

    def offer(self, data):
        """Sends to a server that may have ended the connection. Returns whether it had not."""
        try:
            self.send(data)
            return True
        except ConnectionError:
            return False

    def receive(self, size=65536, wait=WAIT):
        """Returns what comes within this time, or nothing at the end of the stream."""
        self.socket.settimeout(max(wait, 0.001))
        return self.socket.recv(size)

    def fill(self, complete):
        """Reads until the buffer holds what is wanted."""
        deadline = time.monotonic() + WAIT
        while not complete():
            came = self.receive(wait=deadline - time.monotonic())
            if not came:
                raise EOFError(f"the end of the stream after: {bytes(self.buffer[-300:])}")
            self.buffer += came

    def read(self, size):
        self.fill(lambda: len(self.buffer) >= size)
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def read_head(self, end=b"\r\n\r\n"):
        self.fill(lambda: end in self.buffer)
        return self.read(self.buffer.index(end) + len(end))

    def read_all(self):
        """Reads to the end of the stream, which must be an orderly one."""
        with contextlib.suppress(EOFError):
            self.fill(lambda: False)
        return self.read(len(self.buffer))

    def rest(self):
        """Returns what comes until the end of the stream, orderly or not."""
        with contextlib.suppress(EOFError, ConnectionError):
            self.fill(lambda: False)
        return bytes(self.buffer)

    def drain(self):
        """Reads what is there into the buffer, without waiting."""
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while came := self.socket.recv(65536):
                self.buffer += came

    def read_frame(self):
        """The first byte of a frame, and its payload."""
        first, size = self.read(2)
        if size >= 126:
            size = int.from_bytes(self.read(8 if size == 127 else 2), "big")
        return first, self.read(size)

    def upgrade(self, lines=b"", expected=b""):
        """Opens the WebSocket connection. The answer must be a 101 with the expected text."""
        self.send(handshake(lines))
        answer = self.read_head()
        if not answer.startswith(b"HTTP/1.1 101 ") or expected not in answer:
            raise AssertionError(f"no 101 with {expected} but: {answer}")

    def echo(self, size):
        """Exchanges a message of this many zeros. Returns the seconds that took."""
        sent, wanted = frame(0x82, bytes(size)), plain(0x82, bytes(size))
        self.socket.setblocking(True)
        begin = time.perf_counter()
        self.socket.sendall(sent)
        got = self.socket.recv(len(wanted), socket.MSG_WAITALL)
        took = time.perf_counter() - begin
        if got != wanted:
            raise AssertionError(f"no echo but {got[:20]}")
        return took

    def close_code(self):
        """Reads to a Close, past other frames, and the end of the stream after it."""
        first, payload = self.read_frame()
        while first != 0x88:
            first, payload = self.read_frame()
        rest = self.read_all()
        if rest:
            raise AssertionError(f"after a Close: {rest}")
        return int.from_bytes(payload[:2], "big") if payload else 1005

    def close(self):
        self.socket.close()

    def reset(self):
        """Leaves with a reset instead of an orderly end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Server:
    """One of the servers, on a port of its own unless one is given."""

    def __init__(self, program, *options, port=0):
        self.clients = []
        self.errors = tempfile.TemporaryFile()  # its log
        self.process = subprocess.Popen(
            [f"{BUILD}/{program}", f"--port={port}", *options],
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        atexit.register(self.kill)
        self.pid = self.process.pid
        says = is_ready(self.process.stdout, WAIT)
        said = self.process.stdout.readline() if says else b""
        listens = re.search(rb"listening on http://[^/]*:(\d+)/", said)
        if not listens:
            self.kill()
            raise AssertionError(f"{program} does not listen: {said} {self.log()}")
        self.port = int(listens.group(1))

    def connect(self):
        client = Client(self.port)
        self.clients.append(client)
        return client

    def open(self, lines=b"", expected=b""):
        client = self.connect()
        client.upgrade(lines, expected)
        return client

    def disconnect(self):
        """Closes all clients that are still open."""
        for client in self.clients:
            client.close()
        self.clients = []

    def stop(self):
        """Returns the exit status after SIGTERM; -9 if it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(WAIT)
        return self.kill()

    def kill(self):
        self.process.kill()  # which does nothing to one that has ended
        self.process.stdout.close()
        return self.process.wait()

    def log(self):
        return os.pread(self.errors.fileno(), os.fstat(self.errors.fileno()).st_size, 0)

    def logs(self, text):
        """Waits for a text in the log."""
        if not until(lambda: text in self.log(), pause=0.005):
            raise AssertionError(f"the log has no {text} but: {self.log()[-2000:]}")

    def status(self, name, file="status"):
        """A number of /proc/PID/status, such as Threads, or VmRSS in KiB."""
        with open(f"/proc/{self.pid}/{file}", encoding="utf-8") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

    def threads(self):
        return self.status("Threads")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu(self):
        """Seconds of processor time of all its threads, those that have ended too, from the clock
        of the process. Its number comes of the process id as in clock_getcpuclockid(3)."""
        return time.clock_gettime((~self.pid << 3) | 2)
