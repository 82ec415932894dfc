"""Draws one chart of the bench as SVG: a group of bars for each cell that names the chart in
cells.txt, and in it a bar for each server. A thin line is the spread, a mark our goal."""

import html

from figures import median

LEFT, RIGHT, WIDTH, BAR, STEP, HEAD, TOP = 130, 760, 830, 14, 18, 26, 74

STYLE = """<style>
text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328;
paint-order: stroke; stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round }
.page { fill: #ffffff } .title { font-size: 16px; font-weight: 600 } .cell, .ours-text { font-weight: 600 }
.note, .axis { fill: #59636e } .grid { stroke: #d1d9e0 }
.base { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 5 3 } .ours { fill: #2f81f7 }
.peer { fill: #a8b3bf } .spread { stroke: #1f2328; opacity: .55 } .goal { stroke: #d1242f; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; stroke: #0d1117 } .page { fill: #0d1117 } .note, .axis { fill: #9198a1 }
.grid { stroke: #3d444d } .base { stroke: #e6edf3 } .ours { fill: #388bfd }
.peer { fill: #57606a } .spread { stroke: #e6edf3 } .goal { stroke: #ff7b72 }
}
</style>
"""


def text(x, y, style, anchor, words):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{html.escape(words)}</text>\n'


def line(x1, y1, x2, y2, style):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>\n'


def scale(highest, memory):
    """The end of the axis, a round number that exceeds most bars, and its step."""
    if memory:
        end = 110 if highest > 100 else (int(highest / 10) + 1) * 10
        return end, 20 if end > 60 else 5
    return (2.5 if highest > 2 else 2 if highest > 1.4 else 1.5), 0.5


def legend(memory):
    out = line(LEFT, 42, LEFT, 56, "goal") + text(LEFT + 8, 53, "note", "start", "our goal")
    out += line(LEFT + 80, 49, LEFT + 104, 49, "spread")
    out += text(LEFT + 112, 53, "note", "start", "spread of the rounds; the bar is their median")
    if not memory:
        out += line(LEFT + 400, 49, LEFT + 424, 49, "base")
        out += text(LEFT + 432, 53, "note", "start", "raw TCP echo = 1.0")
    return out


def draw(run, chart, heading, axis):
    cells = [cell for cell in run.cells.values() if cell.chart == chart]
    memory = any(cell.measure == "memory" for cell in cells)
    servers = [*(["raw"] if memory else []), "ours", *run.peers]
    medians = {(cell, server): median(cell.series[server].values) for cell in cells for server in servers}
    end, tick = scale(max([value for value in medians.values() if value is not None], default=0), memory)

    def place(value):
        return LEFT + min(max(value, 0), end) / end * (RIGHT - LEFT)

    def bar(y, cell, server):
        series, value, ours = cell.series[server], medians[cell, server], server == "ours"
        style = "ours-text" if ours else "name"
        out = text(LEFT - 8, y + BAR - 3, style, "end", run.servers[server][0])
        if series.errors or value is None:
            return out + text(LEFT + 6, y + BAR - 3, "note", "start", "wrong replies" if series.errors else "no figure")
        low, high, goal = place(min(series.values)), place(max(series.values)), place(float(cell.goal))
        out += f'<rect x="{LEFT}" y="{y}" width="{place(value) - LEFT:.1f}" height="{BAR}" rx="2" '
        out += f'class="{"ours" if ours else "peer"}"/>\n' + line(low, y + BAR / 2, high, y + BAR / 2, "spread")
        right = max(place(value), high)
        if ours:
            out += line(goal, y - 2, goal, y + BAR + 2, "goal")
            right = goal if right < goal < right + 40 else right
        arrow = "→ " if value > end else ""  # the bar is cut
        return out + text(right + 6, y + BAR - 3, style, "start", arrow + cell.shown(value))

    bars, y = "", TOP
    for cell in cells:
        bars += text(LEFT, y + 14, "cell", "start", cell.title)
        y += HEAD - 4
        for server in servers:
            bars += bar(y, cell, server)
            y += STEP
        y += 6
    grid = ""
    for number in range(int(end / tick) + 1):
        grid += line(place(number * tick), TOP, place(number * tick), y, "grid")
        grid += text(place(number * tick), y + 16, "axis", "middle", f"{number * tick:g}")
    if not memory:
        grid += line(place(1), TOP - 4, place(1), y, "base")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 52}" width="{WIDTH}" '
            f'height="{y + 52}" role="img" aria-label="{html.escape(heading)}">\n{STYLE}'
            f'<rect width="100%" height="100%" rx="6" class="page"/>\n{grid}{bars}{legend(memory)}'
            + text(LEFT, 28, "title", "start", heading) + text(LEFT, y + 38, "axis", "start", axis) + "</svg>\n")
