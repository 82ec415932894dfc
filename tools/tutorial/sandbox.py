"""Where the commands of the text are played. The text always says port 8000 and folder build; here
are the ports and the folder that stand for them, the environment of the commands, and the way
there and back."""
import os
import re
import shutil
import socket
from contextlib import closing

import dump
from command import Command
from document import lines_of

# What the text calls 8000 to 8009 is, for instance, 4730 to 4739 here: the ports have four digits,
# too, so that a request with a Host header is as long as the text says.
TEXT_ROW = 800
ROWS = range(110, 990)
# Programs that not every machine has.
OPTIONAL = {'curl', 'python3', 'node', 'npm', 'npx', 'openssl', 'git', 'websocat', 'wscat', 'xxd',
            'hexdump', 'ss', 'strace', 'tcpdump'}
OF_MAKE = {'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'V', 'ARGS'}


class Sandbox:
    """What a command needs to know:

    build        the folder that the text calls build
    row          473 for ports 4730 to 4739
    environment  of the commands: PORT, BUILD, a PATH with our own nc, and nothing of the make that
                 has called us
    has_own_nc   the nc of one system closes at the end of its input, that of another waits, a
                 third needs -N, so that the same command ends differently everywhere; ours is
                 used unless NC=real
    patience     how many seconds anything may take
    """

    def __init__(self, texts, patience):
        """Ports that occur as numbers in one of the texts are left out: what a command prints
        could not be told from them."""
        self.build = os.environ.get('BUILD') or 'build'
        self.row = find_row(texts)
        self.patience = patience
        self.has_own_nc = os.environ.get('NC') != 'real'
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in OF_MAKE}
        self.environment.update(PORT=f'{self.row}0', BUILD=self.build, LC_ALL='C', no_proxy='*')
        if self.has_own_nc:
            self.environment['PATH'] = os.pathsep.join([
                os.path.abspath(os.path.join(self.build, 'tutorial-bin')),
                os.environ.get('PATH', os.defpath)])

    def start(self, command):
        """Starts a command of the text. The caller closes it."""
        return Command(self.translate(command), self.environment)

    def run(self, command):
        """Runs a command of the text to its end. Returns what it printed, or None when it was not
        over in time or did not end with status 0."""
        with closing(self.start(command)) as running:
            return running.text if running.wait(self.patience) and running.status == 0 else None

    def translate(self, command):
        """The command as it is run here."""
        text = change_row(command, TEXT_ROW, self.row)
        # A server takes its port from the command line alone. Where the text does not tell one it
        # means 8000, so ours comes after the program's name. The client is told a URL instead.
        if '--port' not in text and '_client' not in text:
            text = re.sub(r'build/step[^\s;|&)\'"]*', rf'\g<0> --port {self.row}0', text, count=1)
        return change_folder(text, 'build', self.build)

    def shown(self, output, interrupted):
        """What a command printed, as the lines that the text shows. What make compiles, which a
        reader sees the first time only, is left out, and so is what it may or may not say when it
        is interrupted."""
        def back(text):
            return change_row(text, self.row, TEXT_ROW)
        chatter = ('  CC ', '  LINK ') + (('make: *** ',) if interrupted else ())
        return [change_folder(back(line), self.build, 'build')
                for line in dump.change(lines_of(output), back) if not line.startswith(chatter)]

    def missing(self, command):
        """The name of a program that the command needs, that not every machine has, and that this
        one has not, or None."""
        unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "''", command)
        # The first word, and those after what separates commands.
        for program in re.findall(r'(?:^|[;|&(\n])[\s;|&(){}!]*([^\s;|&()]+)', unquoted):
            if program in OPTIONAL and not shutil.which(program, path=self.environment['PATH']):
                return program
        return None


def change_row(text, old, new):
    """Turns every port of one row into the same of another."""
    return re.sub(rf'(?<![0-9A-Za-z]){old}(?=[0-9](?![0-9A-Za-z]))', str(new), text)


def change_folder(text, old, new):
    """Replaces a folder's name where it starts a path."""
    return re.sub(rf'(?<![0-9A-Za-z_./-]){re.escape(old)}(?=/)', lambda _: new, text)


def find_row(texts):
    """Ends the program if no ports are left. The search starts at a place that depends on the
    process: two checkers may run at once."""
    start = os.getpid() * 7 % len(ROWS)
    for row in [*ROWS[start:], *ROWS[:start]]:
        taken = row == TEXT_ROW or any(change_row(text, row, TEXT_ROW) != text for text in texts)
        if not taken and all(is_free(10 * row + digit) for digit in range(10)):
            return row
    raise SystemExit('tutorial: there are no ten free ports in a row')


def is_free(port):
    with socket.socket() as listener:
        try:
            listener.bind(('127.0.0.1', port))
        except OSError:
            return False
    return True
