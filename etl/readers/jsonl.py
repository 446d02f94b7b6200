"""JSONL -> raw documents: a line is a record, a record is a document; other fields fill metadata or pass through."""

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import IO, Any, TypeVar

import msgspec
from msgspec import structs

from etl.dates import instant
from etl.errors import Unreadable
from etl.model import Kind, Metadata, Raw
from etl.readers.source import (
    MAX_DOCUMENT_BYTES,
    Changed,
    Reading,
    Reject,
    Share,
    close_unchanged,
    decompression_errors,
    fault_of,
    open_share,
)

Record = TypeVar("Record")

# Where the text is looked for when no --text-field says it, in this order.
TEXT_FIELDS = ("text", "content", "body", "article", "maintext", "article_text")
HTML_FIELDS = ("html", "raw_html")
# Fields that speak for themselves, by the metadata that they fill; the first that is a string and not blank does.
METADATA_FIELDS: dict[str, tuple[str, ...]] = {
    "headline": ("headline", "title"),
    "publisher": ("publisher", "site_name", "sitename", "source_name"),
    "author": ("author", "byline"),
    "created": ("created", "date", "published", "date_publish", "publishedAt", "pubDate"),
    "url": ("url", "link", "source_url"),
    "language": ("language", "lang"),
}

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_jsonl(share: Share, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield the records of JSON lines, each as one raw document; blank lines are no records."""
    name = share.source.name
    return read_each(share, lambda row, line: read_line(name, row, line, reading))


def read_each(share: Share, read: Callable[[int, bytes], Record]) -> Iterator[Record | Reject]:
    """Yield what is read of each line that is not blank, by row and line; and a reject where the file is damaged."""
    row = share.row - 1
    try:
        with open_share(share) as file:
            for line in _lines(file):
                row += 1
                if line.strip():
                    yield read(row, line)
            close_unchanged(share, file)
    except decompression_errors() as error:
        yield Reject(share.source.name, row + 1, f"the file is damaged from here on: {error}", b"")
    except (OSError, Changed) as error:
        yield Reject(share.source.name, row + 1, fault_of(error), b"")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file; one over the limit is cut there."""
    while line := file.readline(MAX_DOCUMENT_BYTES + 1):
        yield line
        while len(line) > MAX_DOCUMENT_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_DOCUMENT_BYTES)


def read_line(path: str, row: int, line: bytes, reading: Reading) -> Raw | Reject:
    """Read one line as a record."""
    if len(line) > MAX_DOCUMENT_BYTES:
        return Reject(path, row, f"is one record of more than {MAX_DOCUMENT_BYTES >> 20} MiB", line)
    try:
        return _record(path, row, line, reading)
    except Unreadable as error:
        return Reject(path, row, error.fault, line.rstrip(b"\r\n"))


def _record(path: str, row: int, line: bytes, reading: Reading) -> Raw:
    fields = _parse(path, line)
    name, kind = _text_field(path, fields, reading)
    body = fields.pop(name)
    if not isinstance(body, str):
        raise Unreadable(path, f"field '{name}' holds no text but {json.dumps(body)[:40]}")
    metadata = _metadata(fields)
    given = {name: value for name, value in structs.asdict(reading.metadata).items() if value}
    return Raw(
        path=path,
        body=body,
        sha256=sha256(line.rstrip(b"\r\n")).hexdigest(),
        kind=kind,
        record=_own_id(fields, row),
        row=row,
        metadata=structs.replace(metadata, **given),
        extra=_well_formed(json.dumps(fields, ensure_ascii=False)),
        notes=("unread date",) if not metadata.created and "created" in fields else (),
    )


def _parse(path: str, line: bytes) -> dict[str, Any]:
    """Read one JSON object.  msgspec is fast and strict; the stdlib has the better word for what is wrong."""
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        fields = _parse_slowly(path, line)
    if not isinstance(fields, dict):
        raise Unreadable(path, f"is a JSON {type(fields).__name__}, not an object")
    return fields


def _parse_slowly(path: str, line: bytes) -> Any:
    def refuse(constant: str) -> None:
        raise Unreadable(path, f"is not JSON: {constant} is no number")

    try:
        return json.loads(line.decode("utf-8").removeprefix("\ufeff"), parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise Unreadable(path, f"is not UTF-8, from byte {error.start} on") from None
    except ValueError as error:
        raise Unreadable(path, f"is not JSON: {error}") from None
    except RecursionError:
        raise Unreadable(path, "is nested too deep") from None


def _text_field(path: str, fields: dict[str, Any], reading: Reading) -> tuple[str, Kind]:
    if reading.html_field or reading.text_field:
        name = reading.html_field or reading.text_field
        if name not in fields:
            raise Unreadable(path, f"has no field '{name}'")
        return name, "html" if reading.html_field else "text"
    for kind, names in (("text", TEXT_FIELDS), ("html", HTML_FIELDS)):
        for name in names:
            if name in fields:
                return name, kind  # type: ignore[return-value]  # the two kinds, in plain sight
    raise Unreadable(path, f"has none of the fields {', '.join(TEXT_FIELDS)}; name it with --text-field")


def _metadata(fields: dict[str, Any]) -> Metadata:
    """Take the fields that speak for themselves out of a record."""
    found: dict[str, str] = {}
    for target, names in METADATA_FIELDS.items():
        for name in names:
            if isinstance(fields.get(name), str) and fields[name].strip():
                found[target] = _well_formed(fields.pop(name).strip())
                break
    if "created" in found and not (time := instant(found["created"])):
        fields["created"] = found.pop("created")  # not a date we can read: it passes through, and is counted
    elif "created" in found:
        found["created"] = time
    return Metadata(**found)


def _own_id(fields: dict[str, Any], row: int) -> str:
    """The input's own id, taken out of the fields, or else the row number."""
    own = fields.get("id")
    if isinstance(own, bool) or not isinstance(own, str | int) or own == "":
        return str(row)
    return _well_formed(str(fields.pop("id")))


def _well_formed(text: str) -> str:
    """Lone surrogates cannot be written as UTF-8; U+FFFD stands for them."""
    return _SURROGATE.sub("\ufffd", text)
