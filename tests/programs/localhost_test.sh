#!/bin/sh
# "localhost" with an address of each family, as Debian and macOS have it: the server listens on
# both, and the client finds whoever listens on one of them only. The name is looked up as always,
# in an /etc/hosts that only these programs see, so it needs the right to mount one. (listeners_test
# and tcp_connect_test try the same without that right, with names of their own.)
set -u
BUILD=$(cd "${BUILD:-build}" && pwd)
work=$BUILD/localhost-test
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"

# Without more rights than everybody's, a user namespace may give them.
inside=
for way in 'unshare -m' 'unshare -rm'; do
    if $way mount --bind "$work" "$work" 2> /dev/null; then
        inside=$way
        break
    fi
done
if [ -z "$inside" ]; then
    echo 'SKIPPED: unshare is not allowed to give these programs an /etc/hosts of their own'
    echo '1 passed, 0 failed'
    exit 0
fi
printf '127.0.0.1 localhost\n::1 localhost\n' > "$work/hosts"

# expect NAME PATTERN FILE: a line of the file matches.
expect() {
    if grep -q -e "$2" "$3"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL - $1: wanted '$2', got:"
        cat "$3"
    fi
}

# serve HOST starts the echo server there and stores its port, or nothing if it has ended.
serve() {
    rm -f "$work/server.out"
    # The words belong to the inner shell.
    # shellcheck disable=SC2016
    $inside sh -c 'mount --bind "$1/hosts" /etc/hosts && exec "$2" --host "$3" --port 0' \
        sh "$work" "$BUILD/step05_echo" "$1" > "$work/server.out" 2> "$work/server.err" &
    server=$!
    tries=0
    port=
    while [ -z "$port" ] && [ "$tries" -lt 200 ] && kill -0 "$server" 2> "$work/ended"; do
        sleep 0.1
        tries=$((tries + 1))
        port=$(sed -n 's|^listening on http://.*:\([0-9]*\)/ (ws://.*|\1|p' "$work/server.out")
    done
}

# say HOST sends a line to the server and keeps what comes back.
say() {
    # shellcheck disable=SC2016
    echo hello | $inside sh -c 'mount --bind "$1/hosts" /etc/hosts && exec "$2" --quiet "$3"' \
        sh "$work" "$BUILD/step06_client" "ws://$1:$port/" > "$work/client.out" 2>&1
}

serve ::1
if [ -z "$port" ]; then
    echo "SKIPPED: without IPv6 localhost is one address ($(cat "$work/server.err"))"
    echo '1 passed, 0 failed'
    exit 0
fi
say localhost
expect 'the client finds ::1 by the name localhost' '^hello$' "$work/client.out"
kill "$server"

serve 127.0.0.1
say localhost
expect 'the client finds 127.0.0.1 by the name localhost' '^hello$' "$work/client.out"
kill "$server"

serve localhost
expect 'both addresses are announced' \
    '^listening on .*/), and on \(127\.0\.0\.1\|\[::1\]\):[0-9]*$' "$work/server.out"
say 127.0.0.1
expect 'localhost is 127.0.0.1' '^hello$' "$work/client.out"
say '[::1]'
expect 'localhost is ::1' '^hello$' "$work/client.out"
kill "$server"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
