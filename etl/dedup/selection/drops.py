"""What was selected -> the blocks to drop, each with what keeps it and its residue: the words that the keeper lacks."""

import numpy as np
from msgspec import Struct

from etl.dedup.arrays import F64, I64, U64, Mask, Ragged, mixed, ragged, ranges, turns, without_repeats
from etl.dedup.selection.duplicates import Duplicates
from etl.dedup.selection.history import Blocks, Selected

_HALF = np.uint64(32)
# Bounds what is in memory at a time: tokens of the blocks compared.
_TOKENS_AT_ONCE = 1 << 18


class Drops(Struct, frozen=True, gc=False):
    """Blocks to drop, ascending, those of articles to drop whole among them.

    `keeper` is the block that keeps another or, where `is_whole`, the article that keeps its article; `similarity` is
    the exact Jaccard of the two or, of a whole article, the ratio of its words that are copies.  `residue` lists which
    words of each block (by place) its keeper lacks, `residue_counts` of them, block after block: of a whole article,
    what the most similar kept block lacks, or all words of a block that the other article has in no form.
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
    block = block[order]
    own_keepers = np.where(is_whole, _keeper_blocks(blocks, selected)[block], keeper)
    is_held = np.where(is_whole, _are_in(blocks, block, keeper), similarity == 1)
    counts, residue = _residues(ragged(blocks.prints.tokens, blocks.prints.word_counts), block, own_keepers, is_held)
    return Drops(block, keeper, is_whole, similarity, counts, residue)


def _keeper_blocks(blocks: Blocks, selected: Selected) -> I64:
    """Return the block that keeps each among all articles; -1 for none."""
    keepers = np.full(len(blocks.articles), -1)
    keepers[selected.among_all.index] = selected.among_all.keeper
    return keepers


def _are_in(blocks: Blocks, some: I64, articles: I64) -> Mask:
    """Mark the blocks whose text is one of those of an article."""
    hashes = blocks.prints.text_hashes[0]
    present = mixed(hashes ^ mixed(blocks.articles.astype(np.uint64)))
    found: Mask = np.isin(mixed(hashes[some] ^ mixed(articles.astype(np.uint64))), present)
    return found


def _since(found: Duplicates, start: int) -> Duplicates:
    some = found.index >= start
    return Duplicates(found.index[some], found.keeper[some], found.similarity[some])


def _residues(tokens: Ragged, blocks: I64, keepers: I64, is_held: Mask) -> tuple[I64, I64]:
    """Return how many words of each block its keeper lacks, all where it has none, and their places in the block."""
    sizes = tokens.lengths(blocks)
    counts, places = np.zeros(len(blocks), np.int64), [np.zeros(0, np.int64)]
    near = np.flatnonzero(~is_held)
    for turn in turns(sizes[near] + tokens.lengths(keepers[near]), _TOKENS_AT_ONCE):
        some = near[turn]
        is_lost = _are_lacking(tokens, blocks[some], keepers[some])
        counts[some] = np.bincount(np.repeat(np.arange(len(some)), sizes[some])[is_lost], minlength=len(some))
        places.append(ranges(np.zeros_like(some), sizes[some])[is_lost])
    return counts, np.concatenate(places)


def _are_lacking(tokens: Ragged, blocks: I64, keepers: I64) -> Mask:
    """Mark the tokens of blocks that their keepers lack; a keeper of -1 lacks all."""
    owners = np.arange(len(blocks))
    own, has = _packed(owners, tokens, blocks), keepers >= 0
    kept = without_repeats(np.sort(_packed(owners[has], tokens, keepers[has])))
    if not len(kept):
        return np.ones(len(own), np.bool_)
    lacking: Mask = kept[np.minimum(np.searchsorted(kept, own), len(kept) - 1)] != own
    return lacking


def _packed(owners: I64, tokens: Ragged, blocks: I64) -> U64:
    """Return the tokens of blocks, each with the number of its drop in the upper half."""
    packed: U64 = np.repeat(owners.astype(np.uint64) << _HALF, tokens.lengths(blocks)) | tokens.of(blocks)
    return packed
