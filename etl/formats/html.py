"""An HTML page, which is one document."""

from collections.abc import Iterator

from etl.formats.sniffing import looks_like_html
from etl.formats.source import InputFormat, Reading, Result, Share
from etl.formats.text import read_whole, whole


def _read(share: Share, reading: Reading) -> Iterator[Result]:
    yield read_whole(share, reading, "html")


FORMAT = InputFormat("html", (".html", ".htm", ".xhtml"), looks_like_html, whole, _read)
