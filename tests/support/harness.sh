# What the tests that are scripts share. Each runs in the project's folder, and has a folder of its
# own for files, $work. Its last line is the two counts, however it ends.
# shellcheck disable=SC2034 # who reads this uses what is set here
set -u
BUILD=${BUILD:-build}
MAKE=${MAKE:-make}
work=${work:-$BUILD/$(basename "$0" .sh)}
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"
trap finish EXIT
trap 'exit 1' HUP INT TERM

# clean_up is what a test has to do in the end, whatever happens.
clean_up() {
    :
}

finish() {
    ended=$?
    [ "$ended" -eq 0 ] || result "the test itself, which ended with status $ended" false
    clean_up
    echo "$passed passed, $failed failed"
    exit $((failed > 0))
}

# skip WHY ends a test that cannot run here.
skip() {
    echo "SKIPPED: $1"
    passed=1
    exit 0
}

# result NAME COMMAND... counts whether the command, which prints nothing, succeeds; if not, what is
# in $work/output says why.
result() {
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $name:"
        grep -v '^found ' "$work/output" | tail -n 60
    fi
}

# expect NAME STATUS PATTERN COMMAND... requires the status and a line that matches the pattern.
expect() {
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    "$@" > "$work/output" 2>&1
    status=$?
    result "$name: wanted status $wanted and '$pattern', got status $status and" is_expected
}
is_expected() {
    [ "$status" -eq "$wanted" ] && grep -q -e "$pattern" "$work/output"
}

# one_line NAME requires that the last output was a single line, besides those of make.
one_line() {
    result "$1: wanted one line, got" [ "$(grep -c -v '^make' "$work/output")" -eq 1 ]
}

# until_seen PATTERN FILE waits until a line of the file matches, for ten seconds at most.
until_seen() {
    tries=0
    until grep -q -e "$1" "$2" 2> /dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.05
    done
}

# start COMMAND... starts a server that announces its port; sets $server, its process id, and $port.
start() {
    : > "$work/announced"
    "$@" > "$work/announced" 2> "$work/log" &
    server=$!
    until_seen '^listening on ' "$work/announced"
    port=$(sed -n 's,^listening on [a-z]*://[^/]*:\([0-9]*\).*,\1,p' "$work/announced")
}
stop() {
    kill "$server" && wait "$server" 2> /dev/null
}

# wscheck and the command that has it start a server of the house, such as step05_echo.
wscheck=$BUILD/wscheck
server() {
    echo "exec $BUILD/$1 --quiet --port {port}"
}
