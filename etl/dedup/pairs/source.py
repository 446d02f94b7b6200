"""Sources of pairs (`PairSource`): the buckets of this process, or the shuffles of an engine."""

from collections.abc import Iterable
from functools import partial
from typing import Protocol

import numpy as np

from etl.array_types import I64, U32, Mask
from etl.dedup.pairs.buckets import Buckets, ComparisonInput, Resources, buckets
from etl.dedup.pairs.verify import Pairs, pairs


class PairSource(Protocol):
    """Finds pairs of similar blocks, for some probes at a time.  Masks are over all blocks.

    `first_width` is the number of probes per bucket in the first round, which is larger if rounds are slow.
    """

    first_width: int

    def next_probes(self, waits: Mask, width: int) -> Mask:
        """Mark the next probes: waiting blocks that are among the first `width` of each of their buckets.

        Later blocks will probably be dropped.  The earliest waiting block is always marked.
        """
        ...

    def pairs(self, probes: Mask) -> Pairs:
        """Return the pairs, each once, whose earlier block is one of the probes."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...


class OpenPairSource(Protocol):
    """Opens a source of the pairs among some blocks, which are given in order."""

    def __call__(self, compared: ComparisonInput, blocks: I64, /) -> PairSource:
        """Return the source."""
        ...


class LocalPairs:
    """Pairs from buckets of this process."""

    first_width = 1

    def __init__(self, compared: ComparisonInput, blocks: I64, resources: Resources) -> None:
        self._compared, self._resources = compared, resources
        self._bands: Iterable[Buckets] = resources.spill(resources.run(buckets(compared, blocks)))

    def next_probes(self, waits: Mask, width: int) -> Mask:
        """Mark the next probes."""
        probes, behind = np.zeros_like(waits), np.zeros_like(waits)
        for waiting, later in self._resources.run(partial(waiting_of, found, waits, width) for found in self._bands):
            probes[waiting] = True
            behind[later] = True
        return probes & ~behind

    def pairs(self, probes: Mask) -> Pairs:
        """Return the pairs of probes."""
        return pairs(self._compared, self._bands, probes, self._resources)

    def close(self) -> None:
        """Do nothing: files go with their folder."""


def waiting_of(found: Buckets, waits: Mask, width: int) -> tuple[U32, U32]:
    """Return the waiting members of buckets, and those of them after the first `width` of their bucket."""
    waiting = waits[found.members]
    running = np.cumsum(waiting, dtype=np.uint32)
    before: U32 = np.repeat((running - waiting)[found.edges[:-1]], np.diff(found.edges))
    return found.members[waiting], found.members[waiting & (running - before > width)]
