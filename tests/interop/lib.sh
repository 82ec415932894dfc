#!/bin/sh
# What the shell drivers share: a server of their own, and checks that print one line each. To be
# sourced. The programs are expected in $BUILD.

build=${BUILD:-build}
work=$(mktemp -d) || exit 1
server=
failures=0

clean_up() {
    [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# expect NAME WANTED GOT
expect() {
    if [ "$2" = "$3" ]; then
        echo "ok - $1"
    else
        failures=$((failures + 1))
        echo "FAIL - $1: wanted $2, came ${3:-nothing}"
    fi
}

said_or_gone() {
    url=$(sed -n 's|^listening on \(http://127\.0\.0\.1:[0-9]*/\) (ws://.*)$|\1|p' "$work/stdout")
    [ -n "$url" ] || gone "$server"
}

# start PROGRAM [OPTION...] sets url and server.
start() {
    program=$1
    shift
    : >"$work/stdout"
    "$build/$program" --port 0 "$@" >"$work/stdout" 2>"$work/stderr" &
    server=$!
    soon said_or_gone
    if [ -z "$url" ]; then
        failures=$((failures + 1))
        last=$(tail -n 1 "$work/stderr")
        echo "FAIL - $program starts: wanted the line 'listening on ...', came ${last:-nothing}"
        kill -KILL "$server" 2>/dev/null
        server=
        return 1
    fi
}

# soon COMMAND... waits until the command succeeds, for 20 s at most.
soon() {
    tries=400
    while [ $tries -gt 0 ] && ! "$@"; do
        tries=$((tries - 1))
        sleep 0.05
    done
    [ $tries -gt 0 ]
}

gone() {
    ! kill -0 "$1" 2>/dev/null
}

# finish PROCESS waits for its end and sets status. If the process goes on, it is killed, and the
# status shows that.
finish() {
    soon gone "$1" || kill -KILL "$1"
    wait "$1" 2>/dev/null
    status=$?
}

# stop sends SIGTERM to the server.
stop() {
    kill -TERM "$server" 2>/dev/null
    finish "$server"
    expect "$program: SIGTERM ends it with status 0" 0 "$status"
    server=
}

# logs TEXT waits until the server's log contains a text.
logs() {
    soon grep -qF -- "$1" "$work/stderr"
}
