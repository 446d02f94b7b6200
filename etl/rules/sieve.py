"""Which of many literals stand in which texts, found in the time that it takes to read the texts once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import ahocorasick

# A set of ranks - places in a sequence of rules - as the bits of a number: most of these sets are empty, and whether
# two of them meet is one `&`.
Ranks = int
NONE: Ranks = 0


def only(rank: int) -> Ranks:
    """Give the set of one rank."""
    return 1 << rank


def listed(ranks: Ranks) -> Iterator[int]:
    """Give the ranks of a set, in order.

    >>> list(listed(only(3) | only(0)))
    [0, 3]
    """
    while ranks:
        lowest = ranks & -ranks
        yield lowest.bit_length() - 1
        ranks ^= lowest


class Sieve:
    """Ranks by the literals of which one must stand in a text.  The literal "" stands in every text."""

    def __init__(self, entries: Iterable[tuple[str, Ranks]]) -> None:
        literals: dict[str, Ranks] = {}
        for literal, ranks in entries:
            literals[literal] = literals.get(literal, NONE) | ranks
        self._always = literals.pop("", NONE)
        self._automaton = _automaton(literals) if literals else None

    def ranks_in(self, texts: Sequence[str]) -> list[Ranks]:
        """Give for each text the ranks of which a literal stands in it, and now and then one more.

        The texts are searched as one, joined by line breaks: one search starts much sooner than forty.  So a literal
        with a line break may be found where one text ends and the next begins.

        >>> sieve = Sieve([("getty images", only(0)), ("00:00", only(1)), ("", only(2))])
        >>> [list(listed(ranks)) for ranks in sieve.ranks_in(["photo: getty images", "minsk", "at 00:00"])]
        [[0, 2], [2], [1, 2]]
        """
        found = [self._always] * len(texts)
        if not self._automaton:
            return found
        ends = list(accumulate(len(text) + 1 for text in texts))
        at = 0
        for last, ranks in self._automaton.iter("\n".join(texts)):
            while last >= ends[at]:
                at += 1
            found[at] |= ranks
        return found


def _automaton(literals: dict[str, Ranks]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for literal, ranks in literals.items():
        automaton.add_word(literal, ranks)
    automaton.make_automaton()
    return automaton
