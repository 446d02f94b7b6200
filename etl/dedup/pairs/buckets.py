"""Fingerprints -> buckets: for each band, the blocks that share a key."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from msgspec import Struct

from etl.array_types import I64, U32, U64, Mask
from etl.dedup.arrays import mixed
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.settings import DedupSettings

if TYPE_CHECKING:
    from etl.dedup.pairs.source import OpenPairSource

_HALF = np.uint64(32)
# Keys sorted at a time.  Ten million would need new memory from the system at each step, and would not fit into a
# cache.
_MAX_SORTED = 1 << 20

Result = TypeVar("Result")


class ComparisonInput(Struct, frozen=True, gc=False):
    """The blocks to compare: fingerprints, partition keys (equal for blocks that may be compared), and the settings.

    `order` has the blocks in the order in which the first of two similar blocks is kept.
    """

    prints: Fingerprints
    partition_keys: U64
    order: I64
    settings: DedupSettings


class Buckets(Struct, frozen=True, gc=False):
    """Blocks that share a key of a band: `members`, each bucket in order; `edges`, where they start and end."""

    members: U32
    edges: U32

    @property
    def sizes(self) -> I64:
        """The number of members of each."""
        edges = self.edges.astype(np.int64)
        return edges[1:] - edges[:-1]


class Runner(Protocol):
    """Runs tasks, one after the other or in parallel, and returns their results in order."""

    def __call__(self, tasks: Iterable[Callable[[], Result]], /) -> Iterable[Result]:
        """Run the tasks."""
        ...


class Resources(Struct, frozen=True):
    """How tasks are run, where buckets are kept (which are read more than once), and the limit of memory.

    `probes_at_once` blocks are paired at a time; most have one or two pairs.  `pair_source` opens another source of
    pairs than the buckets of this process.
    """

    run: Runner
    spill: Callable[[Iterable[Buckets]], Iterable[Buckets]]
    probes_at_once: int = 1 << 19
    pair_source: "OpenPairSource | None" = None


def one_by_one(tasks: Iterable[Callable[[], Result]], /) -> Iterator[Result]:
    """Run one task after the other."""
    return (task() for task in tasks)


IN_MEMORY = Resources(one_by_one, tuple)


def buckets(compared: ComparisonInput, blocks: I64) -> Iterator[Callable[[], Buckets]]:
    """Yield the tasks that put blocks with the same band key and the same partition key into buckets.

    A band has one task, or several, each for the keys with the same first bits.
    """
    salt = (mixed(compared.partition_keys[blocks]) >> _HALF).astype(np.uint32)
    for keys in compared.prints.band_keys:
        salted = keys[blocks] ^ salt
        for some in by_first_bits(salted):
            yield partial(_of_keys, salted, blocks, some)


def by_first_bits(keys: U32) -> Iterator[Mask]:
    """Divide keys by their first bits into parts that are small enough to be sorted."""
    bits = (len(keys) // _MAX_SORTED).bit_length()
    begin = (keys >> np.uint32(24)).astype(np.uint8) >> np.uint8(8 - bits)
    for begins_with in range(1 << bits):
        yield begin == begins_with


def grouped(keys: U32) -> tuple[I64, I64]:
    """Return the places of the keys that occur more than once, sorted by key, equals in order; and each key's start.

    The end of the last key follows the starts.
    """
    # Two radix sorts of 16 bits; one sort of 32 or 64 bits takes three times as long.
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    order = order[np.argsort((keys[order] >> np.uint32(16)).astype(np.uint16), kind="stable")]
    keys = keys[order]
    as_before = np.zeros(len(keys) + 1, np.bool_)
    np.equal(keys[1:], keys[:-1], out=as_before[1:-1])
    shared = as_before[:-1] | as_before[1:]
    starts = np.flatnonzero(~as_before[:-1][shared])
    order = order[shared]
    return order, np.append(starts, len(order))


def _of_keys(keys: U32, blocks: I64, chosen: Mask) -> Buckets:
    places, edges = grouped(keys[chosen])
    return Buckets(blocks[chosen][places].astype(np.uint32), edges.astype(np.uint32))
