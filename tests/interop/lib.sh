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

listening='s|^listening on \(http://127\.0\.0\.1:[0-9]*/\) (ws://.*)$|\1|p'

# start PROGRAM [OPTION...] sets url and server. The line is looked for every 50 ms, for 10 s.
start() {
    program=$1
    shift
    : >"$work/stdout"
    "$build/$program" --port 0 "$@" >"$work/stdout" 2>"$work/stderr" &
    server=$!
    tries=200
    url=
    while [ -z "$url" ]; do
        url=$(sed -n "$listening" "$work/stdout")
        tries=$((tries - 1))
        if [ -z "$url" ] && { [ $tries -eq 0 ] || ! kill -0 "$server" 2>/dev/null; }; then
            failures=$((failures + 1))
            last=$(tail -n 1 "$work/stderr")
            echo "FAIL - $program starts: wanted the line 'listening on ...', came ${last:-nothing}"
            kill -KILL "$server" 2>/dev/null
            server=
            return 1
        fi
        [ -n "$url" ] || sleep 0.05
    done
}

# stop sends SIGTERM; a server that has not ended after 15 s is killed, which shows in its status.
stop() {
    kill -TERM "$server" 2>/dev/null
    tries=300
    while [ $tries -gt 0 ] && kill -0 "$server" 2>/dev/null; do
        tries=$((tries - 1))
        sleep 0.05
    done
    [ $tries -gt 0 ] || kill -KILL "$server"
    wait "$server" 2>/dev/null
    expect "$program: SIGTERM ends it with status 0" 0 $?
    server=
}

# logs TEXT waits until the server's log contains a text, for 20 s at most.
logs() {
    tries=400
    while [ $tries -gt 0 ] && ! grep -qF -- "$1" "$work/stderr"; do
        tries=$((tries - 1))
        sleep 0.05
    done
    [ $tries -gt 0 ]
}
