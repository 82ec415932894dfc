# Condenses the figures of a run. Lines that are not figures pass through. For each cell and server
# it prints one line
#     value CELL|SERVER|MEDIAN|LOW|HIGH|PROCESSOR|RATE|P50|P99|CPU|OWN|ERRORS
# MEDIAN, LOW and HIGH are of what the cell measures (see cells.txt); for messages that is the ratio
# of the server's rate to the raw echo's. PROCESSOR is the ratio of the raw echo's processor time for
# a message to the server's, so that more is better in both. RATE is messages a second; P50, P99 and
# CPU, the server's processor time for a message, are microseconds; OWN is the share of CPU outside
# the kernel. Each is the median of all rounds. ERRORS is the sum over all rounds.
#
# For each cell it prints the verdict:
#     verdict CELL|met, missed or undecided|FIGURE|NOISE|what the figure is|ROUNDS
#
# The noise is how far from 1 the ratio may be by chance. The raw echo runs twice in each round, once
# before and once after this server. In half of the rounds these two runs differ by more than their
# median difference D, and the median of N rounds varies less than one round: 2 D / sqrt(N). A goal
# is undecided if the figure is not farther from it than that. The verdict is about rates, with two
# exceptions: about processor time if the rates vary and it varies less, and if the load generator
# was at its limit, because the rate is the load generator's then.

BEGIN {
    STEADY = 0.05
    LIMIT = 0.95
}

function remember(what, value) {
    if (value != "")
        list[what, ++count[what]] = value + 0
}

# Sorts a list and returns the value at this share of it, interpolated between two neighbours.
function quantile(what, share,    n, i, j, swap, place) {
    n = count[what]
    if (n == 0)
        return ""
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[what, j - 1] > list[what, j]; j--) {
            swap = list[what, j]
            list[what, j] = list[what, j - 1]
            list[what, j - 1] = swap
        }
    place = 1 + (n - 1) * share
    i = int(place)
    if (i == n)
        return list[what, n]
    return list[what, i] + (list[what, i + 1] - list[what, i]) * (place - i)
}

# The figure of the raw echo in this round: the mean of its two runs.
function base(figure, cell, round,    first, second) {
    first = figure[cell "|raw", round]
    second = figure[cell "|again", round]
    return first > 0 && second > 0 ? (first + second) / 2 : first + second
}

# How far from 1 a ratio of rates, or of processor time, may be by chance. `what` names a new list.
function noise(figure, cell, what,    round, difference) {
    for (round = 1; round <= rounds; round++)
        if (figure[cell "|raw", round] > 0 && figure[cell "|again", round] > 0) {
            difference = figure[cell "|again", round] / figure[cell "|raw", round] - 1
            remember(what, difference < 0 ? -difference : difference)
        }
    return count[what] > 0 ? 2 * quantile(what, 0.5) / sqrt(count[what]) : 0
}

function judge(cell,    key, figure, chance, processor_chance, at_limit, what, margin, verdict) {
    key = cell "|ours"
    figure = quantile(key "|value", 0.5)
    what = measure[cell]
    chance = 0
    if (what == "raw") {
        what = "rates"
        chance = noise(rate, cell, cell "|noise of rates")
        processor_chance = noise(cpu, cell, cell "|noise of cpu")
        at_limit = quantile(cell "|raw|load_busy", 0.5) > LIMIT
        if (count[key "|processor"] > 0 && (at_limit || (chance > STEADY && processor_chance < chance))) {
            what = "processor time"
            chance = processor_chance
            figure = quantile(key "|processor", 0.5)
        }
    }
    # Now and then a message arrives in two pieces, which takes another call.
    margin = what == "calls" ? goal[cell] - sprintf("%.1f", figure) : goal[cell] - figure
    if (what == "rates" || what == "processor time")
        margin = -margin
    verdict = margin >= 0 ? "met" : "missed"
    if (chance > 0 && (margin < 0 ? -margin : margin) <= chance)
        verdict = "undecided"
    if (what == "calls" && verdict == "missed" && sprintf("%.1f", quantile(cell "|raw|value", 0.5)) > 2)
        verdict = "undecided" # so many pieces that the raw echo needs more than two calls as well
    if (figure == "")
        verdict = "undecided" # there was no time for it
    if (errors[key] > 0)
        verdict = "missed"
    printf "verdict %s|%s|%s|%s|%s|%d\n", cell, verdict, figure, chance, what, count[key "|value"]
}

$1 != "run" { print }

$1 == "cell" {
    split(substr($0, 6), part, "|")
    measure[part[1]] = part[4]
    goal[part[1]] = part[5]
}

$1 == "run" {
    for (name in figure)
        delete figure[name]
    for (i = 2; i <= NF; i++) {
        split($i, pair, "=")
        figure[pair[1]] = pair[2]
    }
    cell = figure["cell"]
    key = cell "|" figure["server"]
    if (!(key in errors))
        order[++keys] = key
    errors[key] += figure["errors"]
    if (figure["round"] == 0)
        next
    remember(key "|value", figure[measure[cell] == "memory" ? "kb_per_connection" : measure[cell]])
    if (measure[cell] == "raw" && figure["rate"] > 0) {
        rate[key, figure["round"]] = figure["rate"]
        cpu[key, figure["round"]] = figure["cpu_us"]
        rounds = figure["round"] > rounds ? figure["round"] + 0 : rounds
    }
    for (i = split("rate p50_us p99_us cpu_us own load_busy", pair, " "); i > 0; i--)
        remember(key "|" pair[i], figure[pair[i]])
}

END {
    for (i = 1; i <= keys; i++) {
        key = order[i]
        split(key, part, "|")
        for (round = 1; round <= rounds; round++) {
            if (rate[key, round] > 0 && base(rate, part[1], round) > 0)
                remember(key "|value", rate[key, round] / base(rate, part[1], round))
            if (cpu[key, round] > 0 && base(cpu, part[1], round) > 0)
                remember(key "|processor", base(cpu, part[1], round) / cpu[key, round])
        }
        printf "value %s|%s|%s|%s|%s", key, quantile(key "|value", 0.5), quantile(key "|value", 0),
            quantile(key "|value", 1), quantile(key "|processor", 0.5)
        printf "|%s|%s|%s|%s|%s|%d\n", quantile(key "|rate", 0.5), quantile(key "|p50_us", 0.5),
            quantile(key "|p99_us", 0.5), quantile(key "|cpu_us", 0.5), quantile(key "|own", 0.5), errors[key]
        if (part[2] == "ours")
            judge(part[1])
    }
}
