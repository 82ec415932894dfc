# The table that `make bench` ends with, from the lines of summary.awk. color=1: for a terminal.

$1 == "value" {
    split(substr($0, 7), part, "|")
    key = part[1] "|" part[2]
    value[key] = part[3]
    low[key] = part[4]
    high[key] = part[5]
    errors[key] = part[10]
    seen[part[1]] = 1
}

function shown(key) {
    if (errors[key] > 0)
        return "wrong"
    return value[key] == "" ? "-" : sprintf("%.2f", value[key])
}

END {
    printf "%-42s %6s %6s  %-13s", "ratio to the raw TCP echo, unless it says so", "goal", "ours", "from - to"
    if (with_again)
        printf " %7s", "again"
    for (i = 1; i <= peers; i++)
        printf " %7s", peer[i]
    print ""
    for (i = 1; i <= cells; i++) {
        name = cell[i]
        key = name "|ours"
        if (!(name in seen))
            continue
        lower = measure[name] == "memory" || measure[name] == "calls"
        figure = sprintf(measure[name] == "calls" ? "%.1f" : "%.2f", value[key]) + 0 # as in report.awk
        good = lower ? figure <= goal[name] + 0 : figure >= goal[name] + 0
        good = good && value[key] != "" && errors[key] == 0
        printf "%-42s %s%5s ", title[name], lower ? "<" : ">", goal[name]
        printf "%s%6s%s", color ? (good ? "\033[32m" : "\033[31m") : "", shown(key), color ? "\033[0m" : ""
        printf " %s %-12s", good ? " " : "!", value[key] == "" ? "" : sprintf("%.2f - %.2f", low[key], high[key])
        if (with_again)
            printf " %7s", shown(name "|again")
        for (j = 1; j <= peers; j++)
            printf " %7s", shown(name "|" peer[j])
        print ""
    }
    if (with_again)
        print "again: the raw TCP echo once more; what it differs from 1.0 is noise"
    print "< lower is better, > higher is better, ! the goal is missed, wrong: a wrong or missing reply"
}
