"""Whether lines with gaps between them stand in a text, and if not, where they almost do.

The lines wanted are cut into pieces by elision marks; each piece is consecutive lines of the text,
and the pieces come in order. Quoted code and transcripts are both compared this way."""
from os.path import commonprefix
from typing import NamedTuple

FOUND = 'found'
SHORT = 'short'          # more text after this one could still make it match
DIFFERENT = 'different'  # no matter what follows, it does not match


class Rules(NamedTuple):
    is_elision: object        # a function of a wanted line: whether it stands for others
    same: object              # of a wanted line and one of the text: whether they are alike
    least_elided: int = 0     # how many lines an elision stands for at least
    from_start: bool = False  # the first piece begins where the text does
    to_end: bool = False      # the last piece ends where the text does


class Match(NamedTuple):
    verdict: str
    end: int = 0      # when found: the number of lines that have been matched or skipped
    wanted: int = 0   # else: index of the line that is not there; the number of lines if the text
                      # goes on after all of them
    nearest: int = 0  # and of the line of the text that is most like it; the number of lines if
                      # the text is over. Equal lines: they stand before what they should follow.


def find(rules, wanted, text):
    """Returns the Match of the wanted lines in the lines of the text."""
    at, index = 0, 0
    fixed = rules.from_start  # the next piece has to stand at `at`, and nowhere else
    while index < len(wanted):
        if rules.is_elision(wanted[index]):
            at += rules.least_elided
            index += 1
            fixed = False
            continue
        end = index
        while end < len(wanted) and not rules.is_elision(wanted[end]):
            end += 1
        piece = wanted[index:end]
        if fixed:
            places = [at]
        elif rules.to_end and end == len(wanted):
            places = range(max(at, len(text) - len(piece)), len(text) - len(piece) + 1)
        else:
            places = range(at, len(text) - len(piece) + 1)
        place = next((each for each in places if _stands_at(rules, piece, text, each)), None)
        if place is None:
            return _failed(rules, piece, index, text, at if fixed else None)
        at, index, fixed = place + len(piece), end, True
    if fixed and rules.to_end and at < len(text):
        return Match(DIFFERENT, wanted=len(wanted), nearest=at)
    return Match(FOUND, end=at)


def _matching(rules, piece, text, place):
    """How many lines of the piece match the text from `place` on, before the first that does
    not."""
    count = 0
    while count < len(piece) and place + count < len(text) and \
            rules.same(piece[count], text[place + count]):
        count += 1
    return count


def _stands_at(rules, piece, text, place):
    return _matching(rules, piece, text, place) == len(piece)


def _failed(rules, piece, index, text, place):
    """The Match for a piece that does not stand at its place, or nowhere if that is None."""
    fixed = place is not None
    if not fixed:
        place = max(range(len(text)), default=0, key=lambda each: sum(
            map(_likeness, piece, text[each:])))
    count = _matching(rules, piece, text, place)
    if count == len(piece):  # found, but not where it should be
        count = 0
    verdict = DIFFERENT if fixed and place + count < len(text) else SHORT
    return Match(verdict, wanted=index + count, nearest=place + count)


def _likeness(one, other):
    """How much of two lines is alike: what they begin and end with."""
    begin = len(commonprefix([one, other]))
    return begin + len(commonprefix([one[begin:][::-1], other[begin:][::-1]]))
