"""The table of the rules of the RFC, the cases of wscheck that show them and the places in the
code that keep them.

It stands between <!-- rules --> and <!-- end of rules -->, and its columns are: rule, section,
cases, place. In a place, names in backticks are functions that one of the cell's linked files
defines. Among the cases, texts in backticks are cases that wscheck lists, the beginning of
several, or stand in one of the cell's linked files. A dash stands for none."""
import difflib
import os
import re
from itertools import accumulate
from typing import NamedTuple

from document import read_text
from report import Drift

# A definition starts its line, and only white space parts its parameters and its body.
DEFINITION = re.compile(r'^\w[\w\s*]*?(\w+)\([^;{}]*\)\s*\{', re.MULTILINE)
NO_CODE = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|__attribute__ *\(\(.*?\)\)\s*', re.DOTALL)
LINK = re.compile(r'\[[^\]]*\]\(([^)#\s]*)[^)]*\)')


class Cell(NamedTuple):
    paths: list  # of the files that it links, from the top of the repository
    codes: list  # what stands in backticks, outside of links
    dash: bool   # it starts with a dash, for "none"


class Rules:
    """What the tables of several documents share."""

    def __init__(self, sandbox, report):
        self.sandbox = sandbox
        self.report = report
        self.cases = []
        self.known = set()      # the cases, and what they begin with up to a '/'
        self.functions = {}     # {path: the names of the functions that it defines}
        self.rows = 0           # how many have been checked

    def check(self, document):
        if 'rules' not in document.directives.values():
            return
        with self.report.failures(document.path):
            self.read_cases()
        if not self.cases:
            return
        inside, row = False, 0
        for line, text in document.numbered():
            mark = document.directives.get(line)
            inside = mark == 'rules' or (inside and mark != 'end of rules')
            # The first two rows of a table are the names of the columns and the line below.
            row = row + 1 if inside and text.startswith('|') else 0
            if row > 2:
                self.rows += 1
                self.check_row(document, line, text)

    def require(self):
        """Fails when no document had a table."""
        if self.rows == 0:
            self.report.fail('*.md', Drift(0, 'there is no table between <!-- rules --> and '
                                              '<!-- end of rules -->'))

    def check_row(self, document, line, text):
        cells = re.split(r'(?<!\\)\|', text)[1:-1]
        with self.report.failures(document.path):
            if len(cells) < 4:
                raise Drift(line, 'a row has four cells: rule, section, cases, place')
            cases, place = (read_cell(cell, document.path) for cell in cells[2:4])
            for name in cases.codes:
                with self.report.check(document.path):
                    self.check_case(line, cases, name)
            for name in place.codes if place.paths else ():
                with self.report.check(document.path):
                    self.check_place(line, place, name)
            if not place.paths and (place.codes or not place.dash):
                raise Drift(line, 'the place needs a link to its file, or a dash if there is none')
            if not cases.codes and (cases.paths or not cases.dash):
                raise Drift(line, 'name cases or tests in backticks, or write a dash if there are '
                                  'none')

    def check_place(self, line, place, name):
        if not any(self.defines(path, name) for path in place.paths):
            others = ', or what else is linked,' if len(place.paths) > 1 else ''
            raise Drift(line, f'{place.paths[0]}{others} defines no function {name}')

    def check_case(self, line, cell, name):
        if name in self.known or any(holds(path, name) for path in cell.paths):
            return
        if cell.paths and '/' not in name:
            raise Drift(line, f'"{name}" does not stand in {cell.paths[0]}')
        nearest = max(self.cases, default='none', key=lambda case: (
            len(os.path.commonprefix([case, name])),
            difflib.SequenceMatcher(None, name, case).ratio()))
        raise Drift(line, f'wscheck has no case {name}; nearest: {nearest}')

    def read_cases(self):
        listed = list_cases(self.sandbox)
        if listed is None:
            raise Drift(0, 'build/wscheck --list does not work')
        self.cases = list(listed)
        for case in self.cases:
            self.known.update(accumulate(case.split('/'), '{}/{}'.format))

    def defines(self, path, name):
        """Whether a C file defines a function, or another file holds its name."""
        if not path.endswith('.c'):
            return holds(path, name)
        if path not in self.functions:
            code = NO_CODE.sub('', read_text(path)) if os.path.exists(path) else ''
            self.functions[path] = set(DEFINITION.findall(code))
        return name in self.functions[path]


def list_cases(sandbox, selector=''):
    """The cases of wscheck, {name: line of its list}; None when it does not know the selector."""
    listed = sandbox.run(f'build/wscheck --list {selector}')
    if listed is None:
        return None
    lines = ((line.split(' ')[0], line) for line in listed.splitlines())
    return {name: line for name, line in lines if '/' in name}  # the last line is the sum


def read_cell(text, path):
    """Takes a cell of the document at `path` apart."""
    folder = os.path.dirname(path)
    paths = [os.path.normpath(os.path.join(folder, target)) for target in LINK.findall(text)]
    return Cell(paths, re.findall('`([^`]+)`', LINK.sub('', text)),
                text.strip().startswith(('-', '–', '—')))


def holds(path, text):
    """Whether a file is there and holds a text."""
    return os.path.isfile(path) and text in read_text(path)
