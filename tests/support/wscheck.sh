#!/bin/sh
# What the tests of wscheck share. They are several, since each takes long.
# shellcheck disable=SC2034 # who reads this uses what is set here
BUILD=${BUILD:-build}
wscheck=$BUILD/wscheck
work=$BUILD/$(basename "$0" .sh)
. tests/support/expect.sh
rm -rf "$work"
mkdir -p "$work"

# one_line NAME: the output of the last command is a single line.
one_line() {
    if [ "$(wc -l < "$work/output")" -eq 1 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $1: wanted one line, got:"
        cat "$work/output"
    fi
}

server() { # server STEP: the command that starts it
    echo "exec $BUILD/$1 --quiet --port {port}"
}

# Of step 7 the cases of compression; with FULL=yes the others once more, which steps 5 and 6 pass.
all_of_step07=7692
[ "${FULL:-}" != yes ] || all_of_step07=step07
