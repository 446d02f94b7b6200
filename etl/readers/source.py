"""Where bytes come from: names on the command line -> sources -> shares, each a task's part of one source.

A source is opened once by the process that plans the run, which looks at its first bytes.  What can be read in parts
(JSON lines) and comes in a stream, compressed, or in a large file is read there and sent to tasks in chunks of whole
lines, so that no byte is read twice; any other file is a share of its own, and its task reads it.
"""

import gzip
import io
import os
import shutil
import stat
import sys
import zlib
from collections.abc import Iterator, Sequence
from glob import escape, glob, has_magic
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
# How the lines of our own audits and rejects begin; they are no input.
_OWN_STARTS = (b'{"schema":"copydesk/audit/', b'{"schema":"copydesk/reject/')


class Reading(Struct, frozen=True):
    """How to read: what the user says of the format, of the fields of a record, and of all articles alike."""

    format: Format | None = None
    text_field: str = ""
    html_field: str = ""
    encoding: str = ""
    metadata: Metadata = Metadata()


class Source(Struct, frozen=True, gc=False):
    """One input file or stream, as it was when it was found.

    `name` is as the user gave it and goes into the records; `path` is where the bytes are.  `modified` is in ns.
    """

    name: str
    path: str
    size: int = 0
    modified: int = 0
    is_stream: bool = False


class Share(Struct, frozen=True, gc=False):
    """One task's part of a source: the whole file, or with `body` a chunk of decompressed lines that begins at `row`.

    With `fault` there is nothing to read, and this is why.
    """

    source: Source
    format: Format = "text"
    size: int = 0
    body: bytes | None = None
    row: int = 1
    fault: str = ""


class Reject(Struct, frozen=True, gc=False):
    """What could not be read: its place, the reason, and its bytes (of a long one, the first)."""

    path: str
    row: int
    reason: str
    body: bytes


class Found(Struct, frozen=True):
    """What names stand for: sources, in order; what was passed over or cannot be opened, each with the reason."""

    sources: tuple[Source, ...] = ()
    passed_over: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


class Bomb(Exception):
    """A compressed file that holds more than any that is meant to be read."""


class Changed(Exception):
    """A file that is not what it was when the run began."""


def find(names: Sequence[str], reading: Reading) -> Found:
    """Resolve files, folders, globs and "-", in order; each file once, whatever names it has.

    Raises NoInput for a name that matches nothing.
    """
    sources: list[Source] = []
    passed_over: list[tuple[str, str]] = []
    unreadable: list[tuple[str, str]] = []
    seen: set[str] = set()
    for name in names:
        for found in _found(name, reading):
            shown = printable(found.path)
            if found.fault:
                (unreadable if found.is_error else passed_over).append((shown, found.fault))
            elif found.identity in seen:
                passed_over.append((shown, "it was named before"))
            else:
                seen.add(found.identity)
                sources.append(_source(shown, found.path))
    if not sources and not unreadable:
        few = f" ({len(passed_over)} files of other kinds, first {passed_over[0][0]})" if passed_over else ""
        raise NoInput(" ".join(names), f"no text, HTML or JSONL file in it{few}", "Name files outright to read them.")
    return Found(tuple(sources), tuple(passed_over), tuple(unreadable))


def printable(path: str) -> str:
    """Return a path as it is written in records: bytes that are not UTF-8 as `\\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class _Candidate(Struct, frozen=True):
    """A path that a name stands for; `identity` is the same for all names of one file."""

    path: str
    identity: str = ""
    fault: str = ""
    is_error: bool = False


def _found(name: str, reading: Reading) -> Iterator[_Candidate]:
    path = Path(name)
    if name == STDIN:
        yield _Candidate(STDIN, STDIN)
    elif path.is_dir():
        yield from _walk(name, reading)
    elif os.path.lexists(name):
        yield _file(name)
    elif has_magic(name) and (matches := sorted(set(_globbed(name)))):
        yield from (_file(match) for match in matches if not Path(match).is_dir())
    else:
        raise NoInput(
            name, "there is no such file or folder", "Check the path; quote a glob to let copydesk expand it."
        )


def _globbed(pattern: str) -> Iterator[str]:
    """Yield the paths that a pattern matches.  `**` enters no linked folder: a link may lead back, without end."""
    pattern = f"{pattern}/*" if pattern == "**" or pattern.endswith("/**") else pattern
    head, deep, tail = pattern.partition("**/")
    if not deep or (head and not head.endswith("/")):
        yield from glob(pattern)
        return
    for root in glob(head) if has_magic(head) else [head or "."]:
        for folder, folders, _ in os.walk(root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            place = folder if head else folder.removeprefix(".").removeprefix("/")
            yield from _globbed(os.path.join(escape(place), tail))  # noqa: PTH118  # a path of odd bytes stays as it is


def _walk(folder: str, reading: Reading) -> Iterator[_Candidate]:
    """Files below a folder, in sorted order; hidden ones are no input, other files are named as passed over."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield _Candidate(folder, fault=f"cannot be opened: {error.strerror}", is_error=True)
        return
    for entry in entries:
        path = Path(folder, entry.name).as_posix()
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, reading)
        elif entry.is_dir():
            yield _Candidate(path, fault="it is a link to a folder")
        elif not reading.format and not format_by_suffix(path):
            yield _Candidate(path, fault="its name is that of no text, HTML or JSONL file")
        else:
            yield _file(path, is_chosen=False)


def _file(path: str, is_chosen: bool = True) -> _Candidate:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  # a path of odd bytes stays as it is
    except OSError as error:
        return _Candidate(path, fault=f"cannot be opened: {error.strerror}", is_error=True)
    if stat.S_ISDIR(mode) or not (stat.S_ISREG(mode) or is_chosen):
        return _Candidate(path, fault="it is no regular file")
    return _Candidate(path, os.path.realpath(path))


def _source(name: str, path: str) -> Source:
    if path == STDIN:
        return Source(STDIN, STDIN, is_stream=True)
    try:
        status = os.stat(path)  # noqa: PTH116  # a path of odd bytes stays as it is
    except OSError:
        return Source(name, path)  # opening it meets the same error, and that is a reject
    if stat.S_ISREG(status.st_mode):
        return Source(name, path, status.st_size, status.st_mtime_ns)
    return Source(name, path, is_stream=True)


def shares(source: Source, reading: Reading, size: int) -> Iterator[Share]:
    """Yield the shares of a source, of about `size` bytes each.  Nothing is raised: a fault is a share too.

    A share with the format of our own audit or rejects has the fault "own".
    """
    try:
        with _opened(source) as file:
            head = file.peek(SNIFFED_BYTES)[:SNIFFED_BYTES]
            if not reading.format and head.startswith(_OWN_STARTS):
                yield Share(source, "jsonl", fault=OWN)
                return
            form = reading.format or _format(source, head)
            if form == "jsonl" and (source.is_stream or source.size > size or is_compressed(source)):
                yield from _chunks(source, file, size)
                _check_unchanged(source, file)
            elif source.is_stream:
                body = read_bounded(source.name, file)
                yield Share(source, form, len(body), body)
            else:
                yield Share(source, form, source.size)
    except (OSError, Changed, Unreadable) as error:
        yield Share(source, "jsonl" if source.is_stream else "text", fault=fault_of(error))
    except decompression_errors() as error:
        yield Share(source, "jsonl" if source.is_stream else "text", fault=fault_of(error))


OWN = "own"


def fault_of(error: Exception) -> str:
    """Say what is wrong with a file that could not be read."""
    if isinstance(error, Unreadable):
        return error.fault
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return f"is damaged: {error}" if not isinstance(error, Changed) else str(error)


def _chunks(source: Source, file: io.BufferedReader, size: int) -> Iterator[Share]:
    """Cut a stream into chunks of whole lines.  A line over the limit is cut there, and its rest is skipped."""
    row, held, length = 1, list[bytes](), 0
    try:
        for block in _blocks(file, size):
            held.append(block)
            length += len(block)
            cut = block.rfind(b"\n") + 1
            if cut:
                body, rest = b"".join([*held[:-1], block[:cut]]), block[cut:]
            elif length > MAX_DOCUMENT_BYTES:
                body, rest = b"".join(held)[: MAX_DOCUMENT_BYTES + 1] + b"\n", _skip_line(file)
            else:
                continue
            yield Share(source, "jsonl", len(body), body, row)
            row += body.count(b"\n")
            held, length = [rest], len(rest)
    except decompression_errors() as error:
        fault = f"the file is damaged from here on: {error}"
        yield Share(source, "jsonl", body=b"".join(held), row=row, fault=fault)
        return
    if rest := b"".join(held):
        yield Share(source, "jsonl", len(rest), rest, row)


def _blocks(file: io.BufferedReader, size: int) -> Iterator[bytes]:
    """Read blocks of about `size` bytes; what stands before a damaged place comes before its error."""
    parts: list[bytes] = []
    length = 0
    try:
        while part := file.read1(min(size, UNPACKED_AT_ONCE)):
            parts.append(part)
            length += len(part)
            if length >= size:
                yield b"".join(parts)
                parts, length = [], 0
    except decompression_errors():
        yield b"".join(parts)
        raise
    yield b"".join(parts)


def _skip_line(file: IO[bytes]) -> bytes:
    """Read to the end of a line; return what was read behind it."""
    while block := file.read(UNPACKED_AT_ONCE):
        end = block.find(b"\n") + 1
        if end:
            return block[end:]
    return b""


def spooled(found: Found, folder: Path) -> Found:
    """Return what was found with streams copied to files, so that they can be read more than once."""
    return structs.replace(found, sources=tuple(_spooled(source, folder) for source in found.sources))


def _spooled(source: Source, folder: Path) -> Source:
    if not source.is_stream:
        return source
    target = folder / f"stream-{len(list(folder.glob('stream-*')))}"
    with _opened(source) as stream, target.open("xb") as file:
        shutil.copyfileobj(stream, file)
    status = target.stat()
    return Source(source.name, str(target), status.st_size, status.st_mtime_ns)


def open_share(share: Share) -> IO[bytes]:
    """Open the bytes of a share, decompressed by what they are, whatever their name.

    Raises Changed if the file is not what it was when it was found, and OSError.
    """
    if share.body is not None:
        return io.BytesIO(share.body)
    return _opened(share.source)


def close_unchanged(share: Share, file: IO[bytes]) -> None:
    """Check, when all of a share is read, that its file did not change meanwhile.  Raises Changed."""
    if share.body is None:
        _check_unchanged(share.source, file)


def loaded(share: Share) -> Share:
    """Return a share with its bytes in it, so that it can be read again as it was; if it cannot be read, with why."""
    if share.body is not None or share.fault:
        return share
    try:
        with open_share(share) as file:
            body = file.read()
            close_unchanged(share, file)
    except (OSError, Changed) as error:
        return structs.replace(share, fault=fault_of(error))
    except decompression_errors() as error:
        return structs.replace(share, fault=fault_of(error))
    return structs.replace(share, body=body)


def open_path(path: Path) -> IO[bytes]:
    """Open a file of our own, decompressed."""
    return _unpacked(path.open("rb"))


def _opened(source: Source) -> io.BufferedReader:
    if source.path == STDIN:
        if sys.stdin is None:
            raise OSError(9, "standard input is closed")
        return _unpacked(_prefixed(cast(io.BufferedReader, sys.stdin.buffer)))
    packed = open(source.path, "rb")  # noqa: PTH123, SIM115  # a path of odd bytes stays as it is; the caller closes it
    try:
        if source.is_stream:
            return _unpacked(_prefixed(packed))
        _compare(source, packed)
        return _unpacked(packed)
    except BaseException:
        packed.close()
        raise


def _prefixed(stream: io.BufferedReader) -> io.BufferedReader:
    """A stream with its first bytes read, so that they can be looked at; a pipe gives as few as it likes."""
    return io.BufferedReader(Prefixed(stream.read(SNIFFED_BYTES), stream), UNPACKED_AT_ONCE)


class Prefixed(io.RawIOBase):
    """A stream whose first bytes have been read already."""

    def __init__(self, head: bytes, rest: io.BufferedReader) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer, first with the head, then with what the stream gives."""
        space = memoryview(buffer)
        given = self._head[: len(space)] or self._rest.read1(len(space))
        self._head = self._head[len(given) :] if self._head else b""
        space[: len(given)] = given
        return len(given)

    def close(self) -> None:
        """Close the stream."""
        self._rest.close()
        super().close()


def _unpacked(packed: io.BufferedReader) -> io.BufferedReader:
    magic = packed.peek(4)[:4]
    if magic.startswith(_GZIP):
        return io.BufferedReader(Unpacking(gzip.GzipFile(fileobj=packed), packed), UNPACKED_AT_ONCE)
    if magic == _ZSTD:
        import zstandard

        unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
        unpacked = cast(gzip.GzipFile, unpacker.stream_reader(packed, read_across_frames=True))  # reads like one
        return io.BufferedReader(Unpacking(unpacked, packed), UNPACKED_AT_ONCE)
    return packed


class Unpacking(io.RawIOBase):
    """Bytes as they are unpacked.  Raises Bomb when they are MAX_EXPANSION times what they are unpacked from."""

    def __init__(self, unpacked: gzip.GzipFile, packed: io.BufferedReader) -> None:
        self._unpacked, self.packed, self._given = unpacked, packed, 0

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer with what is there: so what stands before a damaged place is given before its error."""
        space = memoryview(buffer)
        given = self._unpacked.read1(len(space))
        space[: len(given)] = given
        self._given += len(given)
        if self._given > MAX_DOCUMENT_BYTES and self._given > MAX_EXPANSION * self._read():
            raise Bomb(f"it holds more than {MAX_EXPANSION} times its own size")
        return len(given)

    def _read(self) -> int:
        """The bytes read so far; a pipe does not know, and a bomb in it is stopped when its documents are too long."""
        return self.packed.tell() if self.packed.seekable() else self._given

    def close(self) -> None:
        """Close both files."""
        self._unpacked.close()
        self.packed.close()
        super().close()


def _compare(source: Source, file: IO[bytes]) -> None:
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns) != (source.size, source.modified):
        raise Changed("it changed while the run was at work")


def _check_unchanged(source: Source, file: io.BufferedReader | IO[bytes]) -> None:
    if not source.is_stream:
        raw = getattr(file, "raw", file)
        _compare(source, raw.packed if isinstance(raw, Unpacking) else file)


def decompression_errors() -> tuple[type[Exception], ...]:
    """Return what a damaged or cut compressed file, or a bomb, raises while it is read."""
    from zstandard import ZstdError

    return (EOFError, gzip.BadGzipFile, zlib.error, ZstdError, Bomb)


def is_compressed(source: Source) -> bool:
    """Return true if a file's name says that it is compressed."""
    return source.path.lower().endswith(COMPRESSED)


def sniff(head: bytes) -> Format:
    """Return the format of bytes that have no telling name."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML_STARTS):
        return "html"
    return "jsonl" if start.startswith(b"{") and b'"' in start[:200] else "text"


def format_by_suffix(path: str) -> Format | None:
    """Return the format that a file's name says, compression aside."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes if suffix.lower() not in COMPRESSED]
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


def _format(source: Source, head: bytes) -> Format:
    """By content where it tells, else by suffix: a page saved as .txt is a page."""
    found = sniff(head)
    return (format_by_suffix(source.path) or "text") if found == "text" else found


def read_bounded(name: str, file: IO[bytes]) -> bytes:
    """Read a whole document.  Raises Unreadable if it is larger than any page or damaged."""
    try:
        body = file.read(MAX_DOCUMENT_BYTES + 1)
    except decompression_errors() as error:
        raise Unreadable(name, f"is damaged: {error}", "Compress it anew.") from None
    if len(body) > MAX_DOCUMENT_BYTES:
        raise Unreadable(name, f"is one document of more than {MAX_DOCUMENT_BYTES >> 20} MiB")
    return body
