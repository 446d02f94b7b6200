"""Forms filter for large buckets: drop pairs of blocks that are the same form, filled in with different words.

Examples are "Stocks of corn rose" and "Stocks of barley rose", or paragraphs that end in an address with a token.  If
there are 4,000, all of them are similar, and no two state the same facts.  Comparing them pair by pair takes 5
microseconds each.  Words that few members of a bucket have are *blanks*.  The rest of a block is its *form*.  Two
blocks of the same form state different facts if they have no word in their blanks in common, misspelt and abbreviated
words included (`etl.dedup.pairs.same_facts`).  So within a form, only blocks with a common word are paired.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from msgspec import Struct

from etl.array_types import I64, U32, Mask
from etl.dedup.arrays import Ragged, distinct, mixed, ragged, ranges, sums, turns
from etl.dedup.fingerprint.terms import DIGITS
from etl.dedup.fingerprint.tokens import placed
from etl.dedup.pairs.names_filter import NearTerms
from etl.dedup.pairs.same_facts import CASELESS, MIN_TERMS_OF_AN_EDITED_STORY

# A word in a blank has less than this share of the members; and so many members fill in a form at least.
_MAX_SHARE, MIN_MEMBERS = 1 / 64, 64
# The most probes and the most pairs at a time: two blocks with many blanks have many near terms in common.
_PROBES_AT_ONCE, _PAIRS_AT_ONCE = 1 << 8, 1 << 20


class Forms(Struct, frozen=True, gc=False):
    """For the members of a bucket: the form of each (-1: no form that many share), and the terms in its blanks."""

    numbers: I64
    blanks: Ragged

    def groups(self, members: I64) -> Iterator[tuple[I64, I64]]:
        """Yield some members by form, each time with all members of other forms; last, those of none, with all."""
        numbers = self.numbers[members]
        for form in np.unique(numbers[numbers >= 0]).tolist():
            yield members[numbers == form], np.flatnonzero(self.numbers != form)
        yield members[numbers < 0], np.arange(len(self.numbers))

    def near_pairs(self, probes: I64) -> Iterator[Callable[[], tuple[I64, I64]]]:
        """Yield tasks that pair probes with the later members of their form which have an equal or near term."""
        members = np.flatnonzero(self.numbers >= 0)
        kinds, kind = np.unique(self.blanks.of(members), return_inverse=True)
        members = np.repeat(members, self.blanks.lengths(members))
        keys = self.numbers[members] * len(kinds) + kind
        order = np.argsort(keys, kind="stable")
        members, keys = members[order], keys[order]
        probes, terms = probes[self.numbers[probes] >= 0], NearTerms(kinds)
        for at in range(0, len(probes), _PROBES_AT_ONCE):
            yield partial(self._near_pairs, probes[at : at + _PROBES_AT_ONCE], kinds, terms, members, keys)

    def _near_pairs(self, probes: I64, kinds: U32, terms: NearTerms, members: I64, keys: I64) -> tuple[I64, I64]:
        """Pair probes.  `keys` are "form · kinds + kind" of all terms in blanks, sorted; `members` have them."""
        own, places = np.unique(np.searchsorted(kinds, self.blanks.of(probes)), return_inverse=True)
        kind, near = terms.pairs(own)
        near = near[np.argsort(kind, kind="stable")]
        counts = np.bincount(kind, minlength=len(own))
        starts = np.cumsum(counts) - counts
        earlier = np.repeat(np.repeat(probes, self.blanks.lengths(probes)), counts[places])
        wanted = self.numbers[earlier] * len(kinds) + near[ranges(starts[places], counts[places])]
        starts = np.searchsorted(keys, wanted)
        counts = np.searchsorted(keys, wanted, side="right") - starts
        found = [np.zeros(0, np.uint64)]
        for turn in turns(counts, _PAIRS_AT_ONCE):
            one, other = np.repeat(earlier[turn], counts[turn]), members[ranges(starts[turn], counts[turn])]
            behind = one < other
            found.append(distinct((one[behind] * len(self.numbers) + other[behind]).astype(np.uint64)))
        one, other = np.divmod(np.concatenate(found).astype(np.int64), len(self.numbers))
        return one, other


def forms_of(terms: Ragged, members: I64) -> Forms:
    """Return the forms of the members of a bucket."""
    sizes, values = terms.lengths(members), terms.of(members) & CASELESS
    edges = np.append(0, np.cumsum(sizes))
    owners = np.repeat(np.arange(len(members)), sizes)
    _, kinds, counts = np.unique(values, return_inverse=True, return_counts=True)
    is_blank = (counts[kinds] < _MAX_SHARE * len(members)) & (values != DIGITS)
    hashes = mixed(np.where(is_blank, 0, values.astype(np.uint64) + np.uint64(1)))
    _, numbers, counts = np.unique(sums(placed(hashes, edges), edges), return_inverse=True, return_counts=True)
    blanks = ragged(values[is_blank], np.bincount(owners[is_blank], minlength=len(members)))
    is_form = (counts[numbers] >= MIN_MEMBERS) & _state_what_they_fill_in(blanks, sizes)
    return Forms(np.where(is_form, numbers, -1), blanks)


def _state_what_they_fill_in(blanks: Ragged, sizes: I64) -> Mask:
    """Mark the members whose facts depend on the words in their blanks: in a long story, one word may be an edit.

    A word that stands in two blanks of a member counts once, so that other places may differ.
    """
    everyone = np.arange(len(sizes))
    counts, owners = blanks.lengths(everyone), np.repeat(everyone, blanks.lengths(everyone))
    values = blanks.of(everyone)
    order = np.lexsort((values, owners))
    repeats = (np.diff(owners[order]) == 0) & (np.diff(values[order]) == 0)
    stating: Mask = (counts > 1) | ((counts == 1) & (sizes < MIN_TERMS_OF_AN_EDITED_STORY))
    stating[owners[order][1:][repeats]] = False
    return stating
