#!/bin/sh
# Runs every test program in $BUILD/tests, several at a time, every test script in tests/programs,
# and what the checker of the tutorial knows without running anything. Shows the output of those
# that fail, and ends with the sum: N passed, N failed.
#
#     sh tests/run.sh          all of them
#     sh tests/run.sh frame    frame_test alone
#
# With BOUNDED=yes only the scripts of wscheck run: the others do not depend on the compiler, or
# have run with another one. With BOUNDED=programs no script runs. With FULL=yes some tests also
# repeat what others do.
set -u
BUILD=${BUILD:-build}
chosen=${1:-}
results=$BUILD/test-results
rm -rf "$results"
mkdir -p "$results"
# Tests that call make use the compiler of this make, which is in the environment, but not its
# flags: they look for output that `make -s` would not print.
unset MAKEFLAGS MFLAGS MAKELEVEL

run() { # run NAME COMMAND...
    name=$1
    shift
    [ -z "$chosen" ] || [ "$name" = "$chosen" ] || [ "$name" = "${chosen}_test" ] || return
    "$@" > "$results/$name.out" 2>&1
    echo $? > "$results/$name.status"
}

# The scripts first, since they take longest.
scripts=$(ls tests/programs/*_test.sh)
case ${BOUNDED:-} in
    yes) scripts=$(ls tests/programs/wscheck*_test.sh) ;;
    programs) scripts= ;;
esac
for script in $scripts; do
    run "$(basename "$script" .sh)" sh "$script" &
done
for program in "$BUILD"/tests/*_test; do
    case ${SANITIZED:-}:$program in
        clang:*/faults_*)
            echo "SKIPPED $program: clang's sanitizer is linked so that its own calls would fail"
            continue
            ;;
    esac
    run "$(basename "$program")" "$program" &
done
# `make tutorial` also runs the commands of the texts, which takes longer.
if [ -z "${BOUNDED:-}${SANITIZED:-}" ]; then
    if command -v python3 > /dev/null; then
        run tutorial python3 tools/tutorial/check.py --only quotes,hex,rules,boxes,figures,links &
        run tutorial_test python3 tests/programs/tutorial_test.py &
    else
        echo 'SKIPPED the checks of the texts (tutorial, tutorial_test): python3 is not installed'
    fi
fi
wait
if [ -n "$chosen" ] && ! ls "$results"/*.status > /dev/null 2>&1; then
    echo "there is no test '$chosen'; ls tests/*/*_test.* shows them" >&2
    exit 2
fi

passed=0
failed=0
for status in "$results"/*.status; do
    name=$(basename "$status" .status)
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$results/$name.out" | tail -n 1)
    ok=$(echo "${line:-0 passed, 0 failed}" | cut -d' ' -f1)
    bad=$(echo "${line:-0 passed, 0 failed}" | cut -d' ' -f3)
    # A program that died, or that tested nothing, has failed.
    if [ "$bad" -eq 0 ] && { [ "$(cat "$status")" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        bad=1
        echo "$name ended with status $(cat "$status") after: ${line:-no result}"
    fi
    if [ "$bad" -gt 0 ]; then
        sed "s/^/$name: /" "$results/$name.out"
    else
        printf '%-20s %s\n' "$name" "$line"
        grep '^SKIPPED' "$results/$name.out"
    fi
    passed=$((passed + ok))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
