# Writes the report as Markdown from the lines of summary.awk.

$1 == "info" {
    split($2, pair, "=")
    info[pair[1]] = substr($0, length(pair[1]) + 7)
}

$1 == "missing" {
    split(substr($0, 9), part, "|")
    sub(/ \(.*\)$/, "", part[3])
    absent = absent "- " part[2] " is missing: it needs `" part[3] "`.\n"
}

$1 == "value" {
    split(substr($0, 7), part, "|")
    key = part[1] "|" part[2]
    value[key] = part[3]
    low[key] = part[4]
    high[key] = part[5]
    rate[key] = part[6]
    p50[key] = part[7]
    p99[key] = part[8]
    cpu[key] = part[9]
    errors[key] = part[10]
}

# Whether the goal is reached, judged by the figure as it is shown; calls by tenths, since now and then
# a message arrives in two pieces.
function reached(name,    key) {
    key = name "|ours"
    if (value[key] == "" || errors[key] > 0)
        return 0
    if (measure[name] == "calls")
        return sprintf("%.1f", value[key]) + 0 <= goal[name] + 0
    if (measure[name] == "memory")
        return sprintf("%.2f", value[key]) + 0 <= goal[name] + 0
    return sprintf("%.2f", value[key]) + 0 >= goal[name] + 0
}

function shown(key) {
    if (errors[key] > 0)
        return "wrong"
    return value[key] == "" ? "–" : sprintf("%.2f", value[key])
}

# One number with as many digits as say something.
function digits(number) {
    if (number == "")
        return "–"
    return number < 10 ? sprintf("%.2f", number) : number < 100 ? sprintf("%.1f", number) : sprintf("%.0f", number)
}

# The head of a table whose columns are `first`, the raw echo and the peers if wanted.
function head(first, with_raw, with_peers,    row, rule, i) {
    row = "| cell |" first (with_raw ? " raw TCP echo |" : "")
    for (i = 1; i <= peers && with_peers; i++)
        row = row " " name_of[peer[i]] " |"
    rule = row
    gsub(/[^|]+/, "---", rule)
    print row "\n" rule
}

function spread(key) {
    return value[key] == "" ? "–" : sprintf("%.2f–%.2f", low[key], high[key])
}

function goals(kinds, with_raw, with_peers, with_noise,    i, j, name, key) {
    head(" goal | this server | spread | reached |" (with_noise ? " raw TCP echo again |" : ""), with_raw,
        with_peers)
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        key = name "|ours"
        if (index(kinds, measure[name]) == 0)
            continue
        printf "| %s | %s %s | **%s** | %s | %s |", title[name],
            measure[name] == "memory" || measure[name] == "calls" ? "≤" : "≥", goal[name], shown(key),
            spread(key), reached(name) ? "yes" : "**no**"
        if (with_noise)
            printf " %s, %s |", shown(name "|again"), spread(name "|again")
        if (with_raw)
            printf " %s |", shown(name "|raw")
        for (j = 1; j <= peers && with_peers; j++)
            printf " %s |", shown(name "|" peer[j])
        print ""
    }
    print ""
}

# What stands in the table of latencies, or of processor time.
function detail(what, key) {
    if (errors[key] > 0)
        return "wrong"
    return what == "cpu" ? digits(cpu[key]) : digits(p50[key]) " / " digits(p99[key])
}

function details(what,    i, j, name) {
    head(" this server |" (what == "cpu" ? " raw TCP echo, messages a second |" : ""), 1, 1)
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        if (measure[name] != "raw" || (what == "latency" && p50[name "|raw"] == ""))
            continue
        printf "| %s | %s |", title[name], detail(what, name "|ours")
        if (what == "cpu")
            printf " %.0f |", rate[name "|raw"]
        printf " %s |", detail(what, name "|raw")
        for (j = 1; j <= peers; j++)
            printf " %s |", detail(what, name "|" peer[j])
        print ""
    }
    print ""
}

function introduction(    i, good) {
    for (i = 1; i <= cells; i++)
        good += reached(cell[i])
    print "<!-- Written by `make bench-report` from results.txt. Do not edit: the next report overwrites it. -->"
    print "# How fast the echo server is\n"
    print "A server with a thread per connection can do no better than a raw TCP echo that calls `read` and"
    print "`write`. So that is the measure: [raw_echo.c](raw_echo.c), loaded with the same bytes in the same"
    print "minute. **1.0 is as fast as TCP itself.** This run reaches " good + 0 " of " cells " goals.\n"
    if (info["load"] > 1)
        print "**The load average was " info["load"] " before the run: something else had been running in" \
              " the minute before, if not longer. Look at the spread.**\n"
    print "This page is written by `make bench-report`, never by hand, from the figures as they came:"
    print "[results.txt](results.txt). [cells.txt](cells.txt) lists what is measured.\n"
}

function method(    i) {
    print "## How it was measured\n"
    print "- " info["machine"] "; " info["kernel"] "; load average " info["load"] " before the run; " info["date"] "."
    print "- " info["cores"] ". TCP congestion control: " info["congestion"] "."
    print "- This server, commit " info["commit"] ": " info["compiler"] "."
    print "- " info["rounds"] " rounds. In each, every cell is run with every server in turn, a fresh process each"
    print "  time, for " info["duration"] " s after 0.2 s of warming up. A figure is the median of the ratios to the raw echo"
    print "  of the same round, the spread their least and greatest. Before the first round every cell is run"
    print "  with every byte of the replies compared; `wrong` stands where one was."
    if (with_again) {
        print "- In each round the raw echo is run twice. What the second run differs from 1.0 is nothing but noise,"
        print "  and a goal that is missed by as little, or reached, may be so by chance."
    }
    print "- The load generator is one thread on a core of its own, and sends frames that were masked before."
    print "  The raw echo gets exactly the bytes that a WebSocket server gets, masks and all, and sends them back."
    print "  Its buffer has 128 KiB; this server reads up to 256 KiB at a time, which matters from 64 KiB on."
    print "- In ping-pong one message is in flight on each connection, in the pipelined cells as many as it says."
    print "- Memory is what a connection adds to the anonymous memory of the process (heap and stacks, not the"
    print "  kernel's socket buffers), after one message of 20 bytes. System calls are counted with strace."
    print "- Every server has TCP_NODELAY, no compression, and accepts messages of 64 MiB."
    for (i = 1; i <= peers; i++)
        print "- " name_of[peer[i]] ": " version[peer[i]] "."
    if (name_of["wslay"] != "")
        print "- wslay only frames; the server around it is this project's, so opening and closing are ours."
    printf "%s", absent
}

END {
    introduction()
    print "![Ping-pong with one connection](charts/pingpong.svg)\n"
    print "![Ping-pong with many connections](charts/many.svg)\n"
    print "![Many messages in flight](charts/pipelined.svg)\n"
    print "![Text in many scripts, opening and closing](charts/others.svg)\n"
    print "![Memory of an idle connection](charts/idle.svg)\n"
    print "## Messages a second, as a ratio to the raw TCP echo\n"
    goals("raw", 0, 1, with_again)
    print "## ASCII text, as a ratio to binary messages to the same server\n"
    goals("binary", 0, 0)
    print "## Memory and system calls\n"
    goals("memory calls", 1, 1)
    print "## Latency: p50 / p99 in microseconds\n"
    details("latency")
    print "## Processor time of the server for a message, in microseconds\n"
    details("cpu")
    method()
}
