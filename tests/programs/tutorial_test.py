"""The checker of the tutorial: it passes a good text, and whenever text and code drift apart it
fails and names the line. The text is that of tests/tutorial, a house in miniature, of which each
test changes a copy. Its folder's name is as hard for a shell as a name can be."""
import contextlib
import io
import json
import os
import re
import shutil
import sys

TOP = os.path.abspath(f'{__file__}/../../..')
BUILD = os.path.abspath(os.environ.get('BUILD') or 'build')
COPY = f'{BUILD}/tutorial-test/it\'s my "copy"'
sys.path.insert(0, f'{TOP}/tools/tutorial')
import check

# Each row changes a file of the copy: the first occurrence of a text becomes another. The checker
# must fail and print the line, in which @ stands for the number of the first line that was changed,
# and @{TEXT} for that of the first line of TUTORIAL.md that holds a text.
DRIFTS = [
    ('quotes', 'a line of the text differs', 'TUTORIAL.md', '    int len = s', '    long len = s',
     'TUTORIAL.md:@: not in common/greeting.c: '
     r'"    long len = snprintf(out, capacity, "%s\n", words);"'),
    ('quotes', 'a line of the code differs', 'common/greeting.c', 'text, words', 'words, text',
     'TUTORIAL.md:@{return strcmp}: not in common/greeting.c: '
     '"    return strcmp(text, words) == 0;"'),
    ('quotes', 'the nearest line of the code is shown', 'common/greeting.c', '(size_t)len;', 'len;',
     '    nearest: common/greeting.c:14: "    return len;"'),
    ('quotes', 'indentation counts', 'TUTORIAL.md', '    return (s', '  return (s',
     'TUTORIAL.md:@: not in common/greeting.c: "  return (size_t)len;"'),
    ('quotes', 'lines may not be left out silently', 'TUTORIAL.md', '    /* ... */\n', '',
     'TUTORIAL.md:@: not in common/greeting.c: "    return (size_t)len;"'),
    ('quotes', 'pieces come in the order of the file', 'TUTORIAL.md',
     '    return strcmp(text, words) == 0;',
     r'    int len = snprintf(out, capacity, "%s\n", words);',
     '    it is at common/greeting.c:9, but should come after what is quoted above it'),
    ('quotes', 'C says where it comes from', 'TUTORIAL.md', '```c sketch', '```c',
     'TUTORIAL.md:@: say which file this C comes from, as in "c step01_tcp/tcp.c", or call it '
     '"c sketch"'),
    ('quotes', 'commands belong into a transcript', 'TUTORIAL.md', '```c sketch', '```sh',
     'TUTORIAL.md:@: commands are shown, and checked, in a fence "console"; or say which file this '
     'is from'),

    ('console', 'what a command prints differs', 'TUTORIAL.md', '\none\n', '\nOne\n',
     r'''TUTORIAL.md:@: "printf '%s\n' one \" does not print: "One"'''),
    ('console', 'a command prints more', 'TUTORIAL.md',
     "step01_tcp: unknown option '--prot'; did you mean '--port'?\n", '',
     'TUTORIAL.md:@{$ build/step01_tcp --prot}: "build/step01_tcp --prot 8000" prints more than '
     'the text shows: "step01_tcp: unknown option \'--prot\'; did you mean \'--port\'?"'),
    ('console', 'a program says something else', 'TUTORIAL.md', ': unknown', ': unknownx',
     '    but:     "step01_tcp: unknown option \'--prot\'; did you mean \'--port\'?"'),
    ('console', 'only what varies may differ', 'TUTORIAL.md', '\ntoday is Sat', '\nToday is Sat',
     'TUTORIAL.md:@: "date \'+today is %a, %d %b %Y.\'" does not print: '
     '"Today is Sat, 21 Nov 2026."'),
    ('console', 'what varies stands in the fence', 'TUTORIAL.md', 'varies: Sat', 'varies: Sun',
     'TUTORIAL.md:@: "Sun, 21 Nov 2026" does not stand in the fence below it'),
    ('console', 'what a server prints differs', 'TUTORIAL.md', ':8000/)\n', ':8000/)!\n',
     'TUTORIAL.md:@: "make step01" does not print: '
     '"listening on http://127.0.0.1:8000/ (ws://127.0.0.1:8000/)!"'),
    ('console', 'what a server prints next differs', 'TUTORIAL.md', 'read 3 bytes', 'read 4 bytes',
     'TUTORIAL.md:@: "make step01" does not print: "#1 read 4 bytes"'),
    ('console', 'a server prints more', 'TUTORIAL.md',
     '#1 ended by the peer; 23 bytes in all\n', '',
     'TUTORIAL.md:@{|8000|}: "make step01" prints more than the text shows: '
     '"#1 ended by the peer; 23 bytes in all"'),
    ('console', 'a hex dump differs', 'TUTORIAL.md', '38 30 30 30', '38 30 30 31',
     'TUTORIAL.md:@: "make step01" does not print: '
     '"#1   0010  38 30 30 31                                       |8000|"'),
    ('console', 'a port in a sentence is not any port', 'TUTORIAL.md', 'port 8000: C',
     'port 8001: C', 'TUTORIAL.md:@: "nc 127.0.0.1 8000" does not print: '
     '"nc: 127.0.0.1 port 8001: Connection refused"'),
    ('console', 'a kind that is not there', 'TUTORIAL.md', '```console shown', '```console show',
     'TUTORIAL.md:@: "console show" is unknown; there are console, console client, console server, '
     'console server goes on and console shown'),

    ('hex', 'a byte of a masked payload differs', 'TUTORIAL.md', '7f 9f 4d', '7f 9f 4c',
     '    the decoder says: = text, final, masked with 37 fa 21 3d, 5 bytes: "Hemlo"'),
    ('hex', 'a sentence differs', 'TUTORIAL.md', '= pong, final', '= ping, final',
     'TUTORIAL.md:@: the text says:    = ping, final, not masked, 3 bytes: 01 02 03'),
    ('hex', 'a frame has no sentence', 'TUTORIAL.md',
     '= refused: a client must mask its frames (5.1)\n', '',
     '    the decoder says: = refused: a client must mask its frames (5.1)'),
    ('hex', 'a byte of a digest differs', 'TUTORIAL.md', '= base64: s3', '= base64: s4',
     '    true is:          = base64: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='),
    ('hex', 'a digest is of another text', 'TUTORIAL.md', '= sha1 of "d', '= sha1 of "D',
     'TUTORIAL.md:@: these bytes are not that digest: '
     '"= sha1 of "DGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11""'),
    ('hex', 'a number of bytes differs', 'TUTORIAL.md', '= 20 bytes', '= 21 bytes',
     '    true is:          = 20 bytes'),
    ('hex', 'a digit is missing', 'TUTORIAL.md', 'b3 7a', 'b3 7',
     'TUTORIAL.md:@: neither bytes in pairs of digits nor a statement "= ...": '
     '"b3 7 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea"'),
    ('hex', 'a compressed bit differs', 'TUTORIAL.md', '= 10010001', '= 10010011',
     'TUTORIAL.md:@: the text says:    = 10010011  "a"'),
    ('hex', 'compressed bits are left out', 'TUTORIAL.md', '= 000       the rest of the byte\n', '',
     '    true is:          = "Ha", and there are more bits'),
    ('hex', 'something else comes out of the bits', 'TUTORIAL.md', '= "Ha"', '= "He"',
     '    true is:          = "Ha"'),
    ('hex', 'the end of a block is missing', 'TUTORIAL.md', 'f2 48 04 00', 'f2 48 04',
     '    true is:          = (it cannot be inflated)'),

    ('links', 'a file is not there', 'TUTORIAL.md', 'greeting.c). ', 'greetings.c). ',
     'TUTORIAL.md:@: the link to common/greetings.c leads nowhere: there is no common/greetings.c'),
    ('links', 'a heading is not there', 'TUTORIAL.md', '(#rules)', '(#rulez)',
     'TUTORIAL.md:@: no heading in TUTORIAL.md is #rulez'),
    ('links', 'the nearest heading is shown', 'TUTORIAL.md', '(#rules)', '(#rulez)',
     '    nearest: #rules'),
    ('links', 'a heading of another document changed', 'TUTORIAL.md', '## Bytes & frames',
     '## Bytes', 'README.md:3: no heading in TUTORIAL.md is #bytes--frames'),
    ('links', 'a reference is not defined', 'README.md', '[table].', '[tables].',
     'README.md:@: no line defines [tables]: ...'),
    ('links', 'a line of a file is no anchor', 'TUTORIAL.md', 'greeting.c). ', 'greeting.c#L7). ',
     'TUTORIAL.md:@: an anchor into common/greeting.c drifts with its line numbers; link the file '
     'alone'),
    ('links', 'an address is no address', 'README.md', '<https://www', '<https:/www',
     'README.md:@: no good address: https:/www.rfc-editor.org/rfc/rfc6455 (http, https and mailto '
     'are known)'),

    ('rules', 'a case is not there', 'TUTORIAL.md', 'unmasked/text`', 'unmasked/txt`',
     'TUTORIAL.md:@: wscheck has no case 6455/5.1/unmasked/txt; nearest: 6455/5.1/unmasked/text'),
    ('rules', 'a section has no cases', 'TUTORIAL.md', '`6455/5.3` ', '`6455/5.33` ',
     'TUTORIAL.md:@: wscheck has no case 6455/5.33; nearest: 6455/5.3/key-of-zeros'),
    ('rules', 'a place is not there', 'TUTORIAL.md', '`greeting_write` |', '`greeting_read` |',
     'TUTORIAL.md:@: common/greeting.c defines no function greeting_read'),
    ('rules', 'a function was renamed', 'common/greeting.c', 'greeting_write', 'greeting_put',
     'TUTORIAL.md:@{| 5.1 |}: common/greeting.c defines no function greeting_write'),
    ('rules', 'a place without a link', 'TUTORIAL.md', '[`greeting.c`](common/greeting.c) `gr',
     '`gr', 'TUTORIAL.md:@: the place needs a link to its file, or a dash if there is none'),
    ('rules', 'a test is not there', 'TUTORIAL.md', '`Whether a text`', '`Whether the text`',
     'TUTORIAL.md:@: "Whether the text" does not stand in common/greeting.h'),
    ('rules', 'the table is not there', 'TUTORIAL.md', '<!-- rules -->', '<!-- rule -->',
     '*.md: there is no table between <!-- rules --> and <!-- end of rules -->'),

    ('boxes', 'a case has no sentence', 'TUTORIAL.md', ' step01/reset -->', ' -->',
     'TUTORIAL.md:@{end of box}: no sentence of this box is about step01/reset'),
    ('boxes', 'several cases have none', 'TUTORIAL.md', ' 9112/9 -->', ' -->',
     '    9112/9/request-in-pieces-of-one-byte MUST step02 A request in pieces of one byte is '
     'understood.'),
    ('boxes', 'a case is not there', 'TUTORIAL.md', 'step01/reset', 'step01/resets',
     'TUTORIAL.md:@: step01 adds no case step01/resets'),
    ('boxes', 'the beginning of a word names nothing', 'TUTORIAL.md', '9112/6 ', '9112/6/req ',
     'TUTORIAL.md:@: step02 adds no case 9112/6/req'),
    ('boxes', 'a case is an earlier step\'s', 'TUTORIAL.md', '9112/6 ', '9112/6 step01/reset ',
     'TUTORIAL.md:@: step02 adds no case step01/reset'),
    ('boxes', 'a step is not there', 'TUTORIAL.md', 'box: step01', 'box: step81',
     'TUTORIAL.md:@: wscheck has no cases for step81'),
    ('boxes', 'cases stand outside of a box', 'TUTORIAL.md', '<!-- box: step01 -->', '',
     'TUTORIAL.md:@{step01/bytes-p}: cases are named in a box: <!-- box: step03 -->'),
    ('boxes', 'a box has no end', 'TUTORIAL.md', '9112/9 -->\n<!-- end of box -->', '9112/9 -->',
     'TUTORIAL.md: no <!-- end of box --> ends that of step02'),

    ('figures', 'a number is out of date', 'TUTORIAL.md', '=> 33', '=> 43',
     'TUTORIAL.md:@: the text says 43, but "cat common/greeting.[ch] | wc -l" says 32, which is '
     'not within 10%'),
    ('figures', 'the number stands in the text', 'TUTORIAL.md', 'have 33', 'have 34',
     'TUTORIAL.md:@{figure:}: 33 does not stand in the text below'),
]

# Transcripts that cannot be played to their end: a text of its own, and the line.
PLAYS = [
    ('a command does not end', '```console\n$ sleep 60\n```\n',
     'PLAY.md:2: "sleep 60" has not ended after 0.5 s; show ^C where it is to be ended'),
    ('a command ignores ^C', "```console\n$ trap '' INT; echo ready; sleep 60\nready\n^C\n```\n",
     'PLAY.md:4: "trap \'\' INT; echo ready; sleep 60" has not ended after 0.5 s in spite of ^C'),
    ('a server ends by itself', '```console server\n$ echo hello; exit 7\nhello\n```\n',
     'PLAY.md:3: "echo hello; exit 7" has ended by itself with status 7'),
    ('a server prints nothing more', '```console server\n$ echo hello; sleep 60\nhello\nyou\n```\n',
     '    but nothing more'),
    ('only a server can go on', '```console server goes on\nhello\n```\n',
     'PLAY.md:1: no server runs here; start it in a fence "console server"'),
]

passed = failed = 0


def count(name, good, output=''):
    global passed, failed
    passed += good
    failed += not good
    if not good:
        print(f'FAIL: {name}; the output:\n{output}')


def run(*arguments):
    """Runs the checker in the copy. Returns its status and what it prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            status = check.main(arguments)
        except SystemExit as end:
            status = end.code
    return status, output.getvalue()


def expect(name, wanted, line, *arguments):
    """Requires a status and a line of what the checker prints."""
    status, output = run(*arguments)
    count(f'{name}: wanted status {wanted} and {line!r}, got {status}',
          status == wanted and line in output.splitlines(), output)


def drift(kind, name, path, old, new, line):
    text = read(path)
    changed = text.replace(old, new, 1)
    place = 1 + next((number for number, (one, other)
                      in enumerate(zip(text.split('\n'), changed.split('\n'))) if one != other), -1)
    line = line.replace(':@:', f':{place}:')
    if '@{' in line:
        before, _, rest = line.partition('@{')
        mark, _, after = rest.partition('}')
        line = f'{before}{line_of(mark)}{after}'
    write(path, changed)
    expect(f'{kind}: {name}', 1, line, '--only', kind)
    write(path, text)


def line_of(text):
    """The number of the first line of the sample's TUTORIAL.md that holds a text."""
    lines = read(f'{TOP}/tests/tutorial/TUTORIAL.md').split('\n')
    return next(number for number, line in enumerate(lines, 1) if text in line)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def try_missing_program():
    write('CURL.md', '```console\n$ true | curl http://127.0.0.1:8000/\n```\n')
    path, os.environ['PATH'] = os.environ['PATH'], '/nowhere'
    expect('what needs a missing program is skipped loudly', 0,
           'skipped: CURL.md:1: curl is not installed', '--only=console', 'CURL.md')
    os.environ['CI'] = 'true'
    expect('what is skipped fails where all must be there', 1, '0 passed, 1 failed',
           '--only=console', 'CURL.md')
    del os.environ['CI']
    os.environ['PATH'] = path
    os.remove('CURL.md')


def try_missing_box():
    os.mkdir('step03_handshake')
    expect('each step has a box', 1, '*.md: there is no <!-- box: step03 -->', '--only=boxes')
    os.rmdir('step03_handshake')


def try_snippets():
    _, output = run('--snippets')
    snippet = {'file': 'TUTORIAL.md', 'line': line_of('```js goes'), 'program': 'step01_tcp',
               'goes_on': True, 'code': 'console.log(await name)\n// prints: the console\n',
               'prints': ['the console'], 'errors': []}
    count('each snippet has its program and what it prints',
          snippet in map(json.loads, output.splitlines()), output)


def try_sentences():
    """What frames.py says of a bad frame is what the server says, word for word."""
    rules = re.findall(r"'([^']+ \(5\.\d\))'", read(f'{TOP}/tools/tutorial/frames.py'))
    code = read(f'{TOP}/step04_frames/frame.c')
    count('frames.py knows rules', len(rules) == 8)
    for rule in rules:
        count(f'step04_frames/frame.c does not say: {rule}', f'"{rule}"' in code)


def main():
    os.environ.pop('CI', None)
    shutil.rmtree(os.path.dirname(COPY), ignore_errors=True)
    shutil.copytree(f'{TOP}/tests/tutorial', COPY)
    os.symlink(BUILD, f'{COPY}/build')
    os.chdir(COPY)
    os.environ['BUILD'] = 'build'
    expect('a text that tells the truth passes', 0, '51 passed, 0 failed')
    expect('a transcript that is not run is counted', 0,
           '1 transcripts are only shown, not run', '--only=console')
    expect('a kind that is not there is a usage error', 2,
           "tutorial: error: argument --only: there is no kind 'color'; there are quotes hex rules "
           'boxes figures links console', '--only=color')
    expect('a text that is not there is a failure', 1,
           'MISSING.md: cannot be read: No such file or directory', '--only=quotes', 'MISSING.md')
    for row in DRIFTS:
        drift(*row)
    for name, text, line in PLAYS:
        write('PLAY.md', text)
        expect(name, 1, line, '--only=console', '--patience=0.5', 'PLAY.md')
    os.remove('PLAY.md')
    try_missing_program()
    try_missing_box()
    try_snippets()
    try_sentences()
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
