#!/bin/sh
# README.md tells each option of the servers that takes a value, with its default.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

"$BUILD/step07_deflate" --help > "$work/help"
# shellcheck disable=SC2016 # the backticks are those of Markdown
sed -n 's/^  \(--[a-z-]* [A-Z][A-Z]*\)  *[^ ].*(default \(.*\))$/| `\1` | \2 |/p
        /(default /!s/^  \(--[a-z-]* [A-Z][A-Z]*\)  *[^ ].*/| `\1` |/p' "$work/help" > "$work/rows"
expect 'the help lists options with values' 0 'max-message' cat "$work/rows"
while read -r row; do
    expect "a row of README.md begins with $row" 0 '' grep -F -e "$row" README.md
done < "$work/rows"
