"""What must stand in a text before a regex can match it: a look for a few literals spares most of the matching.

Literals are compared with the shape of a text (`etl.fold.shape`): folded, with every digit a "0".
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]  # private, and the only parser there is
from re import _parser as parser  # type: ignore[attr-defined]  # the one `re` compiles with, here since Python 3.11
from typing import Any

from msgspec import Struct

from etl.fold import fold, shape
from etl.rules.names import generic

# What tells less than two letters in a row stands in so many texts that a look for it spares nothing.
MIN_TELLING = 2
# A mark that not every second text has ("©", "|", "@", "(") is as rare as three letters; a space tells nothing.
MARK_TELLS = 3
_MARK = re.compile(r"[^\w .,:'\"-]")
# A letter that is as rare as two: "X" is the name of a network.
_RARE = re.compile(r"[jqxz]")
# So many texts are written out for a regex such as "(?:via|[|/]) ?(?:AP|AFP|Reuters)"; beyond, it is cut in two.
# With four times as many no shipped rule is tried less often, and start-up is slower.
MAX_TEXTS = 32
# So many characters of a range: digits are written out, letters would tell nothing.
MAX_RANGE = 10

Literals = frozenset[str]
NOTHING: Literals = frozenset({""})


class Said(Struct, frozen=True):
    """What a part of a regex says: all the texts that it matches, if they can be written out.

    And if not, what each of them begins and ends with, and sets of literals; each text has one of each set.
    """

    texts: Literals | None = None
    ends: Literals = NOTHING
    choices: tuple[Literals, ...] = ()


@cache
def required(regex: str) -> Literals | None:
    """Give literals of which one stands in the shape of every text that the regex matches; None if none is telling.

    >>> sorted(required("(?:Getty Images|Reuters)s?[|] .{3,20}"))
    ['getty imagess| ', 'getty images| ', 'reuterss| ', 'reuters| ']
    >>> sorted(required(r"(?:Updated )?[0-9]{1,2}:[0-9]{2}[ap]m"))
    ['0:00am', '0:00pm']
    """
    return _best(_sequence(_parsed(regex)))


@cache
def widths(regex: str) -> tuple[int, int]:
    """Give the characters of the shortest and the longest text that the regex matches; many if there is no limit.

    >>> widths("By [A-Z].{2,40}")
    (6, 44)
    """
    least, most = _parsed(regex).getwidth()
    return int(least), int(most)


@cache
def _parsed(regex: str) -> Any:
    return parser.parse(generic(regex))


def _sequence(items: Any) -> Said:
    parts = [_said(item) for item in _words(items)]
    if len(parts) == 1 and parts[0].texts:
        return parts[0]  # a word in a list of words: nine of ten sequences
    runs, choices, is_whole = [NOTHING], [], True
    for said in parts:
        run = _joined(runs[-1], said.texts or said.ends)
        is_whole = is_whole and bool(said.texts and run)
        runs[-1] = run or _joined(_shortest(runs[-1], str.endswith), said.texts or said.ends) or runs[-1]
        if not said.texts or not run:
            runs.append(said.texts or said.ends)
            choices.append(_best(said))
    return Said(runs[0] if is_whole else None, choices=tuple(choice for choice in (*runs, *choices) if choice))


def _best(said: Said) -> Literals | None:
    """Of all that a part of a regex requires, the choice whose least telling literal tells most."""
    choices = (said.texts,) if said.texts else said.choices
    telling, _, best = max(
        ((_telling(choice), -at, choice) for at, choice in enumerate(choices)), default=(0, 0, NOTHING)
    )
    return _shortest(_shortest(best, str.startswith), str.endswith) if telling >= MIN_TELLING else None


def _words(items: Any) -> Iterator[tuple[Any, Any]]:
    """The items of a sequence, but that literal characters in a row are one item with the shape of their text."""
    word = ""
    for item in items.data:
        if item[0] is codes.LITERAL:
            word += chr(item[1])
            continue
        if word:
            yield codes.LITERAL, shape(fold(word))
            word = ""
        yield item
    if word:
        yield codes.LITERAL, shape(fold(word))


def _said(item: tuple[Any, Any]) -> Said:
    code, value = item
    return _SAID[code](value) if code in _SAID else Said()


def _telling(literals: Literals) -> int:
    """How rare a literal is in texts, in letters; of several, the least."""
    return min(map(_tells, literals))


@cache
def _tells(literal: str) -> int:
    marks, rare = len(_MARK.findall(literal)), len(_RARE.findall(literal))
    return len(literal) - literal.count(" ") + rare + (MARK_TELLS - 1) * marks


def _shortest(literals: Literals, is_longer: Callable[[str, tuple[str, ...]], bool]) -> Literals:
    """Leave out literals that only add to others, at their beginning or at their end: "by jane" adds to "by"."""
    if len(literals) == 1:
        return literals
    found: tuple[str, ...] = ()
    for literal in sorted(literals, key=len):
        if not is_longer(literal, found):
            found += (literal,)
    return frozenset(found)


def _joined(first: Literals | None, then: Literals | None) -> Literals | None:
    if not first or not then or len(first) * len(then) > MAX_TEXTS:
        return None
    return frozenset(head + tail for head in first for tail in then)


def _either(choices: Iterable[Literals | None]) -> Literals | None:
    """The literals of all choices; None if one may be anything, or if they are too many."""
    texts: set[str] = set()
    for choice in choices:
        if not choice:
            return None
        texts |= choice
    return frozenset(texts) if len(texts) <= MAX_TEXTS else None


def _branch(value: Any) -> Said:
    branches = [_sequence(branch) for branch in value[1]]
    if texts := _either(branch.texts for branch in branches):
        return Said(texts)
    required = [best for branch in branches if (best := _best(branch))]
    return Said(choices=(frozenset[str]().union(*required),) if len(required) == len(branches) else ())


def _repeat(value: tuple[int, int, Any]) -> Said:
    least, most, items = value
    once = _sequence(items)
    return Said(
        _either(_in_a_row(once.texts, count) for count in range(least, most + 1)) if most <= MAX_TEXTS else None,
        _in_a_row(once.texts, least) or NOTHING,
        (best,) if least and (best := _best(once)) else (),
    )


def _in_a_row(texts: Literals | None, count: int) -> Literals | None:
    row: Literals | None = NOTHING
    for _ in range(count):
        row = _joined(row, texts)
    return row


def _one_of(members: Any) -> Said:
    """The characters of a class, such as [|/] or [0-9]; not of a negated one, nor of a range of letters."""
    return Said(_either(_MEMBERS[code](value) if code in _MEMBERS else None for code, value in members))


def _range(ends: tuple[int, int]) -> Literals | None:
    first, last = ends
    return frozenset(map(_character, range(first, last + 1))) if last - first < MAX_RANGE else None


def _character(number: int) -> str:
    return shape(fold(chr(number)))


# A place between characters (^, \b, a look around) takes no text: what else is required holds without it.
_SAID: dict[Any, Callable[[Any], Said]] = {
    codes.LITERAL: lambda text: Said(frozenset({text})),
    codes.IN: _one_of,
    codes.BRANCH: _branch,
    codes.SUBPATTERN: lambda value: _sequence(value[-1]),
    codes.ATOMIC_GROUP: _sequence,
    codes.AT: lambda _: Said(NOTHING),
    codes.ASSERT: lambda _: Said(NOTHING),
    codes.ASSERT_NOT: lambda _: Said(NOTHING),
    codes.MAX_REPEAT: _repeat,
    codes.MIN_REPEAT: _repeat,
    codes.POSSESSIVE_REPEAT: _repeat,
}
_MEMBERS: dict[Any, Callable[[Any], Literals | None]] = {
    codes.LITERAL: lambda number: frozenset({_character(number)}),
    codes.RANGE: _range,
    codes.CATEGORY: lambda category: frozenset({"0"}) if category is codes.CATEGORY_DIGIT else None,
}
