#!/bin/sh
# Drives the servers with curl: the page, the refusals, and the opening handshake by hand.
# Expects the programs in $BUILD and prints one line for each check.

root=$(cd "$(dirname "$0")/../.." && pwd)
page=$root/step02_http/page.html
# shellcheck source=tests/interop/lib.sh
. "$root/tests/interop/lib.sh"

# fetch CURL_ARGUMENT... leaves the header in $work/head, the body in $work/body, and sets status.
fetch() {
    rm -f "$work/head" "$work/body"
    : >"$work/body"
    status=$(curl --silent --noproxy '*' --http1.1 --max-time 5 --dump-header "$work/head" \
        --output "$work/body" --write-out '%{http_code}' "$@")
}

# field NAME prints the value of a header field of the last answer.
field() {
    tr -d '\r' <"$work/head" | awk -v name="$1" -F ': *' '
        tolower($1) == tolower(name) { sub(/^[^:]*: */, ""); print }'
}

# upgrade VERSION CURL_ARGUMENT... asks for a WebSocket. After a 101 curl would wait until the
# server closes, so it has one second.
upgrade() {
    version=$1
    shift
    fetch --no-buffer --max-time 1 \
        -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H "Sec-WebSocket-Version: $version" \
        -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "$@" "$url"
}

check_http() {
    fetch "$url"
    expect "$program: GET / is 200" 200 "$status"
    difference=$(cmp "$work/body" "$page" 2>&1)
    expect "$program: GET / is page.html, byte for byte" same "${difference:-same}"
    fetch "${url}nothing"
    expect "$program: GET /nothing is 404" 404 "$status"
    fetch --head "$url"
    expect "$program: HEAD / is 200" 200 "$status"
    expect "$program: HEAD / says the length" "$(wc -c <"$page" | tr -d ' ')" \
        "$(field Content-Length)"
}

check_handshake() {
    upgrade 13
    expect "$program: the upgrade is answered with 101" 101 "$status"
    expect "$program: the key is answered as in RFC 6455, 1.3" 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' \
        "$(field Sec-WebSocket-Accept)"
    expect "$program: nothing follows the 101" 0 "$(wc -c <"$work/body" | tr -d ' ')"

    upgrade 8
    expect "$program: version 8 is refused with 426" 426 "$status"
    expect "$program: version 13 is offered instead" 13 "$(field Sec-WebSocket-Version)"
}

check_origin() {
    upgrade 13 -H 'Origin: https://bad.example'
    expect "$program: another origin is refused with 403" 403 "$status"
    upgrade 13 -H 'Origin: https://good.example'
    expect "$program: the allowed origin is answered with 101" 101 "$status"
}

start step02_http && { check_http; stop; }
start step03_handshake && { check_handshake; stop; }
start step05_echo && { check_http; check_handshake; stop; }
start step05_echo --origin https://good.example && { check_origin; stop; }

[ "$failures" -eq 0 ]
