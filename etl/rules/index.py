"""Which rules could match which blocks, found by one look at each block: its label, its tag, the literals in it.

A rule that is not among the candidates of a block does not match it; one that is, may.  So the plain loop over all
rules and the loop over candidates come to the same, by test.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

import ahocorasick
from msgspec import Struct

from etl.fold import fold, label
from etl.rules.literals import longest, required
from etl.rules.match import MAX_FURNITURE_CHARS, has_looks
from etl.rules.view import View
from etl.rules.vocabulary import Match, Pattern

Ranks = frozenset[int]
NONE: Ranks = frozenset()


class Clue(Struct, frozen=True):
    """A pattern that stands near if a rule matches: at block `b`, for matches at `b + first` to `b + last`."""

    pattern: Pattern
    first: int = 0
    last: int = 0


class Index:
    """Ranks of rules (their places in a sequence) by the clue without which they do not match."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._clues = [_clue(match) for match in matches]
        self._labels: dict[str, Ranks] = {}
        self._tags: dict[str, Ranks] = {}
        self._rules: dict[str, Ranks] = {}
        literals: dict[str, Ranks] = {}
        self._unmarked: list[tuple[int, int]] = []
        self._headlines = NONE
        for rank, clue in enumerate(self._clues):
            pattern = clue.pattern
            if _is_unmarked(pattern):
                self._unmarked.append((rank, _longest(pattern)))
                continue
            if pattern.headline:
                self._headlines |= {rank}
            _enter(self._labels, map(label, pattern.exact), rank)
            _enter(self._tags, pattern.tag, rank)
            _enter(self._rules, pattern.rule, rank)
            _enter(literals, _literals(pattern), rank)
        self._ranks_in = _searcher(literals)

    def candidates(self, view: View) -> list[set[int]]:
        """Give for each block of a view the ranks of the rules that could match it."""
        found: list[set[int]] = [set() for _ in range(len(view))]
        for at in range(len(view)):
            for rank in self._clued(view, at):
                clue = self._clues[rank]
                for reached in found[max(0, at + clue.first) : max(0, at + clue.last + 1)]:
                    reached.add(rank)
        return found

    def _clued(self, view: View, at: int) -> Ranks:
        """The rules whose clue a block could be."""
        length = len(view.plain[at])
        ranks = self._labels.get(view.labels[at], NONE).union(rank for rank, most in self._unmarked if length <= most)
        if tag := view.article.blocks[at].tag:
            ranks |= self._tags.get(tag, NONE)
        if self._headlines and at in view.headlines:
            ranks |= self._headlines
        for name in view.named.get(at, ()):
            ranks |= self._rules.get(name, NONE)
        folded = view.folded[at]
        return ranks.union(*self._ranks_in(folded)) if length <= MAX_FURNITURE_CHARS else ranks


def _clue(match: Match) -> Clue:
    """The block's own looks, or those of the first neighbour that the match asks for."""
    if has_looks(match):
        return Clue(match)
    if match.after:
        return Clue(match.after, 1, match.after.within)
    if match.before:
        return Clue(match.before, -match.before.within, -1)
    if match.between:
        return Clue(match.between.start, 1, match.between.max_blocks)
    if match.span:
        run = len(match.span.around)
        return Clue(Pattern(exact=match.span.around[:1]), -match.span.before, run - 1 + match.span.mirror)
    return Clue(match)


def _is_unmarked(pattern: Pattern) -> bool:
    """Tell whether a block could match that has none of the labels, tags, rules and literals of the pattern."""
    return bool(pattern.regex and not required(pattern.regex)) or "" in map(fold, _parts(pattern))


def _longest(pattern: Pattern) -> int:
    """The characters of the longest block that an unmarked pattern matches; only a regex says how long that is."""
    others = (pattern.exact, pattern.prefix, pattern.suffix, pattern.contains, pattern.tag, pattern.rule)
    return sys.maxsize if any(others) or pattern.headline else longest(pattern.regex)


def _literals(pattern: Pattern) -> Iterator[str]:
    yield from map(fold, _parts(pattern))
    if pattern.regex:
        yield from required(pattern.regex) or ()


def _parts(pattern: Pattern) -> tuple[str, ...]:
    return (*pattern.prefix, *pattern.suffix, *pattern.contains)


def _enter(table: dict[str, Ranks], keys: Iterable[str], rank: int) -> None:
    for key in keys:
        table[key] = table.get(key, NONE) | {rank}


def _searcher(literals: dict[str, Ranks]) -> Callable[[str], Iterator[Ranks]]:
    """A search for all literals at once, in the time it takes to read the text."""
    if not literals:
        return lambda _: iter(())
    automaton = ahocorasick.Automaton()
    for literal, ranks in literals.items():
        automaton.add_word(literal, ranks)
    automaton.make_automaton()
    return lambda folded: (ranks for _, ranks in automaton.iter(folded))
