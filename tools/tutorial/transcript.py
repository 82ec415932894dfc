"""A command that plays a transcript: what it prints is compared with what the text shows, part
after part."""
import time
from typing import NamedTuple

import match
from command import INTERVAL
from report import Drift, printable

LATE_OUTPUT = 0.1  # seconds in which a server logs the end of the last connection
INTERRUPTED_STATUS = 130  # of make, which gets the ^C as well


class Part(NamedTuple):
    """What the text shows."""
    at: int       # number of its first line
    lines: list
    same: object  # a function of a line of the text and one that was printed


NOTHING = Part(0, [], None)


def is_elision(line):
    """Whether a line is the mark that stands for any number of lines."""
    return line.strip() == '...'


class Transcript:
    """What is wrong with what the command prints is raised as a Drift."""

    def __init__(self, sandbox, line, at):
        """Starts the command that stands at line `at` of the text. The caller closes it."""
        self.sandbox = sandbox
        self.line = line.split('\n')[0]  # for messages
        self.shown_at = at               # the last line of the text that shows its output
        self.consumed = 0                # lines of output that the text has shown
        self.open = False                # the text ended with "...", so any lines may come next
        self.interrupted = False         # ^C was sent
        self.command = sandbox.start(line)

    def close(self):
        self.command.close()

    def play(self, part, to_end):
        """Waits until the command has printed what the part shows, sends ^C where the part says
        so, and if it does, or if `to_end` is true, waits for the end of the command and for
        nothing more to come."""
        if part.lines:
            self.shown_at = part.at + len(part.lines) - 1
        for index, line in enumerate(part.lines):
            if line.strip() == '^C':
                self._wait_for_lines(part._replace(lines=part.lines[:index]))
                self._interrupt()
                part = Part(part.at + index + 1, part.lines[index + 1:], part.same)
                to_end = True
                break
        if to_end:
            self._wait_for_end(part)
        else:
            self._wait_for_lines(part)

    def stop(self):
        """Ends a server that is still running with ^C. It must not have printed more than the text
        shows, and it must end."""
        if not self.open:
            time.sleep(LATE_OUTPUT)
        if self.command.look():
            raise self._drift(f'has ended by itself with status {self.command.status}')
        if not self.open:
            found = self._compare(NOTHING, to_end=True)
            if found.verdict != match.FOUND:
                raise self._difference(NOTHING, found, 'show it, or end the fence with "..."')
        self._interrupt()
        self.open = True
        self._wait_for_end(NOTHING)
        if self.command.status not in (0, INTERRUPTED_STATUS):
            raise self._drift(f'ends with status {self.command.status} after ^C')

    def _interrupt(self):
        self.interrupted = True
        self.command.interrupt()

    def _wait_for_lines(self, part):
        deadline = time.monotonic() + self.sandbox.patience
        seen = None
        while True:
            last = self.command.look() or time.monotonic() >= deadline
            if last or self.command.text != seen:
                seen = self.command.text
                found = self._compare(part)
                if found.verdict == match.FOUND:
                    return
                if last or found.verdict == match.DIFFERENT:
                    raise self._difference(part, found)
            time.sleep(INTERVAL)

    def _wait_for_end(self, part):
        """The command must have printed what the part shows and no more."""
        if not self.command.wait(self.sandbox.patience):
            hint = ' in spite of ^C' if self.interrupted else '; show ^C where it is to be ended'
            raise self._drift(f'has not ended after {self.sandbox.patience:g} s{hint}')
        found = self._compare(part, to_end=True)
        if found.verdict != match.FOUND:
            raise self._difference(part, found)

    def _unseen(self):
        """The lines that the command has printed and the text has not shown yet. One that is still
        being printed does not count."""
        text = self.command.text
        if not self.command.ended:
            text = text[:text.rfind('\n') + 1]
        return self.sandbox.shown(text, self.interrupted)[self.consumed:]

    def _compare(self, part, to_end=False):
        """Returns the Match of the part with what is there. When it is found the part is done."""
        rules = match.Rules(is_elision, part.same, from_start=not self.open, to_end=to_end)
        found = match.find(rules, part.lines, self._unseen())
        if found.verdict == match.FOUND:
            self.consumed += found.end
            if part.lines:
                self.open = is_elision(part.lines[-1])
        return found

    def _drift(self, problem):
        return Drift(self.shown_at, f'"{self.line}" {problem}')

    def _difference(self, part, found, *more):
        unseen = self._unseen()
        is_over = found.nearest >= len(unseen)
        got = '' if is_over else unseen[found.nearest]
        shown = printable(got.encode('utf-8', 'surrogateescape'))
        if self.command.ended:
            more = (f'it has ended with status {self.command.status}', *more)
        if found.wanted == len(part.lines):
            return Drift(self.shown_at,
                         f'"{self.line}" prints more than the text shows: "{shown}"', *more)
        line = part.lines[found.wanted]
        if is_over:
            but = 'but nothing more'
        elif part.same(line, got):
            but = 'but that and more, or that earlier'
        else:
            but = f'but:     "{shown}"'
        return Drift(part.at + found.wanted, f'"{self.line}" does not print: "{line}"', but, *more)
