"""JSON lines: a line is a record.  Cut into chunks of whole lines."""

from collections.abc import Callable, Iterator
from typing import IO, TypeVar

from msgspec import structs

from etl.formats.opening import (
    bounded_lines,
    check_unchanged,
    in_utf8,
    open_share,
    pieces,
    why_badly_cut,
)
from etl.formats.records import read_json
from etl.formats.sniffing import wide_encoding
from etl.formats.source import MAX_DOCUMENT_BYTES, Opened, Reading, Reject, Result, Share
from etl.formats.unpacking import Damaged

Record = TypeVar("Record")

SKIPPED_AT_ONCE = 128 << 10


def lines_of(share: Share) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a share that are not blank, by their numbers.  Raises OSError and Changed."""
    with open_share(share) as file:
        for row, line in enumerate(bounded_lines(file), share.row):
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
    """Yield a source in chunks of whole lines, as UTF-8 if it is in UTF-16.

    A small plain file is one share, and its task reads it.  Raises Changed, and OSError.
    """
    source = opened.source
    encoding = wide_encoding(opened.head, reading.encoding)
    if not encoding and not opened.is_packed and source.size <= size:
        yield Share(source, "jsonl", source.size)
        return
    file = in_utf8(opened.file, encoding)
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
    check_unchanged(source)


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
