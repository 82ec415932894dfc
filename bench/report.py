"""Makes tables and charts of the figures of the bench.

    report.py undecided FIGURES    the names of the cells to run again
    report.py table FIGURES        the table that `make bench` ends with
    report.py write RUN FOLDER     FOLDER/RESULTS.md and FOLDER/DEFLATE.md, and charts in RUN/charts, from
                                   the figures of whole runs in RUN
"""

import os
import sys

import chart
from figures import Run, median

RATIO = "messages a second, as a ratio to a raw TCP echo in the same round; more is better"
CHARTS = {
    "pingpong": ("Ping-pong: one connection, one message in flight", RATIO),
    "many": ("Ping-pong: many connections, one message in flight on each", RATIO),
    "pipelined": ("Pipelined: many messages in flight", RATIO),
    "others": ("Text; opening and closing", RATIO),
    "idle": ("Memory of an idle connection",
             "kB of heap and stack for each of 10,000 open connections; less is better"),
}

INTRODUCTION = """<!-- Written by `make bench-report`. Do not edit: the next report overwrites it. -->
# How fast the echo server is

A server with a thread per connection can do no better than a raw TCP echo that calls `read` and
`write`. So that is the measure: [raw_echo.c](raw_echo.c), loaded with the same bytes in the same
minute. **1.0 is as fast as TCP itself.** Of {cells} goals this run meets {met}, misses {missed} and
leaves {undecided} undecided: there the raw echo differs from itself by more than the distance to the goal.
{busy}
`make bench bench-report` writes this page and draws its figures as charts in `build/bench/charts`.
[cells.txt](cells.txt) lists what is measured.
"""

BUSY = """
**The load average was {load} before the run: something else was running in the minute before, if not longer.**
"""

REASONS = """## Goals that are missed or undecided, and where the time goes

Times are the processor time for a message, in microseconds, and the part of it outside the kernel.
The rest is the kernel's, which copies, wakes and sends. "With a mask" is the figure of a raw echo that
masks each byte once, as every WebSocket server has to. What it lacks is the price of this pass over
the bytes; what this server lacks beyond that is its own.
"""

METHOD = """## How it was measured

- {machine}; {kernel}; load average {load} before the run; {date}.
- {cores}. TCP congestion control: {congestion}.
- This server, commit {commit}: {compiler}.
- In each of {rounds} rounds every cell runs with a new process of every server, for {duration} s after
  0.1 s of warming up; servers that no goal is about have {peer_rounds} rounds. Cells that are undecided
  run again while there is time, up to {last} rounds here: the run took {seconds} s of at most {most}. Before the
  first round every cell runs with every byte of the replies compared; `wrong` means that one differed.
- The raw echo runs before this server and after it, and a ratio is to the mean of the two. Rates are
  messages a second. The ratio of processor times is the raw echo's to this server's, so more is better
  in both. Figures are medians of the rounds; the spread is the least and the greatest ratio of rates.
- Noise is how far from 1 a ratio may be by chance: twice the median difference of the raw echo's two
  runs, divided by the square root of the number of rounds. A goal that is closer is undecided.
- A star means that the verdict is about processor time: the rates have more noise than 0.05, and more
  than it has, or the raw echo kept the load generator busy for over 95 % of the time.
- The load generator is one thread on a core of its own, and sends frames that it masked beforehand.
  The raw echoes get the same bytes as a WebSocket server, masks included, and send them back. They
  read into as much memory as this server does, aligned in the same way.
- In ping-pong one message is in flight on each connection; other cells say how many are.
- Memory is what a connection adds to the anonymous memory of the process (heap and stacks, not the
  kernel's socket buffers), after one message of 20 bytes. System calls are counted by strace,
  instructions outside the kernel by valgrind's callgrind, each as the difference of two runs.
- Every server has TCP_NODELAY, no compression, and accepts messages of 64 MiB.
"""

DEFLATE = """<!-- Written by `make bench-report`. Do not edit: the next report overwrites it. -->
# Compression beside zlib

zlib runs at level 6 with memLevel 8. [RESULTS.md](RESULTS.md) describes the machine.

The data is cut into messages of the size given, which share their history and end with a sync flush,
as in a connection with context takeover. A size is the compressed data as a share of the data. A
speed is MB of plain data for each second of processor time. Less is better for sizes, more for
speeds. Both inflate what zlib has compressed. zlib has no raw window of 8 bits; where ours has 8,
zlib's has 9.

In each round zlib runs before ours and after it. A ratio is to the mean of the two, and after it
stands its noise: twice the median difference of zlib's two runs, divided by the square root of the
number of rounds. A goal that is closer is undecided. All figures are medians of the rounds.

The text is TUTORIAL.md, the HTML and the source code are the repository's, and bench/payload.c makes
the JSON and the binary data.

"""


def digits(number):
    """A number of any size with as many digits as are significant."""
    return "–" if number is None else f"{number:.{2 if number < 10 else 1 if number < 100 else 0}f}"


def star(cell):
    return "*" if cell.about == "processor time" else ""


def spread(cell, between):
    values = cell.series["ours"].values
    return between.join(cell.shown(value) for value in (min(values), max(values))) if values else "–"


def print_table(run):
    print(f"{'ratios to the raw TCP echo; counts':52}   goal   ours  from - to   processor  noise verdict   ",
          *(f"{peer:>6}" for peer in run.peers))
    judged = [cell for cell in run.cells.values() if cell.verdict]
    for cell in judged:
        ratio = cell.measure == "raw"
        processor = cell.shown(median(cell.series["ours"].processor)) + star(cell) if ratio else ""
        print(f"{cell.title:52} {'<' if cell.less_is_better() else '>'}{cell.goal:>5} {cell.value('ours'):>6}"
              f"  {spread(cell, ' - ') if ratio else '':11} {processor:>9}"
              f" {cell.shown(cell.noise) if cell.noise else '':>6} {cell.verdict:9}",
              *(f"{cell.value(peer):>6}" for peer in run.peers))
    print(*(f"{len(run.verdicts(verdict))} {verdict}" for verdict in ("met", "missed", "undecided")), sep=", ")
    print("processor: the processor time of the raw echo for a message, divided by ours")
    print("noise: how far the figure may be off by chance")
    print("*: the verdict is about processor time, since rates vary too much or the load generator is the bottleneck")


def table(columns, rows):
    """A table in Markdown."""
    head, *lines = ["| " + " | ".join(line) + " |\n" for line in [columns, *rows]]
    return head + "|" + "---|" * len(columns) + "\n" + "".join(lines) + "\n"


def report(run):
    peers = [run.servers[peer][0] for peer in run.peers]
    cells = list(run.cells.values())
    ratios = [cell for cell in cells if cell.measure == "raw"]
    counts = {verdict: len(run.verdicts(verdict)) for verdict in ("met", "missed", "undecided")}

    def goal(cell):
        return f"{'≤' if cell.less_is_better() else '≥'} {cell.goal}"

    def verdict(cell):
        return "**missed**" if cell.verdict == "missed" else cell.verdict or ""

    def values(cell):
        return [cell.value(peer) for peer in run.peers]

    def times(series):
        """Processor time in microseconds, and the part of it that was outside the kernel."""
        cpu = series.median("cpu_us")
        return [digits(cpu), digits(cpu and cpu * series.median("own"))]

    def with_a_mask(cell):
        series = cell.series["masked"]
        return cell.shown(median(series.values if cell.about == "rates" else series.processor))

    def latency(series):
        return digits(series.median("p50_us")) + " / " + digits(series.median("p99_us"))

    def each(cell, figure):
        several = [cell.series[server] for server in ("ours", "raw", *run.peers)]
        return ["wrong" if series.errors else figure(series) for series in several]

    out = INTRODUCTION.format(cells=len(cells), **counts, busy=BUSY.format(**run.info) if float(run.info["load"]) > 1 else "")
    out += "\n## Messages a second and processor time, as ratios to the raw TCP echo\n\n" + table(
        ["cell", "goal", "this server", "spread", "processor time", "noise", "verdict", *peers],
        [[cell.title, goal(cell), f"**{cell.value('ours')}**", spread(cell, "–"),
          f"{cell.shown(median(cell.series['ours'].processor))} {star(cell)}".strip(),
          cell.shown(cell.noise), verdict(cell), *values(cell)] for cell in ratios])
    out += "## Memory, system calls and instructions\n\n" + table(
        ["cell", "goal", "this server", "verdict", "raw TCP echo", *peers],
        [[cell.title, goal(cell), f"**{cell.value('ours')}**", verdict(cell), cell.value("raw"), *values(cell)]
         for cell in cells if cell.measure != "raw"])
    out += REASONS + "\n" + table(
        ["cell", "goal, verdict", "about", "figure", "noise", "rounds", "with a mask", "this server", "outside",
         "raw TCP echo", "outside"],
        [[cell.title, f"{goal(cell)}, {cell.verdict}", cell.about, cell.shown(cell.figure), cell.shown(cell.noise),
          str(len(cell.series["ours"].values)), with_a_mask(cell), *times(cell.series["ours"]),
          *times(cell.series["raw"])] for cell in ratios if cell.verdict in ("missed", "undecided")])
    for cell in cells:
        if cell.functions:
            functions = ", ".join(f"`{name}` {instructions}" for name, instructions in cell.functions)
            out += f"- {cell.title}, {cell.shown(cell.figure)} in all: {functions}.\n"
    out += "\n## Latency: p50 / p99 in microseconds\n\n" + table(
        ["cell", "this server", "raw TCP echo", *peers],
        [[cell.title, *each(cell, latency)] for cell in ratios if cell.series["raw"].median("p50_us")])
    out += "## Processor time of the server for a message, in microseconds\n\n" + table(
        ["cell", "raw TCP echo, messages a second", "this server", "raw TCP echo", *peers],
        [[cell.title, f"{cell.series['raw'].median('rate') or 0:.0f}",
          *each(cell, lambda series: digits(series.median("cpu_us")))] for cell in ratios])
    out += METHOD.format(last=max((len(cell.series["ours"].values) for cell in ratios), default=0), **run.info)
    out += "".join(f"- {run.servers[peer][0]}: {run.servers[peer][1]}.\n" for peer in run.peers)
    for _, title, needs in run.missing:
        out += f"- Without {title}, which needs `{needs.partition(' (')[0]}`.\n"
    return out


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def write_all(source, folder):
    for name in "results.txt", "deflate.md":
        if not os.path.exists(f"{source}/{name}"):
            sys.exit(f"there is no {source}/{name} yet; make bench (without settings) writes it")
    run = Run(f"{source}/results.txt")
    write(f"{folder}/RESULTS.md", report(run))
    with open(f"{source}/deflate.md", encoding="utf-8") as file:
        write(f"{folder}/DEFLATE.md", DEFLATE + file.read())
    os.makedirs(f"{source}/charts", exist_ok=True)
    for name, titles in CHARTS.items():
        write(f"{source}/charts/{name}.svg", chart.draw(run, name, *titles))
    print(f"wrote {folder}/RESULTS.md and {folder}/DEFLATE.md, and drew {source}/charts/*.svg")


command, *operands = sys.argv[1:]
if command == "write":
    write_all(*operands)
elif command == "table":
    print_table(Run(*operands))
else:
    print(*(cell.name for cell in Run(*operands).verdicts("undecided")), sep="\n")
