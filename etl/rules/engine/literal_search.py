"""Literal search: which of all literals of all rules stand in which blocks of a batch, found in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import ahocorasick_rs
from msgspec import Struct

from etl.fold import shape
from etl.rules.matching.view import ArticleView
from etl.rules.regexes.literals import ANYWHERE, Place
from etl.rules.regexes.syntax import UNBOUNDED

# A set of rules by rank - their places in a sequence - as the bits of a number: most of these sets are empty, and
# whether two of them meet is one `&`.
RuleSet = int
NO_RULES: RuleSet = 0

_DIGITS_ALIKE = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))


def only(rank: int) -> RuleSet:
    """Return the set of one rule."""
    return 1 << rank


def ranks_of(rules: RuleSet) -> Iterator[int]:
    """Yield the ranks of a set, in order.

    >>> list(ranks_of(only(3) | only(0)))
    [0, 3]
    """
    while rules:
        lowest = rules & -rules
        yield lowest.bit_length() - 1
        rules ^= lowest


class LiteralTrigger(NamedTuple):
    """A rule that a block may match if a literal stands in its shape: at this place, in a block of so many characters.

    If `is_located`, it is told where in the block its literals stand.
    """

    rank: int
    place: Place = ANYWHERE
    min_chars: int = 0
    max_chars: int = UNBOUNDED
    is_located: bool = False


class LiteralHits(Struct, gc=False):
    """Of an article, by position: the rules of which a literal stands in the block.

    `spans` hold for rules that are located, by position and rank, where in the block the first literal begins and the
    last one ends.  They are known for blocks of which folding changes no length: all ASCII ones.
    """

    rules: dict[int, RuleSet]
    spans: dict[tuple[int, int], tuple[int, int]]


class LiteralMatcher:
    """Finds the literals of rules in batches of articles."""

    def __init__(self, triggers: Iterable[tuple[str, LiteralTrigger]]) -> None:
        by_literal: dict[bytes, list[LiteralTrigger]] = {}
        for literal, trigger in triggers:
            by_literal.setdefault(_encoded(literal), []).append(trigger)
        self._triggers = list(by_literal.values())
        self._longest = [max(one.max_chars for one in triggers) for triggers in self._triggers]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(list(by_literal)) if by_literal else None

    def search(self, views: Sequence[ArticleView]) -> list[LiteralHits]:
        """Return the hits in each article."""
        found = [LiteralHits({}, {}) for _ in views]
        if not self._automaton:
            return found
        shapes, ends = _shapes_of(views)
        places = ((hits, view, at) for hits, view in zip(found, views, strict=True) for at in range(len(view)))
        at = start_of_block = end_of_block = chars = -1
        text = ""
        following = iter(ends)
        for literal, start, end in self._automaton.find_matches_as_indexes(shapes, overlapping=True):
            while end > end_of_block:
                start_of_block, end_of_block = end_of_block + 1, next(following)
                hits, view, at = next(places)
                text, chars = view.plain[at], -1
            if chars < 0:
                chars, is_exact = len(text), text.isascii()
            if chars > self._longest[literal] or start < start_of_block:  # it would stand across two blocks
                continue
            before, after = start - start_of_block, end_of_block - end
            for one in self._triggers[literal]:
                if not one.min_chars <= chars <= one.max_chars or not _fits(one.place, before, after, is_exact):
                    continue
                hits.rules[at] = hits.rules.get(at, NO_RULES) | only(one.rank)
                if one.is_located and is_exact:
                    first, _ = hits.spans.get((at, one.rank), (before, 0))
                    hits.spans[at, one.rank] = min(first, before), chars - after
        return found


def _fits(place: Place, before: int, after: int, is_exact: bool) -> bool:
    """Return false if a rule that has a literal at some place cannot match a block with so much around it.

    In a block of which folding changes the length, only its ends are sure.
    """
    if is_exact:
        return place.min_before <= before <= place.max_before and place.min_after <= after <= place.max_after
    return not ((before and not place.max_before) or (after and not place.max_after))


def _shapes_of(views: Sequence[ArticleView]) -> tuple[bytes, Iterator[int]]:
    """Return the shapes of all blocks, a byte between two, and where each ends."""
    folded = [text for view in views for text in view.folded]
    joined = "\n".join(folded)
    if joined.isascii():
        return joined.encode().translate(_DIGITS_ALIKE), accumulate(map(len, folded), lambda end, size: end + 1 + size)
    shapes = _encoded(shape(joined))
    sizes = (len(text) if text.isascii() else len(_encoded(shape(text))) for text in folded)
    return shapes, accumulate(sizes, lambda end, size: end + 1 + size)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
