"""Shingle sets -> MinHash signatures, equal bit for bit to datasketch's (2.x, scheme affine32), and their band keys."""

from functools import cache

import numpy as np

from etl.array_types import I64, U32
from etl.dedup.arrays import mixed

# datasketch's defaults, so that an index of datasketch can use our signatures.
SCHEME = "affine32"
PERMUTATIONS = 128
SEED = 1
# What `MinHashLSH(num_perm=128, weights=WEIGHTS)` chooses at 0.7.  Its own weights (.5, .5) find .44 of the pairs that
# are just 0.7 similar, these .990; false candidates only take time, because each is verified.
WEIGHTS = (0.01, 0.99)
# Above this threshold, datasketch finds no bands.  The bands of a lower threshold give more candidates, and exact
# Jaccard decides.
MAX_BANDED = 0.995
DEFAULT_THRESHOLD, DEFAULT_BANDS_AND_ROWS = 0.7, (25, 5)

_EMPTY = np.uint32(0xFFFFFFFF)
# Shingles.  Up to so many are permuted in one array operation, because a call takes longer than their permutation.
_MAX_AT_ONCE = 1 << 9


def bands_and_rows(threshold: float) -> tuple[int, int]:
    """Return datasketch's bands and rows for a threshold, weighted for recall.  Unusual ones import it, in a second."""
    if threshold == DEFAULT_THRESHOLD:
        return DEFAULT_BANDS_AND_ROWS
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=min(threshold, MAX_BANDED), num_perm=PERMUTATIONS, weights=WEIGHTS)
    return index.b, index.r


def signatures(shingles: U32, sizes: I64, permutations: int = PERMUTATIONS) -> U32:
    """Return the MinHash values (first axis) of each shingle set; an empty one has all bits set, as in datasketch.

    One permutation at a time over the sets of a batch: of six layouts tried, none was a tenth faster.
    """
    values = np.full((permutations, len(sizes)), _EMPTY)
    filled = np.flatnonzero(sizes)
    if not len(filled):
        return values
    starts = (np.cumsum(sizes) - sizes)[filled]
    hashes = _premixed(shingles)
    factors, summands = (drawn[:permutations] for drawn in _permutations())
    if len(hashes) <= _MAX_AT_ONCE:
        values[:, filled] = np.minimum.reduceat(hashes * factors[:, None] + summands[:, None], starts, axis=1)
        return values
    permuted = np.empty_like(hashes)
    for row, factor, summand in zip(values, factors, summands, strict=True):
        np.multiply(hashes, factor, out=permuted)
        np.add(permuted, summand, out=permuted)
        row[filled] = np.minimum.reduceat(permuted, starts)
    return values


def band_keys(values: U32, bands: int, rows: int) -> U32:
    """Return the 32-bit key of each band (first axis) of each signature.

    Keys have 32 bits, because they take most of the memory of a run.  By chance, n blocks give n²/2^33 pairs per band,
    which are verified.
    """
    weights = mixed(np.arange(1, rows + 1, dtype=np.uint64)) | np.uint64(1)
    banded = values[: bands * rows].reshape(bands, rows, values.shape[1])
    keys = np.zeros((bands, values.shape[1]), np.uint64)
    for row, weight in enumerate(weights):
        keys += banded[:, row] * weight
    return (mixed(keys) >> np.uint64(32)).astype(np.uint32)


@cache
def _permutations() -> tuple[U32, U32]:
    """Return a and b of the permutations h -> a·h + b mod 2^32, drawn as datasketch draws them."""
    draw = np.random.RandomState(SEED)
    a = draw.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return a, draw.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)


def _premixed(hashes: U32) -> U32:
    """MurmurHash3's finalizer, which affine32 applies before it permutes."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))
