#!/bin/sh
# Shows what a step adds to an earlier one: sh tools/diff.sh FLAT-FOLDER FROM TO, as 03 and 04.
# First the list of new files, then what changed in those that both have, then the new files.
set -eu
flat=$1
from=$2
to=$3
for number in "$from" "$to"; do
    if [ -z "$number" ] || [ ! -d "$flat/step$number" ]; then
        echo "usage: make diff FROM=03 TO=04; the steps are:" \
            "$(cd "$flat" && echo step* | sed 's/step//g')" >&2
        exit 2
    fi
done

cd "$flat"
new=
for file in "step$to"/*; do
    [ -f "step$from/$(basename "$file")" ] || new="$new $(basename "$file")"
done
echo "Step $to adds to step $from:"
for file in $new; do
    printf '  %-20s %5d lines\n' "$file" "$(wc -l < "step$to/$file")"
done
for file in "step$to"/*; do
    name=$(basename "$file")
    if [ -f "step$from/$name" ]; then
        diff -u "step$from/$name" "step$to/$name" || true
    fi
done
for name in $new; do
    diff -u /dev/null "step$to/$name" || true
done
