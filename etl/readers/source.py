"""Where bytes come from: names on the command line -> sources of a known format, and their bytes, decompressed."""

import gzip
import io
import shutil
import sys
import zlib
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, cast

from msgspec import Struct, structs

from etl.errors import NoInput, Unreadable
from etl.model import Metadata

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Format = Literal["text", "html", "jsonl"]

STDIN = "-"
# Bytes.  The longest news pages seen have 5 MB; what is longer is a dump of another sort, or a bomb.
MAX_DOCUMENT_BYTES = 64 << 20
# Bytes.  What `zstd --long=27` needs; a header may ask for 2 GiB.
MAX_ZSTD_WINDOW = 128 << 20
UNPACKED_AT_ONCE = 128 << 10
# Bytes that a compressed source may hold for each of its own, once it has given a document's worth.  The same page a
# hundred times over comes to less; a bomb of one sentence comes to 300 and more.
MAX_EXPANSION = 200
# Bytes of a source that are looked at to tell its format.
SNIFFED_BYTES = 4096

SUFFIXES: dict[str, Format] = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jl": "jsonl",
}
COMPRESSED = (".gz", ".zst")

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<!--")


class Reading(Struct, frozen=True):
    """How to read: what the user says of the format, of the fields of a record, and of all articles alike."""

    format: Format | None = None
    text_field: str = ""
    html_field: str = ""
    encoding: str = ""
    metadata: Metadata = Metadata()
    map: tuple[tuple[str, str], ...] = ()


class Source(Struct, frozen=True, gc=False):
    """A share of the input: a file, or the part of a JSONL file whose lines start in `start` to `end` (bytes).

    `name` is as the user gave it and goes into the records; `path` is where the bytes are; `row` is the first line's.
    """

    name: str
    path: str
    format: Format
    size: int
    start: int = 0
    end: int = -1
    row: int = 1


class Reject(Struct, frozen=True, gc=False):
    """What could not be read: its place, the reason, and its bytes (of a long one, the first)."""

    path: str
    row: int
    reason: str
    body: bytes


def find(names: Sequence[str], reading: Reading, stdin: Path | None = None) -> tuple[list[Source], list[str]]:
    """Resolve files, folders, globs and "-" to sources, in order, and list the files of folders that were passed over.

    Raises NoInput for a name that matches nothing.
    """
    sources: list[Source] = []
    passed_over: list[str] = []
    for name in names:
        if name == STDIN and stdin:
            sources.append(_source(STDIN, stdin, reading))
            continue
        for path, is_chosen in _files(name):
            if is_chosen or _format_by_suffix(path):
                sources.append(_source(path.as_posix(), path, reading))
            else:
                passed_over.append(path.as_posix())
    if not sources:
        few = f" ({len(passed_over)} files of other kinds, first {passed_over[0]})" if passed_over else ""
        raise NoInput(" ".join(names), f"no text, HTML or JSONL file in it{few}", "Name files outright to read them.")
    return sources, passed_over


def split(source: Source, size: int) -> Iterator[Source]:
    """Cut a plain JSONL file into shares of about `size` bytes; other sources are one share.

    A share has the lines that start in it.
    """
    if source.format != "jsonl" or source.size <= size or _is_compressed(Path(source.path)):
        yield source
        return
    start, row = 0, source.row
    with Path(source.path).open("rb") as file:
        while start < source.size:
            rows = file.read(size).count(b"\n")
            rest = file.readline()
            end = file.tell()
            yield structs.replace(source, start=start, end=end, row=row, size=end - start)
            start, row = end, row + rows + rest.endswith(b"\n")


def spool(target: Path) -> Path:
    """Copy standard input to a file, so that it can be read in parts and more than once."""
    with target.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return target


def open_bytes(source: Source) -> IO[bytes]:
    """Open a source's bytes, decompressed by what they are, whatever their name."""
    path = Path(source.path)
    magic = _magic(path)
    packed = path.open("rb")
    if magic.startswith(_GZIP):
        return io.BufferedReader(Unpacking(gzip.GzipFile(fileobj=packed), packed), UNPACKED_AT_ONCE)
    if magic == _ZSTD:
        import zstandard

        unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
        unpacked = cast(gzip.GzipFile, unpacker.stream_reader(packed, read_across_frames=True))  # reads like one
        return io.BufferedReader(Unpacking(unpacked, packed), UNPACKED_AT_ONCE)
    return packed


class Bomb(Exception):
    """A compressed file that holds more than any that is meant to be read."""


class Unpacking(io.RawIOBase):
    """Bytes as they are unpacked.  Raises Bomb when they are MAX_EXPANSION times what they are unpacked from."""

    def __init__(self, unpacked: gzip.GzipFile, packed: IO[bytes]) -> None:
        self._unpacked, self._packed, self._given = unpacked, packed, 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer with what is there: so what stands before a damaged place is given before its error."""
        space = memoryview(buffer)
        given = self._unpacked.read1(len(space))
        space[: len(given)] = given
        self._given += len(given)
        if self._given > max(MAX_DOCUMENT_BYTES, MAX_EXPANSION * self._packed.tell()):
            raise Bomb(f"it holds more than {MAX_EXPANSION} times its own size")
        return len(given)

    def close(self) -> None:
        """Close both files."""
        self._unpacked.close()
        self._packed.close()
        super().close()


def decompression_errors() -> tuple[type[Exception], ...]:
    """What a damaged or cut compressed file, or a bomb, raises while it is read."""
    from zstandard import ZstdError

    return (EOFError, gzip.BadGzipFile, zlib.error, ZstdError, Bomb)


def _magic(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _is_compressed(path: Path) -> bool:
    return _magic(path).startswith((_GZIP, _ZSTD))


def sniff(head: bytes) -> Format:
    """Tell the format of bytes that have no telling name."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML_STARTS):
        return "html"
    return "jsonl" if start.startswith(b"{") and b'"' in start[:200] else "text"


def _files(name: str) -> Iterator[tuple[Path, bool]]:
    """Files that a name stands for, in sorted order, and whether the user chose the very file."""
    path = Path(name)
    if path.is_dir():
        yield from ((file, False) for file in sorted(path.rglob("*")) if file.is_file() and not _is_hidden(file, path))
    elif path.exists():
        yield path, True
    elif has_magic(name) and (found := sorted(glob(name, recursive=True))):
        yield from ((Path(file), True) for file in found if Path(file).is_file())
    else:
        raise NoInput(
            name, "there is no such file or folder", "Check the path; quote a glob to let copydesk expand it."
        )


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _format_by_suffix(path: Path) -> Format | None:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in COMPRESSED]
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


def _source(name: str, path: Path, reading: Reading) -> Source:
    try:
        size = path.stat().st_size
        return Source(name, str(path), reading.format or _format(path), size)
    except OSError as error:
        raise NoInput(name, f"cannot be opened: {error.strerror}", "Check its permissions.") from None


def _format(path: Path) -> Format:
    """By content where it tells, else by suffix: a page saved as .txt is a page."""
    unsure = _format_by_suffix(path) or "text"
    try:
        with open_bytes(Source("", str(path), unsure, 0)) as file:
            head = file.read(SNIFFED_BYTES)
    except decompression_errors():
        return unsure  # the reader meets the same error and rejects the file with its reason
    found = sniff(head)
    return unsure if found == "text" else found


def read_bounded(source: Source, file: IO[bytes]) -> bytes:
    """Read a whole document.  Raises Unreadable if it is larger than any page or damaged."""
    try:
        body = file.read(MAX_DOCUMENT_BYTES + 1)
    except decompression_errors() as error:
        raise Unreadable(source.name, f"is damaged: {error}", "Compress it anew.") from None
    if len(body) > MAX_DOCUMENT_BYTES:
        raise Unreadable(source.name, f"is one document of more than {MAX_DOCUMENT_BYTES >> 20} MiB")
    return body
