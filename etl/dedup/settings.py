"""What counts as a duplicate and what is done about it: one type for kernel, pipeline, index and API."""

from typing import Literal

from msgspec import Struct

Scope = Literal["off", "article", "run"]
Unit = Literal["paragraph", "article"]
Shingles = Literal["w3", "c5"]
Numbers = Literal["same", "any"]
Copies = Literal["similar", "lossless"]
Action = Literal["drop", "tag"]
Keep = Literal["first", "longest"]

# Raised whenever the same text and settings give other fingerprints: an index of another version is refused.
FINGERPRINT_VERSION = 6


class DedupSettings(Struct, frozen=True, gc=False):
    """Where duplicates are looked for, what a duplicate is, which one is kept, and what happens to the other.

    scope        "run": all blocks of a run are compared; "article": those of each article; "off": none
    unit         what a record of `copydesk dedup` is
    shingles     "w3": runs of three words; "c5": runs of five characters
    threshold    the lowest Jaccard similarity of a duplicate
    numbers      "same": blocks with different figures, dates (except in datelines) or names are not duplicates
                 (`etl.dedup.pairs.same_facts`)
    copies       "lossless": a block is a duplicate only if all its shingles are among those of its keeper, and an
                 article is dropped whole only if that holds for all of it
    keep         "first": the first of two similar blocks; "longest": the one in the article with more words
    action       "drop": a duplicate is removed; "tag": it stays, and is recorded
    short_words  texts with fewer words are compared as a whole, and only with the `short_reach` texts before them in
                 their article: a repetition nearby is a credit printed twice, one farther away may be a subhead
    """

    scope: Scope = "run"
    unit: Unit = "article"
    shingles: Shingles = "w3"
    threshold: float = 0.7
    numbers: Numbers = "same"
    copies: Copies = "similar"
    keep: Keep = "first"
    action: Action = "drop"
    short_words: int = 10
    short_reach: int = 2


DEFAULT_SETTINGS = DedupSettings()

# Below this similarity, MinHash finds too few of the duplicates.
MIN_THRESHOLD = 0.3

# The settings that all runs of an index must share: with others, what is stored cannot be compared.
INDEX_SETTINGS = ("unit", "shingles", "threshold", "numbers", "copies", "short_words", "short_reach")
