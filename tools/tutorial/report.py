"""What was checked and how it went. Failures are printed as they are found."""
from contextlib import contextmanager


class Drift(Exception):
    """The text and the code have drifted apart: `line` of the text (0: no certain one) is not
    true. `more` are lines that add to the message, such as the other side of a difference."""

    def __init__(self, line, message, *more):
        super().__init__(message)
        self.line = line
        self.message = message
        self.more = more


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.shown = 0  # transcripts that are shown, but not run

    @contextmanager
    def failures(self, path):
        """Counts and prints a Drift that ends its block, as a failure of the document at `path`."""
        try:
            yield
        except Drift as drift:
            self.fail(path, drift)

    @contextmanager
    def check(self, path):
        """The same; and if there is none, what the block has checked counts as passed."""
        with self.failures(path):
            yield
            self.passed += 1

    def fail(self, path, drift):
        self.failed += 1
        place = f'{path}:{drift.line}:' if drift.line else f'{path}:'
        print(f'{place} {drift.message}', *drift.more, sep='\n    ')

    def skip(self, path, line, why):
        """Counts something that could not be checked here."""
        self.skipped += 1
        print(f'skipped: {path}:{line}: {why}')

    def end(self, skipped_is_failed):
        """Prints the sum and returns the exit status. Where everything must be there, as in CI,
        what was skipped counts as failed."""
        if self.shown:
            print(f'{self.shown} transcripts are only shown, not run')
        if self.skipped:
            print(f'{self.skipped} skipped' +
                  (', which counts as failed where CI is true' if skipped_is_failed else ''))
        failed = self.failed + (self.skipped if skipped_is_failed else 0)
        print(f'{self.passed} passed, {failed} failed')
        return 1 if failed else 0


def printable(data):
    r"""Bytes that a program has sent or printed as text that can be shown: what is no UTF-8, no
    character or a backslash becomes \xNN, \n, \\ and the like."""
    text = data.decode('utf-8', 'surrogateescape')
    return ''.join(character if character.isprintable() and character != '\\'
                   else repr(character.encode('utf-8', 'surrogateescape'))[2:-1]
                   for character in text)
