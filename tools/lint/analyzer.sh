#!/bin/sh
# Runs gcc's analyzer on one file and leaves out the findings that analyzer.txt explains.
#
#     sh tools/lint/analyzer.sh FILE FLAG...
set -u
found=$(LC_ALL=C gcc "$@" -O2 -fanalyzer -Wno-analyzer-too-complex -fdiagnostics-path-format=none \
    -fno-diagnostics-show-caret -pthread -c -o /dev/null 2>&1) || {
    echo "$found"
    exit 1
}
# A finding is a line "FILE:LINE:COLUMN: warning: TEXT"; the lines after it say where.
echo "$found" | grep ': warning: ' | while IFS= read -r line; do
    known=no
    while IFS='|' read -r known_file text reason; do
        case $line in
            "$known_file":*"$text"*) [ -n "$reason" ] && known=yes ;;
        esac
    done < tools/lint/analyzer.txt
    [ $known = yes ] || echo "$line"
done | if grep .; then exit 1; fi
