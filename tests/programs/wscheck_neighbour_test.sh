#!/bin/sh
# The cases of step08/neighbour: servers whose peers do not hold each other up pass them all, and
# each finds the mistake in a loop that it is about.
# shellcheck source=tests/support/harness.sh
. tests/support/harness.sh

cases=step08/neighbour
count=$("$wscheck" --list $cases | sed -n 's/ cases$//p')
all_cases() { # all_cases FILE COMMAND
    "$wscheck" --strict --timeout 10 --exec "$2" $cases > "$work/$1" 2>&1
}
passes_all() { # passes_all FILE SKIPPED
    expect "all cases: $1" 0 "^$((count - $2)) passed, 0 failed, 0 fell short .*, $2 skipped" \
        cat "$work/$1"
}
all_cases threads "$(server step05_echo)" &
all_cases loop "$(server step08_loop)" &

# A mistake, the case that finds it, and what the case says.
mistakes='request half-request got: nothing within
    frame half-header got: nothing within
    frame half-message got: nothing within
    frame fifty-idle neighbour 1 of 50 got: nothing within
    work large-message got: nothing within
    work large-compressed got: nothing within
    write slow-reader got: nothing within
    greedy flood got: nothing within
    close close-unanswered got: nothing within
    close close-lingers got: nothing within
    end half-closed TCP is still open
    reset reset the server died'
peer='exec python3 -B tests/support/blocking_server.py {port}'
# A busy machine may be late with something else, so a case looks three times, each with more time.
find_mistake() { # find_mistake MISTAKE CASE WHAT
    for seconds in 0.5 3 9; do
        "$wscheck" --timeout $seconds --exec "$peer $1" --replay "$cases/$2" \
            > "$work/$1-$2" 2>&1
        ! grep -q "^  happened .*$3" "$work/$1-$2" || break
    done
}
# These are servers in Python, which is slow to listen at the port that wscheck chose: beside a
# hundred other tests they have failed. So the gate runs them by themselves, with MISTAKES=yes.
if [ "${MISTAKES:-}" != yes ]; then
    mistakes=
elif ! command -v python3 > /dev/null; then
    echo 'SKIPPED the mistakes in loops: python3 is not installed'
    mistakes=
else
    all_cases python "$peer" &
fi
while read -r mistake name what; do
    [ -z "$mistake" ] || find_mistake "$mistake" "$name" "$what" &
done << END
$mistakes
END
wait

passes_all threads 1
passes_all loop 0
[ -z "$mistakes" ] || passes_all python 0
while read -r mistake name what; do
    [ -z "$mistake" ] ||
        expect "$name finds $mistake" 0 "^  happened .*$what" cat "$work/$mistake-$name"
done << END
$mistakes
END
