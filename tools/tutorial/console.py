"""The transcripts of the text are played with the real programs. The fences are:

    console                  commands after "$ ", each with all that it prints
    console client           the same, beside a server
    console server           one command that goes on running, and what it prints first
    console server goes on   what it prints next
    console shown            not played

A server is ended at the next one, at <!-- server ends -->, or where the text ends. Right above a
fence <!-- varies: TEXT --> says that TEXT in it stands for other words, as many of them."""
import re
from contextlib import closing
from functools import lru_cache

from report import Drift
from transcript import Part, Transcript

KINDS = ('', 'client', 'server', 'server goes on', 'shown')


def check(document, sandbox, report):
    console = Console(document, sandbox, report)
    ends = [(line, None) for line, mark in document.directives.items() if mark == 'server ends']
    fences = [(fence.line, fence) for fence in document.fences if fence.language == 'console']
    try:
        for _, fence in sorted(ends + fences, key=lambda event: event[0]):
            if fence is None:
                console.stop_server()
            elif fence.words == 'shown':
                report.shown += 1
            else:
                console.play(fence)
        console.stop_server()
    finally:
        console.kill_server()


class Console:
    def __init__(self, document, sandbox, report):
        self.document = document
        self.sandbox = sandbox
        self.report = report
        self.server = None  # a Transcript
        self.lost_at = 0    # the line since which nobody knows what the server prints

    def play(self, fence):
        path, kind = self.document.path, fence.words
        with self.report.failures(path):
            if kind not in KINDS:
                raise Drift(fence.line, f'"console {kind}" is unknown; there are console, console '
                                        'client, console server, console server goes on and '
                                        'console shown')
            if kind == 'server':
                self.stop_server()
            commands = [] if kind == 'server goes on' else read_commands(fence)
            reason = self.reason_to_skip(fence, commands)
            if reason:
                self.report.skip(path, fence.line, reason)
                return
            same = comparison(read_varying(self.document, fence))
            if kind == 'server goes on':
                if self.server is None:
                    raise Drift(fence.line, 'no server runs here; start it in a fence '
                                            '"console server"')
                self.play_server(fence, Part(fence.line + 1, fence.content, same))
            elif kind == 'server':
                if len(commands) > 1:
                    raise Drift(fence.line, 'a server is one command; here are several')
                at, line, part = commands[0]
                self.server = Transcript(self.sandbox, line, at)
                self.play_server(fence, part._replace(same=same))
            else:
                for at, line, part in commands:
                    with self.report.check(path), \
                            closing(Transcript(self.sandbox, line, at)) as transcript:
                        transcript.play(part._replace(same=same), to_end=True)

    def reason_to_skip(self, fence, commands):
        """Why a fence cannot be checked here, or None."""
        if fence.words == 'server goes on' and self.lost_at:
            return f'what the server prints next is not known since line {self.lost_at}'
        missing = self.sandbox.missing('\n'.join(line for _, line, _ in commands))
        if missing:
            self.lost_at = fence.line
            return f'{missing} is not installed'
        return None

    def play_server(self, fence, part):
        """Compares a part of what the server prints. Once it differs, or ends, the rest is not
        compared."""
        try:
            with self.report.check(self.document.path):
                self.lost_at = fence.line
                self.server.play(part, to_end=False)
                self.lost_at = 0
        finally:
            if self.server.interrupted:
                self.kill_server()

    def stop_server(self):
        if self.server and not self.lost_at:
            with self.report.failures(self.document.path):
                self.server.stop()
        self.kill_server()

    def kill_server(self):
        if self.server:
            self.server.close()
            self.server = None


def read_commands(fence):
    """The commands of a fence: for each the number of its line, its text, which goes on after a
    backslash, and the Part that it prints."""
    commands = []
    for number, line in enumerate(fence.content, fence.line + 1):
        if line.startswith('$ '):
            commands.append((number, line[2:], Part(number + 1, [], None)))
            continue
        if not commands:
            break
        at, text, part = commands[-1]
        if text.endswith('\\') and line.startswith('> ') and not part.lines:
            commands[-1] = at, f'{text}\n{line[2:]}', part._replace(at=number + 1)
        else:
            part.lines.append(line)
    if not commands:
        raise Drift(fence.line + 1, 'a transcript begins with a command: "$ ..."')
    return commands


def read_varying(document, fence):
    """The texts that the comments right above a fence say vary."""
    texts = []
    line = fence.line - 1
    while document.directive(line, 'varies:') is not None:
        text = document.directive(line, 'varies:')
        if not text or not any(text in each for each in fence.content):
            raise Drift(line, f'"{text}" does not stand in the fence below it')
        texts.append(text)
        line -= 1
    return texts


def comparison(varying):
    """A function that tells whether a line is as the text shows it: every text that varies may be
    other words, and every port after 127.0.0.1: or [::1]: another port, unless it is one of 8000
    to 8009."""
    special = re.compile('|'.join([*map(re.escape, varying),
                                   r'(?<=127\.0\.0\.1:)\d+|(?<=\[::1\]:)\d+']))

    @lru_cache(maxsize=None)
    def pattern(wanted):
        parts, at = [], 0
        for found in special.finditer(wanted):
            parts.append(re.escape(wanted[at:found.start()]))
            if found[0] in varying:
                parts.append(r'[ \t]+'.join([r'[^ \t]+'] * len(found[0].split())))
            else:
                parts.append(found[0] if re.fullmatch('800.', found[0]) else r'\d+')
            at = found.end()
        return re.compile(''.join(parts) + re.escape(wanted[at:]), re.DOTALL)

    return lambda wanted, line: pattern(wanted).fullmatch(line) is not None
