"""Charts as inline SVG with escaped text, without scripts and styles of their own."""

from collections.abc import Mapping, Sequence
from math import log10

from markupsafe import Markup
from msgspec import Struct

from etl.report.changes import REMOVING, ArticleChanges
from etl.report.totals import CELLS_PER_DECADE, Totals

# The kinds with a colour, a border and a swatch; any other kind is shown as structure.
KINDS = ("caption", "credit", "link", "notice", "player", "structure", "glitch", "duplicate")

# The edges of the field of points in the scatter plot, in units of its view box.
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 520, 64, 14, 14, 50
# The numbers of articles from which on a cell of the plot is darker.
CELL_STEPS = (2, 10, 50, 250)
# Radius of the mark of an outlier, and its possible places in radii: on its point, or beside it.
RADIUS = 9
ASIDE = (
    (0, 0),
    *((right, down) for far in (3, 5, 7, 9) for right, down in ((far, 0), (far, far), (0, far), (-far, 0))),
)
BAR = Markup('<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>')
RECT = Markup('<rect class="{}" x="{:g}" y="0" width="{:g}" height="{}"/>')


class Segment(Struct, frozen=True, gc=False):
    """A part of a bar: its name, its class and its size."""

    name: str
    fill: str
    size: int


def kind_of(kind: str) -> str:
    """Return the kind, or "structure" if it has no colour."""
    return kind if kind in KINDS else "structure"


def segments(totals: Totals) -> list[Segment]:
    """Return the parts of what was read: kept, changed, and removed by kind."""
    kinds = sorted(totals.kinds.items(), key=lambda one: (-one[1], one[0]))
    return [
        Segment("kept", "fill-kept", totals.kept),
        *([Segment("changed", "fill-changed", totals.changed)] if totals.changed else []),
        *(Segment(kind, f"fill-{kind_of(kind)}", size) for kind, size in kinds if size),
    ]


def books_bar(parts: Sequence[Segment]) -> Markup:
    """Return one bar of all that was read."""
    said = ", ".join(f"{part.name} {part.size:,}" for part in parts)
    return Markup(
        '<svg class="books" viewBox="0 0 1000 30" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(f"Characters read: {said}", _row([(part.fill, part.size) for part in parts], 1000, 30))


def bar(size: int, largest: int, kind: str) -> Markup:
    """Return a bar of a table's row."""
    return BAR.format(RECT.format(f"fill-{kind_of(kind)}", 0, 100 * size / max(1, largest), 10))


def strip(article: ArticleChanges) -> Markup:
    """Return an article as a line, with kept and removed parts in their places."""
    parts: list[tuple[str, int]] = []
    for block in article.blocks:
        entry = block.entry
        fill = f"fill-{kind_of(entry.kind)}" if entry and entry.action in REMOVING else "fill-kept"
        size = max(1, block.end - block.start)
        if parts and parts[-1][0] == fill:
            parts[-1] = (fill, parts[-1][1] + size)
        else:
            parts.append((fill, size))
    return Markup(
        '<svg class="strip" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(_row(parts, 1000, 8))


def _row(parts: Sequence[tuple[str, int]], width: int, height: int) -> Markup:
    total, at, found = sum(size for _, size in parts) or 1, 0.0, []
    for fill, size in parts:
        wide = width * size / total
        found.append(RECT.format(fill, round(at, 1), round(wide, 1), height))
        at += wide
    return Markup("").join(found)


def scatter(cells: Mapping[tuple[int, int], int], outliers: Sequence[tuple[int, int]]) -> Markup:
    """Return articles by their characters before and after, on logarithmic axes; outliers have numbers."""
    places = [at for pair in cells for at in pair if at >= 0] or [0]
    low = min(places) // CELLS_PER_DECADE * CELLS_PER_DECADE
    axis = _Axis(low, max(low + CELLS_PER_DECADE, max(places) + 1))
    drawn = [
        Markup('<rect class="cell d{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>').format(
            1 + sum(count >= step for step in CELL_STEPS), axis.x(x), axis.y(y) - axis.height, axis.width, axis.height
        )
        for (x, y), count in sorted(cells.items())
    ]
    said = "Characters of articles before (across) and after (up), both logarithmic"
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        WIDTH, HEIGHT, said, _axes(axis), Markup("").join(drawn), _outliers(axis, outliers)
    )


class _Axis(Struct, frozen=True):
    """Both axes of the plot: cells from `low` to `high`; empty articles are below the lowest cell."""

    low: int
    high: int

    @property
    def width(self) -> float:
        return (WIDTH - LEFT - RIGHT) / (self.high - self.low)

    @property
    def height(self) -> float:
        return (HEIGHT - TOP - BOTTOM) / (self.high - self.low + 1)  # and a row for what is empty

    def x(self, at: float) -> float:
        return round(LEFT + (max(at, self.low) - self.low) * self.width, 1)

    def y(self, at: float) -> float:
        """Return the lower edge of a cell."""
        return round(HEIGHT - BOTTOM - (max(at, self.low - 1) - self.low + 1) * self.height, 1)


def _axes(axis: _Axis) -> Markup:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    found = [
        Markup('<line class="even" x1="{:g}" y1="{:g}" x2="{:g}" y2="{:g}"/>').format(
            LEFT, axis.y(axis.low), right, axis.y(axis.high)
        )
    ]
    for at in range(axis.low, axis.high + 1, CELLS_PER_DECADE):
        x, y, words = axis.x(at), axis.y(at), f"{10 ** (at // CELLS_PER_DECADE):,}"
        found.append(
            Markup(
                '<line class="axis" x1="{0:g}" y1="{2}" x2="{0:g}" y2="{3}"/>'
                '<text class="mid" x="{0:g}" y="{4}">{6}</text>'
                '<line class="axis" x1="{5}" y1="{1:g}" x2="{7}" y2="{1:g}"/>'
                '<text class="end" x="{8}" y="{1:g}">{6}</text>'
            ).format(x, y, TOP, bottom, bottom + 18, LEFT, words, right, LEFT - 8)
        )
    return Markup("").join(
        [
            *found,
            Markup('<text class="end" x="{}" y="{}">nothing</text>').format(LEFT - 8, bottom - 2),
            Markup('<text class="end" x="{}" y="{}">characters before →</text>').format(right, HEIGHT - 12),
            Markup('<text x="{}" y="{}">↑ characters after</text>').format(LEFT + 6, TOP + 12),
        ]
    )


def _outliers(axis: _Axis, outliers: Sequence[tuple[int, int]]) -> Markup:
    """Return numbered outliers.  If two would overlap, the later one is beside its point, with a line to it."""
    taken: list[tuple[float, float]] = []
    found = []
    for number, (before, after) in enumerate(outliers, 1):
        x = axis.x(CELLS_PER_DECADE * log10(max(1, before)))
        y = axis.y(CELLS_PER_DECADE * log10(after)) if after else axis.y(-1) - axis.height / 2
        places = [(x + RADIUS * right, y + RADIUS * down) for right, down in ASIDE]
        aside = next((place for place in places if _is_free(place, taken)), places[-1])
        taken.append(aside)
        found.append(
            Markup(
                '<g class="outlier"><line x1="{:g}" y1="{:g}" x2="{:g}" y2="{:g}"/><circle cx="{:g}" cy="{:g}" r="{}"/>'
                '<text x="{:g}" y="{:g}">{}</text></g>'
            ).format(x, y, *aside, *aside, RADIUS, aside[0], aside[1] + 4, number)
        )
    return Markup("").join(found)


def _is_free(place: tuple[float, float], taken: Sequence[tuple[float, float]]) -> bool:
    is_inside = LEFT < place[0] < WIDTH - RIGHT and TOP < place[1] < HEIGHT - BOTTOM
    return is_inside and all((place[0] - x) ** 2 + (place[1] - y) ** 2 >= (2 * RADIUS) ** 2 for x, y in taken)


# The percentages of a publisher's articles from which on a cell of the heat map is darker.
HEAT_STEPS = (0, 5, 15, 30, 50, 75)


def heat(percent: float) -> int:
    """Return how dark a cell of the heat map is, from 0 to 6.

    >>> heat(0), heat(0.4), heat(5), heat(100)
    (0, 1, 1, 6)
    """
    return sum(percent > step for step in HEAT_STEPS)
