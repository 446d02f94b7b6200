"""A linear lexicon of hashed words and pairs of words, which gives each block one score."""

import base64

import numpy as np
from numpy.typing import NDArray

from etl.array_types import I64
from etl.rules.classifier.text import WORD, Text, Tokens, mix, sum_units

# Tokens of a block that are used; its last token is always used.
MAX_TOKENS = 48
# Tokens.  A block of at most so many is a term as a whole.
MAX_LABEL_TOKENS = 8
# Bits of a hash that choose the weight of a term.
BITS = 16
# Full stops of Burmese and Khmer.  Each letter of these scripts is a token, and training pages have them in menus:
# sentences would have the weights of menus.
_UNTAUGHT_STOPS = [ord(mark) for mark in "။។៕"]
# A score is this factor times the sum of weights, divided by the square root of the number of terms.
SCALE = 16

_PAIR, _FIRST, _LAST, _WHOLE, _STEM, _END, _SIZE = (np.uint64(2 * n + 0x5851F42D4C957F2D) for n in range(7))
# Units.  Longer blocks all have the same size.
_SIZES = np.array([1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40]) * WORD


def terms(text: Text, tokens: Tokens) -> tuple[I64, I64]:
    """Return the bucket and the block of every term.

    Words, pairs, how words begin, the first and the last word, a short block as a whole, its last character, its size.
    """
    hashes, blocks, places = tokens.hashes, tokens.blocks, tokens.places
    counts = tokens.counts[blocks]
    near = places < MAX_TOKENS
    follows = near & (places > 0)
    previous = np.where(places > 0, np.concatenate((hashes[:1], hashes[:-1])), np.uint64(0))
    pairs = mix(previous * _PAIR + hashes)
    first, last = places == 0, places == counts - 1
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(pairs, dtype=np.uint64)))
    ends = np.cumsum(tokens.counts)
    whole = sums[ends] - sums[ends - tokens.counts]
    short = np.flatnonzero((tokens.counts > 0) & (tokens.counts <= MAX_LABEL_TOKENS))
    every = np.arange(len(tokens.counts))
    stemmed = near & (tokens.stems != hashes)
    sizes = np.searchsorted(_SIZES, sum_units(text)).astype(np.uint64)
    final = np.where(text.ends > text.starts, text.folded[np.maximum(text.ends - 1, 0)], np.uint64(0))
    found = (
        (hashes[near], blocks[near]),
        (pairs[follows], blocks[follows]),
        (mix(hashes[first] * _FIRST), blocks[first]),
        (mix(hashes[last] * _LAST), blocks[last]),
        (mix(whole[short] * _WHOLE), short),
        (mix(tokens.stems[stemmed] * _STEM), blocks[stemmed]),
        (mix(final * _END), every),
        (mix((sizes + np.uint64(1)) * _SIZE), every),
    )
    buckets = np.concatenate([one for one, _ in found]) >> np.uint64(64 - BITS)
    return buckets.astype(np.int64), np.concatenate([one for _, one in found])


def score_terms(weights: NDArray[np.int8], text: Text, tokens: Tokens) -> I64:
    """Return the score of each block, above zero for furniture; 0 for one without terms or with an untaught stop."""
    buckets, blocks = terms(text, tokens)
    size = len(tokens.counts)
    sums = np.bincount(blocks, weights=weights[buckets], minlength=size)
    counts = np.bincount(blocks, minlength=size)
    sums[np.isin(text.codes[np.maximum(text.ends - 1, 0)], _UNTAUGHT_STOPS) & (text.ends > text.starts)] = 0
    return np.floor(SCALE * sums / np.sqrt(np.maximum(counts, 1))).astype(np.int64)


def unpack(packed: str) -> NDArray[np.int8]:
    """Return the weights of a model, which are stored in base64 as one signed byte per bucket."""
    return np.frombuffer(base64.b64decode(packed), dtype=np.int8)


def pack(weights: NDArray[np.int8]) -> str:
    """Return weights in the form in which a model stores them."""
    return base64.b64encode(weights.tobytes()).decode("ascii")
