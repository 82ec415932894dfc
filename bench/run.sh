#!/bin/sh
# The bench: every cell of cells.txt with every server, round after round. Called by `make bench`.
#
# A round is: for each cell, each server in turn is started, loaded for a while, and stopped. What
# counts is the ratio to the raw TCP echo of the same round, because a machine that is slow for a
# minute is slow for both. Round 0 is short and compares every byte that comes back.
#
# Settings, all of which `make bench` passes on: QUICK=1 for the few cells marked quick; ROUNDS,
# DURATION (seconds), CELLS and SERVERS (extended regular expressions that whole names must match).
# With any of them the figures go to partial.txt, of which no report is made.
set -u
BUILD=${BUILD:-build}
QUICK=${QUICK:-}
chosen=$QUICK${ROUNDS:-}${DURATION:-}${CELLS:-}${SERVERS:-}
ROUNDS=${ROUNDS:-${QUICK:+3}}
ROUNDS=${ROUNDS:-5}
DURATION=${DURATION:-${QUICK:+0.3}}
DURATION=${DURATION:-1}
CELLS=${CELLS:-.*}
SERVERS=${SERVERS:-.*}
CALLS_FEW=100   # messages of the two runs whose difference gives
CALLS_MANY=1100 # the system calls of a message
here=$(dirname "$0")
work=$BUILD/bench
results=$work/running.txt
whole=$work/results.txt
[ -z "$chosen" ] || whole=$work/partial.txt # the report is made of whole runs only
servers=$work/servers.txt
cells=$work/cells.txt
pid=
server_core=
load_core=
congestion=
color=
[ ! -t 1 ] || [ -n "${NO_COLOR:-}" ] || color=1

die() {
    echo "bench: $1" >&2
    exit 1
}

stop_server() {
    [ -n "$pid" ] || return 0
    kill "$pid" 2> /dev/null
    tries=0
    while kill -0 "$pid" 2> /dev/null && [ $tries -lt 100 ]; do
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

# Starts a server and waits until it listens; sets pid and port. start_server NAME [WRAPPER...]
start_server() {
    command=$(field "$1" 5)
    shift
    : > "$work/announce.txt"
    # shellcheck disable=SC2086 # commands are split on purpose
    "$BUILD/bench_lane" $server_core -- "$@" $command > "$work/announce.txt" 2> "$work/server.log" &
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

# Loads the running server; prints the figures. load NAME ROUND OPTION...
load() {
    protocol=$(field "$1" 4)
    timing="--seconds $DURATION --warm-up 0.2"
    [ "$2" != 0 ] || timing='--seconds 0.1 --warm-up 0 --check'
    shift 2
    # shellcheck disable=SC2086 # lists of options are split on purpose
    "$BUILD/bench_load" --port "$port" --pid "$pid" --protocol "$protocol" $load_core $congestion \
        $timing "$@" 2>> "$work/errors.log"
}

# One server in one cell. measure CELL ROUND SERVER NAME-IN-THE-RESULTS OPTION...
measure() {
    tested=$3
    run="run cell=$1 round=$2 server=$4"
    figures=
    echo "$run" >> "$work/errors.log"
    if start_server "$tested"; then
        shift 4
        figures=$(load "$tested" "$round" "$@")
        stop_server
    fi
    echo "$run ${figures:-rate=0 errors=1}" >> "$results"
}

# Counts the system calls of a server under strace. count_calls SERVER MESSAGES OPTION...
count_calls() {
    traced=$1
    messages=$2
    shift 2
    rm -f "$work/strace.txt"
    # -D: the server is our child and not strace's, so that it can be stopped by its number.
    start_server "$traced" strace -D -f -c -U calls,name -o "$work/strace.txt" || return 1
    load "$traced" 1 --messages "$messages" "$@" > /dev/null
    stop_server
    tries=0
    while ! grep -q ' total$' "$work/strace.txt" 2> /dev/null && [ $tries -lt 100 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    awk '$2 == "total" { print $1 }' "$work/strace.txt"
}

# What the server does once is the same in a short run and in a long one; the difference is what it
# does for the messages. measure_calls CELL ROUND SERVER OPTION...
measure_calls() {
    [ "$2" != 0 ] || return 0
    run="run cell=$1 round=$2 server=$3"
    counted=$3
    shift 3
    few=$(count_calls "$counted" "$CALLS_FEW" "$@")
    many=$(count_calls "$counted" "$CALLS_MANY" "$@")
    [ -n "$few" ] && [ -n "$many" ] || return 0
    awk "BEGIN { printf \"$run calls=%.3f errors=0\\n\", ($many - $few) / ($CALLS_MANY - $CALLS_FEW) }" \
        >> "$results"
}

# All servers in one cell. run_cell LINE-OF-CELLS
run_cell() {
    cell=$(echo "$1" | cut -d'|' -f1)
    kind=$(echo "$1" | cut -d'|' -f4)
    those=$order
    [ "$kind" = raw ] || those=$(echo "$order" | grep -vx again)
    options=$(echo "$1" | cut -d'|' -f7)
    if [ "$kind$round" = memory0 ]; then
        options=$(echo "$options" | sed 's/--connections [0-9]*/--connections 100/')
    fi
    # shellcheck disable=SC2086 # the options are split on purpose
    if [ "$kind" = binary ]; then
        measure "$cell" "$round" ours binary ${options#--text ascii}
        measure "$cell" "$round" ours ours $options
    elif [ "$kind" = calls ]; then
        for server in $those; do measure_calls "$cell" "$round" "$server" $options; done
    else
        for server in $those; do measure "$cell" "$round" "$server" "$server" $options; done
    fi
}

# Which cells a round has. cells_of ROUND
cells_of() {
    awk -F'|' -v round="$1" '$5 == 0 || round <= $5' "$cells"
}

# A line that says what is going on; on a terminal one replaces the other.
progress() {
    if [ -t 1 ]; then
        printf '\r\033[K%s' "$1"
    else
        echo "$1"
    fi
}

minutes() {
    if [ "$1" -lt 90 ]; then echo "$1 s"; else echo "$((($1 + 30) / 60)) min"; fi
}

# Runs all rounds. What is left is estimated from what has been done.
run_all() {
    begin=$(date +%s)
    done=0
    left=$(minutes "$estimate")
    round=0
    while [ "$round" -le "$ROUNDS" ]; do
        # The other way round in every second round, so that nobody always comes after the same.
        order=$(sed -n 's/^server \([^|]*\)|.*/\1/p' "$servers")
        [ $((round % 2)) -eq 0 ] || order=$(echo "$order" | sed '1!G;h;$!d')
        cells_of "$round" > "$work/round.txt"
        while IFS= read -r line <&3; do
            progress "round $round of $ROUNDS, $left left: ${line##*|}"
            run_cell "$line"
            done=$((done + $(weight "$round" "$line")))
            left=$(minutes $((($(date +%s) - begin) * (total - done) / (done > 0 ? done : 1))))
        done 3< "$work/round.txt"
        round=$((round + 1))
    done
    [ ! -t 1 ] || printf '\r\033[K'
}

# How long a cell takes all servers in a round, in tenths of a second. weight ROUND LINE-OF-CELLS
weight() {
    echo "$2" | awk -F'|' -v round="$1" -v servers="$server_count" -v duration="$DURATION" '{
        each = round == 0 ? 0.5 : duration + 0.5
        if ($4 == "memory") each = round == 0 ? 1 : 20
        if ($4 == "calls") each = round == 0 ? 0 : 3
        print int(each * 10 * ($4 == "binary" ? 2 : servers)) }'
}

estimate_all() {
    total=0
    round=0
    while [ "$round" -le "$ROUNDS" ]; do
        cells_of "$round" > "$work/round.txt"
        while IFS= read -r line; do
            total=$((total + $(weight "$round" "$line")))
        done < "$work/round.txt"
        round=$((round + 1))
    done
    estimate=$((total / 10))
}

describe_machine() {
    echo "info date=$(date -u '+%Y-%m-%d %H:%M UTC')"
    echo "info machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $core_count cores," \
        "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
    echo "info kernel=$(uname -sr)"
    echo "info compiler=$($CC --version | head -n 1), $BENCH_FLAGS"
    echo "info commit=$(git -C "$here" describe --always --dirty 2> /dev/null || echo unknown)"
    echo "info congestion=$congestion_note"
    echo "info cores=$core_note"
    echo "info load=$(cut -d' ' -f1 /proc/loadavg)"
    echo "info rounds=$ROUNDS"
    echo "info duration=$DURATION"
    cat "$servers"
    sed 's/^/cell /' "$cells"
}

choose_cores() {
    # The number of cores that this process may use, and the first two of them.
    allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status | tr ',' '\n' |
        awk -F- '{ for (i = $1; i <= (NF > 1 ? $2 : $1); i++) print i }')
    core_count=$(echo "$allowed" | wc -l)
    core_note='one core for both'
    if [ "$core_count" -ge 2 ]; then
        first=$(echo "$allowed" | sed -n 1p)
        second=$(echo "$allowed" | sed -n 2p)
        server_core="--core $first"
        load_core="--core $second"
        core_note="core $first for the server, core $second for the load"
    fi
}

choose_congestion() {
    default=$(cat /proc/sys/net/ipv4/tcp_congestion_control)
    case $default in
    reno | cubic)
        congestion_note="$default, both ways"
        ;;
    *)
        congestion='--congestion reno'
        congestion_note="reno for requests but $default for replies: sizes from 64 KiB are distorted"
        ;;
    esac
}

choose_cells() {
    grep -v -e '^#' "$here/cells.txt" | awk -F'|' -v quick="$QUICK" -v pattern="^($CELLS)\$" \
        '(quick == "" || $3 == "quick") && $1 ~ pattern' > "$cells"
    if grep -q '|calls|' "$cells" && ! command -v strace > /dev/null; then
        echo 'missing strace|system calls a message|apt-get install strace' >> "$servers"
        grep -v '|calls|' "$cells" > "$cells.new"
        mv "$cells.new" "$cells"
    fi
    [ -s "$cells" ] || die "no cell is named '$CELLS'; bench/cells.txt lists them"
}

choose_servers() {
    awk -v pattern="^($SERVERS|raw|again|ours)\$" '{ split($2, part, "|") }
        $1 != "server" || part[1] ~ pattern' "$work/all_servers.txt" > "$servers"
    server_count=$(grep -c '^server' "$servers")
    sed -n 's/^missing \([^|]*\)|\([^|]*\)|\(.*\)/missing: \2; it needs \3/p' "$servers"
}

[ -r /proc/self/status ] || die 'this needs Linux'
[ -s "$work/all_servers.txt" ] || die 'run it with make bench'
choose_servers
choose_cells
choose_cores
choose_congestion
estimate_all
describe_machine > "$results"
: > "$work/errors.log"
echo "$(wc -l < "$cells") cells, $server_count servers, $ROUNDS rounds: about $(minutes $estimate)"
echo "congestion control: $congestion_note; $core_note"
awk '$1 > 0.5 { print "the machine is busy (load average " $1 "): expect noise, not figures" }' /proc/loadavg
run_all
mv "$results" "$whole"
results=$whole
awk -f "$here/summary.awk" "$results" > "$work/summary.txt"
awk -v color="$color" -f "$here/names.awk" -f "$here/table.awk" "$work/summary.txt"
echo "figures: $results; what went wrong, if anything: $work/errors.log"
