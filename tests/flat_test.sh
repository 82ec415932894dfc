#!/bin/sh
# `make flat` and `make diff`: each snapshot builds with its own plain make and passes its step's test.
set -u
BUILD=${BUILD:-build}
MAKE=${MAKE:-make}
folder=$BUILD/flat-test
passed=0
failed=0
check() { # check NAME COMMAND...
    name=$1
    shift
    if "$@" > "$folder/output" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL - $name"
        tail -n 20 "$folder/output"
    fi
}

# The same compiler and flags as the tests, but none of the settings of the make that calls.
unset MAKEFLAGS MFLAGS MAKELEVEL
rm -rf "$folder"
mkdir -p "$folder"
check "make flat" "$MAKE" flat BUILD="$folder"
for step in step01 step02 step03 step04 step05; do
    check "$step: builds with plain make" "$MAKE" -j2 -C "$folder/flat/$step"
    check "$step: has no folder in an include" \
        sh -c "! grep -n '#include \".*/' $folder/flat/$step/*.[ch]"
    check "$step: passes its test" env BUILD="$folder/flat/$step" "$BUILD/tests/${step}_test"
done

"$MAKE" diff FROM=03 TO=04 BUILD="$folder" > "$folder/diff.txt" 2>&1
check "diff lists the new files" grep -q '^  frame.c  *[0-9]* lines$' "$folder/diff.txt"
check "diff shows the new files" grep -q '^+enum frame_verdict frame_decode_header' "$folder/diff.txt"
check "diff shows what changed in main" grep -q '^-static void show_bytes' "$folder/diff.txt"
check "diff does not show what stayed" sh -c "! grep -q tcp_listen $folder/diff.txt"
check "diff refuses a step that is not there" sh -c "! $MAKE diff FROM=03 TO=99 BUILD=$folder"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
