"""Checksums of the files of an index: what a disk or a copy has damaged is named before it decides what is kept."""

import zlib
from collections.abc import Iterable
from pathlib import Path

from etl.errors import UsageError

# Bytes that are read at once.
BLOCK_BYTES = 1 << 20

WAY_OUT = "Put the file back from a copy, or begin another index."


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file, at some GB a second: it finds damage, not malice."""
    found = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            found = zlib.crc32(block, found)
    return found


def check_files(folder: str, expected: Iterable[tuple[str, int]]) -> None:
    """Raise UsageError, which names the file, if a file of a folder is missing or has another checksum."""
    for name, known in expected:
        path = Path(folder) / name
        if not path.exists():
            raise UsageError(str(path), "cannot be read: the manifest names it, but it does not exist", WAY_OUT)
        if checksum(path) != known:
            raise UsageError(str(path), "cannot be read: its checksum is not that of the manifest", WAY_OUT)
