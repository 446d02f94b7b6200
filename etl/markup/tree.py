"""Parse HTML and lay it out in ONE walk over the tree of BeautifulSoup.

Decides how text is set and what each element calls itself; does not decide what belongs to the story.
Import it where it is used: bs4 and lxml are slow to import.
"""

import re
from collections.abc import Iterator
from io import StringIO
from types import MappingProxyType
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import NavigableString, Tag

from etl.markup.layout import FURNITURE, Clue, Element, Layout, Run

# Elements nested deeper become siblings, as in Chrome (kMaximumHTMLParserDOMTreeDepth).  The deepest of 472 real pages
# has under 100.  Without it BeautifulSoup is quadratic in the depth: 3 MB of unclosed <div> took 252 seconds.
MAX_DEPTH = 512

# Elements that a browser sets as blocks (HTML standard, 15.3 "Non-replaced elements").
BLOCKS = frozenset(
    (
        *(
            "html",
            "body",
            "address",
            "article",
            "aside",
            "footer",
            "header",
            "hgroup",
            "main",
            "nav",
            "search",
            "section",
        ),
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "center", "div", "figure", "figcaption", "hr"),
        *("pre", "listing", "plaintext", "xmp", "dir", "menu", "ol", "ul", "li", "dl", "dt", "dd"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "details", "summary", "dialog"),
        *("form", "fieldset", "legend", "optgroup", "option", "frameset", "noframes", "title"),
    )
)
# Text that is set as typed.
VERBATIM = frozenset(("listing", "plaintext", "pre", "textarea", "xmp"))
# Markup and not text: never shown, never in a block.
SILENT = frozenset(("annotation", "annotation-xml", "head", "script", "style", "svg", "template"))
# Inside these a <header> is that of a section and not that of the page (HTML-AAM, "header").
SECTIONING = frozenset(("article", "aside", "main", "nav", "section"))

PART_OF_NAME = {
    "aside": "aside",
    "audio": "audio",
    "button": "button",
    "canvas": "iframe",
    "datalist": "select",
    "dialog": "dialog",
    "embed": "iframe",
    "figcaption": "figcaption",
    "footer": "footer",
    "form": "form",
    "header": "header",
    "iframe": "iframe",
    "menu": "menu",
    "nav": "nav",
    "noembed": "iframe",
    "noframes": "iframe",
    "noscript": "noscript",
    "object": "iframe",
    "search": "form",
    "select": "select",
    "textarea": "form",
    "title": "hidden",
    "video": "video",
}
PART_OF_ROLE = {
    "alertdialog": "dialog",
    "banner": "header",
    "complementary": "aside",
    "contentinfo": "footer",
    "dialog": "dialog",
    "menu": "menu",
    "menubar": "menu",
    "navigation": "nav",
    "search": "form",
}
# Words of a class or id that are the same on thousands of sites: comments by WordPress and Disqus, consent windows by
# OneTrust, Cookiebot, Didomi, Quantcast and Usercentrics.  The one on Reuters has more prose than many of its stories.
PART_OF_TOKEN = {
    "comments": "comments",
    "disqus_thread": "comments",
    "respond": "comments",
    "CybotCookiebotDialog": "dialog",
    "didomi-host": "dialog",
    "onetrust-consent-sdk": "dialog",
    "qc-cmp2-container": "dialog",
    "usercentrics-root": "dialog",
}

_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n\s*\n")
_SPACES = re.compile(r" {2,}")
_LINE_END = re.compile(r"\r\n?")
_SURROGATES = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def lay_out(text: str) -> Layout:
    """Parse a page and give its elements, runs of text and clues.  Never fails: any text is HTML."""
    # As a "file", or BeautifulSoup warns of short texts that look like a path.  Surrogates are no characters to lxml.
    page = StringIO(_SURROGATES.sub("\ufffd", text))
    soup = BeautifulSoup(page, builder=_Builder(multi_valued_attributes=None))
    setter = _Typesetter(soup)
    for node in soup.descendants:
        if isinstance(node, Tag):
            setter.open(node)
        elif isinstance(node, NavigableString):
            setter.set(node)
    return setter.close()


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


class _Typesetter:
    """Sets text in runs, element by element and string by string, as a browser would."""

    def __init__(self, root: Tag) -> None:
        self.elements = [Element("html", parent=0, block=0)]
        self.places = {id(root): 0}
        self.runs: list[Run] = []
        self.clues: list[Clue] = []
        self.lines: dict[int, list[tuple[str, bool]]] = {}
        self.block = -1

    def open(self, tag: Tag) -> None:
        """Start an element: list it, end the run if it is a block, end the line if it is a <br>."""
        place, parent = len(self.elements), self.places[id(tag.parent)]
        element = _element(tag, place, parent, self.elements[parent])
        self.places[id(tag)] = place
        self.elements.append(element)
        self.clues += _clues(tag)
        if tag.name in BLOCKS:
            self.flush()
        elif tag.name == "br":
            self.put(element, "\n")

    def set(self, string: NavigableString) -> None:
        """Set a string in the run of its element's block."""
        element = self.elements[self.places[id(string.parent)]]
        self.put(element, _LINE_END.sub("\n", string) if element.verbatim else _SPACE.sub(" ", string))

    def put(self, element: Element, text: str) -> None:
        """Add text to the run of a block.  A part within a line gets a run of its own, after that of the line."""
        if element.silent:
            return
        if element.block != self.block and self.elements[element.block].name in BLOCKS:
            self.flush()
            self.block = element.block
        self.lines.setdefault(element.block, []).append((text, element.linked))

    def flush(self) -> None:
        """End the run, and those of the parts that stood in its lines."""
        for block in sorted(self.lines, key=lambda block: block != self.block):
            self.runs += _runs(block, self.lines[block], self.elements[block].verbatim)
        self.lines.clear()
        self.block = -1

    def close(self) -> Layout:
        """End the page."""
        self.flush()
        return Layout(tuple(self.elements), tuple(self.runs), tuple(self.clues))


def _element(tag: Tag, place: int, parent: int, above: Element) -> Element:
    part = _part(tag, above)
    return Element(
        name=tag.name,
        parent=parent,
        block=place if part or tag.name in BLOCKS else above.block,
        part=part,
        linked=above.linked or (tag.name == "a" and "href" in tag.attrs),
        verbatim=above.verbatim or tag.name in VERBATIM,
        sectioned=above.sectioned or tag.name in SECTIONING,
        silent=above.silent or tag.name in SILENT,
    )


def _part(tag: Tag, above: Element) -> str:
    """Give the word of FURNITURE an element calls for: by its name or role, as comments, or because it is not shown."""
    if (tag.name == "header" and above.sectioned) or (tag.name == "footer" and above.name == "blockquote"):
        return ""
    tokens = f"{_attribute(tag, 'class')} {_attribute(tag, 'id')}".split()
    parts = [PART_OF_TOKEN[token] for token in tokens if token in PART_OF_TOKEN]
    parts += PART_OF_NAME.get(tag.name, ""), PART_OF_ROLE.get(_attribute(tag, "role"), "")
    parts.append("hidden" if _is_hidden(tag) else "")
    return min(filter(None, parts), key=FURNITURE.index, default="")


def _is_hidden(tag: Tag) -> bool:
    """Say whether a browser does not show the element, or does not read it out and it is no part of a line."""
    mute = tag.name in BLOCKS and _attribute(tag, "aria-hidden") == "true"
    return mute or "hidden" in tag.attrs or bool(_INVISIBLE.search(_attribute(tag, "style")))


def _attribute(tag: Tag, name: str) -> str:
    return str(tag.attrs.get(name) or "")


def _runs(block: int, line: list[tuple[str, bool]], verbatim: bool) -> Iterator[Run]:
    """Cut what stands in a block into runs: two line breaks in a row end one."""
    length = sum(len(text.strip()) for text, _ in line)
    linked = sum(len(text.strip()) for text, linked in line if linked) / max(1, length)
    for part in _BLANK_LINES.split("".join(text for text, _ in line)):
        text = (part if verbatim else _collapsed(part)).strip()
        if text:
            yield Run(block, text, linked)


def _collapsed(text: str) -> str:
    return _SPACES.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n")


def _clues(tag: Tag) -> Iterator[Clue]:
    """Give what an element of the head, or a <time>, says about the page."""
    match tag.name:
        case "meta":
            for key in ("property", "name", "itemprop", "http-equiv"):
                if key in tag.attrs:
                    yield Clue(_attribute(tag, key).strip().lower(), _attribute(tag, "content").strip())
        case "link":
            yield Clue(f"link {_attribute(tag, 'rel').strip().lower()}", _attribute(tag, "href").strip())
        case "script":
            yield Clue(f"script {_attribute(tag, 'type').strip().lower()}", tag.string or "")
        case "title":
            yield Clue("title", _SPACE.sub(" ", tag.string or "").strip())
        case "html":
            yield Clue("lang", _attribute(tag, "lang") or _attribute(tag, "xml:lang"))
        case "time":
            yield Clue("time", _attribute(tag, "datetime").strip())
