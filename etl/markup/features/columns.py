"""Columns over the lines of a page, and what is counted before all others."""

import numpy as np
from msgspec import Struct

from etl.array_types import F64, I64

Columns = dict[str, I64 | F64]


class Measured(Struct, frozen=True, eq=False):
    """Characters of each line, those inside links, and those of prose; prose of the page, at least 1."""

    chars: I64
    linked: I64
    prose: I64
    page_prose: int


def sums_of(groups: I64, values: I64, count: int) -> I64:
    """Return the sum of the values of each group.  Exact: bincount adds in float64, and these are below 2 ** 53."""
    return np.bincount(groups, weights=values, minlength=count).astype(np.int64)


def shifted(values: I64 | F64, step: int, off_page: int) -> I64 | F64:
    """Return for each line the value of the line so many further down."""
    found = np.full_like(values, off_page)
    if 0 < abs(step) < len(values):
        found[max(0, -step) : len(values) - max(0, step)] = values[max(0, step) : len(values) + min(0, step)]
    elif not step:
        found[:] = values
    return found


def around(values: I64, reach: int) -> I64:
    """Return for each line the sum over the lines at most `reach` away."""
    count = len(values)
    until = np.zeros(count + 1 + 2 * reach, dtype=np.int64)
    np.cumsum(values, out=until[reach + 1 : reach + 1 + count])
    until[reach + 1 + count :] = until[reach + count]
    sums: I64 = until[2 * reach + 1 :] - until[:count]
    return sums
