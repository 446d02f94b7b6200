"""Parse HTML with BeautifulSoup and lxml, however deep, broken or short it is.  Slow to import: 0.1 s."""

import re
from collections.abc import Iterator
from io import StringIO
from types import MappingProxyType
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import Tag

# Elements nested deeper become siblings, as in Chrome (kMaximumHTMLParserDOMTreeDepth).  The deepest of 472 real pages
# has under 100.  Without it BeautifulSoup is quadratic in the depth: 3 MB of unclosed <div> took 252 seconds.
MAX_DEPTH = 512

_SURROGATES = re.compile("[\ud800-\udfff]")


def parse(text: str) -> BeautifulSoup:
    """Parse a page.  Never fails: any text is HTML."""
    # As a "file", or BeautifulSoup warns of short texts that look like a path.  Surrogates are no characters to lxml.
    page = StringIO(_SURROGATES.sub("\ufffd", text))
    return BeautifulSoup(page, builder=_Builder(multi_valued_attributes=None))


class _Builder(LXMLTreeBuilder):
    """BeautifulSoup's builder for lxml, for text that is decoded, with a limit to the depth."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.opened: list[Tag | None] = []

    def prepare_markup(self, markup: Any, *_: Any, **__: Any) -> Iterator[tuple[str, None, None, bool]]:
        """Take the text as it is; no guess at its encoding, no warning that it may be XML."""
        yield markup.removeprefix("\ufeff"), None, None, False

    def start(self, tag: Any, attrib: Any, nsmap: Any = MappingProxyType({})) -> None:
        """Open an element; where the tree is too deep, as the sibling of the one that is open."""
        assert self.soup  # BeautifulSoup sets itself before it parses
        if len(self.soup.tagStack) > MAX_DEPTH:
            self.soup.endData()
            self.soup.popTag()
        super().start(tag, attrib, nsmap)
        self.opened.append(self.soup.currentTag)

    def end(self, name: Any) -> None:
        """Close an element, unless a sibling that should be its child has closed it."""
        assert self.soup
        self.soup.endData()
        if self.opened.pop() is self.soup.currentTag:
            super().end(name)

    def comment(self, text: Any) -> None:
        """Skip a comment: it is markup."""

    def doctype(self, name: Any, pubid: Any, system: Any) -> None:
        """Skip the document type: it is markup."""

    def pi(self, target: Any, data: Any) -> None:
        """Skip a processing instruction: it is markup."""
