#!/bin/sh
# What the programs make of what they are started with: standard descriptors that are closed, full
# or left by their reader, few descriptors, and a signal while others run for them. Output that is
# lost is told of, and no socket is taken for a standard descriptor.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
version=$(sed -n 's/^#define OPTIONS_VERSION "\(.*\)"$/\1/p' common/options.h)
mkfifo "$work/fifo"

# check NAME STATUS LINES PATTERN: the last command ended with this $status, after this many lines
# on standard error, each of which matches.
check() {
    wanted=$2
    lines=$3
    pattern=$4
    cp "$work/err" "$work/output"
    result "$1: wanted status $2 and $3 lines with '$4', got status $status and" is_as_wanted
}
is_as_wanted() {
    [ "$status" -eq "$wanted" ] && [ "$(wc -l < "$work/err")" -eq "$lines" ] &&
        [ "$(grep -c -e "$pattern" "$work/err")" -eq "$lines" ]
}

# to_nobody COMMAND...: its output is a pipe whose reader has left. Its last words go to `err`.
to_nobody() {
    true < "$work/fifo" &
    exec 4> "$work/fifo"
    wait $!
    "$@" >&4 2> "$work/err"
    status=$?
    exec 4>&-
}

lost='standard output cannot be written'
for program in step01_tcp step02_http step03_handshake step04_frames step05_echo step06_client \
    step07_deflate step07_client wscheck; do
    code=1
    [ $program != wscheck ] || code=3
    status=$("$BUILD/$program" --version 2> "$work/err" | grep -c -x -F "$program $version")
    check "$program --version" 1 0 ''
    for option in --version --help; do
        "$BUILD/$program" $option >&- 2> "$work/err"
        status=$?
        check "$program $option, closed" "$code" 1 "$lost: Bad file descriptor"
        to_nobody "$BUILD/$program" $option
        check "$program $option, to nobody" "$code" 1 "$lost: Broken pipe"
        [ -c /dev/full ] || continue
        "$BUILD/$program" $option > /dev/full 2> "$work/err"
        status=$?
        check "$program $option, full" "$code" 1 "$lost: No space left on device"
    done
done

# A server that nobody can tell where it listens says so in its log, and serves.
"$BUILD/step05_echo" --port 0 >&- 2> "$work/log" &
server=$!
until_seen "$lost" "$work/log"
url=$(sed -n "s|.*$lost.*\(ws://127.0.0.1:[0-9]*/\).*|\1|p" "$work/log")

# client NAME STATUS LINES PATTERN says hello and checks the result.
exec 3>&1
client() {
    echo hello | "$BUILD/step06_client" --quiet --wait 0.2 "$url" 2> "$work/err"
    status=$?
    check "$@" >&3
}
client 'a client of a server without an output' 0 0 '' > "$work/out"
status=$(grep -c -x hello "$work/out")
check 'its echo' 1 0 ''
client 'a client with a closed output' 1 1 "$lost" >&-
[ ! -c /dev/full ] || client 'a client with a full output' 1 1 "$lost" > /dev/full
for output in open closed; do
    if [ $output = open ]; then
        "$BUILD/step06_client" --quiet --wait 0 "$url" <&- > "$work/out" 2> "$work/err"
    else
        "$BUILD/step06_client" --quiet --wait 0 "$url" <&- >&- 2> "$work/err"
    fi
    status=$?
    check "a client without an input, its output $output" 0 0 ''
done
kill "$server"
wait "$server"
status=$?
grep 'after 0 messages' "$work/log" > "$work/err"
check 'the server heard nothing from those without an input' 0 2 'closed with 1000'

# Where there is no /dev/null to take their places, no socket gets them either.
for way in 'unshare -m' 'unshare -rm'; do
    # shellcheck disable=SC2016 # the inner shell takes its own arguments
    alone='mount -t tmpfs none /dev && exec "$@"'
    [ -d /proc/self/fd ] || break
    $way sh -c "$alone" sh true 2> /dev/null || continue
    $way sh -c "$alone <&- >&- 2>&-" sh "$BUILD/step05_echo" --port 0 &
    server=$!
    tries=0
    until find "/proc/$server/fd" -lname 'socket:*' 2> /dev/null | grep -q . || [ $tries -eq 200 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    find "/proc/$server/fd" -name '[012]' -lname 'socket:*' > "$work/err"
    kill "$server"
    wait "$server"
    status=$?
    check 'standard descriptors without /dev/null' 0 0 ''
    break
done

# The checker. Its report must not land in a connection under test.
echo_server="exec $BUILD/step05_echo --quiet --port {port}"
unwritten() { # unwritten NAME ARGUMENT... of wscheck, whose output is lost
    unwritten_name=$1
    shift
    "$wscheck" --timeout 10 "$@" 2> "$work/err"
    status=$?
    check "$unwritten_name" 3 1 "$lost" >&3
}
unwritten 'a report to a closed output' --exec "$echo_server" 6455/5.5 >&-
unwritten 'the list to a closed output' --list >&-
to_nobody "$BUILD/wscheck" --list
check 'the list to nobody' 3 1 "$lost: Broken pipe"
[ ! -c /dev/full ] ||
    unwritten 'a report to a full disk' --exec "$echo_server" --format json 6455/5.5 \
        > /dev/full
# shellcheck disable=SC2016 # the inner shell lowers its own limit
sh -c 'ulimit -Sn 24; exec "$@"' sh "$BUILD/wscheck" --timeout 10 --jobs 32 --exec "$echo_server" \
    6455/5.5 > "$work/out" 2> "$work/err"
status=$?
check 'few descriptors' 0 0 ''

# A server whose output no thread can read is not left behind, and cases for which there is no
# thread run all the same. A thread of glibc's has as much stack as ulimit says, and there is memory
# for one of them, or two; elsewhere all start. A sanitizer needs more address space.
# shellcheck disable=SC2016 # the inner shell lowers its own limits
threads='ulimit -Ss 1048576 && ulimit -Sv "$1" && shift && exec "$@"'
if [ -z "${SANITIZED:-}" ] && sh -c "$threads" sh 1900000 true 2> /dev/null; then
    sh -c "$threads" sh 2900000 "$BUILD/wscheck" --exec "$echo_server" 6455/5.5.3 \
        > "$work/out" 2> "$work/err"
    status=$?
    check 'two threads are enough' 0 0 ''
    rm -f "$work/pid"
    sh -c "$threads" sh 1900000 "$BUILD/wscheck" --exec "echo \$\$ > $work/pid; $echo_server" \
        6455/5.5 > "$work/out" 2>&1
    sleep 0.3 # it may only just have begun
    status=0
    [ ! -s "$work/pid" ] || ! kill "$(cat "$work/pid")" 2> /dev/null || status=1
    : > "$work/err"
    check 'nothing is left without a thread' 0 0 ''
fi

# What --exec has started does not outlive the checker. (In the background a shell ignores ^C.)
for signal in TERM HUP; do
    rm -f "$work/pid"
    "$BUILD/wscheck" --exec "echo \$\$ > $work/pid; $echo_server --ping-interval 0" slow \
        > "$work/out" 2> "$work/err" &
    checker=$!
    until_seen . "$work/pid"
    kill -"$signal" "$checker"
    wait "$checker" 2> /dev/null
    status=$?
    case $status in
        129 | 143) status=0 ;;
    esac
    kill -0 "$(cat "$work/pid")" 2> /dev/null && kill "$(cat "$work/pid")" && status=1
    check "nothing is left after SIG$signal" 0 0 ''
done
