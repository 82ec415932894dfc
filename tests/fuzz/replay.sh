#!/bin/sh
# Replays the corpora of the fuzz targets: every file, whole and cut off after each byte. The
# programs are tests/fuzz/replay.c and one target each; see tests/fuzz/README.md.
BUILD=${BUILD:-build}
for target in http answer frame connection session inflate deflate; do
    "$BUILD/fuzz/replay_$target" "tests/fuzz/corpus/$target"/* 2>&1
done | awk '
    !/^[0-9]+ passed, [0-9]+ failed$/ { print; next }
    { passed += $1; failed += $3; programs++ }
    END {
        failed += 7 - programs # a program that died has failed
        print passed + 0 " passed, " failed " failed"
        exit failed > 0
    }'
