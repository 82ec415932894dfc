#!/bin/sh
# Plants each mistake of this directory in a copy of the server and lets wscheck look for it.
#
#     make mistakes                          all of them
#     make mistakes MISTAKES='one another'   these only
#
# A mistake is a file of two parts. First its story, `Case: NAME`, the case of wscheck that must
# fail, or several, `Cause: ...`, what wscheck has to say of it, and the `File:` that is changed.
# `Deflate: NAME` if the server is that of step 7, or `Client: NAME`, a case for clients. For a case
# of steps 1 to 4 the server is that of the step. After an empty line comes the change, as `diff -u`
# shows it, with as much around it as makes the old lines stand once in the file. The changed file
# is compiled on its own and linked with the objects of the good server or client, so all of it
# takes seconds.
set -u
here=$(dirname "$0")
work=$BUILD/mistakes
at_once=16

# Applies the change of a mistake to a file. apply MISTAKE FILE > CHANGED
apply() {
    awk '
        FNR == 1 { file++ }
        file == 1 && /^$/ && !change { change = 1; next }
        file == 1 && change {
            mark = substr($0, 1, 1)
            if (mark != "+") old[++olds] = substr($0, 2)
            if (mark != "-") new[++news] = substr($0, 2)
        }
        file == 2 { line[++lines] = $0 }
        END {
            for (at = 1; at + olds - 1 <= lines; at++) {
                for (i = 1; i <= olds && line[at + i - 1] == old[i]; i++) { }
                if (i > olds) { place = at; places++ }
            }
            if (places != 1) exit 1
            for (i = 1; i < place; i++) print line[i]
            for (i = 1; i <= news; i++) print new[i]
            for (i = place + olds; i <= lines; i++) print line[i]
        }' "$1" "$2"
}

# Builds the server or client with the mistake in it. build NAME FILE OBJECTS
build() {
    object=$BUILD/obj/${2%.c}.o
    mkdir -p "$work/$1/$(dirname "$2")"
    apply "$here/$1.diff" "$2" > "$work/$1/$2" || return 1
    # These are shell text: a flag may have quotes in it.
    eval "$COMPILE -O0 -w -c" '-o "$work/$1/changed.o" "$work/$1/$2"' || return 1
    linked=
    for each in $3; do
        [ "$each" = "$object" ] && each=$work/$1/changed.o
        linked="$linked $each"
    done
    eval "$LINK" '-o "$work/$1/$program"' "$linked $LDLIBS"
}

# Lets wscheck look at a server or client. grade PROGRAM ARGUMENT...
grade() {
    started_by=$1
    shift
    case $started_by in
        */client)
            "$BUILD/wscheck" "$@" --listen 0 --exec "$started_by --quiet --subprotocol chat {url}"
            ;;
        */step0?) "$BUILD/wscheck" "$@" --exec "exec $started_by --port {port}" ;; # they print
        *) "$BUILD/wscheck" "$@" --exec "$started_by --quiet --port {port}" ;;
    esac
}

# Lets a case look for the mistake. Says what is missing if it does not fail, or wscheck does not
# say why. look CASE NAME SECONDS
look() {
    grade "$work/$2/$program" --strict --timeout "$3" "$1" > "$work/$2/report.txt" 2>&1
    status=$?
    case $status in
        1 | 3 | 4) ;;
        *)
            echo "FAIL $2: $1 ended with status $status"
            return 1
            ;;
    esac
    # A server that does not even complete a handshake has no report, but a line that says so.
    if ! grep -q -e '^  happened' -e '^wscheck: .*server' "$work/$2/report.txt"; then
        echo "FAIL $2: $1 failed, but the report does not say why"
        return 1
    fi
    # It names the cause that the mistake is about, or, with several cases, one of them.
    sed -n 's/^Cause: /  cause     the [a-z]* /p' "$mistake" > "$work/$2/causes.txt"
    if [ -s "$work/$2/causes.txt" ] &&
        ! grep -q -f "$work/$2/causes.txt" "$work/$2/report.txt"; then
        echo "FAIL $2: $1 fails of another cause:"
        grep '^  cause ' "$work/$2/report.txt"
        return 1
    fi
    # Few of the stories are about a server that dies.
    if grep -q '^the server is gone' "$work/$2/report.txt" && ! grep -q 'died' "$mistake"; then
        echo "FAIL $2: the server does not live through $1"
        return 1
    fi
    printf 'found %s by %s: %s\n' "$2" "$1" \
        "$(sed -n 's/^  happened  //p' "$work/$2/report.txt" | head -n 1)"
}

# Requires that a case finds the mistake. find_by CASE NAME
find_by() {
    program=server
    parts=$OBJECTS
    case $1 in
        step0[1-4]/*)
            program=${1%%/*}
            eval "parts=\$${program}_objects"
            ;;
    esac
    if grep -q '^Deflate: ' "$mistake"; then
        parts=$DEFLATE_OBJECTS
    fi
    if grep -q '^Client: ' "$mistake"; then
        program=client
        parts=$CLIENT_OBJECTS
    fi
    file=$(sed -n 's/^File: //p' "$mistake")
    mkdir -p "$work/$2"
    if ! build "$2" "$file" "$parts" > "$work/$2/build.log" 2>&1; then
        echo "FAIL $2: the change does not apply to $file any more, or does not build"
        sed 's/^/    /' "$work/$2/build.log"
        return 1
    fi
    # Some mistakes show only when a frame arrives in two reads, and while the machine is busy a
    # server may be late and get it in one. And a program that is watched takes long to die. So
    # there are three attempts, each with more time.
    for seconds in 1 3 9; do
        look "$1" "$2" "$seconds" > "$work/$2/found.txt"
        found=$?
        [ $found -ne 0 ] || break
    done
    cat "$work/$2/found.txt"
    return "$found"
}

# Requires that each of its cases finds a mistake. find_it NAME
find_it() {
    mistake=$here/$1.diff
    names=$(sed -n 's/^Case: //p; s/^Client: //p; s/^Deflate: //p' "$mistake")
    for case_name in $names; do
        find_by "$case_name" "$1" || return 1
    done
}

# The names are words without spaces.
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cd "$here" && printf '%s\n' *.diff | sed 's/\.diff$//')
for name in "$@"; do
    if [ ! -f "$here/$name.diff" ]; then
        echo "there is no mistake '$name'; ls tests/mistakes/*.diff lists them" >&2
        exit 2
    fi
done
rm -rf "$work"
mkdir -p "$work"
started=0
for name in "$@"; do
    { find_it "$name" > "$work/$name.txt" 2>&1; echo $? > "$work/$name.status"; } &
    started=$((started + 1))
    [ $((started % at_once)) -ne 0 ] || wait
done
wait
passed=0
failed=0
for name in "$@"; do
    cat "$work/$name.txt"
    if [ "$(cat "$work/$name.status")" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
