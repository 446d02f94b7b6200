"""The reach of a regex: the characters that it may match, and those that it may look at before and behind a match."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any

from etl.rules.regexes.publishers import parsed
from etl.rules.regexes.syntax import UNBOUNDED, codes, width

# A regex for the text before the place where a sentence, or a label behind a sentence, begins.
SENTENCE_END = re.compile(r"""[.!?…。"')\]] |[。！？]""")
MAX_SENTENCE_END = 2

Widths = tuple[int, int]
"""The fewest and the most characters."""

_HOLDS_LAST = (codes.SUBPATTERN, codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


@cache
def widths(regex: str) -> Widths:
    """Return the characters of the shortest and the longest text that the regex matches.

    >>> widths("By [A-Z].{2,40}")
    (6, 44)
    """
    return width(parsed(regex), parsed(regex))


@cache
def repeated_start(regex: str) -> int:
    """Return how many characters at the start of each matched text occur in it a second time; 0 if unknown.

    >>> repeated_start("(?P<title>.{15,160}) ?(?P=title)")
    15
    """
    items = list(parsed(regex))
    if not items or items[0][0] is not codes.SUBPATTERN:
        return 0
    group, *_, inner = items[0][1]
    is_repeated = any(code is codes.GROUPREF and value == group for code, value in items[1:])
    return width(parsed(regex), inner)[0] if is_repeated else 0


@cache
def look_ahead(regex: str) -> int:
    """Return how many characters behind a match the regex may look at; UNBOUNDED if there is no limit."""
    return min(UNBOUNDED, max(1, *_looks_ahead(parsed(regex), parsed(regex))))


def _looks_ahead(tree: Any, items: Iterable[Any]) -> Iterator[int]:
    yield 0
    for code, value in items:
        if code in (codes.ASSERT, codes.ASSERT_NOT):
            yield width(tree, value[1])[1] + 1 if value[0] > 0 else 0
        for inner in _groups_of(code, value):
            yield from _looks_ahead(tree, inner)


def opens_behind_sentence(regex: str) -> bool:
    """Return whether every match begins at the start of a text, or behind the end of a sentence (`SENTENCE_END`).

    >>> opens_behind_sentence(r"^Read more|(?:(?<=[.!?] )|(?<=[。]))(?:Image: )?A"), opens_behind_sentence("Read on")
    (True, False)
    """
    return _opens_behind_sentence(parsed(regex))


def _opens_behind_sentence(items: Iterable[Any]) -> bool:
    for code, value in items:
        if code is codes.BRANCH:
            return all(map(_opens_behind_sentence, value[1]))
        if code in (codes.SUBPATTERN, codes.ATOMIC_GROUP):
            return _opens_behind_sentence(value[-1] if code is codes.SUBPATTERN else value)
        if code is codes.AT:
            return value is codes.AT_BEGINNING
        if code is codes.ASSERT and value[0] < 0:
            characters = [_characters_of(*item) for item in value[1]]
            return _ends_sentence(characters[-2:]) or _ends_sentence(characters[-1:])
        if code not in (codes.ASSERT, codes.ASSERT_NOT):
            return False
    return False


def _ends_sentence(characters: Sequence[str]) -> bool:
    """Return whether all texts with one character of each of these sets end a sentence.  "" is any character."""
    return all(characters) and all(SENTENCE_END.fullmatch("".join(text)) for text in product(*characters))


def _characters_of(code: Any, value: Any) -> str:
    """Return the characters that an item matches; "" if they are not listed one by one."""
    listed = value if code is codes.IN else [(code, value)]
    return "".join(map(chr, (one for _, one in listed))) if all(one is codes.LITERAL for one, _ in listed) else ""


def _groups_of(code: Any, value: Any) -> Iterator[Any]:
    """Yield the sequences of items inside an item."""
    if code is codes.BRANCH:
        yield from value[1]
    elif code is codes.ATOMIC_GROUP:
        yield value
    elif code is codes.GROUPREF_EXISTS:
        yield from (part for part in value[1:] if part)
    elif code in _HOLDS_LAST:
        yield value[-1]
