#!/bin/sh
# What the tests of wscheck share. They are two, of servers and of clients, since each takes long.
# shellcheck disable=SC2034 # who reads this uses what is set here
BUILD=${BUILD:-build}
wscheck=$BUILD/wscheck
work=$BUILD/$(basename "$0" .sh)
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"

# expect NAME STATUS PATTERN COMMAND... requires the status and a line that matches the pattern.
expect() {
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    "$@" > "$work/output" 2>&1
    status=$?
    if [ "$status" -eq "$wanted" ] && grep -q -e "$pattern" "$work/output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $name: wanted status $wanted and '$pattern', got status $status and:"
        grep -v "^found " "$work/output" | head -n 60
    fi
}

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
