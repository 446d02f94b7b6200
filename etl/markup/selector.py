"""CSS selectors of rules: the boxes that they match, by BeautifulSoup's soupsieve on a tree of boxes.

Elements within a line are not boxes: `div.share > p` can match, `a.button` cannot.  Most selectors are one id or class,
which needs no tree.  Most pages have none of the ids and classes of the other selectors.
"""

import re
from collections.abc import Sequence
from functools import cache

from etl.markup.layout import Box, Layout

# Boxes that are nested deeper are siblings in this tree.
MAX_DEPTH = 200
# Characters.  Versions of soupsieve differ in what they refuse beyond it.
MAX_SELECTOR = 4_000

_PATH_NAME = re.compile(r"([#.]?)([\w-]+)")
# A selector with only names, ids and classes.  The ids and classes that other selectors need are unknown.
_PLAIN = re.compile(r"[\w\s.#>*-]+")
_ONE_NAME = re.compile(r"[.#][\w-]+")
_NEEDED = re.compile(r"[#.]([\w-]+)")


def check(selector: str) -> str:
    """Return the fault of a selector, "" if it has none.

    >>> check(".share > p"), bool(check("p >"))
    ('', True)
    """
    import soupsieve  # slow to import, and most packs have no selector

    if len(selector) > MAX_SELECTOR:
        return f"it is longer than {MAX_SELECTOR:,} characters"
    try:
        soupsieve.compile(selector)
    except (soupsieve.SelectorSyntaxError, NotImplementedError) as error:  # p::before
        fault = str(error).splitlines()[0]
        return fault[:1].lower() + fault[1:].rstrip(".") if fault else "no selector"
    return "" if selector.strip() else "no selector"


def selected(layout: Layout, selectors: Sequence[str], text: str) -> list[tuple[str, ...]]:
    """Return, for every line of a page, the selectors that match an element around it.  `text` is the page's HTML."""
    names = _names(layout.boxes)
    asked = [one for one in selectors if (one[1:] in names if _ONE_NAME.fullmatch(one) else _may_hold(one, text))]
    held = holding(layout.boxes, asked) if asked else []
    return [held[line.box] for line in layout.lines] if asked else [()] * len(layout.lines)


def _names(boxes: Sequence[Box]) -> frozenset[str]:
    """Return the ids and classes of boxes."""
    attributes = [box.attributes for box in boxes if box.attributes]
    classes = {own["class"] for own in attributes if "class" in own}
    return frozenset({own["id"] for own in attributes if "id" in own}.union(*map(str.split, classes)))


def holding(boxes: Sequence[Box], selectors: Sequence[str]) -> list[tuple[str, ...]]:
    """Return, for each box, the selectors that match it or a box around it.  Parents come before children.

    >>> holding(path_of("article div.share-bar.wide p"), (".share-bar", "article > p", "article p"))[-1]
    ('.share-bar', 'article p')
    """
    by_name = frozenset(selector for selector in selectors if _ONE_NAME.fullmatch(selector))
    held = _named(boxes, by_name)
    if asked := [selector for selector in selectors if selector not in by_name]:
        _ask_tree(boxes, asked, held)
    found: list[tuple[str, ...]] = []
    for place, box in enumerate(boxes):
        around = found[box.parent] if place else ()
        own = {*around, *held[place]} if held[place] else ()
        found.append(tuple(selector for selector in selectors if selector in own) if own else around)
    return found


def _named(boxes: Sequence[Box], by_name: frozenset[str]) -> list[tuple[str, ...]]:
    """Return the selectors of one class or id that match each box.  Most selectors of rules are of this kind."""
    classes, ids = (frozenset(name[1:] for name in by_name if name[0] == mark) for mark in ".#")

    @cache
    def named(own_classes: str, own_id: str) -> tuple[str, ...]:
        of_class = (f".{name}" for name in classes.intersection(own_classes.split()))
        return (*of_class, f"#{own_id}") if own_id in ids else tuple(of_class)

    return [named(own.get("class", ""), own.get("id", "")) if (own := box.attributes) else () for box in boxes]


def _ask_tree(boxes: Sequence[Box], selectors: Sequence[str], held: list[tuple[str, ...]]) -> None:
    """Add the selectors that match each element by soupsieve."""
    from bs4 import BeautifulSoup
    from bs4.element import Tag

    soup = BeautifulSoup("", "html.parser")
    tags: list[Tag] = []
    depths: list[int] = []
    for place, box in enumerate(boxes):
        parent = box.parent
        while place and depths[parent] >= MAX_DEPTH:
            parent = boxes[parent].parent
        tag = Tag(soup, name=box.name, attrs=dict(box.attributes or {}))
        (tags[parent] if place else soup).append(tag)
        tags.append(tag)
        depths.append(depths[parent] + 1 if place else 0)
    places = {id(tag): place for place, tag in enumerate(tags)}
    for selector in selectors:
        for tag in soup.select(selector):
            held[places[id(tag)]] += (selector,)


def path_of(text: str) -> list[Box]:
    """Read elements within one another, written as a selector.

    >>> [(box.name, box.attributes) for box in path_of("div#story.wide p")]
    [('div', {'id': 'story', 'class': 'wide'}), ('p', {})]
    """
    boxes = []
    for place, part in enumerate(text.split()):
        names = _PATH_NAME.findall(part)
        classes = " ".join(name for mark, name in names if mark == ".")
        identity = next((name for mark, name in names if mark == "#"), "")
        attributes = {name: value for name, value in (("id", identity), ("class", classes)) if value}
        boxes.append(Box(names[0][1], max(0, place - 1), 0, 0, attributes=attributes))
    return boxes


def _may_hold(selector: str, text: str) -> bool:
    return not _PLAIN.fullmatch(selector) or all(name in text for name in _NEEDED.findall(selector))
