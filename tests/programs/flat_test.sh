#!/bin/sh
# `make flat` and `make diff`: each snapshot builds with its own plain make and passes its step's
# test; that of step 2, or with FULL=yes all of them.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
[ -z "${SANITIZED:-}" ] || skip 'the snapshots are built without the sanitizer of the other tests'
check() { # check NAME COMMAND...: it succeeds
    check_name=$1
    shift
    "$@" > "$work/output" 2>&1
    status=$?
    result "$check_name" [ "$status" -eq 0 ]
}

# All test programs of a step, of which some have several.
passes_tests() { # passes_tests STEP
    for program in "$BUILD/tests/$1"_*test; do
        env BUILD="$work/flat/$1" "$program" || return 1
    done
}

# Nothing is optimised: each file is compiled once for each step that has it.
check "make flat" "$MAKE" flat BUILD="$work"
steps=step02
[ "${FULL:-}" != yes ] || steps='step01 step02 step03 step04 step05 step06 step07'
for step in $steps; do
    check "$step: builds with plain make" "$MAKE" -j2 -C "$work/flat/$step" CFLAGS=-O0
    check "$step: has no folder in an include" \
        sh -c "! grep -n '#include \".*/' $work/flat/$step/*.[ch]"
    case $step in
        step06 | step07) cp "$work/flat/step05/step05_echo" "$work/flat/$step" ;; # to talk to
    esac
    [ "$step" != step07 ] || cp "$BUILD/step07_client" "$work/flat/step07"
    check "$step: passes its test" passes_tests "$step"
done

diff_of() { # diff_of FROM TO
    "$MAKE" --no-print-directory diff "FROM=$1" "TO=$2" BUILD="$work"
}
lacks() { # lacks PATTERN: the output of the last diff has no such line
    ! grep -q "$1" "$work/diff.txt"
}
diff_of 03 04 > "$work/diff.txt" 2>&1
check "diff begins with the sum" sh -c \
    "head -n 1 $work/diff.txt | grep '^step04 adds to step03: [0-9]* files, [0-9]* lines of C;'"
check "diff names what changed" grep '; it changes: main.c Makefile$' "$work/diff.txt"
check "diff lists the new files, where they are" \
    grep '^  step04_frames/frame.c  *[0-9]* lines$' "$work/diff.txt"
check "diff does not print them" lacks 'enum frame_verdict frame_decode_header'
check "diff shows what changed in main.c" grep '^-static void show_bytes' "$work/diff.txt"
check "diff does not show what stayed" lacks tcp_listen
for pair in "3 step04" "step03_handshake 4"; do
    # The pair is two words.
    # shellcheck disable=SC2086
    diff_of $pair > "$work/same.txt" 2>&1
    check "diff of $pair" cmp "$work/diff.txt" "$work/same.txt"
done
diff_of 1 2 > "$work/diff.txt" 2>&1
check "diff lists the page" grep '^  step02_http/page.html  *[0-9]* lines$' "$work/diff.txt"
check "diff does not print the page" lacks '<html'

# refused WANTED FROM TO: one line that contains WANTED, beside that of make.
refused() {
    ! diff_of "$2" "$3" > "$work/diff.txt" 2>&1 && grep -F "$1" "$work/diff.txt" &&
        [ "$(grep -c -v '^make' "$work/diff.txt")" -le 1 ]
}
check "diff refuses a step that is not there" \
    refused "there is no step '99'; the steps are: 01 02 03 04 05 06 07" 03 99
check "diff refuses a word" refused "there is no step 'main'" main 3
check "diff without steps says how" \
    refused 'usage: make diff FROM=03 TO=04; the steps are: 01 02 03 04 05 06 07' '' ''
check "diff with one step says how" refused 'usage: make diff' 03 ''
