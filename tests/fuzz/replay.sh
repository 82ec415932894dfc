#!/bin/sh
# Replays the corpora of the fuzz targets: every file, whole and cut off after each byte. The
# programs are tests/fuzz/replay.c and one target each; see tests/fuzz/README.md.
BUILD=${BUILD:-build}
passed=0
failed=0
for target in http answer frame connection session inflate deflate; do
    result=$("$BUILD/fuzz/replay_$target" "tests/fuzz/corpus/$target"/* 2>&1)
    status=$?
    sum=$(echo "$result" | grep -E '^[0-9]+ passed, [0-9]+ failed$' | tail -n 1)
    ok=${sum%% *}
    bad=$(echo "${sum:-0 passed, 1 failed}" | cut -d' ' -f3)
    [ "$status" -eq 0 ] || echo "$target: $result"
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + ${ok:-0}))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
