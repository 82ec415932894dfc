#!/bin/sh
# wscheck and hostile peers: whatever they send, it lives, and it ends in time. Behind
# mutating_peer the good server and the good client send damaged bytes; FULL=yes tries many more.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
rounds=1
[ "${FULL:-}" != yes ] || rounds=8

# lives NAME COMMAND...: wscheck ends by itself, with a verdict, and no sanitizer complains.
lives() {
    lives_name=$1
    shift
    started=$(date +%s)
    "$@" > "$work/output" 2>&1
    status=$?
    took=$(($(date +%s) - started))
    result "$lives_name: status $status after $took s, and" has_lived
}
has_lived() {
    [ $status -le 4 ] && [ $status -ne 2 ] && [ $took -le 30 ] &&
        ! grep -q -e 'ERROR: .*Sanitizer' -e 'runtime error' "$work/output"
}

start "$BUILD/step07_deflate" --port 0 || exit 1
clean_up() {
    stop
}

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
result 'it says why the run has ended' \
    grep -q '^the time of the run is over (--run-timeout), so .* cases were not run' "$work/output"
