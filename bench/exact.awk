# Computes the cost of a message from two files of strace or callgrind: of a server that was sent
# `few` messages, and of one that was sent `many`. What a server does only once is the same in both.
# Prints the cost and, for callgrind, a line for each function, with all that was inlined into it:
#     where CELL|FUNCTION|INSTRUCTIONS

function add(count) {
    sum += FNR == NR ? -count : count
    cost[at] += FNR == NR ? -count : count
}

# strace: how many system calls there were.
$2 == "total" { add($1) }

# callgrind: only the first mention of a function has its name, "fn=(12) echo"; later "fn=(12)".
/^c?fn=/ {
    split($0, part, /[()]/)
    id = (FNR == NR) "|" part[2]
    if (part[3] != "")
        name[id] = substr(part[3], 2)
    if (/^fn=/)
        at = name[id]
}
# The line after a call is the cost of the callee, which is counted there.
/^calls=/ {
    getline
    next
}
/^[+*-]?[0-9]* [0-9]+$/ { add($2) }

END {
    printf "%.3f\n", sum / (many - few)
    for (at in cost)
        if (at != "")
            printf "where %s|%s|%.1f\n", cell, at, cost[at] / (many - few)
}
