#!/bin/sh
# wscheck from outside: it passes the servers of this house, each by its own selector, and knows
# what is not their fault.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

# Of step 7 the cases of compression; with FULL=yes the others once more, which steps 5 and 6 pass.
all_of_step07=7692
[ "${FULL:-}" != yes ] || all_of_step07=step07

# The servers of the house, each by its own selector. The steps that print must not be quiet.
expect 'step 5, strictly' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 --exec "$(server step05_echo)"
expect 'step 1' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 --exec "exec $BUILD/step01_tcp --port {port}" step01
expect 'step 2' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 --exec "$(server step02_http)" step02
expect 'step 3' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 --exec "exec $BUILD/step03_handshake --port {port}" step03
expect 'step 4' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 --exec "exec $BUILD/step04_frames --port {port}" step04
expect 'step 7, strictly' 0 ' 0 failed, 0 fell short of a SHOULD, 0 skipped' \
    "$wscheck" --strict --timeout 10 --exec "$(server step07_deflate)" $all_of_step07
expect 'step 7 with a small window and no takeover' 0 ' 0 failed, 0 fell short' \
    "$wscheck" --strict --timeout 10 7692 \
    --exec "$(server step07_deflate) --window-bits 9 --no-context-takeover"
# A quarter of a gigabyte to and fro takes a sanitizer longer than anybody should wait.
[ "${FULL:-}" != yes ] || [ -n "${SANITIZED:-}" ] ||
    expect 'step 7 without a limit, which echoes a bomb' 0 '^2 passed, 0 failed' \
        "$wscheck" --strict --timeout 20 6455/10.4/5-mb-of-empty-blocks 6455/10.4/bomb-of-256-mib \
        --exec "$(server step07_deflate) --max-message 300000000"
messages=2
[ "${FULL:-}" != yes ] || messages=5
count=$("$wscheck" --list 12 13 | sed -n 's/ cases$//p')
expect 'categories 12 and 13' 0 "^$count passed, 0 failed" \
    "$wscheck" --strict --timeout 10 --messages $messages --exec "$(server step07_deflate)" 12 13
expect 'a server without compression' 0 '^[1-9][0-9]* skipped: the server does not accept' \
    "$wscheck" --strict --timeout 10 --exec "$(server step05_echo)" deflate
expect 'it is judged by its answers all the same' 0 '^1[0-9][0-9] passed, 0 failed' \
    "$wscheck" --strict --timeout 10 --exec "$(server step05_echo)" 7692
expect 'a profile without echo' 0 ' 0 failed, 0 fell short of a SHOULD, [1-9]' \
    "$wscheck" --strict --timeout 10 --no-echo --exec "$(server step05_echo)" 6455/5.5 6455/7.4
expect 'a server that is no echo' 1 '^two messages did not come back within 0.3 s; --timeout' \
    "$wscheck" --timeout 0.3 --exec "$(server step04_frames)" 6455/5.3/key-of-zeros
expect 'a step that prints, without --exec' 0 '1 passed, 0 failed, 0 fell short of a SHOULD, 0 skipped' \
    "$wscheck" --timeout 10 --exec "$(server step01_tcp)" step01/end-at-once

# A server at an earlier stage falls short of a later one, and the report teaches.
expect 'a step that is too much' 1 '^  hint ' \
    "$wscheck" --timeout 0.3 --exec "$(server step03_handshake)" 6455/5.5.2/ping-payload-repeated
expect 'the command that repeats it' 1 '^  again .*--replay 6455/5.5.2/ping-payload-repeated$' \
    "$wscheck" --timeout 0.3 --exec "$(server step03_handshake)" 6455/5.5.2/ping-payload-repeated
expect 'with all options, as a shell reads them' 1 \
    "^  again .*wscheck --no-echo --header 'A: b' --timeout 0.3 'ws://h/?a=1&b=2' --exec 'exec .*" \
    "$wscheck" --no-echo --header 'A: b' --timeout 0.3 'ws://h/?a=1&b=2' \
    --exec "$(server step03_handshake)" 6455/5.5.2/ping-payload-repeated
count=$("$wscheck" --list 6455/5.3 | sed -n 's/ cases$//p')
expect 'a URL as long as it is' 0 "^$count passed" "$wscheck" --exec "$(server step05_echo)" \
    "ws://h/?$(printf '%05000d' 0)" 6455/5.3
expect 'a header that the server wants' 0 "^$count passed" "$wscheck" --header 'Origin: http://a.example' \
    --exec "$(server step05_echo) --origin http://a.example" 6455/5.3
expect 'an origin and a subprotocol' 0 "^$count passed" \
    "$wscheck" --origin http://a.example --subprotocol chat 6455/5.3 \
    --exec "$(server step05_echo) --origin http://a.example --subprotocol chat"
expect 'a server that takes its time' 0 "^$count passed" "$wscheck" --timeout 2 \
    --exec "sleep 1; $(server step05_echo)" 6455/5.3
expect 'a server that takes too long' 3 'does not listen on port .* within 0.3 s (--start-timeout)' \
    "$wscheck" --start-timeout 0.3 --exec 'sleep 60'
expect 'a run that ends before the first answer' 3 'time of the run is over (--run-timeout), and the' \
    "$wscheck" --timeout 5 --run-timeout 0.3 --exec "$(server step01_tcp)"
expect 'a server with few places' 0 ' 0 failed, 0 fell short of a SHOULD, [1-9][0-9]* skipped' \
    "$wscheck" --strict --exec "$(server step05_echo) --max-connections 4" 6455/7.1.4 6455/5.5.3
expect 'that it has few' 0 'the server takes [34] connections at once, so [12] cases* runs* at a time' \
    "$wscheck" --exec "$(server step05_echo) --max-connections 4" 6455/5.5.3
expect 'a replay shows the bytes' 0 '89 83 ' \
    "$wscheck" --exec "$(server step05_echo)" --replay 6455/5.5.2/length/3

# Cases of the Autobahn Testsuite also go by its names.
expect 'a case by its usual name' 0 'RFC 7692, section 7.2; category 13.3 of' \
    "$wscheck" --messages 2 --exec "$(server step07_deflate)" --replay 13.3.18
expect 'what was compressed is shown' 0 'compressed (RSV1): .*inflated: "' \
    "$wscheck" --exec "$(server step07_deflate)" --replay 7692/7.2.1/length/126

# Names: words that a shell and a file take as they are, each of one case alone; what is asked of
# servers and of clients has one name in both lists.
names() {
    {
        "$wscheck" --list step05 step01 step04 step07 step08 12 13 slow
        "$wscheck" --list --listen 0 step06 step07 12 slow
    } | awk '
        / cases$/ { list++; next }
        $1 !~ "^[0-9a-z.]+(/[0-9A-Za-z.-]+)+$" { print "not well-formed: " $1; bad = 1 }
        { rule = $0; sub(/.* step0[0-9]  /, "", rule) }
        (list, $1) in seen { print "twice: " $1; bad = 1 }
        $1 in rules && rules[$1] != rule { print "two rules: " $1; bad = 1 }
        { seen[list, $1] = 1; rules[$1] = rule }
        END { if (!bad && list == 2) print "all good"; exit bad }'
}
expect 'the names of the cases' 0 '^all good$' names
