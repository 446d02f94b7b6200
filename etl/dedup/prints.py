"""Texts -> fingerprints: all that pairing needs to know of a block, as plain arrays that can be saved and joined."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from etl.dedup.shingle import U32, Shingles, shingle
from etl.dedup.sign import band_keys, bands_and_rows, signatures
from etl.dedup.words import U64, fold, split

# Half a million characters a batch: its arrays stay in the cache, and memory does not grow with the texts.
_CHARACTERS_PER_BATCH = 1 << 19


class Likeness(Struct, frozen=True, gc=False):
    """What counts as a duplicate.

    `threshold` is the least Jaccard.  `numbers="same"`: figures are facts; blocks whose figures differ are no copies.
    `across=False` compares only within one article.  Texts under `short_words` words are compared whole, folded, and
    only within one article: a subhead or a quote may stand in many.
    """

    shingles: Shingles = "w3"
    threshold: float = 0.7
    numbers: Literal["same", "any"] = "same"
    across: bool = True
    short_words: int = 10


USUAL = Likeness()


class Fingerprints(Struct, frozen=True, gc=False):
    """Arrays over texts in reading order (last axis), except `shingles`: the sets, one after the other.

    `sizes` are shingles a set, `keys` 32-bit band keys (bands x texts), `whole` the 128-bit hash of the folded text
    (2 x texts), `numbers` the hash of its figures, `words` its words.
    """

    shingles: U32
    sizes: NDArray[np.int32]
    keys: U32
    whole: U64
    numbers: U64
    words: NDArray[np.int32]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, for `numpy.savez`."""
        return structs.asdict(self)


def fingerprint(texts: Sequence[str], likeness: Likeness = USUAL) -> Fingerprints:
    """Take the fingerprints of texts.  Those of a text are the same in any batch.

    >>> prints = fingerprint(["The rally drew 100,000 people to the square in Minsk on Sunday.", "Minsk"])
    >>> prints.words.tolist(), prints.sizes.tolist()
    ([13, 1], [11, 0])
    """
    bands, rows = bands_and_rows(likeness.threshold)
    batches = [_fingerprint(batch, likeness, bands, rows) for batch in _batches(texts)]
    return join([batch.arrays() for batch in batches])


def join(parts: Sequence[Mapping[str, NDArray[Any]]]) -> Fingerprints:
    """Join the arrays of fingerprints, one part or more, taken with one likeness, in reading order.

    A part may be an open .npz: each array is read when its turn comes, so that memory holds only one of them twice.
    """
    names = Fingerprints.__struct_fields__
    return Fingerprints(**{name: np.concatenate([part[name] for part in parts], axis=-1) for name in names})


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut texts into batches; there is always one, if empty, for the shape of its arrays."""
    start = characters = 0
    for end, text in enumerate(texts):
        characters += len(text)
        if characters > _CHARACTERS_PER_BATCH:
            yield texts[start : end + 1]
            start, characters = end + 1, 0
    yield texts[start:]


def _fingerprint(texts: Sequence[str], likeness: Likeness, bands: int, rows: int) -> Fingerprints:
    folded = fold(texts)
    words = split(folded)
    shingles, sizes = shingle(folded, words, likeness.shingles, likeness.short_words)
    keys = band_keys(signatures(shingles, sizes), bands, rows)
    counts = words.counts.astype(np.int32)
    return Fingerprints(shingles, sizes.astype(np.int32), keys, words.whole, words.numbers, counts)
