"""The parts of a page outside its story, each in one piece: navigation, footer, comments, related stories, captions.

The root of a line that is not kept is the outermost box around it without a kept line.  Consecutive lines with the same
root, or with roots of the same name, are one region: one block of the page and one entry in the audit.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import groupby

from msgspec import Struct

from etl.markup.elements import BIT
from etl.markup.layout import Box, Layout
from etl.markup.naming import CAPTIONS

# The name of a region by the parts around its root, the most certain first, and the kind of its removal.
NAMES: tuple[tuple[str, str, str], ...] = (
    ("dialog", "dialog", "notice"),
    ("comments", "comments", "structure"),
    ("nav", "nav", "link"),
    ("footer", "footer", "notice"),
    ("figcaption", "caption", "caption"),
    ("form", "form", "structure"),
    ("button", "button", "link"),
    ("header", "header", "structure"),
    ("figure", "caption", "caption"),
    ("aside", "aside", "structure"),
    ("hidden", "hidden", "structure"),
)
CONTROL, HEADLINE, LINKS, OUTSIDE, CAPTION = "control", "headline", "links", "outside", "caption"
# Characters of the longest line that is a caption because its box is called so.
MAX_CAPTION = 300
# Names that say a line is beside a picture, and not that it is a caption: a credit may be that of the text.
OTHER_CAPTIONS = frozenset(("slide", "credit", "credits"))
KINDS: dict[str, str] = {
    **{name: kind for _, name, kind in NAMES},
    **{CONTROL: "structure", HEADLINE: "structure", LINKS: "link", OUTSIDE: "structure"},
}
ARTICLE_BODY, ENTRY_TIME = "article-body", "entry-time"


def entry_name(region: str) -> str:
    """Return the name of a region in the audit."""
    return f"page/{region}"


PAGE_NAMES = tuple(map(entry_name, (*KINDS, ARTICLE_BODY, ENTRY_TIME)))
# The share of linked characters with which a region without another name is a list of links.
MOSTLY_LINKED = 0.5


class Group(Struct, frozen=True, gc=False):
    """Lines of a page that become one block: from `start` up to and without `end`; `region` is "" for story."""

    start: int
    end: int
    region: str = ""


def grouped(layout: Layout, kept: Sequence[bool], headlines: frozenset[int]) -> list[Group]:
    """Return the lines of a page in groups: lines of story, headlines, and regions outside."""
    roots = _roots(layout, kept)
    name_of = _namer(layout, roots)
    groups: list[Group] = []
    names = [
        "" if is_kept else HEADLINE if place in headlines else name_of(place) for place, is_kept in enumerate(kept)
    ]
    for name, same in groupby(range(len(names)), key=names.__getitem__):
        places = list(same)
        start, end = places[0], places[-1] + 1
        groups += _by_line(layout, start, end, name) if name in ("", HEADLINE) else [Group(start, end, name)]
    return groups


def _by_line(layout: Layout, start: int, end: int, name: str) -> list[Group]:
    """Return a group for each line; lines of a box that are separated by single <br> are one group."""
    starts = [place for place in range(start, end) if place == start or not layout.lines[place].continues]
    return [Group(first, last, name) for first, last in zip(starts, (*starts[1:], end), strict=True)]


def _roots(layout: Layout, kept: Sequence[bool]) -> list[int]:
    """Return for each box the outermost one around it, or itself, without a kept line; -1 if it holds one itself."""
    holds = [0] * len(layout.boxes)
    for line, is_kept in zip(layout.lines, kept, strict=True):
        holds[line.box] += is_kept
    for place in range(len(holds) - 1, 0, -1):
        holds[layout.boxes[place].parent] += holds[place]
    roots = [-1] * len(holds)
    for place, box in enumerate(layout.boxes):
        if not holds[place]:
            above = roots[box.parent] if place else -1
            roots[place] = above if above >= 0 else place
    return roots


def _namer(layout: Layout, roots: Sequence[int]) -> Callable[[int], str]:
    """Return what names the region of a line."""
    chars, linked = [0] * len(roots), [0] * len(roots)
    for line in layout.lines:
        root = roots[line.box]
        if root >= 0:
            chars[root] += len(line.text)
            linked[root] += line.linked

    @cache
    def is_caption(key: int) -> bool:
        found = CAPTIONS.search(layout.keys[key][1])
        return found is not None and found[0].lower() not in OTHER_CAPTIONS

    @cache
    def name_of_root(root: int) -> str:
        return _name(layout.boxes[root], chars[root], linked[root])

    def name(place: int) -> str:
        line = layout.lines[place]
        root, box = roots[line.box], layout.boxes[line.box]
        named = name_of_root(root) if root >= 0 else _name(box, len(line.text), line.linked)
        return CAPTION if named == OUTSIDE and is_caption(box.key) and len(line.text) <= MAX_CAPTION else named

    return name


def _name(box: Box, chars: int, linked: int) -> str:
    """Return what a region with this root is called; `linked` of its characters stand in links."""
    if box.control:
        return CONTROL
    if named := next((name for part, name, _ in NAMES if box.parts & BIT[part]), ""):
        return named
    return LINKS if linked > MOSTLY_LINKED * chars else OUTSIDE
