"""Texts -> fingerprints.

tokens       texts -> tokens: folded to bytes and hashed
datelines    the tokens of a dateline at the beginning of a text
shingles     tokens -> shingle sets
minhash      shingle sets -> signatures -> band keys
terms        tokens -> figures and terms: what a text states
table        all of these, one row a block
"""

from etl.dedup.fingerprint.minhash import bands_and_rows, signatures
from etl.dedup.fingerprint.table import Fingerprints, fingerprint, join, may_repeat

__all__ = ["Fingerprints", "bands_and_rows", "fingerprint", "join", "may_repeat", "signatures"]
