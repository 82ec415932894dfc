"""The boxes of rules: what wscheck grades at a step, in words for any language.

A box stands between <!-- box: step03 --> and <!-- end of box -->. After a sentence, a comment
<!-- cases: 9112/5 9112/3.2/two-hosts --> names the cases that it explains: whole names, or the
beginnings of several up to a '/'. Each case that a step adds to the one before it is explained."""
import glob
import re

from report import Drift
from rules import list_cases


class Boxes:
    """What the boxes of several documents share."""

    def __init__(self, sandbox, report):
        self.sandbox = sandbox
        self.report = report
        self.lists = {}  # {step: {name: line of the list}}
        self.steps = []  # that have a box

    def check(self, document):
        step, added, covered = None, {}, set()
        for line, text in document.directives.items():
            kind, _, words = text.partition(':')
            with self.report.failures(document.path):
                if kind == 'box':
                    step, covered = words.strip(), set()
                    added = self.added_by(line, step)
                    self.steps.append(step)
                elif kind == 'cases':
                    if step is None:
                        raise Drift(line, 'cases are named in a box: <!-- box: step03 -->')
                    for name in words.split():
                        covered.update(find(line, step, added, name))
                elif kind == 'end of box':
                    if step is None:
                        raise Drift(line, 'no box ends here')
                    step = None
                    with self.report.check(document.path):
                        check_all(line, added, covered)
        if step is not None:
            self.report.fail(document.path, Drift(0, f'no <!-- end of box --> ends that of {step}'))

    def require(self):
        """Fails when a step has no box."""
        for step in sorted(path[:6] for path in glob.glob('step[0-9][0-9]_*')):
            if step not in self.steps:
                self.report.fail('*.md', Drift(0, f'there is no <!-- box: {step} -->'))

    def added_by(self, line, step):
        """The cases of a step that no earlier step has."""
        added = dict(self.cases_of(step)) if re.fullmatch('step[0-9]+', step) else {}
        if not added:
            raise Drift(line, f'wscheck has no cases for {step}')
        for number in range(1, int(step[4:])):
            for name in self.cases_of(f'step{number:02}'):
                added.pop(name, None)
        return added

    def cases_of(self, step):
        """The cases for a server at a step and those for a client."""
        if step not in self.lists:
            self.lists[step] = {**(list_cases(self.sandbox, step) or {}),
                                **(list_cases(self.sandbox, f'--listen 0 {step}') or {})}
        return self.lists[step]


def find(line, step, cases, name):
    """The cases that are called so, or begin so."""
    found = [case for case in cases if case == name or case.startswith(f'{name}/')]
    if not found:
        raise Drift(line, f'{step} adds no case {name}')
    return found


def check_all(line, cases, covered):
    missing = [case for case in cases if case not in covered]
    if missing:
        more = f', and for {len(missing) - 1} more' if len(missing) > 1 else ''
        raise Drift(line, f'no sentence of this box is about {missing[0]}{more}',
                    ' '.join(cases[missing[0]].split()))
