#!/bin/sh
# Grades servers and clients that other people wrote, and writes what came out as Markdown on
# standard output.
# Each needs its own package; one that is missing is named as such.
set -u
BUILD=${BUILD:-build}
work=$BUILD/results
here=$(dirname "$0")
mkdir -p "$work"

# grade NAME VERSION COMMAND [OPTION...]
grade() {
    name=$1
    version=$2
    command=$3
    shift 3
    echo "grading $name" >&2
    "$BUILD/wscheck" --jobs 8 --format json --exec "$command" "$@" \
        > "$work/out.json" 2> "$work/error.txt"
    echo
    echo "## $name, $version"
    echo
    echo "Started with \`$(echo "$command" | sed "s,$here/,wscheck/,; s,$BUILD/,build/,")\`."
    echo
    if ! grep -q '"seconds"' "$work/out.json"; then
        sed 's/^/    /' "$work/error.txt"
        return
    fi
    sed -n 's/^\], "passed": \([0-9]*\), "practice": \([0-9]*\), "should": \([0-9]*\), "failed": \([0-9]*\), "skipped": \([0-9]*\), "flaky": \([0-9]*\),.* "seconds": \([0-9.]*\).*/\1 passed, \4 failed a MUST, \3 fell short of a SHOULD, \2 of practice, \5 skipped, \6 flaky, in \7 s./p' \
        "$work/out.json"
    grep -q '"result": "\(failed\|should\|practice\)"' "$work/out.json" || return
    echo
    echo '| case | level | rule | what happened |'
    echo '|---|---|---|---|'
    sed -n 's/.*"name": "\([^"]*\)".*"rule": "\([^"]*\)".*"result": "\(failed\|should\|practice\)".*"happened": "\(.*\)", "explanation".*/| \1 | \3 | \2 | \4 |/p' \
        "$work/out.json" | sed 's/| failed |/| MUST |/; s/| should |/| SHOULD |/'
}

# The version of a Debian package. debian PACKAGE
debian() {
    # The dollar is for dpkg-query.
    # shellcheck disable=SC2016
    echo "Debian's $(dpkg-query -W -f '${Version}' "$1" 2> /dev/null || echo package)"
}

missing() {
    echo
    echo "## $1"
    echo
    echo "Not graded: $2."
}

cat << 'END'
# How other servers and clients do

Written by `make results`. Every failure of `ws` and `websockets` has been looked into: the sentence of
the RFC that it rests on is the ground of the case (`wscheck --replay`), and where the RFC says
nothing, the case was mended. Those of the other servers were looked into by groups and samples.
The clients stand at the end, and their failures have been looked at and not yet looked into.

What those two get wrong about compression comes from three things: `ws` reads 08, +9 and 0x9 as numbers
and answers other bad offers with 400; zlib ends its stream at a block with BFINAL and waits for more where
data is cut short, which both pass on; and zlib has no raw window of 8 bits, for which `websockets` asks it.

END
grade 'step05_echo' 'this repository' "$BUILD/step05_echo --quiet --port {port}"
grade 'step07_deflate' 'this repository' "$BUILD/step07_deflate --quiet --port {port}"

if command -v node > /dev/null && { [ -d "$work/node_modules/ws" ] ||
    npm install --no-save --no-audit --no-fund --prefix "$work" ws@8 > /dev/null 2>&1; }; then
    cp "$here/peers/ws.mjs" "$work/ws.mjs"
    grade "Node's ws" "$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$work/node_modules/ws/package.json" |
        head -n 1) on Node $(node --version)" "node $work/ws.mjs {port}"
else
    missing "Node's ws" 'it needs node and npm'
fi

if /usr/bin/python3 -c 'import websockets' 2> /dev/null; then
    grade "Python's websockets" \
        "$(/usr/bin/python3 -c 'import websockets; print(websockets.__version__)')" \
        "/usr/bin/python3 $here/peers/websockets_echo.py {port}"
else
    missing "Python's websockets" 'it needs apt-get install python3-websockets'
fi

if command -v websocketd > /dev/null; then
    grade 'websocketd with cat' "$(debian websocketd)" \
        'websocketd --address 127.0.0.1 --port {port} cat' --no-echo
else
    missing 'websocketd with cat' 'it needs the program websocketd'
fi

if command -v libwebsockets-test-server > /dev/null; then
    grade "libwebsockets' test server" \
        "$(debian libwebsockets-test-server)" \
        'libwebsockets-test-server --port {port} -i lo' --no-echo
else
    missing "libwebsockets' test server" 'it needs apt-get install libwebsockets-test-server'
fi

# Clients; those of other people send back what they get.
grade 'step06_client, a client' 'this repository' \
    "$BUILD/step06_client --quiet --subprotocol chat {url}" --listen 0
if [ -d "$work/node_modules/ws" ]; then
    cp "$here/peers/ws_client.mjs" "$work/ws_client.mjs"
    grade "Node's ws, a client" "on Node $(node --version)" "node $work/ws_client.mjs {url}" \
        --listen 0 --echo
else
    missing "Node's ws, a client" 'it needs node and npm'
fi
if /usr/bin/python3 -c 'import websockets' 2> /dev/null; then
    grade "Python's websockets, a client" \
        "$(/usr/bin/python3 -c 'import websockets; print(websockets.__version__)')" \
        "/usr/bin/python3 $here/peers/websockets_client.py {url}" --listen 0 --echo
else
    missing "Python's websockets, a client" 'it needs apt-get install python3-websockets'
fi
