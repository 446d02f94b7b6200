"""The body of an HTTP response -> its page: chunks are joined and decompressed, as its headers say.

FastWARC does this, too, but it returns the part before a cut as the page, and ignores bytes behind the end.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO

from msgspec import Struct

from etl.formats.sniffing import SNIFFED_BYTES, looks_like_html
from etl.formats.source import MAX_DOCUMENT_BYTES
from etl.formats.unpacking import Zstandard

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_TRAILERS = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n)*\r?\n?")
_GZIP = b"\x1f\x8b"
# Padding behind the end of a page.
_PADDING = b"\0\r\n"
_CUT = "its compressed page is cut off"
# Bytes that are decompressed at a time: the bytes behind the end of a member are copied each time.
_PIECE_BYTES = 8 << 10


class Unpacked(Struct, frozen=True, gc=False):
    """A page, and the bytes behind its end."""

    page: bytes
    behind: bytes = b""


def known_codings(content: str, transfer: str) -> Sequence[str] | None:
    """Return the encodings of a body, the last one first; None if one of them is not supported here.

    >>> known_codings("gzip", "Chunked"), known_codings("br", "")
    (['chunked', 'gzip'], None)
    """
    said = (word.strip().lower() for word in f"{content},{transfer}".split(","))
    codings = [one for one in said if one not in ("", "identity")]
    return codings[::-1] if all(one in _UNPACKERS for one in codings) else None


def unpacked_body(body: bytes, codings: Sequence[str]) -> Unpacked:
    """Return the page in a body.  If it is too long for a document, only enough is decompressed to show this.

    Some crawlers decompress pages but keep the headers that say they are compressed.  Raises OSError for a damaged or
    incomplete body.
    """
    page, behind = body, b""
    for coding in codings:
        if _is_page(page):
            break
        found = _UNPACKERS[coding](page)
        page, behind = found.page, behind or found.behind
    return Unpacked(page, behind)


def _is_page(body: bytes) -> bool:
    return looks_like_html(body[:SNIFFED_BYTES])


def _joined(body: bytes) -> Unpacked:
    """Return the chunks of a body, joined.  Raises OSError."""
    parts, at = list[bytes](), 0
    while head := _CHUNK.match(body, at):
        size = int(head[1], 16)
        if not size:
            at = _TRAILERS.match(body, head.end()).end()  # type: ignore[union-attr]  # it matches the empty string
            return Unpacked(b"".join(parts), body[at:] if body[at:].strip(_PADDING) else b"")
        part = body[head.end() : head.end() + size]
        if len(part) < size:
            if len(body) > MAX_DOCUMENT_BYTES:  # it is too long, and cut here
                return Unpacked(body)
            raise OSError("its page is cut off within a chunk")
        parts.append(part)
        at = head.end() + size
        at += len(body[at : at + 2]) - len(body[at : at + 2].lstrip(b"\r\n"))
    if body[at:].strip(_PADDING):
        raise OSError(f"its page is damaged: {body[at : at + 20]!r} is not the start of a chunk")
    return Unpacked(b"".join(parts))


def _inflated(packed: bytes) -> Unpacked:
    """Return bytes decompressed with deflate: gzip members, or deflate with or without a header.  Raises OSError."""
    if packed.startswith(_GZIP):
        form = zlib.MAX_WBITS | 16
    else:
        has_head = len(packed) > 1 and packed[0] & 15 == 8 and not int.from_bytes(packed[:2]) % 31
        form = zlib.MAX_WBITS if has_head else -zlib.MAX_WBITS
    parts, size, at = list[bytes](), 0, 0
    while at < len(packed) and (not parts or packed.startswith(_GZIP, at)):
        unpacker = zlib.decompressobj(form)
        while not unpacker.eof and (piece := packed[at : at + _PIECE_BYTES]):
            try:
                parts.append(unpacker.decompress(piece, MAX_DOCUMENT_BYTES + 1 - size))
            except zlib.error as error:
                raise OSError(f"its compressed page is damaged: {error}") from None
            size += len(parts[-1])
            if size > MAX_DOCUMENT_BYTES:
                return Unpacked(b"".join(parts))
            at += len(piece) - len(unpacker.unused_data)
        if not unpacker.eof:
            raise OSError(_CUT)
    rest = packed[at:]
    return Unpacked(b"".join(parts), rest if rest.strip(_PADDING) else b"")


def _from_frames(packed: bytes) -> Unpacked:
    """Return bytes decompressed from Zstandard frames.  Raises OSError."""
    from zstandard import ZstdError

    try:
        return Unpacked(b"".join(_pieces(packed)))
    except EOFError:
        raise OSError(_CUT) from None
    except ZstdError as error:
        raise OSError(f"its compressed page is damaged: {error}") from None


def _pieces(packed: bytes) -> Iterator[bytes]:
    file, size = Zstandard(BytesIO(packed)), 0
    while size <= MAX_DOCUMENT_BYTES and (piece := file.read1(MAX_DOCUMENT_BYTES + 1 - size)):
        size += len(piece)
        yield piece


_UNPACKERS: Mapping[str, Callable[[bytes], Unpacked]] = {
    "chunked": _joined,
    "gzip": _inflated,
    "x-gzip": _inflated,
    "deflate": _inflated,
    "zstd": _from_frames,
}
