"""What the reader types into the browser's console. tests/interop/tutorial.mjs runs it, where there
is a browser."""
import glob
import json
import re

from console import read_commands

RUN_PROGRAM = 'step05_echo'  # that `make run` starts


def show(document):
    """Prints each fence of the language "js" that is no quote and no sketch as a line of JSON:

        {"file": "TUTORIAL.md", "line": 12, "program": "step03_handshake", "goes_on": false,
         "code": "...", "prints": ["..."], "errors": ["..."]}

    `program` is the server of the last fence "console server" above, or null; `prints` and
    `errors` are what the comments `// prints: ...` and `// error: ...` in the code say."""
    program = None
    for fence in document.fences:
        if (fence.language, fence.words) == ('console', 'server'):
            program = program_of(read_commands(fence)[0][1])
        elif fence.language == 'js' and fence.words in ('', 'goes on'):
            print(json.dumps({
                'file': document.path, 'line': fence.line, 'program': program,
                'goes_on': fence.words == 'goes on',
                'code': ''.join(f'{line}\n' for line in fence.content),
                'prints': comments(fence, '// prints:'), 'errors': comments(fence, '// error:'),
            }, ensure_ascii=False))


def comments(fence, mark):
    """What stands after every comment of one kind."""
    return [line.strip()[len(mark):].lstrip() for line in fence.content
            if line.strip().startswith(mark)]


def program_of(command):
    """The name of the program that a server's command starts, or None."""
    target = re.search(r'make (step\d+)', command)
    path = re.search(r'build/(step\S*)', command)
    if target:
        return next(iter(sorted(glob.glob(f'{target[1]}_*'))), None)
    if path:
        return path[1]
    return RUN_PROGRAM if 'make run' in command else None
