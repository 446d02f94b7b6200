"""The boxes around a line: what else is in them, how many are alike, and which one is most of the story."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from etl.array_types import I64, Mask
from etl.markup.elements import BIT, PARTS
from etl.markup.features.catalogue import LEVELS, MARKERS, NAMES, VOID
from etl.markup.features.columns import Columns, Measured, sums_of
from etl.markup.layout import Box, Layout, Line

# What a line that is no prose costs its boxes: half its characters, and so many for being there.
COST_OF_LINE = 15
# The share of a page's prose from which on the part that it stands in says nothing.
MIN_PROSE_SHARE = 0.75
# Boxes around a line that are looked at, and those in which boxes that repeat are counted.
MAX_LEVELS, REPEATING_LEVELS = 60, 5
# Boxes that stand many in a row in any story.
NO_CARDS = frozenset(("p", "h2", "h3", "h4", "html", "body", "li"))

_PLACE_OF_NAME = {name: place for place, name in enumerate(NAMES)}


class BoxTree:
    """Boxes in document order; those inside a box are a range, so that sums over them are differences."""

    def __init__(self, layout: Layout, lines: Sequence[Line]) -> None:
        self.box = np.array([line.box for line in lines], dtype=np.int64)
        self.parent = np.array([box.parent for box in layout.boxes], dtype=np.int64)
        self.end = np.array(layout.ends, dtype=np.int64)
        self.key = np.array([box.key for box in layout.boxes], dtype=np.int64)
        self.count = len(self.parent)
        levels = [self.box]
        while levels[-1].any() and len(levels) < MAX_LEVELS:
            levels.append(self.parent[levels[-1]])
        self.levels = np.array(levels)

    def level(self, up: int) -> I64:
        """Return for each line the box so many levels up, at most the root."""
        level: I64 = self.levels[min(up, len(self.levels) - 1)]
        return level

    def sums(self, values: I64) -> I64:
        """Return for each box the sum of the values of the lines in it."""
        below = np.zeros(self.count + 1, dtype=np.int64)
        np.cumsum(sums_of(self.box, values, self.count), out=below[1:])
        total: I64 = below[self.end] - below[: self.count]
        return total

    def inside(self, box: int) -> Mask:
        """Return which lines stand in a box."""
        within: Mask = (self.box >= box) & (self.box < self.end[box])
        return within

    def up_to(self, box: int) -> I64:
        """Return for each line the levels up to the first box that holds `box` too."""
        around = np.zeros(self.count, dtype=bool)
        around[0] = True
        while box:
            around[box] = True
            box = int(self.parent[box])
        levels: I64 = np.argmax(around[self.levels], axis=0).astype(np.int64)
        return levels

    def kin(self) -> I64:
        """Return for each line the number of its kind: the attributes of its box and of the parent box."""
        kinds = (self.key[self.level(0)] * self.count + self.key[self.level(1)]).tolist()
        numbers: dict[int, int] = {}
        return np.array([numbers.setdefault(kind, len(numbers)) for kind in kinds], dtype=np.int64)


def part_columns(boxes: Sequence[Box], tree: BoxTree, measured: Measured) -> Columns:
    """Return which parts of a page each line stands in, and how much of the page's prose stands in any."""
    own = [boxes[place] for place in tree.box.tolist()]
    parts = np.array([box.parts for box in own], dtype=np.int64)
    names = np.array([_PLACE_OF_NAME.get(box.name, -1) for box in own])
    for part in VOID:  # what holds most of the page's prose says nothing by calling itself an aside
        inside = parts & BIT[part] > 0
        if inside.any() and measured.prose[inside].sum() > MIN_PROSE_SHARE * measured.page_prose:
            parts = parts & ~BIT[part]
    table = (parts >> np.arange(len(PARTS))[:, None]) & 1
    columns: Columns = {f"in-{part}": of_part for part, of_part in zip(PARTS, table, strict=True)}
    columns |= {f"box-{name}": (names == place).astype(np.int64) for place, name in enumerate(NAMES)}
    in_part = table @ measured.prose
    for part in MARKERS:
        columns[f"page-{part}"] = np.full(len(parts), int(in_part[PARTS.index(part)]) / measured.page_prose)
    columns["depth"] = (tree.levels > 0).sum(axis=0)
    return columns


def box_columns(boxes: Sequence[Box], tree: BoxTree, measured: Measured) -> Columns:
    """Return how much prose, links and lines stand in the boxes around each line, and what they are made of."""
    columns: Columns = {}
    chars, prose, linked = tree.sums(measured.chars), tree.sums(measured.prose), tree.sums(measured.linked)
    lines = tree.sums(np.ones_like(measured.chars))
    for up, level in enumerate(LEVELS):
        at = tree.level(up)
        total, in_prose = np.maximum(1, chars[at]), prose[at]
        columns[f"{level}-prose"] = in_prose / measured.page_prose
        columns[f"{level}-linked"] = linked[at] / total
        columns[f"{level}-density"] = in_prose / total
        columns[f"{level}-lines"] = lines[at]
    is_p = np.array([box.name == "p" for box in boxes])
    children = np.bincount(tree.parent, minlength=tree.count)
    children_p = np.bincount(tree.parent[is_p], minlength=tree.count)
    columns["box-children-p"] = children_p[tree.level(0)]
    columns["parent-children"], columns["parent-children-p"] = children[tree.level(1)], children_p[tree.level(1)]
    for up, level in ((1, "parent"), (2, "grand")):
        at = tree.level(up)
        columns[f"{level}-direct"] = sums_of(at, measured.prose, tree.count)[at] / measured.page_prose
    beside = (tree.key * (tree.count + 1) + tree.parent).tolist()
    times = Counter(beside)
    repeated = np.array(
        [0 if box.name in NO_CARDS else times[same] for box, same in zip(boxes, beside, strict=True)], dtype=np.int64
    )
    columns["repeated-box"] = repeated[tree.box]
    columns["repeated"] = repeated[tree.levels[:REPEATING_LEVELS]].max(axis=0)
    return columns


def kin_columns(kin: I64, measured: Measured) -> Columns:
    """Return what the lines with such boxes have in common."""
    count = int(kin.max()) + 1
    lines = np.bincount(kin, minlength=count)[kin]
    prose, chars, linked = (
        sums_of(kin, values, count)[kin] for values in (measured.prose, measured.chars, measured.linked)
    )
    return {
        "kin": lines,
        "kin-prose": prose / measured.page_prose,
        "kin-density": prose / chars,
        "kin-length": chars / lines,
        "kin-linked": linked / chars,
    }


def container_columns(tree: BoxTree, measured: Measured) -> Columns:
    """Return where the box with the most prose is: prose earns its length, all other text costs.

    Pasternack and Roth 2009, on a tree.
    """
    earned = np.where(measured.prose > 0, 2 * measured.prose, -measured.chars - 2 * COST_OF_LINE)
    best = int(np.argmax(tree.sums(earned)))
    inside = tree.inside(best)
    prose = int(measured.prose[inside].sum()) / measured.page_prose
    return {
        "in-container": inside.astype(np.int64),
        "container-prose": np.full(len(inside), prose),
        "up-to-container": np.where(inside, -1, tree.up_to(best)),
    }
