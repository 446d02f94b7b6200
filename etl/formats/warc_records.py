"""Find the records of a WARC, uncompressed or in gzip members, by their lengths and by their beginnings.

A record is found by its length, so that a damaged one does not affect others.  A killed crawler leaves an incomplete
record, and the next run writes after it.  Then the length leads into other records, and the record ends where the next
one begins.
"""

import re
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import takewhile
from typing import IO

from msgspec import Struct

from etl.formats.opening import open_packed
from etl.formats.sniffing import WARC_START
from etl.formats.source import MAX_DOCUMENT_BYTES, TOO_LONG, Opened

MEMBER = b"\x1f\x8b\x08"
# The end of a record.
END = b"\r\n\r\n"
# Bytes.  The headers of a record; Common Crawl's have 1 KiB.
MAX_HEADER_BYTES = 64 << 10
# The most nested records that are followed in a file, and more for each of its records.  Pages may show a few records,
# and a WARC in a WARC is followed once.  Without a limit, records that each contain one with the length of the rest
# would take quadratic time.
MAX_FOLLOWED, FOLLOWED_PER_RECORD = 100_000, 10
# Gzip members that show how a file is compressed: the header of the file, and a record.
MEMBERS_LOOKED_AT = 2
# Bytes.  The header of a gzip member, which may have a name, and enough compressed bytes for 16 bytes of content.
MEMBER_HEAD_BYTES = 4 << 10
# Bytes of damaged members in a part of a file after which reading continues behind a damaged member.  Up to this limit,
# reading continues within it, because an incomplete member contains the start of the next one.  But each damaged member
# may claim the rest of the file.
MAX_UNPACKED_AGAIN = 256 << 20
NO_RECORD = "is not a WARC record; perhaps the record before it is longer than its header says"
CUT = "is cut off: the next record begins before its end"
PIECE_BYTES = 256 << 10
# Bytes.  Unpacked bytes before damage are counted in parts of this size.
UNPACKED_AT_ONCE = 1 << 20

# No file has a length with more digits.
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", re.I | re.M)
# FastWARC strips any white space from a name, even single carriage returns.
_LENGTHS = re.compile(rb"^[^:\n]*content-length[^\n]*\n", re.I | re.M)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
# A header must end before the next record.
_END_OR_RECORD = re.compile(rb"\r?\n(?:\r?\n|(?=WARC/\d\.))")
_BARE = re.compile(rb"(?<!\r)\n")
_BLANK = re.compile(rb"[\r\n]*")


class Piece(Struct, frozen=True, gc=False):
    """One record: the offset of its first byte, its bytes, and its fault ("" if none)."""

    offset: int
    body: bytes
    fault: str = ""


class _Window:
    """The part of a file that is in memory: `buffer` from `at` on."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.buffer, self.at = file, b"", 0

    def hold(self, least: int) -> int:
        """Read until so many bytes are in memory, if the file has them.  Return their number."""
        missing = self.at + least - len(self.buffer)
        if missing > 0 and (piece := self.file.read(max(missing, PIECE_BYTES))):
            self.buffer, self.at = self.buffer[self.at :] + piece, 0
        return len(self.buffer) - self.at

    def skip(self, size: int) -> None:
        """Skip so many bytes."""
        held = min(size, len(self.buffer) - self.at)
        self.at += held
        left = size - held
        while left and (piece := self.file.read(min(PIECE_BYTES, left))):
            left -= len(piece)


def records(file: IO[bytes], start: int = 0) -> Iterator[Piece]:
    """Yield the records of an uncompressed WARC from where the file stands; `start` is that offset."""
    window, offset, to_follow = _Window(file), start, MAX_FOLLOWED
    while window.hold(MAX_HEADER_BYTES):
        if lead := _blank(window.buffer, window.at):
            window.skip(lead)
            offset += lead
            continue
        size = _size(window.buffer, window.at)
        if size < 0:
            junk, length = _to_next_record(window)
            yield Piece(offset, junk, NO_RECORD)
            offset += length
            continue
        kept = min(size, MAX_DOCUMENT_BYTES)
        window.hold(kept + MAX_HEADER_BYTES)
        buffer, at = window.buffer, window.at
        end = min(at + kept, len(buffer))
        is_well_ended = to_follow > 0 and end - at == size and _is_end(buffer, end)
        following, followed = _next_within(buffer, at, end, is_well_ended)
        to_follow += FOLLOWED_PER_RECORD - followed
        if following:
            yield Piece(offset, buffer[at:following], CUT)
            size = following - at
        else:
            yield Piece(offset, buffer[at:end], _fault(end - at, size, kept))
        window.skip(size)
        offset += size


def _is_end(buffer: bytes, at: int = 0) -> bool:
    """Return whether a record may end at a place."""
    at += _blank(buffer, at)
    return at == len(buffer) or WARC_START.match(buffer, at) is not None


def _blank(buffer: bytes, at: int = 0) -> int:
    """Return the number of line feeds and carriage returns at a place."""
    found = _BLANK.match(buffer, at)
    return found.end() - at if found else 0


def _next_within(buffer: bytes, at: int, end: int, is_well_ended: bool) -> tuple[int, int]:
    """Return where another record begins within the length of a record, from `at` to `end`; 0 if there is none.

    A page about this format may show a record.  So if the record ends correctly, records must follow one another from
    there to its end.  The number of followed records is also returned.
    """
    limit = end if is_well_ended else end + MAX_HEADER_BYTES
    ends: dict[int, int] = {}
    for match in WARC_START.finditer(buffer, at + 1, limit):
        start = match.start()
        if start >= end:
            break
        is_record = _size(buffer, start, limit) >= 0
        if is_record and not (is_well_ended and _end_of_records(buffer, start, end, ends) < end):
            return start, len(ends)
    return 0, len(ends)


def _end_of_records(buffer: bytes, at: int, limit: int, ends: dict[int, int]) -> int:
    """Return the end of the last of the consecutive records from a place on; `ends` caches results."""
    passed: list[int] = []
    while at not in ends and (size := _size(buffer, at, limit)) >= 0:
        passed.append(at)
        at += size
        at += _blank(buffer[at : min(at + 8, limit)])
    end = ends.get(at, at)
    ends.update(dict.fromkeys(passed, end))
    return end


def _fault(held: int, size: int, kept: int) -> str:
    if size > kept == held:
        return TOO_LONG
    return "is cut off: its record is longer than the rest of the file" if held < size else ""


def _size(buffer: bytes, at: int = 0, limit: int = sys.maxsize) -> int:
    """Return the bytes of the record that begins at a place; -1 if none does, or its header ends behind `limit`."""
    limit = min(limit, at + MAX_HEADER_BYTES)
    end = _END_OR_RECORD.search(buffer, at, limit) if WARC_START.match(buffer, at, limit) else None
    is_ended = end is not None and end[0].count(b"\n") == 2
    length = _LENGTH.search(buffer, at, end.start() + 1) if end and is_ended else None
    return end.end() - at + int(length[1]) if end and length else -1


def with_one_length(record: bytes) -> bytes:
    """Return a record with a correct length, because FastWARC ends the process if a length is huge.

    The lines of its header end in CR LF, as FastWARC needs them.
    """
    end = _END_OF_HEADER.search(record)
    if not end:
        return record
    head, body = record[: end.start()] + b"\r\n", record[end.end() :]
    return b"%sContent-Length: %d\r\n\r\n%s" % (_BARE.sub(b"\r\n", _LENGTHS.sub(b"", head)), len(body), body)


def _to_next_record(window: _Window) -> tuple[bytes, int]:
    """Skip all bytes up to the next record; return the first of them, and their number."""
    window.hold(MAX_HEADER_BYTES)
    first, passed = window.buffer[window.at : window.at + MAX_HEADER_BYTES], 0
    step = 1
    while True:
        window.skip(step)
        passed += step
        is_last = window.hold(2 * MAX_HEADER_BYTES) < 2 * MAX_HEADER_BYTES
        buffer, at = window.buffer, window.at
        until = len(buffer) - (0 if is_last else MAX_HEADER_BYTES)  # a later header may be incomplete
        starts = (match.start() for match in WARC_START.finditer(buffer, at))
        found = (start for start in takewhile(until.__gt__, starts) if _size(buffer, start) >= 0)
        step = next(found, until) - at
        if is_last or at + step < until:
            window.skip(step)
            passed += step
            return first[:passed], passed


def members(file: IO[bytes], end: int) -> Iterator[Piece]:
    """Yield the gzip members that start before the byte `end`, unpacked.  `file` stands at the first.

    A damaged member has a fault, and reading continues with the next member that has a record.
    """
    packed, offset, again = b"", file.tell(), MAX_UNPACKED_AGAIN
    while offset < end:
        packed = packed or file.read(PIECE_BYTES)
        if not packed:
            return
        head, member = packed[:MAX_HEADER_BYTES], _unpacked(packed, file)
        if not member.fault:  # some writers put several records into a member
            for number, piece in enumerate(records(BytesIO(member.body))):
                yield Piece(offset + number, piece.body, piece.fault)
            packed, offset = member.behind, offset + member.used
            continue
        is_within = again > 0 and member.fault != TOO_LONG
        again -= member.size
        following = next_member(file, offset + (1 if is_within else max(1, member.used)))
        yield Piece(offset, head[: following - offset], member.fault)
        offset = following
        file.seek(offset)
        packed = b""


class _Member(Struct, frozen=True, gc=False):
    """A gzip member: its content, its fault, and its numbers of compressed and unpacked bytes.

    `behind` are the bytes that were read after it.
    """

    body: bytes
    fault: str
    used: int
    size: int
    behind: bytes = b""


def _unpacked(packed: bytes, file: IO[bytes]) -> _Member:
    """Return a gzip member whose first bytes were read."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    parts: list[bytes] = []
    size = used = 0
    try:
        while not unpacker.eof:
            packed = packed or file.read(PIECE_BYTES)
            if not packed:
                return _Member(b"", "is cut off: its gzip member does not end", used, size)
            parts.append(unpacker.decompress(packed, min(MAX_DOCUMENT_BYTES - size + 1, UNPACKED_AT_ONCE)))
            size += len(parts[-1])
            if size > MAX_DOCUMENT_BYTES:
                return _Member(b"", TOO_LONG, used, size)
            used += len(packed) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        return _Member(b"", f"is a damaged gzip member: {error}", used, size)
    return _Member(b"".join(parts), "", used, size, unpacker.unused_data)


def next_member(file: IO[bytes], start: int) -> int:
    """Return the offset of the first gzip member from `start` on with a WARC record; the file's size if there is none.

    The mark of a member has three bytes, which occur in compressed data by chance once in 16 MB, so the member is
    unpacked as a test.
    """
    file.seek(start)
    buffer, offset, is_last = b"", start, False
    while not is_last:
        piece = file.read(PIECE_BYTES)
        buffer += piece
        is_last = not piece
        until = max(0, len(buffer) - (0 if is_last else MEMBER_HEAD_BYTES))
        at = buffer.find(MEMBER)
        while 0 <= at < until:
            if _holds_record(buffer[at : at + MEMBER_HEAD_BYTES]):
                return offset + at
            at = buffer.find(MEMBER, at + 1)
        offset, buffer = offset + until, buffer[until:]
    return offset


def _holds_record(packed: bytes) -> bool:
    try:
        head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, 16)
    except zlib.error:
        return False
    return bool(WARC_START.match(head))


def offsets(file: IO[bytes], end: int) -> Iterator[int]:
    """Yield the offset of each record.  Its content is not read, unless its length does not lead to another record."""
    offset = 0
    while offset < end:
        file.seek(offset)
        head = file.read(MAX_HEADER_BYTES)
        size = _size(head)
        yield offset
        if 0 <= size <= end - offset:
            file.seek(offset + size)
            behind = file.read(MAX_HEADER_BYTES)
            if _is_end(behind):
                offset += size + _blank(behind)
                continue
        file.seek(offset)
        offset += _to_next_record(_Window(file))[1]


def is_of_members(opened: Opened) -> bool:
    """Return whether a gzip file has a member for each record: the first members end with their records.

    Some writers put the header of the file into one member, and all records into another.  A damaged member is ignored
    if another one follows.
    """
    if opened.source.is_stream or not opened.head.startswith(b"WARC/") or opened.packing != "gzip":
        return False
    with open_packed(opened.source) as file:
        packed, offset = b"", 0
        for _ in range(MEMBERS_LOOKED_AT):
            member = _unpacked(packed, file)
            fault, body = member.fault, member.body
            offset = next_member(file, offset + 1) if fault and fault != TOO_LONG else offset + member.used
            is_whole = not fault and 0 <= len(body) - _size(body) <= 4
            is_followed = bool(fault) and fault != TOO_LONG and offset < opened.source.size
            if not is_whole and not is_followed:
                return False
            file.seek(offset)
            packed = file.read(PIECE_BYTES)
            if not packed:
                break
    return True
