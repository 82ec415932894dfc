#!/bin/sh
# The programs carry what the Makefile asks of compiler and linker against mistakes that no test has
# found. What is not ELF, or is built in another way on purpose, is not looked at.
set -u
BUILD=${BUILD:-build}
if ! command -v readelf > /dev/null || ! readelf -h "$BUILD/step05_echo" > /dev/null 2>&1; then
    echo 'SKIPPED: there is no readelf, or the programs are not ELF'
    echo '1 passed, 0 failed'
    exit 0
fi
passed=0
failed=0

# expect NAME PROGRAM PATTERN: a line of what readelf says matches.
expect() {
    if readelf -W -h -l -d --dyn-syms "$BUILD/$2" | grep -qE "$3"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL - $2: $1"
    fi
}

for program in step01_tcp step05_echo step06_client step07_deflate wscheck; do
    expect 'code that may lie anywhere' $program 'Type: *DYN'
    expect 'tables of addresses that cannot be written' $program GNU_RELRO
    expect 'and are whole before the program starts' $program 'BIND_NOW|Flags:.* NOW'
    expect 'a stack that cannot be executed' $program 'GNU_STACK .* RW '
    expect 'overrun stacks are noticed' $program __stack_chk_fail
    case ${COMPILE:-} in # if CFLAGS did not take it back, and as far as the C library can do it
        *-U_FORTIFY_SOURCE*-U_FORTIFY_SOURCE*) ;;
        *-D_FORTIFY_SOURCE*) ! readelf -d "$BUILD/$program" | grep -q 'libc\.so\.6' ||
            expect 'overrun buffers are noticed' $program 'printf_chk' ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
