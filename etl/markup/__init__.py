"""Decoded text -> blocks: paragraphs of plain text, or the text blocks of an HTML page with the tag each came from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from etl.markup.plain import read_article, read_plain
from etl.model import Decoded, DocumentKind, Page

if TYPE_CHECKING:
    from etl.markup.page_model import PageModel

__all__ = ["markup"]


def markup(
    decoded: Decoded, kind: DocumentKind, selectors: Sequence[str] = (), model: "PageModel | None" = None
) -> Page:
    """Cut decoded text into blocks.  Every character is in a block or in the white space between two.

    Blocks of HTML know which of the selectors hold them; the page model tells those of the story.
    """
    if kind != "html":
        return read_plain(decoded.text) if kind == "text" else read_article(decoded.text)
    from etl.markup.html import read_html  # BeautifulSoup and lxml take 0.1 s to import

    return read_html(decoded.text, selectors, model)
