#!/bin/sh
# Whether each sentence that wscheck quotes stands in the section of the RFC that it names.
#
#     make rfc RFC=DIRECTORY     where rfc6455.txt, rfc7692.txt and rfc1951.txt are
#
# Page breaks, line breaks and words that are parted at the end of a line do not count, and "..." in
# a quotation stands for anything. RFC 9110 and 9112 are not quoted.
set -u
cd "$(dirname "$0")/.." || exit 1
if [ ! -e "${RFC:-}/rfc6455.txt" ]; then
    echo "SKIPPED rfc: there is no rfc6455.txt in '${RFC:-}'; RFC=DIRECTORY says where it is"
    exit 0
fi
awk '
    # Text of one kind of space only, and none after a hyphen.
    function fold(text) {
        gsub(/[ \t\r\n]+/, " ", text)
        gsub(/- /, "-", text)
        return text
    }
    # The text of each section, by "RFC/section"; its heading starts it.
    FILENAME ~ /rfc[0-9]+\.txt$/ {
        rfc = FILENAME
        gsub(/.*rfc|\.txt$/, "", rfc)
        if (/\f/ || /\[Page [0-9]+\]$/ || /^RFC [0-9]+ .* [12][0-9][0-9][0-9]$/) next
        # Those of RFC 1951 are indented, and so are the items of lists in the others.
        if (rfc == 1951 ? /^ *[0-9]+\.[0-9.]+ [A-Z]/ : /^[0-9]+\.[0-9.]* +[A-Z]/) {
            heading = $1
            sub(/\.$/, "", heading)
        }
        text[rfc "/" heading] = text[rfc "/" heading] " " $0
        next
    }
    # A row: the names of cases, the section and the sentence, each in one string or more.
    /^    \{"/ { row = "" }
    /^ +[{"]/ { row = row $0 }
    /\},$/ && row != "" {
        gsub(/\\"/, "\001", row)
        gsub(/" +"/, "", row)
        gsub(/", +"/, "\002", row)
        sub(/^[ {]*"/, "", row)
        sub(/"\},$/, "", row)
        split(row, part, "\002")
        gsub(/\001/, "\"", part[3])
        row = ""
        if (part[2] ~ /^911[02]\//) { own++; next }
        left = fold(text[part[2]])
        pieces = split(fold(part[3]), piece, / ?\.\.\. ?/)
        for (i = 1; i <= pieces; i++) {
            at = index(left, piece[i])
            if (at == 0) {
                print "FAIL: not in RFC " part[2] ": " piece[i]
                break
            }
            left = substr(left, at + length(piece[i]))
        }
        if (i > pieces) passed++; else failed++
    }
    END {
        print passed + 0 " passed, " failed + 0 " failed (" own + 0 " in our own words)"
        exit (failed > 0 || passed < 50)
    }' "$RFC"/rfc*.txt wscheck/cases/grounds.c
