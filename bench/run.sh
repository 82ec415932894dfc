#!/bin/sh
# The bench: runs each cell of cells.txt with each server, round after round. `make bench` calls it.
#
# A round is: for each cell, start each server in turn, load it for a while, and stop it. Only the
# comparison with the raw TCP echo of the same round counts, because a machine that is slow for a
# minute is slow for both. The raw echo runs before this server and after it, and the difference
# between its two runs is noise. Round 0 is short and compares every byte that comes back.
#
# After the last round, cells in which noise hides whether the goal is met run again while there is
# time.
#
# Settings, which `make bench` passes on: QUICK=1 for the few cells marked quick; TIME, the seconds
# after which nothing more is begun; ROUNDS, the number of rounds, without repetition; DURATION, the
# seconds of a run; CELLS and SERVERS, extended regular expressions that whole names must match.
# With any of them but TIME the figures go to partial.txt, from which no report is made.
set -u
BUILD=${BUILD:-build}
QUICK=${QUICK:-}
chosen=$QUICK${ROUNDS:-}${DURATION:-}${CELLS:-}${SERVERS:-}
repeat=yes
[ -z "${ROUNDS:-}" ] || repeat=
if [ -n "$QUICK" ]; then set -- 3 0.3 105; else set -- 5 0.5 800; fi
ROUNDS=${ROUNDS:-$1}
DURATION=${DURATION:-$2}
TIME=${TIME:-$3}
CELLS=${CELLS:-.*}
SERVERS=${SERVERS:-.*}
PEER_ROUNDS=2 # of the servers that no goal is about
here=$(dirname "$0")
work=$BUILD/bench
results=$work/running.txt
whole=$work/results.txt
[ -z "$chosen" ] || whole=$work/partial.txt # the report is made from whole runs only
servers=$work/servers.txt
cells=$work/cells.txt
judged='ours|raw|again'
pid=
server_core=
load_core=

die() {
    echo "bench: $1" >&2
    exit 1
}

stop_server() {
    [ -n "$pid" ] || return 0
    kill "$pid" 2> /dev/null
    tries=0
    while kill -0 "$pid" 2> /dev/null && [ $tries -lt 250 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
    kill -9 "$pid" 2> /dev/null
    wait "$pid" 2> /dev/null
    pid=
}
trap 'stop_server; exit 130' INT TERM
trap stop_server EXIT

field() { # field NAME NUMBER: a column of the server with this name
    sed -n "s/^server $1|/$1|/p" "$servers" | cut -d'|' -f"$2"
}

# Starts a server and waits until it listens. Sets pid and port. start_server NAME [WRAPPER...]
start_server() {
    command=$(field "$1" 5)
    shift
    : > "$work/announce.txt"
    # shellcheck disable=SC2086 # commands are split on purpose
    $server_core "$@" $command > "$work/announce.txt" 2> "$work/server.log" &
    pid=$!
    tries=0
    port=
    while [ -z "$port" ] && [ $tries -lt 500 ] && kill -0 "$pid" 2> /dev/null; do
        sleep 0.01
        port=$(sed -n 's/.*listening on [a-z]*:\/\/[^:]*:\([0-9]*\).*/\1/p' "$work/announce.txt")
        tries=$((tries + 1))
    done
    [ -n "$port" ] && return 0
    stop_server
    return 1
}

# Loads the running server and prints the figures. load NAME OPTION...
load() {
    protocol=$(field "$1" 4)
    timing="--seconds $DURATION --warm-up 0.1"
    [ "$round" != 0 ] || timing='--seconds 0.1 --warm-up 0 --check'
    shift
    # shellcheck disable=SC2086 # lists of options are split on purpose
    $load_core "$BUILD/bench_load" --port "$port" --pid "$pid" --protocol "$protocol" $timing "$@" \
        2>> "$work/errors.log"
}

# Runs one server in the current cell. `own` is the share of its processor time outside the kernel.
# measure SERVER OPTION...
measure() {
    run="run cell=$cell round=$round server=$1"
    figures=
    echo "$run" >> "$work/errors.log"
    if start_server "$1"; then
        figures=$(load "$@")
        own=$(awk '{ printf "%.3f", $14 / ($14 + $15 > 0 ? $14 + $15 : 1) }' "/proc/$pid/stat")
        stop_server
    fi
    echo "$run ${figures:+own=$own }${figures:-rate=0 errors=1}" >> "$results"
}

# Sends a server a number of messages while strace or callgrind counts what it does, in a file.
# count KIND MESSAGES SERVER OPTION...
count() {
    messages=$2
    file=$work/$1.$messages
    rm -f "$file"
    # -D: the server is our child, not strace's, so that we can stop it by its process id.
    case $1 in
    calls) tool="strace -D -f -c -U calls,name -o $file" ;;
    instructions) tool="valgrind -q --tool=callgrind --callgrind-out-file=$file" ;;
    esac
    shift 2
    # shellcheck disable=SC2086 # the command is split on purpose
    start_server "$1" $tool || return 1
    load "$@" --messages "$messages" > /dev/null
    stop_server
    tries=0
    while ! grep -q -e ' total$' -e '^totals:' "$file" 2> /dev/null && [ $tries -lt 100 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
}

# What a server does only once is the same in a short run and in a long one, so their difference is
# what it does for the messages. measure_exactly KIND SERVER OPTION...
measure_exactly() {
    kind=$1
    shift
    few=100
    many=1100
    [ "$kind" = calls ] || few=2048 many=18432 # whole windows of messages on all connections
    for messages in $few $many; do
        count "$kind" "$messages" "$@" || return 0
    done
    awk -v few=$few -v many=$many -v cell="$cell" -f "$here/exact.awk" \
        "$work/$kind.$few" "$work/$kind.$many" > "$work/exact.txt"
    echo "run cell=$cell round=1 server=$1 $kind=$(sed q "$work/exact.txt") errors=0" >> "$results"
    grep '^where' "$work/exact.txt" | sort -t'|' -k3nr | sed 8q >> "$results"
}

# The servers that run in a cell of this kind in the current round. Every second round has them in
# reverse order, so that no server always runs after the same one. order_of KIND
order_of() {
    sed -n 's/^server \([^|]*\)|.*/\1/p' "$servers" |
        awk -v kind="$1" -v round="$round" -v judged="^($judged)\$" -v peer_rounds=$PEER_ROUNDS '
            kind == "instructions" && $1 != "ours" { next }
            kind == "raw" ? round <= peer_rounds || $1 ~ judged : $1 !~ /^(again|masked)$/ {
                list = round % 2 ? list "\n" $1 : $1 "\n" list }
            END { print list }'
}

# Runs all servers in one cell. run_cell LINE-OF-CELLS
run_cell() {
    cell=$(echo "$1" | cut -d'|' -f1)
    kind=$(echo "$1" | cut -d'|' -f4)
    options=$(echo "$1" | cut -d'|' -f6)
    case $kind$round in
    memory0) options=$(echo "$options" | sed 's/--connections [0-9]*/--connections 100/') ;;
    calls0 | instructions0) return 0 ;;
    esac
    # shellcheck disable=SC2086 # the options are split on purpose
    for server in $(order_of "$kind"); do
        case $kind in
        raw | memory) measure "$server" $options ;;
        *) measure_exactly "$kind" "$server" $options ;;
        esac
    done
}

# The cells of a round: all of them in rounds 0 and 1; then those whose figures vary from round to
# round; after the last round those of them that are still undecided. cells_of ROUND
cells_of() {
    if [ "$1" -le 1 ]; then
        cat "$cells"
    elif [ "$1" -le "$ROUNDS" ]; then
        awk -F'|' '$4 == "raw"' "$cells"
    elif [ -n "$repeat" ]; then
        python3 -B "$here/report.py" undecided "$results" |
            awk -F'|' 'NR == FNR { again[$1]; next } $4 == "raw" && $1 in again' - "$cells"
    fi
}

run_all() {
    begin=$(date +%s)
    round=0
    cells_of 0 > "$work/round.txt"
    while [ -s "$work/round.txt" ] && [ $(($(date +%s) - begin)) -lt "$TIME" ]; do
        echo "round $round after $(($(date +%s) - begin)) s: $(wc -l < "$work/round.txt") cells"
        while IFS= read -r line <&3 && [ $(($(date +%s) - begin)) -lt "$TIME" ]; do
            run_cell "$line"
        done 3< "$work/round.txt"
        round=$((round + 1))
        cells_of "$round" > "$work/round.txt"
    done
    echo "info seconds=$(($(date +%s) - begin))" >> "$results"
}

describe_machine() {
    echo "info date=$(date -u '+%Y-%m-%d %H:%M UTC')"
    echo "info machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $core_count cores," \
        "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
    echo "info kernel=$(uname -sr)"
    echo "info compiler=$($CC --version | head -n 1), $BENCH_FLAGS"
    echo "info commit=$(git -C "$here" describe --always --dirty 2> /dev/null || echo unknown)"
    echo "info congestion=$congestion"
    echo "info cores=$core_note"
    echo "info load=$(cut -d' ' -f1 /proc/loadavg)"
    echo "info rounds=$ROUNDS"
    echo "info peer_rounds=$PEER_ROUNDS"
    echo "info duration=$DURATION"
    echo "info most=$TIME"
    cat "$servers"
    sed 's/^/cell /' "$cells"
}

# Counts the cores that this process may use, and gives the server the first and the load generator
# the second.
choose_cores() {
    allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status | tr ',' '\n' |
        awk -F- '{ for (i = $1; i <= (NF > 1 ? $2 : $1); i++) print i }')
    core_count=$(echo "$allowed" | wc -l)
    core_note='one core for both'
    if [ "$core_count" -ge 2 ] && command -v taskset > /dev/null; then
        first=$(echo "$allowed" | sed -n 1p)
        second=$(echo "$allowed" | sed -n 2p)
        server_core="taskset -c $first"
        load_core="taskset -c $second"
        core_note="core $first for the server, core $second for the load"
    fi
}

choose_servers() {
    awk -v pattern="^($SERVERS|$judged)\$" '{ split($2, part, "|") }
        $1 != "server" || part[1] ~ pattern' "$work/all_servers.txt" > "$servers"
}

# Leaves out the cells of a kind whose tool is missing, and notes that. needs KIND TOOL TITLE
needs() {
    if grep -q "|$1|" "$cells" && ! command -v "$2" > /dev/null; then
        echo "missing $2|$3|apt-get install $2" >> "$servers"
        grep -v "|$1|" "$cells" > "$cells.new"
        mv "$cells.new" "$cells"
    fi
}

choose_cells() {
    grep -v -e '^#' "$here/cells.txt" | awk -F'|' -v quick="$QUICK" -v pattern="^($CELLS)\$" \
        '(quick == "" || $3 == "quick") && $1 ~ pattern' > "$cells"
    [ -s "$cells" ] || die "no cell is named '$CELLS'; bench/cells.txt lists them"
    needs calls strace 'the count of system calls'
    needs instructions valgrind 'the count of instructions'
}

[ -r /proc/self/status ] || die 'this needs Linux'
command -v python3 > /dev/null || die 'this needs python3'
[ -s "$work/all_servers.txt" ] || die 'run it with make bench'
choose_servers
choose_cells
choose_cores
congestion=$(cat /proc/sys/net/ipv4/tcp_congestion_control)
case $congestion in
reno | cubic) ;;
*) congestion="$congestion, which distorts sizes from 64 KiB" ;;
esac
describe_machine > "$results"
: > "$work/errors.log"
sed -n 's/^missing \([^|]*\)|\([^|]*\)|\(.*\)/SKIPPED \2: it needs \3/p' "$servers"
echo "$(wc -l < "$cells") cells, $(grep -c '^server' "$servers") servers, $ROUNDS rounds${repeat:+ or more}, at most $TIME s"
echo "congestion control: $congestion; $core_note"
awk '$1 > 0.5 { print "the machine is busy (load average " $1 "): expect noise, not figures" }' /proc/loadavg
run_all
mv "$results" "$whole"
results=$whole
python3 -B "$here/report.py" table "$results"
echo "figures: $results; errors, if there were any: $work/errors.log"
