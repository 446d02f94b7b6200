"""Selected duplicates -> the blocks to drop, each with its keeper and its residue: the words that the keeper lacks."""

import numpy as np
from msgspec import Struct

from etl.array_types import F64, I64, Mask
from etl.dedup.arrays import ragged, ranges
from etl.dedup.pairs.buckets import Runner, one_by_one
from etl.dedup.selection.articles import are_in, blocks_of
from etl.dedup.selection.history import Blocks, Selected
from etl.dedup.selection.residues import residues


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
    counts[lacks], residue = residues(tokens, block[lacks], own_keepers[lacks], run)
    return Drops(block, keeper, is_whole, similarity, counts, residue)


def _keeper_blocks(blocks: Blocks, selected: Selected) -> I64:
    """Return the keeper of each block among all articles; -1 for none."""
    keepers = np.full(len(blocks.articles), -1)
    keepers[selected.among_all.index] = selected.among_all.keeper
    return keepers
