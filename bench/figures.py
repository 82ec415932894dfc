"""Reads the figures of a run of the bench, and judges whether it meets the goals of cells.txt.

The noise is how far from 1 a ratio may be by chance. The raw echo runs twice in each round, once
before and once after this server. In half of the rounds these two runs differ by more than their
median difference D, and the median of N rounds varies less than one round: 2 D / sqrt(N). A goal is
undecided if the figure is not farther from it than that.

The verdict is about rates, with two exceptions: about processor time if the rates vary and it varies
less, and if the load generator was at its limit, because the rate is the load generator's then.
"""

import collections
import math
import statistics

STEADY = 0.05  # rates with more noise vary
LIMIT = 0.95  # a load generator that is busy for more of the time is at its limit


def median(numbers):
    return statistics.median(numbers) if numbers else None


class Series:
    """What one server did in one cell."""

    def __init__(self):
        self.rounds = {}  # for each but round 0, the figures of bench_load
        self.errors = 0  # of all rounds
        self.values = []  # of what the cell measures: for messages, the ratio of the rate to the raw echo's
        self.processor = []  # the ratio of the raw echo's processor time for a message to the server's

    def median(self, name):
        return median([figures[name] for figures in self.rounds.values() if name in figures])


class Cell:
    def __init__(self, line):
        self.name, self.chart, _, self.measure, self.goal, _, self.title = line.split("|")
        self.series = collections.defaultdict(Series)
        self.functions = []  # (name, instructions), the most expensive first
        self.verdict = self.about = self.figure = None
        self.noise = 0

    def less_is_better(self):
        return self.measure != "raw"

    def shown(self, number):
        """A number with as many digits as are significant."""
        return "–" if number is None else f"{number:.{0 if self.measure == 'instructions' else 2}f}"

    def value(self, server):
        series = self.series[server]
        return "wrong" if series.errors else self.shown(median(series.values))

    def raw_echo(self, name, number):
        """A figure of the raw echo in one round, from its two runs."""
        runs = [self.series[server].rounds.get(number, {}).get(name, 0) for server in ("raw", "again")]
        return [figure for figure in runs if figure > 0]

    def noise_of(self, name):
        runs = [self.raw_echo(name, number) for number in self.series["raw"].rounds]
        differences = [abs(both[1] / both[0] - 1) for both in runs if len(both) == 2]
        return 2 * median(differences) / math.sqrt(len(differences)) if differences else 0

    def compare(self):
        """Computes the values of all servers from their figures."""
        field = "kb_per_connection" if self.measure == "memory" else self.measure
        for series in list(self.series.values()):
            for number, figures in series.rounds.items():
                if field in figures:
                    series.values.append(figures[field])
                rates, times = self.raw_echo("rate", number), self.raw_echo("cpu_us", number)
                if self.measure == "raw" and figures.get("rate", 0) > 0:
                    if rates:
                        series.values.append(figures["rate"] / statistics.mean(rates))
                    if times and figures.get("cpu_us", 0) > 0:
                        series.processor.append(statistics.mean(times) / figures["cpu_us"])

    def judge(self):
        ours, raw = self.series["ours"], self.series["raw"]
        self.figure, self.about = median(ours.values), self.measure
        if self.measure == "raw":
            self.about, self.noise = "rates", self.noise_of("rate")
            steadier = self.noise_of("cpu_us")
            at_limit = (raw.median("load_busy") or 0) > LIMIT
            if ours.processor and (at_limit or (self.noise > STEADY and steadier < self.noise)):
                self.about, self.noise, self.figure = "processor time", steadier, median(ours.processor)
        if self.figure is None:
            self.verdict = "undecided"  # there was no time for it
        else:
            # Now and then a message arrives in two pieces, which takes another call.
            figure = round(self.figure, 1) if self.measure == "calls" else self.figure
            margin = figure - float(self.goal)
            margin = -margin if self.less_is_better() else margin
            self.verdict = "met" if margin >= 0 else "missed"
            if 0 < self.noise >= abs(margin):
                self.verdict = "undecided"
            if self.measure == "calls" and self.verdict == "missed" and round(median(raw.values) or 0, 1) > 2:
                self.verdict = "undecided"  # so many pieces that the raw echo needs more than two calls as well
        if ours.errors:
            self.verdict = "missed"


class Run:
    """All figures of a run, from the file that run.sh has written."""

    def __init__(self, path):
        self.info, self.servers, self.missing, self.cells = {}, {}, [], {}
        for line in open(path, encoding="utf-8"):
            kind, _, rest = line.rstrip("\n").partition(" ")
            if kind == "info":
                name, _, self.info[name] = rest.partition("=")
            elif kind == "server":
                name, *self.servers[name] = rest.split("|")
            elif kind == "missing":
                self.missing.append(rest.split("|"))
            elif kind == "cell":
                self.cells[rest.split("|")[0]] = Cell(rest)
            elif kind == "where":
                cell, *function = rest.split("|")
                self.cells[cell].functions.append(function)
            elif kind == "run":
                self.add(dict(pair.split("=") for pair in rest.split()))
        self.peers = [name for name in self.servers if name not in ("raw", "again", "masked", "ours")]
        for cell in self.cells.values():
            cell.compare()
            if "ours" in cell.series:
                cell.judge()

    def add(self, figures):
        series = self.cells[figures.pop("cell")].series[figures.pop("server")]
        numbers = {name: float(figure) for name, figure in figures.items()}
        series.errors += int(numbers.pop("errors"))
        if numbers["round"] > 0:
            series.rounds[int(numbers.pop("round"))] = numbers

    def verdicts(self, verdict):
        return [cell for cell in self.cells.values() if cell.verdict == verdict]
