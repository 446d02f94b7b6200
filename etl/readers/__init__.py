"""Bytes -> raw documents, one function a format.  What cannot be read becomes a reject; nothing is passed over."""

from collections.abc import Callable, Iterator

from etl.errors import UsageError
from etl.readers.jsonl import read_jsonl
from etl.readers.source import Format, Reading, Reject, Source, find, sniff, split, spool
from etl.readers.whole import read_html, read_text

__all__ = [
    "FORMATS",
    "Format",
    "Reading",
    "Reject",
    "Source",
    "find",
    "only_document",
    "read",
    "sniff",
    "split",
    "spool",
]

from etl.model import Raw

FORMATS: dict[Format, Callable[[Source, Reading], Iterator[Raw | Reject]]] = {
    "text": read_text,
    "html": read_html,
    "jsonl": read_jsonl,
}


def read(source: Source, reading: Reading) -> Iterator[Raw | Reject]:
    """Give the raw documents of a source, in order, and in their places what could not be read."""
    return FORMATS[source.format](source, reading)


def only_document(source: Source, reading: Reading, line: int) -> Raw:
    """Give the raw document that holds a line of a file: the file itself, or the JSONL record on that line."""
    for raw in read(source, reading):
        if source.format != "jsonl" or raw.row == line:
            if isinstance(raw, Reject):
                raise UsageError(f"{raw.path}:{raw.row}", raw.reason)
            return raw
    raise UsageError(f"{source.name}:{line}", "there is no such line")
