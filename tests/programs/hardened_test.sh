#!/bin/sh
# The programs carry what the Makefile asks of compiler and linker against mistakes that no test has
# found. What is not ELF, or is built in another way on purpose, is not looked at.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh
readelf -h "$BUILD/step05_echo" > /dev/null 2>&1 ||
    skip 'there is no readelf, or the programs are not ELF'

# carries NAME PROGRAM PATTERN: a line of what readelf says of it matches.
carries() {
    expect "$2: $1" 0 "$3" readelf -W -h -l -d --dyn-syms "$BUILD/$2"
}

for program in step01_tcp step05_echo step06_client step07_deflate wscheck; do
    carries 'code that may lie anywhere' $program 'Type: *DYN'
    carries 'tables of addresses that cannot be written' $program GNU_RELRO
    carries 'and are whole before the program starts' $program 'BIND_NOW\|Flags:.* NOW'
    carries 'a stack that cannot be executed' $program 'GNU_STACK .* RW '
    carries 'overrun stacks are noticed' $program __stack_chk_fail
    case ${COMPILE:-} in # if CFLAGS did not take it back, and as far as the C library can do it
        *-U_FORTIFY_SOURCE*-U_FORTIFY_SOURCE*) ;;
        *-D_FORTIFY_SOURCE*) ! readelf -d "$BUILD/$program" | grep -q 'libc\.so\.6' ||
            carries 'overrun buffers are noticed' $program 'printf_chk' ;;
    esac
done
