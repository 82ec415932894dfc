#!/bin/sh
# Runs the built servers against clients that other people wrote.
#
#     sh tests/interop/run.sh [DRIVER...]
#
# The drivers are curl, node_ws, python_websockets, browser and tutorial; without an argument all of
# them run. The programs are expected in $BUILD (default: build). A driver whose client is missing
# is skipped, which counts as a failure when CI is true.

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
    echo "# $name"
    { "$@" 2>&1; echo "$?" >"$work/status"; } </dev/null | tee "$work/$name.log"
    ok=$(grep -c '^ok - ' "$work/$name.log")
    wrong=$(grep -c '^FAIL - ' "$work/$name.log")
    status=$(cat "$work/status")
    if [ "$wrong" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        echo "FAIL - $name: wanted checks and status 0, came $ok checks and status $status"
        wrong=1
    fi
    passed=$((passed + ok))
    failed=$((failed + wrong))
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# The npm packages are installed once, below the build directory, and both at once: npm would
# remove the first when it is told to add the second alone. This playwright-core is one that runs
# with Debian's Node 18.
npm_packages() {
    if [ -d "$work/node_modules/ws" ] && [ -d "$work/node_modules/playwright-core" ]; then
        return 0
    fi
    npm install --no-save --prefix "$work" --no-audit --no-fund ws@8 playwright-core@1.60 \
        >"$work/npm.log" 2>&1
}

# node_driver NAME runs a driver that is written in JavaScript.
node_driver() {
    if ! have node; then
        skip "$1" "apt-get install nodejs"
    elif ! [ -d "$work/node_modules" ] && ! have npm; then
        skip "$1" "apt-get install npm"
    elif ! npm_packages; then
        skip "$1" "npm could not install ws and playwright-core, see $work/npm.log"
    else
        run "$1" node "$here/$1.mjs"
    fi
}

# Debian's packages belong to Debian's own interpreter, which need not be the first on the PATH.
find_python() {
    for python in /usr/bin/python3 python3; do
        if have "$python" && "$python" -c 'import websockets' 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

find_chromium() {
    for CHROMIUM in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome; do
        if CHROMIUM=$(command -v "$CHROMIUM"); then
            export CHROMIUM
            return 0
        fi
    done
    return 1
}

# browser_driver NAME runs a driver that needs a browser as well.
browser_driver() {
    if find_chromium; then
        node_driver "$1"
    else
        skip "$1" "apt-get install chromium"
    fi
}

if [ $# -eq 0 ]; then
    set -- curl node_ws python_websockets browser tutorial
fi
for driver in "$@"; do
    case $driver in
        curl)
            if have curl; then
                run curl sh "$here/curl.sh"
            else
                skip curl "apt-get install curl"
            fi
            ;;
        node_ws) node_driver node_ws ;;
        python_websockets)
            if find_python; then
                run python_websockets "$python" "$here/python_websockets.py"
            else
                skip python_websockets "apt-get install python3-websockets"
            fi
            ;;
        browser | tutorial) browser_driver "$driver" ;;
        *)
            echo "There is no driver $driver." \
                "There are curl, node_ws, python_websockets, browser and tutorial." >&2
            exit 2
            ;;
    esac
done

if [ "$skipped" -eq 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "${CI:-}" != true ] || failed=$((failed + skipped))
[ "$failed" -eq 0 ]
