"""Bytes -> raw documents, one function a format.  What cannot be read becomes a reject; nothing is passed over."""

from collections.abc import Callable, Iterator

from etl.errors import UsageError
from etl.model import Raw
from etl.readers.jsonl import read_jsonl
from etl.readers.source import (
    Format,
    Found,
    Reading,
    Reject,
    Share,
    Source,
    find,
    shares,
    sniff,
    spooled,
)
from etl.readers.whole import read_html, read_text

__all__ = [
    "FORMATS",
    "Format",
    "Found",
    "Reading",
    "Reject",
    "Share",
    "Source",
    "find",
    "only_document",
    "read",
    "shares",
    "sniff",
    "spooled",
]

FORMATS: dict[Format, Callable[[Share, Reading], Iterator[Raw | Reject]]] = {
    "text": read_text,
    "html": read_html,
    "jsonl": read_jsonl,
}
# Bytes that are read at once where only one document is looked for.
_AT_ONCE = 4 << 20


def read(share: Share, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield the raw documents of a share, in order, and in their places what could not be read."""
    if share.fault:
        yield Reject(share.source.name, share.row, share.fault, share.body or b"")
    else:
        yield from FORMATS[share.format](share, reading)


def only_document(source: Source, reading: Reading, line: int) -> Raw:
    """Return the raw document that holds a line of a file: the file itself, or the JSONL record on that line."""
    for share in shares(source, reading, _AT_ONCE):
        for raw in read(share, reading):
            if share.format != "jsonl" or raw.row == line:
                if isinstance(raw, Reject):
                    raise UsageError(f"{raw.path}:{raw.row}", raw.reason)
                return raw
    raise UsageError(f"{source.name}:{line}", "there is no such line")
