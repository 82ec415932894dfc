"""A shell command that is started, watched, interrupted and ended. Its output goes to a file, so it
never waits for somebody to read it."""
import os
import signal
import subprocess
import tempfile
import time

from document import text_of

INTERVAL = 0.005  # seconds between two looks at a command


class Command:
    """Runs `sh -c LINE` in a process group of its own, with both outputs in one file and an empty
    standard input. The caller closes it.

    text    all that it has printed when somebody looked
    ended   whether it had ended then
    status  once it has ended: as a shell tells it, 128 and the signal if one killed it
    """

    def __init__(self, line, environment):
        self.text = ''
        self.ended = False
        self.status = None
        self._size = 0
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            ['/bin/sh', '-c', line], env=environment, stdin=subprocess.DEVNULL,
            stdout=self._output, stderr=self._output, start_new_session=True,
            preexec_fn=_take_default_signals)

    def look(self):
        """Takes in what it has printed and whether it has ended, and returns the latter."""
        # First whether it has ended, then what it printed: so the last of it is not missed.
        status = self._process.poll()
        size = os.fstat(self._output.fileno()).st_size
        if size != self._size:
            self._size = size
            self.text = text_of(os.pread(self._output.fileno(), size, 0))
        if status is not None:
            self.ended = True
            self.status = status if status >= 0 else 128 - status
        return self.ended

    def wait(self, seconds):
        """Waits until it has ended, at most that long. Returns whether it has."""
        deadline = time.monotonic() + seconds
        while not self.look() and time.monotonic() < deadline:
            time.sleep(INTERVAL)
        return self.ended

    def interrupt(self):
        """Sends SIGINT to all of its processes, as ^C on a terminal does."""
        self._kill(signal.SIGINT)

    def close(self):
        """Kills what is left of it."""
        self._kill(signal.SIGKILL)
        self._process.wait()
        self._output.close()

    def _kill(self, number):
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # the latter of a zombie, on a Mac
            pass


def _take_default_signals():
    """A test that runs in the background ignores SIGINT, and a process inherits that."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


def end_commands_on_signals():
    """From here on a signal that ends this program raises SystemExit, so that whoever has started a
    command closes it. Commands have process groups of their own, which a ^C on the terminal does
    not reach."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _exit)


def _exit(number, _frame):
    raise SystemExit(128 + number)
