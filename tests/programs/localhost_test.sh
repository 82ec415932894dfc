#!/bin/sh
# "localhost" with an address of each family, as Debian and macOS have it: the server listens on
# both, and the client finds whoever listens on one of them only. The name is looked up as always,
# in an /etc/hosts that only these programs see, so it needs the right to mount one. (listeners_test
# and tcp_connect_test try the same without that right, with names of their own.)
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
BUILD=$(cd "$BUILD" && pwd)
work=$BUILD/localhost_test

# Without more rights than everybody's, a user namespace may give them.
inside=
for way in 'unshare -m' 'unshare -rm'; do
    if $way mount --bind "$work" "$work" 2> /dev/null; then
        inside=$way
        break
    fi
done
[ -n "$inside" ] || skip 'unshare is not allowed to give these programs an /etc/hosts of their own'
printf '127.0.0.1 localhost\n::1 localhost\n' > "$work/hosts"

# The words belong to the inner shells.
# shellcheck disable=SC2016
with_hosts='mount --bind "$1/hosts" /etc/hosts && shift && exec "$@"'

# serve HOST starts the echo server there.
serve() {
    # shellcheck disable=SC2086 # a command and its option
    start $inside sh -c "$with_hosts" sh "$work" "$BUILD/step05_echo" --host "$1" --port 0
}

# say NAME HOST: a line that is sent to the server there comes back.
say() {
    echo hello > "$work/line"
    # shellcheck disable=SC2086
    expect "$1" 0 '^hello$' $inside sh -c "$with_hosts" sh "$work" "$BUILD/step06_client" --quiet \
        "ws://$2:$port/" < "$work/line"
}

serve ::1 || skip "without IPv6 localhost is one address ($(cat "$work/log"))"
say 'the client finds ::1 by the name localhost' localhost
stop
serve 127.0.0.1
say 'the client finds 127.0.0.1 by the name localhost' localhost
stop
serve localhost
expect 'both addresses are announced' 0 \
    "^listening on http://.*:$port/ (ws://.*:$port/), and on .*:$port\$" cat "$work/announced"
say 'localhost is 127.0.0.1' 127.0.0.1
say 'localhost is ::1' '[::1]'
stop
