"""Bytes in the text are what the text says they are.

A fence of the language "hex" has bytes in pairs of digits, with comments after '#', and between
them statements about what came so far:

    hex from-client, hex from-server   = text, final, not masked, 5 bytes: "Hello"    of each frame
    hex bytes                          = 20 bytes, = ascii: GET, = base64: R0VU, = sha1 of "text"
    hex deflate                        = 010  the next bits in their order, or = "what comes out"
"""
import base64
import hashlib
import re
import zlib
from itertools import zip_longest

import frames
from report import Drift, printable


def check(document, report):
    for fence in document.fences:
        if fence.language != 'hex':
            continue
        with report.failures(document.path):
            for drift in drifts_of(fence):
                with report.check(document.path):
                    if drift:
                        raise drift


def drifts_of(fence):
    """Yields None for each statement that is true, and a Drift for one that is not. Raises the
    Drift of the fence as a whole."""
    data, statements = read_fence(fence)
    if not statements:
        raise Drift(fence.line, 'say what these bytes are in a line "= ..."')
    if fence.words in ('from-client', 'from-server'):
        yield from check_frames(data, statements, fence)
    elif fence.words == 'bytes':
        for line, stated in statements:
            yield check_bytes(data, line, stated)
    elif fence.words == 'deflate':
        yield from check_deflated(data, statements)
    else:
        raise Drift(fence.line, f'"hex {fence.words}" is unknown; there are hex from-client, '
                                'hex from-server, hex bytes and hex deflate')


def read_fence(fence):
    """Returns the bytes, and the statements with the numbers of their lines."""
    data, statements = b'', []
    for number, line in enumerate(fence.content, fence.line + 1):
        if line.startswith('= '):
            statements.append((number, line[2:]))
            continue
        try:
            data += bytes.fromhex(line.split('#')[0])
        except ValueError:
            raise Drift(number, 'neither bytes in pairs of digits nor a statement "= ...": '
                                f'"{line}"') from None
    return data, statements


def untrue(line, stated, truth, who='true is:'):
    return Drift(line, f'the text says:    = {stated}', f'{who:<17} = {truth}')


def check_frames(data, statements, fence):
    decoded = frames.describe(data, fence.words == 'from-client')
    for statement, truth in zip_longest(statements, decoded):
        line, stated = statement or (fence.line + len(fence.content), 'nothing')
        yield None if stated == truth else untrue(
            line, stated, truth or 'no more frame', 'the decoder says:')


def check_bytes(data, line, stated):
    kind = stated.split(' ')[0]
    if kind == 'sha1':
        text = re.fullmatch('sha1 of "(.*)"', stated)
        if not text or hashlib.sha1(text[1].encode()).digest() != data:
            return Drift(line, f'these bytes are not that digest: "= {stated}"')
        return None
    if kind == 'ascii:':
        truth = 'ascii: ' + ''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in data)
    elif kind == 'base64:':
        truth = 'base64: ' + base64.b64encode(data).decode()
    elif kind.isdigit():
        truth = f'{len(data)} byte{"" if len(data) == 1 else "s"}'
    else:
        return Drift(line, 'of bytes can be said: "= N bytes", "= ascii: ...", "= base64: ..." '
                           f'and "= sha1 of "..."", not: "= {stated}"')
    return None if stated == truth else untrue(line, stated, truth)


def check_deflated(data, statements):
    """Goes through a compressed message without its 00 00 ff ff: through its bits, of which the
    lowest of a byte comes first, and to what comes out of all of them."""
    bits = ''.join(f'{byte:08b}'[::-1] for byte in data)
    at = 0
    for line, stated in statements:
        if stated.startswith('"'):
            truth = inflate(data)
            left = ', and there are more bits' if at < len(bits) else ''
            good = stated == truth and not left
        else:
            wanted = re.match('[01]*', stated)[0]
            truth = bits[at:at + len(wanted)]
            at += len(wanted)
            left = ''
            good = wanted and wanted == truth
        yield None if good else untrue(line, stated, truth + left)


def inflate(data):
    """What comes out, in quotation marks, if the message ends at the end of a block."""
    tail, last_block = b'\x00\x00\xff\xff', b'\x01\x00\x00\xff\xff'
    decompressor = zlib.decompressobj(-15)
    try:
        out = decompressor.decompress(data + tail + last_block)
    except zlib.error:
        return '(it cannot be inflated)'
    if not decompressor.eof or decompressor.unused_data:
        return '(it cannot be inflated)'
    return f'"{printable(out)}"'
