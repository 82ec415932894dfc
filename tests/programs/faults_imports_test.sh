#!/bin/sh
# What the servers of the house import must stand in tests/faults/calls.txt: as a call that is
# made to fail, or with the reason why it cannot. So no new system call goes untried.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
list=tests/faults/calls.txt
[ "$(uname -s)" = Linux ] || skip 'the faults need Linux'
command -v nm > /dev/null || skip 'there is no nm to list what the programs import'

# The symbols of the modules of common and of the servers. A client's room ends with "client" and is
# left out, as is a client_main.c: its failures are its own. So is step 8's loop: no test fails its
# calls yet.
for object in "$BUILD"/obj/common/*.o "$BUILD"/obj/step*[!t]/*.o; do
    case $object in */client_main.o | */step08_loop/*) ;; *) echo "$object" ;; esac
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

# The list, one name to a line: its kind, its name, and whether there is a reason.
awk '!/^(#|$)/ { reason = /: ./; sub(/:.*/, ""); for (i = 2; i <= NF; i++) { print $1, $i, reason } }' \
    "$list" > "$work/listed"

# A call that checks sizes, such as __snprintf_chk, counts as the one without if that cannot fail.
awk 'NR == FNR { kind[$2] = $1; next }
    {
        plain = $1
        sub(/^__/, "", plain)
        sub(/_chk$/, "", plain)
        checked = $1 ~ /^__.*_chk$/ && kind[plain] == "cannot"
        if (!($1 in kind) && !checked) { print $1 }
    }' "$work/listed" "$work/imports" > "$work/unlisted"
none "not in $list: let it fail, or say why it cannot" "$work/unlisted"

awk '$1 == "fails" || $1 == "counted" { print $2 }' "$work/listed" | sort > "$work/wrapped"
comm -23 "$work/wrapped" "$work/imports" > "$work/unused"
none "in $list, but no program calls it any more" "$work/unused"

awk 'NR == FNR { tried[$1] = 1; next } $1 == "fails" && !($2 in tried) { print $2 }' \
    - "$work/listed" > "$work/untried" << END
$(grep -oh '{FAULTS_[a-z_]*,' tests/faults/*_test.c | sed 's/{FAULTS_//; s/,//')
END
none 'no test lets it fail' "$work/untried"

awk '$1 !~ /^(fails|counted|cannot)$/ || ($1 == "cannot" && !$3)' "$work/listed" > "$work/unexplained"
none 'a line without a kind, or without a reason' "$work/unexplained"
