#!/bin/sh
# `make faults`: the tests of the faults with every error at every call, and all cases of wscheck on
# a server whose reads and writes move a byte or a few. Prints the sum at the end.
set -u
BUILD=${BUILD:-build}
mkdir -p "$BUILD/test-results"
for name in start serve compress; do
    echo "== $name"
    FAULTS_ALL=1 VERBOSE=1 "$BUILD/tests/faults_${name}_test"
done | tee "$BUILD/faults.log"
echo '== wscheck --strict, the first 1000 calls of each connection with a byte, then few at a time'
if FAULTS_ONE_BYTE=1000 "$BUILD/wscheck" --strict --timeout 10 \
    --exec "exec $BUILD/faults_step05_echo --quiet --port {port}" > "$BUILD/faults-wscheck.log"; then
    echo '1 passed, 0 failed'
else
    tail -n 60 "$BUILD/faults-wscheck.log"
    echo '0 passed, 1 failed'
fi | tee -a "$BUILD/faults.log"
awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3; programs++ }
    END {
        failed += programs < 4 ? 4 - programs : 0 # a program that died has failed
        print "in all: " passed " passed, " failed " failed"
        exit failed > 0
    }' "$BUILD/faults.log"
