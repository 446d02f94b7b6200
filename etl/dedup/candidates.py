"""Buckets -> candidate pairs: blocks that share a key of some band, each pair once as long as memory allows."""

from collections.abc import Iterable, Iterator

import numpy as np

from etl.dedup import crowd
from etl.dedup.bucket import Buckets, Compared
from etl.dedup.facts import Mask
from etl.dedup.ragged import Ragged, ranges, turns
from etl.dedup.shingle import distinct
from etl.dedup.words import I64, U32, U64

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
# Candidate pairs that are held at a time; they take some 30 bytes each.
_PAIRS_AT_ONCE = 1 << 22
# Of these so many are handed on at a time, with some 60 bytes each while they are verified.
_PAIRS_A_TURN = 1 << 16

Proposed = tuple[I64, I64]


def candidates(compared: Compared, shingles: Ragged, bands: Iterable[Buckets], firsts: Mask) -> Iterator[Proposed]:
    """Pair each first with the later members of its buckets, less those that are surely not alike.

    One walk over the bands.  Most pairs meet in many of them; a pair comes twice only if too many are held meanwhile.
    """
    proposed = (packed for found in bands for packed in _of_band(compared, shingles, found, firsts))
    for packed in _distinct(proposed):
        for start in range(0, len(packed), _PAIRS_A_TURN):
            turn = packed[start : start + _PAIRS_A_TURN]
            earlier, later = (turn >> _HALF).astype(np.int64), (turn & _LOW).astype(np.int64)
            # Blocks that are not to be compared may share a key by chance.
            equal = compared.apart[earlier] == compared.apart[later]
            yield earlier[equal], later[equal]


def _distinct(parts: Iterable[U64]) -> Iterator[U64]:
    """Put values together, sorted, each once; give them as soon as half of what may be held are different ones."""
    held, count = list[U64](), 0
    for part in parts:
        held.append(part)
        count += len(part)
        if count > _PAIRS_AT_ONCE:
            held = [distinct(np.concatenate(held))]
            if len(held[0]) > _PAIRS_AT_ONCE // 2:
                yield held.pop()
            count = sum(map(len, held))
    if held:
        yield distinct(np.concatenate(held))


def _of_band(compared: Compared, shingles: Ragged, found: Buckets, firsts: Mask) -> Iterator[U64]:
    """Pair the firsts of a band with all behind them in their bucket; in a crowd, with those that can be alike."""
    places = np.flatnonzero(firsts[found.members])
    bucket = np.searchsorted(found.edges, places, side="right") - 1
    behind = found.edges[bucket + 1].astype(np.int64) - places - 1
    leads = np.bincount(bucket, minlength=len(found.edges))
    is_crowd = (leads >= crowd.LEAST_LEADS) & (np.bincount(bucket, behind, len(found.edges)) >= crowd.LEAST_PAIRS)
    few = ~is_crowd[bucket]
    yield from _all_pairs(found, places[few], behind[few])
    for number in np.flatnonzero(is_crowd).tolist():
        start, end = found.edges[number : number + 2].tolist()
        members = found.members[start:end].astype(np.int64)
        own = places[slice(*np.searchsorted(bucket, [number, number + 1]).tolist())] - start
        for earlier, later in crowd.likely(shingles, members, own, compared.likeness.threshold):
            yield _packed(earlier, later)


def _all_pairs(found: Buckets, places: I64, behind: I64) -> Iterator[U64]:
    for turn in turns(behind, _PAIRS_AT_ONCE // 4):
        earlier = np.repeat(found.members[places[turn]], behind[turn])
        yield _packed(earlier, found.members[ranges(places[turn] + 1, behind[turn])])


def _packed(earlier: I64 | U32, later: I64 | U32) -> U64:
    return (earlier.astype(np.uint64) << _HALF) | later.astype(np.uint64)
