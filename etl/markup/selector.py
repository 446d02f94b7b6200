"""CSS selectors -> which of them hold an element.  Names, ids, classes, descendants, children: `#story > div.share p`.

They are asked of an element's path: what it and the elements around it are called, from the outside in.
"""

import re
from collections.abc import Sequence
from functools import cache

from etl.markup.layout import Element, Layout

# Of deeper elements the outer ones are not seen, of longer lists of classes the end.  Real pages have up to 100 levels,
# and what rules ask for is near the text.
MAX_LEVELS = 40
MAX_CLASSES = 16

Names = frozenset[str]
"""What an element is called, or must be: {"div", "#story", ".share"}."""

_COMPOUND = re.compile(r"(?:[A-Za-z][\w-]*|\*)?(?:[#.][\w-]+)*")
_NAME = re.compile(r"[#.]?[\w-]+")


def selected(layout: Layout, selectors: Sequence[str], text: str) -> list[tuple[str, ...]]:
    """Give for every run of a page the selectors that hold an element around it.  `text` is the page's HTML."""
    asked = [selector for selector in selectors if _may_hold(selector, text)]
    called = [_called(element) for element in layout.elements] if asked else []
    known: dict[int, tuple[str, ...]] = {}
    for place in {run.element for run in layout.runs} if asked else ():
        known[place] = holding([called[holder] for holder in _holders(layout, place)], asked)
    return [known.get(run.element, ()) for run in layout.runs]


def holding(path: Sequence[Names], selectors: Sequence[str]) -> tuple[str, ...]:
    """Give the selectors that hold the element at the end of a path, or one around it.

    >>> path = path_of("article div.share-bar.wide p")
    >>> holding(path, (".share-bar", "article > p", "div.share-bar > p", "article p"))
    ('.share-bar', 'div.share-bar > p', 'article p')
    """
    return tuple(selector for selector in selectors if _holds(chains_of(selector), path))


def path_of(text: str) -> list[Names]:
    """Read a path that is written as a selector is.

    >>> [sorted(names) for names in path_of("div#story.wide p")]
    [['#story', '.wide', 'div'], ['p']]
    """
    return [frozenset(_NAME.findall(part)) for part in text.split()]


@cache
def chains_of(selector: str) -> tuple[tuple[Names, ...], ...]:
    """Take a selector apart: elements that are children of one another, chain below chain.

    Raises ValueError if it asks for what a path does not tell.
    """
    chains = [re.split(r"\s*>\s*", chain) for chain in re.sub(r"\s*>\s*", ">", selector).split(" ")]
    for part in (part for chain in chains for part in chain):
        if not part or not _COMPOUND.fullmatch(part):
            raise ValueError(part or "nothing")
    return tuple(tuple(frozenset(_NAME.findall(part)) for part in chain) for chain in chains)


def _holds(chains: Sequence[Sequence[Names]], path: Sequence[Names]) -> bool:
    """Take each chain where it first fits: what is above it only leaves less room for the next."""
    at = 0
    for chain in chains:
        fits = (start for start in range(at, len(path) - len(chain) + 1) if _fits(chain, path, start))
        start = next(fits, -1)
        if start < 0:
            return False
        at = start + len(chain)
    return True


def _fits(chain: Sequence[Names], path: Sequence[Names], start: int) -> bool:
    return all(wanted <= path[start + at] for at, wanted in enumerate(chain))


def _may_hold(selector: str, text: str) -> bool:
    """Tell whether a page has the ids and classes at all: most have none that rules ask for."""
    return all(name[1:] in text for chain in chains_of(selector) for part in chain for name in part if name[0] in "#.")


def _holders(layout: Layout, place: int) -> list[int]:
    """Give an element and those around it, from the outside in."""
    places: list[int] = []
    while place and len(places) < MAX_LEVELS:
        places.append(place)
        place = layout.elements[place].parent
    return places[::-1]


def _called(element: Element) -> Names:
    classes = element.classes.split(maxsplit=MAX_CLASSES)[:MAX_CLASSES]
    return frozenset((element.name, f"#{element.identity}", *(f".{name}" for name in classes)))
