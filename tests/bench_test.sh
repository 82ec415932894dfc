#!/bin/sh
# The bench from outside: its load generator is content with right servers and not with wrong ones,
# and its figures are condensed as they should be. How fast anything is, is not tested.
set -u
BUILD=${BUILD:-build}
work=$BUILD/bench-test
passed=0
failed=0
pid=
if [ "$(uname -s)" != Linux ]; then
    echo 'SKIPPED: the bench needs Linux'
    echo '1 passed, 0 failed'
    exit 0
fi
rm -rf "$work"
mkdir -p "$work"

start() { # start PROGRAM OPTION...: on a free port
    program=$1
    shift
    : > "$work/announce"
    "$BUILD/$program" --port 0 "$@" > "$work/announce" 2> /dev/null &
    pid=$!
    tries=0
    port=
    while [ -z "$port" ] && [ $tries -lt 1000 ]; do
        port=$(sed -n 's/^listening on [a-z]*:\/\/127.0.0.1:\([0-9]*\).*/\1/p' "$work/announce")
        [ -n "$port" ] || sleep 0.02
        tries=$((tries + 1))
    done
}
stop() {
    kill "$pid" && wait "$pid" 2> /dev/null
}

# expect NAME STATUS PATTERN COMMAND... requires the status and a line that matches the pattern.
expect() {
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    "$@" > "$work/output" 2>&1
    status=$?
    if [ "$status" -eq "$wanted" ] && grep -q -e "$pattern" "$work/output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $name: wanted status $wanted and '$pattern', got status $status and:"
        cat "$work/output"
    fi
}
load() { # load NAME STATUS PATTERN OPTION...
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    expect "$name" "$wanted" "$pattern" "$BUILD/bench_load" --port "$port" --pid "$pid" --check "$@"
}

start step05_echo --quiet --max-message 1048576
load 'echo server' 0 ' messages=300 .* errors=0$' --messages 300 --connections 4 --size 20
load 'echo server, one connection' 0 ' messages=100 .*p99_us=.* errors=0$' --messages 100 --size 125
load 'echo server, for a time' 0 ' messages=[1-9].* errors=0$' --seconds 0.2 --warm-up 0.02
load 'echo server, pipelined' 0 ' messages=1000 .* errors=0$' \
    --mode pipelined --messages 1000 --connections 3 --size 125
load 'echo server, large and pipelined' 0 ' messages=12 .* errors=0$' \
    --mode pipelined --window 4 --messages 12 --size 1000000
load 'echo server, ASCII' 0 ' messages=20 .* errors=0$' --text ascii --messages 20 --size 70000
load 'echo server, many scripts' 0 ' messages=20 .* errors=0$' --text mixed --messages 20 --size 70001
load 'echo server, empty messages' 0 ' messages=20 .* errors=0$' --messages 20 --size 0
load 'echo server, opening and closing' 0 ' messages=[1-9].* errors=0$' \
    --mode handshake --connections 4 --seconds 0.2 --warm-up 0
load 'echo server, idle' 0 ' messages=20 .*threads_per_connection=1\.00 .*errors=0$' \
    --mode idle --connections 20 --size 20
load 'a message that the server refuses' 1 'bench_load: .*the server' --messages 3 --size 1100000
load 'not a raw echo' 1 ' errors=[1-9]' --protocol raw --messages 3 --timeout 0.2
stop

for program in bench_raw bench_epoll; do
    start $program
    for options in '--size 20' '--size 16777216' '--mode pipelined --connections 3 --size 1024'; do
        # shellcheck disable=SC2086 # the options are split on purpose
        load "$program, $options" 0 ' messages=[1-9].* errors=0$' --protocol raw --messages 3 $options
    done
    load "$program, opening and closing" 0 ' messages=[1-9].* errors=0$' \
        --protocol raw --mode handshake --connections 4 --seconds 0.2 --warm-up 0
    stop
done
start bench_raw
load 'not a WebSocket server' 1 'bench_load: the opening handshake failed' --messages 3
load 'not a WebSocket server, opening and closing' 1 'did not answer the handshake' --mode handshake
stop

start step04_frames --quiet
load 'a server that does not answer' 1 'bench_load: no more replies: nothing comes' \
    --messages 3 --timeout 0.3
load 'a server that does not answer several' 1 'bench_load: no more replies: nothing comes' \
    --messages 9 --connections 3 --timeout 0.3
stop
load 'nobody there' 1 'bench_load: cannot connect' --messages 3

# Round 0 checks and does not count; a figure is the ratio to the raw echo of the same round.
{
    echo 'cell c|||raw|0|1|--size 20|a cell'
    i=0
    echo 'server raw|raw TCP echo|here|raw|command'
    echo 'server again|raw TCP echo again|here|raw|command'
    echo 'server ours|this server|here|ws|command'
    for rates in '900 100 900' '100 90 120' '1000 800 900' '10 7 11'; do
        for server in raw ours again; do
            echo "run cell=c round=$i server=$server rate=${rates%% *} p50_us=2 p99_us=3 errors=0"
            rates=${rates#* }
        done
        i=$((i + 1))
    done
} > "$work/results.txt"
expect 'the median of ratios and its spread' 0 '^value c|ours|0.8|0.7|0.9|90|2|3||0$' \
    awk -f bench/summary.awk "$work/results.txt"
awk -f bench/summary.awk "$work/results.txt" > "$work/summary.txt"
expect 'the table of the terminal has the raw echo twice' 0 ' 0\.80 ! 0\.70 - 0\.90 * 1\.10$' \
    awk -f bench/names.awk -f bench/table.awk "$work/summary.txt"
expect 'the report has the raw echo twice' 0 \
    '^| a cell | ≥ 1 | \*\*0\.80\*\* | 0\.70–0\.90 | \*\*no\*\* | 1\.10, 0\.90–1\.20 |$' \
    awk -f bench/names.awk -f bench/report.awk "$work/summary.txt"
expect 'the lane runs a command' 3 '^Cpus_allowed_list:[^0-9]*0$' \
    "$BUILD/bench_lane" --core 0 -- sh -c 'grep Cpus_allowed_list /proc/self/status; exit 3'
expect 'the lane has no such command' 127 "cannot run 'no-such'" "$BUILD/bench_lane" -- no-such

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
