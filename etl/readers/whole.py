"""A file that is one document: plain text, or an HTML page."""

from collections.abc import Iterator
from hashlib import sha256

from etl.errors import Unreadable
from etl.model import Kind, Raw
from etl.readers.source import Changed, Reading, Reject, Share, close_unchanged, fault_of, open_share, read_bounded


def read_text(share: Share, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield a text file as one raw document."""
    yield _read(share, reading, "text")


def read_html(share: Share, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield an HTML file as one raw document."""
    yield _read(share, reading, "html")


def _read(share: Share, reading: Reading, kind: Kind) -> Raw | Reject:
    name = share.source.name
    try:
        with open_share(share) as file:
            body = read_bounded(name, file)
            close_unchanged(share, file)
    except (Unreadable, OSError, Changed) as error:
        return Reject(name, 1, fault_of(error), b"")
    return Raw(name, body, sha256(body).hexdigest(), kind, encoding=reading.encoding, metadata=reading.metadata)
