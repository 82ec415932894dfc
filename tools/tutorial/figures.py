"""Numbers in the text that a command can count.

Every comment <!-- figure: COMMAND => NUMBER within PERCENT% --> is checked: the first number that
the command prints is within that many percent of NUMBER, and NUMBER stands, as it is written
there, in the next block of the text."""
import re
from itertools import dropwhile, takewhile

from report import Drift

FIGURE = re.compile(r'(.*) => ([0-9.,]+) within ([0-9.]+)%')


def check(document, sandbox, report):
    for line in document.directives:
        value = document.directive(line, 'figure:')
        if value is not None:
            with report.check(document.path):
                check_figure(document, line, value, sandbox)


def check_figure(document, line, value, sandbox):
    figure = FIGURE.fullmatch(value)
    if not figure:
        raise Drift(line, 'a figure is <!-- figure: COMMAND => NUMBER within PERCENT% -->')
    command, number, percent = figure.groups()
    got = first_number(sandbox.run(command) or '')
    if got is None:
        raise Drift(line, f'"{command}" does not print a number')
    wanted = first_number(number)
    if abs(got - wanted) > wanted * float(percent) / 100:
        raise Drift(line, f'the text says {number}, but "{command}" says {got:.10g}, which is not '
                          f'within {percent}%')
    rest = dropwhile(lambda text: not text.strip() or text.startswith('<!--'),
                     document.lines[line:])
    if not any(number in text for text in takewhile(str.strip, rest)):
        raise Drift(line, f'{number} does not stand in the text below')


def first_number(text):
    """The first number in a text, or None; "2,900" is 2900."""
    number = re.search(r'\d[\d,]*(?:\.\d+)?', text)
    return float(number[0].replace(',', '')) if number else None
