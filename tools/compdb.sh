#!/bin/sh
# Prints compile_commands.json for editors: sh tools/compdb.sh 'COMPILE COMMAND' FILE.c...
set -eu
compile=$1
shift
comma=
echo '['
for file in "$@"; do
    printf '%s{"directory": "%s", "command": "%s -c %s", "file": "%s"}' \
        "$comma" "$PWD" "$compile" "$file" "$file"
    comma=',
'
done
printf '\n]\n'
