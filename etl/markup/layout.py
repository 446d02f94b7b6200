"""A page laid out: its elements, its runs of text, its clues.  Plain values: judging them needs no parser."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

T = TypeVar("T")


class Element(Struct, frozen=True, gc=False):
    """One element of the page.  `parent` and `block` are places in `Layout.elements`; parents come before children.

    `block` is the innermost element that shows its text as a block of its own; `part` the word of FURNITURE that the
    element itself calls for, "" for none.  Four say how text in it is set: inside a link, with its white space kept,
    in a part of an article, article or not, and as no text at all (a script).  `identity` and `classes` are its
    attributes `id` and `class`.
    """

    name: str
    parent: int
    block: int
    part: str = ""
    linked: bool = False
    verbatim: bool = False
    sectioned: bool = False
    silent: bool = False
    identity: str = ""
    classes: str = ""


class Run(Struct, frozen=True, gc=False):
    """Text that a browser shows as one block.  `linked` is the share of its characters inside links, 0 to 1."""

    element: int
    text: str
    linked: float


class Clue(Struct, frozen=True, gc=False):
    """What the page says about itself: a meta tag under its property or name, the text of a script, a <time>, ..."""

    name: str
    content: str


class Layout(Struct, frozen=True, gc=False):
    """Elements in the order of their start tags, runs in reading order, clues."""

    elements: tuple[Element, ...]
    runs: tuple[Run, ...]
    clues: tuple[Clue, ...]

    def path(self, place: int) -> Iterator[int]:
        """Give an element's place, its parent's, and so on up to the root's."""
        while place:
            yield place
            place = self.elements[place].parent
        yield 0


def inherited(elements: Sequence[Element], own: Sequence[T], merge: Callable[[T, T], T]) -> list[T]:
    """Give for every element what comes down to it: its parent's value, merged with its own."""
    values = list(own)
    for place in range(1, len(elements)):
        values[place] = merge(values[elements[place].parent], values[place])
    return values
