"""An index -> the signatures of its blocks, for other tools."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from etl.index.manifest import verified_manifest
from etl.index.query import read_kept


class SignedBlock(Struct, frozen=True, gc=False):
    """A block that an index keeps: its name in the audit, and the 128 values of datasketch's MinHash (affine32)."""

    name: str
    signature: list[int]


def signed_blocks(folder: str) -> Iterator[SignedBlock]:
    """Return the blocks that remain, in order.  Raises UsageError if the folder is not an index, or damaged."""
    verified_manifest(folder)
    return _signed(Path(folder))


def _signed(folder: Path) -> Iterator[SignedBlock]:
    from etl.dedup.fingerprint import signatures

    for names, shingles, sizes in read_kept(folder):
        yield from map(SignedBlock, names, signatures(shingles, sizes).T.tolist())
