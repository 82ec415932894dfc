#!/bin/sh
# The bench from outside: its load generator is content with right servers and not with wrong ones,
# and its figures are condensed as they should be. How fast anything is, is not tested.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
[ "$(uname -s)" = Linux ] || skip 'the bench needs Linux'

load() { # load NAME STATUS PATTERN OPTION...
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    expect "$name" "$wanted" "$pattern" "$BUILD/bench_load" --port "$port" --pid "$server" --check "$@"
}

start "$BUILD/step05_echo" --port 0 --quiet --max-message 1048576
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

for raw in bench_raw 'bench_raw --mask' 'bench_raw --epoll'; do
    # shellcheck disable=SC2086 # a program and its option
    start "$BUILD"/$raw --port 0
    for options in '--size 20' '--size 16777216' '--mode pipelined --connections 3 --size 1024'; do
        # shellcheck disable=SC2086 # the options are split on purpose
        load "$raw, $options" 0 ' messages=[1-9].* errors=0$' --protocol raw --messages 3 $options
    done
    load "$raw, opening and closing" 0 ' messages=[1-9].* errors=0$' \
        --protocol raw --mode handshake --connections 4 --seconds 0.2 --warm-up 0
    stop
done
start "$BUILD/bench_raw" --port 0
load 'not a WebSocket server' 1 'bench_load: the opening handshake failed' --messages 3
load 'not a WebSocket server, opening and closing' 1 'did not answer the handshake' --mode handshake
stop

start "$BUILD/step04_frames" --port 0 --quiet
load 'a server that does not answer' 1 'bench_load: no more replies: nothing comes' \
    --messages 3 --timeout 0.3
load 'a server that does not answer several' 1 'bench_load: no more replies: nothing comes' \
    --messages 9 --connections 3 --timeout 0.3
stop
load 'nobody there' 1 'bench_load: cannot connect' --messages 3

# Round 0 checks and does not count. Each other round has the rates and processor times of the raw
# echo, which runs twice, and of this server. The ratio is to the mean of the two.
: > "$work/results.txt"
rounds() { # rounds CELL MEASURED..., each "RATE PROCESSOR-TIME" of raw, again and ours
    echo "cell $1|others||raw|0.9|--size 20|cell $1" >> "$work/results.txt"
    cell=$1
    round=0
    shift
    for figures in "$@"; do
        for server in raw again ours; do
            echo "run cell=$cell round=$round server=$server rate=${figures%% *} own=0.25" \
                "p50_us=2 p99_us=3 cpu_us=$(echo "$figures" | cut -d' ' -f2) errors=0"
            figures=${figures#* * }
        done >> "$work/results.txt"
        round=$((round + 1))
    done
}
rounds missed '9 9 9 9 1 1' '99 4 101 4 80 5' '101 4 99 4 70 5' '100 4 101 4 90 5' '100 4 100 4 80 5'
rounds met '1 1 1 1 1 1' '100 4 101 4 110 4' '99 4 101 4 110 4' '100 4 100 4 110 4' '100 4 99 4 80 4'
rounds undecided '1 1 1 1 1 1' '100 4 120 5 90 5' '90 5 100 4 100 4' '100 5 80 4 90 5' '99 4 90 5 95 4'
rounds processor '1 1 1 1 1 1' '90 4 180 4 70 8' '180 4 90 4 70 8' '90 4 180 4 170 8' '9 4 18 4 18 8'
rounds limit '1 1 1 1 1 1' '100 4 100 4 100 8'
rounds wrong '1 1 1 1 1 1' '100 4 100 4 100 4'
sed -i -e 's/cell=wrong\(.*server=ours .*\) errors=0/cell=wrong\1 errors=1/' \
    -e 's/cell=limit .* server=raw/& load_busy=0.99/' "$work/results.txt"
{
    for name in machine kernel load date cores congestion commit compiler rounds duration \
        peer_rounds seconds most; do
        echo "info $name=1"
    done
    echo 'server raw|raw TCP echo|here|raw|command'
    echo 'server ours|this server|here|ws|command'
    echo 'server again|raw TCP echo again|here|raw|command'
    echo 'server masked|raw TCP echo that masks|here|raw|command'
    echo 'run cell=missed round=1 server=masked rate=85 cpu_us=5 errors=0'
    echo 'cell calls|||calls|2.0|--size 20|cell calls'
    echo 'run cell=calls round=1 server=raw calls=2.002 errors=0'
    echo 'run cell=calls round=1 server=ours calls=2.031 errors=0'
    echo 'cell pieces|||calls|2.0|--size 20|cell pieces'
    echo 'run cell=pieces round=1 server=raw calls=2.091 errors=0'
    echo 'run cell=pieces round=1 server=ours calls=2.085 errors=0'
    echo 'cell memory|||memory|8.4|--size 20|cell memory'
    echo 'run cell=memory round=1 server=ours kb_per_connection=8.5 errors=0'
} >> "$work/results.txt"
table() { # table NAME PATTERN
    expect "$1" 0 "^cell $2" python3 -B bench/report.py table "$work/results.txt"
}
if ! command -v python3 > /dev/null; then
    echo 'SKIPPED the report of the bench: python3 is not installed'
else
    table 'a goal that is missed; the median of ratios and its spread' \
        'missed  *> *0.9  *0.80  *0.70 - 0.90  *0.80  *0.01 missed'
    table 'a goal that is met, one bad round or not' 'met  *> *0.9  *1.10 .* 0.01 met'
    table 'what noise hides is undecided' 'undecided .* 0.16 undecided'
    table 'steadier processor time is judged' 'processor .* 0.50\*  *missed'
    table 'and where the load generator is the limit' 'limit  *> *0.9  *1.00 .* 0.50\*  *missed'
    table 'a wrong reply is no figure' 'wrong  *> *0.9  *wrong .* missed'
    table 'system calls, by tenths' 'calls  *< *2.0  *2.03  *met'
    table 'messages that come in pieces to the raw echo, too' 'pieces  *< *2.0  *2.08  *undecided'
    table 'memory has no noise' 'memory  *< *8.4  *8.50  *missed'
    expect 'the cells to run again' 0 '^undecided$' \
        python3 -B bench/report.py undecided "$work/results.txt"
    echo '| data |' > "$work/deflate.md"
    expect 'the report' 0 '^wrote ' python3 -B bench/report.py write "$work" "$work"
    expect 'its table' 0 \
        '^| cell processor | ≥ 0.9 | \*\*.*\*\* | .* | 0.50 \* | 0.00 | \*\*missed\*\* |$' \
        cat "$work/RESULTS.md"
    expect 'a goal that is missed, beside the raw echo that masks' 0 \
        '^| cell missed | ≥ 0.9, missed | rates | 0.80 | 0.0[0-9] | 4 | 0.85 | 5.00 | 1.25 | 4.00 | 1.00 |$' \
        cat "$work/RESULTS.md"
    expect 'a chart' 0 'class="ours"' cat "$work/charts/others.svg"
fi
cat > "$work/few" << EOT
fn=(1) once
+3 700
fn=(2) each
* 100
cfn=(3) callee
calls=7 0
* 999
EOT
sed -e 's/100$/900/' -e '$a fn=(3)\n-1 100' "$work/few" > "$work/many"
expect 'instructions of a message, without those of callees' 0 '^90.000$' \
    awk -v few=10 -v many=20 -v cell=c -f bench/exact.awk "$work/few" "$work/many"
expect 'instructions of a function' 0 '^where c|callee|10.0$' \
    awk -v few=10 -v many=20 -v cell=c -f bench/exact.awk "$work/few" "$work/many"
expect 'netns runs a command' 3 '^in a network$' sh bench/netns.sh sh -c 'echo in a network; exit 3'
