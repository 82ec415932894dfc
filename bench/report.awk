# Prints the report as Markdown from the lines of summary.awk. Comes after lines.awk.

$1 == "missing" {
    sub(/ \(.*\)$/, "", part[3])
    absent = absent "- Without " part[2] ", which needs `" part[3] "`.\n"
}

$1 == "where" {
    places[part[1]] = places[part[1]] (places[part[1]] == "" ? "" : ", ") "`" part[2] "` " part[3]
}

# A number with as many digits as are significant.
function digits(number) {
    if (number == "")
        return "–"
    return number < 10 ? sprintf("%.2f", number) : number < 100 ? sprintf("%.1f", number) : sprintf("%.0f", number)
}

# The head of a table: `first`, and a column for each peer if wanted.
function head(first, with_peers,    row, rule, i) {
    row = "| cell |" first
    for (i = 1; i <= peers && with_peers; i++)
        row = row " " name_of[peer[i]] " |"
    rule = row
    gsub(/[^|]+/, "---", rule)
    print row "\n" rule
}

function goal_of(name) {
    return (lower_is_better(name) ? "≤ " : "≥ ") goal[name]
}

function in_words(name) {
    return verdict[name] == "missed" ? "**missed**" : verdict[name]
}

function ratios(    i, j, name, key) {
    head(" goal | this server | spread | processor time | noise | verdict |", 1)
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        key = name "|ours"
        if (measure[name] != "raw")
            continue
        printf "| %s | %s | **%s** | %s–%s | %s%s | %s | %s |", title[name], goal_of(name), figure_of(name, "ours"),
            shown(name, low[key]), shown(name, high[key]), shown(name, processor[key]),
            judged_by[name] == "rates" ? "" : " *", shown(name, noise[name]), in_words(name)
        for (j = 1; j <= peers; j++)
            printf " %s |", figure_of(name, peer[j])
        print ""
    }
    print ""
}

function counts(    i, j, name) {
    head(" goal | this server | verdict | raw TCP echo |", 1)
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        if (measure[name] == "raw")
            continue
        printf "| %s | %s | **%s** | %s | %s |", title[name], goal_of(name), figure_of(name, "ours"),
            in_words(name), figure_of(name, "raw")
        for (j = 1; j <= peers; j++)
            printf " %s |", figure_of(name, peer[j])
        print ""
    }
    print ""
}

# Processor time in microseconds, and the part of it that was outside the kernel.
function times(key) {
    return cpu[key] == "" ? "– | – |" : digits(cpu[key]) " | " digits(cpu[key] * own[key]) " |"
}

function reasons(    i, name) {
    print "## Goals that are missed or undecided, and where the time goes\n"
    print "Times are the processor time for a message, in microseconds, and the part of it outside the kernel."
    print "The rest is the kernel's, which copies, wakes and sends. \"With a mask\" is the figure of a raw echo that"
    print "masks each byte once, as every WebSocket server has to. What it lacks is the price of this pass over"
    print "the bytes; what this server lacks beyond that is its own.\n"
    head(" goal, verdict | about | figure | noise | rounds | with a mask | this server | outside | raw TCP echo | outside |", 0)
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        if (verdict[name] != "met" && measure[name] == "raw")
            printf "| %s | %s, %s | %s | %s | %s | %s | %s | %s %s\n", title[name], goal_of(name), verdict[name],
                judged_by[name], shown(name, figure[name]), shown(name, noise[name]), rounds[name],
                shown(name, judged_by[name] == "rates" ? value[name "|masked"] : processor[name "|masked"]),
                times(name "|ours"), times(name "|raw")
    }
    print ""
    for (i = 1; i <= cells; i++)
        if (places[cell[i]] != "")
            print "- " title[cell[i]] ", " shown(cell[i], figure[cell[i]]) " in all: " places[cell[i]] "."
    print ""
}

# The table of latencies, or of processor time.
function details(what,    i, j, name, key) {
    head((what == "cpu" ? " raw TCP echo, messages a second |" : "") " this server | raw TCP echo |", 1)
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        if (measure[name] != "raw" || (what == "latency" && p50[name "|raw"] == ""))
            continue
        printf "| %s |", title[name]
        if (what == "cpu")
            printf " %.0f |", rate[name "|raw"]
        for (j = -1; j <= peers; j++) {
            key = name "|" (j == -1 ? "ours" : j == 0 ? "raw" : peer[j])
            printf " %s |", (errors[key] > 0 ? "wrong" : \
                what == "cpu" ? digits(cpu[key]) : digits(p50[key]) " / " digits(p99[key]))
        }
        print ""
    }
    print ""
}

function introduction(    i, count) {
    for (i = 1; i <= cells; i++)
        count[verdict[cell[i]]]++
    print "<!-- Written by `make bench-report`. Do not edit: the next report overwrites it. -->"
    print "# How fast the echo server is\n"
    print "A server with a thread per connection can do no better than a raw TCP echo that calls `read` and"
    print "`write`. So that is the measure: [raw_echo.c](raw_echo.c), loaded with the same bytes in the same"
    print "minute. **1.0 is as fast as TCP itself.** Of " cells " goals this run meets " count["met"] + 0 \
          ", misses " count["missed"] + 0 " and"
    print "leaves " count["undecided"] + 0 " undecided: there the raw echo differs from itself by more than the distance to the goal.\n"
    if (info["load"] > 1)
        print "**The load average was " info["load"] " before the run: something else was running in the" \
              " minute before, if not longer.**\n"
    print "`make bench bench-report` writes this page and draws its figures as charts in `build/bench/charts`."
    print "[cells.txt](cells.txt) lists what is measured.\n"
}

function method(    i, most) {
    for (i = 1; i <= cells; i++)
        most = rounds[cell[i]] > most ? rounds[cell[i]] + 0 : most
    print "## How it was measured\n"
    print "- " info["machine"] "; " info["kernel"] "; load average " info["load"] " before the run; " info["date"] "."
    print "- " info["cores"] ". TCP congestion control: " info["congestion"] "."
    print "- This server, commit " info["commit"] ": " info["compiler"] "."
    print "- In each of " info["rounds"] " rounds every cell runs with a new process of every server, for " \
          info["duration"] " s after"
    print "  0.1 s of warming up; servers that no goal is about have " info["peer_rounds"] " rounds. Cells that are undecided"
    print "  run again while there is time, up to " most " rounds here: the run took " info["seconds"] " s of at most " info["most"] ". Before the"
    print "  first round every cell runs with every byte of the replies compared; `wrong` means that one differed."
    print "- The raw echo runs before this server and after it, and a ratio is to the mean of the two. Rates are"
    print "  messages a second. The ratio of processor times is the raw echo's to this server's, so more is better"
    print "  in both. Figures are medians of the rounds; the spread is the least and the greatest ratio of rates."
    print "- Noise is how far from 1 a ratio may be by chance: twice the median difference of the raw echo's two"
    print "  runs, divided by the square root of the number of rounds. A goal that is closer is undecided."
    print "- A star means that the verdict is about processor time: the rates have more noise than 0.05, and more"
    print "  than it has, or the raw echo kept the load generator busy for over 95 % of the time."
    print "- The load generator is one thread on a core of its own, and sends frames that it masked beforehand."
    print "  The raw echoes get the same bytes as a WebSocket server, masks included, and send them back. They"
    print "  read into as much memory as this server does, aligned in the same way."
    print "- In ping-pong one message is in flight on each connection; other cells say how many are."
    print "- Memory is what a connection adds to the anonymous memory of the process (heap and stacks, not the"
    print "  kernel's socket buffers), after one message of 20 bytes. System calls are counted by strace,"
    print "  instructions outside the kernel by valgrind's callgrind, each as the difference of two runs."
    print "- Every server has TCP_NODELAY, no compression, and accepts messages of 64 MiB."
    for (i = 1; i <= peers; i++)
        print "- " name_of[peer[i]] ": " version[peer[i]] "."
    printf "%s", absent
}

END {
    introduction()
    print "## Messages a second and processor time, as ratios to the raw TCP echo\n"
    ratios()
    print "## Memory, system calls and instructions\n"
    counts()
    reasons()
    print "## Latency: p50 / p99 in microseconds\n"
    details("latency")
    print "## Processor time of the server for a message, in microseconds\n"
    details("cpu")
    method()
}
