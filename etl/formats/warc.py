"""WARC and WET -> raw documents: the pages of a crawl, and the texts that Common Crawl made of them.

FastWARC reads what is in a record.  The row of a document is the offset of its record, as in a CDX index: in a
`.warc.gz` of one member a record, that of the member.
"""

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from itertools import takewhile
from typing import IO, TYPE_CHECKING

import msgspec

from etl.formats.fields import MAX_ID
from etl.formats.http_body import Unpacked, known_codings, unpacked_body
from etl.formats.names import language_code
from etl.formats.opening import before_damage, check_unchanged, open_packed
from etl.formats.sniffing import looks_like_html
from etl.formats.source import MAX_DOCUMENT_BYTES, TOO_LONG, Opened, Reading, Reject, Result, Share
from etl.formats.warc_records import (
    END,
    MAX_HEADER_BYTES,
    MEMBER,
    PIECE_BYTES,
    Piece,
    is_of_members,
    members,
    next_member,
    offsets,
    records,
    with_one_length,
)
from etl.model import Kind, Metadata, Raw

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_HTML_TYPES = ("text/html", "application/xhtml+xml")
# Servers that do not know what they send.
_UNKNOWN_TYPES = ("application/octet-stream", "binary/octet-stream", "application/unknown", "unknown/unknown")
_TEXT_TYPES = ("text/plain",)
# Bytes that may follow the last chunk or the last member of a page.
BEHIND = "stands behind the end of its page, and is not read"
# Headers of servers and crawlers that go into the metadata: WARC header -> name.
_METADATA = {
    "WARC-Date": "warc_date",
    "WARC-Record-ID": "warc_record_id",
    "WARC-Refers-To": "warc_refers_to",
    "WARC-Truncated": "warc_truncated",
    "WARC-Identified-Payload-Type": "warc_payload_type",
    "WARC-Identified-Content-Language": "warc_languages",
}


def read_record(path: str, piece: Piece, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield the document in a record, or what else it is; and what stands behind the end of its page."""
    from fastwarc.warc import WarcRecord

    if piece.fault:
        yield Reject(path, piece.offset, piece.fault, piece.body)
        return
    try:
        whole = with_one_length(piece.body)
        record = WarcRecord.from_bytes(whole)
        kind, what = _kind(record)
        if kind is None:
            yield Reject(path, piece.offset, what, b"", is_error=False)
            return
        found = _payload(record, whole)
    except OSError as error:
        yield Reject(path, piece.offset, f"is a damaged WARC record: {error}", piece.body)
        return
    yield _document_of(path, piece.offset, record, found.page, kind, what, reading)
    if found.behind:
        yield Reject(path, piece.offset, BEHIND, found.behind)


def _kind(record: "WarcRecord") -> tuple[Kind | None, str]:
    """Return the kind of a record's document, or None and the kind of the record."""
    name = record.headers.get("WARC-Type", "")
    if name not in ("response", "conversion", "resource"):
        return None, name or "no type"
    media = (record.headers.get("Content-Type", "") or "").partition(";")[0].strip().lower()
    if media == "application/http":
        record.parse_http(auto_decode="none", quirks_mode=True)
        status = record.http_headers.status_code if record.http_headers else None
        if status is not None and not 200 <= status < 300:
            return None, f"HTTP {status}"
        media = (record.http_content_type or "").lower()
    if media in _HTML_TYPES or media in _UNKNOWN_TYPES:
        return "html", media
    if media in _TEXT_TYPES:
        return "text", media
    return (None, media) if media else ("html", "")  # the server does not name the type, so the content decides


def _payload(record: "WarcRecord", whole: bytes) -> Unpacked:
    """Return the decompressed content of a record.

    If it is too long for a document, only enough is read to show this.
    """
    if record.http_headers is None:
        return Unpacked(bytes(record.reader.read(MAX_DOCUMENT_BYTES + 1)))
    if record.http_headers.status_code is None:
        page = bytes(type(record).from_bytes(whole).reader.read(MAX_DOCUMENT_BYTES + 1))
        if page.lstrip().startswith(b"<") and looks_like_html(page[:PIECE_BYTES]):  # a page without HTTP headers
            return Unpacked(page)
    body = bytes(record.reader.read(MAX_DOCUMENT_BYTES + 1))
    codings = known_codings(
        record.http_headers.get("Content-Encoding", "") or "", record.http_headers.get("Transfer-Encoding", "") or ""
    )
    if codings is not None:
        return unpacked_body(body, codings)
    try:
        again = type(record).from_bytes(whole)  # Brotli, which FastWARC unpacks
        again.parse_http(auto_decode="all", quirks_mode=True)
        return Unpacked(bytes(again.reader.read(MAX_DOCUMENT_BYTES + 1)))
    except OSError:
        if looks_like_html(body[:PIECE_BYTES]):  # the crawler has unpacked it
            return Unpacked(body)
        raise


def _document_of(
    path: str, offset: int, record: "WarcRecord", body: bytes, kind: Kind, what: str, reading: Reading
) -> Raw | Reject:
    looks_like_page = looks_like_html(body[:PIECE_BYTES])
    if len(body) > MAX_DOCUMENT_BYTES:
        return Reject(path, offset, TOO_LONG, body[:MAX_HEADER_BYTES])
    if not body.strip():
        return Reject(path, offset, "empty", b"", is_error=False)
    if what in _UNKNOWN_TYPES and not looks_like_page:
        return Reject(path, offset, what, b"", is_error=False)
    headers = record.headers
    address = (headers.get("WARC-Target-URI", "") or "").strip("<>")
    extra = {name: headers.get(header) for header, name in _METADATA.items()}
    charset = (record.http_charset or "") if record.http_headers else ""
    if record.http_headers:
        extra |= {"http_status": str(record.http_headers.status_code or ""), "http_charset": charset}
    languages = (headers.get("WARC-Identified-Content-Language", "") or "").split(",")
    metadata = Metadata(url=address, language=language_code(languages[0]) if len(languages) == 1 else "")
    return Raw(
        path=path,
        body=body,
        sha256=sha256(body).hexdigest(),
        kind=kind if looks_like_page or record.http_content_type else "text",
        record=address if 0 < len(address) <= MAX_ID else str(offset),
        row=offset,
        encoding=reading.encoding,
        charset=charset,
        metadata=metadata.under(reading.metadata),
        extra=msgspec.json.encode({name: value for name, value in extra.items() if value}).decode(),
    )


def shares(opened: Opened, size: int, reading: Reading) -> Iterator[Share]:
    """Divide a WARC at its records.

    For an uncompressed file, and for gzip members with one record each (as crawlers write them), shares are ranges of
    the file, which is not unpacked here.  Records of other compressions and of pipes are sent to the tasks.
    """
    source = opened.source
    if not opened.is_packed:
        yield from _ranges(opened, size, offsets(opened.file, source.size))
    elif is_of_members(opened):
        with open_packed(source) as file:
            yield from _ranges(opened, size, _members_every(file, source.size, size))
    else:
        yield from _chunks(opened, size)


def _ranges(opened: Opened, size: int, offsets: Iterator[int]) -> Iterator[Share]:
    """Yield ranges of about `size` bytes, which begin at some of these offsets."""
    start = 0
    for offset in offsets:
        if offset - start >= size:
            yield Share(opened.source, "warc", offset - start, row=start, start=start, end=offset)
            start = offset
    end = opened.source.size
    yield Share(opened.source, "warc", end - start, row=start, start=start, end=end)


def _members_every(file: IO[bytes], end: int, size: int) -> Iterator[int]:
    offset = size
    while offset < end:
        offset = next_member(file, offset)
        if offset < end:
            yield offset
        offset += size


def _chunks(opened: Opened, size: int) -> Iterator[Share]:
    """Yield the records of a stream in chunks, each with its offset in the stream.  Raises Changed, and OSError."""
    source, parts, start, length = opened.source, list[bytes](), 0, 0
    file, before = before_damage(opened.file)
    for piece in records(file):
        # Offsets are counted from the first record of a chunk.
        if parts and (piece.fault or length >= size or piece.offset != start + length):
            yield Share(source, "warc", length, b"".join(parts), start)
            parts, length = [], 0
        if piece.fault:
            yield Share(source, "warc", len(piece.body), piece.body, piece.offset, fault=piece.fault)
            continue
        start = start if parts else piece.offset
        parts.append(piece.body + END)
        length += len(parts[-1])
    if parts:
        yield Share(source, "warc", length, b"".join(parts), start)
    if before.damage:
        fault = f"the file is damaged from here on: {before.damage}"
        yield Share(source, "warc", row=before.length, fault=fault)
    check_unchanged(source)


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a share: the pages and texts of its records."""
    for piece in _pieces(share):
        yield from read_record(share.source.name, piece, reading)


def _pieces(share: Share) -> Iterator[Piece]:
    """Yield the records of a share.  Raises OSError and Changed."""
    if share.body is not None:
        yield from records(BytesIO(share.body), share.row)
        return
    with open_packed(share.source) as file:
        file.seek(share.start)
        if file.peek(2).startswith(MEMBER[:2]):
            yield from members(file, share.end)
        else:
            yield from takewhile(lambda piece: piece.offset < share.end, records(file, share.start))
    check_unchanged(share.source)
