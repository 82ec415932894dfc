"""Attacks on what a head means: who is let in, where a request ends, and what the log shows."""

import re

from attack import attack, check, equal, note
from server import HANDSHAKE, close_frame, frame, handshake

ORIGINS = {
    b"Origin: https://good.example\r\n": 101,
    b"Origin: https://evil.example\r\n": 403,
    b"": 403,
    b"Origin:\r\n": 403,
    b"Origin: null\r\n": 403,
    b"Origin: http://good.example\r\n": 403,
    b"Origin: https://good.example:444\r\n": 403,
    b"Origin: https://good.example.evil.example\r\n": 403,
    b"Origin: https://evilgood.example\r\n": 403,
    b"Origin: https://evil.example/https://good.example\r\n": 403,
    b"Origin: https://good.example@evil.example\r\n": 403,
    b"Origin: https://evil.example https://good.example\r\n": 403,
    b"Origin: https://good.example\r\nOrigin: https://evil.example\r\n": 400,
    b"Origin: https://evil.example\r\nOrigin: https://good.example\r\n": 400,
    b"Origin: https://[good.example\r\n": 403,
    b"Origin: ://\r\n": 403,
    b"X-Origin: https://good.example\r\n": 403,
}
CONTROL_CHARACTERS = (
    b"X: a\0b\r\n",
    b"X: a\rb\r\n",
    b"X: a\nb: c\r\n",
    b"X: a\n\r\n",
    b"X: a\r\r\n",
    b"X: a\x1b[2J\r\n",
    b"X: a\x7f\r\n",
    b"X\0: a\r\n",
    b"X: a\r\n folded: b\r\n",
    b"X : a\r\n",
    b" X: a\r\n",
    b": a\r\n",
    b"X\r\n",
    b"X: a\r\n\0\r\n",
)
# Header lines, and the status in a handshake and in a request for the page.
BODIES = {
    b"Content-Length: 34\r\n": (400, 200),
    b"Transfer-Encoding: chunked\r\n": (400, 200),
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n": (400, 400),
    b"Transfer-Encoding: xchunked\r\n": (400, 400),
    b"Transfer-Encoding: chunked, identity\r\n": (400, 400),
    b"Transfer-Encoding: identity, chunked\r\n": (501, 501),
    b"Transfer-Encoding : chunked\r\n": (400, 400),
    b"Content-Length: 0\r\nContent-Length: 34\r\n": (400, 400),
    b"Content-Length: 0, 34\r\n": (400, 400),
    b"Content-Length: +0\r\n": (400, 400),
    b"Content-Length: -34\r\n": (400, 400),
    b"Content-Length: 0x0\r\n": (400, 400),
    b"Content-Length: 18446744073709551616\r\n": (400, 400),
    b"Content-Length:\r\n": (400, 400),
    b"Host: other\r\n": (400, 400),
}
KEYS = (
    b"",
    b"dGhlIHNhbXBsZSBub25j",  # 15 bytes
    b"dGhlIHNhbXBsZSBub25jZXg=",  # 17
    b"dGhlIHNhbXBsZSBub25jZXh4",  # 18 in 24 characters, no padding
    b"dGhlIHNhbXBsZSBub25jZQ",  # 16, not padded
    b"====dGhlIHNhbXBsZSBub25j",  # padded in front
    b"dGhlIHNhbXBsZSBub25\xff==",
    b"A" * 8000,
)
EVIL = b"\x1b]0;owned\x07\x1b[2J\r\n#1 forged\n\xc2\x9b31m\x7f\\\xe2\x80\xae\xe2\x80\xa9"


def check_all(server, cases):
    """Handshakes with these further lines, which may hold anything, get this status each."""
    for lines, status in cases.items():
        equal(server.ask(handshake(lines)), status, lines)


@attack("--origin", "https://good.example", quick=True)
def foreign_origin(server):
    check_all(server, ORIGINS)
    note(f"1 of {len(ORIGINS)} let in, the right one")


@attack(quick=True)
def control_characters(server):
    check_all(server, dict.fromkeys(CONTROL_CHARACTERS, 400))
    note(f"{len(CONTROL_CHARACTERS)} heads, all answered 400")


@attack(quick=True)
def smuggled_request(server):
    """With a body, two programs in a row may have different opinions about where the request ends
    and the frames, or another request, begin."""
    second = b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n"
    page = b"GET / HTTP/1.1\r\nHost: a\r\n"
    for lines, (for_handshake, for_page) in BODIES.items():  # `ask` allows one answer only
        equal(server.ask(handshake(lines) + second), for_handshake, lines)
        equal(server.ask(page + lines + b"\r\n" + second), for_page, lines)
    note(f"{2 * len(BODIES)} heads, one answer each")


@attack(quick=True)
def key_of_wrong_length(server):
    for key in KEYS:
        request = re.sub(b"(Key: )[^\r]*", lambda found, key=key: found[1] + key, handshake())
        equal(server.ask(request), 400, key[:40])
    note(f"{len(KEYS)} keys, all refused")


@attack("--verbose", "--origin", "https://good.example", quick=True)
def log_escapes(server):
    """The log can be shown on a terminal: each line begins with the number of its connection, and
    there are no control characters, of 7 bits, of 8, or of two bytes of UTF-8."""
    server.ask(b"GET /" + EVIL + b" HTTP/1.1\r\n\r\n")
    server.ask(EVIL + b" / HTTP/1.1\r\nHost: a\r\n\r\n")
    good = b"Origin: https://good.example\r\n"
    check_all(server, {
        b"Origin: \x9b\xc2\x9b31m\r\n": 403,
        b"X-\xc2\x9b: a\r\n": 400,
        good + b"Sec-WebSocket-Protocol: chat%0d%0aX:b\r\n": 400,
    })
    # Text messages and the reason of a Close are UTF-8, and may hold any character of it.
    server.connect().send(handshake(good) + frame(0x81, EVIL) + close_frame(4000, EVIL))
    server.logs(b"closed with 4000 after 1 messages: \\x1b]0;owned\\x07")
    server.disconnect()
    server.settle()
    log = server.log()
    bad = re.findall(rb"^[^#]|[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|(?<![\x80-\xff])[\x80-\xbf]",
                     log, re.MULTILINE)
    check(not bad, f"in the log: {bad}")
    # U+202E turns the rest of a line round, and U+2029 begins another one.
    check(b"\xe2\x80" not in log, "the log has characters that turn or end a line")
    lines = log.count(b"\n")
    note(f"{lines} lines of log, nothing in them that a terminal obeys")


@attack(quick=True)
def split_response(server):
    """The head of the answer repeats what a client asks for only if the server knows it."""
    check_all(server, dict.fromkeys((
        b"Sec-WebSocket-Protocol: chat%0d%0aSet-Cookie:a=b\r\n",
        b"Sec-WebSocket-Protocol: chat\\r\\nSet-Cookie:a=b\r\n",
        b'Sec-WebSocket-Protocol: x-unknown, chat"\r\n',
        b"Sec-WebSocket-Protocol: \xe5\x98\x8a\xe5\x98\x8dSet-Cookie:a=b, chat\r\n",
    ), 400))
    client = server.connect()
    request = HANDSHAKE.replace(b"/test", b"/%0d%0aSet-Cookie:%20a=b")
    client.send(request + b"Sec-WebSocket-Protocol: x-b, chat\r\n\r\n")
    answer = client.read_head()
    check(answer.startswith(b"HTTP/1.1 101 "), "no 101")
    check(b"Set-Cookie" not in answer and b"x-b" not in answer, f"in the answer: {answer}")
    note("nothing of the client's in the answer")
