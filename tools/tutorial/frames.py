"""Frames as section 5.2 of RFC 6455 has them, read a second time: nothing here is the code of
step 4, so the two agree only if both are right. The sentences are those of the server."""
from report import printable

OPCODES = {0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong'}


class Stop(Exception):
    """The bytes hold no whole and good header; the exception says why."""


def describe(data, from_client):
    """The frames in the bytes that a client or a server sends, a sentence for each:

        text, final, masked with 37 fa 21 3d, 5 bytes: "Hello"
        close, final, not masked, 5 bytes: code 1000, reason "bye"
        binary, more to follow, not masked, 70000 bytes, of which 2 are here: 00 01
        incomplete                                     the header is not whole
        refused: a client must mask its frames (5.1)   and what follows is not looked at
    """
    sentences = []
    message = 'binary'  # what a continuation goes on with
    while data:
        try:
            final, opcode, key, length, size = read_header(data, from_client)
        except Stop as reason:
            return [*sentences, str(reason)]
        payload, data = data[size:size + length], data[size + length:]
        kind = message if opcode == 0 else OPCODES[opcode]
        if opcode < 8:
            message = 'binary' if final else kind
        sentences.append(', '.join([
            OPCODES[opcode], 'final' if final else 'more to follow',
            f'masked with {key.hex(" ")}' if key else 'not masked',
            describe_payload(kind, payload, key, length)]))
    return sentences


def read_header(data, from_client):
    """Returns FIN, the opcode, the masking key (empty without one), the payload's length and the
    header's own. A byte is judged as soon as it is there, as the server does."""
    final, reserved, opcode = data[0] >> 7, data[0] >> 4 & 7, data[0] & 15
    refuse_if(reserved, 'a reserved bit is set, but no extension was agreed on (5.2)')
    refuse_if(opcode not in OPCODES, 'the opcode is reserved (5.2)')
    refuse_if(opcode >= 8 and not final, 'a control frame must not be fragmented (5.5)')
    if len(data) < 2:
        raise Stop('incomplete')
    masked, length = data[1] >> 7, data[1] & 127
    refuse_if(masked and not from_client, 'a server must not mask its frames (5.1)')
    refuse_if(from_client and not masked, 'a client must mask its frames (5.1)')
    refuse_if(opcode >= 8 and length > 125, 'a control frame must not exceed 125 bytes (5.5)')
    size = {126: 4, 127: 10}.get(length, 2)
    refuse_if(size == 10 and data[2:3] >= b'\x80',
              'the top bit of a 64-bit payload length must be 0 (5.2)')
    if len(data) < size:
        raise Stop('incomplete')
    if size > 2:
        length = int.from_bytes(data[2:size], 'big')
        refuse_if(length < (126 if size == 4 else 65536),
                  'the payload length is not in its shortest form (5.2)')
    key = data[size:size + 4] if masked else b''
    if masked and len(key) < 4:
        raise Stop('incomplete')
    return final, opcode, key, length, size + len(key)


def refuse_if(broken, rule):
    if broken:
        raise Stop(f'refused: {rule}')


def describe_payload(kind, payload, key, length):
    """The payload of a `kind` of message; `length` bytes were announced."""
    text = f'{length} byte{"" if length == 1 else "s"}'
    if len(payload) < length:
        text += f', of which {len(payload)} {"is" if len(payload) == 1 else "are"} here'
    if not payload:
        return text
    if key:
        payload = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    if kind == 'text':
        return f'{text}: "{printable(payload)}"'
    if kind == 'close' and len(payload) >= 2:
        reason = f', reason "{printable(payload[2:])}"' if len(payload) > 2 else ''
        return f'{text}: code {int.from_bytes(payload[:2], "big")}{reason}'
    return f'{text}: {payload[:16].hex(" ")}{" ..." if len(payload) > 16 else ""}'
