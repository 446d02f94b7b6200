"""Where the records of a WARC are, plain or in gzip members: by their lengths, and by how they begin.

A record is found by its length, so that one that is damaged costs no other.  A crawler that was killed leaves a record
that is cut, and the next run writes behind it: there the length leads into other records, and the record ends where the
next begins.
"""

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from msgspec import Struct

from etl.formats.opening import open_packed
from etl.formats.source import MAX_DOCUMENT_BYTES, Opened

START = re.compile(rb"WARC/\d\.\d\r?\n")
MEMBER = b"\x1f\x8b\x08"
# What follows a record.
END = b"\r\n\r\n"
# Bytes.  The headers of a record; Common Crawl's have 1 KiB.
MAX_HEADER_BYTES = 64 << 10
# Gzip members that tell how a file is packed: the head of the file, and a record.
MEMBERS_LOOKED_AT = 2
NO_RECORD = "is not a WARC record; perhaps the record before it is longer than its header says"
CUT = "is cut: the next record begins before its end"
TOO_LONG = f"is one record of more than {MAX_DOCUMENT_BYTES >> 20} MiB"
PIECE_BYTES = 256 << 10

# A length of more digits is that of no file.
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", re.I | re.M)
_LENGTHS = re.compile(rb"^[ \t]*content-length[^\n]*\n", re.I | re.M)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
# A header that is not ended before the next record is none.
_END_OR_RECORD = re.compile(rb"\r?\n(?:\r?\n|(?=WARC/1\.))")


class Piece(Struct, frozen=True, gc=False):
    """One record: the offset of its first byte, its bytes, and what is wrong with it ("": nothing)."""

    offset: int
    body: bytes
    fault: str = ""


def records(file: IO[bytes], start: int = 0) -> Iterator[Piece]:
    """Yield the records of an uncompressed WARC from where the file stands; `start` is that offset."""
    buffer, offset = b"", start
    while True:
        buffer += file.read(PIECE_BYTES) if len(buffer) < MAX_HEADER_BYTES else b""
        lead = _blank(buffer)
        buffer, offset = buffer[lead:], offset + lead
        if not buffer:
            return
        size = _size(buffer)
        if size < 0:
            junk, length, buffer = _to_next_record(buffer, file)
            yield Piece(offset, junk, NO_RECORD)
            offset += length
            continue
        kept = min(size, MAX_DOCUMENT_BYTES)
        if len(buffer) < kept:
            buffer += file.read(kept - len(buffer))
        body, buffer = buffer[:kept], buffer[kept:]
        buffer += file.read(PIECE_BYTES) if len(buffer) < MAX_HEADER_BYTES else b""
        is_well_ended = len(body) == size and _is_end(buffer)
        if at := _next_within(body, b"" if is_well_ended else buffer[:MAX_HEADER_BYTES], is_well_ended):
            yield Piece(offset, body[:at], CUT)
            buffer, offset = body[at:] + buffer, offset + at
            continue
        skipped = _skip(file, size - kept - len(buffer)) if size > kept + len(buffer) else 0
        buffer = buffer[size - kept - skipped :] if size > kept else buffer
        yield Piece(offset, body, _fault(body, size, kept))
        offset += size


def _is_end(buffer: bytes) -> bool:
    """Return whether a record may end before these bytes."""
    at = _blank(buffer)
    return at == len(buffer) or START.match(buffer, at) is not None


def _blank(buffer: bytes) -> int:
    """Return how many line feeds and carriage returns a buffer starts with."""
    return len(buffer) - len(buffer.lstrip(b"\r\n"))


def _next_within(body: bytes, behind: bytes, is_well_ended: bool) -> int:
    """Return where another record begins within the bytes that a record claims; 0 if it does nowhere.

    A page may show a record, as one about this format does.  So if a record ends well, records must follow one another
    from there to its very end.  `behind` are the bytes that follow.
    """
    end, found = len(body), body + behind if behind else body
    ends: dict[int, int] = {}
    for match in START.finditer(found, 1):
        at = match.start()
        if at >= end:
            return 0
        if _size(found, at) >= 0 and not (is_well_ended and _end_of_records(body, at, ends) < end):
            return at
    return 0


def _end_of_records(body: bytes, at: int, ends: dict[int, int]) -> int:
    """Return where the last of the records ends that follow one another from a place on; `ends` keeps what is found."""
    passed: list[int] = []
    while at not in ends and (size := _size(body, at)) >= 0:
        passed.append(at)
        at += size
        at += _blank(body[at : at + 8])
    end = ends.get(at, at)
    ends.update(dict.fromkeys(passed, end))
    return end


def _fault(body: bytes, size: int, kept: int) -> str:
    if size > kept == len(body):
        return TOO_LONG
    return "is cut: its record is longer than the rest of the file" if len(body) < size else ""


def _size(buffer: bytes, at: int = 0) -> int:
    """Return the bytes of the record that begins at a place; -1 if none begins there."""
    end = _END_OR_RECORD.search(buffer, at, at + MAX_HEADER_BYTES) if START.match(buffer, at) else None
    is_ended = end is not None and end[0].count(b"\n") == 2
    length = _LENGTH.search(buffer, at, end.start() + 1) if end and is_ended else None
    return end.end() - at + int(length[1]) if end and length else -1


def with_one_length(record: bytes) -> bytes:
    """Return a record with one length, that of its bytes: FastWARC ends the process when it is told a huge one."""
    end = _END_OF_HEADER.search(record)
    if not end:
        return record
    head, body = record[: end.start()] + b"\r\n", record[end.end() :]
    return b"%sContent-Length: %d\r\n\r\n%s" % (_LENGTHS.sub(b"", head), len(body), body)


def _to_next_record(buffer: bytes, file: IO[bytes]) -> tuple[bytes, int, bytes]:
    """Return the first bytes up to the next record, how many there are, and the buffer from there on."""
    first, passed, at = buffer[:MAX_HEADER_BYTES], 0, 1
    while True:
        piece = file.read(PIECE_BYTES)
        whole = max(at, len(buffer) - MAX_HEADER_BYTES) if piece else len(buffer)  # a header behind may be cut
        for match in START.finditer(buffer, at):
            start = match.start()
            if start < whole and _size(buffer, start) >= 0:
                return first[: passed + start], passed + start, buffer[start:] + piece
        if not piece:
            return first, passed + len(buffer), b""
        done = max(0, whole - 1)
        buffer, passed, at = buffer[done:] + piece, passed + done, whole - done


def _skip(file: IO[bytes], size: int) -> int:
    skipped = 0
    while skipped < size and (piece := file.read(min(PIECE_BYTES, size - skipped))):
        skipped += len(piece)
    return skipped


def members(file: IO[bytes], end: int) -> Iterator[Piece]:
    """Yield the gzip members that start before the byte `end`, unpacked.  `file` stands at the first.

    A damaged one has a fault, and reading goes on at the next that holds a record.
    """
    packed, offset = b"", file.tell()
    while offset < end:
        packed = packed or file.read(PIECE_BYTES)
        if not packed:
            return
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        body, fault, used = _unpacked(unpacker, packed, file)
        if not fault:  # some writers put several records into a member
            for number, piece in enumerate(records(BytesIO(body))):
                yield Piece(offset + number, piece.body, piece.fault)
            packed, offset = unpacker.unused_data, offset + used
            continue
        yield Piece(offset, packed[:MAX_HEADER_BYTES], fault)
        offset = next_member(file, offset + 1)
        file.seek(offset)
        packed = b""


def _unpacked(unpacker: "zlib._Decompress", packed: bytes, file: IO[bytes]) -> tuple[bytes, str, int]:
    """Return what a member holds, what is wrong with it, and the bytes that it has."""
    parts: list[bytes] = []
    size = used = 0
    try:
        while not unpacker.eof:
            packed = packed or file.read(PIECE_BYTES)
            if not packed:
                return b"", "is cut: its gzip member does not end", used
            parts.append(unpacker.decompress(packed, MAX_DOCUMENT_BYTES - size + 1))
            size += len(parts[-1])
            if size > MAX_DOCUMENT_BYTES:
                return b"", TOO_LONG, used
            used += len(packed) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        return b"", f"is a damaged gzip member: {error}", used
    return b"".join(parts), "", used


def next_member(file: IO[bytes], start: int) -> int:
    """Return the offset of the first gzip member from `start` on that holds a WARC record; the file's size if none.

    The mark of a member is three bytes that stand in packed data by chance, once in 16 MB: so it is tried.
    """
    file.seek(start)
    buffer, offset = b"", start
    while piece := file.read(PIECE_BYTES):
        buffer += piece
        at = buffer.find(MEMBER)
        while at >= 0:
            if len(buffer) - at < PIECE_BYTES:
                buffer += file.read(PIECE_BYTES)
            if _holds_record(buffer[at : at + PIECE_BYTES]):
                return offset + at
            at = buffer.find(MEMBER, at + 1)
        offset += max(0, len(buffer) - 2)
        buffer = buffer[-2:]
    return offset + len(buffer)


def _holds_record(packed: bytes) -> bool:
    try:
        head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, 16)
    except zlib.error:
        return False
    return bool(START.match(head))


def offsets(file: IO[bytes], end: int) -> Iterator[int]:
    """Yield the offset of each record; what is in it is not read, unless its length leads to no record."""
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
        file.seek(offset + len(head))
        offset += _to_next_record(head, file)[1]


def is_of_members(opened: Opened) -> bool:
    """Return whether a gzip file has a member for each record: the first members end where their record does.

    Some writers put the head of the file into a member, and all records into another.  A damaged member says nothing,
    if another one follows.
    """
    if opened.source.is_stream or not opened.head.startswith(b"WARC/") or opened.packing != "gzip":
        return False
    with open_packed(opened.source) as file:
        packed, offset = b"", 0
        for _ in range(MEMBERS_LOOKED_AT):
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            body, fault, used = _unpacked(unpacker, packed, file)
            offset = next_member(file, offset + 1) if fault and fault != TOO_LONG else offset + used
            is_whole = not fault and 0 <= len(body) - _size(body) <= 4
            is_followed = bool(fault) and fault != TOO_LONG and offset < opened.source.size
            if not is_whole and not is_followed:
                return False
            file.seek(offset)
            packed = file.read(PIECE_BYTES)
            if not packed:
                break
    return True
