#!/bin/sh
# Tries the files of deploy/ with the programs that they are for, in front of the echo server in
# $BUILD (default: build). Needs Python's websockets and openssl; a proxy that is not installed is
# skipped, which counts as a failure when CI is true.

here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-build}
if ! [ -x "$BUILD/step05_echo" ]; then
    echo "There is no $BUILD/step05_echo; build it first, with make." >&2
    exit 1
fi
BUILD=$(cd "$BUILD" && pwd)
export BUILD PYTHONDONTWRITEBYTECODE=1

# skip REMEDY
skip() {
    echo "SKIP deploy: $1"
    echo "0 passed, 0 failed, 1 skipped"
    [ "${CI:-}" != true ]
    exit
}

command -v openssl >/dev/null 2>&1 || skip "apt-get install openssl"
# Debian's packages belong to Debian's own interpreter, which need not be the first on the PATH.
for python in /usr/bin/python3 python3; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import websockets' 2>/dev/null; then
        exec "$python" "$here/main.py"
    fi
done
skip "apt-get install python3-websockets"
