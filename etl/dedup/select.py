"""Pairs -> duplicates: in order, a block goes if and only if an earlier kept block is alike."""

from collections.abc import Iterable
from functools import partial

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.dedup import pair
from etl.dedup.bucket import IN_MEMORY, Buckets, Compared, Room, Runner, buckets, grouped
from etl.dedup.facts import Mask
from etl.dedup.pair import Pairs
from etl.dedup.prints import USUAL, Fingerprints, Likeness
from etl.dedup.words import I64, U32, U64, mixed

# Pairs that are walked in one go by plain Python; a list of them all would be 80 bytes a pair.
_PAIRS_AT_ONCE = 1 << 16


class Duplicates(Struct, frozen=True, gc=False):
    """Blocks to drop, ascending; for each its keeper, a kept block that comes before it, and their exact Jaccard."""

    index: I64
    keeper: I64
    likeness: NDArray[np.float64]


def duplicates(prints: Fingerprints, articles: I64, likeness: Likeness = USUAL, room: Room = IN_MEMORY) -> Duplicates:
    """Find the duplicates among blocks; `articles` gives each its article's number, 0 or more, ascending.

    The promise: a block is dropped if and only if an earlier kept block that shares a band with it is at least as like
    it as the threshold says (and states the same facts).  So every keeper is kept, and no two kept ones of a bucket
    are alike.  The keeper is the most alike, of equals the earliest.  An exact copy goes with the block it copies: to
    it, or to its keeper.  A text without words is nobody's copy.
    """
    order = kept_first(prints, articles, likeness)
    originals = _originals(prints, articles, likeness, order)
    compared = Compared(prints, _apart(prints, articles, likeness), order, likeness)
    blocks = order[(originals[order] == order) & (prints.sizes[order] > 0)]
    near = _near(compared, room.shelve(room.run(buckets(compared, blocks))), room.run)
    return _with_copies(near, originals)


def kept_first(prints: Fingerprints, articles: I64, likeness: Likeness) -> I64:
    """Give the blocks in the order in which the first of two that are alike is kept."""
    if likeness.keep == "first":
        return np.arange(len(articles))
    _, places = np.unique(articles, return_inverse=True)
    return np.lexsort((articles, -np.bincount(places, prints.words)[places]))


def ranks(order: I64) -> I64:
    """Give each block its place in an order."""
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank


def _originals(prints: Fingerprints, articles: I64, likeness: Likeness, order: I64) -> I64:
    """Give for each block the first one with the same folded text; close by in its article, if it is short."""
    alone = np.arange(len(articles))
    within = np.where((prints.words < likeness.short_words) | (not likeness.across), articles, -1)
    scope = np.where(prints.words == 0, -2 - alone, within)
    key = mixed(prints.whole[0] ^ mixed(scope.astype(np.uint64)))
    # Most texts have no equal: they need no sort of 64 bits.
    order = order[grouped((key[order] >> np.uint64(32)).astype(np.uint32))[0]]
    order = order[np.argsort(key[order], kind="stable")]
    as_before = np.arange(len(order)) > 0
    for column in (*prints.whole, scope):
        as_before[1:] &= column[order[1:]] == column[order[:-1]]
    first = np.flatnonzero(~as_before)
    originals = alone.copy()
    originals[order] = np.repeat(order[first], np.diff(first, append=len(order)))
    is_far = (prints.words < likeness.short_words) & (np.abs(alone - originals) > likeness.short_reach)
    return np.where(is_far, alone, originals)


def _apart(prints: Fingerprints, articles: I64, likeness: Likeness) -> U64:
    """Give a value that differs where two blocks must not be compared."""
    apart = prints.numbers if likeness.numbers == "same" else np.zeros_like(prints.numbers)
    return apart if likeness.across else apart + mixed(articles.astype(np.uint64) + np.uint64(1))


def _near(compared: Compared, bands: Iterable[Buckets], run: Runner) -> Duplicates:
    """Select among blocks of which no two are equal.

    Only pairs whose earlier block is kept decide anything, so only such are sought: sweep some kept blocks, that is
    compare each with the later members of its buckets; select again; until every kept block has been swept.  20,000
    blocks like the first cost 20,000 comparisons, not 200 million, and no bucket needs a limit that would lose pairs.
    """
    total = len(compared.order)
    alike, kept, swept, width = pair.joined([]), np.ones(total, np.bool_), np.zeros(total, np.bool_), 1
    while (firsts := _unswept(bands, kept & ~swept, width, run)).any():
        alike = pair.joined([alike, pair.pairs(compared, bands, firsts, run)])
        kept = _kept(compared.order, alike)
        swept |= firsts
        width *= 4
    return _nearest(alike, kept, ranks(compared.order))


def _unswept(bands: Iterable[Buckets], waits: Mask, width: int, run: Runner) -> Mask:
    """Mark of the kept blocks that wait those to sweep next: in each of their buckets they are of the first `width`.

    Those behind them are likely to be dropped meanwhile.  The earliest of all that wait is always marked.
    """
    firsts, behind = np.zeros_like(waits), np.zeros_like(waits)
    for waiting, later in run(partial(_waiting, found, waits, width) for found in bands):
        firsts[waiting] = True
        behind[later] = True
    return firsts & ~behind


def _waiting(found: Buckets, waits: Mask, width: int) -> tuple[U32, U32]:
    """Give the members of buckets that wait, and of these the ones behind the first `width` of their bucket."""
    waiting = waits[found.members]
    running = np.cumsum(waiting, dtype=np.uint32)
    before: U32 = np.repeat((running - waiting)[found.edges[:-1]], np.diff(found.edges))
    return found.members[waiting], found.members[waiting & (running - before > width)]


def _kept(order: I64, alike: Pairs) -> Mask:
    """Select the first: walk the pairs by later block; what was dropped drops nobody."""
    kept = bytearray(b"\1") * len(order)
    walk = np.argsort(ranks(order)[alike.later], kind="stable")
    for at in range(0, len(walk), _PAIRS_AT_ONCE):
        turn = walk[at : at + _PAIRS_AT_ONCE]
        for earlier, later in zip(alike.earlier[turn].tolist(), alike.later[turn].tolist(), strict=True):
            if kept[earlier]:
                kept[later] = 0
    return np.frombuffer(kept, np.bool_)


def _nearest(alike: Pairs, kept: Mask, rank: I64) -> Duplicates:
    """Give each dropped block the most alike of its kept neighbours, of equals the earliest."""
    lawful = kept[alike.earlier]
    earlier, later, likeness = alike.earlier[lawful], alike.later[lawful], alike.likeness[lawful]
    order = np.lexsort((rank[earlier], -likeness, later))
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
