"""Texts -> fingerprints: one row per block, with all data for later steps."""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from etl.array_types import I32, I64, U32, U64
from etl.dedup.arrays import Column, turns
from etl.dedup.fingerprint.datelines import datelines
from etl.dedup.fingerprint.minhash import band_keys, bands_and_rows, signatures
from etl.dedup.fingerprint.shingles import shingle
from etl.dedup.fingerprint.terms import currencies, facts, no_facts
from etl.dedup.fingerprint.tokens import fold, text_hashes, tokenize
from etl.dedup.settings import DEFAULT_SETTINGS, DedupSettings

# A quarter of a million characters a batch: the arrays of two processes stay in the cache that they share, and memory
# does not grow with the texts.
_CHARACTERS_PER_BATCH = 1 << 18
# More than the rounding error of single floats for small whole numbers.
_ROUNDING = 1e-4


class Fingerprints(Struct, frozen=True, gc=False):
    """Columns over blocks in reading order (last axis); those of lists hold the list of one block after the other.

    text_hashes      128 bits (2 x blocks), equal for texts of the same tokens and currency signs in the same order
    band_keys        32-bit keys (bands x blocks): similar blocks share one
    figures_hashes   64 bits, equal for texts of the same figures in the same order; 0 where facts do not count
    dateline_days    the day of a block's dateline, as 31 times the month and the day; 0 where it has none
    word_counts      tokens of each block: the length of its list in `tokens`
    shingle_counts   distinct shingles of each block: the length of its list in `shingles`
    term_counts      the length of its list in `terms`
    tokens           32-bit hashes of its words, in order
    shingles         32-bit hashes, sorted
    terms            what it states beside figures (`etl.dedup.fingerprint.terms`); none where facts do not count
    """

    text_hashes: U64
    band_keys: Iterable[U32]
    figures_hashes: U64
    dateline_days: I32
    word_counts: I32
    shingle_counts: I32
    term_counts: I32
    tokens: Column
    shingles: Column
    terms: Column


def fingerprint(texts: Sequence[str], settings: DedupSettings = DEFAULT_SETTINGS) -> Fingerprints:
    """Return the fingerprints of texts.  Those of a text are the same in any batch.

    >>> prints = fingerprint(["The rally drew 100,000 people to the square in Minsk on Sunday.", "Minsk"])
    >>> prints.word_counts.tolist(), prints.shingle_counts.tolist()
    ([13, 1], [11, 0])
    """
    sizes = np.array([len(text) for text in texts], np.int64)
    batches = turns(sizes, _CHARACTERS_PER_BATCH) if len(texts) else [slice(0)]
    return join([_fingerprint(texts[batch], settings) for batch in batches])


def may_repeat(texts: Sequence[str], settings: DedupSettings) -> bool:
    """Return true if two texts have the same tokens or are similar.  This takes half the time of fingerprints.

    Use it for a few texts, because all pairs are compared.
    """
    folded = fold(texts)
    tokens = tokenize(folded)
    hashes = text_hashes(tokens)[0]
    shingles, sizes = shingle(folded, tokens, hashes, settings.shingles, settings.short_words)
    return len(np.unique(hashes)) < len(hashes) or _are_any_similar(shingles, sizes, settings.threshold)


def _are_any_similar(shingles: U32, sizes: I64, threshold: float) -> bool:
    """Return true if two of the sets have this Jaccard similarity."""
    order = np.argsort(shingles, kind="stable")
    is_new = np.diff(shingles[order], prepend=shingles[order[:1]]) != 0
    number = np.cumsum(is_new)
    repeats = np.bincount(number)[number] > 1
    if not repeats.any():
        return False
    columns = np.unique(number[repeats], return_inverse=True)[1]
    has = np.zeros((len(sizes), int(columns.max()) + 1), np.float32)
    has[np.repeat(np.arange(len(sizes)), sizes)[order][repeats], columns] = 1
    shared = np.triu(has @ has.T, 1)
    # Jaccard is shared / (sum - shared).  A pair on the threshold is similar, however the figures are rounded.
    return bool((shared * (1 + threshold) >= (threshold - _ROUNDING) * (sizes[:, None] + sizes))[shared > 0].any())


def join(parts: Sequence[Fingerprints]) -> Fingerprints:
    """Return the fingerprints of the blocks of one part or more, taken with the same settings, in reading order."""
    if len(parts) == 1:
        return parts[0]
    columns = {name: [getattr(part, name) for part in parts] for name in Fingerprints.__struct_fields__}
    return Fingerprints(**{name: np.concatenate(arrays, axis=-1) for name, arrays in columns.items()})


def _fingerprint(texts: Sequence[str], settings: DedupSettings) -> Fingerprints:
    bands, rows = bands_and_rows(settings.threshold)
    folded = fold(texts)
    tokens = tokenize(folded)
    counts, hashes = tokens.counts, text_hashes(tokens)
    shingles, sizes = shingle(folded, tokens, hashes[0], settings.shingles, settings.short_words)
    keys = band_keys(signatures(shingles, sizes, bands * rows), bands, rows)
    is_stated = settings.numbers == "same"
    stated = facts(folded, tokens, datelines(texts, counts)) if is_stated else no_facts(len(texts))
    signs = currencies(texts) if is_stated else np.zeros(len(texts), np.uint64)
    return Fingerprints(
        text_hashes=hashes + signs,
        band_keys=keys,
        figures_hashes=stated.figures_hashes + signs,
        dateline_days=stated.dateline_days,
        word_counts=counts.astype(np.int32),
        shingle_counts=sizes.astype(np.int32),
        term_counts=stated.term_counts,
        tokens=tokens.hashes.astype(np.uint32),
        shingles=shingles,
        terms=stated.terms,
    )
