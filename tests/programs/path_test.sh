#!/bin/sh
# The Makefile in a folder whose name has a space and quotes, with one room more, step 99: what a
# shell reads is quoted, and a step may have two digits.
work=$(mktemp -d) || exit 1
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
clean_up() {
    rm -rf "$work"
}
[ -z "${SANITIZED:-}" ] || skip 'how make is called does not depend on the sanitizer'
copy="$work/it's my \"code\""
installed="$work/it's \"there\""

# The sources as they are, and what has been built of them, so that next to nothing is compiled.
mkdir -p "$copy/build" "$copy/step99_demo"
for each in *; do
    [ "$each" = build ] || ln -s "$PWD/$each" "$copy/$each"
done
for each in obj gen flags wscheck tutorial-bin; do
    cp -pR "$BUILD/$each" "$copy/build/$each"
done
cp -p "$BUILD"/step* "$copy/build"
printf '#include "step99_demo/demo.h"\nint main(void) {\n    demo_show();\n}\n' \
    > "$copy/step99_demo/main.c"
printf '#include <stdio.h>\n#include "step99_demo/demo.h"\nvoid demo_show(void) {\n%s\n}\n' \
    '    puts("step 99 runs");' > "$copy/step99_demo/demo.c"
echo 'void demo_show(void);' > "$copy/step99_demo/demo.h"
steps=$(cd "$copy" && echo step*_*)

there() { # there ARGUMENT...: runs make in the copy
    "$MAKE" --no-print-directory -C "$copy" BUILD=build STEPS="$steps" step99_demo=demo "$@"
}

expect 'a step of two digits is built' 0 '^  LINK build/step99_demo$' there
expect 'it runs' 0 '^step 99 runs$' there step99
expect 'its snapshot' 0 '^build/flat/step99: [0-9]* files, ' there flat ONLY='1 99'
expect 'a snapshot is compiled' 0 ' -o main.o ' "$MAKE" -C "$copy/build/flat/step01" CFLAGS=-O0 main.o
expect 'what it adds' 0 '^step99 adds to step08: 2 files, 6 lines of C; ' there diff FROM=8 TO=99
expect 'a stage that wscheck does not know' 2 "no case is named 'step99'" \
    there check STEP=99 URL=ws://a/
expect 'a URL with a quote' 2 "^wscheck: ws://127.0.0.1:1/it's: " \
    there check STEP=3 URL="ws://127.0.0.1:1/it's"
expect 'a client with quotes' 0 '^1 passed, 0 failed' there check ARGS='--timeout 10 6455/5.1/empty-pong-is-masked' \
    CLIENT="sh -c 'exec build/step06_client --quiet --subprotocol \"\$\$0\" \"\$\$1\"' chat {url}"
expect 'the client of step 6' 2 'a URL begins with ws://' there step06 URL="it's"
! command -v python3 > /dev/null ||
    expect 'the tutorial' 0 ' passed, 0 failed$' there tutorial ARGS='--only=rules docs/rules.md'
there compdb
expect 'commands for editors' 0 "^{\"directory\": \".*/it's my \\\\\"code\\\\\"\", " \
    cat "$copy/compile_commands.json"

there install DESTDIR="$installed" PREFIX=/usr > /dev/null
expect 'the server is installed' 0 '^usage: step05_echo' "$installed/usr/bin/step05_echo" --help
expect 'so is wscheck' 0 '^[1-9][0-9]* cases$' "$installed/usr/bin/wscheck" --list
expect 'so is its manual page' 0 WSCHECK cat "$installed/usr/share/man/man1/wscheck.1"
there uninstall DESTDIR="$installed" PREFIX=/usr > /dev/null
files_left() {
    find "$installed" -type f | wc -l
}
expect 'nothing is left' 0 '^ *0$' files_left

# A flag with quotes in it, which does not change what has been built.
flag="CPPFLAGS=-DA_TEXT='\"a b\"'"
there "$flag" build/flags
touch -t 200001010000 "$copy/build/flags"
expect 'a flag with quotes, and a planted mistake' 0 '^1 passed, 0 failed$' \
    there "$flag" mistakes MISTAKES=any_method
