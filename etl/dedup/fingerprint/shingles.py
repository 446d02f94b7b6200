"""Tokens -> shingle sets: each text's distinct 32-bit shingle hashes, sorted, text after text."""

from collections.abc import Callable

import numpy as np

from etl.array_types import I64, U32, U64, Mask
from etl.dedup.arrays import distinct, mixed
from etl.dedup.fingerprint.tokens import Folded, Tokens
from etl.dedup.settings import Shingles

_HALF = np.uint64(32)
_STEP, _LAST = np.uint64(0xA0761D6478BD642F), np.uint64(0x9E3779B97F4A7C15)


def shingle(folded: Folded, tokens: Tokens, whole: U64, kind: Shingles, short_words: int) -> tuple[U32, I64]:
    """Return the shingle sets of a batch and the size of each; none for a text of fewer than `short_words` tokens.

    A text with fewer units than a shingle is one shingle, with its hash in `whole`. datasketch takes 32 bits.  The
    probability that two shingles of a pair of 100-word texts have the same hash is one in 200,000.
    """
    split, width = _UNITS[kind]
    units, counts = split(folded, tokens)
    wanted = tokens.counts >= max(short_words, 1)
    runs = _runs(units, width) >> _HALF
    owners = np.repeat(np.arange(len(counts)), np.where(wanted, np.maximum(counts - width + 1, 0), 0))
    tiny = np.flatnonzero(wanted & (counts < width))
    hashes = np.concatenate([runs[_is_start(counts, wanted, width)[: len(runs)]], whole[tiny] >> _HALF])
    return _sets(np.concatenate([owners, tiny]), hashes, len(counts))


def _word_units(folded: Folded, tokens: Tokens) -> tuple[U64, I64]:
    return tokens.hashes, tokens.counts


def _character_units(folded: Folded, tokens: Tokens) -> tuple[U64, I64]:
    """Return the characters of the tokens, with single spaces between tokens."""
    spaced = [b" ".join(piece.split()).decode() for piece in folded.texts]
    points = np.frombuffer("".join(spaced).encode("utf-32-le"), "<u4")
    return mixed(points.astype(np.uint64)), np.array([len(text) for text in spaced], np.int64)


_UNITS: dict[Shingles, tuple[Callable[[Folded, Tokens], tuple[U64, I64]], int]] = {
    "w3": (_word_units, 3),
    "c5": (_character_units, 5),
}


def _runs(units: U64, width: int) -> U64:
    """Return the hash of every run of `width` units, with runs across two texts."""
    if len(units) < width:
        return np.zeros(0, np.uint64)
    end = len(units) - width + 1
    runs = units[:end] * _STEP
    for place in range(1, width - 1):
        runs += units[place : place + end]
        runs *= _STEP
    runs += units[width - 1 :]
    runs *= _LAST
    return runs


def _is_start(counts: I64, wanted: Mask, width: int) -> Mask:
    """Mark the units where a run begins that stays within its text."""
    starts = np.repeat(wanted, counts)
    ends = np.cumsum(counts)[counts > 0]
    for place in range(1, width):
        starts[np.maximum(ends - place, 0)] = False
    return starts


def _sets(owners: I64, hashes: U64, texts: int) -> tuple[U32, I64]:
    """Sort the shingles of each text and leave out those that occur twice."""
    packed = distinct((owners.astype(np.uint64) << _HALF) | hashes)
    return packed.astype(np.uint32), np.bincount((packed >> _HALF).astype(np.int64), minlength=texts)
