"""Buckets -> candidate pairs: blocks that share a key of some band, each pair once as long as memory allows."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import chain

import numpy as np
from msgspec import Struct

from etl.array_types import I64, U32, U64, Mask
from etl.dedup.arrays import Ragged, distinct, ranges, turns
from etl.dedup.pairs.bitmap_filter import MIN_PAIRS, MIN_PROBES, Bitmaps, bitmaps_of, likely
from etl.dedup.pairs.buckets import Buckets, ComparisonInput, Resources
from etl.dedup.pairs.forms_filter import Forms, forms_of
from etl.dedup.pairs.names_filter import Names, rarest_names
from etl.dedup.settings import DedupSettings

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
# Candidate pairs held at a time; they take some 30 bytes each.
_PAIRS_AT_ONCE = 1 << 22
# Candidate pairs that are passed on at a time; they take some 60 bytes each while they are verified.
_PAIRS_PER_BATCH = 1 << 14
# Finding a pair by names takes as long as so many comparisons of bitmaps.
_MIN_PAIRS_A_NAME = 8
# Pairs per member.  With more, the names in a bucket are compared first, which takes as long as verifying so many
# pairs.  And the number of members of such buckets that are processed together.
_MIN_CROWDED, _MEMBERS_AT_ONCE = 4, 1 << 14

Candidates = tuple[I64, I64]


class Lists(Struct, frozen=True, gc=False):
    """The shingles and the terms of the blocks."""

    shingles: Ragged
    terms: Ragged


class ProbeRows(Struct, frozen=True, gc=False):
    """The probes of a band: their rows among the members, their buckets, and the number of later members for each.

    `is_large` marks the buckets whose pairs are filtered before they are listed.  `is_crowded` marks other buckets with
    too many pairs to verify all.
    """

    found: Buckets
    rows: I64
    buckets: I64
    followers: I64
    is_large: Mask
    is_crowded: Mask


def candidates(
    compared: ComparisonInput, lists: Lists, bands: Iterable[Buckets], probes: Mask, resources: Resources
) -> Iterator[Candidates]:
    """Yield pairs of each probe with the later members of its buckets, without pairs that cannot be duplicates.

    Most pairs share several buckets.  So that each pair is yielded once, all bands are read for one part of the probes,
    then for the next part.  A part with too many pairs for the memory is halved.  Only pairs of a single probe may be
    yielded twice.
    """
    run, places = resources.run, np.flatnonzero(probes)
    parts = [places[at : at + resources.probes_at_once] for at in range(0, len(places), resources.probes_at_once)]
    while parts:
        some = parts.pop()
        probing = run(partial(probe_rows, found, _marked(some, len(probes))) for found in bands)
        found = _distinct(run(task for rows in probing for task in pairing(compared.settings, lists, rows)))
        first = next(found, np.zeros(0, np.uint64))
        if len(first) > _PAIRS_AT_ONCE // 2 and len(some) > 1:
            parts += np.array_split(some, 2)
            continue
        for packed in chain([first], found):
            for start in range(0, len(packed), _PAIRS_PER_BATCH):
                yield _comparable(compared, packed[start : start + _PAIRS_PER_BATCH])


def _marked(places: I64, total: int) -> Mask:
    marks = np.zeros(total, np.bool_)
    marks[places] = True
    return marks


def _comparable(compared: ComparisonInput, packed: U64) -> Candidates:
    """Unpack pairs, without pairs of blocks with different partition keys, which may share a band key by chance."""
    earlier, later = (packed >> _HALF).astype(np.int64), (packed & _LOW).astype(np.int64)
    equal = compared.partition_keys[earlier] == compared.partition_keys[later]
    return earlier[equal], later[equal]


def _distinct(parts: Iterable[U64]) -> Iterator[U64]:
    """Yield the distinct values of all parts, sorted, whenever they fill half of the allowed memory."""
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


def probe_rows(found: Buckets, probes: Mask) -> ProbeRows:
    """Return the probes among the members of buckets, with marks of the buckets whose pairs are filtered."""
    rows = np.flatnonzero(probes[found.members])
    bucket = np.searchsorted(found.edges, rows, side="right") - 1
    followers = found.edges[bucket + 1].astype(np.int64) - rows - 1
    count = np.bincount(bucket, minlength=len(found.edges))
    pairs = np.bincount(bucket, followers, len(found.edges))
    is_large = (count >= MIN_PROBES) & (pairs >= MIN_PAIRS)
    is_crowded = ~is_large & (pairs >= _MIN_CROWDED * np.diff(found.edges, append=found.edges[-1:]))
    return ProbeRows(found, rows, bucket, followers, is_large, is_crowded & (count > 1))


def pairing(settings: DedupSettings, lists: Lists, probes: ProbeRows) -> Iterator[Callable[[], U64]]:
    """Yield the tasks that pair the probes of a band with all later members; large numbers of pairs are filtered.

    In the result of a task, the upper half of each number is the earlier block.  Lists are read only for members of
    large or crowded buckets.
    """
    found, are_facts = probes.found, settings.numbers == "same"
    is_filtered = probes.is_large | probes.is_crowded if are_facts else probes.is_large
    is_small = ~is_filtered[probes.buckets]
    for turn in turns(probes.followers[is_small], _PAIRS_AT_ONCE // 4):
        yield partial(_all_pairs, found, probes.rows[is_small][turn], probes.followers[is_small][turn])
    if are_facts:
        crowded = np.flatnonzero(probes.is_crowded)
        for turn in turns(found.sizes[crowded], _MEMBERS_AT_ONCE):
            yield partial(_of_crowded, lists.terms, probes, crowded[turn])
    for number in np.flatnonzero(probes.is_large).tolist():
        start, end = found.edges[number : number + 2].tolist()
        members = found.members[start:end].astype(np.int64)
        own = probes.rows[slice(*np.searchsorted(probes.buckets, [number, number + 1]).tolist())] - start
        for task in _of_large_bucket(settings, lists, members, own):
            yield partial(_of_members, members, task)


def _all_pairs(found: Buckets, rows: I64, followers: I64) -> U64:
    earlier = np.repeat(found.members[rows], followers)
    return np.sort(_packed(earlier, found.members[ranges(rows + 1, followers)]))


def _of_crowded(terms: Ragged, probes: ProbeRows, crowded: I64) -> U64:
    """Pair the probes of some buckets with all later members, without pairs with different names."""
    found = probes.found
    starts, sizes = found.edges[crowded].astype(np.int64), found.sizes[crowded]
    names = rarest_names(terms, found.members[ranges(starts, sizes)].astype(np.int64))
    shift = np.zeros(len(found.edges), np.int64)
    shift[crowded] = np.cumsum(sizes) - sizes - starts
    chosen = np.isin(probes.buckets, crowded)
    earlier = np.repeat(probes.rows[chosen], probes.followers[chosen])
    later = ranges(probes.rows[chosen] + 1, probes.followers[chosen])
    to_place = np.repeat(shift[probes.buckets[chosen]], probes.followers[chosen])
    passed = names.may_state_the_same(earlier + to_place, later + to_place)
    return np.sort(_packed(found.members[earlier[passed]], found.members[later[passed]]))


def _of_large_bucket(
    settings: DedupSettings, lists: Lists, members: I64, probes: I64
) -> Iterator[Callable[[], Candidates]]:
    """Yield the tasks that pair probes with later members, all by their place among these.

    If facts count, and fewer than one in eight pairs share their rarest names, pairs are found by names, and by bitmaps
    only for blocks without names.  Otherwise all pairs are filtered by bitmaps, and then by names.
    """
    everyone = np.arange(len(members))
    bitmaps = cache(partial(bitmaps_of, lists.shingles, members, settings.threshold))
    if settings.numbers == "any":
        yield from likely(bitmaps, probes, everyone)
        return
    names, forms = rarest_names(lists.terms, members), forms_of(lists.terms, members)
    if names.pair_count * _MIN_PAIRS_A_NAME > len(probes) * len(everyone):
        for task in _by_bitmaps(bitmaps, forms, probes):
            yield partial(_of_the_same_names, task, names)
        return
    is_nameless = names.rarest < 0
    named = probes[~is_nameless[probes]]
    yield from _by_bitmaps(bitmaps, forms, probes[is_nameless[probes]])
    yield from likely(bitmaps, named, np.flatnonzero(is_nameless))
    yield partial(_by_names, names, np.isin(everyone, named))


def _by_bitmaps(bitmaps: Callable[[], Bitmaps], forms: Forms, probes: I64) -> Iterator[Callable[[], Candidates]]:
    """Yield the tasks that pair probes with all later members: within a form by terms, all others by bitmaps."""
    for some, others in forms.groups(probes):
        yield from likely(bitmaps, some, others)
    yield from forms.near_pairs(probes)


def _of_the_same_names(paired: Callable[[], Candidates], names: Names) -> Candidates:
    earlier, later = paired()
    passed = names.may_state_the_same(earlier, later)
    return earlier[passed], later[passed]


def _by_names(names: Names, are_probes: Mask) -> Candidates:
    earlier, later = names.pairs()
    wanted = are_probes[earlier] & (earlier < later)
    return earlier[wanted], later[wanted]


def _of_members(members: I64, paired: Callable[[], Candidates]) -> U64:
    earlier, later = paired()
    return np.sort(_packed(members[earlier], members[later]))


def _packed(earlier: I64 | U32, later: I64 | U32) -> U64:
    return (earlier.astype(np.uint64) << _HALF) | later.astype(np.uint64)
