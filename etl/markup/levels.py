"""The elements around a line that Markdown shows: headings, quotations, items of lists, cells of tables."""

from collections.abc import Callable, Iterator

from etl.markup.layout import Layout
from etl.model import Level, LevelKind

KINDS: dict[str, LevelKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    "blockquote": "quote",
    **dict.fromkeys(("ul", "ol", "menu", "dir"), "list"),
    "li": "item",
    "table": "table",
    "tr": "row",
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("pre", "listing", "xmp"), "code"),
}
# If a table is in a table, as in the layout of old pages, only the inner one is shown.
_OF_TABLES = frozenset(("table", "row", "cell"))
# The most levels of a line.  No story has more, and on a page nested 100,000 deep, each level would be listed for all
# levels below.
MAX_LEVELS = 20
# Digits of a number in an attribute, and columns of a cell: a browser takes no more.
MAX_DIGITS, MAX_SPAN = 9, 1_000


def leveller(layout: Layout) -> Callable[[int], tuple[Level, ...]]:
    """Return a function that returns the levels of a box, the outermost first."""
    known: dict[int, tuple[Level, ...]] = {0: ()}
    numbers: dict[int, int] = {}

    def levels(box: int) -> tuple[Level, ...]:
        path = []
        for place in layout.path(box):
            if place in known:
                break
            path.append(place)
        for place in reversed(path):
            known[place] = _with(layout, known[layout.boxes[place].parent], place, numbers)
        return known[box]

    return levels


def _with(layout: Layout, around: tuple[Level, ...], place: int, numbers: dict[int, int]) -> tuple[Level, ...]:
    """Return the levels around a box with its own.  `numbers` caches the numbers of items and cells."""
    kind = KINDS.get(layout.boxes[place].name)
    if not kind or len(around) >= MAX_LEVELS:
        return around
    if kind == "table":
        around = tuple(one for one in around if one.kind not in _OF_TABLES)
    if kind in ("item", "cell") and place not in numbers:
        numbers.update(_numbered(layout, layout.boxes[place].parent))
    number = int(layout.boxes[place].name[1]) if kind == "heading" else numbers.get(place, 0)
    return (*around, Level(kind, place, number))


def _numbered(layout: Layout, parent: int) -> Iterator[tuple[int, int]]:
    """Yield the children of a list or row with their numbers: 0 in a list of bullets, columns in a row."""
    boxes, is_row = layout.boxes, layout.boxes[parent].name == "tr"
    number = 1 if is_row else _number(layout, parent, "start", 1)
    child, is_counted = parent + 1, is_row or boxes[parent].name == "ol"
    while child < layout.ends[parent]:
        if KINDS.get(boxes[child].name) in ("item", "cell"):
            yield child, number if is_counted else 0
            number += min(max(_number(layout, child, "colspan", 1), 1), MAX_SPAN) if is_row else 1
        child = max(layout.ends[child], child + 1)


def _number(layout: Layout, box: int, attribute: str, otherwise: int) -> int:
    said = (layout.boxes[box].attributes or {}).get(attribute, "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= MAX_DIGITS else otherwise
