"""A Markdown file as the checks need it: its fences, its comments, and what is left as prose.

It knows as much of Markdown as this repository uses: fences of backticks or tildes, code spans,
HTML comments, and headings that start with '#'."""
import os
import re
from typing import NamedTuple

FENCE = re.compile(r'( *)(`{3,}|~{3,})[ \t]*(\S*)[ \t]*(.*?)[ \t]*$')
COMMENT_LINE = re.compile(r' *<!-- *(.*?) *--> *$')
# A comment, or a code span: it ends with as many backticks as it starts with, in its paragraph.
NOT_PROSE = re.compile(
    r'<!--.*?(?:-->|\Z)|(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)', re.DOTALL)


class Fence(NamedTuple):
    """A block of code between two lines of backticks: ```c step01_tcp/tcp.c"""
    line: int      # number of the line that opens it; its content starts one line on
    language: str  # "c"; "" without one
    words: str     # what follows: "step01_tcp/tcp.c"; "" if nothing does
    content: list  # its lines, without the indentation of the fence


class Document:
    """Lines are counted from 1.

    path        as it was given
    lines       all lines, without their ends
    fences      every Fence, in order
    fenced      the numbers of the lines that belong to a fence
    directives  {line: TEXT} for each line <!-- TEXT --> outside of fences
    prose       the text with blanks in place of fences, code spans and comments
    """

    def __init__(self, path):
        """Reads a file. Raises OSError when it cannot be read."""
        self.path = path
        self.lines = read_lines(path)
        self.fences = []
        self.fenced = set()
        line = 1
        while line <= len(self.lines):
            line = self._read_fence(line) + 1
        unfenced = ['' if number in self.fenced else line for number, line in self.numbered()]
        comments = ((number, COMMENT_LINE.match(line)) for number, line in enumerate(unfenced, 1))
        self.directives = {number: comment[1] for number, comment in comments if comment}
        self.prose = NOT_PROSE.sub(
            lambda match: re.sub(r'[^\n]', ' ', match[0]), '\n'.join(unfenced))

    def numbered(self):
        return enumerate(self.lines, 1)

    def line_at(self, offset):
        """The number of the line that holds the character at an offset of the prose."""
        return self.prose.count('\n', 0, offset) + 1

    def directive(self, line, name):
        """VALUE if that line is <!-- NAME VALUE -->, else None. `name` holds the colon."""
        text = self.directives.get(line, '')
        return text[len(name):].strip() if text.startswith(name) else None

    def _read_fence(self, line):
        """Takes in the fence that a line opens. Returns its last line, or `line` without one."""
        opening = FENCE.match(self.lines[line - 1])
        if not opening or (opening[2][0] == '`' and '`' in opening[3] + opening[4]):
            return line
        indentation, mark, language, words = opening.groups()
        closing = re.compile(rf'[ \t]*{mark}{mark[0]}*[ \t]*$')
        last = line + 1
        while last <= len(self.lines) and not closing.match(self.lines[last - 1]):
            last += 1
        content = [re.sub(f'^ {{0,{len(indentation)}}}', '', each)
                   for each in self.lines[line:last - 1]]
        self.fences.append(Fence(line, language, words, content))
        self.fenced.update(range(line, last + 1))
        return last


def read_text(path):
    """A file's text. Raises OSError when it cannot be read."""
    with open(path, 'rb') as file:
        return text_of(file.read())


def text_of(data):
    """Bytes as text, without NUL bytes and carriage returns at the ends of lines. What is not
    UTF-8 becomes surrogates."""
    text = data.decode('utf-8', 'surrogateescape')
    return re.sub(r'\r+(?=\n|\Z)', '', text.replace('\0', ''))


def lines_of(text):
    """What follows the last newline is a line if it is not empty."""
    lines = text.split('\n')
    return lines if lines[-1] else lines[:-1]


def read_lines(path):
    return lines_of(read_text(path))


def find_documents(build):
    """The paths of all Markdown files below the current folder, in the order of their names. Left
    out are hidden folders, node_modules, what was built, and the sample that the checker's own
    tests change."""
    found = []
    left_out = {'build', os.path.relpath(build), 'tests/tutorial'}
    for folder, folders, files in os.walk('.'):
        folders[:] = [name for name in folders
                      if not name.startswith('.') and name != 'node_modules'
                      and os.path.relpath(os.path.join(folder, name)) not in left_out]
        found += [os.path.relpath(os.path.join(folder, name)) for name in files
                  if name.endswith('.md')]
    return sorted(found)
