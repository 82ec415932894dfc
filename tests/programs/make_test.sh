#!/bin/sh
# What people type: the targets of the Makefile, and what it says when something is wrong.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

typed() { # typed NAME STATUS PATTERN ARGUMENT...: of make
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    expect "$name" "$wanted" "$pattern" "$MAKE" --no-print-directory "$@"
}

for step in step01_tcp step02_http step03_handshake step04_frames step05_echo step06_client step07_deflate; do
    typed "a step by its number" 0 "^usage: $step " "${step%%_*}" ARGS=--help BUILD="$BUILD"
    typed "a step by its directory" 0 "^usage: $step " "$step" ARGS=--help BUILD="$BUILD"
done

typed "help" 0 '^  test         run the tests' help
typed "help lists what other files add" 0 '^  check        put any server' help
typed "help lists the steps" 0 '^  stepNN       build and run one step' help
printf 'with-hyphen: ## a | b\n' > "$work/more.mk"
typed "help lists names with a hyphen" 0 '^  with-hyphen  a | b$' \
    -f Makefile -f "$work/more.mk" help

# Make takes spaces for the end of a name, whatever is done about it.
for bad in 'a b' '' "$PWD/a b" "it's" '"'; do
    typed "BUILD is '$bad'" 2 "BUILD is the name of one directory without spaces .*, not '$bad'" \
        -n BUILD="$bad" all
    one_line "BUILD is '$bad'"
done
