"""Bitmap filter for large buckets: drop pairs whose symmetric difference exceeds the bound, for all pairs at once.

20,000 texts with a similarity just below the threshold give 200 million pairs.  This filter takes 4 ns per pair, and an
exact count takes 1,300 ns.  The prefix filters of set joins (AllPairs, PPJoin) exclude none of these pairs.  Such texts
differ in rare shingles, which a prefix filter tests first, and share all others.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.array_types import I64, U32, U64, Mask
from etl.dedup.arrays import Ragged, turns

# A bucket with so many members is large: bitmaps of all members are made, which takes as long as two comparisons of
# each.
MIN_PROBES, MIN_PAIRS = 4, 1 << 12

# The size of the sample of members, and the most bits of their own: a shingle gets one if one in 32 members has it.
_SAMPLE, _MIN_SHARE, _MAX_OWN = 128, 32, 1 << 13
# All other shingles share bits, whose number is a quarter of the size of sets.  No bitmap is longer than 16-bit sums
# allow.
_MIN_SHARED, _MAX_SHARED = 1 << 7, 1 << 12
# Comparisons at a time, whose data fit into the cache; and shingles whose bits are set at a time.
_PROBES, _FOLLOWERS = 1 << 5, 1 << 12
_SHINGLES_AT_ONCE = 1 << 19
_WORD_BITS = 64


class Bitmaps(Struct, frozen=True, gc=False):
    """For the members of a bucket: bitmaps of their shingles, 64 bits a word (first axis), and the bound of each.

    Two members are not similar if more bits differ than the sum of both bounds.
    """

    words: U64
    allowed: NDArray[np.int16]


def bitmaps_of(shingles: Ragged, members: I64, threshold: float) -> Bitmaps:
    """Return the bitmaps of members.

    Sets are similar at t if the elements of only one of them are at most (1 - t) / (1 + t) of the sum of their sizes.
    Each bit that only one bitmap has stands for at least one such shingle.
    """
    words = _words(shingles, members, _own_bits(shingles, members))
    most = np.ceil(shingles.lengths(members) * (1 - threshold) / (1 + threshold) + 1e-6)
    return Bitmaps(words, np.minimum(most, words.shape[0] * _WORD_BITS).astype(np.int16))


def likely(bitmaps: Callable[[], Bitmaps], probes: I64, followers: I64) -> Iterator[Callable[[], tuple[I64, I64]]]:
    """Yield tasks that pair probes with later members, without pairs that cannot be similar.

    Both are places among the members.  Bitmaps are made only if there are pairs.
    """
    if len(probes) and len(followers):
        for at in range(0, len(probes), _PROBES):
            yield partial(_likely, bitmaps(), probes[at : at + _PROBES], followers)


def _likely(bitmaps: Bitmaps, some: I64, followers: I64) -> tuple[I64, I64]:
    words, allowed = bitmaps.words, bitmaps.allowed
    earlier, later = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(int(np.searchsorted(followers, some[0])), len(followers), _FOLLOWERS):
        others = followers[start : start + _FOLLOWERS]
        beyond = _different(words[:, some], words[:, others]) - allowed[some, None]
        rows, places = np.nonzero(beyond <= allowed[others])
        behind = some[rows] < others[places]
        earlier.append(some[rows[behind]])
        later.append(others[places[behind]])
    return np.concatenate(earlier), np.concatenate(later)


def _own_bits(shingles: Ragged, members: I64) -> U32:
    """Choose the shingles that get a bit of their own: those that many of the members have."""
    sample = members[:: max(1, len(members) // _SAMPLE)]
    values, counts = np.unique(shingles.of(sample), return_counts=True)
    usual = np.argsort(-counts, kind="stable")[:_MAX_OWN]
    often = values[usual[counts[usual] > max(1, len(sample) // _MIN_SHARE)]]
    return np.append(np.sort(often), ~np.uint32(0))  # the searched value is never greater than the last one


def _words(shingles: Ragged, members: I64, own: U32) -> U64:
    shared = np.clip(int(shingles.lengths(members).mean()) // 4, _MIN_SHARED, _MAX_SHARED)
    bits = int(-(-(len(own) + shared) // _WORD_BITS) * _WORD_BITS)
    packed = [
        np.packbits(_presence(shingles, members[turn], own, bits), axis=1).view(np.uint64)
        for turn in turns(np.maximum(shingles.lengths(members), bits), _SHINGLES_AT_ONCE)
    ]
    return np.ascontiguousarray(np.concatenate(packed).T)


def _presence(shingles: Ragged, members: I64, own: U32, bits: int) -> Mask:
    values = shingles.of(members)
    places = np.searchsorted(own, values)
    shared = own[places] != values
    places[shared] = len(own) + values[shared] % (bits - len(own))
    present = np.zeros((len(members), bits), np.bool_)
    present[np.repeat(np.arange(len(members)), shingles.lengths(members)), places] = True
    return present


def _different(some: U64, others: U64) -> NDArray[np.int16]:
    """Count the bits that only one of two bitmaps has, for each of some (first axis) with each of others."""
    different = np.zeros((some.shape[1], others.shape[1]), np.int16)
    for word, other in zip(some, others, strict=True):
        different += np.bitwise_count(word[:, None] ^ other)
    return different
