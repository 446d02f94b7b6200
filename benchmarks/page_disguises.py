"""Pages in disguise: the same story, marked up as real sites mark up what is none.

Whole stories stand in an <aside>, behind `hidden` while a dialog is open, in a class "comments", in custom elements.
Each is rare in any sample of pages; a model that has never seen one takes the marker at its word.  And the story may be
short, what stands around it long.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import md5
from random import Random
from typing import Any

from lxml import etree
from page_inserts import Donors, insert
from page_structures import restructured

Element = Any

# Share of the story's lines that its container must hold.
MOST = 0.8
CAPTIONS = (
    "image-caption",
    "photo-caption",
    "wp-caption-text",
    "bildunterschrift",
    "legend",
    "pic-text",
    "media__info",
)


def disguises(html: str, name: str, story: Sequence[str], sentences: Sequence[str]) -> Iterator[str]:
    """Yield a page in the disguises that its name draws: with furniture, by another marker, of lists or tables, short.

    `sentences` are those of other pages' stories.
    """
    draw = int(md5(name.encode()).hexdigest(), 16)
    if (container := _container(_parsed(html), story)) is not None:
        paragraphs = _paragraphs(container, story)
        insert(container, paragraphs, Donors(sentences, Random(draw)))
        yield _written(container)
    if (container := _container(_parsed(html), story)) is not None:
        DISGUISES[draw % len(DISGUISES)](container, draw)
        yield _written(container)
    if (root := _parsed(html)) is not None and restructured(root, _paragraphs(root, story), Random(draw)):
        yield _written(root)
    if draw // 13 % 2 and len(story) > 4:
        root = _parsed(html)
        if root is not None:
            _shorten(root, story[2 + draw // 29 % 3 :])
            yield _written(root)


def _parsed(html: str) -> Element | None:
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8", huge_tree=True))
    except etree.XMLSyntaxError:
        return None


def _written(element: Element) -> str:
    return str(etree.tostring(element.getroottree(), encoding="unicode", method="html"))


def _shorten(root: Element, story: Sequence[str]) -> None:
    """Remove most of the story: what stands around it is longer now, as on pages of teasers and discussions."""
    for element in _paragraphs(root, story):
        if (above := element.getparent()) is not None:
            above.remove(element)


def _paragraphs(root: Element, story: Sequence[str]) -> list[Element]:
    """Return the elements that hold lines of the story."""
    wanted = set(story)
    elements = root.iter("p", "li", "h2", "h3", "div", "blockquote", "td")
    return [element for element in elements if " ".join("".join(element.itertext()).split()) in wanted]


def _container(root: Element | None, story: Sequence[str]) -> Element | None:
    """Return the innermost element that holds most of a story, if it is not the whole page."""
    wanted = {" ".join(line.split()) for line in story if len(line) > 40}
    if root is None or len(wanted) < 3:
        return None
    best = None
    for element in root.iter(etree.Element):
        if element.tag in ("div", "section", "article", "main", "td"):
            text = " ".join(" ".join(element.itertext()).split())
            if sum(line in text for line in wanted) >= MOST * len(wanted):
                best = element
    return best


def _renamed(tag: str) -> Callable[[Element, int], None]:
    def disguise(container: Element, _: int) -> None:
        container.tag = tag

    return disguise


def _with(name: str, value: str) -> Callable[[Element, int], None]:
    def disguise(container: Element, _: int) -> None:
        container.set(name, value)

    return disguise


def _page_hidden(container: Element, _: int) -> None:
    """Hide the whole page but for one more dialog."""
    for child in container.getroottree().getroot().iter("body"):
        for part in child:
            if isinstance(part.tag, str):
                part.set("aria-hidden", "true")


def _custom(container: Element, _: int) -> None:
    """Paragraphs as custom elements without a class."""
    for part in container.iter("p", "div"):
        if part is not container:
            part.tag = {"p": "text-block", "div": "content-part"}[part.tag]
            part.attrib.clear()


def _captions(container: Element, draw: int) -> None:
    """Captions under other names."""
    for part in container.iter("figure", "figcaption"):
        if part.tag == "figcaption":
            part.set("class", CAPTIONS[draw // 7 % len(CAPTIONS)])
        part.tag = "div"


def _bare(container: Element, _: int) -> None:
    """No class, id or other name on the page says anything."""
    for part in container.getroottree().getroot().iter(etree.Element):
        for name in [name for name in part.attrib if name not in ("href", "src", "hidden", "style")]:
            if part.tag not in ("meta", "script", "link", "html"):
                del part.attrib[name]


DISGUISES: tuple[Callable[[Element, int], None], ...] = (
    *(_renamed("aside"), _renamed("header"), _renamed("form")),
    *(_with("hidden", ""), _with("style", "display:none"), _with("class", "comments"), _with("class", "c1")),
    *(_page_hidden, _custom, _captions, _captions, _bare, _bare),
)
