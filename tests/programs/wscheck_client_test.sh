#!/bin/sh
# wscheck from outside, for clients: it passes those of this house, and says what is wrong with
# others.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

# Of step 7 the cases of compression; with FULL=yes the others once more, which steps 5 and 6 pass.
all_of_step07=7692
[ "${FULL:-}" != yes ] || all_of_step07=step07

# Clients, first of all the one of the house.
client="$BUILD/step06_client --quiet --subprotocol chat {url}"
# The client has no threads, so that under ThreadSanitizer a section is enough to watch wscheck's.
all_of_step06=step06
[ "${SANITIZED:-}" != threads ] || all_of_step06=6455/5.4
expect 'step 6, strictly' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 --listen 0 --exec "$client" $all_of_step06
expect 'step 7 as a client, strictly' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 --listen 0 \
    --exec "$BUILD/step07_client --quiet --subprotocol chat --compress {url}" $all_of_step07
expect 'a client without compression' 0 ' skipped: the client does not offer' \
    "$wscheck" --strict --timeout 10 --listen 0 --exec "$client" 7692/5
count=$("$wscheck" --list --listen 0 6455/5.1 | sed -n 's/ cases$//p')
expect 'a client one at a time' 0 "^$count passed, 0 failed" \
    "$wscheck" --strict --timeout 10 --jobs 1 --listen 0 --exec "$client" 6455/5.1
expect 'a client that ends' 3 'no client: .* exit status 7; it printed: sorry' \
    "$wscheck" --listen 0 --exec 'echo sorry; exit 7'
one_line 'a client that ends'
expect 'a client that takes its time' 0 'needs [1-9]*\.[0-9] s to start, so it gets [4-9]' \
    "$wscheck" --listen 0 --exec "sleep 1; exec $client" 6455/5.1/empty-pong-is-masked
expect 'a client that does not close' 0 ' 0 failed, 0 fell short of a SHOULD, 2 skipped' \
    "$wscheck" --timeout 0.5 --listen 0 --exec "tail -f /dev/null | $client" 6455/7.1.2
expect 'a client that is not said to echo' 0 '# SKIP the client is not said to echo' \
    "$wscheck" --format tap --listen 0 --exec "$client" 6455/5.4/joined/in-one-segment
expect 'one that is, and does not' 1 '^  wanted    the text message comes back' \
    "$wscheck" --timeout 0.3 --echo --listen 0 --exec "$client" 6455/5.4/joined/in-one-segment
expect 'the command that repeats it' 1 \
    '^  again .*wscheck --timeout 0.3 --echo --listen 0 --exec .*--replay 6455/5.4/joined/in-one-segment$' \
    "$wscheck" --timeout 0.3 --echo --listen 0 --exec "$client" 6455/5.4/joined/in-one-segment
expect 'a client with a URL of its own making' 0 '^1 passed, 0 failed' "$wscheck" --listen 0 \
    --exec "$BUILD/step06_client --quiet ws://localhost:{port}{path}" 6455/4.1/host-with-port
expect 'at another address' 0 '^1 passed, 0 failed' "$wscheck" --listen 127.0.0.2:0 \
    --exec "$BUILD/step06_client --quiet ws://127.0.0.2:{port}{path}" 6455/4.1/host-with-port
expect 'at any address' 0 '^1 passed, 0 failed' "$wscheck" --listen 0.0.0.0:0 --exec "$client" \
    6455/4.1/host-with-port
expect 'at none' 3 "cannot listen on 'localhost:x': it is \[ADDRESS:\]PORT" "$wscheck" \
    --listen localhost:x --exec "$client"
expect 'a replay of a client' 0 'received  pong: "barrier ' \
    "$wscheck" --listen 0 --exec "$client" --replay 6455/4.1/answer-taken/ordinary
expect 'junit of a client' 0 "tests=\"$count\" failures=\"0\"" \
    "$wscheck" --format junit --listen 0 --exec "$client" 6455/5.1
expect 'json of a client' 0 "\"passed\": $count, .*\"failed\": 0" \
    "$wscheck" --format json --listen 0 --exec "$client" 6455/5.1
expect 'the list for clients' 0 '^[1-9][0-9]* cases$' "$wscheck" --list --listen 0
expect 'a step that is not for clients' 2 'near it are step06' "$wscheck" --list --listen 0 step05
expect 'a step that is not for servers' 2 'near it are step0[1-5]' "$wscheck" --list step06

# Without --exec somebody else starts the client, for each URL that is printed.
"$wscheck" --listen 0 6455/5.1/empty-pong-is-masked 6455/5.1/pong-of-125-bytes-is-masked > "$work/others" 2>&1 &
waiting=$!
for number in 1 2; do
    tries=0
    until url=$(sed -n "s/^waiting for a client at //p" "$work/others" | sed -n "${number}p") &&
        [ -n "$url" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || break
        sleep 0.05
    done
    [ -z "$url" ] || "$BUILD/step06_client" --quiet "$url" < /dev/null > /dev/null 2>&1
done
wait "$waiting"
expect 'clients that others start' 0 '^2 passed, 0 failed' cat "$work/others"
