"""Literals that a regex requires: one of them is in every text that it matches, at a known distance from its ends.

Literals are compared with the shape of a text (`etl.fold.shape`): folded, with every digit a "0".  One search for the
literals of all rules makes most of the matching unnecessary.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import accumulate
from typing import Any

from msgspec import Struct

from etl.fold import fold, shape
from etl.lazy_regex import lazy
from etl.rules.regexes.publishers import parsed
from etl.rules.regexes.syntax import UNBOUNDED, Item, codes, width

# A literal that is less selective than two letters is in so many texts that a search for it saves nothing.
MIN_SELECTIVITY = 2
# A mark that is in few texts ("©", "|", "@", "(") is as rare as three letters; a space is in all texts.
MARK_SELECTIVITY = 3
_MARK = lazy(r"[^\w .,:'\"-]")
# A letter that is as rare as two letters: "X" is the name of a network, "图" means picture.
_RARE = lazy("[jqxz\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Words that are in every English paragraph, but not in most other lines.
_COMMON = frozenset(("the", "and", "that", "with", "for", "was", "from"))
# The most texts that are listed for a regex such as "(?:via|[|/]) ?(?:AP|AFP|Reuters)".  A regex with more is divided.
# With 32, a sixth more rules are tried on a line of page dumps; with 64, no fewer, and the start is slower.
MAX_TEXTS = 36
# The most characters of a range that are listed: digits are, but letters would not be selective.
MAX_RANGE = 10

Texts = frozenset[str]
EMPTY: Texts = frozenset({""})
Widths = tuple[int, int]


class Place(Struct, frozen=True, gc=False, array_like=True):
    """The place of a literal in a text that a regex matches: the least and most characters before and behind it.

    They are exact for texts whose length does not change when they are folded: all ASCII texts.
    """

    min_before: int = 0
    max_before: int = 0
    min_after: int = 0
    max_after: int = 0

    def within(self, before: Widths, after: Widths) -> "Place":
        """Return the place in a longer text, with so many more characters before and behind."""
        return Place(
            self.min_before + before[0],
            min(UNBOUNDED, self.max_before + before[1]),
            self.min_after + after[0],
            min(UNBOUNDED, self.max_after + after[1]),
        )

    def or_at(self, other: "Place") -> "Place":
        """Return the narrowest place that includes both."""
        return Place(
            min(self.min_before, other.min_before),
            max(self.max_before, other.max_before),
            min(self.min_after, other.min_after),
            max(self.max_after, other.max_after),
        )


ANYWHERE = Place(0, UNBOUNDED, 0, UNBOUNDED)
# The text of a look-ahead may also match the next items of the regex.
_AHEAD = Place(0, UNBOUNDED, -UNBOUNDED, UNBOUNDED)
Choice = Mapping[str, Place]
"""Literals of which one is in every text, each with its place."""


class RegexLiterals(Struct, frozen=True):
    """The literals of a part of a regex.

    `texts` are all texts that it matches, if they can be listed.  If not, `ends` are the beginnings and ends of these
    texts, and each text has one literal of each of the `choices`.
    """

    texts: Texts | None = None
    ends: Texts = EMPTY
    choices: tuple[Choice, ...] = ()


class _Run(Struct):
    """Literals of the parts `first` to `last` of a sequence, and whether they cover these parts from start to end."""

    texts: Texts
    first: int
    last: int
    starts_exactly: bool
    ends_exactly: bool = True


@cache
def placed_literals(regex: str) -> tuple[tuple[str, Place], ...]:
    """Return literals of which one is in the shape of every text that the regex matches, each with its place.

    It is the literal "" if none is selective.

    >>> placed_literals("(?:Photo|Image): .{3,20}")[0]
    ('image: ', Place(min_before=0, max_before=0, min_after=3, max_after=20))
    """
    items = parsed(regex)
    best = _best(_sequence(items, items))
    return tuple(sorted(best.items(), key=lambda pair: pair[0])) if best else (("", ANYWHERE),)


def required(regex: str) -> Texts | None:
    """Return literals of which one is in the shape of every text that the regex matches; None if none is selective.

    >>> sorted(required("(?:Getty Images|Reuters)s?[|] .{3,20}"))
    ['getty imagess| ', 'getty images| ', 'reuterss| ', 'reuters| ']
    >>> sorted(required(r"(?:Updated )?[0-9]{1,2}:[0-9]{2}[ap]m"))
    ['0:00am', '0:00pm']
    """
    literals = frozenset(literal for literal, _ in placed_literals(regex))
    return None if "" in literals else literals


def _sequence(tree: Any, items: Any) -> RegexLiterals:
    parts = list(_words(items))
    read = [_read(tree, item) for item in parts]
    if len(read) == 1 and read[0].texts:
        return read[0]  # a word in a list of words, like nine of ten sequences
    spans = [_width(tree, item) for item in parts]
    before = list(accumulate(spans, _plus, initial=(0, 0)))
    after = list(accumulate(reversed(spans), _plus, initial=(0, 0)))[-2::-1]
    choices: list[Choice] = []
    runs = [_Run(EMPTY, 0, 0, True)]
    is_whole = True
    for at, found in enumerate(read):
        is_whole = _extend(runs[-1], at, found) and is_whole
        choices += ({text: _AHEAD.within(before[at], (0, 0)) for text in best} for best in _ahead(tree, parts[at]))
        if not found.texts or runs[-1].last != at:
            is_whole = False
            texts = found.texts or found.ends
            runs.append(_Run(EMPTY, at + 1, at, True) if texts == EMPTY else _Run(texts, at, at, bool(found.texts)))
            if best := _best(found):
                choices.append({text: place.within(before[at], after[at]) for text, place in best.items()})
    placed = [dict.fromkeys(run.texts, _place(run, before, after, spans)) for run in runs]
    return RegexLiterals(runs[0].texts if is_whole else None, choices=(*placed, *choices))


def _ahead(tree: Any, item: Item) -> Iterator[Choice]:
    """Yield the text that a look-ahead requires at its place, if the item is a look-ahead."""
    code, value = item
    if code is codes.ASSERT and value[0] > 0 and (best := _best(_sequence(tree, value[1]))):
        yield best


def _extend(run: _Run, at: int, found: RegexLiterals) -> bool:
    """Add part `at` of a sequence to a run of literals, which are shortened if there are too many.

    Returns true if the run still has all texts of its parts.
    """
    if not found.texts and found.ends == EMPTY:
        return False
    texts = found.texts or found.ends
    joined = _joined(run.texts, texts)
    if shortened := None if joined else _joined(_shortest(run.texts, str.endswith), texts):
        run.starts_exactly = False
    if joined or shortened:
        run.texts, run.last, run.ends_exactly = joined or shortened or EMPTY, at, bool(found.texts)
    return bool(joined and found.texts)


def _place(run: _Run, before: list[Widths], after: list[Widths], spans: list[Widths]) -> Place:
    """Return the place of the literals of a run in its sequence."""
    if not spans:
        return Place()
    most_before = before[run.first][1] if run.starts_exactly else before[run.last][1] + spans[run.last][1]
    most_after = after[run.last][1] if run.ends_exactly else after[run.last][1] + spans[run.last][1]
    return Place(before[run.first][0], min(UNBOUNDED, most_before), after[run.last][0], min(UNBOUNDED, most_after))


def _plus(one: Widths, other: Widths) -> Widths:
    return one[0] + other[0], min(UNBOUNDED, one[1] + other[1])


def _width(tree: Any, item: Item) -> Widths:
    code, value = item
    return (len(value), len(value)) if code is _WORD else width(tree, [item])


def _best(found: RegexLiterals) -> Choice | None:
    """Return the choice of literals of a part of a regex whose least selective literal is most selective."""
    choices = (dict.fromkeys(found.texts, Place()),) if found.texts else found.choices
    ranked = ((_selectivity(choice), -at, choice) for at, choice in enumerate(choices) if choice)
    selectivity, _, best = max(ranked, key=lambda ranked: ranked[:2], default=(0, 0, {}))
    return _merged(best) if selectivity >= MIN_SELECTIVITY else None


def _merged(choice: Choice) -> Choice:
    """Remove literals that begin or end with another literal, whose place then includes both.

    Of " by", " by jane" and "by", the second is covered by the first, and the first by the third.
    """
    places = choice
    for is_longer in (str.startswith, str.endswith):
        kept = {text: places[text] for text in sorted(_shortest(frozenset(places), is_longer))}
        for text in sorted(places.keys() - kept.keys()):
            for other in kept:
                if is_longer(text, other):
                    longer = len(text) - len(other)
                    beside = ((0, 0), (longer, longer)) if is_longer is str.startswith else ((longer, longer), (0, 0))
                    kept[other] = kept[other].or_at(places[text].within(*beside))
        places = kept
    return places


def _words(items: Any) -> Iterator[Item]:
    """Yield the items of a sequence; consecutive literal characters become one item with the shape of their text."""
    word = ""
    for item in items.data:
        if item[0] is codes.LITERAL:
            word += chr(item[1])
            continue
        if word:
            yield _WORD, shape(fold(word))
            word = ""
        yield item
    if word:
        yield _WORD, shape(fold(word))


def _read(tree: Any, item: Item) -> RegexLiterals:
    code, value = item
    return _READ[code](tree, value) if code in _READ else RegexLiterals()


def _selectivity(literals: Iterable[str]) -> int:
    """Return how rare a literal is in texts, measured in letters; for several literals, the least."""
    return min(map(_selectivity_of, literals))


@cache
def _selectivity_of(literal: str) -> int:
    if literal.strip() in _COMMON:
        return MIN_SELECTIVITY
    marks, rare = len(_MARK.findall(literal)), len(_RARE.findall(literal))
    return len(literal) - literal.count(" ") + rare + (MARK_SELECTIVITY - 1) * marks


def _shortest(literals: Texts, is_longer: Callable[[str, tuple[str, ...]], bool]) -> Texts:
    """Remove literals that contain another one at their beginning or end: "by jane" contains "by"."""
    if len(literals) == 1:
        return literals
    found: tuple[str, ...] = ()
    for literal in sorted(literals, key=len):
        if not is_longer(literal, found):
            found += (literal,)
    return frozenset(found)


def _joined(first: Texts | None, then: Texts | None) -> Texts | None:
    if not first or not then or len(first) * len(then) > MAX_TEXTS:
        return None
    return frozenset(head + tail for head in first for tail in then)


def _either(choices: Iterable[Texts | None]) -> Texts | None:
    """Return the texts of all choices; None if one of them cannot be listed, or if there are too many."""
    texts: set[str] = set()
    for choice in choices:
        if not choice:
            return None
        texts |= choice
    return frozenset(texts) if len(texts) <= MAX_TEXTS else None


def _branch(tree: Any, value: Any) -> RegexLiterals:
    branches = [_sequence(tree, branch) for branch in value[1]]
    if texts := _either(branch.texts for branch in branches):
        return RegexLiterals(texts)
    required: dict[str, Place] = {}
    for best in map(_best, branches):
        if not best:
            return RegexLiterals()
        for text, place in best.items():
            required[text] = required[text].or_at(place) if text in required else place
    return RegexLiterals(choices=(required,))


def _repeat(tree: Any, value: tuple[int, int, Any]) -> RegexLiterals:
    low, high, items = value
    once = _sequence(tree, items)
    least, most = width(tree, items)
    rest = max(0, low - 1) * least, min(UNBOUNDED, max(0, high - 1) * most)
    best = _best(once) if low else None
    return RegexLiterals(
        _either(_in_a_row(once.texts, count) for count in range(low, high + 1)) if high <= MAX_TEXTS else None,
        _in_a_row(once.texts, low) or EMPTY,
        ({text: place.within((0, 0), rest) for text, place in best.items()},) if best else (),
    )


def _in_a_row(texts: Texts | None, count: int) -> Texts | None:
    row: Texts | None = EMPTY
    for _ in range(count):
        row = _joined(row, texts)
    return row


def _one_of(_tree: Any, members: Any) -> RegexLiterals:
    """Return the characters of a class such as [|/] or [0-9], but not of a negated class or of a range of letters."""
    return RegexLiterals(_either(_MEMBERS[code](value) if code in _MEMBERS else None for code, value in members))


def _range(ends: tuple[int, int]) -> Texts | None:
    first, last = ends
    return frozenset(map(_character, range(first, last + 1))) if last - first < MAX_RANGE else None


def _character(number: int) -> str:
    return shape(fold(chr(number)))


def _nothing(_tree: Any, _value: Any) -> RegexLiterals:
    """Return no literals for a place between characters (^, \\b, a look-around): it matches no text."""
    return RegexLiterals(EMPTY)


_WORD = "word"
_READ: dict[Any, Callable[[Any, Any], RegexLiterals]] = {
    _WORD: lambda _, text: RegexLiterals(frozenset({text})),
    codes.IN: _one_of,
    codes.BRANCH: _branch,
    codes.SUBPATTERN: lambda tree, value: _sequence(tree, value[-1]),
    codes.ATOMIC_GROUP: _sequence,
    codes.AT: _nothing,
    codes.ASSERT: _nothing,
    codes.ASSERT_NOT: _nothing,
    codes.MAX_REPEAT: _repeat,
    codes.MIN_REPEAT: _repeat,
    codes.POSSESSIVE_REPEAT: _repeat,
}
_MEMBERS: dict[Any, Callable[[Any], Texts | None]] = {
    codes.LITERAL: lambda number: frozenset({_character(number)}),
    codes.RANGE: _range,
    codes.CATEGORY: lambda category: frozenset({"0"}) if category is codes.CATEGORY_DIGIT else None,
}
