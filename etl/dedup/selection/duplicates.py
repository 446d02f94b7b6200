"""Pairs -> duplicates: in order, a block is dropped if and only if an earlier kept block is similar."""

from contextlib import closing
from functools import partial

import numpy as np
from msgspec import Struct

from etl.array_types import F64, I64, U64, Mask
from etl.dedup.arrays import mixed
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.pairs.buckets import IN_MEMORY, ComparisonInput, Resources, by_first_bits, grouped
from etl.dedup.pairs.source import LocalPairs, OpenPairSource, PairSource
from etl.dedup.pairs.verify import Pairs, joined
from etl.dedup.settings import DEFAULT_SETTINGS, DedupSettings

# Pairs that plain Python processes at a time.  A list of all pairs would take 80 bytes per pair.
_PAIRS_AT_ONCE = 1 << 16


class Duplicates(Struct, frozen=True, gc=False):
    """Blocks to drop, ascending, each with its keeper (an earlier kept block) and their exact Jaccard."""

    index: I64
    keeper: I64
    similarity: F64

    def some(self, chosen: Mask | I64) -> "Duplicates":
        """Return some of them."""
        return Duplicates(self.index[chosen], self.keeper[chosen], self.similarity[chosen])


def duplicates(
    prints: Fingerprints,
    articles: I64,
    settings: DedupSettings = DEFAULT_SETTINGS,
    resources: Resources = IN_MEMORY,
    order: I64 | None = None,
) -> Duplicates:
    """Return the duplicates among blocks; `articles` has the article of each block, from 0, ascending.

    Of two similar blocks, the first in `order` is kept.  Without `order`, the order is that of `kept_first`.

    Guarantee: a block is dropped if and only if an earlier kept block with a common band key has a similarity of
    `threshold` or more (and states the same facts).  So every keeper is kept, and no two kept blocks of a bucket are
    similar.  The keeper is the most similar block; of several, the earliest.  An exact copy has the keeper of the block
    that it copies, or that block itself.  Texts without words are never duplicates.
    """
    order = kept_first(prints, articles, settings) if order is None else order
    originals = _originals(prints, articles, settings, order)
    compared = ComparisonInput(prints, _partition_keys(prints, articles, settings), order, settings)
    opened: OpenPairSource = resources.pair_source or partial(LocalPairs, resources=resources)
    # The blocks have no name here, so that their memory is freed when buckets are made.
    with closing(opened(compared, order[(originals[order] == order) & (prints.shingle_counts[order] > 0)])) as source:
        return _with_copies(_near(source, order), originals)


def kept_first(prints: Fingerprints, articles: I64, settings: DedupSettings, prior_blocks: int = 0) -> I64:
    """Return the blocks in the order in which the first of two similar blocks is kept.

    Blocks of prior runs come first.
    """
    if settings.keep == "first":
        return np.arange(len(articles))
    _, places = np.unique(articles, return_inverse=True)
    words = np.bincount(places, prints.word_counts)[places].astype(float)  # without blocks they would be integers
    words[:prior_blocks] = np.inf
    return np.lexsort((articles, -words))


def ranks(order: I64) -> I64:
    """Return the place of each block in an order."""
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank


def _originals(prints: Fingerprints, articles: I64, settings: DedupSettings, order: I64) -> I64:
    """Return the first block with the same folded text for each block.

    A short block needs one close by in its article.
    """
    alone = np.arange(len(articles))
    is_short = prints.word_counts < settings.short_words
    scope = np.where(is_short | (settings.scope != "run"), articles, -1)
    empty = np.flatnonzero(prints.word_counts == 0)
    scope[empty] = -2 - empty
    key = mixed(prints.text_hashes[0] ^ mixed(scope.astype(np.uint64)))
    # Most texts have no equal, so they need no sort of 64 bits.
    upper = (key >> np.uint64(32)).astype(np.uint32)[order]
    order = np.concatenate([order[some][grouped(upper[some])[0]] for some in by_first_bits(upper)])
    order = order[np.argsort(key[order], kind="stable")]
    as_before = np.arange(len(order)) > 0
    for column in (*prints.text_hashes, scope):
        as_before[1:] &= column[order[1:]] == column[order[:-1]]
    first = np.flatnonzero(~as_before)
    originals = alone.copy()
    originals[order] = np.repeat(order[first], np.diff(first, append=len(order)))
    is_far = is_short & (np.abs(alone - originals) > settings.short_reach)
    return np.where(is_far, alone, originals)


def _partition_keys(prints: Fingerprints, articles: I64, settings: DedupSettings) -> U64:
    """Return partition keys of blocks: two blocks with different keys must not be compared.

    If facts do not count, all figures have the hash 0, except for blocks that a history leaves out.
    """
    keys = prints.figures_hashes
    return keys if settings.scope == "run" else keys + mixed(articles.astype(np.uint64) + np.uint64(1))


def _near(source: PairSource, order: I64) -> Duplicates:
    """Select duplicates among blocks without equal texts.

    Only pairs whose earlier block is kept matter, so only these are found: some kept blocks are probes, which are
    compared with the later members of their buckets, and then blocks are selected again, until every kept block has
    been a probe.  So 20,000 blocks like the first one take 20,000 comparisons, not 200 million, and no bucket needs a
    limit that would lose pairs.
    """
    total, width, similar = len(order), source.first_width, joined([])
    kept, probed = np.ones(total, np.bool_), np.zeros(total, np.bool_)
    while (probes := source.next_probes(kept & ~probed, width)).any():
        similar = joined([similar, source.pairs(probes)])
        before, kept = kept, _kept(order, similar)
        probed |= probes
        width *= 4 if _are_many(before & ~kept, before & ~probed) else 64
    return _nearest(similar, kept, ranks(order))


def _are_many(dropped: Mask, waiting: Mask) -> bool:
    """Return true if the last small round dropped so many waiting blocks that another small round is worth its time."""
    return bool(8 * np.count_nonzero(dropped) > np.count_nonzero(waiting))


def _kept(order: I64, similar: Pairs) -> Mask:
    """Mark the kept blocks, with pairs sorted by later block; a dropped block drops no other."""
    kept = bytearray(b"\1") * len(order)
    walk = np.argsort(ranks(order)[similar.later], kind="stable")
    for at in range(0, len(walk), _PAIRS_AT_ONCE):
        turn = walk[at : at + _PAIRS_AT_ONCE]
        for earlier, later in zip(similar.earlier[turn].tolist(), similar.later[turn].tolist(), strict=True):
            if kept[earlier]:
                kept[later] = 0
    return np.frombuffer(kept, np.bool_)


def _nearest(similar: Pairs, kept: Mask, rank: I64) -> Duplicates:
    """Return the most similar kept block for each dropped block; of several, the earliest."""
    is_kept = kept[similar.earlier]
    earlier, later, similarity = similar.earlier[is_kept], similar.later[is_kept], similar.similarity[is_kept]
    order = np.lexsort((rank[earlier], -similarity, later))
    best = order[np.diff(later[order], prepend=-1) > 0]
    return Duplicates(later[best], earlier[best], similarity[best])


def _with_copies(near: Duplicates, originals: I64) -> Duplicates:
    """Add the exact copies.  The keeper of a copy is its original, or the keeper of its original."""
    keeper = originals.copy()
    keeper[near.index] = near.keeper
    similarity = np.ones(len(originals))
    similarity[near.index] = near.similarity
    keeper, similarity = keeper[originals], similarity[originals]
    index = np.flatnonzero(keeper != np.arange(len(keeper)))
    return Duplicates(index, keeper[index], similarity[index])
