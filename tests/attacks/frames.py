"""Attacks with single frames: lengths that lie, and what a frame must not be."""

import functools
import time

from attack import LARGEST, MIB, attack, bound, equal, milliseconds, note
from server import frame

# Frames in hexadecimal, and the close code that each must get at once.
TABLES = {
    "length_of_ones": """
    82 ff ffffffffffffffff 00000000                  1002 -1
    81 ff ffffffffffffffff 00000000                  1002
    82 ff ff                                         1002 the first byte of the length says enough
    82 ff 8000000000000000 00000000                  1002
    82 ff 7fffffffffffffff 00000000                  1009
    82 7f ffffffffffffffff                           1002 and not masked
    89 ff ffffffffffffffff 00000000                  1002""",
    # Plus the 14 bytes of the header, the key's 4, or a byte for a NUL, each is 2^64, 2^63, 2^32 or
    # 2^31, or a little more: an integer of that size holds 0 then, or a negative number.
    "length_that_wraps": """
    82 ff fffffffffffffff2 00000000 aaaa             1002
    82 ff fffffffffffffff4 00000000 aaaa             1002
    82 ff fffffffffffffffc 00000000 aaaa             1002
    82 ff ffffffffffffffff 00000000 aaaa             1002
    82 ff 7ffffffffffffff2 00000000 aaaa             1009
    82 ff 7ffffffffffffffc 00000000 aaaa             1009
    82 ff 00000000fffffff2 00000000 aaaa             1009
    82 ff 00000000fffffffc 00000000 aaaa             1009
    82 ff 00000000ffffffff 00000000 aaaa             1009
    82 ff 000000007ffffff2 00000000 aaaa             1009
    82 ff 000000007fffffff 00000000 aaaa             1009""",
    # The first fragment has 2 bytes, or 16; the sum wraps to a small one.
    "fragment_sum": """
    02 82 00000000 aaaa  80 ff fffffffffffffffe 00000000 aaaa  1002
    02 82 00000000 aaaa  80 ff 7ffffffffffffffe 00000000 aaaa  1009
    02 82 00000000 aaaa  80 ff 7fffffffffffffff 00000000 aaaa  1009
    02 82 00000000 aaaa  80 ff 00000000fffffffe 00000000 aaaa  1009
    02 82 00000000 aaaa  80 ff 00000000ffffffff 00000000 aaaa  1009
    02 82 00000000 aaaa  80 ff 000000007ffffffe 00000000 aaaa  1009
    02 82 00000000 aaaa  00 ff 7ffffffffffffffe 00000000 aaaa  1009
    02 82 00000000 aaaa  80 ff 0000000000ffffff 00000000 aaaa  1009 together 16 MiB and a byte""",
    "claimed_length": """
    82 ff 0000000100000000 00000000                  1009
    82 ff 0000000001000001 00000000                  1009 a byte more than is allowed
    02 ff 0000000100000000 00000000                  1009""",
    "long_control_frame": """
    89 fe                                            1002 the second byte says enough
    89 fe 007e 00000000                              1002
    89 fe ffff 00000000                              1002
    89 ff 0000000000010000 00000000                  1002
    89 ff 7fffffffffffffff 00000000                  1002
    8a fe 007e 00000000                              1002
    88 fe 007e 00000000                              1002
    88 ff 00000000ffffffff 00000000                  1002
    09 80 00000000                                   1002 in fragments, which could go on for ever
    08 82 00000000 03e8                              1002
    88 81 00000000 03                                1002 half a close code""",
    # Nobody agreed on compression, so nothing may be given to a decompressor.
    "compressed_frame": """
    c1 87 00000000 f248cdc9c90700                    1002 "Hello" as in RFC 7692, 7.2.3.1
    41 83 00000000 f248cd 80 84 00000000 c9c90700    1002
    c9 80 00000000                                   1002
    c8 80 00000000                                   1002
    01 81 00000000 61 c0 81 00000000 61              1002
    a1 80 00000000                                   1002
    91 80 00000000                                   1002""",
}
CLAIMANTS = 200


def check_frames(name, server):
    """Sends each on a connection of its own. The answer must not wait for more bytes, and the
    server must not allocate memory for bytes that do not come."""
    slowest, rows = 0, TABLES[name].strip().split("\n")
    for row in rows:
        at = row.index(" 100")
        client = server.open()
        begin = time.monotonic()
        client.send(bytes.fromhex(row[:at]))
        equal(client.close_code(), int(row[at + 1 : at + 5]), row)
        slowest = max(slowest, milliseconds(begin))
        client.close()
    note(f"{len(rows)} kinds")
    bound("slowest answer", slowest, 2000, "ms")
    server.settle()
    server.bound_data("data +", 1024)
    server.bound_peak(256)


for kind in TABLES:
    attack(name=kind, quick=True)(functools.partial(check_frames, kind))


@attack(quick=True)
def fragments_exceed(server):
    """All of a message of the largest size has come, with pings between its fragments. One more
    byte is too much, even for a server that begins to count anew after a ping."""
    client = server.open()
    for i in range(LARGEST // MIB):
        client.send(frame(0x00 if i else 0x02, bytes(MIB)) + frame(0x89, b"ping"))
    client.send(frame(0x80, b"x"))
    equal(client.close_code(), 1009, "one more byte")
    client.close()
    server.bound_peak(2 * LARGEST / 1024 + 2048)  # while it doubles, there are two


@attack(quick=True)
def claims_of_many(server):
    """A client that claims an allowed length is not refused. Many can do so, and so a claim must
    not make the server allocate."""
    claim = bytes.fromhex("82 ff 0000000001000000 00000000") + b"\xaa" * 16
    for _ in range(CLAIMANTS):
        server.open().send(claim)
    server.open().echo(2000)  # so the claims have been read, too
    note(f"{CLAIMANTS} claim 16 MiB each")
    server.cost("data of each", server.data_growth() / CLAIMANTS, 128, "KiB")
    server.cost("memory of each", server.peak_growth() / CLAIMANTS, 24, "KiB")
