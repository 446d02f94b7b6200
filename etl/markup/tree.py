"""Lay a page out in ONE walk over its tree: how text is set, as a browser would, and what each element calls itself.

Does not decide what belongs to the story.
"""

import re
from collections.abc import Iterator, Mapping

from bs4.element import NavigableString, Tag

from etl.markup.furniture import part_of
from etl.markup.layout import Clue, Element, Layout, Run
from etl.markup.soup import parse

# Elements that a browser sets as blocks (HTML standard, 15.3 "Non-replaced elements").
BLOCKS = frozenset(
    (
        *(
            "html",
            "body",
            "article",
            "main",
            "section",
            "header",
            "footer",
            "nav",
            "aside",
            "address",
            "hgroup",
            "search",
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

# Attributes of a <meta> that name what its content is.
META_KEYS = ("property", "name", "itemprop", "http-equiv")

_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n\s*\n")
_SPACES = re.compile(r" {2,}")
_LINE_END = re.compile(r"\r\n?")


def lay_out(text: str) -> Layout:
    """Parse a page and give its elements, runs of text and clues.  Never fails: any text is HTML."""
    soup = parse(text)
    setter = _Typesetter(soup)
    for node in soup.descendants:
        if isinstance(node, Tag):
            setter.open(node)
        elif isinstance(node, NavigableString):
            setter.set(node)
    return setter.close()


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
        attributes = {name: str(value) for name, value in tag.attrs.items()}
        element = _element(tag.name, attributes, (place, parent), self.elements[parent])
        self.places[id(tag)] = place
        self.elements.append(element)
        self.clues += _clues(tag, attributes)
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


def _element(name: str, attributes: Mapping[str, str], places: tuple[int, int], above: Element) -> Element:
    """Make the element at the first of the places, whose parent is at the second."""
    place, parent = places
    part = "" if _is_of_section(name, above) else part_of(name, attributes)
    return Element(
        name=name,
        parent=parent,
        block=place if part or name in BLOCKS else above.block,
        part=part,
        linked=above.linked or (name == "a" and "href" in attributes),
        verbatim=above.verbatim or name in VERBATIM,
        sectioned=above.sectioned or name in SECTIONING,
        silent=above.silent or name in SILENT,
        identity=attributes.get("id", ""),
        classes=attributes.get("class", ""),
    )


def _is_of_section(name: str, above: Element) -> bool:
    """Say whether a header or footer is not that of a page or article, but of a section or a quotation."""
    return (name == "header" and above.sectioned) or (name == "footer" and above.name == "blockquote")


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


def _clues(tag: Tag, attributes: Mapping[str, str]) -> Iterator[Clue]:
    """Give what an element of the head, or a <time>, says about the page."""
    said = {name: value.strip() for name, value in attributes.items()}
    match tag.name:
        case "meta":
            for key in filter(said.__contains__, META_KEYS):
                yield Clue(said[key].lower(), said.get("content", ""))
        case "link":
            yield Clue(f"link {said.get('rel', '').lower()}", said.get("href", ""))
        case "script":
            yield Clue(f"script {said.get('type', '').lower()}", tag.string or "")
        case "title":
            yield Clue("title", tag.string or "")
        case "html":
            yield Clue("lang", said.get("lang") or said.get("xml:lang", ""))
        case "time":
            yield Clue("time", said.get("datetime", ""))
