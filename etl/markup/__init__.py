"""Blocks from decoded text: the paragraphs of plain text, or the text blocks of an HTML page with their tags.

Plain text:

plain         blocks from lines
wrapping      paragraphs from lines that were wrapped at a width
limits        how many lines a document may have

An HTML page becomes boxes (elements that begin a new line) and lines, and the page model says which lines are story:

html          blocks of a page; calls the modules below
walk          boxes and lines, while lxml parses the page
elements      tables of HTML elements and attributes
naming        what the class and other attributes of a box say about it
clues         what a page says about itself: head, microdata, bylines, times
layout        the boxes, lines and clues of a page, as values
features/     the features of lines
page_model    the weights of the page model
prediction    the probability of each line that it is story: the weights are applied to the features
story         the lines that are kept
put_back      lines that the model removes, and that are kept nevertheless
folds         what a click unfolds within a story
asides        lines of the story that are removed: by the names of their boxes, by their looks, by where they stand
discussions   what readers say below a story
listed        lists of other stories, menus, cards, calls for action
entries       stories beside one another on a page, and the entries of a live blog
regions       the parts of a page outside its story
account       why a line was kept or removed, for `explain`

Metadata and other parts:

shown         what a page shows of its headline, and beside it
metadata      headline, author and other fields
published     when a page was published
time_labels   words that say what a time is
linked_data   JSON-LD
page_state    a story in the data for the scripts of a page
shown_dates   dates as pages show them
selector      the boxes that the CSS selectors of rules find
levels        the elements around a line that Markdown shows
links         where links are in a line
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.markup.limits import TooMany
from etl.markup.plain import read_article, read_plain
from etl.model import Decoded, DocumentKind, KeepRules, Page

if TYPE_CHECKING:
    from etl.markup.page_model import PageModel

__all__ = ["PageSettings", "TooMany", "markup"]


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
    """Return decoded text divided into blocks.  Every character is in a block or in the white space between two blocks.

    Blocks of HTML have the selectors that match an element around them.  The page model finds the blocks of the story.
    Raises TooMany.
    """
    if kind != "html":
        return read_plain(decoded.text) if kind == "text" else read_article(decoded.text)
    from etl.markup.html import read_html  # BeautifulSoup and lxml take 0.1 s to import

    return read_html(decoded.text, settings.selectors, settings.model, settings.keep_rules, settings.with_links)
