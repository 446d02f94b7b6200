"""Records -> bytes: JSONL, plain or compressed, written whole or not at all."""

import gzip
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING, cast

import msgspec

from etl.errors import UsageError, of_system

if TYPE_CHECKING:
    import pyarrow as pa

_encode = msgspec.json.Encoder().encode

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""The endings of a file that can be written."""

TEMPORARY = f".{'[0-9a-f]' * 16}.tmp"
"""The pattern of a file that is being written: what a killed process had begun has such a name."""


# What JSON may hold as it is, and what ends a line all the same for `str.splitlines` of Python and for JavaScript.
_LINE_ENDS = ((b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"), (b"\xc2\x85", b"\\u0085"))


def to_lines(records: Iterable[object]) -> bytes:
    """Return records as JSON lines."""
    return b"".join(_line(record) for record in records)


def _line(record: object) -> bytes:
    line = _encode(record)
    for end, escape in _LINE_ENDS:
        if end in line:
            line = line.replace(end, escape)
    return line + b"\n"


@contextmanager
def line_writer(path: Path, suffix: str = "") -> Iterator[Callable[[Iterable[object]], None]]:
    """Yield a function that writes records as JSON lines to a file, compressed as the suffix (or its name) says."""
    with _compressing(path, suffix or path.suffix) as file:

        def write(records: Iterable[object]) -> None:
            for record in records:
                file.write(_line(record))

        yield write


def copy_files(target: Path, parts: Iterable[Path]) -> None:
    """Copy files one after the other into one.  So may compressed parts: gzip members in a row are a gzip file."""
    with naming(target), target.open("wb") as file:
        for part in parts:
            with part.open("rb") as lines:
                shutil.copyfileobj(lines, file)
        file.flush()
        os.fsync(file.fileno())


def arrow_file(path: Path, mode: str = "rb") -> "pa.OSFile":
    """Open a file for Arrow, which would take a `~` in a path for the home folder, and refuse what is not UTF-8."""
    import pyarrow as pa

    return pa.OSFile(os.fsencode(path), mode)


def temporary_beside(target: Path) -> Path:
    """Return a path that nothing has yet, in the folder of the target.  It fits TEMPORARY."""
    return target.with_name(f".{token_hex(8)}.tmp")


@contextmanager
def atomic(target: Path, check: Callable[[], None] | None = None, *, sync: bool = True) -> Iterator[Path]:
    """Yield a temporary path that becomes the target if all goes well: written, synced (or not), renamed.

    `check` raises if what stands at the target may not be replaced.  It is asked at the start, and again at the end:
    a file may appear meanwhile.

    Its name cannot be guessed, and it is made anew: a link that waits under it is not followed.  Raises MachineError if
    the disk is full or fails, and UsageError if the target is a device, a pipe, a folder or a link: to put a file into
    the place of `/dev/null` would break the machine.
    """
    temporary = temporary_beside(target)
    with naming(target):
        if check:
            check()
        check_regular(target)
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            yield temporary
            if sync:
                fsync(temporary)
            if check:
                check()
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def fsync(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder."""
    if path.is_dir() and os.name == "nt":  # Windows opens no folder, and needs not
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def in_order(part: Path) -> tuple[int, str]:
    """Return a key by which parts stand in the order of their numbers, also beyond 99,999.

    >>> sorted(map(Path, ["part-100000.jsonl", "part-00002.jsonl"]), key=in_order)[0].name
    'part-00002.jsonl'
    """
    return len(part.name), part.name


def check_regular(target: Path) -> None:
    """Refuse what is there and is no regular file, a link included.  Raises UsageError, and OSError."""
    if os.path.lexists(target) and not stat.S_ISREG(target.lstat().st_mode):
        raise UsageError(str(target), "is not a regular file", "Name a file, or leave the name out to print.")


@contextmanager
def naming(target: Path) -> Iterator[None]:
    """Turn an error of the system into a CopydeskError that names what was being written."""
    try:
        yield
    except OSError as error:
        raise of_system(str(target), error) from error


@contextmanager
def _gzip(path: Path) -> Iterator[IO[bytes]]:
    # No name and no time in the header: the same articles give the same bytes.
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        yield cast(IO[bytes], packed)  # a GzipFile is written to like any file of bytes


@contextmanager
def _zstd(path: Path) -> Iterator[IO[bytes]]:
    import zstandard

    with path.open("wb") as file, zstandard.ZstdCompressor(3).stream_writer(file) as packed:
        yield cast(IO[bytes], packed)  # so is zstandard's writer


_COMPRESSORS: dict[str, Callable[[Path], AbstractContextManager[IO[bytes]]]] = {".gz": _gzip, ".zst": _zstd}


def _compressing(path: Path, suffix: str) -> AbstractContextManager[IO[bytes]]:
    compress = _COMPRESSORS.get(f".{suffix.rpartition('.')[2]}")
    return compress(path) if compress else path.open("wb")
