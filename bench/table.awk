# The table that `make bench` ends with, from the lines of summary.awk. color=1: for a terminal.

END {
    printf "%-52s %6s %6s  %-11s %9s %6s %-9s", "messages, and processor time, beside the raw TCP echo", "goal",
        "ours", "from - to", "processor", "noise", "goal is"
    for (i = 1; i <= peers; i++)
        printf " %6s", peer[i]
    print ""
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        key = name "|ours"
        if (!(name in verdict))
            continue
        red_or_green = verdict[name] == "met" ? "\033[32m" : verdict[name] == "missed" ? "\033[31m" : "\033[33m"
        printf "%-52s %s%5s %6s  %-11s", title[name], lower_is_better(name) ? "<" : ">", goal[name],
            figure_of(name, "ours"), lower_is_better(name) ? "" : shown(name, low[key]) " - " shown(name, high[key])
        printf " %9s %6s %s%-9s%s", processor[key] == "" ? "" : shown(name, processor[key]) (judged_by[name] == "rates" ? "" : "*"),
            (noise[name] > 0 ? shown(name, noise[name]) : ""), color ? red_or_green : "", verdict[name],
            color ? "\033[0m" : ""
        for (j = 1; j <= peers; j++)
            printf " %6s", figure_of(name, peer[j])
        print ""
        count[verdict[name]]++
    }
    printf "%d goals are met, %d missed, %d undecided\n", count["met"], count["missed"], count["undecided"]
    print "noise: what the raw TCP echo may differ from itself by; processor: its time for a message / ours;"
    print "* rates are not steady, or the load generator was the limit: the goal is held against this"
}
