"""Forms filter for large buckets: drop pairs of blocks that are one form, filled in with another word.

"Stocks of corn rose", "Stocks of barley rose": of 4,000 such notices all are similar, and no two state the same.  To
find that out pair by pair takes 5 microseconds each.  Two blocks below MIN_TERMS_OF_AN_EDITED_STORY that have one term
each which the other lacks state different facts, unless one is the other misspelt or cut short
(`etl.dedup.pairs.same_facts`).  What is left of a block without one of its terms is a form; each member of a bucket has
as many forms as terms, and is looked at in the one that most members share.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from msgspec import Struct

from etl.dedup.arrays import I64, U32, Ragged, mixed, ranges, sums
from etl.dedup.fingerprint.terms import DIGITS
from etl.dedup.pairs.names_filter import near_terms
from etl.dedup.pairs.same_facts import CASELESS, MIN_TERMS_OF_AN_EDITED_STORY

# So many members fill in a form at least; and probes that are paired at a time.
MIN_MEMBERS, _PROBES_AT_ONCE = 64, 1 << 9


class Forms(Struct, frozen=True, gc=False):
    """For the members of a bucket: the form that each fills in (-1: none that many do), and with which term."""

    numbers: I64
    filled_in: U32

    def groups(self, members: I64) -> Iterator[tuple[I64, I64]]:
        """Divide members: yield those of one form, with all members that are not of it; last, others with all."""
        numbers = self.numbers[members]
        for form in np.unique(numbers[numbers >= 0]).tolist():
            yield members[numbers == form], np.flatnonzero(self.numbers != form)
        yield members[numbers < 0], np.arange(len(self.numbers))

    def near_pairs(self, probes: I64) -> Iterator[Callable[[], tuple[I64, I64]]]:
        """Yield tasks that pair probes with the later members which fill in their form with an equal or near term."""
        probes = probes[self.numbers[probes] >= 0]
        members = np.flatnonzero(self.numbers >= 0)
        members = members[np.lexsort((self.filled_in[members], self.numbers[members]))]
        for at in range(0, len(probes), _PROBES_AT_ONCE):
            yield partial(self._near_pairs, probes[at : at + _PROBES_AT_ONCE], members)

    def _near_pairs(self, probes: I64, members: I64) -> tuple[I64, I64]:
        kinds = np.unique(self.filled_in[members])
        own, places = np.unique(np.searchsorted(kinds, self.filled_in[probes]), return_inverse=True)
        kind, near = near_terms(kinds, own)
        near = near[np.argsort(kind, kind="stable")]
        counts = np.bincount(kind, minlength=len(own))
        ends = np.cumsum(counts)
        earlier = np.repeat(probes, counts[places])
        filled_in = near[ranges((ends - counts)[places], counts[places])]
        keys = self.numbers[members] * len(kinds) + np.searchsorted(kinds, self.filled_in[members])
        wanted = self.numbers[earlier] * len(kinds) + filled_in
        starts = np.searchsorted(keys, wanted)
        counts = np.searchsorted(keys, wanted, side="right") - starts
        earlier, later = np.repeat(earlier, counts), members[ranges(starts, counts)]
        behind = earlier < later
        return earlier[behind], later[behind]


def fullest_forms(terms: Ragged, members: I64) -> Forms:
    """Return for each member of a bucket, of its forms, the one that most members fill in, if these are many."""
    sizes, values = terms.lengths(members), terms.of(members) & CASELESS
    owners = np.repeat(np.arange(len(members)), sizes)
    hashes = mixed(values.astype(np.uint64) + np.uint64(1))
    rests = sums(hashes, np.append(0, np.cumsum(sizes)))[owners] - hashes
    is_blank = (values != DIGITS) & (sizes[owners] < MIN_TERMS_OF_AN_EDITED_STORY)
    owners, values = owners[is_blank], values[is_blank]
    _, numbers, counts = np.unique(rests[is_blank], return_inverse=True, return_counts=True)
    forms = Forms(np.full(len(members), -1), np.zeros(len(members), np.uint32))
    fullest = np.lexsort((numbers, -counts[numbers], owners))
    fullest = fullest[(np.diff(owners[fullest], prepend=-1) > 0) & (counts[numbers[fullest]] >= MIN_MEMBERS)]
    forms.numbers[owners[fullest]], forms.filled_in[owners[fullest]] = numbers[fullest], values[fullest]
    return forms
