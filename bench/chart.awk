# Draws one chart as SVG from the lines of summary.awk: a group of bars for each cell that names the
# chart in cells.txt, a bar for each server, with its spread as a thin line and our goal as a mark.
# chart: the name in cells.txt; title, axis: what to write above and below.

function text(x, y, class, anchor, words) {
    gsub(/&/, "\\&amp;", words)
    gsub(/</, "\\&lt;", words)
    words_drawn = words_drawn sprintf("<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>\n",
        x, y, class, anchor, words)
}

function line(x1, y1, x2, y2, class) {
    lines = lines sprintf("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n",
        x1, y1, x2, y2, class)
}

function place(value) {
    return LEFT + (value < 0 ? 0 : value > most ? most : value) / most * (RIGHT - LEFT)
}

function bar(y, name, key,    x) {
    text(LEFT - 8, y + BAR - 3, name == "ours" ? "name strong" : "name", "end", title_of[name])
    if (errors[key] > 0 || !(key in value) || value[key] == "") {
        text(LEFT + 6, y + BAR - 3, "note", "start", errors[key] > 0 ? "wrong replies" : "no figure")
        return
    }
    x = place(value[key])
    bars = bars sprintf("<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\" class=\"%s\"/>\n",
        LEFT, y, x - LEFT, BAR, name == "ours" ? "ours" : "peer")
    line(place(low[key]), y + BAR / 2, place(high[key]), y + BAR / 2, "spread")
    if (name == "ours")
        line(place(goal[cell_of[key]]), y - 2, place(goal[cell_of[key]]), y + BAR + 2, "goal")
    if (place(high[key]) > x)
        x = place(high[key])
    if (name == "ours" && place(goal[cell_of[key]]) > x && place(goal[cell_of[key]]) < x + 40)
        x = place(goal[cell_of[key]])
    text(x + 6, y + BAR - 3, name == "ours" ? "value strong" : "value", "start",
        (value[key] > most ? "→ " : "") sprintf("%.2f", value[key]))
}

BEGIN { LEFT = 130; RIGHT = 760; WIDTH = 830; BAR = 14; STEP = 18; HEAD = 26; TOP = 74 }

$1 == "cell" {
    split(substr($0, 6), part, "|")
    if (part[2] == chart) {
        cell[++cells] = part[1]
        measure = part[4]
        goal[part[1]] = part[6]
        title_of[part[1]] = part[8]
    }
}

$1 == "server" {
    split(substr($0, 8), part, "|")
    title_of[part[1]] = part[2]
    if (part[1] != "again") # a bar that says only what the machine does
        peer[++peers] = part[1]
}

$1 == "value" {
    split(substr($0, 7), part, "|")
    key = part[1] "|" part[2]
    cell_of[key] = part[1]
    value[key] = part[3]
    low[key] = part[4]
    high[key] = part[5]
    errors[key] = part[10]
}

# The axis ends at a round number that most bars fit below; what is longer is cut and says so.
function choose_scale(    i, j, key, highest) {
    for (i = 1; i <= cells; i++)
        for (j = 1; j <= peers; j++) {
            key = cell[i] "|" peer[j]
            if (key in value && value[key] + 0 > highest)
                highest = value[key] + 0
        }
    if (measure == "memory") {
        most = highest > 100 ? 110 : int(highest / 10 + 1) * 10
        tick = most > 60 ? 20 : 5
    } else {
        most = highest > 2 ? 2.5 : highest > 1.4 ? 2 : 1.5
        tick = 0.5
    }
}

function style() {
    return "<style>\n" \
        "text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328;\n" \
        "paint-order: stroke; stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round }\n" \
        ".page { fill: #ffffff } .title { font-size: 16px; font-weight: 600 } .cell { font-weight: 600 }\n" \
        ".strong { font-weight: 600 } .note, .axis { fill: #59636e } .grid { stroke: #d1d9e0 }\n" \
        ".base { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 5 3 } .ours { fill: #2f81f7 }\n" \
        ".peer { fill: #a8b3bf } .spread { stroke: #1f2328; opacity: .55 }\n" \
        ".goal { stroke: #d1242f; stroke-width: 3 }\n" \
        "@media (prefers-color-scheme: dark) {\n" \
        "text { fill: #e6edf3; stroke: #0d1117 } .page { fill: #0d1117 } .note, .axis { fill: #9198a1 }\n" \
        ".grid { stroke: #3d444d } .base { stroke: #e6edf3 } .ours { fill: #388bfd }\n" \
        ".peer { fill: #57606a } .spread { stroke: #e6edf3 } .goal { stroke: #ff7b72 }\n" \
        "}\n</style>\n"
}

# What each mark means, in one line below the title.
function legend(    x) {
    x = LEFT
    line(x, 42, x, 56, "goal")
    text(x + 8, 53, "note", "start", "our goal")
    line(x + 80, 49, x + 104, 49, "spread")
    text(x + 112, 53, "note", "start", "spread of the rounds; the bar is their median")
    if (measure != "memory") {
        line(x + 400, 49, x + 424, 49, "base")
        text(x + 432, 53, "note", "start", "raw TCP echo = 1.0")
    }
}

END {
    choose_scale()
    y = TOP
    for (i = 1; i <= cells; i++) {
        text(LEFT, y + 14, "cell", "start", title_of[cell[i]])
        y += HEAD - 4
        for (j = 1; j <= peers; j++)
            if (peer[j] != "raw" || measure == "memory") {
                bar(y, peer[j], cell[i] "|" peer[j])
                y += STEP
            }
        y += 6
    }
    marks = lines
    lines = ""
    for (at = 0; at <= most + 0.001; at += tick) {
        line(place(at), TOP, place(at), y, "grid")
        text(place(at), y + 16, "axis", "middle", at)
    }
    grid = lines
    lines = ""
    if (measure != "memory")
        line(place(1), TOP - 4, place(1), y, "base")
    legend()
    text(LEFT, 28, "title", "start", title)
    text(LEFT, y + 38, "axis", "start", axis)
    height = y + 52
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\"", WIDTH, height, WIDTH, height
    printf " role=\"img\" aria-label=\"%s\">\n%s", title, style()
    printf "<rect width=\"100%%\" height=\"100%%\" rx=\"6\" class=\"page\"/>\n%s%s%s%s%s</svg>\n", grid, bars, lines, marks, words_drawn
}
