"""Find the blocks that repeat an earlier kept block, with the same result for any batches, memory and processes.

settings      what counts as a duplicate, and what is done about it
fingerprint   texts -> tokens, shingles, MinHash band keys, terms: one row a block
pairs         band keys -> buckets -> candidate pairs -> pairs, by exact Jaccard and the same facts
selection     pairs -> the blocks and the whole articles to drop, each with its keeper; also beside prior runs
schema        the Arrow tables that are spilled, indexed and given to Spark
store         fingerprints <-> these tables
arrays        operations on arrays that all steps use

Bands only give candidates; every similarity is an exact Jaccard of shingle sets.  Nothing here removes a block.
"""

from etl.dedup.settings import DEFAULT_SETTINGS, DedupSettings

__all__ = ["DEFAULT_SETTINGS", "DedupSettings"]
