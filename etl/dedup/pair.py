"""Candidate pairs -> pairs.  Banding proposes, exact Jaccard decides."""

from collections.abc import Iterable
from functools import partial

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.dedup.bucket import Buckets, Compared, Runner
from etl.dedup.candidates import Proposed, candidates
from etl.dedup.exchange import exchanges
from etl.dedup.facts import Mask
from etl.dedup.prints import Likeness
from etl.dedup.ragged import Ragged, ragged, turns
from etl.dedup.words import I64

_HALF = np.uint64(32)
# Bounds what is in memory at a time: shingles of the pairs compared, some 30 bytes each.
_SHINGLES_AT_ONCE = 1 << 16


class Pairs(Struct, frozen=True, gc=False):
    """Two blocks each, the earlier one first, and their likeness, an exact Jaccard."""

    earlier: I64
    later: I64
    likeness: NDArray[np.float64]


def pairs(compared: Compared, bands: Iterable[Buckets], firsts: Mask, run: Runner) -> Pairs:
    """Verify every candidate pair whose earlier block is one of `firsts` (a mask over blocks)."""
    prints, likeness = compared.prints, compared.likeness
    shingles, terms = ragged(prints.shingles, prints.sizes), ragged(prints.terms, prints.termed)
    proposed = candidates(compared, shingles, bands, firsts, run)
    return joined(list(run(partial(_alike, shingles, terms, pair, likeness) for pair in proposed)))


def joined(parts: list[Pairs]) -> Pairs:
    """Put pairs after pairs."""
    empty = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    parts = [empty, *parts]
    return Pairs(
        np.concatenate([part.earlier for part in parts]),
        np.concatenate([part.later for part in parts]),
        np.concatenate([part.likeness for part in parts]),
    )


def _alike(shingles: Ragged, terms: Ragged, proposed: Proposed, likeness: Likeness) -> Pairs:
    alike = _verified(shingles, proposed, likeness.threshold)
    return alike if likeness.numbers == "any" else _of_one_fact(terms, alike)


def _verified(shingles: Ragged, proposed: Proposed, threshold: float) -> Pairs:
    earlier, later = proposed
    less, more = np.sort([shingles.sizes[earlier], shingles.sizes[later]], axis=0)
    fits = less >= threshold * more - 1e-6
    earlier, later, both = earlier[fits], later[fits], (less + more)[fits]
    shared = [_shared(shingles, earlier[turn], later[turn]) for turn in turns(both, _SHINGLES_AT_ONCE)]
    common = np.concatenate([np.zeros(0, np.int64), *shared])
    likeness = common / (both - common)
    # No allowance for rounding: 7 / 10 is the same double as 0.7.
    alike = likeness >= threshold
    return Pairs(earlier[alike], later[alike], likeness[alike])


def _of_one_fact(terms: Ragged, alike: Pairs) -> Pairs:
    """Leave out the pairs of which one exchanges a term, or names, for the other's."""
    same = ~exchanges(terms, alike.earlier, alike.later)
    return Pairs(alike.earlier[same], alike.later[same], alike.likeness[same])


def _shared(shingles: Ragged, earlier: I64, later: I64) -> I64:
    """Count the shingles that two sets share, pair by pair, in one sort."""
    owners = np.tile(np.arange(len(earlier), dtype=np.uint64) << _HALF, 2)
    both = np.concatenate([earlier, later])
    packed = np.repeat(owners, shingles.sizes[both]) | shingles.of(both)
    # Each half is in order already: timsort merges them, twenty times quicker than quicksort sorts them.
    packed.sort(kind="stable")
    twice = packed[1:][packed[1:] == packed[:-1]] >> _HALF
    return np.bincount(twice.astype(np.int64), minlength=len(earlier))
