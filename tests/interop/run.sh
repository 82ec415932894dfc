#!/bin/sh
# Runs the built servers against clients that other people wrote, and the clients of steps 6 and 7
# against their servers.
#
#     sh tests/interop/run.sh [DRIVER...]
#
# Without an argument all drivers run; `drivers` below names them. The programs are expected in
# $BUILD (default: build). A driver whose client is missing is skipped, which counts as a failure
# when CI is true.

drivers='curl uwsc java perl_mojolicious
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

# The npm packages are installed below the build directory, with one command: if npm adds a single
# package, it removes the others. These versions run with Debian's Node 18.
packages='ws@8.23.0 puppeteer-core@24.43.1 wscat@6.1.0 undici@6.29.1 websocket@1.0.35 bun@1.4.5
    deno@2.9.6'
npm_packages() {
    [ "$(cat "$work/packages" 2>/dev/null)" != "$packages" ] || return 0
    # shellcheck disable=SC2086 # the list is split on purpose
    npm install --no-save --prefix "$work" --no-audit --no-fund $packages >"$work/npm.log" 2>&1 &&
        echo "$packages" >"$work/packages"
}

# npm_driver NAME COMMAND... runs a driver that needs Node and the npm packages.
npm_driver() {
    if ! have node; then
        skip "$1" "apt-get install nodejs"
    elif ! [ -f "$work/packages" ] && ! have npm; then
        skip "$1" "apt-get install npm"
    elif ! npm_packages; then
        skip "$1" "npm could not install $packages, see $work/npm.log"
    else
        run "$@"
    fi
}

# Only Debian's own interpreter finds Debian's packages, and it need not be the first on the PATH.
# with_python MODULE COMMAND... runs a driver with PYTHON set to one that has the module.
with_python() {
    for PYTHON in /usr/bin/python3 python3; do
        if have "$PYTHON" && "$PYTHON" -c "import $1" 2>/dev/null; then
            export PYTHON
            shift
            "$@"
            return
        fi
    done
    skip "$driver" "apt-get install python3-$1"
}
python_driver() {
    run "$driver" "$PYTHON" "$here/python.py" "$1"
}

# command_driver COMMAND PACKAGE SCRIPT [ARGUMENT...]
command_driver() {
    if have "$1"; then
        shift 2
        run "$driver" sh "$@"
    else
        skip "$driver" "apt-get install $2"
    fi
}

# find_browser VARIABLE NAME... sets the variable to the path of the first program there is.
find_browser() {
    variable=$1
    shift
    for name in "$@"; do
        if name=$(command -v "$name"); then
            export "$variable=$name"
            return 0
        fi
    done
    return 1
}

chromium_driver() {
    if find_browser CHROMIUM ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome; then
        npm_driver "$@"
    else
        skip "$1" "apt-get install chromium"
    fi
}

firefox_driver() {
    if find_browser FIREFOX ${FIREFOX:+"$FIREFOX"} firefox-esr firefox; then
        npm_driver "$@"
    else
        skip "$1" "apt-get install firefox-esr"
    fi
}

# shellcheck disable=SC2086 # the list is split on purpose
[ $# -gt 0 ] || set -- $drivers
bin=$work/node_modules/.bin
for driver in "$@"; do
    case $driver in
        curl) command_driver curl curl "$here/curl.sh" ;;
        uwsc) command_driver uwsc uwsc "$here/command_lines.sh" uwsc ;;
        java) command_driver java openjdk-17-jdk-headless "$here/command_lines.sh" java ;;
        perl_mojolicious)
            if perl -MMojo::UserAgent -e 1 2>/dev/null; then
                run "$driver" perl "$here/$driver.pl"
            else
                skip "$driver" "apt-get install libmojolicious-perl"
            fi
            ;;
        python_*) with_python "${driver#python_}" python_driver "${driver#python_}" ;;
        node_*) npm_driver "$driver" node "$here/websocket.mjs" "${driver#node_}" ;;
        node) npm_driver "$driver" node "$here/websocket.mjs" own ;;
        bun) npm_driver "$driver" "$bin/bun" "$here/websocket.mjs" own ;;
        deno) npm_driver "$driver" "$bin/deno" run --allow-all "$here/websocket.mjs" own ;;
        client_node_ws) npm_driver "$driver" node "$here/client.mjs" ws ;;
        client_websockets)
            with_python websockets npm_driver "$driver" node "$here/client.mjs" websockets
            ;;
        wscat) npm_driver "$driver" sh "$here/command_lines.sh" wscat ;;
        tutorial) chromium_driver "$driver" node "$here/tutorial.mjs" ;;
        chromium) chromium_driver "$driver" node "$here/browser.mjs" chromium ;;
        firefox) firefox_driver "$driver" node "$here/browser.mjs" firefox ;;
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
