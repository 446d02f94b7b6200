"""Records -> bytes: JSONL, plain or compressed; files are written completely or not at all."""

import gzip
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING, cast

import msgspec

from etl.errors import UsageError, of_system

if TYPE_CHECKING:
    import pyarrow as pa

_encode_lines = msgspec.json.Encoder().encode_lines

# Records that are encoded and written together.
RECORDS_AT_ONCE = 256

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""The endings of files that can be written."""

TEMPORARY = f".{'[0-9a-f]' * 16}.tmp"
"""The pattern of names of files that are being written.  A killed process may leave such a file."""


# Characters that JSON allows, but that end a line for Python's `str.splitlines` and for JavaScript.
_LINE_ENDS = ((b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"), (b"\xc2\x85", b"\\u0085"))


def to_lines(records: Iterable[object]) -> bytes:
    """Return records as JSON lines."""
    lines = _encode_lines(records)
    for end, escape in _LINE_ENDS:
        if end in lines:
            lines = lines.replace(end, escape)
    return lines


def indented_json(record: object) -> bytes:
    """Return a record as JSON over many lines, for people to read."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


@contextmanager
def line_writer(path: Path, suffix: str = "") -> Iterator[Callable[[Iterable[object]], None]]:
    """Yield a function that writes records as JSON lines to a file, compressed as the suffix (or its name) says."""
    with _compressing(path, suffix or path.suffix) as file:

        def write(records: Iterable[object]) -> None:
            following = iter(records)
            while some := list(islice(following, RECORDS_AT_ONCE)):
                file.write(to_lines(some))

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


@contextmanager
def atomic(target: Path, check: Callable[[], None] | None = None, *, sync: bool = True) -> Iterator[Path]:
    """Yield a temporary path that becomes the target if no error is raised: written, synced (or not), renamed.

    `check` raises an error if the target must not be replaced.  It is called at the start and again at the end, because
    a file may appear meanwhile.  The temporary name cannot be guessed, and the file is always new, so no prepared link
    is followed.  Raises MachineError if the disk is full or fails, and UsageError if the target is a device, a pipe, a
    folder or a link: to put a file into the place of `/dev/null` would break the machine.
    """
    temporary = target.with_name(f".{token_hex(8)}.tmp")  # as TEMPORARY says
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
    """Raise UsageError for an existing path that is not a regular file, such as a link.  Raises OSError."""
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
        yield cast(IO[bytes], packed)  # GzipFile has the interface of a binary file


@contextmanager
def _zstd(path: Path) -> Iterator[IO[bytes]]:
    import zstandard

    with path.open("wb") as file, zstandard.ZstdCompressor(3).stream_writer(file) as packed:
        yield cast(IO[bytes], packed)  # so has zstandard's writer


_COMPRESSORS: dict[str, Callable[[Path], AbstractContextManager[IO[bytes]]]] = {".gz": _gzip, ".zst": _zstd}


def _compressing(path: Path, suffix: str) -> AbstractContextManager[IO[bytes]]:
    compress = _COMPRESSORS.get(f".{suffix.rpartition('.')[2]}")
    return compress(path) if compress else path.open("wb")
