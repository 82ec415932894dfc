#!/bin/sh
# Writes FOLDER/RESULTS.md and its charts from FOLDER/results.txt, which the figures of a run
# replace first if they are newer. report.sh RUN.txt FOLDER
set -eu
here=$(dirname "$0")
folder=$2
results=$folder/results.txt
if [ -f "$1" ] && { [ ! -f "$results" ] || [ -n "$(find "$1" -newer "$results")" ]; }; then
    cp "$1" "$results"
fi
if [ ! -f "$results" ]; then
    echo 'there are no figures yet; make bench (without settings) makes some' >&2
    exit 1
fi
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
awk -f "$here/summary.awk" "$results" > "$summary"
mkdir -p "$folder/charts"

chart() { # chart NAME TITLE AXIS
    awk -v chart="$1" -v title="$2" -v axis="$3" -f "$here/chart.awk" "$summary" \
        > "$folder/charts/$1.svg"
}

ratio='messages a second, as a ratio to a raw TCP echo in the same round; more is better'
chart pingpong 'Ping-pong: one connection, one message in flight' "$ratio"
chart many 'Ping-pong: many connections, one message in flight on each' "$ratio"
chart pipelined 'Pipelined: many messages in flight' "$ratio"
chart others 'Text in many scripts; opening and closing' "$ratio"
chart idle 'Memory of an idle connection' \
    'kB of heap and stack for each of 10,000 open connections; less is better'
awk -f "$here/names.awk" -f "$here/report.awk" "$summary" > "$folder/RESULTS.md"
echo "wrote $folder/RESULTS.md and $folder/charts"
