#!/bin/sh
# Writes FOLDER/RESULTS.md and FOLDER/DEFLATE.md from the figures of whole runs in RUN, and draws
# charts in RUN/charts. report.sh RUN FOLDER
set -eu
here=$(dirname "$0")
charts=$1/charts
for file in "$1/results.txt" "$1/deflate.md"; do
    if [ ! -s "$file" ]; then
        echo "there is no $file yet; make bench (without settings) writes it" >&2
        exit 1
    fi
done
mkdir -p "$charts"
summary=$charts/summary.txt
awk -f "$here/summary.awk" "$1/results.txt" > "$summary"
awk -f "$here/lines.awk" -f "$here/report.awk" "$summary" > "$2/RESULTS.md"

chart() { # chart NAME HEADING AXIS
    awk -v chart="$1" -v heading="$2" -v axis="$3" -f "$here/lines.awk" -f "$here/chart.awk" \
        "$summary" > "$charts/$1.svg"
}

ratio='messages a second, as a ratio to a raw TCP echo in the same round; more is better'
chart pingpong 'Ping-pong: one connection, one message in flight' "$ratio"
chart many 'Ping-pong: many connections, one message in flight on each' "$ratio"
chart pipelined 'Pipelined: many messages in flight' "$ratio"
chart others 'Text; opening and closing' "$ratio"
chart idle 'Memory of an idle connection' \
    'kB of heap and stack for each of 10,000 open connections; less is better'

{
    cat << EOT
<!-- Written by \`make bench-report\`. Do not edit: the next report overwrites it. -->
# Compression beside zlib

zlib runs at level 6 with memLevel 8. [RESULTS.md](RESULTS.md) describes the machine.

The data is cut into messages of the size given, which share their history and end with a sync flush,
as in a connection with context takeover. A size is the compressed data as a share of the data. A
speed is MB of plain data for each second of processor time. Less is better for sizes, more for
speeds. Both inflate what zlib has compressed. zlib has no raw window of 8 bits; where ours has 8,
zlib's has 9.

In each round zlib runs before ours and after it. A ratio is to the mean of the two, and after it
stands its noise: twice the median difference of zlib's two runs, divided by the square root of the
number of rounds. A goal that is closer is undecided. All figures are medians of the rounds.

The text is TUTORIAL.md, the HTML and the source code are the repository's, and bench/payload.c makes
the JSON and the binary data.

EOT
    cat "$1/deflate.md"
} > "$2/DEFLATE.md"
echo "wrote $2/RESULTS.md and $2/DEFLATE.md, and drew $charts/*.svg"
