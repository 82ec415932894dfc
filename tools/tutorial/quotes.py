"""Code in the text is code of the repository.

Every fence that names a file is checked: its lines are consecutive lines of that file. An elision
mark, such as a lone comment of three dots, stands for one or more lines. A fence of C that names
neither a file nor "sketch" is a failure, and so are commands outside of a transcript."""
import os

import match
from document import read_lines
from report import Drift

ELISIONS = ('/* ... */', '# ...', '<!-- ... -->', '// ...')
RULES = match.Rules(is_elision=lambda line: line.strip() in ELISIONS,
                    same=lambda wanted, line: wanted == line, least_elided=1)


def check(document, report):
    for fence in document.fences:
        problem = problem_of(fence)
        if '/' in fence.words or (fence.words and os.path.exists(fence.words)):
            with report.check(document.path):
                check_quote(fence)
        elif problem:
            report.fail(document.path, Drift(fence.line, problem))


def check_quote(fence):
    path = fence.words
    try:
        file = read_lines(path)
    except OSError as error:
        raise Drift(fence.line, f'cannot read {path}: {error.strerror}') from None
    if not fence.content:
        raise Drift(fence.line, f'quotes nothing of {path}')
    found = match.find(RULES, fence.content, file)
    if found.verdict == match.FOUND:
        return
    wanted = fence.content[found.wanted]
    if found.nearest == len(file):
        more = 'the file ends before it'
    elif wanted == file[found.nearest]:
        more = f'it is at {path}:{found.nearest + 1}, but should come after what is quoted above it'
    else:
        more = f'nearest: {path}:{found.nearest + 1}: "{file[found.nearest]}"'
    raise Drift(fence.line + 1 + found.wanted, f'not in {path}: "{wanted}"', more)


def problem_of(fence):
    """What is wrong with a fence that quotes no file, or None."""
    if '/' in fence.language:
        return 'a language goes before the path, as in "c step01_tcp/tcp.c"'
    if fence.language == 'c' and fence.words != 'sketch':
        return ('say which file this C comes from, as in "c step01_tcp/tcp.c", or call it '
                '"c sketch"')
    if fence.language in ('sh', 'bash'):
        return ('commands are shown, and checked, in a fence "console"; or say which file this is '
                'from')
    return None
