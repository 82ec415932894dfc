#!/bin/sh
# wscheck and peers that mean it no good: whatever they send, it lives, and it ends in time. Behind
# mutating_peer the good server and the good client send damaged bytes; FULL=yes tries many more.
set -u
BUILD=${BUILD:-build}
work=$BUILD/wscheck-hostile-test
passed=0
failed=0
rounds=1
[ "${FULL:-}" != yes ] || rounds=8
rm -rf "$work"
mkdir -p "$work"

# lives NAME COMMAND...: wscheck ends by itself, with a verdict, and no sanitizer complains.
lives() {
    name=$1
    shift
    started=$(date +%s)
    "$@" > "$work/output" 2>&1
    status=$?
    took=$(($(date +%s) - started))
    if [ $status -le 4 ] && [ $status -ne 2 ] && [ $took -le 30 ] &&
        ! grep -q -e 'ERROR: .*Sanitizer' -e 'runtime error' "$work/output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $name: status $status after $took s, and:"
        tail -n 30 "$work/output"
    fi

}

"$BUILD/step07_deflate" --port 0 > "$work/server" 2> "$work/log" &
server=$!
trap 'kill $server' EXIT
port=
while [ -z "$port" ]; do
    kill -0 "$server" || exit 1
    sleep 0.05
    port=$(sed -n 's,.*ws://127.0.0.1:\([0-9]*\)/.*,\1,p' "$work/server")
done

peer=$BUILD/tests/mutating_peer
both='6455/5.4 6455/5.5.2 7692/6.1 7692/7.2'
seed=0
# The cases are words.
# shellcheck disable=SC2086
while [ $seed -lt $rounds ]; do
    seed=$((seed + 1))
    lives "a server's bytes are damaged, seed $seed" "$BUILD/wscheck" --timeout 0.2 \
        --run-timeout 1.5 --exec "exec $peer $seed {port} $port" 6455/4.2.2 7692/7.1 $both
    lives "a client's bytes are damaged, seed $seed" "$BUILD/wscheck" --timeout 0.2 \
        --run-timeout 1.5 --echo --listen 0 --exec "exec $peer $seed 0 {port} \
        $BUILD/step07_client --quiet --compress ws://127.0.0.1:@{path}" 6455/4.1 7692/5 $both
done

# Every wait is a total: this server reads nothing more, and pings for ever.
lives 'a case with a server that only pings' "$BUILD/wscheck" --timeout 0.05 \
    --exec "exec $peer 0 {port} $port" 6455/10.4/large/binary/16384-kib
lives 'a run with a server that only pings' "$BUILD/wscheck" --timeout 5 --run-timeout 2 \
    --exec "exec $peer 0 {port} $port"
grep -q '^the time of the run is over (--run-timeout), so .* cases were not run' "$work/output" || {
    failed=$((failed + 1))
    echo 'FAIL: the run does not say why it has ended'
}

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
