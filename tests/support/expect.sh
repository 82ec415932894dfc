# For tests that are scripts, in a folder of theirs, $work. They end with the two counts.
: "${work:?}"
passed=0
failed=0

# expect NAME STATUS PATTERN COMMAND... requires the status and a line that matches the pattern.
expect() {
    name=$1
    wanted=$2
    pattern=$3
    shift 3
    "$@" > "$work/output" 2>&1
    status=$?
    if [ "$status" -eq "$wanted" ] && grep -q -e "$pattern" "$work/output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $name: wanted status $wanted and '$pattern', got status $status and:"
        grep -v "^found " "$work/output" | head -n 60
    fi
}
