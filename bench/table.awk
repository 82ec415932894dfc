# Prints the table that `make bench` ends with, from the lines of summary.awk. Comes after lines.awk.

END {
    printf "%-52s %6s %6s  %-11s %9s %6s %-9s", "ratios to the raw TCP echo; counts", "goal", "ours",
        "from - to", "processor", "noise", "verdict"
    for (i = 1; i <= peers; i++)
        printf " %6s", peer[i]
    print ""
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        key = name "|ours"
        if (!(name in verdict))
            continue
        printf "%-52s %s%5s %6s  %-11s", title[name], lower_is_better(name) ? "<" : ">", goal[name],
            figure_of(name, "ours"), lower_is_better(name) ? "" : shown(name, low[key]) " - " shown(name, high[key])
        printf " %9s %6s %-9s", processor[key] == "" ? "" : shown(name, processor[key]) (judged_by[name] == "rates" ? "" : "*"),
            (noise[name] > 0 ? shown(name, noise[name]) : ""), verdict[name]
        for (j = 1; j <= peers; j++)
            printf " %6s", figure_of(name, peer[j])
        print ""
        count[verdict[name]]++
    }
    printf "%d goals are met, %d missed, %d undecided\n", count["met"], count["missed"], count["undecided"]
    print "processor: the processor time of the raw echo for a message, divided by ours"
    print "noise: how far the figure may be off by chance"
    print "*: the verdict is about processor time, since rates vary too much or the load generator is the bottleneck"
}
