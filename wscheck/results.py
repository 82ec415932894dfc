"""Grades servers and clients that other people wrote and writes wscheck/RESULTS.md: first tables,
then the failures of each by their cause. results.py [NAME|server:NAME|client:NAME...] grades these
again, or all if none is named. The reports are kept in BUILD/results, and the page is made from all
that are there."""

import collections
import contextlib
import datetime
import json
import os
import re
import shutil
import subprocess
import sys

BUILD = os.environ.get("BUILD", "build")
WORK = f"{BUILD}/results"
NPM = "ws@8 websocket@1 faye-websocket@0.11 permessage-deflate@0.1 undici@6"
LIMIT = 300  # seconds that one run may take
COUNTS = ["passed", "failed", "should", "practice", "flaky", "skipped"]

PYTHON = "/usr/bin/python3 wscheck/peers/"  # Debian's, which finds Debian's packages
NODE = f"NODE_PATH={WORK}/node_modules node wscheck/peers/"

# The version is that of the first package; "" is this repository.
Peer = collections.namedtuple("Peer", "name language packages command options",
                              defaults=[""])
SERVERS = [
    Peer("step05_echo", "C", "", f"{BUILD}/step05_echo --quiet --port {{port}}"),
    Peer("step07_deflate", "C", "", f"{BUILD}/step07_deflate --quiet --port {{port}}"),
    Peer("aiohttp", "Python", "python3-aiohttp", f"{PYTHON}echo.py aiohttp {{port}}"),
    Peer("autobahn", "Python", "python3-autobahn", f"{PYTHON}echo.py autobahn {{port}}"),
    Peer("gevent-websocket", "Python", "python3-gevent-websocket",
         f"{PYTHON}echo.py gevent {{port}}"),
    Peer("tornado", "Python", "python3-tornado", f"{PYTHON}echo.py tornado {{port}}"),
    Peer("trio-websocket", "Python", "python3-trio-websocket", f"{PYTHON}echo.py trio {{port}}"),
    Peer("websockets", "Python", "python3-websockets", f"{PYTHON}echo.py websockets {{port}}"),
    Peer("wsproto", "Python", "python3-wsproto", f"{PYTHON}echo.py wsproto {{port}}"),
    Peer("libsoup", "C", "gir1.2-soup-3.0 python3-gi", f"{PYTHON}echo.py soup {{port}}"),
    Peer("libwebsockets", "C", "libwebsockets-test-server",
         "libwebsockets-test-server --port {port} -i lo", "--no-echo"),
    Peer("websocketd", "Go", "websocketd",
         "websocketd --address 127.0.0.1 --port {port} --binary cat", "--no-echo"),
    Peer("em-websocket", "Ruby", "ruby-em-websocket", "ruby wscheck/peers/echo.rb {port}"),
    Peer("mojolicious", "Perl", "libmojolicious-perl", "perl wscheck/peers/echo.pl {port}"),
    Peer("faye-websocket", "Node", "npm:faye-websocket", f"{NODE}echo.mjs faye {{port}}"),
    Peer("websocket", "Node", "npm:websocket", f"{NODE}echo.mjs websocket {{port}}"),
    Peer("ws", "Node", "npm:ws", f"{NODE}echo.mjs ws {{port}}"),
]
CLIENTS = [
    Peer("step06_client", "C", "", f"{BUILD}/step06_client --quiet --subprotocol chat {{url}}"),
    Peer("step07_client", "C", "", f"{BUILD}/step07_client --quiet --compress {{url}}"),
    Peer("aiohttp", "Python", "python3-aiohttp", f"{PYTHON}client.py aiohttp {{url}}", "--echo"),
    Peer("autobahn", "Python", "python3-autobahn", f"{PYTHON}client.py autobahn {{url}}", "--echo"),
    Peer("tornado", "Python", "python3-tornado", f"{PYTHON}client.py tornado {{url}}", "--echo"),
    Peer("websocket-client", "Python", "python3-websocket",
         f"{PYTHON}client.py websocket {{url}}", "--echo"),
    Peer("websockets", "Python", "python3-websockets",
         f"{PYTHON}client.py websockets {{url}}", "--echo"),
    Peer("undici", "Node", "npm:undici", f"{NODE}client.mjs undici {{url}}", "--echo"),
    Peer("websocket", "Node", "npm:websocket", f"{NODE}client.mjs websocket {{url}}", "--echo"),
    Peer("ws", "Node", "npm:ws", f"{NODE}client.mjs ws {{url}}", "--echo"),
]
# Each case starts a client, and more than a few that start at once slow each other down.
ROLES = [("server", SERVERS, ""), ("client", CLIENTS, "--listen 0 --jobs 4 ")]

ABOUT = """\
# How other servers and clients do

wscheck {versions} graded these servers and clients on {dates}: those of this repository, and
others, which are a few lines each, as the documentation of their library begins ([peers](peers)):
servers that send every message back, and clients that do the same. `make results` repeats all of
it in about 40 minutes and writes this page; `make results PEERS='aiohttp ws'` repeats a part. It
names what is not installed. To see all bytes of a case, add `--replay` and its name to the command
of the peer.

- **MUST** and **SHOULD**: the peer breaks such a sentence of RFC 6455, RFC 7692 or HTTP, which the
  case quotes.
- **Practice**: robust implementations do it, although no RFC asks for it; these failures are not
  explained here.
- **Flaky**: the case failed while others ran, and passed alone.
- **Skipped**: the case does not apply, because the peer does not echo or does not compress.

Failures with the same cause are one item: how many there are, the first of them, what happened in
it, and why. An item without an explanation says that nobody has looked into it yet.
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def version(peer):
    """The installed version of a library, or None."""
    if not peer.packages:
        return "this repository"
    package = peer.packages.split()[0]
    if package.startswith("npm:"):
        try:
            with open(f"{WORK}/node_modules/{package[4:]}/package.json", encoding="utf-8") as file:
                return "npm " + json.load(file)["version"]
        except OSError:
            return None
    query = f"dpkg-query -Wf '${{db:Status-Status}} ${{Version}}' {package}"
    run = subprocess.run(query, shell=True, capture_output=True, text=True)
    status, _, number = run.stdout.partition(" ")
    return "Debian " + number if status == "installed" else None


def report_path(role, peer):
    return f"{WORK}/{role}-{peer.name}.json"


def command_of(peer, own):
    """The command that grades a peer."""
    options = f"{peer.options} " if peer.options else ""
    return f"{BUILD}/wscheck {own}{options}--exec '{peer.command}'"


def grade(role, peer, own):
    """Runs wscheck and keeps its report, with the day and the version of the peer."""
    with contextlib.suppress(FileNotFoundError):
        os.remove(report_path(role, peer))
    number = version(peer)
    if number is None:
        how = "npm" if peer.packages.startswith("npm:") else f"apt-get install {peer.packages}"
        say(f"NOT GRADED: {role} {peer.name} is not installed: {how}")
        return
    say(f"grading {role} {peer.name}, {number}")
    run = subprocess.run(
        f"exec {command_of(peer, own)} --format json --run-timeout {LIMIT}",
        shell=True, capture_output=True, text=True, errors="replace",
    )
    try:
        report = json.loads(run.stdout)
    except ValueError:
        say(f"NOT GRADED: {role} {peer.name}: {run.stderr}")
        return
    report["library"] = number
    report["date"] = datetime.date.today().isoformat()
    with open(report_path(role, peer), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    say("    " + ", ".join(f"{report[count]} {count}" for count in COUNTS)
        + f", in {report['seconds']:.0f} s")


def kept_reports():
    reports = {}
    for role, peers, _ in ROLES:
        for peer in peers:
            try:
                with open(report_path(role, peer), encoding="utf-8") as file:
                    reports[role, peer.name] = json.load(file)
            except OSError:
                pass
    return reports


def cause(case):
    """The cause by which wscheck groups, without the words "the server" or "the client"."""
    line = re.search(r"^  cause     the (?:server|client) (.*)$", case["explanation"], re.MULTILINE)
    return line[1] if line else case["happened"]


def groups(report, known):
    """The failures by their cause, the largest group first. Sections that share one remark are one
    group."""
    found = {}
    for case in report["cases"]:
        if case["result"] in ("failed", "should"):
            what = cause(case)
            whole = re.sub(r" \([^ )]+\)$", "", what)
            key = whole if what not in known and whole in known else what
            found.setdefault(key, []).append(case)
    for cases in found.values():
        cases.sort(key=lambda case: case["result"])  # "failed" before "should"
    return sorted(found.items(), key=lambda group: -len(group[1]))


def read_remarks():
    """Reads the explanations of the failures: `## CAUSE`, then paragraphs `PEER, PEER: TEXT`.
    Returns for each peer its remarks by cause."""
    remarks = {}
    with open("wscheck/peers/remarks.md", encoding="utf-8") as file:
        for section in file.read().split("\n## ")[1:]:
            title, _, text = section.partition("\n")
            for paragraph in re.split(r"\n\s*\n", text.strip()):
                names, _, remark = " ".join(paragraph.split()).partition(": ")
                for name in names.split(", "):
                    remarks.setdefault(name, {})[title.strip()] = remark
    return remarks


def table(role, peers, reports):
    lines = [f"| {role} | in | version | passed | MUST | SHOULD | practice | flaky | skipped "
             "| time |",
             "|---|---|---|--:|--:|--:|--:|--:|--:|--:|"]
    for peer in peers:
        report = reports.get((role, peer.name))
        if report is None:
            lines.append(f"| {peer.name} | {peer.language} | not graded | | | | | | | |")
            continue
        counts = " | ".join(str(report[count]) for count in COUNTS)
        cut = report["server_gone"] or report["time_over"]
        lines.append(f"| {peer.name} | {peer.language} | {report['library']} | {counts} "
                     f"| {report['seconds']:.0f} s{', cut short' if cut else ''} |")
    return "\n".join(lines) + "\n"


def detail(role, peer, own, report, remarks):
    name = peer.name if role == "server" else f"{peer.name} client"
    known = remarks.get(name, {})
    lines = []
    for what, cases in groups(report, known):
        count = collections.Counter(case["result"] for case in cases)
        counted = ", ".join(f"{count[result]} {level}" for result, level in
                            (("failed", "MUST"), ("should", "SHOULD")) if count[result])
        if what not in known:
            say(f"NO REMARK: {name}: {what}: {counted}, {cases[0]['name']}")
        happened = cases[0]["happened"].rstrip(".")
        lines.append(f"- **{what}**: {counted}; `{cases[0]['name']}`: {happened}. "
                     + known.get(what, "Not looked into yet."))
    for result in ("practice", "flaky"):
        count = collections.Counter(
            cause(case) for case in report["cases"] if case["result"] == result)
        if count:
            listed = "; ".join(f"{what}: {number}" for what, number in count.most_common())
            lines.append(f"- {result.capitalize()}: {listed}.")
    return "\n".join([f"### The {role} {peer.name}\n", f"`{command_of(peer, own)}`\n",
                      *(lines or ["Nothing failed."])]) + "\n"


def document(reports, remarks):
    def all_of(key):
        return " and ".join(sorted({report[key] for report in reports.values()}))

    parts = [ABOUT.format(versions=all_of("version"), dates=all_of("date"))]
    parts += [table(role, peers, reports) for role, peers, _ in ROLES]
    for role, peers, own in ROLES:
        parts.append(f"## The {role}s one by one\n")
        parts += [detail(role, peer, own, reports[role, peer.name], remarks)
                  for peer in peers if (role, peer.name) in reports]
    return "\n".join(parts)


def main():
    chosen = sys.argv[1:]
    names = {peer.name for peer in SERVERS + CLIENTS}
    unknown = [name for name in chosen if name.split(":")[-1] not in names]
    if unknown:
        say(f"results: there is no {' '.join(unknown)}; there are {' '.join(sorted(names))}")
        return 2
    os.makedirs(WORK, exist_ok=True)
    if shutil.which("npm") and any(version(peer) is None for peer in SERVERS + CLIENTS
                                   if peer.packages.startswith("npm:")):
        say(f"installing {NPM} in {WORK}")
        quiet = ["--silent", "--no-save", "--no-audit", "--no-fund", "--prefix", WORK]
        subprocess.run(["npm", "install", *quiet, *NPM.split()], timeout=300)
    for role, peers, own in ROLES:
        for peer in peers:
            if not chosen or {peer.name, f"{role}:{peer.name}"} & set(chosen):
                grade(role, peer, own)
    reports = kept_reports()
    if not reports:
        say("results: nothing was graded")
        return 1
    text = document(reports, read_remarks())
    with open("wscheck/RESULTS.md", "w", encoding="utf-8") as file:
        file.write(text)
    return 0


sys.exit(main())
