"""A file that is one document: plain text, or an HTML page."""

from collections.abc import Iterator
from hashlib import sha256

from etl.errors import Unreadable
from etl.model import Kind, Raw
from etl.readers.source import Reading, Reject, Source, open_bytes, read_bounded


def read_text(source: Source, reading: Reading) -> Iterator[Raw | Reject]:
    """Give a text file as one raw document."""
    yield _read(source, reading, "text")


def read_html(source: Source, reading: Reading) -> Iterator[Raw | Reject]:
    """Give an HTML file as one raw document."""
    yield _read(source, reading, "html")


def _read(source: Source, reading: Reading, kind: Kind) -> Raw | Reject:
    with open_bytes(source) as file:
        try:
            body = read_bounded(source, file)
        except Unreadable as error:
            return Reject(source.name, 1, error.fault, b"")
    return Raw(source.name, body, sha256(body).hexdigest(), kind, encoding=reading.encoding, metadata=reading.metadata)
