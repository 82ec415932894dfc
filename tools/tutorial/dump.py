"""Hex dumps (common/hexdump) in the output of a program."""
import re

LINE = re.compile(r'(.*?(?:^| ))([0-9a-f]{4,8})  ((?:[0-9a-f]{2} {1,2}){1,16}) *\|.{1,16}\|')


def change(lines, function):
    """Returns the lines with `function` applied to the bytes of every dump, as a text of as many
    characters, and the dumps written anew. A dump is consecutive lines with the same text in front
    and offsets that count up from 0."""
    changed = []
    while len(changed) < len(lines):
        prefix, data = read(lines[len(changed):])
        data = function(data.decode('latin-1')).encode('latin-1')
        changed += write(prefix, data) or [lines[len(changed)]]
    return changed


def read(lines):
    """Returns the text in front and the bytes of the dump that the lines start with."""
    prefix, data = None, b''
    for line in lines:
        found = LINE.fullmatch(line)
        if not found or int(found[2], 16) != len(data) or prefix not in (None, found[1]):
            break
        piece = bytes.fromhex(found[3])
        if write(found[1], piece, len(data)) != [line]:
            break
        prefix, data = found[1], data + piece
    return prefix, data


def write(prefix, data, offset=0):
    """The lines of a dump."""
    lines = []
    for at in range(0, len(data), 16):
        piece = data[at:at + 16]
        digits = f'{piece[:8].hex(" ")}  {piece[8:].hex(" ")}'
        text = ''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in piece)
        lines.append(f'{prefix}{offset + at:04x}  {digits:<49} |{text}|')
    return lines
