#!/bin/sh
# What wscheck says of servers with planted faults: what is wrong with them, in how many words, and
# what to do.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

# Planted faults: those that are looked at below. `make mistakes` plants all of them.
expect 'the planted faults' 0 '^9 passed, 0 failed$' \
    "${MAKE:-make}" --no-print-directory -s mistakes BUILD="$BUILD" \
    MISTAKES="not_minimal_accepted close_ignored client_control_not_masked dies_of_empty_ping \
close_code_not_checked any_version guid_with_a_space head_without_end later_bytes_not_printed"

# A server without a reply to a Close: a run that waits most of its time, while the others go on.
deaf="$BUILD/mistakes/close_ignored/server --quiet --port {port}"
"$wscheck" --timeout 0.3 --exec "$deaf" 6455/5.5 6455/7.4 > "$work/deaf" 2>&1 &
waiting=$!

lenient="$BUILD/mistakes/not_minimal_accepted/server --quiet --port {port}"
expect 'a SHOULD alone' 0 ' 0 failed, 1 fell short of a SHOULD' \
    "$wscheck" --exec "$lenient" 6455/5.2/not-minimal/64-bits-for-0
expect 'a fault of a client' 1 '\^\^ the first wrong byte' "$wscheck" --listen 0 --exec \
    "$BUILD/mistakes/client_control_not_masked/client --quiet {url}" 6455/5.1/empty-pong-is-masked
expect 'a SHOULD under --strict' 4 ' 0 failed, 1 fell short of a SHOULD' \
    "$wscheck" --strict --exec "$lenient" 6455/5.2/not-minimal/64-bits-for-0

# Failures that are known.
echo '6455/5.2/not-minimal/64-bits-for-0  # on purpose' > "$work/known"
expect 'a known failure' 0 ' 0 failed, 0 fell short of a SHOULD, 0 skipped, 1 expected' "$wscheck" \
    --strict --expected "$work/known" --exec "$lenient" 6455/5.2/not-minimal/64-bits-for-0
expect 'a known failure that is none' 0 '64-bits-for-0 passes now: its line ' "$wscheck" \
    --strict --expected "$work/known" --exec "$(server step05_echo)" 6455/5.2/not-minimal/64-bits-for-0
echo 6455/5.2/not-minimal/64-bit-for-0 >> "$work/known"
expect 'a name that is none' 2 "no case is named '6455/5.2/not-minimal/64-bit-for-0'" "$wscheck" \
    --expected "$work/known" --exec "$lenient" 6455/5.2/not-minimal
expect 'no such file' 2 "cannot read '$work/unknown': No such" "$wscheck" \
    --expected "$work/unknown" --exec "$lenient" 6455/5.2/not-minimal
expect 'a SHOULD in junit' 0 'failures="0" errors="0" skipped="1"' "$wscheck" --format junit \
    --exec "$lenient" 6455/5.2/not-minimal/64-bits-for-0
expect 'which counts under --strict' 4 'failures="1" errors="0" skipped="0"' "$wscheck" --strict \
    --format junit --exec "$lenient" 6455/5.2/not-minimal/64-bits-for-0

# What no RFC says is practice, and counts under --strict only; what a limit hides is skipped.
echoes="$BUILD/mistakes/close_code_not_checked/server --quiet --port {port}"
expect 'practice alone' 0 ' 0 failed, 0 fell short of a SHOULD, 0 skipped, 1 practice' \
    "$wscheck" --exec "$echoes" 6455/7.4/refused/1004
expect 'practice under --strict' 4 '^  ground    practice: ' \
    "$wscheck" --strict --exec "$echoes" 6455/7.4/refused/1004
expect 'a code that is never sent' 1 '^  ground    MUST: "is a reserved value and MUST NOT' \
    "$wscheck" --exec "$echoes" 6455/7.4/refused/1015
any="$BUILD/mistakes/any_version/server --quiet --port {port}"
expect 'a draft of the protocol may be spoken' 0 '^1 passed' \
    "$wscheck" --strict --exec "$any" 6455/4.4/version/8
expect 'a version of nobody may not' 1 '1 failed' "$wscheck" --exec "$any" 6455/4.4/version/14
limited="$(server step05_echo) --max-message 1000"
expect 'a limit that nobody has told' 0 ' 0 fell short of a SHOULD, 1 skipped' \
    "$wscheck" --strict --exec "$limited" 6455/10.4/large/text/64-kib
expect 'one that is told' 0 '^1 passed' \
    "$wscheck" --strict --max-message 1000 --exec "$limited" 6455/10.4/large/text/64-kib
expect 'one that is lower than told' 1 'Close 1009 for 65536 bytes' \
    "$wscheck" --max-message 65536 --exec "$limited" 6455/10.4/large/text/64-kib

# A case of a MUST may fall short of a SHOULD.
expect 'a SHOULD in a case of a MUST' 0 ' 0 failed, 1 fell short of a SHOULD' \
    "$wscheck" --no-echo --exec "$(server step04_frames)" 6455/5.2/top-bit/alone
expect 'which --must-only passes over' 0 '^1 passed, 0 failed, 0 fell short of a SHOULD' \
    "$wscheck" --must-only --no-echo --exec "$(server step04_frames)" 6455/5.2/top-bit/alone

# What a server printed in an earlier case, or the first time, does not count.
expect 'what is not printed is not printed the second time' 1 '^FAIL   step01/later-bytes-printed' \
    "$wscheck" --timeout 0.5 step01/later-bytes-printed \
    --exec "exec $BUILD/mistakes/later_bytes_not_printed/step01 --port {port}"

# What never comes is not waited for as long each time, and the report says so.
[ "${FULL:-}" != yes ] || # it takes 5 s
    expect 'what has been waited for ten times' 1 \
        'nothing within 0.2 s (not 0.3 s: ten waits for it had been in vain)' \
        "$wscheck" --timeout 0.3 --jobs 4 --exec "$deaf" 6455/7.4/taken

expect 'all failures on demand' 1 '--replay 6455/5.5.1/close-without-code$' "$wscheck" --all \
    --timeout 0.3 --exec "$deaf" 6455/5.5.1/close-answered 6455/5.5.1/close-without-code
expect 'a wrong accept value is the whole report' 1 \
    '^nothing works without a handshake, so [0-9]* of [0-9]* cases were not run$' \
    "$wscheck" --exec "$BUILD/mistakes/guid_with_a_space/server --quiet --port {port}"
mv "$work/output" "$work/report"
expect 'which names it' 0 '^FAIL   6455/4.2.2/ordinary-handshake$' cat "$work/report"
expect 'a head without an end' 3 'no empty line (CR LF CR LF) ends the head of its answer' \
    "$wscheck" --timeout 0.5 \
    --exec "$BUILD/mistakes/head_without_end/server --quiet --port {port}"
one_line 'a head without an end'

# A replay: all bytes but the middle of what is long, and at each step.
expect 'a replay shows the handshake' 0 '^    | GET / HTTP/1.1' \
    "$wscheck" --exec "$(server step05_echo)" --replay 6455/5.2/length/text/65536
expect 'only the middle is left out' 0 '^    ... [0-9]* of 65550 bytes are left out here$' \
    "$wscheck" --exec "$(server step05_echo)" --replay 6455/5.2/length/text/65536
expect 'a replay at step 2' 0 '^1 passed' \
    "$wscheck" --exec "$(server step02_http)" --replay 9112/9/silent-client
expect 'the step of a failure' 3 "^  again .*wscheck step02 --timeout 0.3 --exec .*--replay 9112" \
    "$wscheck" --timeout 0.3 --exec "$(server step01_tcp)" step02 --replay 9112/3/get

# A server that dies is started again. The case that killed it kills it alone, too; one that only
# ran beside it does not count. If none can kill it again, the death counts all the same.
mortal="exec $BUILD/mistakes/dies_of_empty_ping/server --quiet --port {port}"
expect 'a server that dies' 1 '^1 passed, 1 failed, 0 fell short' "$wscheck" \
    --exec "$mortal --handshake-timeout 1" 6455/5.5.2/empty-ping slow/silent-client
mv "$work/output" "$work/died"
expect 'which case killed it' 0 '^  happened  the server died: ' \
    sed -n '/^FAIL   6455.5.5.2.empty-ping/,/happened/p' "$work/died"
expect 'which is an error in junit' 1 'failures="0" errors="1" skipped="0"' "$wscheck" \
    --format junit --exec "$mortal" 6455/5.5.2/empty-ping
once="mkdir $work/once && $mortal; $(server step05_echo) --handshake-timeout 1"
expect 'what it printed last' 1 'the server died: .*; it printed: Error: all is lost$' "$wscheck" \
    --exec "${mortal#exec }; echo 'Error: all is lost'; echo bye" 6455/5.5.2/empty-ping
expect 'one that dies once' 1 '^  happened  the server died: .*; not by this case alone$' \
    "$wscheck" --exec "$once" 6455/5.5.2/empty-ping slow/silent-client

# The report: one cause, however many cases it fails, and it fits a screen.
on_a_screen() {
    cat "$1"
    [ "$(fold -w 80 "$1" | wc -l)" -le 24 ]
}
wait "$waiting"
expect 'a server without a reply to a Close' 0 \
    '^fix first: the server does not answer a Close with a Close, in [3-9][0-9] cases$' \
    on_a_screen "$work/deaf"
expect 'the case that is about it' 0 '^FAIL   6455/5.5.1/close-answered and [3-9][0-9] more$' \
    cat "$work/deaf"
