"""A text file or an HTML page, which is one document."""

from collections.abc import Iterator
from hashlib import sha256

from etl.formats.opening import check_unchanged, open_share, read_bounded
from etl.formats.source import Opened, Reading, Result, Share
from etl.model import Raw


def shares(opened: Opened, _: int, reading: Reading) -> Iterator[Share]:
    """Yield a source as one share; of a stream the bytes are sent along.  Raises Unreadable."""
    source = opened.source
    form = reading.format or "text"
    if source.is_stream:
        body = read_bounded(source.name, opened.file)
        yield Share(source, form, len(body), body)
    else:
        yield Share(source, form, source.size)


def whole_body(share: Share) -> bytes:
    """Return all bytes of a share.  Raises Unreadable, OSError and Changed."""
    with open_share(share) as file:
        body = read_bounded(share.source.name, file)
    if share.body is None:
        check_unchanged(share.source)
    return body


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the one document of a share."""
    body = whole_body(share)
    yield Raw(
        share.source.name,
        body,
        sha256(body).hexdigest(),
        "html" if share.format == "html" else "text",
        encoding=reading.encoding,
        metadata=reading.metadata,
    )
