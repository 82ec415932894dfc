# Reads the lines of summary.awk, for table.awk, report.awk and chart.awk, which come after it.

{
    split(substr($0, length($1) + 2), part, "|")
}

$1 == "info" {
    name = substr($2, 1, index($2, "=") - 1)
    info[name] = substr($0, length(name) + 7)
}

$1 == "cell" {
    cell[++cells] = part[1]
    chart_of[part[1]] = part[2]
    measure[part[1]] = part[4]
    goal[part[1]] = part[5]
    title[part[1]] = part[7]
}

$1 == "server" {
    name_of[part[1]] = part[2]
    version[part[1]] = part[3]
    if (part[1] !~ /^(raw|again|masked|ours)$/)
        peer[++peers] = part[1]
}

$1 == "value" {
    key = part[1] "|" part[2]
    value[key] = part[3]
    low[key] = part[4]
    high[key] = part[5]
    processor[key] = part[6]
    rate[key] = part[7]
    p50[key] = part[8]
    p99[key] = part[9]
    cpu[key] = part[10]
    own[key] = part[11]
    errors[key] = part[12]
}

$1 == "verdict" {
    verdict[part[1]] = part[2]
    figure[part[1]] = part[3]
    noise[part[1]] = part[4]
    judged_by[part[1]] = part[5]
    rounds[part[1]] = part[6]
}

# A figure with as many digits as are significant.
function shown(cell, number) {
    if (number == "")
        return "–"
    return sprintf(measure[cell] == "instructions" ? "%.0f" : "%.2f", number)
}

function figure_of(cell, server) {
    return errors[cell "|" server] > 0 ? "wrong" : shown(cell, value[cell "|" server])
}

function lower_is_better(cell) {
    return measure[cell] != "raw"
}
