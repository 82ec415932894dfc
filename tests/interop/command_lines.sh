#!/bin/sh
# Drives the echo server with a client that is a program, which the argument names: wscat or uwsc,
# with lines as a user types them, or Java's. Expects the programs in $BUILD.

# shellcheck source=tests/interop/lib.sh
. "$(dirname "$0")/lib.sh"

# Both clients end when their input ends, so it stays open while lines are written to it.
mkfifo "$work/keys"
exec 3<>"$work/keys"

logged() {
    name=$1
    shift
    if logs "$1"; then
        expect "$name" same same
    else
        expect "$name" "'$1' in the log" "$(tail -n 1 "$work/stderr")"
    fi
}

check_wscat() {
    "$build/interop/node_modules/.bin/wscat" --no-color --slash --show-ping-pong -s chat \
        -o https://good.example -c "$socket" <&3 >"$work/answers" 2>&1 &
    client=$!
    logged "wscat: the subprotocol chat is picked" "open: /, subprotocol chat"
    printf 'Hello\nGr\303\274\303\237e\n/ping now\n' >&3
    logged "wscat: text arrives" "text, 7 bytes Gr"
    logged "wscat: so does a Ping" "ping, 3 bytes"
    printf '/close 4001 enough\n' >&3
    logged "wscat: and a Close with a code" "closed with 4001 after 2 messages: enough"
    finish "$client"
    expect "wscat: it ends with status 0" 0 "$status"
    for text in Hello "$(printf 'Gr\303\274\303\237e')" now; do
        expect "wscat shows $text" "$text" "$(grep -oF -- "$text" "$work/answers" | head -n 1)"
    done

    "$build/interop/node_modules/.bin/wscat" --no-color -o https://bad.example -c "$socket" \
        <&3 >"$work/answers" 2>&1 &
    client=$!
    finish "$client"
    expect "wscat: a foreign Origin is refused with 403" 403 \
        "$(grep -o 403 "$work/answers" | head -n 1)"
}

# uwsc_sends NAME EXPECTED_LOG UWSC_ARGUMENT...
uwsc_sends() {
    name=$1
    wanted=$2
    shift 2
    uwsc -q -x Origin:https://good.example "$@" "$socket" <&3 >"$work/answers" 2>&1 &
    client=$!
    logged "$name" "$wanted"
}

check_uwsc() {
    head -c 1048576 /dev/zero | tr '\0' x >"$work/large"
    uwsc_sends "uwsc: the subprotocol chat is picked" "open: /, subprotocol chat" -p chat
    printf 'Hello\n' >&3
    logged "uwsc: text arrives" "text, 5 bytes Hello"
    soon grep -qF Hello "$work/answers" # the echo comes after that
    printf '!q\n' >&3
    finish "$client"
    expect "uwsc: it comes back" Hello "$(grep -oF Hello "$work/answers" | head -n 1)"
    logged "uwsc: closing" "closed with 1005 after 1 messages"

    uwsc_sends "uwsc: 1 MiB of binary arrives" "binary, 1048576 bytes" -b "$work/large"
    printf '!q\n' >&3
    finish "$client"
    uwsc_sends "uwsc: 1 MiB of text in fragments arrives" "text, 1048576 bytes" \
        -f 65536 -t "$work/large"
    printf '!q\n' >&3
    finish "$client"
    logged "uwsc: compression was offered" "Sec-WebSocket-Extensions: permessage-deflate"
}

# Java compiles the file and runs it, which prints its own lines.
check_java() {
    java "$(dirname "$0")/JavaClient.java" "$socket" "$(dirname "$0")/messages.txt" </dev/null ||
        failures=$((failures + 1))
}

start step05_echo --verbose --origin https://good.example || exit 1
socket=ws${url#http}
"check_$1"
stop
[ "$failures" -eq 0 ]
