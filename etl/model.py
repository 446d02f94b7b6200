"""The nouns: plain frozen values that pass between the stages.  Nothing here computes, reads or writes."""

import re
from collections.abc import Callable, Iterator, Sequence
from sys import maxsize
from typing import Literal, Protocol

from msgspec import Struct, structs

Kind = Literal["text", "html"]
# The kind "article" is text that copydesk has cleaned: its paragraphs are known, and lines around them may be missing.
DocumentKind = Literal["text", "html", "article"]
# `document` is the first entry of a document, `end` the last of an audit; they record no characters.
Action = Literal[
    "drop", "cut", "repair", "replace", "extract", "tag", "reject", "duplicate", "structure", "document", "end"
]

# The page has more text behind a paywall; or all prose of the page was removed as furniture.
PageStatus = Literal["", "teaser", "paywalled", "suspect"]


class Metadata(Struct, frozen=True, gc=False, array_like=True):
    """Metadata of an article from its source: JSON-LD, meta tags, fields of a record, options.  "" is unknown."""

    headline: str = ""
    publisher: str = ""
    author: str = ""
    created: str = ""
    url: str = ""
    language: str = ""

    def under(self, given: "Metadata") -> "Metadata":
        """Return the metadata, overridden by those that `given` has."""
        if given == NO_METADATA:
            return self
        return structs.replace(self, **{name: value for name, value in structs.asdict(given).items() if value})


NO_METADATA = Metadata()


class Raw(Struct, frozen=True, gc=False):
    """A raw document: one unit of text as found (a file, a JSONL row), before anything is done to it.

    `path` is as the user named it, `record` the input's own id or row number, `row` the 1-based place in its file.
    `encoding` is the encoding that the user names; if it is "", `decode` finds it.  `charset` is the encoding that the
    server named, which is often wrong.  `sha256` is that of the bytes as found.  `extra` is a JSON object of the fields
    that pass through, `notes` are warnings to count ("unread date").
    """

    path: str
    body: bytes | str
    sha256: str
    kind: DocumentKind = "text"
    record: str = ""
    row: int = 1
    encoding: str = ""
    metadata: Metadata = Metadata()
    extra: str = "{}"
    notes: tuple[str, ...] = ()
    charset: str = ""


class Decoded(Struct, frozen=True, gc=False):
    """The characters of a raw document, the encoding, and the reason for it.

    `replaced` counts bytes that did not fit the encoding.  They are U+FFFD now, or the character that they are in
    Windows-1252.
    """

    text: str
    encoding: str
    reason: Literal["bom", "utf-8", "declared", "detected", "fallback", "given"]
    replaced: int = 0


# The elements around a block that Markdown shows.
LevelKind = Literal["heading", "quote", "list", "item", "table", "row", "cell", "code"]


class Level(Struct, frozen=True, gc=False, array_like=True):
    """An element around a block of a page, by the number of its box.

    `number` is the level of a heading, the number of an item (0 for a bullet), or the column of a cell, from 1.
    """

    kind: LevelKind
    box: int
    number: int = 0


class Link(Struct, frozen=True, gc=False, array_like=True):
    """Characters of a block, as decoded, that are linked, and the address as the page has it."""

    start: int
    end: int
    address: str


class Block(Struct, frozen=True, gc=False, array_like=True):
    """The smallest run of text that is judged, kept or removed.

    `char_start` and `char_end` are characters of the document's decoded text; `text` is that slice, repaired.  `tag` is
    the HTML element that gives the block its part on the page ("nav", "figcaption", "p"); "" in plain text.  `css` are
    the selectors of rules that match an element around the block.  `levels` are the elements around it that Markdown
    shows, the outermost first, and `links` its links, if they are asked for.
    """

    index: int
    line: int
    char_start: int
    char_end: int
    text: str
    tag: str = ""
    css: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    links: tuple[Link, ...] = ()


class Searcher(Protocol):
    """A compiled regex: that of `re`, or one that is bounded in time."""

    def search(self, text: str, start: int = 0, end: int = maxsize, /) -> re.Match[str] | None:
        """As `re` does."""

    def fullmatch(self, text: str, /) -> re.Match[str] | None:
        """As `re` does."""

    def finditer(self, text: str, start: int = 0, end: int = maxsize, /) -> Iterator[re.Match[str]]:
        """As `re` does."""


class Replacement(Struct, frozen=True, gc=False):
    """A repair rule of a pack, compiled: every match of the pattern in a block becomes `after` (a `re` template)."""

    rule: str
    pattern: Searcher
    after: str


class Page(Struct, frozen=True, gc=False):
    """Decoded text cut into blocks.  For HTML the text is that of the blocks, joined by `gap`.

    `gap` is the usual white space between two blocks ("\\n\\n", "\\n", "\\r\\n"): only others are booked. `outside` are
    the removals of blocks outside the story of a page.
    """

    text: str
    blocks: tuple[Block, ...]
    gap: str = "\n\n"
    metadata: Metadata = Metadata()
    outside: tuple["Removal", ...] = ()
    status: PageStatus = ""


class Repair(Struct, frozen=True, gc=False, array_like=True):
    """A change within a block: these characters of the decoded text became `after`.

    `steps` are the repairs and rules that made the change.  `action` is "cut" if one of them is a rule that strips part
    of a line, and "tag" if the place only looks damaged and was left.
    """

    line: int
    char_start: int
    before: str
    after: str
    steps: tuple[str, ...]
    action: Action = "repair"
    kind: str = "glitch"
    version: str = ""


class Document(Struct, frozen=True, gc=False, array_like=True):
    """A raw document decoded, cut into blocks, and repaired.

    `text` is as decoded: offsets count its characters.  The blocks are as repaired.  `repairs` has the changes of each
    block, so that its decoded text can be computed.  `sha256` is that of the raw bytes.
    """

    path: str
    record: str
    row: int
    kind: DocumentKind
    sha256: str
    encoding: str
    text: str
    gap: str
    blocks: tuple[Block, ...]
    repairs: tuple[tuple[Repair, ...], ...]
    metadata: Metadata
    extra: str
    notes: tuple[str, ...] = ()
    outside: tuple["Removal", ...] = ()
    status: PageStatus = ""


class Publisher(Struct, frozen=True, gc=False):
    """Who publishes: one entry of `rules/publishers.jsonl`.  `id` is what rules are scoped by, and so is `group`."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    group: str = ""
    language: str = ""


class Removal(Struct, frozen=True, gc=False, array_like=True):
    """The removal of a block (or only its tag), with the reason: a rule, or the block that it duplicates."""

    block: int
    action: Action
    rule: str
    version: str = ""
    kind: str = ""
    also: tuple[str, ...] = ()
    duplicate_of: str = ""
    similarity: float = 0.0
    residue: str = ""


class KeepRule(Struct, frozen=True, gc=False):
    """A rule that keeps the text of elements that match its selectors, for some publishers; () means all."""

    name: str
    version: str
    kind: str
    css: tuple[str, ...]
    publishers: tuple[str, ...] = ()


# Returns the keep rules for a page with this metadata.
KeepRules = Callable[[Metadata], Sequence[KeepRule]]


class Article(Struct, frozen=True, gc=False, array_like=True):
    """One story within a document: its blocks from index `start` to `end`, furniture included, in reading order.

    `publisher` is the known publisher, if any; `frame` are the blocks that segmentation removes (kicker, headline).
    """

    index: int
    metadata: Metadata
    publisher: Publisher | None
    start: int
    end: int
    frame: tuple[Removal, ...] = ()

    def blocks_of(self, document: Document) -> tuple[Block, ...]:
        """Return the article's blocks."""
        return document.blocks[self.start : self.end]


class DocumentDuplicates(Struct, frozen=True):
    """The duplicates in a document: removals of blocks, and the ids of the articles that are removed whole."""

    removals: tuple[Removal, ...] = ()
    articles: frozenset[str] = frozenset()


NO_DUPLICATES = DocumentDuplicates()
