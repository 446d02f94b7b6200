"""Candidate pairs -> pairs, verified by exact Jaccard and the same facts."""

from collections.abc import Iterable
from functools import partial
from itertools import starmap

import numpy as np
from msgspec import Struct

from etl.array_types import F64, I64, Mask
from etl.dedup.arrays import Ragged, ragged, turns
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.pairs.buckets import Buckets, ComparisonInput, Resources
from etl.dedup.pairs.candidates import Candidates, Lists, candidates
from etl.dedup.pairs.same_facts import differing_facts
from etl.dedup.settings import DedupSettings

_HALF = np.uint64(32)
# Limits of memory: shingles or terms of pairs at a time; shingles of the pairs that are compared, some 30 bytes each.
_VALUES_READ_AT_ONCE, _SHINGLES_AT_ONCE = 1 << 20, 1 << 18
# The most days between the datelines of two prints of a story, and the fewest words of a story.  In Reuters news of
# 1987, daily notices have up to 29 words, with the dateline.
MAX_DAYS_APART, MIN_WORDS_OF_A_STORY = 1, 32


class Pairs(Struct, frozen=True, gc=False):
    """Two blocks each, the earlier one first, and their similarity, an exact Jaccard."""

    earlier: I64
    later: I64
    similarity: F64


def pairs(compared: ComparisonInput, bands: Iterable[Buckets], probes: Mask, resources: Resources) -> Pairs:
    """Return the verified candidate pairs whose earlier block is one of `probes`."""
    prints = compared.prints
    lists = Lists(ragged(prints.shingles, prints.shingle_counts), ragged(prints.terms, prints.term_counts))
    proposed = candidates(compared, lists, bands, probes, resources)
    return joined(list(resources.run(partial(verified, compared, lists, some) for some in proposed)))


def joined(parts: list[Pairs]) -> Pairs:
    """Return the pairs of all parts."""
    empty = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    parts = [empty, *parts]
    return Pairs(
        np.concatenate([part.earlier for part in parts]),
        np.concatenate([part.later for part in parts]),
        np.concatenate([part.similarity for part in parts]),
    )


def verified(compared: ComparisonInput, lists: Lists, proposed: Candidates) -> Pairs:
    """Return the candidate pairs that are similar and state the same facts."""
    similar = _similar(lists.shingles, proposed, compared.settings)
    if compared.settings.numbers == "any":
        return similar
    similar = _chosen(similar, _are_of_one_day(compared.prints, similar))
    return _chosen(similar, ~differing_terms(lists.terms, similar.earlier, similar.later))


def differing_terms(terms: Ragged, earlier: I64, later: I64) -> Mask:
    """Mark the pairs of blocks whose terms, which may be in a file, state different facts."""
    read = terms.read_pairs(earlier, later, _VALUES_READ_AT_ONCE)
    return np.concatenate([np.zeros(0, np.bool_), *starmap(differing_facts, read)])


def _are_of_one_day(prints: Fingerprints, some: Pairs) -> Mask:
    """Mark the pairs in which a dateline is missing or both have the same day; for stories, days may differ by one.

    Newspapers print a story the day after the agency.  "Erie, Pa., March 26 - Qtly div 25 cts" and "New York, March 26
    - The Federal Reserve entered the market" are notices that come every day, and the date says which.
    """
    one, other = prints.dateline_days[some.earlier], prints.dateline_days[some.later]
    words = np.minimum(prints.word_counts[some.earlier], prints.word_counts[some.later])
    apart = np.where(words >= MIN_WORDS_OF_A_STORY, MAX_DAYS_APART, 0)
    of_one_day: Mask = (one == 0) | (other == 0) | (np.abs(one - other) <= apart)
    return of_one_day


def _similar(shingles: Ragged, proposed: Candidates, settings: DedupSettings) -> Pairs:
    earlier, later = proposed
    less, more = np.sort([shingles.lengths(earlier), shingles.lengths(later)], axis=0)
    fits = less >= settings.threshold * more - 1e-6
    earlier, later, both = earlier[fits], later[fits], (less + more)[fits]
    common = common_shingles(shingles, earlier, later)
    similarity = common / (both - common)
    # Rounding needs no tolerance: 7 / 10 is the same double as 0.7.
    holds = similarity >= settings.threshold
    if settings.copies == "lossless":
        holds &= common == shingles.lengths(later)
    return _chosen(Pairs(earlier, later, similarity), holds)


def _chosen(some: Pairs, holds: Mask) -> Pairs:
    return Pairs(some.earlier[holds], some.later[holds], some.similarity[holds])


def common_shingles(shingles: Ragged, earlier: I64, later: I64) -> I64:
    """Return the number of shingles that the blocks of each pair share."""
    shared = starmap(_shared, shingles.read_pairs(earlier, later, _VALUES_READ_AT_ONCE))
    return np.concatenate([np.zeros(0, np.int64), *shared])


def _shared(shingles: Ragged, earlier: I64, later: I64) -> I64:
    """Count the shingles that two sets share, pair by pair."""
    both = turns(shingles.lengths(earlier) + shingles.lengths(later), _SHINGLES_AT_ONCE)
    return np.concatenate([_shared_at_once(shingles, earlier[turn], later[turn]) for turn in both])


def _shared_at_once(shingles: Ragged, earlier: I64, later: I64) -> I64:
    owners = np.tile(np.arange(len(earlier), dtype=np.uint64) << _HALF, 2)
    both = np.concatenate([earlier, later])
    packed = np.repeat(owners, shingles.lengths(both)) | shingles.of(both)
    # Both halves are sorted: timsort merges them twenty times as fast as quicksort sorts them.
    packed.sort(kind="stable")
    twice = packed[1:][packed[1:] == packed[:-1]] >> _HALF
    return np.bincount(twice.astype(np.int64), minlength=len(earlier))
