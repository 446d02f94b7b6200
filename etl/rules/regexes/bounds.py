"""Limits for regexes of users: a regex beyond them is refused before it takes time or memory."""

from collections.abc import Iterable
from re import error as regex_error
from typing import Any

from etl.rules.regexes.syntax import Item, codes, parse, width

# Levels of nested groups.  The deepest shipped regex has 8; Python's parser fails at some 300.
MAX_DEPTH = 50
# Characters of a regex.  The longest shipped one has 2,031; a list of names belongs into `exact`.
MAX_CHARS = 20_000
# Items of a regex after its repeats are expanded: "a{5000}" has 5,000.  The largest shipped one has 1,484.  Time and
# memory of the `regex` module grow with it, and the time of the search for literals: 0.3 s for the worst of 5,000.
MAX_ITEMS = 5_000

_LOOKS = (codes.ASSERT, codes.ASSERT_NOT)
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def regex_fault(regex: str) -> str:
    """Return the fault of a regex before it is compiled, in words; "" if it has none."""
    if len(regex) > MAX_CHARS:
        return f"has {len(regex):,} characters, more than {MAX_CHARS:,}"
    try:
        tree = parse(regex)
        items = list(tree)
        if _looks_behind_freely(tree, items):
            return "has a look-behind without a fixed length, which Python's `re` does not support"
        depth = _depth(items)
        size = _size(items) if depth <= MAX_DEPTH else 0
    except regex_error as error:
        return f"does not compile: {error.msg} at character {error.pos}"
    except ValueError as error:  # flags that contradict each other
        return f"does not compile: {error}"
    except OverflowError:
        return "does not compile: a repetition number is too large"
    except RecursionError:
        depth = size = MAX_DEPTH + 1
    if depth > MAX_DEPTH:
        return f"nests groups more than {MAX_DEPTH} deep"
    return f"has {size:,} items when its repeats are written out, more than {MAX_ITEMS:,}" if size > MAX_ITEMS else ""


def _looks_behind_freely(tree: Any, items: Iterable[Item]) -> bool:
    """Return true if a look-behind has no fixed width: the parser of `re` accepts it, but the compiler refuses it."""
    for code, value in items:
        if code in _LOOKS and value[0] < 0 and len({*width(tree, value[1])}) > 1:
            return True
        if any(_looks_behind_freely(tree, inner) for inner in _within(value)):
            return True
    return False


def _size(items: Iterable[Item]) -> int:
    """Return the number of items, with repeats expanded to their least number.

    >>> [_size(parse(regex)) for regex in ("ab", "(ab){30}c*", "(a{100}){100}")]
    [2, 61, 10000]
    """
    size = 0
    for code, value in items:
        inner = sum(map(_size, _within(value))) or 1
        size += max(1, value[0]) * inner if code in _REPEATS else inner
    return size


def _depth(items: Iterable[Item]) -> int:
    return 1 + max((_depth(inner) for _, value in items for inner in _within(value)), default=0)


def _within(value: object) -> list[list[Item]]:
    """Return the parsed regexes in the value of an item: a group, a repeat, a choice or a look-around."""
    if hasattr(value, "data"):
        return [list(value)]  # type: ignore[call-overload]  # a SubPattern, whose class is private
    if isinstance(value, tuple | list):
        return [inner for one in value for inner in _within(one)]
    return []
