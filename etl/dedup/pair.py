"""Fingerprints -> buckets -> candidate pairs -> pairs.  Banding proposes, exact Jaccard decides."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.dedup.prints import Fingerprints
from etl.dedup.shingle import U32, distinct
from etl.dedup.words import I64, U64, mixed

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
# Bounds on what is in memory at a time: candidate pairs (some 40 bytes each), shingles of the pairs compared (some 30).
_PAIRS_AT_ONCE = 1 << 20
_SHINGLES_AT_ONCE = 1 << 16


class Buckets(Struct, frozen=True, gc=False):
    """Blocks that share a band key: `members`, each bucket in reading order; `edges`, where they begin and the end."""

    members: U32
    edges: I64


class Pairs(Struct, frozen=True, gc=False):
    """Two blocks each, the earlier one first, and their likeness, an exact Jaccard."""

    earlier: I64
    later: I64
    likeness: NDArray[np.float64]


def buckets(prints: Fingerprints, blocks: I64, apart: U64) -> Buckets:
    """Put those of the blocks that share a key, and are equal on `apart`, into buckets.

    One band is sorted at a time, and only buckets of two and more stay.
    """
    salt = (mixed(apart[blocks]) >> _HALF).astype(np.uint32)
    bands = [_band(keys[blocks] ^ salt, blocks) for keys in prints.keys]
    before = np.cumsum([0, *(len(members) for members, _ in bands)])
    starts = [starts + base for (_, starts), base in zip(bands, before[:-1], strict=True)]
    return Buckets(np.concatenate([members for members, _ in bands]), np.concatenate([*starts, before[-1:]]))


def pairs(prints: Fingerprints, found: Buckets, firsts: NDArray[np.bool_], apart: U64, threshold: float) -> Pairs:
    """Verify every candidate pair whose earlier block is one of `firsts` (a mask over blocks)."""
    alike = [
        _verified(prints, earlier[equal], later[equal], threshold)
        for earlier, later in _candidates(found, firsts)
        if (equal := apart[earlier] == apart[later]).any()
    ]
    return joined(alike)


def joined(parts: list[Pairs]) -> Pairs:
    """Put pairs after pairs."""
    empty = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    parts = [empty, *parts]
    return Pairs(
        np.concatenate([part.earlier for part in parts]),
        np.concatenate([part.later for part in parts]),
        np.concatenate([part.likeness for part in parts]),
    )


def _band(keys: U32, blocks: I64) -> tuple[U32, I64]:
    """Sort one band: the members of its buckets, and where each bucket begins."""
    # Two radix sorts of 16 bits; one sort of 32 or 64 bits takes three times as long.
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    order = order[np.argsort((keys[order] >> np.uint32(16)).astype(np.uint16), kind="stable")]
    keys = keys[order]
    as_before = np.zeros(len(keys) + 1, np.bool_)
    np.equal(keys[1:], keys[:-1], out=as_before[1:-1])
    shared = as_before[:-1] | as_before[1:]
    return blocks[order[shared]].astype(np.uint32), np.flatnonzero(~as_before[:-1][shared])


def _candidates(found: Buckets, firsts: NDArray[np.bool_]) -> Iterator[tuple[I64, I64]]:
    """Pair each first with the later members of its buckets.  A pair of several bands comes once, or seldom twice."""
    places = np.flatnonzero(firsts[found.members])
    places = places[np.argsort(found.members[places], kind="stable")]
    left = found.edges[np.searchsorted(found.edges, places, side="right")] - places - 1
    for turn in _turns(left, _PAIRS_AT_ONCE):
        earlier = np.repeat(found.members[places[turn]].astype(np.uint64), left[turn])
        later = found.members[_ranges(places[turn] + 1, left[turn])]
        packed = distinct((earlier << _HALF) | later)
        yield (packed >> _HALF).astype(np.int64), (packed & _LOW).astype(np.int64)


def _verified(prints: Fingerprints, earlier: I64, later: I64, threshold: float) -> Pairs:
    sizes = prints.sizes.astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    fits = np.minimum(sizes[earlier], sizes[later]) >= threshold * np.maximum(sizes[earlier], sizes[later]) - 1e-6
    earlier, later = earlier[fits], later[fits]
    both = sizes[earlier] + sizes[later]
    shared = [
        _shared(prints.shingles, starts[blocks], sizes[blocks])
        for turn in _turns(both, _SHINGLES_AT_ONCE)
        for blocks in [np.concatenate([earlier[turn], later[turn]])]
    ]
    common = np.concatenate([np.zeros(0, np.int64), *shared])
    likeness = common / (both - common)
    # No allowance for rounding: 7 / 10 is the same double as 0.7.
    alike = likeness >= threshold
    return Pairs(earlier[alike], later[alike], likeness[alike])


def _shared(shingles: U32, starts: I64, sizes: I64) -> I64:
    """Count the shingles shared by set k and set k + half, for all k, in one sort."""
    half = len(starts) // 2
    owners = np.tile(np.arange(half, dtype=np.uint64) << _HALF, 2)
    packed = np.repeat(owners, sizes) | shingles[_ranges(starts, sizes)]
    # Each half is in order already: timsort merges them, twenty times quicker than quicksort sorts them.
    packed.sort(kind="stable")
    twice = packed[1:][packed[1:] == packed[:-1]] >> _HALF
    return np.bincount(twice.astype(np.int64), minlength=half)


def _ranges(starts: I64, sizes: I64) -> I64:
    """Count up from each start, that many places, one range after the other."""
    ranges: I64 = np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return ranges


def _turns(weights: I64, limit: int) -> Iterator[slice]:
    """Cut places into slices that weigh about `limit`, and at least one place each."""
    edges = np.flatnonzero(np.diff(np.cumsum(weights) // limit)) + 1
    edges = np.concatenate([[0], edges, [len(weights)]]) if len(weights) else edges
    return map(slice, edges[:-1].tolist(), edges[1:].tolist())
