#!/bin/sh
# wscheck and the event loop of step 8: every case, strictly, as the steps with threads pass them.
# With FULL=yes also with poll(2) and with several loops.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

strictly() { # strictly NAME OPTION...
    name=$1
    shift
    expect "$name" 0 '^[0-9]* passed, 0 failed, 0 fell short of a SHOULD, 0 skipped, ' \
        "$wscheck" --strict --exec "$(server step08_loop) $*"
}

strictly 'one loop'
if [ "${FULL:-}" = yes ]; then
    strictly 'poll' --poll poll
    strictly 'several loops' --loops 3
fi
expect 'an unknown way to wait' 2 "--poll needs .*, not 'telepathy'" \
    "$BUILD/step08_loop" --poll telepathy
one_line 'an unknown way to wait'
