"""CSS selectors of rules: which boxes of a page they hold, by BeautifulSoup's soupsieve on a tree of boxes.

Elements within a line are no boxes: `div.share > p` can hold a text, `a.button` cannot.  Most pages have none of the
ids and classes that rules ask for, and are not asked.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from etl.markup.layout import Layout

# Boxes nested deeper stand beside one another in the tree that is asked.
MAX_DEPTH = 200

_PATH_NAME = re.compile(r"([#.]?)([\w-]+)")
# A selector of names, ids and classes alone.  Of others it is not known which ids and classes they need.
_PLAIN = re.compile(r"[\w\s.#>*-]+")
_ONE_NAME = re.compile(r"[.#][\w-]+")
_NEEDED = re.compile(r"[#.]([\w-]+)")


class Node(Struct, frozen=True, gc=False):
    """An element as selectors see it: name, attributes, and the place of the one around it."""

    name: str
    attributes: Mapping[str, str]
    parent: int


def check(selector: str) -> str:
    """Return what is wrong with a selector, "" if nothing is.

    >>> check(".share > p"), bool(check("p >"))
    ('', True)
    """
    import soupsieve  # slow to import, and most packs have no selector

    try:
        soupsieve.compile(selector)
    except soupsieve.SelectorSyntaxError as error:
        fault = str(error).splitlines()[0]
        return fault[:1].lower() + fault[1:].rstrip(".") if fault else "no selector"
    return "" if selector.strip() else "no selector"


def selected(layout: Layout, selectors: Sequence[str], text: str) -> list[tuple[str, ...]]:
    """Return for every line of a page the selectors that hold an element around it.  `text` is the page's HTML."""
    asked = [selector for selector in selectors if _may_hold(selector, text)]
    if not asked:
        return [()] * len(layout.lines)
    nodes = [Node(box.name, box.attributes or {}, box.parent) for box in layout.boxes]
    held = holding(nodes, asked)
    return [held[line.box] for line in layout.lines]


def holding(nodes: Sequence[Node], selectors: Sequence[str]) -> list[tuple[str, ...]]:
    """Return for each element the selectors that hold it or one around it.  Parents stand before children.

    >>> holding(path_of("article div.share-bar.wide p"), (".share-bar", "article > p", "article p"))[-1]
    ('.share-bar', 'article p')
    """
    named = [_names(node) for node in nodes]
    held: list[list[str]] = [[name for name in selectors if name in names] for names in named]
    if asked := [selector for selector in selectors if not _ONE_NAME.fullmatch(selector)]:
        _ask_tree(nodes, asked, held)
    found: list[tuple[str, ...]] = []
    for place, node in enumerate(nodes):
        around = found[node.parent] if place else ()
        own = {*around, *held[place]}
        found.append(tuple(selector for selector in selectors if selector in own) if held[place] else around)
    return found


def _names(node: Node) -> frozenset[str]:
    """Return the selectors of one class or id that hold an element: most that rules ask for are such."""
    classes = [f".{name}" for name in node.attributes.get("class", "").split()]
    return frozenset((*classes, f"#{node.attributes.get('id', '')}"))


def _ask_tree(nodes: Sequence[Node], selectors: Sequence[str], held: Sequence[list[str]]) -> None:
    """Add to what holds each element the selectors that soupsieve says."""
    from bs4 import BeautifulSoup
    from bs4.element import Tag

    soup = BeautifulSoup("", "html.parser")
    tags: list[Tag] = []
    depths: list[int] = []
    for place, node in enumerate(nodes):
        parent = node.parent
        while place and depths[parent] >= MAX_DEPTH:
            parent = nodes[parent].parent
        tag = Tag(soup, name=node.name, attrs=dict(node.attributes))
        (tags[parent] if place else soup).append(tag)
        tags.append(tag)
        depths.append(depths[parent] + 1 if place else 0)
    places = {id(tag): place for place, tag in enumerate(tags)}
    for selector in selectors:
        for tag in soup.select(selector):
            held[places[id(tag)]].append(selector)


def path_of(text: str) -> list[Node]:
    """Read elements within one another, written as a selector.

    >>> [(node.name, dict(node.attributes)) for node in path_of("div#story.wide p")]
    [('div', {'id': 'story', 'class': 'wide'}), ('p', {})]
    """
    nodes = []
    for place, part in enumerate(text.split()):
        names = _PATH_NAME.findall(part)
        classes = " ".join(name for mark, name in names if mark == ".")
        identity = next((name for mark, name in names if mark == "#"), "")
        attributes = {name: value for name, value in (("id", identity), ("class", classes)) if value}
        nodes.append(Node(names[0][1], attributes, max(0, place - 1)))
    return nodes


def _may_hold(selector: str, text: str) -> bool:
    return not _PLAIN.fullmatch(selector) or all(name in text for name in _NEEDED.findall(selector))
