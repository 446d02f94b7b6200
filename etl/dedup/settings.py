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
FINGERPRINT_VERSION = 2


class DedupSettings(Struct, frozen=True, gc=False):
    """How far duplicates are sought, what counts as one, which of two is kept, and whether the other is dropped.

    scope        "run" compares all blocks of a run, "article" those of one article with each other
    unit         what a record of `copydesk dedup` is
    shingles     runs of three words, or of five characters
    threshold    the lowest Jaccard of a duplicate
    numbers      "same": figures and names are facts, and blocks that state different ones are no duplicates
                 (`etl.dedup.pairs.same_facts`)
    copies       "lossless": a block is a duplicate only if all its shingles are among those of its keeper, and an
                 article is dropped whole only if that holds for all of it
    keep         of two similar blocks the first, or that of the article with more words
    short_words  texts with fewer words are compared whole, and only with the `short_reach` texts before them in
                 their article: there a repeat is a credit printed twice, farther off a subhead or a table's figure
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

# The settings that all runs of an index must share: with others, what is stored cannot be compared.
INDEX_SETTINGS = ("unit", "shingles", "threshold", "numbers", "copies", "short_words", "short_reach")
