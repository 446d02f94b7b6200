"""Texts -> fingerprints: all that pairing needs to know of a block, as plain arrays that can be saved and joined."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from etl.dedup.facts import facts, no_facts
from etl.dedup.ragged import Column
from etl.dedup.shingle import shingle
from etl.dedup.sign import band_keys, bands_and_rows, signatures
from etl.dedup.words import U32, U64, fold, split
from etl.model import Numbers, Shingles

# A quarter of a million characters a batch: the arrays of two processes stay in the cache that they share, and memory
# does not grow with the texts.
_CHARACTERS_PER_BATCH = 1 << 18


class Likeness(Struct, frozen=True, gc=False):
    """What counts as a duplicate.

    `threshold` is the least Jaccard.  `numbers="same"`: figures and names are facts; blocks are no copies if their
    figures, months or weekdays differ, if one has a word, a phrase, or names where the other has others, if one
    says more of a figure ("dlrs", "Canadian dlrs"), or the later one more of somebody (`etl.dedup.exchange`).
    `across=False` compares only within one article.  Texts under `short_words` words are compared whole, folded, and
    only with the `short_reach` texts before them in one article: there a repeat is a caption's credit printed twice;
    farther off it is as often a subhead, a quote or a figure of a table.  `keep="longest"` takes articles by their
    length in words instead of in reading order, so that of two copies the one in the longer article stays.
    """

    shingles: Shingles = "w3"
    threshold: float = 0.7
    numbers: Numbers = "same"
    across: bool = True
    short_words: int = 10
    short_reach: int = 2
    keep: Literal["first", "longest"] = "first"


USUAL = Likeness()


class Fingerprints(Struct, frozen=True, gc=False):
    """Arrays over texts in reading order (last axis), except `shingles` and `terms`: those of one text after the other.

    `sizes` are shingles a set, `keys` 32-bit band keys (bands x texts), `whole` the 128-bit hash of the folded text
    (2 x texts), `words` its words.  `numbers` is the hash of its figures; `terms` are its other words of weight
    (see `etl.dedup.facts`), `termed` how many it has; all are empty where facts do not count.
    """

    shingles: Column
    sizes: NDArray[np.int32]
    keys: Iterable[U32]
    whole: U64
    words: NDArray[np.int32]
    numbers: U64
    terms: Column
    termed: NDArray[np.int32]

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


class Part(Protocol):
    """Arrays by name: a dict, an open .npz."""

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """Give an array."""
        ...


def join(parts: Sequence[Part]) -> Fingerprints:
    """Join the arrays of fingerprints, one part or more, taken with one likeness, in reading order.

    A part may be an open .npz: each array is read when its turn comes.  One that its part does not hold is let go as
    soon as it is copied, so that memory never has all of them twice.
    """
    names = Fingerprints.__struct_fields__
    return Fingerprints(**{name: _joined([part[name] for part in parts]) for name in names})


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    size = sum(array.shape[-1] for array in arrays)
    whole, at = np.empty((*arrays[0].shape[:-1], size), arrays[0].dtype), 0
    arrays.reverse()
    while arrays:
        array = arrays.pop()
        whole[..., at : at + array.shape[-1]] = array
        at += array.shape[-1]
    return whole


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
    stated = facts(words) if likeness.numbers == "same" else no_facts(words)
    return Fingerprints(shingles, sizes.astype(np.int32), keys, words.whole, counts, *stated)
