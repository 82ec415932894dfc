#!/bin/sh
# Builds the fuzz targets with clang, libFuzzer and the address and undefined-behaviour sanitizers,
# and runs each for its share of the time.
#
#     sh tests/fuzz/run.sh SECONDS TARGET...
#
# $BUILD is a directory for this build alone. What libFuzzer learns stays in $BUILD/corpus, so that
# the next run goes on from there; an input that fails stays in $BUILD/found. Without clang nothing
# runs, which is a failure if CI is true.
set -u
seconds=$1
shift
CLANG=${CLANG:-clang}
flags='-O2 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'

skip() {
    echo "SKIP fuzz: $1: apt-get install clang libclang-rt-14-dev"
    [ "${CI:-}" != true ]
    exit
}

case $seconds in
    '' | *[!0-9]*) echo "fuzz: SECONDS is a whole number, not '$seconds'" >&2 && exit 2 ;;
esac
for target in "$@"; do
    [ -f "tests/fuzz/target_$target.c" ] || {
        echo "fuzz: there is no target '$target'; there are" \
            "$(echo tests/fuzz/target_*.c | sed 's/fuzz.target_//g; s/\.c//g')" >&2
        exit 2
    }
done
command -v "$CLANG" > /dev/null || skip "there is no $CLANG"
mkdir -p "$BUILD/found"
printf '#include <stdint.h>\n#include <stddef.h>
int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n) { return b == NULL && n > 0; }\n' |
    $CLANG -fsanitize=fuzzer,address,undefined -x c -o "$BUILD/trial" - 2> "$BUILD/trial.log" ||
    skip "$CLANG has no libFuzzer ($BUILD/trial.log)"
${MAKE:-make} --no-print-directory fuzzers "BUILD=$BUILD" "CC=$CLANG" "CFLAGS=$flags" \
    FUZZ_CFLAGS=-fno-sanitize=fuzzer-no-link ||
    exit 1

share=$((seconds / $#))
[ "$share" -gt 0 ] || share=1
echo "fuzz: $seconds s for $# targets, $share s each; nothing is found until a target says so"
passed=0
failed=0
for target in "$@"; do
    mkdir -p "$BUILD/corpus/$target"
    log=$BUILD/$target.log
    # Longer inputs are slower, and the corpora have the limits of size.
    case $target in
        http) limits='-max_len=1200 -dict=tests/fuzz/http.dict' ;;
        connection) limits=-max_len=500 ;;
        *) limits=-max_len=2000 ;;
    esac
    # shellcheck disable=SC2086 # two words
    { nice "$BUILD/fuzz/fuzz_$target" -max_total_time="$share" -timeout=20 -rss_limit_mb=1500 \
        $limits -artifact_prefix="$BUILD/found/$target-" \
        -print_final_stats=1 "$BUILD/corpus/$target" "tests/fuzz/corpus/$target" 2>&1
        echo "status $?"; } | tee "$log" | awk -v target="$target" '
            /^#.*(INITED|pulse|DONE)/ { print target ": " $0; fflush() }'
    if [ "$(tail -n 1 "$log")" = "status 0" ]; then
        passed=$((passed + 1))
        echo "$target: nothing found in $(sed -n 's/.*executed_units: *//p' "$log") runs"
    else
        failed=$((failed + 1))
        grep -v -e '^#' -e NEW_FUNC "$log" | tail -n 60
        echo "FAIL - $target: the whole log is $log; to see it again:"
        sed -n "s|.*Test unit written to \(.*\)|    $BUILD/fuzz/fuzz_$target \1|p" "$log"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
