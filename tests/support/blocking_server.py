"""An echo server in one thread, with the mistakes that people make in loops.

    python3 blocking_server.py PORT [MISTAKE...]

request, frame  waits for the rest of a request, or of a frame
write           waits until all of an answer is written
work            waits for the peer while it works on a large message
greedy          reads from a peer as long as there is something to read
close           waits for the peer's end after a Close
end             takes no notice of the end of a stream
reset           does not expect that a read can fail
"""
import base64
import hashlib
import select
import selectors
import socket
import sys
import zlib

MISTAKES = set(sys.argv[2:])
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
LARGE, MUCH = 1000000, 65536
loop = selectors.DefaultSelector()


class Incomplete(Exception):
    """The peer has not sent all of it yet."""


class Peer:
    def __init__(self, stream):
        self.stream, self.serve = stream, self.opening
        self.input, self.output = bytearray(), b""
        self.inflates = self.last = self.ended = False
        stream.setblocking(False)
        loop.register(stream, READ, self)

    def turn(self, ready):
        try:
            while ready & READ and not self.output and self.read() and "greedy" in MISTAKES:
                self.advance()
            self.advance()
        except OSError:
            if "reset" in MISTAKES:
                raise
            self.ended = True
        if self.ended:
            loop.unregister(self.stream)
            self.stream.close()

    def read(self):
        try:
            data = self.stream.recv(MUCH)
        except BlockingIOError:
            return False
        self.input += data
        self.ended = data == b"" and "end" not in MISTAKES
        return data != b""

    def need(self, count, mistake):
        while len(self.input) < count and not self.ended:
            if mistake not in MISTAKES:
                raise Incomplete
            select.select([self.stream], [], [])
            self.read()

    def advance(self):
        try:
            while not self.ended:
                self.serve()
        except Incomplete:
            pass
        self.write()

    def write(self):
        if "write" in MISTAKES:
            self.stream.setblocking(True)
            self.stream.sendall(self.output)
            self.stream.setblocking(False)
            self.output = b""
        elif self.output:
            try:
                self.output = self.output[self.stream.send(self.output) :]
            except BlockingIOError:
                pass
        if self.last and not self.output and self.serve != self.closing:
            self.stream.shutdown(socket.SHUT_WR)
            self.serve = self.closing
            self.advance()
        if not self.ended:
            loop.modify(self.stream, WRITE if self.output else READ, self)

    def closing(self):
        self.input.clear()
        self.need(1, "close")

    def opening(self):
        while b"\r\n\r\n" not in self.input and not self.ended:
            self.need(len(self.input) + 1, "request")
        head, _, rest = bytes(self.input).partition(b"\r\n\r\n")
        lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        key = lines.get(b"Sec-WebSocket-Key", b"") + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.inflates = b"permessage-deflate" in lines.get(b"Sec-WebSocket-Extensions", b"")
        self.output += (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + (b"Sec-WebSocket-Extensions: permessage-deflate\r\n" if self.inflates else b"")
            + b"Sec-WebSocket-Accept: "
            + base64.b64encode(hashlib.sha1(key).digest())
            + b"\r\n\r\n"
        )
        self.input, self.serve = bytearray(rest), self.frame

    def frame(self):
        """All tests send messages of one frame."""
        if self.last or not self.input:
            raise Incomplete
        self.need(2, "frame")
        first, bits = self.input[0], self.input[1] & 127 if len(self.input) > 1 else 0
        start = 2 + {126: 2, 127: 8}.get(bits, 0)
        self.need(start, "frame")
        length = int.from_bytes(self.input[2:start], "big") if bits > 125 else bits
        self.need(start + 4 + length, "frame")
        if self.ended:
            return
        key, payload = self.input[start : start + 4], self.input[start + 4 : start + 4 + length]
        del self.input[: start + 4 + length]
        self.answer(first, unmask(payload, key))

    def answer(self, first, payload):
        if first & 0x40 and not self.inflates:
            first, payload = 0x88, b"\x03\xea"  # 1002
        elif first & 0x40:
            payload = zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")
        if len(payload) >= LARGE and "work" in MISTAKES:
            select.select([self.stream], [], [])
        self.last = first == 0x88
        first = 0x8A if first == 0x89 else first & 0xBF
        self.output += frame_head(first, len(payload)) + payload


def unmask(payload, key):
    size = len(payload)
    keys = (bytes(key) * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")).to_bytes(size, "big")


def frame_head(first, length):
    if length < 126:
        return bytes([first, length])
    if length < 65536:
        return bytes([first, 126]) + length.to_bytes(2, "big")
    return bytes([first, 127]) + length.to_bytes(8, "big")


def main():
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=200)
    # Inherited by the peers: one that does not read fills it soon, however little it sends.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    loop.register(listener, READ)
    while True:
        for key, ready in loop.select():
            if key.data is None:
                Peer(listener.accept()[0])
            else:
                key.data.turn(ready)


main()
