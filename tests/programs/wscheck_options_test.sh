#!/bin/sh
# What can be asked of wscheck: formats, which cases, wrong usage, and what is no server at all.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

# Formats.
report() { # report FORMAT: of section 5.3, in a file
    "$wscheck" --format "$1" --output "$work/$1" --exec "$(server step05_echo)" 6455/5.3 || exit
    cat "$work/$1"
}
count=$("$wscheck" --list 6455/5.3 | sed -n 's/ cases$//p')
expect 'tap' 0 "^1\.\.$count\$" report tap
expect 'its version' 0 '^# wscheck [0-9]' cat "$work/tap"
expect 'junit' 0 "<testsuite name=\"wscheck\" tests=\"$count\" failures=\"0\"" report junit
expect 'its version' 0 '<property name="version" value="[0-9]' cat "$work/junit"
expect 'json' 0 "\"passed\": $count, .*\"failed\": 0" report json
expect 'its version' 0 '"program": "wscheck", "version": "[0-9]' cat "$work/json"
expect 'a report for people' 0 "^$count passed, 0 failed" report pretty
expect 'its version' 0 '^wscheck [0-9]' cat "$work/pretty"
expect 'no report can be written' 3 "cannot write '$work/no/report': No such" \
    "$wscheck" --output "$work/no/report" --exec "$(server step05_echo)" 6455/5.3
expect 'the list as json' 0 '"name": "6455/5.3/key-of-zeros", "section": "6455/5.3", "level": "MUST"' \
    "$wscheck" --list --format json 6455/5.3
expect 'no colour off the terminal' 0 '^ok     6455/5.3/key-of-zeros$' \
    "$wscheck" --exec "$(server step05_echo)" --replay 6455/5.3/key-of-zeros

# Which cases.
without() { # without PATTERN ARGUMENT: how many of the cases that are left match
    "$wscheck" --list "$2" > "$work/list" || exit
    grep -c -e "$1" "$work/list"
}
expect 'all but one' 0 "^$((count - 1)) cases\$" "$wscheck" --list 6455/5.3 '!6455/5.3/key-of-zeros'
expect 'all others' 1 '^0$' without 7692/ '!7692'
expect 'none is left' 2 'no case is left' "$wscheck" --list 6455/5.3 '!6455/5'
expect 'what must be' 1 '^0$' without ' SHOULD  *step' --must-only
expect 'the quick ones' 0 ' 0 failed, 0 fell short' "$wscheck" --strict --quick --timeout 10 \
    --exec "$(server step05_echo)"
expect 'one of each family' 0 '^2 cases$' "$wscheck" --list --quick 6455/7.4/taken 6455/5.5.2/empty-ping

# What is no WebSocket server gets one line and status 3.
expect 'nobody there' 3 'is the server running' "$wscheck" ws://127.0.0.1:1/
one_line 'nobody there'
expect 'HTTP only' 3 "answers the handshake with 'HTTP/1.1 [245]" \
    "$wscheck" --exec "$(server step02_http)"
one_line 'HTTP only'
expect 'silence' 3 'does it hang' "$wscheck" --timeout 0.5 --exec "$(server step01_tcp)"
one_line 'silence'
expect 'a command that ends' 3 'exit status 7; it printed: sorry' \
    "$wscheck" --exec 'echo sorry; exit 7'
one_line 'a command that ends'

# Usage.
expect 'no URL' 2 'give a URL' "$wscheck"
expect 'two URLs' 2 'one URL at a time' "$wscheck" ws://127.0.0.1:1/ ws://127.0.0.1:2/
expect 'a secure URL' 2 'TLS' "$wscheck" wss://127.0.0.1:1/
expect 'a web page' 2 'did you mean ws://' "$wscheck" http://127.0.0.1:1/
expect 'a host and a port alone' 2 'is ws://127.0.0.1:1 meant' "$wscheck" 127.0.0.1:1
expect 'a header without a colon' 2 "NAME: VALUE', not 'Bad'" "$wscheck" --header Bad ws://127.0.0.1:1/
expect 'a bad port' 2 'no host and port' "$wscheck" ws://127.0.0.1:70000/
expect 'a fragment' 2 "has no '#'" "$wscheck" 'ws://127.0.0.1:1/#x'
expect 'a wrong selector' 2 'near it are 6455/5.5' "$wscheck" --list 6455/5.5.9
expect 'a wrong step' 2 'near it are step05' "$wscheck" --list step95
expect 'a wrong option' 2 "did you mean '--strict'" "$wscheck" --stric
expect 'no time' 2 'needs seconds from 0.001 to' "$wscheck" --timeout 0 ws://127.0.0.1:1/
expect 'a wrong format' 2 'pretty, tap, junit or json' "$wscheck" --format xml ws://127.0.0.1:1/
expect 'help' 0 '^  --exec ' "$wscheck" --help
expect 'the list' 0 '^[1-9][0-9]* cases$' "$wscheck" --list
