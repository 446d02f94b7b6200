"""Names filter for large buckets: drop pairs of similar blocks about different people.

1,200 appointments ("X joins Y as director") are all similar, and no two state the same facts.  Comparing them pair by
pair takes 6 microseconds each.  Two blocks state different facts if each has a name that the other lacks, even misspelt
or abbreviated (`etl.dedup.pairs.same_facts`).  So two blocks can be duplicates only if all names of one of them are in
the other.  The two rarest names decide nearly all cases.  The blocks with the rarest name, or a term near to it, are
found once for each name.  For each pair of these, the second name is compared.
"""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from msgspec import Struct

from etl.array_types import I64, U32, U64, Mask
from etl.dedup.arrays import Ragged, distinct, ragged, ranges, turns
from etl.dedup.fingerprint.terms import (
    CAPITAL,
    DIGITS,
    LETTERS,
    have_no_vowel,
    initials,
    is_near,
    is_within,
    letter_sets,
)

_CASELESS = np.uint32((1 << CAPITAL) - 1)
_IS_NAME = np.uint32(1 << CAPITAL)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
# Masks that remove a letter from a set, add a letter, or leave the set unchanged.
_CHANGES = np.append(np.uint32(0), np.uint32(1) << np.arange(LETTERS, dtype=np.uint32))
# Names that are compared with terms at a time, and comparisons of two sets of letters.
_NAMES_AT_ONCE, _COMPARISONS_AT_ONCE = 1 << 13, 1 << 18


class Names(Struct, frozen=True, gc=False):
    """For the members of a bucket: the numbers of each one's rarest and second rarest name (-1: it has none).

    `having` are the pairs "name · members + member" of a name and a member that has it or a term near to it, sorted.
    """

    rarest: I64
    second: I64
    having: I64
    name_counts: I64

    @property
    def pair_count(self) -> int:
        """The number of pairs in which the rarest name of one block is in the other."""
        return int(self.name_counts[self.rarest[self.rarest >= 0]].sum())

    def pairs(self) -> tuple[I64, I64]:
        """Return the pairs in which the two rarest names of one block are in the other, the earlier member first."""
        some = np.flatnonzero(self.rarest >= 0)
        counts = self.name_counts[self.rarest[some]]
        starts = (np.cumsum(self.name_counts) - self.name_counts)[self.rarest[some]]
        some, others = np.repeat(some, counts), self.having[ranges(starts, counts)] % len(self.rarest)
        both = (self.second[some] < 0) | _contains(self.having, self.second[some] * len(self.rarest) + others)
        return np.minimum(some, others)[both], np.maximum(some, others)[both]

    def may_state_the_same(self, one: I64, other: I64) -> Mask:
        """Mark the pairs in which the rarest names of one member, if it has any, are in the other."""
        return self._are_covered(one, other) | self._are_covered(other, one)

    def _are_covered(self, some: I64, others: I64) -> Mask:
        covered = self.rarest[some] < 0
        named = np.flatnonzero(~covered)
        for names in (self.rarest, self.second):
            of_some, other = names[some[named]], others[named]
            named = named[(of_some < 0) | _contains(self.having, of_some * len(self.rarest) + other)]
        covered[named] = True
        return covered


def _contains(ascending: I64, wanted: I64) -> Mask:
    if not len(ascending):
        return np.zeros(len(wanted), np.bool_)
    places = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    found: Mask = ascending[places] == wanted
    return found


def rarest_names(terms: Ragged, members: I64) -> Names:
    """Return the rarest names of each member of a bucket, and the members that have them."""
    values, sizes = terms.of(members), terms.lengths(members)
    owners = np.repeat(np.arange(len(members)), sizes)
    is_term = values != DIGITS
    values, owners = values[is_term], owners[is_term]
    kinds, numbers = np.unique(values & _CASELESS, return_inverse=True)
    chosen = _rarest(owners, numbers, values & _IS_NAME > 0, len(members))
    names = np.unique(chosen[chosen >= 0])
    rarest, second = np.where(chosen < 0, -1, np.searchsorted(names, chosen))
    name, term = NearTerms(kinds).pairs(names)
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(kinds) + 1))
    counts = np.diff(starts)[term]
    having = np.repeat(name * len(members), counts) + owners[order][ranges(starts[term], counts)]
    having = distinct(having.astype(np.uint64)).astype(np.int64)
    edges = np.searchsorted(having, np.arange(len(names) + 1) * len(members))
    return Names(rarest, second, having, np.diff(edges))


def _rarest(owners: I64, numbers: I64, is_capital: Mask, members: int) -> I64:
    """Return the numbers of each member's two rarest terms that have a capital wherever they stand there; -1 for none.

    The rarest in the first row, the second in the other.
    """
    terms = int(numbers.max(initial=-1)) + 1
    own, first, inverse = np.unique(owners * terms + numbers, return_index=True, return_inverse=True)
    is_name = np.bincount(inverse[~is_capital], minlength=len(own)) == 0
    frequency = np.bincount(numbers[first], minlength=terms)
    places = first[is_name]
    places = places[np.lexsort((numbers[places], frequency[numbers[places]], owners[places]))]
    rarest = np.full((2, members), -1, np.int64)
    for row in rarest:
        is_next = np.diff(owners[places], prepend=-1) > 0
        row[owners[places[is_next]]] = numbers[places[is_next]]
        places = places[~is_next]
    return rarest


class NearTerms:
    """Some terms by their letters, to find the terms that are equal or near to a term."""

    def __init__(self, kinds: U32) -> None:
        self._kinds = kinds
        self._sets, numbers, counts = np.unique(letter_sets(kinds), return_inverse=True, return_counts=True)
        self._terms = ragged(np.argsort(numbers, kind="stable").astype(np.uint32), counts)
        # Each set of letters, and each with a letter less or more; below, the number of the set.
        numbers = np.repeat(np.arange(len(self._sets), dtype=np.uint64), len(_CHANGES))
        self._changed = np.sort(_changed(self._sets) << _HALF | numbers)
        self._bare = np.flatnonzero(have_no_vowel(self._sets))

    def pairs(self, names: I64) -> tuple[I64, I64]:
        """Pair some of the terms with all terms that are equal or near; some pairs occur twice."""
        found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for start in range(0, len(names), _NAMES_AT_ONCE):
            sets = letter_sets(self._kinds[names[start : start + _NAMES_AT_ONCE]])
            for name, number in chain(self._two_apart(sets), self._shorter(sets), self._longer(sets)):
                counts = self._terms.lengths(number)
                name, term = np.repeat(name + start, counts), self._terms.of(number).astype(np.int64)
                one, other = self._kinds[names[name]], self._kinds[term]
                is_like = (one == other) | is_near(one, other)
                found.append((name[is_like], term[is_like]))
        return np.concatenate([name for name, _ in found]), np.concatenate([term for _, term in found])

    def _two_apart(self, sets: U32) -> Iterator[tuple[I64, I64]]:
        """Pair sets with those that have up to two other letters: with one letter changed in each, they are equal."""
        changed = _changed(sets)
        starts = np.searchsorted(self._changed, changed << _HALF)
        counts = np.searchsorted(self._changed, changed + np.uint64(1) << _HALF) - starts
        owners = np.repeat(np.arange(len(sets)), len(_CHANGES))
        for turn in turns(counts, _COMPARISONS_AT_ONCE):
            numbers = self._changed[ranges(starts[turn], counts[turn])] & _LOW
            packed = distinct(np.repeat(owners[turn], counts[turn]).astype(np.uint64) << _HALF | numbers)
            yield (packed >> _HALF).astype(np.int64), (packed & _LOW).astype(np.int64)

    def _shorter(self, sets: U32) -> Iterator[tuple[I64, I64]]:
        """Pair sets with those without a vowel that have no letter beside theirs."""
        for one, other in _of_one_initial(sets, self._sets[self._bare]):
            name, number = np.nonzero(is_within(self._sets[self._bare][other], sets[one][:, None]))
            yield one[name], self._bare[other][number]

    def _longer(self, sets: U32) -> Iterator[tuple[I64, I64]]:
        """Pair those of some sets that have no vowel with those that have all of their letters."""
        bare = np.flatnonzero(have_no_vowel(sets))
        for one, other in _of_one_initial(sets[bare], self._sets):
            name, number = np.nonzero(is_within(sets[bare][one][:, None], self._sets[other]))
            yield bare[one][name], other[number]


def _changed(sets: U32) -> U64:
    """Return sets of letters as they are, and each with a letter less or more."""
    changed: U64 = (sets[:, None] ^ _CHANGES).ravel().astype(np.uint64)
    return changed


def _of_one_initial(some: U32, others: U32) -> Iterator[tuple[I64, I64]]:
    """Yield the places of some sets and of others, ascending, that begin with one letter; so many as are compared."""
    for initial in np.unique(initials(some)):
        one, other = np.flatnonzero(initials(some) == initial), np.flatnonzero(initials(others) == initial)
        at_once = max(1, _COMPARISONS_AT_ONCE // max(1, len(other)))
        yield from ((one[start : start + at_once], other) for start in range(0, len(one), at_once))
