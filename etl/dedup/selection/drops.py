"""What was selected -> the blocks to drop, each with what keeps it and its residue: the words that the keeper lacks."""

import numpy as np
from msgspec import Struct

from etl.dedup.arrays import F64, I64, U64, Mask, Ragged, distinct, ragged, ranges, turns
from etl.dedup.selection.duplicates import Duplicates
from etl.dedup.selection.history import Blocks, Selected

_HALF = np.uint64(32)
# Bounds what is in memory at a time: tokens of the blocks compared.
_TOKENS_AT_ONCE = 1 << 18
_NONE = np.zeros(0, np.int64)


class Drops(Struct, frozen=True, gc=False):
    """Blocks to drop, ascending, those of articles to drop whole among them.

    `keeper` is the block that keeps another or, where `is_whole`, the article that keeps its article; `similarity` is
    the exact Jaccard of the two or, of a whole article, the ratio of its words that are copies.  `residue` lists which
    words of each block (by place) its keeper lacks, `residue_counts` of them, block after block.
    """

    blocks: I64
    keeper: I64
    is_whole: Mask
    similarity: F64
    residue_counts: I64
    residue: I64


def drops_of(blocks: Blocks, selected: Selected, start: int = 0) -> Drops:
    """Return the blocks from `start` on to drop."""
    articles, found = blocks.articles, _since(selected.blocks, start)
    dropped = np.array([each.article for each in selected.articles], np.int64)
    keepers = np.array([each.keeper for each in selected.articles], np.int64)
    ratios = np.array([each.copied_ratio for each in selected.articles])
    first, end = (np.searchsorted(articles, dropped, side) for side in ("left", "right"))
    of_whole, sizes = ranges(first, end - first), end - first
    block = np.concatenate([found.index, of_whole])
    order = np.argsort(block, kind="stable")
    keeper = np.concatenate([found.keeper, np.repeat(keepers, sizes)])[order]
    similarity = np.concatenate([found.similarity, np.repeat(ratios, sizes)])[order]
    is_whole = (np.arange(len(block)) >= len(found.index))[order]
    counts, residue = _residues(blocks, Drops(block[order], keeper, is_whole, similarity, _NONE, _NONE))
    return Drops(block[order], keeper, is_whole, similarity, counts, residue)


def _since(found: Duplicates, start: int) -> Duplicates:
    some = found.index >= start
    return Duplicates(found.index[some], found.keeper[some], found.similarity[some])


def _residues(blocks: Blocks, drops: Drops) -> tuple[I64, I64]:
    """Return how many words of each dropped block its keeper lacks, and their places in the block."""
    tokens = ragged(blocks.prints.tokens, blocks.prints.word_counts)
    first, end = (np.searchsorted(blocks.articles, drops.keeper, side) for side in ("left", "right"))
    starts, sizes = np.where(drops.is_whole, first, drops.keeper), np.where(drops.is_whole, end - first, 1)
    # Blocks of one set of shingles have the same words.
    near = np.flatnonzero(drops.is_whole | (drops.similarity < 1))
    running = np.append(0, np.cumsum(tokens.sizes))
    weights = tokens.sizes[drops.blocks[near]] + running[(starts + sizes)[near]] - running[starts[near]]
    counts, places = np.zeros(len(drops.blocks), np.int64), [_NONE]
    for turn in turns(weights, _TOKENS_AT_ONCE):
        some = near[turn]
        is_lost = _are_lacking(tokens, drops.blocks[some], starts[some], sizes[some])
        own = tokens.sizes[drops.blocks[some]]
        counts[some] = np.bincount(np.repeat(np.arange(len(some)), own)[is_lost], minlength=len(some))
        places.append(ranges(np.zeros_like(own), own)[is_lost])
    return counts, np.concatenate(places)


def _are_lacking(tokens: Ragged, blocks: I64, starts: I64, sizes: I64) -> Mask:
    """Mark the tokens of blocks that are not among those of their keepers: so many blocks from each start on."""
    owners = np.arange(len(blocks))
    own = _packed(owners, tokens, blocks)
    kept = distinct(_packed(np.repeat(owners, sizes), tokens, ranges(starts, sizes)))
    if not len(kept):
        return np.ones(len(own), np.bool_)
    lacking: Mask = kept[np.minimum(np.searchsorted(kept, own), len(kept) - 1)] != own
    return lacking


def _packed(owners: I64, tokens: Ragged, blocks: I64) -> U64:
    """Return the tokens of blocks, each with the number of its drop in the upper half."""
    packed: U64 = np.repeat(owners.astype(np.uint64) << _HALF, tokens.sizes[blocks]) | tokens.of(blocks)
    return packed
