"""What must stand in a text before a regex can match it: a look for a few literals spares most of the matching."""

# The parser of the standard library, which `re` itself compiles with; it has been the same module since Python 3.11.
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]  # private, and the only parser there is
from re import _parser as parser  # type: ignore[attr-defined]  # private, and the only parser there is
from typing import Any

from etl.fold import fold

# Characters.  A shorter literal stands in every text.
MIN_LITERAL = 3

Literals = frozenset[str]


@cache
def required(regex: str) -> Literals | None:
    """Give literals of which one, folded, stands in every text that the regex matches; None if there are no such.

    >>> sorted(required("(?:Getty Images|Reuters)s?[|] .{3,20}"))
    ['getty images', 'reuters']
    """
    return _required(parser.parse(regex))


@cache
def longest(regex: str) -> int:
    """Give the characters of the longest text that the regex matches; a very large number if there is no limit.

    >>> longest("By [A-Z].{2,40}")
    44
    """
    return int(parser.parse(regex).getwidth()[1])


def _required(items: Any) -> Literals | None:
    """Of what a sequence requires one after the other, the choice whose shortest literal is the longest."""
    choices = [*_runs(items), *(_of_item(code, value) for code, value in items)]
    telling = [choice for choice in choices if choice and min(map(len, choice)) >= MIN_LITERAL]
    return max(telling, key=lambda choice: min(map(len, choice)), default=None)


def _runs(items: Any) -> list[Literals]:
    """The literal runs of a sequence."""
    runs = [""]
    for code, value in items:
        if code is codes.LITERAL:
            runs[-1] += chr(value)
        else:
            runs.append("")
    return [frozenset({fold(run)}) for run in runs if run]


def _of_item(code: Any, value: Any) -> Literals | None:
    if code is codes.SUBPATTERN:
        return _required(value[-1])
    if code is codes.MAX_REPEAT and value[0] > 0:
        return _required(value[-1])
    if code is codes.BRANCH:
        branches = [_required(branch) for branch in value[1]]
        return frozenset[str]().union(*(one for one in branches if one)) if all(branches) else None
    return None
