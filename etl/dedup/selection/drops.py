"""Selected duplicates -> the blocks to drop, each with its keeper and its residue: the words that the keeper lacks."""

from functools import partial

import numpy as np
from msgspec import Struct

from etl.array_types import F64, I64, U64, Mask
from etl.dedup.arrays import Ragged, ragged, ranges, turns, without_repeats
from etl.dedup.pairs.buckets import Runner, one_by_one
from etl.dedup.selection.articles import are_in, blocks_of
from etl.dedup.selection.history import Blocks, Selected

_HALF = np.uint64(32)
# A limit of memory: tokens of the blocks that are compared at a time.
_TOKENS_AT_ONCE = 1 << 18


class Drops(Struct, frozen=True, gc=False):
    """Blocks to drop, ascending, with the blocks of articles that are dropped whole.

    `keeper` is the keeper of a block or, if `is_whole`, the keeper of its article.  `similarity` is the exact Jaccard
    of both blocks or, for a whole article, the share of its copied words.  `residue` lists which words of each block
    (by place) its keeper lacks, `residue_counts` of them, block after block: of a whole article, what the most similar
    kept block lacks, or all words of a block that the other article has in no form.
    """

    blocks: I64
    keeper: I64
    is_whole: Mask
    similarity: F64
    residue_counts: I64
    residue: I64


def drops_of(blocks: Blocks, selected: Selected, start: int = 0, run: Runner = one_by_one) -> Drops:
    """Return the blocks from `start` on to drop."""
    articles, found = blocks.articles, selected.blocks.some(selected.blocks.index >= start)
    whole = selected.articles
    starts, sizes = blocks_of(articles, whole.index)
    of_whole = ranges(starts, sizes)
    block = np.concatenate([found.index, of_whole])
    order = np.argsort(block, kind="stable")
    keeper = np.concatenate([found.keeper, np.repeat(whole.keeper, sizes)])[order]
    similarity = np.concatenate([found.similarity, np.repeat(whole.copied_ratio, sizes)])[order]
    is_whole = (np.arange(len(block)) >= len(found.index))[order]
    block = block[order]
    own_keepers = np.where(is_whole, _keeper_blocks(blocks, selected)[block], keeper)
    is_held = similarity == 1
    is_held[is_whole] = are_in(blocks.prints, articles, block[is_whole], keeper[is_whole])
    tokens, lacks = ragged(blocks.prints.tokens, blocks.prints.word_counts), np.flatnonzero(~is_held)
    counts = np.zeros(len(block), np.int64)
    counts[lacks], residue = _residues(tokens, block[lacks], own_keepers[lacks], run)
    return Drops(block, keeper, is_whole, similarity, counts, residue)


def _keeper_blocks(blocks: Blocks, selected: Selected) -> I64:
    """Return the keeper of each block among all articles; -1 for none."""
    keepers = np.full(len(blocks.articles), -1)
    keepers[selected.among_all.index] = selected.among_all.keeper
    return keepers


def _residues(tokens: Ragged, blocks: I64, keepers: I64, run: Runner) -> tuple[I64, I64]:
    """Return the number of words of each block that its keeper lacks (all without a keeper), and their places."""
    both = turns(tokens.lengths(blocks) + tokens.lengths(keepers), _TOKENS_AT_ONCE)
    found = list(run(partial(_lacking, tokens, blocks[turn], keepers[turn]) for turn in both))
    none = np.zeros(0, np.int64)
    return np.concatenate([none, *(counts for counts, _ in found)]), np.concatenate([none, *(at for _, at in found)])


def _lacking(tokens: Ragged, blocks: I64, keepers: I64) -> tuple[I64, I64]:
    """Count the tokens of each block that its keeper lacks, and return their places.  A keeper of -1 lacks all."""
    owners, sizes = np.arange(len(blocks)), tokens.lengths(blocks)
    own, has = _packed(owners, tokens, blocks), np.argsort(keepers)
    has = has[keepers[has] >= 0]  # in the order of the file, which is faster than random reads
    kept = without_repeats(np.sort(_packed(owners[has], tokens, keepers[has])))
    lacks = np.ones(len(own), np.bool_)
    if len(kept):
        lacks = kept[np.minimum(np.searchsorted(kept, own), len(kept) - 1)] != own
    counts = np.bincount(np.repeat(owners, sizes)[lacks], minlength=len(blocks))
    return counts, ranges(np.zeros_like(sizes), sizes)[lacks]


def _packed(owners: I64, tokens: Ragged, blocks: I64) -> U64:
    """Return the tokens of blocks, each with the number of its drop in the upper half."""
    packed: U64 = np.repeat(owners.astype(np.uint64) << _HALF, tokens.lengths(blocks)) | tokens.of(blocks)
    return packed
