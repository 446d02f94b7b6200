"""Decompress gzip, Zstandard, bzip2 and xz within limits, with any file name."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from etl.formats.sniffing import SNIFFED_BYTES, compression
from etl.formats.source import MAX_DOCUMENT_BYTES

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Bytes.  What `zstd --long=27` needs; a header may ask for 2 GiB.
MAX_ZSTD_WINDOW = 128 << 20
# The message for such a file, which is intact, but cannot be unpacked in bounded memory.
WIDE_WINDOW = "its window is larger than 128 MiB: unpack the file with `zstd -d --long=31` first"
# Bytes.  `xz -9` needs 65 MiB; a header may ask for 4 GiB.
MAX_XZ_MEMORY = 128 << 20
# Bytes.  The densest frame that can be written unpacks them to 80 MB.
ZSTD_AT_ONCE = 2 << 10
UNPACKED_AT_ONCE = 128 << 10
# The most unpacked bytes for each compressed byte, after the size of one document.  The same page a hundred times has a
# smaller ratio; a bomb of one sentence has 300 and more.
MAX_EXPANSION = 200


class Damaged(Exception):
    """A compressed file that cannot be unpacked completely, or that exceeds the limit."""


class Zstandard:
    """A reader of concatenated Zstandard frames.

    The reader of zstandard takes a frame that is cut off for a complete one.
    """

    def __init__(self, packed: IO[bytes]) -> None:
        """Read the frames of a file."""
        import zstandard

        self._packed = packed
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._left = memoryview(b"")
        self._rest = b""

    def read1(self, size: int) -> bytes:
        """Return some bytes; b"" at the end.  Raises EOFError in a frame that is cut, and ZstdError."""
        while not self._left:
            piece = self._rest or self._packed.read(ZSTD_AT_ONCE)
            if not piece:
                if self._frame:
                    raise EOFError("its last frame is cut off")
                return b""
            self._frame = self._frame or self._unpacker.decompressobj()
            self._left, self._rest = memoryview(self._frame.decompress(piece)), b""
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
        given, self._left = bytes(self._left[:size]), self._left[size:]
        return given

    def close(self) -> None:
        """Do nothing: the packed file is closed by who opened it."""


class _Streams:
    """A reader of concatenated bzip2 or xz streams.

    Python's readers stop at other bytes after a stream, without an error.
    """

    def __init__(self, packed: IO[bytes], begin: Callable[[], Any], padding: bytes = b"") -> None:
        self._packed, self._begin, self._padding = packed, begin, padding
        self._stream: Any = None
        self._rest = b""

    def read1(self, size: int) -> bytes:
        """Return some bytes; b"" at the end.  Raises EOFError in a stream that is cut, OSError and LZMAError."""
        while True:
            wants = self._stream is None or self._stream.needs_input
            piece = (self._rest or self._packed.read(UNPACKED_AT_ONCE)) if wants else b""
            if wants and not piece:
                if self._stream:
                    raise EOFError("its last stream is cut off")
                return b""
            if self._stream is None:
                self._rest = piece.lstrip(self._padding) if self._padding else piece
                self._stream = self._begin() if self._rest else None
                continue
            given, self._rest = bytes(self._stream.decompress(piece, size)), b""
            if self._stream.eof:
                self._rest, self._stream = self._stream.unused_data, None
            if given:
                return given

    def close(self) -> None:
        """Do nothing: the packed file is closed by who opened it."""


# The readers of compressions, which all have the interface of GzipFile.
_UNPACKERS: dict[str, Callable[[IO[bytes]], Any]] = {
    "gzip": lambda packed: gzip.GzipFile(fileobj=packed),
    "Zstandard": Zstandard,
    "bzip2": lambda packed: _Streams(packed, bz2.BZ2Decompressor),
    "xz": lambda packed: _Streams(packed, lambda: lzma.LZMADecompressor(memlimit=MAX_XZ_MEMORY), b"\0"),
}


def unpacked(packed: io.BufferedReader) -> io.BufferedReader:
    """Return the decompressed bytes of a file; the file itself if it is not compressed."""
    packing = compression(packed.peek(SNIFFED_BYTES)[:SNIFFED_BYTES])
    if not packing:
        return packed
    return io.BufferedReader(Unpacking(_UNPACKERS[packing](packed), packed, packing), UNPACKED_AT_ONCE)


class Readable(io.RawIOBase):
    """A raw stream of the bytes that `some` returns, for Python's buffered readers."""

    def some(self, size: int) -> bytes:
        """Return at most so many bytes; b"" at the end."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer with available bytes.  Bytes before a damaged place are returned before its error."""
        space = memoryview(buffer)
        given = self.some(len(space))
        space[: len(given)] = given
        return len(given)


class Unpacking(Readable):
    """Decompressed bytes.  Raises Damaged, also if they exceed MAX_EXPANSION times the bytes that were read."""

    def __init__(self, unpacked: Any, packed: io.BufferedReader, packing: str) -> None:
        self._unpacked, self._packed, self.packing = unpacked, packed, packing
        self._given = 0

    def some(self, size: int) -> bytes:
        """Return some bytes.  Raises Damaged."""
        given = self._next(size)
        self._given += len(given)
        if self._given > MAX_DOCUMENT_BYTES and self._given > MAX_EXPANSION * self._read():
            raise Damaged(f"it holds more than {MAX_EXPANSION} times its own size")
        return given

    def _next(self, size: int) -> bytes:
        from zstandard import ZstdError

        try:
            return bytes(self._unpacked.read1(size))
        except ZstdError as error:
            raise Damaged(WIDE_WINDOW if "too much memory" in str(error) else str(error)) from None
        except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
            raise Damaged(str(error)) from None
        except OSError as error:
            if error.errno is None:  # what bz2 says of bytes that are not bzip2
                raise Damaged(str(error)) from None
            raise

    def _read(self) -> int:
        """Return the compressed bytes that were read; for a pipe, where they are unknown, the decompressed bytes."""
        return self._packed.tell() if self._packed.seekable() else self._given

    def close(self) -> None:
        """Close both files."""
        self._unpacked.close()
        self._packed.close()
        super().close()
