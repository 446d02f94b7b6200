"""Operations on arrays that every step of deduplication uses; lists of unequal length in one column."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from msgspec import Struct

from etl.array_types import I32, I64, U32, U64

# An odd 64-bit multiplier without structure (rrmxmx).  Any such number would work, but saved fingerprints depend on
# this one.
_MIXER = np.uint64(0xD6E8FEB86659FD93)


class Column(Protocol):
    """32-bit values that are read by place: an array, or a file."""

    def __getitem__(self, places: I64, /) -> U32:
        """Return the values at places."""
        ...


def in_memory(column: Column) -> U32:
    """Return a column that is an array."""
    if not isinstance(column, np.ndarray):
        raise TypeError(f"{type(column).__name__} is not in memory")
    return column


class Ragged(Struct, frozen=True, gc=False):
    """Lists in one column: list k is the `sizes[k]` values from `starts[k]` on."""

    values: Column
    starts: U32 | I64
    sizes: I32 | I64

    def lengths(self, lists: I64) -> I64:
        """Return the sizes of some lists."""
        return self.sizes[lists].astype(np.int64)

    def of(self, lists: I64) -> U32:
        """Return the values of some lists, list after list."""
        return self.values[ranges(self.starts[lists], self.lengths(lists))]

    def read_pairs(self, earlier: I64, later: I64, at_once: int) -> Iterator[tuple["Ragged", I64, I64]]:
        """Yield pairs of lists, read into memory with about so many values at a time, as places among these lists.

        Lists are read in the order of their file, because a random read takes longer than a comparison.
        """
        for turn in turns(self.lengths(earlier) + self.lengths(later), at_once):
            read, places = np.unique(np.concatenate([earlier[turn], later[turn]]), return_inverse=True)
            one, other = np.split(places, 2)
            yield ragged(self.of(read), self.sizes[read]), one, other


def ragged(values: Column, sizes: I32 | I64) -> Ragged:
    """Return the lists of these sizes, which follow one another in a column."""
    starts = np.cumsum(sizes, dtype=np.int64)
    starts -= sizes
    is_small = len(starts) and starts[-1] <= np.iinfo(np.uint32).max  # half of the memory is then enough
    return Ragged(values, starts.astype(np.uint32) if is_small else starts, sizes)


def ranges(starts: U32 | I64, sizes: I64) -> I64:
    """Return the concatenated ranges with these starts and sizes.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    counted: I64 = np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return counted


def turns(weights: I64, limit: int) -> Iterator[slice]:
    """Divide places into slices with a weight of about `limit` each, and at least one place."""
    edges = np.flatnonzero(np.diff(np.cumsum(weights) // limit)) + 1
    edges = np.concatenate([[0], edges, [len(weights)]]) if len(weights) else edges
    return map(slice, edges[:-1].tolist(), edges[1:].tolist())


def mixed(values: U64) -> U64:
    """Hash 64-bit values: every bit of a result depends on every bit of its value (rrmxmx)."""
    values = values ^ (values >> np.uint64(32))
    values *= _MIXER
    values ^= values >> np.uint64(29)
    values *= _MIXER
    values ^= values >> np.uint64(32)
    return values


def sums(values: U64, starts: I64) -> U64:
    """Sum the values of each list, modulo 2^64; `starts` holds where each list begins, and the end."""
    running = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values, out=running[1:])
    return running[starts[1:]] - running[starts[:-1]]


def distinct(values: U64) -> U64:
    """Sort values that are nearly in order, and drop repeats.

    `numpy.unique` does the same, but its quicksort is slower on such values (three times, on AMD Zen 4).
    """
    return without_repeats(np.sort(values, kind="stable"))


def without_repeats(values: U64) -> U64:
    """Drop repeats from sorted values."""
    first = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]
