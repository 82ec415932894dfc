# Draws one chart as SVG from the lines of summary.awk: a group of bars for each cell that names the
# chart in cells.txt, and in it a bar for each server. A thin line is the spread, a mark our goal.
# chart: the name in cells.txt; heading, axis: the texts above and below. Comes after lines.awk.

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

function bar(y, server, name,    x, key) {
    key = name "|" server
    text(LEFT - 8, y + BAR - 3, server == "ours" ? "name strong" : "name", "end", name_of[server])
    if (errors[key] > 0 || value[key] == "") {
        text(LEFT + 6, y + BAR - 3, "note", "start", errors[key] > 0 ? "wrong replies" : "no figure")
        return
    }
    x = place(value[key])
    bars = bars sprintf("<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\" class=\"%s\"/>\n",
        LEFT, y, x - LEFT, BAR, server == "ours" ? "ours" : "peer")
    line(place(low[key]), y + BAR / 2, place(high[key]), y + BAR / 2, "spread")
    if (server == "ours")
        line(place(goal[name]), y - 2, place(goal[name]), y + BAR + 2, "goal")
    if (place(high[key]) > x)
        x = place(high[key])
    if (server == "ours" && place(goal[name]) > x && place(goal[name]) < x + 40)
        x = place(goal[name])
    text(x + 6, y + BAR - 3, server == "ours" ? "value strong" : "value", "start",
        (value[key] > most ? "→ " : "") figure_of(name, server))
}

BEGIN { LEFT = 130; RIGHT = 760; WIDTH = 830; BAR = 14; STEP = 18; HEAD = 26; TOP = 74 }

# Ends the axis at a round number that exceeds most bars. A longer bar is cut, and an arrow says so.
function choose_scale(    i, j, highest) {
    for (i = 1; i <= shown_cells; i++)
        for (j = 1; j <= shown_peers; j++)
            if (value[shown_cell[i] "|" shown_peer[j]] + 0 > highest)
                highest = value[shown_cell[i] "|" shown_peer[j]] + 0
    if (memory) {
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

# Explains the marks, in one line below the title.
function legend(    x) {
    x = LEFT
    line(x, 42, x, 56, "goal")
    text(x + 8, 53, "note", "start", "our goal")
    line(x + 80, 49, x + 104, 49, "spread")
    text(x + 112, 53, "note", "start", "spread of the rounds; the bar is their median")
    if (!memory) {
        line(x + 400, 49, x + 424, 49, "base")
        text(x + 432, 53, "note", "start", "raw TCP echo = 1.0")
    }
}

END {
    for (i = 1; i <= cells; i++)
        if (chart_of[cell[i]] == chart) {
            shown_cell[++shown_cells] = cell[i]
            memory = measure[cell[i]] == "memory"
        }
    if (memory)
        shown_peer[++shown_peers] = "raw"
    shown_peer[++shown_peers] = "ours"
    for (i = 1; i <= peers; i++)
        shown_peer[++shown_peers] = peer[i]
    choose_scale()
    y = TOP
    for (i = 1; i <= shown_cells; i++) {
        text(LEFT, y + 14, "cell", "start", title[shown_cell[i]])
        y += HEAD - 4
        for (j = 1; j <= shown_peers; j++) {
            bar(y, shown_peer[j], shown_cell[i])
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
    if (!memory)
        line(place(1), TOP - 4, place(1), y, "base")
    legend()
    text(LEFT, 28, "title", "start", heading)
    text(LEFT, y + 38, "axis", "start", axis)
    height = y + 52
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\"", WIDTH, height, WIDTH, height
    printf " role=\"img\" aria-label=\"%s\">\n%s", heading, style()
    printf "<rect width=\"100%%\" height=\"100%%\" rx=\"6\" class=\"page\"/>\n%s%s%s%s%s</svg>\n", grid, bars, lines, marks, words_drawn
}
