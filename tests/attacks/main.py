"""What has been done to servers elsewhere, done to the echo server; see README.md."""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import requests
import heads
import frames
import floods
import bombs
import texts
import waiting
import together
from attack import ATTACKS, run_attack
from server import raise_descriptor_limit


def main():
    parser = argparse.ArgumentParser(description="Attacks the servers in $BUILD, build by default.")
    parser.add_argument("--only", metavar="NAME", help="only the attack of this name")
    parser.add_argument("--quick", action="store_true", help="only those that take a moment")
    parser.add_argument("--list", action="store_true", help="print the names and exit")
    arguments = parser.parse_args()
    chosen = [
        (name, run, quick)
        for name, run, quick in ATTACKS
        if (name == arguments.only if arguments.only else quick or not arguments.quick)
    ]
    if not chosen:
        parser.error(f"there is no attack '{arguments.only}'; --list lists them")
    if arguments.list:
        for name, _, quick in chosen:
            print(name, "(quick)" if quick else "")
        return 0
    raise_descriptor_limit(4096)  # up to a thousand connections are held here
    kept = [run_attack(name, run) for name, run, _ in chosen]
    print(f"{sum(kept)} passed, {len(kept) - sum(kept)} failed")
    return 0 if all(kept) else 1


sys.exit(main())
