#!/bin/sh
# Builds the servers of the bench in $BUILD/bench. Prints a line for each server that can run,
#     server NAME|TITLE|VERSION|PROTOCOL|COMMAND
# and a line for each that cannot,
#     missing NAME|TITLE|WHAT IT NEEDS
set -u
BUILD=${BUILD:-build}
CC=${CC:-cc}
CXX=${CXX:-c++}
here=$(dirname "$0")
work=$BUILD/bench
limit=12000 # connections; the idle cell opens 10,000
mkdir -p "$work"

server() { # server NAME TITLE VERSION PROTOCOL COMMAND
    echo "server $1|$2|$3|$4|$5"
}
missing() { # missing NAME TITLE NEEDS
    reason=
    [ ! -s "$work/$1.log" ] || reason=" ($work/$1.log says why)"
    echo "missing $1|$2|$3$reason"
}

# Prints the version that a header defines as a string. version HEADER MACRO COMPILER
version() {
    found=$(echo "#include <$1>" | "$3" -E -dM -x c++ - 2> /dev/null |
        sed -n "s/^#define $2 \"\(.*\)\"/\1/p" | tr _ . |
        sed 's/-*$//')
    echo "${found:-version unknown}"
}

# Compiles a program unless it is newer than its source. compile PROGRAM SOURCE COMPILER ARGUMENT...
compile() {
    program=$1
    source=$2
    shift 2
    [ -z "$(find "$program" -newer "$source" 2> /dev/null)" ] || return 0
    echo "building $program" >&2
    "$@" -O2 -pthread -D_DEFAULT_SOURCE -I. -o "$program" "$source" > "$program.log" 2>&1 &&
        return 0
    rm -f "$program"
    return 1
}

server raw 'raw TCP echo' 'this repository' raw "$BUILD/bench_raw --port 0"
server ours 'this server' 'this repository' ws \
    "$BUILD/step05_echo --port 0 --quiet --max-connections $limit --max-message 67108864"
server again 'raw TCP echo again' 'this repository' raw "$BUILD/bench_raw --port 0"
server masked 'raw TCP echo that masks' 'this repository' raw "$BUILD/bench_raw --port 0 --mask"
server epoll 'raw, one thread' 'this repository' raw "$BUILD/bench_raw --port 0 --epoll"

# --no-as-needed, because compile puts the source after the libraries.
if compile "$work/lws" "$here/peers/lws.c" "$CC" -Wl,--no-as-needed -lwebsockets; then
    server lws libwebsockets "$(version lws_config.h LWS_LIBRARY_VERSION "$CXX")" ws "$work/lws"
else
    missing lws libwebsockets 'apt-get install libwebsockets-dev'
fi

if compile "$work/beast" "$here/peers/beast.cpp" "$CXX"; then
    server beast Boost.Beast "$(version boost/version.hpp BOOST_LIB_VERSION "$CXX")" ws "$work/beast"
else
    missing beast Boost.Beast 'apt-get install g++ libboost-dev'
fi

if command -v node > /dev/null && { [ -d "$work/node_modules/ws" ] ||
    npm install --no-save --no-audit --no-fund --prefix "$work" ws@8 > /dev/null 2>&1; }; then
    cp "$here/peers/ws.mjs" "$work/ws.mjs"
    version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$work/node_modules/ws/package.json" | head -n 1)
    server ws "Node's ws" "$version on Node $(node --version)" ws "node $work/ws.mjs"
else
    missing ws "Node's ws" 'node, npm and a network (apt-get install nodejs npm)'
fi
