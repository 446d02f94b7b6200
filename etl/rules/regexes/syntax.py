"""The one door to the parser that `re` compiles with.  It is private, and the only one that knows every flag."""

from collections.abc import Callable, Iterable
from re import _compiler as compiler  # type: ignore[attr-defined]  # private; here since Python 3.11
from re import _constants as codes  # type: ignore[attr-defined]  # private; here since Python 3.11
from re import _parser as parser  # type: ignore[attr-defined]  # private; here since Python 3.11
from typing import Any

Item = tuple[Any, Any]
"""One parsed item of a regex: its code and its value."""

# The width of a repeat without bound, in characters.
UNBOUNDED = int(codes.MAXREPEAT)

__all__ = ["UNBOUNDED", "Item", "codes", "leaf_test", "parse", "width"]


def parse(regex: str, flags: int = 0) -> Any:
    """Return the parsed items of a regex.  Raises re.error if it is none."""
    return parser.parse(regex, flags)


def width(tree: Any, items: Iterable[Item]) -> tuple[int, int]:
    """Return the fewest and the most characters that items of a parsed regex take; UNBOUNDED or more is no bound.

    Some Pythons leave places between characters (`^`, `\\b`, a look around) out, and so they take nothing.
    """
    low, high = parser.SubPattern(tree.state, list(items)).getwidth()
    return min(UNBOUNDED, int(low)), min(UNBOUNDED, int(high))


def leaf_test(tree: Any, item: Item, flags: int) -> Callable[[str], object]:
    """Return what is true of the single characters that an item without groups matches."""
    compiled: Any = compiler.compile(parser.SubPattern(tree.state, [item]), flags)
    match: Callable[[str], object] = compiled.fullmatch
    return match
