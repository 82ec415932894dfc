#!/bin/sh
# Runs the tests under one tool that watches the programs: `make sanitize` calls this for each of
# gcc and clang (addresses, leaks, undefined behaviour), threads (ThreadSanitizer) and valgrind.
#
# Every process writes its reports to a file of its own, so that each report counts, even if the
# output and the exit status of the process are lost. First a program with faults on purpose shows
# that the tool works here and that its reports arrive.
set -u
tool=$1
here=tests/sanitize
reports=$(mktemp -d) || exit 1 # no sanitizer accepts a space in the path of its reports
trap 'rm -rf "$reports"' EXIT
trap 'exit 1' HUP INT TERM
planted=$BUILD/planted

# Prints all reports in a folder. Reports of the servers with planted mistakes, which are all called
# "server", do not count. Among the open descriptors valgrind also lists those that a process has
# inherited, and the pipe of process_catch_stop, which stays open to the end because a signal may
# come until then and its handler writes to it.
findings() {
    find "$1" -type f ! -name '*.server.*' -exec awk -v valgrind="$([ "$tool" != valgrind ] || echo 1)" '
        function leave() {
            if (held != "" && !excused) { printf "%s", held }
            held = ""
            excused = 0
        }
        FNR == 1 { leave() }
        # If a program has closed its output, the file may have its number, and get its output.
        valgrind && !/^==[0-9]+==/ { next }
        /^==[0-9]+== FILE DESCRIPTORS:/ { next }
        /^==[0-9]+== *$/ { leave(); next }
        /^==[0-9]+== Open / { leave(); held = $0 "\n"; next }
        held == "" { print; next }
        / <inherited from parent>| process_catch_stop \(/ { excused = 1 }
        { held = held $0 "\n" }
        END { leave() }' {} +
}

# Sends the reports of what runs from now on to a new folder.
report_to() {
    rm -rf "$1"
    mkdir -p "$1"
    export ASAN_OPTIONS="log_path=$1/asan:log_exe_name=1:$asan_options"
    export UBSAN_OPTIONS="log_path=$1/ubsan:log_exe_name=1:print_stacktrace=1"
    export TSAN_OPTIONS="log_path=$1/tsan:log_exe_name=1:second_deadlock_stack=1"
    watch=
    [ "$tool" != valgrind ] || watch="valgrind -q --log-file=$1/%p $valgrind_options"
}

skip() {
    if [ "${CI:-}" = true ]; then
        echo "FAIL sanitize-$tool: $1"
        exit 1
    fi
    echo "SKIPPED sanitize-$tool: $1"
    exit 0
}

asan_options=detect_stack_use_after_return=1:strict_string_checks=1
valgrind_options='--trace-children=yes --leak-check=full --track-fds=yes'
valgrind_options="$valgrind_options --error-exitcode=99 --num-callers=20 --fair-sched=yes"
# Without "possibly lost": that is what the C library keeps for threads that end with the process.
valgrind_options="$valgrind_options --errors-for-leak-kinds=definite,indirect"
valgrind_options="$valgrind_options --show-leak-kinds=definite,indirect"
compiler=gcc
package=gcc
flags='-O1 -g'
extra='-DTHREADS_STACK_EXTRA=2097152'
linked=
case $tool in
    gcc)
        flags="$flags -fsanitize=address,undefined,float-divide-by-zero,float-cast-overflow"
        flags="$flags -fno-sanitize-recover=all"
        # As shared libraries the two use different files, and the reports of the second are lost.
        linked='-static-libasan -static-libubsan'
        kinds='overflow leak signed'
        ;;
    clang)
        # Without unsigned-integer-overflow and unsigned-shift-base: SHA-1, hashes and the random
        # numbers of tests count modulo a power of two on purpose.
        compiler=clang
        package='clang and libclang-rt-14-dev'
        flags="$flags -fsanitize=address,undefined,float-divide-by-zero,implicit-conversion"
        flags="$flags,local-bounds -fno-sanitize-recover=all"
        kinds='overflow leak signed narrowing'
        ;;
    threads)
        flags="$flags -fsanitize=thread"
        linked=$here/tsan_signals.c
        kinds=race
        ;;
    valgrind)
        extra=
        flags="$flags -U_FORTIFY_SOURCE" # or poll becomes __poll_chk, which the tests cannot make fail
        kinds='overflow leak uninitialised descriptor'
        command -v valgrind > /dev/null || skip 'valgrind is not installed (package valgrind)'
        ;;
    *)
        echo "there is no tool '$tool': it is gcc, clang, threads or valgrind" >&2
        exit 2
        ;;
esac

mkdir -p "$planted"
# The flags are a list of words.
# shellcheck disable=SC2086
$compiler -std=c11 -D_DEFAULT_SOURCE -w $flags -pthread -o "$planted/planted" \
    $here/planted.c $linked > "$planted/build.log" 2>&1 || {
    cat "$planted/build.log"
    skip "$compiler cannot build with $flags (package $package)"
}
for kind in none $kinds; do
    report_to "$reports/$kind"
    # shellcheck disable=SC2086 # a list of words, or nothing
    $watch "$planted/planted" "$kind" > /dev/null 2>&1
    findings "$reports/$kind" > "$planted/$kind.txt"
    if [ "$kind" = none ] && [ -s "$planted/$kind.txt" ]; then
        cat "$planted/$kind.txt"
        echo "FAIL sanitize-$tool: a program without a fault is reported"
        exit 1
    elif [ "$kind" != none ] && ! [ -s "$planted/$kind.txt" ]; then
        echo "FAIL sanitize-$tool: does not see a planted fault of the kind '$kind'"
        exit 1
    fi
done

# One job for each processor, unless make was told how many.
case ${MAKEFLAGS:-} in
    *-j* | *jobserver*) jobs= ;;
    *) jobs=-j$(getconf _NPROCESSORS_ONLN) ;;
esac
build() { # build TARGET
    # shellcheck disable=SC2086 # no word, or one
    "$MAKE" --no-print-directory $jobs "$@" BUILD="$BUILD" CC="$compiler" CFLAGS="$flags" \
        CPPFLAGS="$extra" LDFLAGS="$linked"
}
# The tests that start threads or programs; others have nothing to race with.
threaded() {
    grep -lE 'support/(process|raw_client)|step01_tcp/|session\.h|pthread|fork\(|wscheck/' \
        tests/unit/*_test.c tests/programs/*_test.c |
        sed "s|tests/[a-z]*/|$BUILD/tests/|; s|\.c\$||" | tr '\n' ' '
}
export SANITIZED="$tool" # for the tests whose programs are not built that way
report_to "$reports/all"
case $tool in
    valgrind) build bounded-programs && WATCH=$watch sh $here/slow.sh ;;
    threads) build test TESTS="$(threaded)" ;;
    *) build test ;;
esac
status=$?
findings "$reports/all" > "$BUILD/reports.txt"
if [ -s "$BUILD/reports.txt" ]; then
    head -n 200 "$BUILD/reports.txt"
    echo "FAIL sanitize-$tool: there are reports, all of them in $BUILD/reports.txt"
    status=1
fi
exit $status
