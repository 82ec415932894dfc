"""The clients of the soak, each in a process of its own. What one does follows from its seed; when
it does it, from the machine. Whatever the server does wrong raises an exception."""

import contextlib
import random
import re
import subprocess
import threading
import time
import zlib

from server import BUILD, Client, close_frame, frame, handshake

LARGEST = 16777216  # bytes of a message: the server's --max-message
KIB, MIB = 1024, 1 << 20
PATIENCE = 60  # seconds that a server with many clients may take for one message
SILENCE = 1.2  # seconds, more than LIMITS_RELAX_AFTER
STAYING = 20  # connections of a stayer, and of a sleeper
COMPRESSED = 0x40  # RSV1 in the first byte of a frame
TAIL = b"\x00\x00\xff\xff"  # ends what is compressed, and is not sent (RFC 7692, 7.2.1)
SENTENCES = (
    "The quick brown fox jumps over the lazy dog. ",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ",
    "Съешь же ещё этих мягких французских булок, да выпей чаю. ",
    "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण। ",
    "天地玄黃，宇宙洪荒。日月盈昃，辰宿列張。",
    "🙂🚀🎉👍🌍 ",
)
# What follows the blocks of a good message, in hexadecimal: RFC 1951, 3.2.3 to 3.2.7. Where it can
# be, a server that did not notice would find the rest of the message good.
SPOILS = {
    "a text that is none": "",
    "a block of type 3": "06",
    "a stored block whose NLEN does not fit LEN": "00 0000 0000 00",
    "a dynamic block that is cut short": "04 e001",
    "a reference to before the first byte": "02 deff 0f00",
    "a dynamic block with 288 literal/length codes": "fc 0000",
}
SPOILT = 4000  # bytes, so that the history does not reach back 32768


class Work:
    """What a client process is to do, and what it has done."""

    def __init__(self, port, seed, deadline, leave, compresses):
        self.port, self.deadline, self.leave, self.compresses = port, deadline, leave, compresses
        self.connections = self.messages = self.cases = 0
        self.numbers = random.Random(seed)
        noise = self.numbers.getrandbits(8 * MIB).to_bytes(MIB, "little")
        printable = noise.translate(bytes(32 + i % 95 for i in range(256)))
        self.materials = (
            (0x82, noise),
            (0x81, printable),
            (0x81, "".join(self.numbers.choices(SENTENCES, k=10000))),
        )

    def goes_on(self):
        return time.monotonic() < self.deadline

    def below(self, limit):
        return self.numbers.randrange(limit)

    def size(self):
        """Every length of a number of bits is as likely as the others: many short messages, few
        long; one in 40 of up to 1 MiB, one in 2,000 as large as may be."""
        if self.below(2000) == 0:
            return LARGEST
        return self.below((1 << (20 if self.below(40) == 0 else self.below(17))) + 1)

    def payload(self, size):
        """The first byte of a frame, and bytes for it: a part of what was made at the start."""
        first, material = self.numbers.choice(self.materials)
        if isinstance(material, str):
            size //= 4  # whole characters, of up to four bytes
        begin = self.below(len(material))
        repeated = material * ((begin + size) // len(material) + 1)
        part = repeated[begin : begin + size]
        return first, part if isinstance(part, bytes) else part.encode()


class Visit(Client):
    """One connection of a client, what is to be sent on it, and what must come back."""

    patience = PATIENCE

    def __init__(self, work, opens=True):
        super().__init__(work.port)
        self.work, self.sent, self.wanted = work, bytearray(), []
        self.step, self.pause = 65536, 0  # bytes of a read, and seconds after it
        self.offer_text = b""
        if work.compresses:
            self.agree(work.numbers)
        work.connections += 1
        if opens:
            expected = self.offer_text.replace(b"; client_max_window_bits=15", b"")
            self.upgrade(self.offer_text, expected)

    def agree(self, numbers):
        """Chooses windows of 2^8 to 2^15 bytes, and for either direction whether there is context
        takeover. zlib cannot compress for 2^8, but references to the byte before fit any window."""
        self.forgets = [numbers.randrange(3) == 0 for _ in range(2)]
        mine, its = numbers.randint(8, 15), numbers.randint(8, 15)
        self.offer_text = b"Sec-WebSocket-Extensions: permessage-deflate%s%s%s%s\r\n" % (
            b"; server_no_context_takeover" if self.forgets[0] else b"",
            b"; client_no_context_takeover" if self.forgets[1] else b"",
            b"; server_max_window_bits=%d" % its,
            b"; client_max_window_bits=%d" % mine,
        )
        strategy = zlib.Z_RLE if mine == 8 else zlib.Z_DEFAULT_STRATEGY
        self.compressor = zlib.compressobj(1, zlib.DEFLATED, -max(mine, 9), 8, strategy)
        self.fresh_compressor, self.decompressor = self.compressor.copy(), zlib.decompressobj(-its)
        self.fresh_decompressor = self.decompressor.copy()

    def pack(self, payload):
        if self.forgets[1]:
            self.compressor = self.fresh_compressor.copy()
        return (self.compressor.compress(payload) + self.compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def unpack(self, payload):
        if self.forgets[0]:
            self.decompressor = self.fresh_decompressor.copy()
        return self.decompressor.decompress(payload + TAIL)

    def add_frames(self, first, payload, answered=True):
        """Adds a message in one frame or in several, with pings between them if their pongs can
        come back."""
        below = self.work.below
        pieces = 1 + below(8) if below(4) == 0 else 1
        cuts = sorted(below(len(payload) + 1) for _ in range(pieces - 1))
        for i, (begin, end) in enumerate(zip([0, *cuts], [*cuts, len(payload)])):
            last = i == pieces - 1
            fin, opcode = 0x80 if last else 0, 0 if i else first & 0x7F
            self.sent += frame(fin | opcode, payload[begin:end])
            if answered and not last and below(2) == 0:
                self.sent += frame(0x89, b"between")
                self.wanted.append((0x8A, b"between"))

    def add_message(self, size):
        """Adds a message, and what must come back. One in ten of those that could be compressed is
        not: RFC 7692, 6.1 leaves that to the sender."""
        first, payload = self.work.payload(size)
        if self.work.compresses and self.work.below(10) != 0:
            self.add_frames(first | COMPRESSED, self.pack(payload))
        else:
            self.add_frames(first, payload)
        self.wanted.append((first, payload))
        self.work.messages += 1

    def receive(self, size=65536, wait=PATIENCE):
        """The bound is for each step: a whole message may take a slow reader longer."""
        came = super().receive(min(size, self.step), self.patience)
        time.sleep(self.pause)
        return came

    def send_steps(self, data, step, pause):
        for at in range(0, len(data), step):
            self.send(data[at : at + step])
            time.sleep(pause)

    def exchange(self, step=MIB, pause=0):
        """Sends and reads at the same time, and compares every byte that comes."""
        arguments = (bytes(self.sent), step, pause)
        sender = threading.Thread(target=self.send_steps, args=arguments, daemon=True)
        sender.start()
        for first, payload in self.wanted:
            got, data = self.read_frame()
            if got & COMPRESSED and self.work.compresses:
                got, data = got & ~COMPRESSED, self.unpack(data)
            if (got, data) != (first, payload):
                raise AssertionError(f"{got:02x} {data[:64]} instead of {first:02x} {payload[:64]}")
        sender.join()
        self.sent.clear()
        self.wanted.clear()

    def chat(self, most):
        self.add_message(self.work.below(most))
        self.exchange()

    def end(self):
        """Both Close frames, after which the server ends TCP."""
        self.send(close_frame(1000))
        self.expect_close(1000, "an orderly end")

    def expect_close(self, code, what):
        got = self.close_code()
        if got != code:
            raise AssertionError(f"a Close with {got} instead of {code} after {what}")
        self.close()


def ordinary(work):
    """Messages of all sizes up to 16 MiB, text and binary, whole and in fragments with pings
    between them, several in flight; closes in an orderly way."""
    while work.goes_on():
        visit, left = Visit(work), 1 + work.below(30)
        while left > 0 and work.goes_on():
            batch = min(1 + work.below(8), left)
            for _ in range(batch):
                visit.add_message(work.size())
            visit.exchange()
            left -= batch
        visit.end()


def slow_writer(work):
    """Few bytes at a time, within headers as well."""
    while work.goes_on():
        visit = Visit(work)
        visit.add_message(work.below(20000))
        visit.add_message(work.below(200))
        visit.exchange(len(visit.sent) // 200 + 1, 0.005)
        visit.end()


def slow_reader(work):
    """Asks for more than the kernel's buffers hold and reads it in small pieces: one large message
    blocks the server within a write, many small ones between two."""
    turn = 0
    while work.goes_on():
        visit = Visit(work)
        count, size = (1, 12 * MIB) if turn % 8 == 0 else (8, 64 * KIB)
        for _ in range(count):
            visit.add_message(size - work.below(1000))
        visit.step, visit.pause = sum(len(payload) for _, payload in visit.wanted) // 300 + 1, 0.005
        visit.exchange()
        visit.step, visit.pause = 65536, 0
        visit.end()
        turn += 1


def deserter(work):
    """Leaves at any byte of a handshake or a frame, before or after the reply, with a reset or a
    plain end."""
    while work.goes_on():
        early = work.below(8) == 0
        visit = Visit(work, opens=not early)
        sent = handshake(visit.offer_text) if early else b""
        while not visit.wanted or work.below(3) != 0:
            visit.add_message(work.size() // 4)
        sent += visit.sent
        some = min(14, len(sent)) if work.below(2) == 0 else len(sent)
        visit.offer(sent[: 1 + work.below(some)])
        if work.below(4) == 0:
            time.sleep(0.002)
            with contextlib.suppress(ConnectionError):
                visit.drain()
        if work.below(4) == 0:
            visit.close()
        else:
            visit.reset()
        time.sleep(0.003)  # so that the others have the machine as well


def sleeper(work):
    """Is silent on many connections, until the server gives back their memory; then half of them go
    on and the others close."""
    while work.goes_on():
        visits = [Visit(work) for _ in range(STAYING)]
        for visit in visits:
            visit.chat(40000)  # more than a window
        time.sleep(SILENCE)  # which is what a sleeper is for
        for visit in visits:
            if work.below(2) == 0:
                visit.chat(40000)
            visit.end()


def spoiler(work):
    """Compressed messages that must end the connection, after some that are good: data that is no
    DEFLATE or no text (1007), and messages that come out larger than the server takes (1009)."""
    while work.goes_on():
        visit = Visit(work)
        for _ in range(work.below(4)):
            visit.chat(SPOILT)
        name, spoil = work.numbers.choice(list(SPOILS.items()))
        text = bytearray(work.materials[2][1][: 1 + work.below(SPOILT // 4)].encode())
        if work.below(16) == 0:
            name, text = "a bomb", bytes(LARGEST + 1 + work.below(SPOILT))
        elif not spoil:
            text[work.below(len(text))] = 0xFF  # no byte of UTF-8
        packed = visit.pack(bytes(text))
        if spoil and name != "a bomb":
            packed += TAIL + bytes.fromhex(spoil)
        visit.add_frames(0x41, packed, False)
        work.messages += 1
        visit.send(bytes(visit.sent))
        if work.below(4) == 0:
            visit.reset()
        else:
            visit.expect_close(1009 if name == "a bomb" else 1007, name)
        time.sleep(0.003)


def wscheck(work):
    """Runs wscheck's cases in random order, a few at a time: many short runs mix better with the
    others than one long one. The server has more time than usual, as it has all the others to serve
    as well."""
    command = [f"{BUILD}/wscheck"]
    listed = subprocess.run([*command, "--list"], capture_output=True, text=True, check=True).stdout
    cases = re.findall(r"^(\S+/\S+)", listed, re.MULTILINE)
    command += ["--quiet", "--jobs=8", "--timeout=10", f"ws://127.0.0.1:{work.port}/"]
    while work.goes_on():
        chosen = work.numbers.sample(cases, 16)
        done = subprocess.run([*command, *chosen], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"wscheck ends with {done.returncode}: {done.stdout}{done.stderr}")
        work.cases += len(chosen)


def stayer(work):
    """Keeps connections open, whatever the deadline, with a small message now and then. The memory
    of a compression is touched little by little, until twice the window has gone through it. With
    short messages that would take many rounds, and look like growth; so those that are compressed
    are longer, and fewer."""
    visits = [Visit(work) for _ in range(STAYING)]
    most, pause = (10000, 0.05) if work.compresses else (200, 0.005)
    while not work.leave.wait(pause):
        for visit in visits:
            visit.chat(most)
    for visit in visits:
        visit.end()
