# Condenses the figures of a run. Lines that are not figures pass through; for each cell and server
# comes one line
#     value CELL|SERVER|MEDIAN|LOW|HIGH|RATE|P50|P99|CPU|ERRORS
# where the median, the lowest and the highest are of what the cell measures (see cells.txt), RATE is
# messages a second, P50 and P99 are microseconds, CPU is microseconds a message of the server's
# processor time, each the median of all rounds, and ERRORS counts those of all rounds.

function remember(what, value) {
    count[what]++
    list[what, count[what]] = value
}

# Sorts one list and returns the value at this share of it, between two neighbours if need be.
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

$1 != "run" { print }

$1 == "cell" {
    split(substr($0, 6), part, "|")
    measure[part[1]] = part[4]
}

$1 == "run" {
    for (name in figure)
        delete figure[name]
    for (i = 2; i <= NF; i++) {
        split($i, pair, "=")
        figure[pair[1]] = pair[2]
    }
    cell = figure["cell"]
    server = figure["server"]
    key = cell "|" server
    if (!(key in errors)) {
        order[++keys] = key
        errors[key] = 0
    }
    errors[key] += figure["errors"]
    if (figure["round"] == 0)
        next
    if (measure[cell] == "memory")
        remember(key "|value", figure["kb_per_connection"] + 0)
    else if (measure[cell] == "calls")
        remember(key "|value", figure["calls"] + 0)
    else {
        rate[key, figure["round"]] = figure["rate"] + 0
        if (figure["round"] + 0 > rounds)
            rounds = figure["round"] + 0
    }
    if (figure["rate"] > 0)
        remember(key "|rate", figure["rate"] + 0)
    if ("p50_us" in figure) {
        remember(key "|p50", figure["p50_us"] + 0)
        remember(key "|p99", figure["p99_us"] + 0)
    }
    if ("cpu_us" in figure)
        remember(key "|cpu", figure["cpu_us"] + 0)
}

END {
    for (i = 1; i <= keys; i++) {
        key = order[i]
        split(key, part, "|")
        base = part[1] "|" (measure[part[1]] == "binary" ? "binary" : "raw")
        for (round = 1; round <= rounds; round++)
            if (rate[key, round] > 0 && rate[base, round] > 0)
                remember(key "|value", rate[key, round] / rate[base, round])
        printf "value %s", key
        printf "|%s|%s|%s", quantile(key "|value", 0.5), quantile(key "|value", 0),
            quantile(key "|value", 1)
        printf "|%s|%s|%s|%s|%d\n", quantile(key "|rate", 0.5), quantile(key "|p50", 0.5),
            quantile(key "|p99", 0.5), quantile(key "|cpu", 0.5), errors[key]
    }
}
