#!/bin/sh
# sh tools/lint/includes.sh FILE... prints each include that points from a step to a later one, from
# common to a step, or from wscheck to a step other than compression; and each pair of modules that
# include each other, except what the files of one module share (*_parts.h).
awk '
    function floor(file) {
        return file ~ /^step/ ? substr(file, 5, 2) + 0 : file ~ /^common\// ? 0 : 99
    }
    function module(file) {
        sub(/\.[ch]$/, "", file)
        return file
    }
    function complain(text) {
        print FILENAME ":" FNR ": " text
        found = 1
    }
    /^#include "/ {
        split($0, part, "\"")
        to = part[2]
        if (to !~ /\//) { complain("an include names the room: " to) }
        if (floor(to) > floor(FILENAME)) { complain("this points up: " to) }
        if (FILENAME ~ /^wscheck\// && floor(to) < 99 && to !~ /^(common|step07_deflate)\//) {
            complain("wscheck reads with code of its own: " to)
        }
        from = module(FILENAME)
        to = module(to)
        if (from ~ /_parts$/ || to ~ /_parts$/) { next }
        if (from != to && (to, from) in arrows) { complain(to " includes " from " as well") }
        arrows[from, to] = 1
    }
    END { exit found }' "$@"
