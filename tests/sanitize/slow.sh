#!/bin/sh
# Runs what is fast enough for valgrind ($WATCH) or for an emulator: the test programs with all the
# programs that they start, and wscheck's cases, or those that $CASES names, on the echo server.
#
# It leaves out load_test (a thousand connections at once: valgrind runs one thread at a time, and
# at most 500 of them), stop_test (a server under full load has to stop within its bound),
# utf8_test, inflate_reference_test and deflate_history_test (they try every sequence, window and
# cut, for more than a minute each), permessage_long_test (half a minute of large messages; other
# tests reach the same code as these four), the test scripts and the tutorial, which start the same
# programs through shells and compilers. The sanitizers run all of those.
#
#     slow.sh         all, as many at a time as there are processors
#     slow.sh NAME    one test program, or wscheck
set -u
results=$BUILD/slow-results
export INSTRUMENTED=yes # for process_is_instrumented

if [ $# -eq 1 ]; then
    # $WATCH is a list of words.
    # shellcheck disable=SC2086
    if [ "$1" = wscheck ]; then
        "$BUILD/wscheck" --strict --timeout 20 ${CASES:-} \
            --exec "exec $WATCH $BUILD/step05_echo --quiet --port {port}"
    else
        $WATCH "$BUILD/tests/$1"
    fi > "$results/$1.out" 2>&1
    echo $? > "$results/$1.status"
    exit 0
fi

rm -rf "$results" "$BUILD/test-results"
mkdir -p "$results" "$BUILD/test-results" # programs that tests start write their logs to the latter
{
    echo wscheck
    for program in "$BUILD"/tests/*_test; do
        basename "$program"
    done | grep -v -e '^load_test$' -e '^stop_test$' -e '^utf8_test$' \
        -e '^inflate_reference_test$' -e '^deflate_history_test$' -e '^permessage_long_test$'
} | xargs -n 1 -P "$(getconf _NPROCESSORS_ONLN)" sh "$0"

passed=0
failed=0
for status in "$results"/*.status; do
    name=$(basename "$status" .status)
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$results/$name.out" | tail -n 1)
    ok=${line%% passed*}
    if [ "$(cat "$status")" -eq 0 ] && [ "${ok:-0}" -gt 0 ]; then
        printf '%-20s %s\n' "$name" "$line"
        passed=$((passed + ok))
    else
        sed "s/^/$name: /" "$results/$name.out" | tail -n 60
        echo "$name ended with status $(cat "$status") after: ${line:-no result}"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
