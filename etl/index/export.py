"""An index -> its blocks with their signatures, for other tools."""

from collections.abc import Iterator
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.errors import UsageError
from etl.index.manifest import read_manifest, verified_manifest
from etl.index.parts import open_table, places_of

if TYPE_CHECKING:
    import pyarrow as pa

    from etl.array_types import I64, U32


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


def read_kept(folder: Path) -> "Iterator[tuple[list[str], U32, I64]]":
    """Yield the blocks that remain, some at a time: their names, their shingles, and how many each has.

    Raises UsageError if another process changes the index meanwhile, and removes files.
    """
    from etl.dedup.selection.history import REMAINING
    from etl.dedup.store import kept_in_of, list_sizes, list_values

    manifest = read_manifest(str(folder))
    for part in manifest.parts:
        try:
            file = open_table(folder, part, "blocks", manifest.bands)
            named = open_table(folder, part, "articles", manifest.bands)
            articles = named.read(["number", "name"])
        except UsageError:
            if read_manifest(str(folder)) != manifest:
                raise UsageError(str(folder), "was changed by another process", "Run the same command again.") from None
            raise
        remain = kept_in_of(file.read(["kept_in"])) & REMAINING != 0
        for blocks in file.of(remain, ["article", "suffix", "shingles"]):
            yield (
                _block_names(blocks, articles, named.path),
                list_values(blocks["shingles"]),
                list_sizes(blocks["shingles"]),
            )


def _block_names(blocks: "pa.Table", articles: "pa.Table", path: Path) -> list[str]:
    """Return the names of blocks: that of the article and the block's suffix."""
    import pyarrow as pa

    names = articles["name"].take(pa.array(places_of(blocks, articles, path))).to_pylist()
    return list(map(add, names, blocks["suffix"].to_pylist()))
