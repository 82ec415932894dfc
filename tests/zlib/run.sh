#!/bin/sh
# Runs the programs that are its arguments, one after the other, and ends with the sum of their
# results: N passed, N failed.
passed=0
failed=0
for program in "$@"; do
    result=$("$program")
    status=$?
    echo "$result"
    sum=$(echo "$result" | grep -E '^[0-9]+ passed, [0-9]+ failed$' | tail -n 1)
    ok=${sum%% *}
    bad=$(echo "${sum:-0 passed, 1 failed}" | cut -d' ' -f3)
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + ${ok:-0}))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
