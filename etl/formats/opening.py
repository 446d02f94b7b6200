"""Bytes of a source, decompressed, and converted from UTF-16 to UTF-8."""

import codecs
import io
import os
import select
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EAGAIN
from math import inf
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from msgspec import structs

from etl.decode import given_codec, why_faulty
from etl.errors import Unreadable, check_machine, first_line
from etl.formats.sniffing import SNIFFED_BYTES, wide_encoding
from etl.formats.source import MAX_DOCUMENT_BYTES, STDIN, TOO_LONG_DOCUMENT, Found, Opened, Share, Source
from etl.formats.stores import is_address, open_stored, stored
from etl.formats.unpacking import UNPACKED_AT_ONCE, Damaged, Readable, Unpacking, unpacked

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Bytes to read before the format of a stream is examined.
PREFIX_BYTES = 4096


class Changed(Exception):
    """A file that has changed since the run began."""


@contextmanager
def opened(source: Source) -> Iterator[Opened]:
    """Open a source to plan its shares.  Raises OSError, Damaged and Changed."""
    with open_source(source) as file:
        head = file.peek(SNIFFED_BYTES)[:SNIFFED_BYTES]
        yield Opened(source, file, head, file.raw.packing if isinstance(file.raw, Unpacking) else "")


def open_source(source: Source) -> io.BufferedReader:
    """Open the bytes of a source, decompressed.

    Raises OSError, and Changed if the file has changed since it was found.
    """
    return unpacked(open_packed(source))


def open_packed(source: Source) -> io.BufferedReader:
    """Open the bytes of a source as they are.  Raises OSError and Changed."""
    if source.path == STDIN:
        if sys.stdin is None:
            raise OSError(9, "standard input is closed")
        return _prefixed(cast(io.RawIOBase, getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)))
    if is_address(source.path):
        _compare(source, stored(source.path).size, stored(source.path).modified)
        return open_own(source.path)
    if source.is_stream:
        return _prefixed(io.FileIO(source.path))
    packed = _buffered(_AtOnce(source.path, opener=_at_once))
    try:
        status = os.fstat(packed.fileno())
        _compare(source, status.st_size, status.st_mtime_ns)
    except BaseException:
        packed.close()
        raise
    return packed


class _AtOnce(io.FileIO):
    """A file that is never waited for.  Reading raises BlockingIOError if there is nothing yet, as in /proc/kmsg."""

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if (count := super().readinto(buffer)) is None:
            raise _nothing_yet()
        return count

    def readall(self) -> bytes:
        if (found := super().readall()) is None:
            raise _nothing_yet()
        return found


def _nothing_yet() -> BlockingIOError:
    return BlockingIOError(EAGAIN, os.strerror(EAGAIN))


def _at_once(path: str, flags: int) -> int:
    """Open a file.  If a pipe is now in its place, it is opened without waiting."""
    return os.open(path, flags | os.O_NONBLOCK)


def open_share(share: Share) -> IO[bytes]:
    """Open the bytes of a share, or the file that it is a part of.  Raises OSError and Changed."""
    return io.BytesIO(share.body) if share.body is not None else open_source(share.source)


def open_own(place: Path | str) -> io.BufferedReader:
    """Open a file of our own as it is: by its path, or by its address in a store.  Raises OSError."""
    if isinstance(place, str) and is_address(place):
        return _buffered(_Seekable(open_stored(place)))
    return Path(place).open("rb")


def open_path(place: Path | str) -> IO[bytes]:
    """Open a file of our own, unpacked.  Raises OSError."""
    return unpacked(open_own(place))


def check_unchanged(source: Source) -> None:
    """Check at the end of a file that the file did not change while it was read.  Raises Changed, and OSError."""
    if source.is_stream:
        return
    if is_address(source.path):
        now = stored(source.path)
        _compare(source, now.size, now.modified)
    else:
        status = os.stat(source.path)  # noqa: PTH116  # a path of odd bytes stays as it is
        _compare(source, status.st_size, status.st_mtime_ns)


def _compare(source: Source, size: int, modified: int) -> None:
    if (size, modified) != (source.size, source.modified):
        raise Changed("it changed while the run was at work")


def spooled(found: Found, folder: Path) -> Found:
    """Return the sources with streams copied to files, so that they can be read more than once."""
    return structs.replace(found, sources=tuple(_spooled(source, folder) for source in found.sources))


def _spooled(source: Source, folder: Path) -> Source:
    if not source.is_stream:
        return source
    target = folder / f"stream-{len(list(folder.glob('stream-*')))}"
    with open_packed(source) as stream, target.open("xb") as file:
        shutil.copyfileobj(stream, file)
    status = target.stat()
    return Source(source.name, str(target), status.st_size, status.st_mtime_ns)


def read_bounded(name: str, file: IO[bytes]) -> bytes:
    """Return a whole document.  Raises Unreadable if it is too large or damaged."""
    try:
        body = file.read(MAX_DOCUMENT_BYTES + 1)
    except Damaged as error:
        raise Unreadable(name, f"is damaged: {error}", "Compress it again.") from None
    if len(body) > MAX_DOCUMENT_BYTES:
        raise Unreadable(name, TOO_LONG_DOCUMENT)
    return body


def pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield blocks of about `size` bytes.  Raises Damaged after the bytes before the damaged place."""
    parts: list[bytes] = []
    length = 0
    read = getattr(file, "read1", file.read)
    try:
        while part := read(min(size, UNPACKED_AT_ONCE)):
            parts.append(part)
            length += len(part)
            if length >= size:
                yield b"".join(parts)
                parts, length = [], 0
    except Damaged:
        yield b"".join(parts)
        raise
    if parts:
        yield b"".join(parts)


def bounded_lines(file: IO[bytes], size: float = inf) -> Iterator[bytes]:
    """Yield the lines of the next `size` bytes, or all; one over the limit is cut there, and its rest is skipped."""
    while size > 0 and (line := file.readline(MAX_DOCUMENT_BYTES + 1)):
        yield line
        size -= len(line)
        is_cut = len(line) > MAX_DOCUMENT_BYTES
        while is_cut and not line.endswith(b"\n") and (line := file.readline(MAX_DOCUMENT_BYTES)):
            size -= len(line)


def fault_of(error: Exception) -> str:
    """Return why a file or a document could not be read, in words.

    Raises MachineError if the fault is not in the file.
    """
    if isinstance(error, Unreadable):
        return error.fault
    if isinstance(error, OSError):
        check_machine(error)
        return f"cannot be read: {error.strerror or first_line(error)}"
    if isinstance(error, RecursionError):
        return "is nested too deep"
    if isinstance(error, Damaged | Changed):
        return f"is damaged: {error}" if isinstance(error, Damaged) else str(error)
    return f"met a bug in copydesk, {type(error).__name__}: {error}"


def _prefixed(file: io.RawIOBase) -> io.BufferedReader:
    """Return a stream whose first bytes are buffered, so that they can be examined; a pipe gives few at a time."""
    stream = _buffered(_Waiting(file))
    return _buffered(_Prefixed(stream.read(PREFIX_BYTES), stream))


def _buffered(raw: io.RawIOBase) -> io.BufferedReader:
    return io.BufferedReader(raw, SNIFFED_BYTES)


class _Waiting(Readable):
    """A pipe or a device.  Python's reader takes a pause of a non-blocking one for its end.

    Another program may have made standard input non-blocking, for all programs that share it.
    """

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file

    def some(self, size: int) -> bytes:
        while (given := self._file.read(size)) is None:
            select.select([self._file], [], [])
        return given

    def close(self) -> None:
        self._file.close()
        super().close()


class _Prefixed(Readable):
    """A stream whose first bytes have been read already."""

    def __init__(self, head: bytes, rest: io.BufferedReader) -> None:
        self._head, self._rest = head, rest

    def some(self, size: int) -> bytes:
        given, self._head = self._head[:size], self._head[size:]
        return given or self._rest.read1(size)

    def close(self) -> None:
        self._rest.close()
        super().close()


class _Seekable(Readable):
    """A file in a store."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def some(self, size: int) -> bytes:
        return self._file.read(size)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def other_encoding(head: bytes, given: str) -> str:
    """Return the encoding of a file that is not in UTF-8, as detected or given; or "".

    Such a file is converted to UTF-8 before it is divided, because in Shift_JIS and GBK the second byte of a character
    may be a bar or a backslash.
    """
    if encoding := wide_encoding(head, given):
        return encoding
    codec = given_codec(given) if given else ""
    return "" if codec == "utf-8" else codec


def why_badly_cut(body: bytes, given: str) -> str:
    """Return why a converted part of a file cannot be read in the given encoding; "" if it can.

    Each byte that did not fit is U+FFFD.
    """
    encoding = given and other_encoding(b"", given)
    replaced = body.count(b"\xef\xbf\xbd") if encoding else 0
    return why_faulty(len(body.decode("utf-8", "replace")), replaced, encoding) if replaced else ""


class _Transcoding(Readable):
    """Bytes of another encoding as UTF-8; bytes that do not fit become U+FFFD."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._read = getattr(file, "read1", file.read)
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""

    def some(self, size: int) -> bytes:
        while not self._left:
            piece = self._read(UNPACKED_AT_ONCE)
            self._left = self._decoder.decode(piece, final=not piece).encode("utf-8", "replace")
            if not piece:
                break
        given, self._left = self._left[:size], self._left[size:]
        return given


class BeforeDamage(Readable):
    """The bytes of a file before a damaged place.  They end after `length` bytes, and `damage` is the reason."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = cast(io.BufferedReader, file)
        self.damage: Damaged | None = None
        self.length = 0

    def some(self, size: int) -> bytes:
        """Return some bytes; b"" from the damaged place on."""
        try:
            given = b"" if self.damage else self._file.read1(size)
        except Damaged as error:
            self.damage, given = error, b""
        self.length += len(given)
        return given


def before_damage(file: IO[bytes]) -> tuple[io.BufferedReader, BeforeDamage]:
    """Return the bytes of a file before a damaged place as a file, and an object that says whether there is damage."""
    before = BeforeDamage(file)
    return io.BufferedReader(before, UNPACKED_AT_ONCE), before


def in_utf8(file: IO[bytes], encoding: str) -> IO[bytes]:
    """Return a stream of UTF-8 for a stream in a wide encoding; with "" the stream itself."""
    return io.BufferedReader(_Transcoding(file, encoding), UNPACKED_AT_ONCE) if encoding else file
