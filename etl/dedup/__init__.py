"""Find the blocks that say again what an earlier kept block said: exact, and the same for any batches.

    fingerprint -> join -> duplicates -> same_articles; `seen` puts blocks of earlier runs before those of today

words, shingle, sign, prints         texts -> shingles, signatures, band keys: the fingerprints
bucket, candidates, crowd, pair      blocks that share a key -> candidate pairs, the hopeless left out -> pairs
facts, exchange                      figures, months, names: does a pair state the same?
select, articles                     which blocks, and which whole articles, go as copies of which
seen                                 the same among blocks of earlier runs
ragged                               rows of unequal length in one array

Banding only proposes; every figure is an exact Jaccard on shingle sets.  Nothing here removes a block.
"""

from etl.dedup.articles import SameArticle, same_articles
from etl.dedup.prints import USUAL, Fingerprints, Likeness, Part, fingerprint, join
from etl.dedup.select import Duplicates, duplicates
from etl.dedup.sign import bands_and_rows, signatures

__all__ = [
    "USUAL",
    "Duplicates",
    "Fingerprints",
    "Likeness",
    "Part",
    "SameArticle",
    "bands_and_rows",
    "duplicates",
    "fingerprint",
    "join",
    "same_articles",
    "signatures",
]
