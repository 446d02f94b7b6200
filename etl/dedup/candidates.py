"""Buckets -> candidate pairs: blocks that share a key of some band, each pair once as long as memory allows."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from msgspec import Struct

from etl.dedup import crowd
from etl.dedup.bucket import Buckets, Compared, Runner
from etl.dedup.facts import Mask
from etl.dedup.ragged import Ragged, ranges, turns
from etl.dedup.shingle import distinct
from etl.dedup.words import I64, U32, U64

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
# Firsts that are paired at a time; most have a pair or two.
FIRSTS_AT_ONCE = 1 << 19
# Candidate pairs that are held at a time; they take some 30 bytes each.
_PAIRS_AT_ONCE = 1 << 22
# Of these so many are handed on at a time, with some 60 bytes each while they are verified.
_PAIRS_A_TURN = 1 << 14

Proposed = tuple[I64, I64]


class Leads(Struct, frozen=True, gc=False):
    """The firsts of a band: their places among the members, their buckets, how many members are behind each in these.

    `crowds` are the buckets in which not all of these pairs are looked at.
    """

    found: Buckets
    places: I64
    buckets: I64
    behind: I64
    crowds: Mask


def candidates(
    compared: Compared, shingles: Ragged, bands: Iterable[Buckets], firsts: Mask, run: Runner
) -> Iterator[Proposed]:
    """Pair each first with the later members of its buckets, less those that are surely not alike.

    Most pairs meet in many bands.  So that each comes once, all bands are walked for a part of the firsts, whose pairs
    can be held, and then for the next; a pair comes twice only where some firsts have very many.
    """
    for some in _in_turns(firsts):
        leading = run(partial(_leading, found, some) for found in bands)
        for packed in _distinct(run(task for leads in leading for task in _pairing(compared, shingles, leads))):
            for start in range(0, len(packed), _PAIRS_A_TURN):
                yield _comparable(compared, packed[start : start + _PAIRS_A_TURN])


def _in_turns(firsts: Mask) -> Iterator[Mask]:
    places = np.flatnonzero(firsts)
    for at in range(0, len(places), FIRSTS_AT_ONCE):
        some = np.zeros_like(firsts)
        some[places[at : at + FIRSTS_AT_ONCE]] = True
        yield some


def _comparable(compared: Compared, packed: U64) -> Proposed:
    """Unpack pairs, less those of blocks that are not to be compared: they may share a key by chance."""
    earlier, later = (packed >> _HALF).astype(np.int64), (packed & _LOW).astype(np.int64)
    equal = compared.apart[earlier] == compared.apart[later]
    return earlier[equal], later[equal]


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


def _leading(found: Buckets, firsts: Mask) -> Leads:
    places = np.flatnonzero(firsts[found.members])
    bucket = np.searchsorted(found.edges, places, side="right") - 1
    behind = found.edges[bucket + 1].astype(np.int64) - places - 1
    count = np.bincount(bucket, minlength=len(found.edges))
    pairs = np.bincount(bucket, behind, len(found.edges))
    return Leads(found, places, bucket, behind, (count >= crowd.LEAST_LEADS) & (pairs >= crowd.LEAST_PAIRS))


def _pairing(compared: Compared, shingles: Ragged, leads: Leads) -> Iterator[Callable[[], U64]]:
    """Give the tasks that pair the firsts of a band with all behind them; in a crowd, with those that can be alike."""
    found, few = leads.found, ~leads.crowds[leads.buckets]
    places, behind = leads.places[few], leads.behind[few]
    for turn in turns(behind, _PAIRS_AT_ONCE // 4):
        yield partial(_all_pairs, found, places[turn], behind[turn])
    for number in np.flatnonzero(leads.crowds).tolist():
        start, end = found.edges[number : number + 2].tolist()
        members = found.members[start:end].astype(np.int64)
        own = leads.places[slice(*np.searchsorted(leads.buckets, [number, number + 1]).tolist())] - start
        for task in crowd.likely(shingles, members, own, compared.likeness.threshold):
            yield partial(_of_crowd, task)


def _all_pairs(found: Buckets, places: I64, behind: I64) -> U64:
    earlier = np.repeat(found.members[places], behind)
    return np.sort(_packed(earlier, found.members[ranges(places + 1, behind)]))


def _of_crowd(likely: Callable[[], Proposed]) -> U64:
    return np.sort(_packed(*likely()))


def _packed(earlier: I64 | U32, later: I64 | U32) -> U64:
    return (earlier.astype(np.uint64) << _HALF) | later.astype(np.uint64)
