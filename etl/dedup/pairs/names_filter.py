"""Names filter for large buckets: drop pairs of blocks that are alike but of other people.

1,200 appointments ("X joins Y as director") are all similar, and no two state the same.  To find that out pair by pair
takes 6 microseconds each.  Two blocks state different facts if each has a name that the other lacks, misspelt or cut
short included (`etl.dedup.pairs.same_facts`).  So a pair can only be a duplicate if all names of one of them are in the
other.  The two rarest decide nearly all: the blocks that have the rarest one, or a term near to it, are found once for
each name, and each pair of these is looked at for the second.
"""

import numpy as np
from msgspec import Struct

from etl.dedup.arrays import I64, U32, Mask, Ragged, ranges, turns
from etl.dedup.fingerprint.terms import CAPITAL, DIGITS, first_letters, has_no_vowel, is_near, lengths

_CASELESS = np.uint32((1 << CAPITAL) - 1)
_IS_NAME = np.uint32(1 << CAPITAL)
# Lengths that terms can have.
_SIZES = 16
# Comparisons of two terms at a time.
_COMPARISONS_AT_ONCE = 1 << 16


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
        """How many pairs have the rarest name of one in the other."""
        return int(self.name_counts[self.rarest[self.rarest >= 0]].sum())

    def pairs(self) -> tuple[I64, I64]:
        """Return the pairs of which one has its two rarest names in the other, the earlier member first."""
        some = np.flatnonzero(self.rarest >= 0)
        counts = self.name_counts[self.rarest[some]]
        starts = (np.cumsum(self.name_counts) - self.name_counts)[self.rarest[some]]
        some, others = np.repeat(some, counts), self.having[ranges(starts, counts)] % len(self.rarest)
        both = (self.second[some] < 0) | _contains(self.having, self.second[some] * len(self.rarest) + others)
        return np.minimum(some, others)[both], np.maximum(some, others)[both]

    def may_state_the_same(self, one: I64, other: I64) -> Mask:
        """Mark the pairs of members of which one has its rarest names, if it has any, in the other."""
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
    name, term = near_terms(kinds, names)
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(kinds) + 1))
    counts = np.diff(starts)[term]
    having = np.repeat(name * len(members), counts) + owners[order][ranges(starts[term], counts)]
    having.sort()  # `np.unique` hashes, which takes four times as long
    having = having[np.diff(having, prepend=-1) > 0]
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


def near_terms(kinds: U32, names: I64) -> tuple[I64, I64]:
    """Pair each of some names (by their place) with each term that is equal or near to it.

    Near terms begin alike, and are as long but for a letter, unless one has no vowels.
    """
    letters, sizes = first_letters(kinds).astype(np.int64), lengths(kinds).astype(np.int64)
    bare = np.flatnonzero(has_no_vowel(kinds))
    keys = letters * _SIZES + sizes
    order, bare = np.argsort(keys, kind="stable"), bare[np.argsort(letters[bare], kind="stable")]
    is_bare = has_no_vowel(kinds[names])
    shortest = np.where(is_bare, 0, np.maximum(sizes[names] - 1, 0))
    longest = np.where(is_bare, _SIZES - 1, np.minimum(sizes[names] + 1, _SIZES - 1))
    of_names = letters[names] * _SIZES
    found = [
        _near_within(kinds, names, order, np.searchsorted(keys[order], [of_names + shortest, of_names + longest + 1])),
        _near_within(kinds, names, bare, np.searchsorted(letters[bare], [letters[names], letters[names] + 1])),
    ]
    return np.concatenate([name for name, _ in found]), np.concatenate([term for _, term in found])


def _near_within(kinds: U32, names: I64, terms: I64, edges: I64) -> tuple[I64, I64]:
    """Pair each name with those of the terms between its edges that are equal or near to it."""
    starts, counts = edges[0], edges[1] - edges[0]
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for turn in turns(counts, _COMPARISONS_AT_ONCE):
        name = np.repeat(np.arange(len(names))[turn], counts[turn])
        term = terms[ranges(starts[turn], counts[turn])]
        one, other = kinds[names[name]], kinds[term]
        is_like = (one == other) | is_near(one, other)
        found.append((name[is_like], term[is_like]))
    return np.concatenate([name for name, _ in found]), np.concatenate([term for _, term in found])
