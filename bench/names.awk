# What the lines of summary.awk say of cells and servers; read before table.awk and report.awk.

$1 == "cell" {
    split(substr($0, 6), part, "|")
    cell[++cells] = part[1]
    measure[part[1]] = part[4]
    goal[part[1]] = part[6]
    title[part[1]] = part[8]
}

$1 == "server" {
    split(substr($0, 8), part, "|")
    name_of[part[1]] = part[2]
    version[part[1]] = part[3]
    if (part[1] == "again")
        with_again = 1 # the raw echo is run twice, to see how far it differs from itself
    else if (part[1] != "raw" && part[1] != "ours")
        peer[++peers] = part[1]
}
