"""Lists of values that stand one after the other in one column: the lists of some texts, looked up at once."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.dedup.words import I64, U32


class Column(Protocol):
    """Values that are looked up by their places: an array, or what stands for one that is on disk."""

    def __getitem__(self, places: I64, /) -> U32:
        """Give the values at places."""
        ...


class Ragged(Struct, frozen=True, gc=False):
    """The values of list k are the `sizes[k]` of `values` from `starts[k]` on."""

    values: Column
    starts: I64
    sizes: I64

    def of(self, lists: I64) -> U32:
        """Give the values of some lists, list after list."""
        return self.values[ranges(self.starts[lists], self.sizes[lists])]


def ragged(values: Column, sizes: NDArray[np.int32]) -> Ragged:
    """Say where in a column the lists of these sizes stand."""
    wide = sizes.astype(np.int64)
    return Ragged(values, np.cumsum(wide) - wide, wide)


def ranges(starts: I64, sizes: I64) -> I64:
    """Count up from each start, that many places, one range after the other.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    counted: I64 = np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return counted


def turns(weights: I64, limit: int) -> Iterator[slice]:
    """Cut places into slices that weigh about `limit`, and at least one place each."""
    edges = np.flatnonzero(np.diff(np.cumsum(weights) // limit)) + 1
    edges = np.concatenate([[0], edges, [len(weights)]]) if len(weights) else edges
    return map(slice, edges[:-1].tolist(), edges[1:].tolist())
