#!/bin/sh
# Prints compile_commands.json for editors: sh tools/compdb.sh FILE.c... $COMPILE is the command.
set -eu
json() { # json TEXT: between the quotes of a string
    printf '%s\n' "$1" | sed 's/[\\"]/\\&/g'
}
folder=$(json "$PWD")
command=$(json "$COMPILE")
comma=
echo '['
for file in "$@"; do
    printf '%s{"directory": "%s", "command": "%s -c %s", "file": "%s"}' \
        "$comma" "$folder" "$command" "$file" "$file"
    comma=',
'
done
printf '\n]\n'
