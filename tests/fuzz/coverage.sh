#!/bin/sh
# Builds everything with gcc --coverage in $BUILD, runs the unit tests, the corpora of the fuzz
# targets and wscheck on the echo server, and prints a table of $MODULES: the lines and the branches
# that were reached, and the ways out of branches that were taken. In modules that are not in
# $IMPURE, every line must be reached, except for those that tests/fuzz/unreached.txt explains.
set -u
GCC=${GCC:-gcc}
GCOV=${GCOV:-gcov}
list=tests/fuzz/unreached.txt

for tool in "$GCC" "$GCOV"; do
    command -v "$tool" > /dev/null || {
        echo "SKIP coverage: there is no $tool: apt-get install gcc"
        [ "${CI:-}" != true ]
        exit
    }
done
rm -rf "$BUILD/gcov"
mkdir -p "$BUILD/gcov"
"$MAKE" --no-print-directory coverage-programs "BUILD=$BUILD" "CC=$GCC" \
    'CFLAGS=-O0 -g --coverage -fprofile-update=atomic' || exit 1
find "$BUILD" -name '*.gcda' -exec rm {} +

# run NAME COMMAND... runs a command in the background and records whether it failed: what a
# failing test has reached says little. Processes that count the same lines wait for each other at
# their end.
run() {
    name=$1
    shift
    {
        "$@" > "$BUILD/gcov/$name.log" 2>&1 ||
            echo "FAIL - $name failed under coverage, see $BUILD/gcov/$name.log" \
                > "$BUILD/gcov/$name.failed"
    } &
}
for program in "$BUILD"/tests/*_test; do
    case $program in */bench_take_test | */load_test) continue ;; esac # they test the bench
    run "$(basename "$program")" env "BUILD=$BUILD" "$program"
done
run corpora env "BUILD=$BUILD" sh tests/fuzz/replay.sh
run wscheck "$BUILD/wscheck" --exec "$BUILD/step05_echo --quiet --port {port}"
wait
failed=0
for name in "$BUILD"/gcov/*.failed; do
    [ -f "$name" ] || continue
    cat "$name"
    failed=1
done

: > "$BUILD/gcov/unreached"
# gcov writes to the directory it runs in, and looks for the sources there.
root=$PWD
for module in $MODULES; do
    ln -sf "$root/${module%%/*}" "$BUILD/gcov/"
done
printf '%-28s %14s %18s %18s\n' module 'lines reached' 'branches reached' 'ways taken'
for module in $MODULES; do
    [ -f "$BUILD/obj/$module.gcno" ] || continue
    (cd "$BUILD/gcov" && "$GCOV" -b -p -o "$root/$BUILD/obj/$module.o" "$module.c") \
        > "$BUILD/gcov/report" 2> "$BUILD/gcov/errors"
    awk -v module="$module" '
        # Only the file itself counts, not the headers that it includes; a count is "97.50% of 40".
        function share(text, words, hits) {
            split(text, words, /[%: ]+/)
            hits = int(words[3] * words[5] / 100 + 0.5)
            return sprintf("%d/%d %6.2f%%", hits, words[5], words[3])
        }
        /^File / { mine = index($0, module ".c") > 0 }
        mine && /^Lines executed/ { lines = share($0) }
        mine && /^Branches executed/ { branches = share($0) }
        mine && /^Taken at least/ { sub(/Taken at least once/, "Taken once"); ways = share($0) }
        END { printf "%-28s %14s %18s %18s\n", module, lines == "" ? "-" : lines,
              branches == "" ? "-" : branches, ways == "" ? "-" : ways }' "$BUILD/gcov/report"
    case " $IMPURE " in *" $module "*) continue ;; esac
    found=$(find "$BUILD/gcov" -name "*$(basename "$module").c.gcov" | head -n 1)
    awk -F: -v module="$module" '$1 ~ /#####/ {
        line = $0; sub(/^[^:]*:[^:]*:[ \t]*/, "", line); print module ".c: " line "\t" $2 + 0
    }' "${found:-/dev/null}" >> "$BUILD/gcov/unreached"
    [ -n "$found" ] || { echo "FAIL - gcov says nothing of $module"; failed=1; }
done

# A line of the list is "FILE: the line's text", and the indented lines after it are the reason.
awk -v list="$list" -F '\t' '
    FILENAME == list { if ($0 ~ /^[^ #]/) explained[$0] = 1; next }
    { if ($1 in explained) used[$1] = 1
      else { split($1, part, ": "); sub(/^[^:]*: /, "", $1)
             printf "FAIL - no test reaches %s:%s: %s\n", part[1], $2, $1; bad = 1 } }
    END { for (line in explained) if (!(line in used)) {
              printf "NOTE: %s explains a line that is reached now: %s\n", list, line }
          exit bad }' "$list" "$BUILD/gcov/unreached" || failed=1
while IFS= read -r line; do
    case $line in '' | ' '* | '#'*) continue ;; esac
    grep -qF -e "${line#*: }" "${line%%: *}" || {
        echo "FAIL - $list explains a line that is not there: $line"
        failed=1
    }
done < "$list"
[ "$failed" -eq 0 ] && echo "every line of the pure modules is reached, but for what $list explains"
exit "$failed"
