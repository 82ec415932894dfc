"""What all attacks have in common.

Each of them starts a server of its own, as a user would, does to it what somebody with bad
intentions would, and requires that the cost for the server stays below a bound: time, processor
time, memory, descriptors."""

import os
import signal
import time
import traceback

from server import Server, frame, is_instrumented, until

KIB, MIB = 1024, 1 << 20
LARGEST = 16 * MIB  # bytes of a message: the server's --max-message

ATTACKS = []  # (name, function, whether it is quick), in the order of the files
notes, failures, helpers = [], [], []  # of the attack that is going on


def attack(*options, program="step05_echo", name=None, quick=False):
    """Adds a function to the list of attacks. It is called with a server that has these options, or
    without one if `program` is None. `make test` runs those that are quick: they take a moment, and
    a busy machine cannot spoil them."""

    def enter(function):
        def run():
            if program is None:
                function()
                return
            with Victim(program, *options) as server:
                function(server)

        ATTACKS.append((name or function.__name__, run, quick))
        return function

    return enter


def compressing(*options, quick=False):
    """The same with a server that compresses."""
    return attack(*options, program="step07_deflate", quick=quick)


def note(text):
    notes.append(text)


def check(holds, text):
    if not holds:
        failures.append(text)


def equal(got, wanted, what):
    check(got == wanted, f"{got} instead of {wanted}: {what}")


def bound(what, got, most, unit=""):
    """Requires that `got` is less than `most`, and says so in the attack's line."""
    keeps = got < most
    note(f"{what} {got:.4g} {'<' if keeps else 'not <'} {most:.6g} {unit}".strip())
    check(keeps, f"{what}: {got:.6g}, which must be less than {most:.6g} {unit}")


def run_attack(name, run):
    """Runs one attack and prints its line. Returns whether the server stayed within all bounds."""
    notes.clear()
    failures.clear()
    begin = time.monotonic()
    try:
        run()
    except Exception:  # any problem means that this attack has failed; the others go on
        failures.append(traceback.format_exc())
    for helper in list(helpers):
        helper.stop()
    for failure in failures:
        print(f"{name}: {failure}")
    seconds = time.monotonic() - begin
    print(f"{'FAIL' if failures else 'ok':<4} {name:<22} {seconds:4.1f} s  {'; '.join(notes)}")
    return not failures


class Victim(Server):
    """A server under attack. After the attack its clients are closed, and within a bound the server
    must have as many threads and descriptors as at its start, serve an ordinary client, and end
    with status 0."""

    def __init__(self, program, *options):
        super().__init__(program, *options)
        self.judged = not is_instrumented(program)

    def __enter__(self):
        self.before = self.threads()  # a sanitizer has one, too
        self.serve(2000)  # so that the C library allocates what it keeps for good
        self.settle()
        self.peak, self.data = self.status("VmHWM"), self.status("VmData")
        self.files = self.descriptors()
        return self

    def __exit__(self, problem, *_):
        try:
            self.disconnect()
            if problem is None:
                check(self.settle(), f"threads are left: {self.more_threads()}")
                # A thread may end just before its socket is gone.
                until(lambda: self.descriptors() <= self.files)
                equal(self.descriptors(), self.files, "descriptors")
                self.serve(125)
                equal(self.stop(), 0, "exit status")
        finally:
            if self.process.poll() is None:
                self.kill()
            if problem or failures:
                print(f"the end of the log: {self.log()[-500:]}")
            self.errors.close()

    def serve(self, size):
        """Serves an ordinary client."""
        client = self.open(b"Origin: https://good.example\r\n")
        client.echo(size)
        client.close()

    def open_compressed(self):
        return self.open(
            b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
            b"\r\nSec-WebSocket-Extensions: permessage-deflate",
        )

    def ask(self, request):
        """Sends a request on a connection of its own and returns the status of the answer. Unless
        it is a 101, the server must end the connection after that one answer."""
        client = self.connect()
        client.offer(request)  # the server may have had enough before all of it is sent
        status = int(client.read_head(b"\r\n").split()[1])
        if status != 101:
            check(b"HTTP/1.1 " not in client.read_all(), f"a second answer after {status}")
        client.close()
        return status

    def more_threads(self):
        return self.threads() - self.before

    def settle(self, left=0):
        """Waits until as many connections are left as `left` says, each of which has a thread.
        Returns whether that happened. One look decides: at the next one a connection that came
        late may just have been accepted."""
        look = [self.more_threads()]
        until(lambda: look.append(self.more_threads()) or look[-1] <= left)
        return look[-1] == left

    def cost(self, what, got, most, unit):
        """Bounds memory or processor time, unless a sanitizer adds its own to them."""
        if self.judged:
            bound(what, got, most, unit)
        else:
            note(f"{what} not judged (sanitizer)")

    def peak_growth(self):
        """KiB of resident memory beyond the start, at the peak."""
        return self.status("VmHWM") - self.peak

    def data_growth(self):
        """KiB of memory that could be written to, touched or not, beyond the start."""
        return self.status("VmData") - self.data

    def bound_peak(self, most):
        self.cost("memory +", self.peak_growth(), most, "KiB")

    def bound_data(self, what, most=4096):
        self.cost(what, self.data_growth(), most, "KiB")

    def cpu_of(self, action, *arguments):
        """The seconds of processor time that the server needs for this."""
        begin = self.cpu()
        action(*arguments)
        return self.cpu() - begin


def exchange(client, first, payload):
    """Sends a frame and reads one back. Returns its first byte and its payload."""
    client.send(frame(first, payload))
    return client.read_frame()


def milliseconds(begin):
    """How long ago that time of the monotonic clock was."""
    return 1000 * (time.monotonic() - begin)


class Helper:
    """Another machine: a process that gets only the processor time that nobody else wants, until
    its body returns or the attack is over."""

    def __init__(self, body, *arguments):
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
                body(*arguments)
                os._exit(0)
            finally:
                os._exit(1)
        helpers.append(self)

    def has_ended(self):
        """Whether its body has returned."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == self.pid:
            helpers.remove(self)
        check(status == 0, f"a helper ended with {status}")
        return pid == self.pid

    def stop(self):
        """Ends a helper that would go on for ever."""
        if self in helpers and not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            helpers.remove(self)
