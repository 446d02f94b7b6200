"""The words of blocks that other blocks lack."""

from functools import partial

import numpy as np

from etl.array_types import I64, U64
from etl.dedup.arrays import Ragged, ranges, turns, without_repeats
from etl.dedup.pairs.buckets import Runner, one_by_one

_HALF = np.uint64(32)
# A limit of memory: tokens of the blocks that are compared at a time.
_TOKENS_AT_ONCE = 1 << 18


def residues(tokens: Ragged, blocks: I64, keepers: I64, run: Runner = one_by_one) -> tuple[I64, I64]:
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
