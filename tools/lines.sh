#!/bin/sh
# Counts the lines of the C sources in each room: sh tools/lines.sh ROOM...
# A line of code is a line that has more than comments and blanks.
set -eu

# Prints "LINES CODE" of all files given.
count() {
    cat "$@" | awk '
        {
            code = ""
            for (i = 1; i <= length($0); i++) {
                two = substr($0, i, 2)
                one = substr($0, i, 1)
                if (comment) {
                    if (two == "*/") { comment = 0; i++ }
                } else if (quote != "") {
                    code = code one
                    if (one == "\\") i++
                    else if (one == quote) quote = ""
                } else if (two == "/*") {
                    comment = 1
                    i++
                } else if (two == "//") {
                    break
                } else {
                    if (one == "\"" || one == "\047") quote = one
                    code = code one
                }
            }
            if (code ~ /[^ \t]/) lines_of_code++
        }
        END { print NR, lines_of_code + 0 }'
}

printf '%-18s %6s %8s %9s\n' room files code 'all lines'
all_files=0
all_code=0
all_lines=0
for room in "$@"; do
    files=$(find "$room" -name '*.[ch]' | wc -l)
    counts=$(count "$room"/*.[ch])
    lines=${counts% *}
    code=${counts#* }
    printf '%-18s %6d %8d %9d\n' "$room" "$files" "$code" "$lines"
    all_files=$((all_files + files))
    all_code=$((all_code + code))
    all_lines=$((all_lines + lines))
done
printf '%-18s %6d %8d %9d\n' 'all of it' "$all_files" "$all_code" "$all_lines"
