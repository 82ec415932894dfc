# What a message takes, from two files of strace or callgrind: of a server that was sent `few`
# messages, and of one that was sent `many`. What it does once is the same in both. Prints the
# figure, and of callgrind's a line for each function, with all that was inlined into it:
#     where CELL|FUNCTION|INSTRUCTIONS

function add(count) {
    sum += FNR == NR ? -count : count
    cost[at] += FNR == NR ? -count : count
}

# strace: how many system calls there were.
$2 == "total" { add($1) }

# callgrind: a function has its name at its first mention only, "fn=(12) echo", then "fn=(12)".
/^c?fn=/ {
    split($0, part, /[()]/)
    id = (FNR == NR) "|" part[2]
    if (part[3] != "")
        name[id] = substr(part[3], 2)
    if (/^fn=/)
        at = name[id]
}
# The line after a call is what the callee took, and counts there.
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
