"""JSON lines: a line is a record.  Cut into chunks of whole lines."""

import json
import re
from collections.abc import Callable, Iterator
from typing import IO, TypeVar

from msgspec import structs

from etl.formats.opening import (
    bounded_lines,
    check_unchanged,
    head_in_utf8,
    in_utf8,
    open_share,
    pieces,
    why_badly_cut,
    wide_encoding,
)
from etl.formats.records import read_json
from etl.formats.source import MAX_DOCUMENT_BYTES, InputFormat, Opened, Reading, Reject, Result, Share
from etl.formats.unpacking import Damaged

Record = TypeVar("Record")

SKIPPED_AT_ONCE = 128 << 10

# Also as Python writes it: {'text': ...}.
_OPENS = re.compile(rb"[\x1e\s]*\{\s*(?:\"|\}|$|'[^'\n]{1,60}':\s)")


def lines_of(share: Share) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a share that are not blank, by their numbers.  Raises OSError and Changed."""
    with open_share(share) as file:
        for row, line in enumerate(bounded_lines(file), share.row):
            if line.strip():
                yield row, line
    if share.body is None:
        check_unchanged(share.source)


def read_each(share: Share, read: Callable[[int, bytes], Record]) -> Iterator[Record | Reject]:
    """Yield what is read of each line that is not blank; and a reject where the file is damaged.

    Raises OSError and Changed.
    """
    row = share.row
    try:
        for row, line in lines_of(share):
            yield read(row, line)
    except Damaged as error:
        yield Reject(share.source.name, row + 1, f"the file is damaged from here on: {error}", b"")


def line_chunks(opened: Opened, size: int, reading: Reading) -> Iterator[Share]:
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
    """Read to the end of a line; return what was read behind it."""
    while block := file.read(SKIPPED_AT_ONCE):
        end = block.find(b"\n") + 1
        if end:
            return block[end:]
    return b""


def looks_like_lines(head: bytes) -> bool:
    """Return whether bytes are JSON in lines: a record, or another JSON value, stands in the first of several.

    >>> looks_like_lines(b'{"a": 1}\\n{"a": 2}'), looks_like_lines(b'{\\n  "a": 1\\n}'), looks_like_lines(b"{x} said")
    (True, False, False)
    """
    lines = [line for line in head_in_utf8(head).removeprefix(b"\xef\xbb\xbf").split(b"\n")[:50] if line.strip()]
    if not lines or not any(_OPENS.match(line) for line in lines[:20]):
        return False
    first = lines[0].lstrip(b"\x1e \t")
    if len(lines) == 1:
        return bool(_OPENS.match(first)) and first.strip() != b"{"
    if _is_value(first):
        return not first.startswith(b"[{")
    return first.startswith(b"{") and len(first.strip()) > 1 and lines[1].lstrip(b"\x1e \t").startswith(b"{")


def _is_value(line: bytes) -> bool:
    try:
        json.JSONDecoder(strict=False).raw_decode(line.decode("utf-8", "replace").strip())
    except (ValueError, RecursionError):
        return False
    return True


def _read(share: Share, reading: Reading) -> Iterator[Result]:
    name, given = share.source.name, ""
    if share.body is not None and wide_encoding(b"", reading.encoding):  # in UTF-8, as it was cut
        given, reading = reading.encoding, structs.replace(reading, encoding="")

    def read(row: int, line: bytes) -> Iterator[Result]:
        fault = why_badly_cut(line, given)
        return iter([Reject(name, row, fault, line)]) if fault else read_json(name, row, line, reading)

    for found in read_each(share, read):
        yield from [found] if isinstance(found, Reject) else found


FORMAT = InputFormat("jsonl", (".jsonl", ".ndjson", ".jl"), looks_like_lines, line_chunks, _read)
