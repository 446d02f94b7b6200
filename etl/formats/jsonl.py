"""JSON lines: a line is a record.  Cut into ranges of whole lines, or into chunks of them where a task cannot seek."""

from collections.abc import Callable, Iterator
from math import inf
from typing import IO, TypeVar

from msgspec import structs

from etl.formats.opening import bounded_lines, check_unchanged, in_utf8, open_share, pieces, why_badly_cut
from etl.formats.records import read_json
from etl.formats.sniffing import wide_encoding
from etl.formats.source import MAX_DOCUMENT_BYTES, Opened, Reading, Reject, Result, Share, Source
from etl.formats.stores import is_address
from etl.formats.unpacking import Damaged

Record = TypeVar("Record")

SKIPPED_AT_ONCE = 128 << 10


def lines_of(share: Share) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a share that are not blank, by their numbers.  Raises OSError and Changed."""
    with open_share(share) as file:
        if is_range := share.end >= 0:
            file.seek(share.start)
        lines = bounded_lines(file, share.size if is_range else inf)
        for row, line in enumerate(lines, share.row):
            if line.strip():
                yield row, line
    if share.body is None:
        check_unchanged(share.source)


def read_each(share: Share, read: Callable[[int, bytes], Record]) -> Iterator[Record | Reject]:
    """Yield the result of reading each line that is not blank, and a reject where the file is damaged.

    Raises OSError and Changed.
    """
    row = share.row
    try:
        for row, line in lines_of(share):
            yield read(row, line)
    except Damaged as error:
        yield Reject(share.source.name, row + 1, f"the file is damaged from here on: {error}", b"")


def shares(opened: Opened, size: int, reading: Reading) -> Iterator[Share]:
    """Yield a source in parts of whole lines.

    Of a plain file they are ranges, which tasks read: what is read here need not be sent.  Of any other source they are
    chunks, as UTF-8 if it is in UTF-16.  Raises Changed, and OSError.
    """
    source = opened.source
    encoding = wide_encoding(opened.head, reading.encoding)
    if encoding or opened.is_packed or is_address(source.path):
        yield from _chunks(source, in_utf8(opened.file, encoding), size)
    elif source.size <= size:
        yield Share(source, "jsonl", source.size)
    else:
        yield from _ranges(opened, size)
    check_unchanged(source)


def _ranges(opened: Opened, size: int) -> Iterator[Share]:
    start = read = rows = 0
    row = 1
    for block in pieces(opened.file, size):
        rows += block.count(b"\n")
        if cut := block.rfind(b"\n") + 1:
            yield Share(opened.source, "jsonl", read + cut - start, row=row, start=start, end=read + cut)
            start, row, rows = read + cut, row + rows, 0
        read += len(block)
    if start < read:
        yield Share(opened.source, "jsonl", read - start, row=row, start=start, end=read)


def _chunks(source: Source, file: IO[bytes], size: int) -> Iterator[Share]:
    row, held, length = 1, list[bytes](), 0
    try:
        for block in pieces(file, size):
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
    except Damaged as error:
        fault = f"the file is damaged from here on: {error}"
        yield Share(source, "jsonl", body=b"".join(held), row=row, fault=fault)
        return
    if rest := b"".join(held):
        yield Share(source, "jsonl", len(rest), rest, row)


def _skip_line(file: IO[bytes]) -> bytes:
    """Read to the end of a line; return the bytes that were read after it."""
    while block := file.read(SKIPPED_AT_ONCE):
        end = block.find(b"\n") + 1
        if end:
            return block[end:]
    return b""


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a share: its lines."""
    name, given = share.source.name, ""
    if share.body is not None and wide_encoding(b"", reading.encoding):  # in UTF-8, as it was cut
        given, reading = reading.encoding, structs.replace(reading, encoding="")

    def read(row: int, line: bytes) -> Iterator[Result]:
        fault = why_badly_cut(line, given)
        return iter([Reject(name, row, fault, line)]) if fault else read_json(name, row, line, reading)

    for found in read_each(share, read):
        yield from [found] if isinstance(found, Reject) else found
