#!/bin/sh
# What the servers of the house import must stand in tests/faults/calls.txt: as a call that is
# made to fail, or with the reason why it cannot. So no new system call goes untried.
set -u
BUILD=${BUILD:-build}
list=tests/faults/calls.txt
work=$BUILD/faults-imports
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"

if [ "$(uname -s)" != Linux ] || ! command -v nm > /dev/null; then
    echo 'SKIPPED: the faults need Linux, and an nm to list what the programs import'
    echo '1 passed, 0 failed'
    exit 0
fi

# symbols KINDS: the symbols of the modules of common and of the servers whose letter in nm is one
# of these. A client's room ends with "client" and is left out, as is a client_main.c: its failures
# are its own.
symbols() {
    for object in "$BUILD"/obj/common/*.o "$BUILD"/obj/step*[!t]/*.o; do
        case $object in */client_main.o) ;; *) nm -P "$object" 2> /dev/null ;; esac
    done |
        awk -v kinds="$1" 'NF > 1 && index(kinds, $2) { print $1 }' | sort -u
}
symbols U > "$work/undefined"
symbols ABCDRTVW > "$work/defined"
# Without what a sanitizer or a profiler puts in.
comm -23 "$work/undefined" "$work/defined" |
    grep -v -e '^__asan_' -e '^__ubsan_' -e '^__tsan_' -e '^__sanitizer_' -e '^__gcov_' \
        -e '^__sancov_' | sed 's/64$//' | sort -u > "$work/imports" # open64 is open

# expect NAME FILE: the file is empty, or its lines are what is wrong.
expect() {
    if [ -s "$2" ]; then
        failed=$((failed + 1))
        echo "FAIL: $1:"
        cat "$2"
    else
        passed=$((passed + 1))
    fi
}

[ -s "$work/imports" ] || echo 'no import was found' > "$work/none"
expect 'the programs import something' "$work/none"

# A call that checks sizes, such as __snprintf_chk, counts as the one without if that cannot fail.
awk 'NR == FNR { if (NF > 0 && $1 !~ /^#/) { kind[$1] = $2 } next }
    {
        plain = $1
        sub(/^__/, "", plain)
        sub(/_chk$/, "", plain)
        checked = $1 ~ /^__.*_chk$/ && kind[plain] == "cannot"
        if (!($1 in kind) && !checked) { print $1 }
    }' "$list" "$work/imports" > "$work/unlisted"
expect "not in $list: let it fail, or say why it cannot" "$work/unlisted"

awk '/^[^#]/ && ($2 == "fails" || $2 == "counted") { print $1 }' "$list" | sort > "$work/wrapped"
comm -23 "$work/wrapped" "$work/imports" > "$work/unused"
expect "in $list, but no program calls it any more" "$work/unused"

awk '/^[^#]/ && $2 == "fails" { print $1 }' "$list" | while read -r name; do
    grep -q "{FAULTS_$(echo "$name" | tr '[:lower:]' '[:upper:]')," tests/faults/*_test.c ||
        echo "$name"
done > "$work/untried"
expect 'no test lets it fail' "$work/untried"

awk 'NF > 0 && $1 !~ /^#/ && ($2 !~ /^(fails|counted|cannot)$/ || ($2 == "cannot" && NF < 3))' \
    "$list" > "$work/unexplained"
expect 'a line without a kind, or without a reason' "$work/unexplained"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
