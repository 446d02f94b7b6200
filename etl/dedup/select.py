"""Pairs -> duplicates: in reading order, a block goes if and only if an earlier kept block is alike."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.dedup import pair
from etl.dedup.pair import Buckets, Pairs
from etl.dedup.prints import USUAL, Fingerprints, Likeness
from etl.dedup.words import I64, U64, mixed

Mask = NDArray[np.bool_]

# Pairs that are walked in one go by plain Python; a list of them all would be 80 bytes a pair.
_PAIRS_AT_ONCE = 1 << 16


class Duplicates(Struct, frozen=True, gc=False):
    """Blocks to drop, ascending; for each its keeper, an earlier kept block, and the exact Jaccard of the two."""

    index: I64
    keeper: I64
    likeness: NDArray[np.float64]


def duplicates(prints: Fingerprints, articles: I64, likeness: Likeness = USUAL) -> Duplicates:
    """Find the duplicates among blocks; `articles` gives each its article's number, 0 or more, ascending.

    The promise: a block is dropped if and only if an earlier kept block that shares a band with it is at least as like
    it as the threshold says (and has the same figures).  So every keeper is kept, and no two kept ones of a bucket are
    alike.  The keeper is the most alike, of equals the earliest.  An exact copy goes with the block it copies: to it,
    or to its keeper.  A text without words is nobody's copy.
    """
    originals = _originals(prints, articles, likeness)
    apart = _apart(prints, articles, likeness)
    blocks = np.flatnonzero((originals == np.arange(len(originals))) & (prints.sizes > 0))
    near = _near(prints, blocks, apart, likeness.threshold)
    return _with_copies(near, originals)


def _originals(prints: Fingerprints, articles: I64, likeness: Likeness) -> I64:
    """Give for each block the first one with the same folded text; within its article, if it is short."""
    alone = np.arange(len(articles))
    within = np.where((prints.words < likeness.short_words) | (not likeness.across), articles, -1)
    scope = np.where(prints.words == 0, -2 - alone, within)
    key = mixed(prints.whole[0] ^ mixed(scope.astype(np.uint64)))
    order = np.argsort(key, kind="stable")
    as_before = np.arange(len(order)) > 0
    for column in (*prints.whole, scope):
        as_before[1:] &= column[order[1:]] == column[order[:-1]]
    first = np.flatnonzero(~as_before)
    originals = np.empty_like(order)
    originals[order] = np.repeat(order[first], np.diff(first, append=len(order)))
    return originals


def _apart(prints: Fingerprints, articles: I64, likeness: Likeness) -> U64:
    """Give a value that differs where two blocks must not be compared."""
    apart = prints.numbers if likeness.numbers == "same" else np.zeros_like(prints.numbers)
    return apart if likeness.across else apart + mixed(articles.astype(np.uint64) + np.uint64(1))


def _near(prints: Fingerprints, blocks: I64, apart: U64, threshold: float) -> Duplicates:
    """Select among blocks of which no two are equal.

    Only pairs whose earlier block is kept decide anything, so only such are sought: sweep some kept blocks, that is
    compare each with the later members of its buckets; select again; until every kept block has been swept.  20,000
    blocks like the first cost 20,000 comparisons, not 200 million, and no bucket needs a limit that would lose pairs.
    """
    total = len(prints.sizes)
    found = pair.buckets(prints, blocks, apart)
    alike, kept, swept, width = pair.joined([]), np.ones(total, np.bool_), np.zeros(total, np.bool_), 1
    while (firsts := _unswept(found, kept, swept, width)).any():
        alike = pair.joined([alike, pair.pairs(prints, found, firsts, apart, threshold)])
        kept = _kept(total, alike)
        swept |= firsts
        width *= 2
    return _nearest(alike, kept)


def _unswept(found: Buckets, kept: Mask, swept: Mask, width: int) -> Mask:
    """Mark the kept blocks to sweep next: in each of their buckets they are among the first `width` that wait.

    Those behind them are likely to be dropped meanwhile.  The earliest of all that wait is always marked.
    """
    waits = (kept & ~swept)[found.members]
    running = np.cumsum(waits, dtype=np.uint32)
    before: NDArray[np.uint32] = np.repeat((running - waits)[found.edges[:-1]], np.diff(found.edges))
    firsts = np.zeros(len(kept), np.bool_)
    firsts[found.members[waits]] = True
    firsts[found.members[waits & (running - before > width)]] = False
    return firsts


def _kept(total: int, alike: Pairs) -> Mask:
    """Select the first: walk the pairs by later block; what was dropped drops nobody."""
    kept = bytearray(b"\1") * total
    order = np.argsort(alike.later, kind="stable")
    for at in range(0, len(order), _PAIRS_AT_ONCE):
        turn = order[at : at + _PAIRS_AT_ONCE]
        for earlier, later in zip(alike.earlier[turn].tolist(), alike.later[turn].tolist(), strict=True):
            if kept[earlier]:
                kept[later] = 0
    return np.frombuffer(kept, np.bool_)


def _nearest(alike: Pairs, kept: Mask) -> Duplicates:
    """Give each dropped block the most alike of its kept neighbours, of equals the earliest."""
    lawful = kept[alike.earlier]
    earlier, later, likeness = alike.earlier[lawful], alike.later[lawful], alike.likeness[lawful]
    order = np.lexsort((earlier, -likeness, later))
    best = order[np.diff(later[order], prepend=-1) > 0]
    return Duplicates(later[best], earlier[best], likeness[best])


def _with_copies(near: Duplicates, originals: I64) -> Duplicates:
    """Send each exact copy to its original, or where that one went."""
    keeper = originals.copy()
    keeper[near.index] = near.keeper
    likeness = np.ones(len(originals))
    likeness[near.index] = near.likeness
    keeper, likeness = keeper[originals], likeness[originals]
    index = np.flatnonzero(keeper != np.arange(len(keeper)))
    return Duplicates(index, keeper[index], likeness[index])
