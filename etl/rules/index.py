"""Which rules could match which blocks, found by one look at each block: its label, its tag, the literals in it.

A rule that is not among the candidates of a block does not match it; one that is, may.  So the plain loop over all
rules and the loop over candidates come to the same, by test.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from operator import xor

from msgspec import Struct

from etl.fold import fold, label, shape
from etl.rules.match import MAX_FURNITURE_CHARS, has_looks
from etl.rules.regex import regex_of
from etl.rules.sieve import NONE, Ranks, Sieve, listed, only
from etl.rules.view import View
from etl.rules.vocabulary import Match, Pattern

# What every block has.
_ANY = Pattern(prefix=("",))
# The length of all blocks that are no furniture for their words.
LONG = MAX_FURNITURE_CHARS + 1


class Clue(Struct, frozen=True):
    """Patterns of which one stands near if a rule matches: at block `b`, for matches at `b + first` to `b + last`."""

    patterns: tuple[Pattern, ...]
    first: int = 0
    last: int = 0


class Index:
    """Ranks of rules by the clue without which they do not match.

    `literals` are for the sieve that all indexes share: so a block is searched once.
    """

    def __init__(self, matches: Mapping[int, Match]) -> None:
        self._labels: defaultdict[str, Ranks] = defaultdict(int)
        self._tags: defaultdict[str, Ranks] = defaultdict(int)
        self._rules: defaultdict[str, Ranks] = defaultdict(int)
        self._headlines = NONE
        clues = {rank: _clue(match) for rank, match in matches.items()}
        for rank, clue in clues.items():
            for pattern in clue.patterns:
                self._enter(pattern, only(rank))
        self.literals = tuple((literal, only(rank)) for rank, clue in clues.items() for literal in _literals(clue))
        self._fitting = _fitting(clues)
        self._reaches = {rank: clue for rank, clue in clues.items() if clue.first or clue.last}
        self._far = sum(map(only, self._reaches))

    def _enter(self, pattern: Pattern, ranks: Ranks) -> None:
        for text in pattern.exact:
            self._labels[label(text)] |= ranks
        for name in (*pattern.tag, *pattern.css):
            self._tags[name] |= ranks
        for name in pattern.rule:
            self._rules[name] |= ranks
        self._headlines |= ranks if pattern.headline else NONE

    def candidates(self, view: View, sieve: Sieve) -> list[Ranks]:
        """Give for each block of a view the ranks of the rules that could match it."""
        clued = self._clued(view, sieve)
        fitting = [ranks & self._fitting[min(len(text), LONG)] for ranks, text in zip(clued, view.plain, strict=True)]
        return self._spread(fitting) if self._reaches else fitting

    def _clued(self, view: View, sieve: Sieve) -> list[Ranks]:
        """For each block the rules whose clue it could be, but for its length."""
        sifted = zip(view.sifted(sieve), view.labels, strict=True)
        clued = [ranks | self._labels.get(label, NONE) for ranks, label in sifted]
        for at, block in enumerate(view.blocks if self._tags else ()):
            for name in (block.tag, *block.css):
                clued[at] |= self._tags.get(name, NONE)
        for at, names in view.named.items():
            for name in names:
                clued[at] |= self._rules.get(name, NONE)
        for at in view.headlines:
            clued[at] |= self._headlines
        return clued

    def _spread(self, clued: Sequence[Ranks]) -> list[Ranks]:
        """Take rules from the blocks that are their clues to the blocks that they could match."""
        found = [ranks & ~self._far for ranks in clued]
        for at, ranks in enumerate(clued):
            for rank in listed(ranks & self._far):
                clue = self._reaches[rank]
                for reached in range(max(0, at + clue.first), min(len(found), at + clue.last + 1)):
                    found[reached] |= only(rank)
        return found


class Within:
    """Ranks of rules by the literals without which their regexes match nowhere within a block, however long it is."""

    def __init__(self, matches: Mapping[int, Match]) -> None:
        self.literals = tuple(
            (literal, only(rank)) for rank, match in matches.items() for literal in regex_of(match).literals
        )
        self._ranks = sum(map(only, matches))

    def candidates(self, view: View, sieve: Sieve) -> list[Ranks]:
        """Give for each block of a view the ranks of the rules that could match within it."""
        return [ranks & self._ranks for ranks in view.sifted(sieve)]


def _clue(match: Match) -> Clue:
    """The first clue that not every block could be, if there is one."""
    clues = (*_clues(match), Clue((_ANY,)))
    return next((clue for clue in clues if "" not in _literals(clue)), clues[0])


def _clues(match: Match) -> Iterator[Clue]:
    """What must stand near where a match matches: looks of the block itself, and of the neighbours it asks for."""
    if has_looks(match):
        yield Clue((match,))
    for pattern in match.every:
        yield Clue((pattern,))
    if match.either:
        yield Clue(match.either)
    if match.after:
        yield Clue((match.after,), 1, match.after.within)
    if match.before:
        yield Clue((match.before,), -match.before.within, -1)
    if match.between:
        yield Clue((match.between.start,), 0, match.between.max_blocks + 1)  # a drop-span takes start and end along
    if match.span:
        run = len(match.span.around)
        yield Clue((Pattern(exact=match.span.around[:1]),), -match.span.before, run - 1 + match.span.mirror)


def _literals(clue: Clue) -> Iterator[str]:
    """Literals of which one stands in the shape of each block that is a clue for its words."""
    for pattern in clue.patterns:
        yield from (shape(fold(text)) for text in (*pattern.prefix, *pattern.suffix, *pattern.contains))
        if pattern.regex:
            yield from regex_of(pattern).literals


def _fitting(clues: Mapping[int, Clue]) -> list[Ranks]:
    """For each length of a block, in characters, the rules of which a block so long could be the clue."""
    # At each length, the rules that begin or cease to fit.
    turning = [NONE] * (LONG + 2)
    for rank, clue in clues.items():
        widths = [_widths(pattern) for pattern in clue.patterns]
        turning[min((least for least, _ in widths), default=LONG)] ^= only(rank)
        turning[max((most for _, most in widths), default=LONG) + 1] ^= only(rank)
    return list(accumulate(turning, xor))


def _widths(pattern: Pattern) -> tuple[int, int]:
    """The characters of the shortest and the longest block that a pattern matches; LONG stands for all long ones."""
    if pattern == _ANY or any((pattern.exact, pattern.tag, pattern.css, pattern.rule, pattern.headline)):
        return 0, LONG
    if any((pattern.prefix, pattern.suffix, pattern.contains)) or not pattern.regex:
        return 0, MAX_FURNITURE_CHARS
    regex = regex_of(pattern)
    return min(regex.least, LONG), min(regex.most, MAX_FURNITURE_CHARS)
