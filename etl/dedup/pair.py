"""Fingerprints -> buckets -> candidate pairs -> pairs.  Banding proposes, exact Jaccard decides."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.dedup.facts import Mask, is_exchange
from etl.dedup.prints import Column, Fingerprints, Likeness
from etl.dedup.shingle import distinct
from etl.dedup.words import I64, U32, U64, mixed

_HALF, _ONE = np.uint64(32), np.uint64(1)
_LOW = np.uint64(0xFFFFFFFF)
# Bounds on what is in memory at a time: candidate pairs (some 40 bytes each), shingles of the pairs compared (some 30).
_PAIRS_AT_ONCE = 1 << 21
_SHINGLES_AT_ONCE = 1 << 16


class Compared(Struct, frozen=True, gc=False):
    """What is compared: fingerprints, a value `apart` that differs where two blocks are not to be, and what counts.

    `order` are the blocks in the order in which the first of two that are alike is kept.
    """

    prints: Fingerprints
    apart: U64
    order: I64
    likeness: Likeness


class Buckets(Struct, frozen=True, gc=False):
    """Blocks that share a key of a band: `members`, each bucket in order; `edges`, where they start and end."""

    members: U32
    edges: U32


Task = Callable[[], Buckets]


class Pairs(Struct, frozen=True, gc=False):
    """Two blocks each, the earlier one first, and their likeness, an exact Jaccard."""

    earlier: I64
    later: I64
    likeness: NDArray[np.float64]


def buckets(compared: Compared, blocks: I64) -> Iterator[Task]:
    """Give for each band the task that puts blocks which share a key, and are equal on `apart`, into buckets."""
    salt = (mixed(compared.apart[blocks]) >> _HALF).astype(np.uint32)
    return (partial(_band, keys, salt, blocks) for keys in compared.prints.keys)


def pairs(compared: Compared, bands: Iterable[Buckets], firsts: Mask) -> Pairs:
    """Verify every candidate pair whose earlier block is one of `firsts` (a mask over blocks)."""
    prints, apart, likeness = compared.prints, compared.apart, compared.likeness
    alike = [
        _of_one_fact(prints, _verified(prints, earlier[equal], later[equal], likeness.threshold), likeness)
        for earlier, later in _candidates(bands, firsts)
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


def _band(keys: U32, salt: U32, blocks: I64) -> Buckets:
    keys = keys[blocks] ^ salt
    # Two radix sorts of 16 bits; one sort of 32 or 64 bits takes three times as long.
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    order = order[np.argsort((keys[order] >> np.uint32(16)).astype(np.uint16), kind="stable")]
    keys = keys[order]
    as_before = np.zeros(len(keys) + 1, np.bool_)
    np.equal(keys[1:], keys[:-1], out=as_before[1:-1])
    shared = as_before[:-1] | as_before[1:]
    starts = np.flatnonzero(~as_before[:-1][shared])
    members = blocks[order[shared]].astype(np.uint32)
    return Buckets(members, np.append(starts, len(members)).astype(np.uint32))


def _candidates(bands: Iterable[Buckets], firsts: Mask) -> Iterator[tuple[I64, I64]]:
    """Pair each first with the later members of its buckets; a pair of several bands comes once."""
    followers = np.zeros(len(firsts), np.int64)
    for found in bands:
        places, behind = _leads(found, firsts)
        followers[found.members[places]] += behind
    for turn in _turns(followers, _PAIRS_AT_ONCE):
        chosen = np.zeros_like(firsts)
        chosen[turn] = firsts[turn]
        packed = distinct(np.concatenate([_packed(found, chosen) for found in bands]))
        yield (packed >> _HALF).astype(np.int64), (packed & _LOW).astype(np.int64)


def _packed(found: Buckets, firsts: Mask) -> U64:
    places, behind = _leads(found, firsts)
    earlier = np.repeat(found.members[places].astype(np.uint64), behind)
    return (earlier << _HALF) | found.members[_ranges(places + 1, behind)]


def _leads(found: Buckets, firsts: Mask) -> tuple[I64, I64]:
    """Give the places of the firsts in the buckets of a band, and how many members stand behind each in its bucket."""
    places = np.flatnonzero(firsts[found.members])
    return places, found.edges[np.searchsorted(found.edges, places, side="right")].astype(np.int64) - places - 1


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


def _of_one_fact(prints: Fingerprints, alike: Pairs, likeness: Likeness) -> Pairs:
    """Leave out the pairs of which one exchanges a term, or names, for the other's."""
    if likeness.numbers == "any":
        return alike
    counts = prints.termed.astype(np.int64)
    starts = np.cumsum(counts) - counts
    same = np.ones(len(alike.later), np.bool_)
    for turn in _turns(counts[alike.earlier] + counts[alike.later], _SHINGLES_AT_ONCE):
        blocks = np.concatenate([alike.earlier[turn], alike.later[turn]])
        for place, own, others in _lone(prints.terms, starts[blocks], counts[blocks]):
            same[turn.start + place] = not is_exchange(own, others)
    return Pairs(alike.earlier[same], alike.later[same], alike.likeness[same])


def _lone(terms: Column, starts: I64, counts: I64) -> Iterator[tuple[int, list[int], list[int]]]:
    """Give for text k and text k + half the terms that only one of them has, where both have such."""
    half = len(starts) // 2
    sides = np.repeat(np.repeat(np.arange(2, dtype=np.uint64), half), counts)
    owners = np.repeat(np.tile(np.arange(half, dtype=np.uint64) << _HALF << _ONE, 2), counts)
    packed = distinct(owners | (terms[_ranges(starts, counts)].astype(np.uint64) << _ONE) | sides)
    met = np.zeros(len(packed) + 1, np.bool_)
    met[1:-1] = packed[1:] >> _ONE == packed[:-1] >> _ONE
    packed = packed[~(met[1:] | met[:-1])]
    left = 2 * (packed >> _HALF >> _ONE).astype(np.int64) + (packed & _ONE).astype(np.int64)
    lone = (packed >> _ONE & _LOW)[np.argsort(left, kind="stable")].tolist()
    counts = np.bincount(left, minlength=2 * half)
    ends = np.cumsum(counts)
    for place in np.flatnonzero((counts[::2] > 0) & (counts[1::2] > 0)).tolist():
        start, middle, end = ends[2 * place] - counts[2 * place], ends[2 * place], ends[2 * place + 1]
        yield place, lone[start:middle], lone[middle:end]


def _shared(shingles: Column, starts: I64, sizes: I64) -> I64:
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
