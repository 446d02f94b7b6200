"""Decoded text -> blocks: paragraphs of plain text, or the text blocks of an HTML page with the tag each came from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.markup.limits import MAX_LINES, TooManyLines
from etl.markup.plain import read_article, read_plain
from etl.model import Decoded, DocumentKind, KeepRules, Page

if TYPE_CHECKING:
    from etl.markup.page_model import PageModel

__all__ = ["MAX_LINES", "PageSettings", "TooManyLines", "markup"]


class PageSettings(Struct, frozen=True):
    """How pages are read: the selectors that rules ask for, the page model, rules that keep, and whether with links.

    What each means stands in `etl.markup.html.read_html`.
    """

    selectors: Sequence[str] = ()
    model: "PageModel | None" = None
    keep_rules: KeepRules | None = None
    with_links: bool = False


ALL_IS_STORY = PageSettings()


def markup(decoded: Decoded, kind: DocumentKind, settings: PageSettings = ALL_IS_STORY) -> Page:
    """Cut decoded text into blocks.  Every character is in a block or in the white space between two.

    Blocks of HTML know which of the selectors hold them; the page model tells those of the story.  Raises TooManyLines.
    """
    if kind != "html":
        return read_plain(decoded.text) if kind == "text" else read_article(decoded.text)
    from etl.markup.html import read_html  # BeautifulSoup and lxml take 0.1 s to import

    return read_html(decoded.text, settings.selectors, settings.model, settings.keep_rules, settings.with_links)
