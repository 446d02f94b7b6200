"""HTML -> blocks, each tagged with its part on the page, and the metadata the page says about itself.

Takes nothing out: every character of the page's text is in exactly one block, so that rules can drop it by name.
`Block.tag` is one word.  In the article's container it is the element the text stands in:

    p  h1 h2 h3 h4 h5 h6  li dt dd  td th caption  blockquote  pre  address figure summary
    div                 everything else that is set as a block, and text between blocks

and everywhere it is the part of the page's furniture, if the text stands in one (the strongest first):

    nav menu footer     also role=navigation, menu, contentinfo; not the footer of a quotation
    comments            class or id is comments, disqus_thread or respond
    dialog              also role=dialog and alertdialog, and the consent windows of well-known vendors
    form select button  also search, textarea, datalist
    iframe audio video  what a browser without them shows; also object, canvas, noembed
    header              of the page (role=banner), not of an article or a section
    noscript
    figcaption
    aside               also role=complementary.  In the article it may be a pull quote
    hidden              hidden, aria-hidden, display: none, visibility: hidden, a title in the body
    outside             in none of these, but outside the article's container

What holds the whole container is no furniture: old ASP.NET sites set the page in one <form>.
"""

from collections.abc import Sequence
from operator import or_

from etl.markup.container import find_container
from etl.markup.furniture import strongest
from etl.markup.layout import Element, Layout, Run, inherited
from etl.markup.metadata import read_metadata
from etl.markup.selector import selected
from etl.markup.tree import lay_out
from etl.model import Block, Page

GAP = "\n\n"

# Elements that tag a block with their own name; the others are a "div".
TELLING = frozenset(
    (
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "address", "figure", "summary"),
        *("li", "dt", "dd", "td", "th", "caption"),
    )
)


def read_html(text: str, selectors: Sequence[str] = ()) -> Page:
    """Cut a page into blocks, in reading order, and read its metadata; each block knows which selectors hold it.

    >>> page = read_html("<nav>Home</nav><article><p>Minsk, 23 August.<br>By our staff</p></article>")
    >>> [(block.tag, block.text) for block in page.blocks]
    [('nav', 'Home'), ('p', 'Minsk, 23 August.\\nBy our staff')]
    """
    layout = lay_out(text)
    container = find_container(layout)
    tags = _tags(layout, container)
    blocks = _blocks(layout.runs, tags, selected(layout, selectors, text))
    return Page(
        GAP.join(run.text for run in layout.runs),
        blocks,
        GAP,
        read_metadata(layout.clues, _headings(layout, container)),
    )


def _blocks(runs: Sequence[Run], tags: Sequence[str], css: Sequence[tuple[str, ...]]) -> tuple[Block, ...]:
    blocks, line, start = [], 1, 0
    for index, (run, selectors) in enumerate(zip(runs, css, strict=True)):
        end = start + len(run.text)
        blocks.append(Block(index, line, start, end, run.text, tags[run.element], selectors))
        line += run.text.count("\n") + len(GAP)
        start = end + len(GAP)
    return tuple(blocks)


def _tags(layout: Layout, container: int) -> list[str]:
    """Give the word for text in each element."""
    elements = layout.elements
    inside = inherited(elements, [place == container for place in range(len(elements))], or_)
    holders = set(layout.path(container))
    own = [
        "" if place in holders or _is_article_header(element, inside[place], elements[container]) else element.part
        for place, element in enumerate(elements)
    ]
    parts = inherited(elements, own, lambda *nested: strongest(nested))
    return [_tag(element.name, part, within) for element, part, within in zip(elements, parts, inside, strict=True)]


def _tag(name: str, part: str, inside: bool) -> str:
    if part or not inside:
        return part or "outside"
    return name if name in TELLING else "div"


def _is_article_header(element: Element, inside: bool, container: Element) -> bool:
    """Say whether a header is that of the article.  On a page without an article, all headers are the page's."""
    return element.part == "header" and inside and container.name not in ("body", "html")


def _headings(layout: Layout, container: int) -> tuple[str, ...]:
    """Give the text of every <h1>, those in the container first."""
    runs = [run for run in layout.runs if layout.elements[run.element].name == "h1"]
    runs.sort(key=lambda run: container not in layout.path(run.element))
    return tuple(run.text for run in runs)
