"""JSON that is not in lines: an array, an object over many lines, or concatenated objects."""

from collections.abc import Iterator
from io import BytesIO

from msgspec import structs

from etl.formats.opening import check_unchanged, in_utf8, open_share, other_encoding, why_badly_cut
from etl.formats.records import read_json
from etl.formats.sniffing import SNIFFED_BYTES
from etl.formats.source import MAX_DOCUMENT_BYTES, Opened, Reading, Reject, Result, Share
from etl.formats.spans import NO_OBJECT, OPENS_AGAIN, SEPARATORS, Value, json_values
from etl.formats.unpacking import Damaged


def shares(opened: Opened, size: int, reading: Reading) -> Iterator[Share]:
    """Divide an array at its objects.  A small uncompressed file is one share, which its task reads.

    Raises Changed, and OSError.
    """
    source = opened.source
    encoding = other_encoding(opened.head, reading.encoding)
    if not encoding and not opened.is_packed and source.size <= size:
        yield Share(source, "json", source.size)
        return
    parts, length, row = list[bytes](), 0, 1
    last = 0
    try:
        for value in json_values(in_utf8(opened.file, encoding), MAX_DOCUMENT_BYTES):
            last = value.number
            is_next = value.number == row + len(parts)  # null and blank elements are numbered, too
            if value.fault or (parts and (length + len(value.body) > size or not is_next)):
                if parts:
                    yield Share(source, "json", length, b"\n".join(parts), row)
                parts, length = [], 0
            if value.fault:
                yield Share(source, "json", len(value.body), value.body, value.number, fault=value.fault)
                continue
            row = row if parts else value.number
            parts.append(value.body)
            length += len(value.body)
    except Damaged as error:
        yield Share(source, "json", row=last + 1, fault=f"the file is damaged from here on: {error}")
    if parts:
        yield Share(source, "json", length, b"\n".join(parts), row)
    if not last and opened.head.strip(SEPARATORS):
        yield Share(source, "json", fault=NO_OBJECT)
    check_unchanged(source)


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a share: its records, which may be deeply nested."""
    name, found, given = share.source.name, False, ""
    if share.body is not None:  # in UTF-8, as it was cut
        given, reading = reading.encoding, structs.replace(reading, encoding="")
    with open_share(share) as file:
        for value in json_values(file, MAX_DOCUMENT_BYTES):
            found = True
            if fault := value.fault or why_badly_cut(value.body, given):
                yield Reject(name, share.row - 1 + value.number, fault, value.body)
                continue
            yield from _read_value(name, share.row - 1 + value.number, value, reading)
    if share.body is None:
        check_unchanged(share.source)
    if not found and not _is_empty(share):
        yield Reject(name, 1, NO_OBJECT, b"")


def _is_empty(share: Share) -> bool:
    """Return whether a share is an empty array, as a crawl that finds nothing writes it."""
    with open_share(share) as file:
        return not file.read(SNIFFED_BYTES).strip(SEPARATORS)


def _read_value(name: str, row: int, value: Value, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a value.

    If it is not valid JSON (a bracket may be missing), yield the documents that it contains.
    """
    results = list(read_json(name, row, value.body, reading))
    match = OPENS_AGAIN.search(value.body)
    if match and any(isinstance(result, Reject) and "is not JSON" in result.reason for result in results):
        first, rest = value.body[: match.end()], value.body[match.end() :]
        yield Reject(name, row, next(one.reason for one in results if isinstance(one, Reject)), first)
        for inner in json_values(BytesIO(rest), MAX_DOCUMENT_BYTES):
            yield from (
                [Reject(name, row, inner.fault, inner.body)]
                if inner.fault
                else read_json(name, row, inner.body, reading)
            )
    else:
        yield from results
