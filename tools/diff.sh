#!/bin/sh
# Shows what a step adds to an earlier one: sh tools/diff.sh FLAT-FOLDER FROM TO. A step is named as
# 3, 03, step03 or step03_handshake. First it prints the sum and the new files, each with its
# length; read those where they are. Then it prints what changed in the files that both steps have.
set -eu
flat=$1
steps=$(echo step*_* | sed 's/step\([0-9]*\)_[a-z0-9]*/\1/g')

# Writes the name of a step's folder, such as step03. folder_of STEP
folder_of() {
    number=${1#step}
    number=${number%%_*}
    case $number in
        [0-9]) number=0$number ;;
    esac
    if [ -z "$number" ] || ! [ -d "$flat/step$number" ]; then
        echo "make diff: there is no step '$1'; the steps are: $steps" >&2
        return 1
    fi
    echo "step$number"
}

if [ -z "$2" ] || [ -z "$3" ]; then
    echo "usage: make diff FROM=03 TO=04; the steps are: $steps" >&2
    exit 2
fi
from=$(folder_of "$2") || exit 2
to=$(folder_of "$3") || exit 2

# Writes the path of a file of the flat folder in this repository. origin NAME
origin() {
    for room in "$to"_* step*_* common; do
        if [ -f "$room/$1" ]; then
            echo "$room/$1"
            return
        fi
    done
    echo "$1"
}

new=
changed=
lines=0
for file in "$flat/$to/main.c" "$flat/$to"/*; do # main.c, the lesson, comes first
    name=${file##*/}
    if ! [ -f "$flat/$from/$name" ]; then
        new="$new $name"
        case $name in
            *.[ch]) lines=$((lines + $(wc -l < "$file"))) ;;
        esac
    elif ! cmp -s "$flat/$from/$name" "$file"; then
        case " $changed " in
            *" $name "*) ;;
            *) changed="$changed $name" ;;
        esac
    fi
done
# The names have no spaces.
# shellcheck disable=SC2086
count=$(set -- $new && echo $#)
echo "$to adds to $from: $count files, $lines lines of C; it changes:${changed:- nothing}"
for name in $new; do
    printf '  %-32s %5d lines\n' "$(origin "$name")" "$(wc -l < "$flat/$to/$name")"
done
for file in "$flat/$from"/*; do
    name=${file##*/}
    [ -f "$flat/$to/$name" ] || echo "  $(origin "$name") is not in $to"
done
cd "$flat"
for name in $changed; do
    echo
    diff -u "$from/$name" "$to/$name" | sed '1,2s/	.*//' # without the times
done
