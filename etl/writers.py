"""Records -> bytes: JSONL, plain or compressed, written whole or not at all."""

import gzip
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, cast

import msgspec

from etl.errors import UsageError

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")


def is_one_file(output: str) -> bool:
    """Tell whether an output is one file, by its suffix; else it is a folder."""
    return output.endswith(SUFFIXES)


def part_suffix(output: str) -> str:
    """Say what the parts of an output end in: what the output ends in, since parts in a row are the output.

    Folders hold zstd, standard output is plain.
    """
    if not output:
        return ".jsonl"
    return next((suffix for suffix in reversed(SUFFIXES) if output.endswith(suffix)), ".jsonl.zst")


def beside(output: str, what: str) -> Path:
    """Name the file beside an output: `a.jsonl.gz` has its audit in `a.audit.jsonl.gz`."""
    suffix = next(suffix for suffix in reversed(SUFFIXES) if output.endswith(suffix))
    return Path(output.removesuffix(suffix) + f".{what}{suffix}")


@contextmanager
def line_writer(path: Path) -> Iterator[Callable[[Iterable[object]], None]]:
    """Give a function that writes records as JSON lines to a file, compressed as its name says."""
    encode = msgspec.json.Encoder().encode
    with _compressing(path) as file:

        def write(records: Iterable[object]) -> None:
            for record in records:
                file.write(encode(record) + b"\n")

        yield write


def join_files(target: Path, parts: Iterable[Path]) -> None:
    """Move parts one after the other into a target that appears when it is complete.

    So may compressed parts: gzip members and zstd frames in a row are a gzip and a zstd file.
    """
    with atomic(target) as temporary, temporary.open("wb") as file:
        for part in parts:
            with part.open("rb") as lines:
                shutil.copyfileobj(lines, file)
            part.unlink()


def print_files(parts: Iterable[Path]) -> None:
    """Copy parts to standard output."""
    for part in parts:
        with part.open("rb") as lines:
            shutil.copyfileobj(lines, sys.stdout.buffer)
    sys.stdout.buffer.flush()


@contextmanager
def atomic(target: Path) -> Iterator[Path]:
    """Give a temporary path that becomes the target if all goes well: written, synced, renamed."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def workplace(output: str) -> Iterator[str]:
    """Give a folder for the files between the stages: on the disk of the output, so that a rename publishes them."""
    beside_output = Path(output).parent if is_one_file(output) else Path(output)
    folder = tempfile.mkdtemp(prefix=".copydesk-", dir=beside_output if output else None)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_output(output: str, force: bool) -> None:
    """Refuse an output that exists or cannot be written.  Raises UsageError."""
    path = Path(output)
    if path.exists() and not force and not (path.is_dir() and not any(path.iterdir())):
        raise UsageError(output, "exists already", "Give another -o, or overwrite it with --force.")
    folder = path.parent if is_one_file(output) else path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(output, f"cannot be made: {error.strerror}", "Give an -o that you may write to.") from None
    if not os.access(folder, os.W_OK):
        raise UsageError(output, "cannot be written to", "Give an -o that you may write to.")


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


def _compressing(path: Path) -> AbstractContextManager[IO[bytes]]:
    compress = _COMPRESSORS.get(path.suffix)
    return compress(path) if compress else path.open("wb")
