#!/bin/sh
# Runs the built servers against clients that other people wrote, and the clients of steps 6 and 7
# against their servers.
#
#     sh tests/interop/run.sh [DRIVER...]
#
# Without an argument all drivers run; `drivers` below names them. The programs are expected in
# $BUILD (default: build). A driver whose client is missing is skipped, which counts as a failure
# when CI is true.

drivers='uwsc java perl
    python_websockets python_autobahn python_aiohttp python_websocket python_tornado
    node_ws node_websocket node bun deno wscat chromium firefox tutorial
    client_node_ws client_websockets'

here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-build}
if ! [ -d "$BUILD" ]; then
    echo "There is no directory $BUILD; build the programs first, with make." >&2
    exit 1
fi
BUILD=$(cd "$BUILD" && pwd)
export BUILD

work=$BUILD/interop
mkdir -p "$work" || exit 1
passed=0
failed=0
skipped=0

# skip WHAT REMEDY
skip() {
    echo "SKIP $1: $2"
    skipped=$((skipped + 1))
}

# run NAME COMMAND... counts the lines that the driver prints. A driver that fails without saying
# so, or that checks nothing, is a failure too.
run() {
    name=$1
    shift
    { "$@" 2>&1; echo "$?" >"$work/status"; } </dev/null | tee "$work/$name.log"
    ok=$(grep -c '^ok - ' "$work/$name.log")
    wrong=$(grep -c '^FAIL - ' "$work/$name.log")
    status=$(cat "$work/status")
    if [ "$wrong" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        echo "FAIL - $name: wanted checks and status 0, came $ok checks and status $status"
        wrong=1
    fi
    echo "# $name: $ok passed, $wrong failed"
    passed=$((passed + ok))
    failed=$((failed + wrong))
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# needs COMMAND PACKAGE
needs() {
    have "$1" || { skip "$driver" "apt-get install $2"; false; }
}

# The npm packages are installed below the build directory, with one command: if npm adds a single
# package, it removes the others. These versions run with Debian's Node 18.
packages='ws@8.23.0 puppeteer-core@24.43.1 wscat@6.1.0 undici@6.29.1 websocket@1.0.35 bun@1.4.5
    deno@2.9.6'
needs_packages() {
    needs node nodejs || return
    [ "$(cat "$work/packages" 2>/dev/null)" != "$packages" ] || return 0
    needs npm npm || return
    # shellcheck disable=SC2086 # the list is split on purpose
    npm install --no-save --prefix "$work" --no-audit --no-fund $packages >"$work/npm.log" 2>&1 &&
        echo "$packages" >"$work/packages" && return
    skip "$driver" "npm could not install $packages, see $work/npm.log"
    false
}

# Only Debian's own interpreter finds Debian's packages, and it need not be the first on the PATH.
# needs_python MODULE sets PYTHON to an interpreter that has the module.
needs_python() {
    for PYTHON in /usr/bin/python3 python3; do
        if have "$PYTHON" && "$PYTHON" -c "import $1" 2>/dev/null; then
            export PYTHON
            return
        fi
    done
    skip "$driver" "apt-get install python3-$1"
    false
}

needs_mojolicious() {
    perl -MMojo::UserAgent -e 1 2>/dev/null ||
        { skip "$driver" "apt-get install libmojolicious-perl"; false; }
}

# needs_browser VARIABLE PACKAGE NAME... sets the variable to the path of the first program found.
needs_browser() {
    variable=$1
    package=$2
    shift 2
    for name in "$@"; do
        if name=$(command -v "$name"); then
            export "$variable=$name"
            return
        fi
    done
    skip "$driver" "apt-get install $package"
    false
}
needs_chromium() {
    needs_browser CHROMIUM chromium ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome
}
needs_firefox() {
    needs_browser FIREFOX firefox-esr ${FIREFOX:+"$FIREFOX"} firefox-esr firefox
}

# node_driver SCRIPT ARGUMENT... runs a driver, client COMMAND... the one for a client.
node_driver() {
    script=$here/$1
    shift
    needs node nodejs && run "$driver" node "$script" "$@"
}
client() {
    node_driver clients.mjs "${driver#python_}" "$@"
}

# shellcheck disable=SC2086 # the list is split on purpose
[ $# -gt 0 ] || set -- $drivers
bin=$work/node_modules/.bin
clients=$here/clients
for driver in "$@"; do
    case $driver in
        uwsc) needs uwsc uwsc && node_driver command_lines.mjs uwsc ;;
        wscat) needs_packages && node_driver command_lines.mjs wscat ;;
        java)
            rm -f "$work/Client.class"
            needs javac openjdk-17-jdk-headless && javac -d "$work" "$clients/Client.java"
            ! have javac || client java -cp "$work" Client
            ;;
        perl) needs_mojolicious && client perl "$clients/client.pl" ;;
        python_*)
            module=${driver#python_}
            needs_python "$module" && client "$PYTHON" "$clients/client.py" "$module"
            ;;
        node_*) needs_packages && client node "$clients/client.mjs" "${driver#node_}" ;;
        node) needs_packages && client node "$clients/client.mjs" own ;;
        bun) needs_packages && client "$bin/bun" "$clients/client.mjs" own ;;
        deno) needs_packages && client "$bin/deno" run --allow-all "$clients/client.mjs" own ;;
        client_node_ws) needs_packages && node_driver client.mjs ws ;;
        client_websockets) needs_python websockets && node_driver client.mjs websockets ;;
        chromium) needs_chromium && needs_packages && node_driver browser.mjs chromium ;;
        firefox) needs_firefox && needs_packages && node_driver browser.mjs firefox ;;
        tutorial) needs_chromium && needs_packages && node_driver tutorial.mjs ;;
        *)
            echo "There is no driver $driver. There are $drivers" >&2
            exit 2
            ;;
    esac
done

# tests/requests has what Postman and Safari send.
echo "NOT TRIED: websocat (not in Debian 12; npm's package of that name holds no program)," \
    "Postman and Safari (nor are they)"
if [ "$skipped" -eq 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "${CI:-}" != true ] || failed=$((failed + skipped))
[ "$failed" -eq 0 ]
