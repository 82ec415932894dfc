#!/bin/sh
# What people type: the targets of the Makefile, and what it says when something is wrong.
set -u
BUILD=${BUILD:-build}
MAKE=${MAKE:-make}
folder=$BUILD/make-test
passed=0
failed=0
rm -rf "$folder"
mkdir -p "$folder"

# expect NAME STATUS PATTERN ARGUMENT... runs make and requires the status and a line that matches.
expect() {
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    "$MAKE" --no-print-directory "$@" > "$folder/output" 2>&1
    status=$?
    if [ "$status" -eq "$wanted" ] && grep -q -e "$pattern" "$folder/output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL - $name: wanted status $wanted and '$pattern', got status $status and:"
        head -n 20 "$folder/output"
    fi
}

for step in step01_tcp step02_http step03_handshake step04_frames step05_echo step06_client step07_deflate; do
    expect "a step by its number" 0 "^usage: $step " "${step%%_*}" ARGS=--help BUILD="$BUILD"
    expect "a step by its directory" 0 "^usage: $step " "$step" ARGS=--help BUILD="$BUILD"
done

expect "help" 0 '^  test         run the tests' help
expect "help lists what other files add" 0 '^  check        put any server' help
expect "help lists the steps" 0 '^  stepNN       build and run one step' help
printf 'with-hyphen: ## a | b\n' > "$folder/more.mk"
expect "help lists names with a hyphen" 0 '^  with-hyphen  a | b$' \
    -f Makefile -f "$folder/more.mk" help

# Make takes spaces for the end of a name, whatever is done about it.
for bad in 'a b' '' "$PWD/a b" "it's" '"'; do
    expect "BUILD is '$bad'" 2 "BUILD is the name of one directory without spaces .*, not '$bad'" \
        -n BUILD="$bad" all
    if [ "$(grep -c -v '^make' "$folder/output")" -ne 1 ]; then
        failed=$((failed + 1))
        echo "FAIL - BUILD is '$bad': wanted one line, got:"
        cat "$folder/output"
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
