"""A document of a run -> each of its articles with all of its changes, block by block."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from etl.audit import BOOKED_NOTHING, GAP, JOINT, Entry, Kept
from etl.report.reading import ArticleFields, RunDocument

# Actions that remove characters from the text; `extract` moves them into a field.
REMOVING = ("drop", "cut", "reject", "duplicate")
# Characters of a headline, and of the words that replace a missing headline.
MAX_TITLE = 300
MAX_OPENING = 80
UNWRITTEN = "not written"
"""The status of an article without a record: it was rejected, or is a duplicate."""


class Span(Struct, frozen=True, gc=False):
    """Characters of a kept block: unchanged, or changed as in `entry`; a tag marks characters that look damaged."""

    text: str
    entry: Entry | None = None


class ShownBlock(Struct, frozen=True, gc=False):
    """A block in its place: kept (`spans`) or removed whole (`entry`).

    `start` and `end` count characters of the decoded text, `line` its lines.  `tags` are tags of a block that stays.
    """

    start: int
    end: int
    line: int
    spans: tuple[Span, ...] = ()
    entry: Entry | None = None
    tags: tuple[Entry, ...] = ()

    @property
    def text(self) -> str:
        """The text of the block in the article, or before its removal."""
        return self.entry.before if self.entry else "".join(span.text for span in self.spans)


class ArticleChanges(Struct, frozen=True):
    """An article and its blocks, in reading order.

    `path` and `row` name its document.  `before` and `after` are its characters as decoded and as written.
    """

    fields: ArticleFields
    path: str
    row: int
    record: str
    blocks: tuple[ShownBlock, ...]
    before: int
    after: int

    @property
    def title(self) -> str:
        """Its headline, or its first words, or its place."""
        opening = next((block.text for block in self.blocks if block.text.strip()), "")
        return titled(self.fields, opening, f"{self.path}:{self.row}")

    @property
    def entries(self) -> list[Entry]:
        """The changes of the article, without white space."""
        return [entry for block in self.blocks for entry in entries_of(block)]


def entries_of(block: ShownBlock) -> Iterator[Entry]:
    """Yield the audit entries of a block."""
    if block.entry:
        yield block.entry
    yield from block.tags
    yield from (span.entry for span in block.spans if span.entry and span.entry.action != "tag")


def changes_of(document: RunDocument) -> list[ArticleChanges]:
    """Return the articles of a document with their changes, in reading order, with those that were not written."""
    blocks: defaultdict[str, list[ShownBlock]] = defaultdict(list)
    for article_id, block in _Walk(document).blocks():
        blocks[article_id].append(block)
    head = document.head
    return [
        ArticleChanges(one, head.path, head.row, head.record, tuple(blocks[one.id]), *lengths(one, entries))
        for one, entries in articles_with_entries(document)
    ]


def articles_with_entries(document: RunDocument) -> Iterator[tuple[ArticleFields, tuple[Entry, ...]]]:
    """Yield all articles of a document in reading order, also those that were not written, each with its entries."""
    written = {article.id: article for article in document.articles}
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in document.entries:
        entries[entry.article_id].append(entry)
    for key in _article_ids(document):
        yield written.get(key) or ArticleFields(key, "", status=UNWRITTEN), tuple(entries[key])


def _article_ids(document: RunDocument) -> list[str]:
    """Return the ids of all articles of a document in reading order: of those written, and of those in entries only."""
    starts = {article.id: document.head.char_end for article in document.articles}
    order = {article.id: at for at, article in enumerate(document.articles)}
    for entry in document.entries:
        if entry.article_id not in order:
            starts[entry.article_id] = min(starts.get(entry.article_id, entry.char_start), entry.char_start)
    if len(starts) == len(order):
        return list(order)
    return _merged(document, starts)


def _merged(document: RunDocument, starts: dict[str, int]) -> list[str]:
    """Return the written articles in order; each of the others is before the first written one with a later entry."""
    first: dict[str, int] = {}
    for entry in document.entries:
        first.setdefault(entry.article_id, entry.char_start)
    place, places = 0, {}
    for article in document.articles:
        place = first.get(article.id, place)
        places[article.id] = place
    return sorted(starts, key=lambda key: places.get(key, starts[key]))


def titled(article: ArticleFields, opening: str, place: str) -> str:
    """Return the title of an article: its headline, its first words, or its place."""
    if article.headline or not opening:
        return (article.headline or place)[:MAX_TITLE]
    words = " ".join(opening[:MAX_TITLE].split())
    return words if len(words) <= MAX_OPENING else f"{words[:MAX_OPENING]}…"


def lengths(article: ArticleFields, entries: Iterable[Entry]) -> tuple[int, int]:
    """Return the characters of an article as decoded and as written."""
    after = len(article.text)
    grown = sum(
        len(entry.before) + len(entry.gap) - len(entry.after) for entry in entries if entry.action not in BOOKED_NOTHING
    )
    return after + grown, after


class _Walk:
    """One walk through a document: its blocks, each with the id of its article."""

    def __init__(self, document: RunDocument) -> None:
        self._document = document
        self._ids = [article.id for article in document.articles if article.text]
        tags = (entry for entry in document.entries if entry.action == "tag")
        self._tags = sorted(tags, key=lambda entry: entry.char_start)
        self._at, self._line = 0, 1
        self._start, self._start_line = 0, 1
        self._spans: list[Span] = []
        self._article = ""

    def blocks(self) -> Iterator[tuple[str, ShownBlock]]:
        """Yield article ids and blocks, in reading order."""
        for piece in self._document.restoration().pieces():
            if isinstance(piece, Kept):
                yield from self._kept(piece)
            else:
                yield from self._booked(piece)
        yield from self._close()

    def _kept(self, piece: Kept) -> Iterator[tuple[str, ShownBlock]]:
        article = self._ids[piece.article]
        if self._spans and article != self._article:
            yield from self._close()
        self._article = article
        if piece.is_gap:
            yield from self._close()
            self._pass(piece.text)
            return
        for number, part in enumerate(piece.text.split(JOINT)):
            if number:
                yield from self._close()
                self._pass(JOINT)
            if part:
                self._open()
                self._spans.append(Span(part))
                self._pass(part)

    def _booked(self, entry: Entry) -> Iterator[tuple[str, ShownBlock]]:
        if entry.rule == GAP or entry.line_sha256:
            yield from self._close()
        if entry.line_sha256:
            yield entry.article_id, ShownBlock(entry.char_start, entry.char_end, self._line, entry=entry)
        elif entry.rule != GAP:
            self._article = entry.article_id
            self._open()
            self._spans.append(Span(entry.after, entry))
        self._pass(entry.before + entry.gap)

    def _open(self) -> None:
        if not self._spans:
            self._start, self._start_line = self._at, self._line

    def _pass(self, text: str) -> None:
        self._at += len(text)
        self._line += text.count("\n")

    def _close(self) -> Iterator[tuple[str, ShownBlock]]:
        if self._spans:
            tags = tuple(self._take_tags())
            spans = tuple(_with_tags(self._spans, self._start, tags))
            self._spans = []
            yield self._article, ShownBlock(self._start, self._at, self._start_line, spans, tags=tags)

    def _take_tags(self) -> Iterator[Entry]:
        """Yield the tags that begin before the end of the current block."""
        while self._tags and self._tags[0].char_start < self._at:
            tag = self._tags.pop(0)
            if tag.char_start >= self._start:
                yield tag


def _with_tags(spans: Sequence[Span], start: int, tags: Sequence[Entry]) -> Iterator[Span]:
    """Yield the spans of a block, with tagged characters as spans of their own."""
    doubts = [tag for tag in tags if not tag.line_sha256]
    for span in spans:
        end = start + len(span.entry.before if span.entry else span.text)
        at = start
        for tag in doubts if span.entry is None else ():
            if at <= tag.char_start and tag.char_end <= end:
                yield from (Span(text) for text in (span.text[at - start : tag.char_start - start],) if text)
                yield Span(tag.before, tag)
                at = tag.char_end
        rest = span.text[at - start :] if span.entry is None else span.text
        if rest or span.entry:
            yield Span(rest, span.entry)
        start = end
