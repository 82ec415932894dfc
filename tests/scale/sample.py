"""What a server holds at one moment, whether it comes to rest again, and how tests are run."""

import collections
import os
import time
import traceback

from server import WAIT, raise_descriptor_limit, until

INTERVAL = 0.02  # seconds between two looks
STILL = 10  # looks without a change of memory that are rest
REST_MOST = 3  # seconds to wait for that
SPARE = 200  # descriptors beside those of the connections, on both sides

# `memory` is KiB of anonymous memory in RAM: heap and stacks.
Sample = collections.namedtuple("Sample", "memory threads descriptors")


def keep_little(one_heap):
    """Servers that are started after this call give the stacks of threads back at once. By default
    glibc keeps them for later threads, up to 40 MiB of address space. How many it keeps depends on
    how many threads there happened to be at once, and could hide a loss. With `one_heap` they also
    have one heap for all threads: by default glibc makes up to eight for each core, and what each
    of them keeps grows for a long while, as if something were lost."""
    os.environ["GLIBC_TUNABLES"] = "glibc.pthread.stack_cache_size=0" + (
        ":glibc.malloc.arena_max=1" if one_heap else ""
    )


def take(server):
    memory = server.status("Anonymous", "smaps_rollup")
    return Sample(memory, server.threads(), server.descriptors())


def at_rest(server, wanted):
    """Waits until the server has as many threads and descriptors as in the sample that is wanted,
    then until its memory does not change any more. Returns what it has at the end."""
    until(lambda: (server.threads(), server.descriptors()) == wanted[1:], pause=INTERVAL)
    memory, still, end = 0, 0, time.monotonic() + REST_MOST
    while still < STILL and time.monotonic() < end:
        time.sleep(INTERVAL)
        before, memory = memory, take(server).memory
        still = still + 1 if memory == before else 0
    return take(server)


def check_gone(server, start):
    """All threads and descriptors are gone again. Returns the KiB of memory that stay."""
    end = at_rest(server, start)
    check(end[1:] == start[1:], f"{end} instead of {start}")
    return end.memory - start.memory


def allowed_connections(wanted):
    """How many of the connections that are wanted this process and the server may have."""
    allowed = raise_descriptor_limit(wanted + SPARE) - SPARE
    if allowed < wanted:
        print(f"SKIPPED in part: there are {allowed} connections instead of {wanted}; raise the "
              f"limit of descriptors first: ulimit -n {wanted + SPARE}")
    return min(allowed, wanted)


def slope(values):
    """The growth for each turn: the slope of the straight line that lies nearest to values, one for
    each turn (least squares)."""
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    above = sum((turn - middle) * (value - mean) for turn, value in enumerate(values))
    return above / sum((turn - middle) ** 2 for turn in range(len(values)))


def check(holds, text):
    if not holds:
        raise AssertionError(text)


def run(tests):
    """Runs functions, each with its name, and prints the sum. Returns the exit status."""
    failed = 0
    for name, test in tests.items():
        try:
            test()
        except Exception:  # the others are run all the same
            failed += 1
            print(f"FAIL {name}: {traceback.format_exc()}", flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0
