#!/bin/sh
# What the servers of the house import must stand in tests/faults/calls.txt: as a call that is
# made to fail, or with the reason why it cannot. So no new system call goes untried.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
list=tests/faults/calls.txt
[ "$(uname -s)" = Linux ] || skip 'the faults need Linux'
command -v nm > /dev/null || skip 'there is no nm to list what the programs import'

# The symbols of the modules of common and of the servers. A client's room ends with "client" and is
# left out, as is a client_main.c: its failures are its own.
for object in "$BUILD"/obj/common/*.o "$BUILD"/obj/step*[!t]/*.o; do
    case $object in */client_main.o) ;; *) echo "$object" ;; esac
done | xargs nm -P > "$work/all" 2> /dev/null

# symbols KINDS: those whose letter in nm is one of these
symbols() {
    awk -v kinds="$1" 'NF > 1 && index(kinds, $2) { print $1 }' "$work/all" | sort -u
}
symbols U > "$work/undefined"
symbols ABCDRTVW > "$work/defined"
# Without what a sanitizer or a profiler puts in.
comm -23 "$work/undefined" "$work/defined" |
    grep -v -e '^__asan_' -e '^__ubsan_' -e '^__tsan_' -e '^__sanitizer_' -e '^__gcov_' \
        -e '^__sancov_' | sed 's/64$//' | sort -u > "$work/imports" # open64 is open

# none NAME FILE: the file is empty, or its lines are what is wrong.
none() {
    cp "$2" "$work/output"
    result "$1" [ ! -s "$2" ]
}

echo 'no import was found' > "$work/output"
result 'the programs import something' [ -s "$work/imports" ]

# A call that checks sizes, such as __snprintf_chk, counts as the one without if that cannot fail.
awk 'NR == FNR { if (NF > 0 && $1 !~ /^#/) { kind[$1] = $2 } next }
    {
        plain = $1
        sub(/^__/, "", plain)
        sub(/_chk$/, "", plain)
        checked = $1 ~ /^__.*_chk$/ && kind[plain] == "cannot"
        if (!($1 in kind) && !checked) { print $1 }
    }' "$list" "$work/imports" > "$work/unlisted"
none "not in $list: let it fail, or say why it cannot" "$work/unlisted"

awk '/^[^#]/ && ($2 == "fails" || $2 == "counted") { print $1 }' "$list" | sort > "$work/wrapped"
comm -23 "$work/wrapped" "$work/imports" > "$work/unused"
none "in $list, but no program calls it any more" "$work/unused"

cat tests/faults/*_test.c | tr '[:upper:]' '[:lower:]' > "$work/tests"
awk 'NR == FNR { while (match($0, /[{]faults_[a-z0-9_]*,/)) {
            tried[substr($0, RSTART + 8, RLENGTH - 9)] = 1
            $0 = substr($0, RSTART + RLENGTH)
        }
        next
    }
    /^[^#]/ && $2 == "fails" && !($1 in tried) { print $1 }' "$work/tests" "$list" > "$work/untried"
none 'no test lets it fail' "$work/untried"

awk 'NF > 0 && $1 !~ /^#/ && ($2 !~ /^(fails|counted|cannot)$/ || ($2 == "cannot" && NF < 3))' \
    "$list" > "$work/unexplained"
none 'a line without a kind, or without a reason' "$work/unexplained"
