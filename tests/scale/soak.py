"""Mixed traffic for a long time, without growth.

The time is cut into rounds. In each of them many client processes do all that clients do. At its
end they leave, and the server is measured at rest. A few connections stay open from the first round
to the last, so a loss for each message would be seen as well as one for each connection. While the
server is busy its memory goes up and down; at rest it must come back to the same."""

import argparse
import multiprocessing
import os
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import sample
import traffic
from sample import Sample, check
from server import Server, is_instrumented

ROUNDS_MOST, ROUNDS_LEAST = 40, 4  # however long they take on a busy machine
ROUND_LEAST, ROUND_MOST = 3, 15  # seconds
OVERTIME = 60  # seconds that clients may need to bring to its end what they have begun
GROWTH_MOST = 512  # KiB that the line through the rounds after the warm-up may rise
# Where connections that compress stay, it may rise by as much more: memory in front of their blocks
# is free, but the C library cannot give it back. At the end none of it may be left.
HOLES_MOST = 1024
KEPT_MOST = 2 * 1024  # KiB that may be more than at the start: what the C library keeps

# The clients of a round, how many, and whether they compress.
CREWS = (
    (traffic.ordinary, 4, False),
    (traffic.slow_writer, 4, False),
    (traffic.slow_reader, 3, False),
    (traffic.deserter, 2, False),
    (traffic.wscheck, 2, False),
    (traffic.ordinary, 3, True),
    (traffic.slow_writer, 2, True),
    (traffic.slow_reader, 2, True),
    (traffic.deserter, 2, True),
    (traffic.sleeper, 1, True),
    (traffic.spoiler, 2, True),
)
processes = multiprocessing.get_context("fork")


def serve(body, results, arguments):
    """A client process: does its work and reports it."""
    work, problem = traffic.Work(*arguments), ""
    try:
        body(work)
    except Exception:
        problem = f"a {body.__name__} has failed: {traceback.format_exc()}"
    results.put((work.connections, work.messages, work.cases, problem))


class Soak:
    def __init__(self, program, seconds, seed):
        self.seconds, self.seed = seconds, seed
        self.round_length = min(max(seconds / ROUNDS_MOST, ROUND_LEAST), ROUND_MOST)
        self.compresses = program == "step07_deflate"
        self.server = Server(program, "--quiet")
        self.judged = not is_instrumented(program)
        self.start = sample.take(self.server)
        self.begin, self.rest = time.monotonic(), []
        self.leave, self.results = processes.Event(), processes.SimpleQueue()
        self.sums = [0, 0, 0]  # connections, messages and cases

    def launch(self, body, compresses, number, deadline):
        arguments = (self.server.port, f"{self.seed} {number}", deadline, self.leave, compresses)
        client = processes.Process(
            target=serve, args=(body, self.results, arguments), name=body.__name__, daemon=True
        )
        client.start()
        return client

    def finish(self, clients, deadline, look=lambda: None):
        """Waits until these clients have ended, and adds what they did."""
        while any(client.is_alive() for client in clients):
            late = [client.name for client in clients if client.is_alive()]
            check(time.monotonic() < deadline, f"do not come to their end: {late}")
            look()
            time.sleep(0.5)
        check(all(client.exitcode == 0 for client in clients), "a client has died")
        for _ in clients:
            *done, problem = self.results.get()
            check(not problem, problem)
            self.sums = [one + other for one, other in zip(self.sums, done)]

    def round(self, stayed):
        """All clients, then rest, when the server has what it has for those that stay."""
        deadline = time.monotonic() + self.round_length
        wanted = [
            (body, compresses)
            for body, count, compresses in CREWS
            for _ in range(count)
            if self.compresses or not compresses
        ]
        clients = [
            self.launch(*client, 100 * len(self.rest) + number, deadline)
            for number, client in enumerate(wanted)
        ]
        busy = [sample.take(self.server)]
        self.finish(clients, deadline + OVERTIME, lambda: busy.append(sample.take(self.server)))
        quiet = sample.at_rest(self.server, stayed)
        figures = (time.monotonic() - self.begin, *self.sums, *map(max, zip(*busy)), *quiet)
        line = "{:6.0f} {:11} {:9} {:7} | {:9} {:5} {:5} | {:9} {:5} {:5}"
        print(line.format(*figures), flush=True)
        check(quiet[1:] == stayed[1:], f"{quiet} instead of {stayed}")
        self.rest.append(quiet.memory)

    def judge(self):
        """The first quarter of the rounds is the warm-up: the C library collects what it keeps."""
        judged = self.rest[max(len(self.rest) // 4, 1) :]
        most = GROWTH_MOST + (HOLES_MOST if self.compresses else 0)
        rise = sample.slope(judged) * (len(judged) - 1)
        print(f"memory at rest: {rise:+.0f} KiB over the {len(judged)} rounds after the warm-up "
              f"(at most {most})")
        check(not self.judged or rise <= most, f"memory grows by {rise:.0f} KiB")

    def mixed_traffic_leaves_no_growth(self):
        kinds = (False, True) if self.compresses else (False,)
        stayers = [self.launch(traffic.stayer, kind, -1 - kind, 0) for kind in kinds]
        more = traffic.STAYING * len(stayers)
        stayed = Sample(0, self.start.threads + more, self.start.descriptors + more)
        print(f"{'':36} | {'busy:':21} | at rest:")
        print(f"{'s':>6} {'connections':>11} {'messages':>9} {'cases':>7} | "
              + " | ".join([f"{'KiB':>9} {'thr':>5} {'fds':>5}"] * 2))
        last = self.begin + self.seconds - self.round_length / 2  # so late a round may still begin
        while len(self.rest) < ROUNDS_LEAST or (
            len(self.rest) < ROUNDS_MOST and time.monotonic() < last
        ):
            self.round(stayed)
        self.judge()
        self.leave.set()
        self.finish(stayers, time.monotonic() + OVERTIME)

    def all_is_as_before(self):
        self.leave.set()
        end = sample.at_rest(self.server, self.start)
        print(f"at the start {self.start}\nat the end   {end}")
        check(end[1:] == self.start[1:], "threads or descriptors are left")
        kept = end.memory - self.start.memory
        check(not self.judged or kept <= KEPT_MOST, f"{kept} KiB stay")
        check(self.server.stop() == 0, "exit status")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("seconds", type=int)
    parser.add_argument("seed", nargs="?", default=str(time.time_ns() // 1000 % 1000000))
    arguments = parser.parse_args()
    if arguments.seconds < ROUNDS_LEAST * ROUND_LEAST:
        parser.error(f"{ROUNDS_LEAST * ROUND_LEAST} seconds are the least")
    print(f"mixed traffic for {arguments.seconds} s with seed {arguments.seed}; the same again: "
          f"make soak SECONDS={arguments.seconds} SEED={arguments.seed}")
    sample.keep_little(one_heap=True)
    soak = Soak(os.environ.get("SERVER", "step05_echo"), arguments.seconds, arguments.seed)
    return sample.run({
        "mixed traffic leaves no growth": soak.mixed_traffic_leaves_no_growth,
        "at the end all is as before": soak.all_is_as_before,
    })


sys.exit(main())
