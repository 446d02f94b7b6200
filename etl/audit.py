"""The books: record and balance every change of a document, and rebuild the decoded text from articles and audit.

An audit entry has characters of the decoded text (`before`, from `char_start` on) and the text that replaces them in
the article (`after`). The entry of a removed block also has the white space behind the block (`gap`). White space
between two kept blocks has an entry only if it differs from the usual white space of the document.

A `document` entry stands before the entries of each document.  Its `gap` is the usual white space between two blocks,
`char_end` the length of the decoded text and `line_sha256` its hash; `also` lists the articles that were written, each
as `id:sha256 of its text`.  An `end` entry closes the audit of a run: `row` is the number of documents, `char_end`
their length, `line_sha256` the checksum of all entries before it.  The audit of `dedup` has only entries for
duplicates, and an `end` entry.  The `rule` of this entry is END_OF_DEDUP, and its checksum is that of the records that
were written.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from typing import IO, Any

import msgspec
from msgspec import Struct, structs

from etl.errors import BooksError, in_one_line
from etl.model import Action, Block, Document, Removal

JOINT = "\n\n"
"""The text between two blocks of an article's text."""

GAP = "structure/gap"
END_OF_DEDUP = "duplicate/end"
"""The rule of the entry that closes the audit of `dedup`."""

Counts = tuple[tuple[str, int], ...]

_encode = msgspec.json.Encoder().encode

# An audit's checksum is a polynomial in this number: its documents are the coefficients.
_STEP, _MODULUS = 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F86C6A11D0C18E95, 1 << 256

# Entries that take no characters.
BOOKED_NOTHING = ("tag", "document", "end")


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """One audit entry; its fields are those of the audit file.  `row` distinguishes records of one file."""

    schema: str = "copydesk/audit/1"
    article_id: str = ""
    path: str
    record: str
    row: int
    line: int
    char_start: int
    char_end: int
    action: Action
    rule: str
    rule_version: str = ""
    also: str = ""
    kind: str = "structure"
    before: str
    after: str = ""
    gap: str = ""
    duplicate_of: str = ""
    similarity: float = 0.0
    residue: str = ""
    line_sha256: str = ""


class EditedArticle(Struct, frozen=True, gc=False):
    """What the books need of an article: id, blocks, removals, the kept blocks, its text and the hash of the text."""

    id: str
    blocks: tuple[Block, ...]
    removals: tuple[Removal, ...]
    kept: tuple[Block, ...]
    text: str
    sha256: str

    def is_rejected(self) -> bool:
        """Return true if a rule has rejected the article: it is not written."""
        return any(removal.action == "reject" for removal in self.removals)


def removed_blocks(removals: Iterable[Removal]) -> frozenset[int]:
    """Return the numbers of the blocks that are removed; a tag removes nothing."""
    return frozenset(removal.block for removal in removals if removal.action != "tag")


def edited_article(article_id: str, blocks: tuple[Block, ...], removals: tuple[Removal, ...]) -> EditedArticle:
    """Return an article with its kept blocks, and its text: these blocks, a blank line between two."""
    removed = removed_blocks(removals)
    kept = tuple(block for block in blocks if block.index not in removed)
    text = JOINT.join(block.text for block in kept)
    return EditedArticle(article_id, blocks, removals, kept, text, text_sha256(text))


class Balance(Struct, frozen=True, gc=False):
    """Characters of decoded text, with white space: read = kept + changed + removed.

    `kept` are in an article as they were read, `changed` in another form (repaired, replaced), and `removed` in none.
    """

    read: int = 0
    kept: int = 0
    changed: int = 0
    removed: int = 0

    def is_even(self) -> bool:
        """Return true if nothing is missing and nothing is counted twice."""
        return self.read == self.kept + self.changed + self.removed


class Tally(Struct, frozen=True, gc=False):
    """The counts of one task; the counts of the run are the sum over its shards.

    `checksum` is that of the audit (see `document_checksum`).  `timed_out` are the rules that the run did not use,
    because their regex took too long.  `warnings` count what a user should look at: articles without any text left
    ("emptied"), articles that are copies as a whole ("copy"), and dates that could not be read ("unread date").
    """

    documents: int = 0
    rejects: int = 0
    books: Balance = Balance()
    timed_out: tuple[str, ...] = ()
    statuses: Counts = ()
    rules: Counts = ()
    kinds: Counts = ()
    publishers: Counts = ()
    encodings: Counts = ()
    warnings: Counts = ()
    checksum: str = ""

    def as_object(self) -> dict[str, Any]:
        """Return the tally as JSON has it: counts by name are objects."""
        fields = structs.asdict(self)
        return fields | {name: dict(fields[name]) for name in COUNTED}


COUNTED = ("statuses", "rules", "kinds", "publishers", "encodings", "warnings")


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies, in order: of documents for a shard, of shards for a run.  Names are sorted."""
    documents = rejects = read = kept = changed = removed = 0
    counts = {name: Counter[str]() for name in COUNTED}
    parts: list[tuple[str, int]] = []
    for tally in tallies:
        parts.append((tally.checksum, tally.documents))
        documents += tally.documents
        rejects += tally.rejects
        read += tally.books.read
        kept += tally.books.kept
        changed += tally.books.changed
        removed += tally.books.removed
        for name, counter in counts.items():
            for key, count in getattr(tally, name):
                counter[key] += count
    named = {name: tuple(sorted(counter.items())) for name, counter in counts.items()}
    return Tally(documents, rejects, Balance(read, kept, changed, removed), (), **named, checksum=checksum_of(parts))


def document_checksum(head: Entry, entries: Sequence[Entry]) -> str:
    """Return the checksum of a document's part of the audit: its `document` entry and the entries that follow it."""
    return sha256(_encode((head, entries))).hexdigest()


def checksum_of(parts: Iterable[tuple[str, int]]) -> str:
    """Return the checksum of an audit from the checksum and the number of documents of each of its parts, in order.

    It depends on the order of the documents, but not on how they are divided into parts. Without documents it is "".

    >>> one, two, three = "1", "2", "3"
    >>> both = checksum_of([(two, 1), (three, 1)])
    >>> checksum_of([(one, 1), (both, 2)]) == checksum_of([(one, 1), (two, 1), (three, 1)])
    True
    >>> checksum_of([(one, 1), (two, 1)]) == checksum_of([(two, 1), (one, 1)])
    False
    """
    found, is_any = 0, False
    for checksum, documents in parts:
        found = (found * pow(_STEP, documents, _MODULUS) + int(checksum or "0", 16)) % _MODULUS
        is_any = is_any or bool(checksum)
    return f"{found:064x}" if is_any else ""


def lines_checksum(file: IO[bytes]) -> str:
    r"""Return the checksum of the lines of a file, which does not depend on their order; one piece is in memory.

    >>> from io import BytesIO
    >>> parts = map(lines_checksum, (BytesIO(b"b"), BytesIO(b"a\n")))
    >>> lines_checksum(BytesIO(b"a\nb\n")) == sum_of_checksums(parts)
    True
    """
    summed, line, is_open, found = 0, sha256(), False, False
    while piece := file.readline(1 << 20):
        found = True
        line.update(piece.removesuffix(b"\n"))
        if not (is_open := not piece.endswith(b"\n")):
            summed, line = summed + int.from_bytes(line.digest()), sha256()
    if is_open:
        summed += int.from_bytes(line.digest())
    return _checksum(summed) if found else ""


def sum_of_checksums(checksums: Iterable[str]) -> str:
    """Return the checksum of the lines of several files; "" if there are no files."""
    numbers = [int(one, 16) for one in checksums if one]
    return _checksum(sum(numbers)) if numbers else ""


def _checksum(summed: int) -> str:
    return f"{summed % (1 << 256):064x}"


def close(tallies: Iterable[Tally]) -> Tally:
    """Return the total of a run. Raises BooksError if it does not balance."""
    run = total(tallies)
    if not run.books.is_even():
        raise BooksError("", f"the run does not balance: {run.books}", "Nothing was published.")
    return run


def post(document: Document, articles: Sequence[EditedArticle]) -> tuple[Entry, ...]:
    """Return the entries of all changes that turn a document into its articles' texts, in reading order."""
    text_start = document.blocks[0].char_start if document.blocks else len(document.text)
    lead = _booked_gap(document, articles[0].id, 1, 0, text_start, "")
    return (*lead, *(entry for article in articles for entry in _article_entries(document, article)))


def document_entry(document: Document, written: Sequence[EditedArticle]) -> Entry:
    """Return the `document` entry, the first of a document; `written` are the articles in the output."""
    is_as_read = len(written) == 1 and written[0].text == document.text
    return Entry(
        path=document.path,
        record=document.record,
        row=document.row,
        line=0,
        char_start=0,
        char_end=len(document.text),
        action="document",
        rule="",
        also=",".join(f"{article.id}:{article.sha256}" for article in written),
        before="",
        gap=document.gap,
        line_sha256=written[0].sha256 if is_as_read else text_sha256(document.text),
    )


def end_entry(run: Tally, rule: str = "") -> Entry:
    """Return the entry that closes the audit of a run."""
    return Entry(
        path="", record="", row=run.documents, line=0, char_start=0, char_end=run.books.read, action="end", rule=rule,
        before="", line_sha256=run.checksum,
    )  # fmt: skip


def balance(document: Document, texts: Sequence[str], entries: Sequence[Entry]) -> Balance:
    """Verify the books of a document: its text can be rebuilt exactly, and each character is counted once.

    Raises BooksError otherwise.
    """
    if not entries and list(texts) == [document.text]:  # nothing was taken
        return Balance(len(document.text), len(document.text))
    restored = Restoration(texts, entries, document.gap, len(document.text))
    text = restored.text()
    if text != document.text:
        at = next((i for i, (a, b) in enumerate(zip(text, document.text, strict=False)) if a != b), len(text))
        raise BooksError(document.path, f"articles and audit do not give the text back, from character {at} on")
    changed = removed = 0
    for entry in entries:
        if entry.action in BOOKED_NOTHING:
            continue
        if entry.after:
            changed += len(entry.before)
        else:
            removed += len(entry.before) + len(entry.gap)
    books = Balance(len(document.text), restored.kept, changed, removed)
    if not books.is_even():
        raise BooksError(document.path, f"the books do not balance: {books}")
    return books


class Kept(Struct, frozen=True, gc=False):
    """Characters of the decoded text that are in an article; `article` is its number among the articles with text.

    `is_gap` is true for white space between blocks, which is a blank line in the article.
    """

    article: int
    text: str
    is_gap: bool = False


class Restoration:
    """The decoded text of a document, rebuilt from the texts of its articles, in order, and its audit entries.

    `length` is that of the decoded text. If a forged audit gives more text, the rest is not built. `kept` counts the
    characters that came from the articles.
    """

    def __init__(self, texts: Sequence[str], entries: Iterable[Entry], gap: str, length: int) -> None:
        self._texts = [text for text in texts if text]
        self._count = len(self._texts)
        booked = (entry for entry in entries if entry.action not in BOOKED_NOTHING)
        self._entries = sorted(booked, key=lambda entry: (entry.char_start, entry.char_end))
        self._gap = gap
        self._length = length
        self._at = 0
        # The place of the next blank line of the first text, or of its end. It is searched once, not once for each
        # entry before it.
        self._joint = -1
        self.kept = 0

    def text(self) -> str:
        """Return the decoded text."""
        return "".join(map(_said, self.pieces()))

    def pieces(self) -> Iterator["Kept | Entry"]:
        """Yield the decoded text in order: the kept characters, and the entries of all others."""
        left = self._length
        for piece in self._pieces():
            yield piece
            left -= len(_said(piece))
            if left < 0:
                return

    def _pieces(self) -> Iterator["Kept | Entry"]:
        at = 0
        for entry in self._entries:
            yield from self._kept(entry.char_start - at)
            yield entry
            self._move(len(entry.after))
            at = entry.char_end + len(entry.gap)
        while self._texts:
            yield from self._kept(len(self._texts[0]) * max(1, len(self._gap)))

    def _kept(self, wanted: int) -> Iterator["Kept"]:
        """Yield the next `wanted` kept characters of the decoded text; a blank line in an article was a gap there."""
        while wanted > 0 and self._texts:
            number = self._count - len(self._texts)
            if self._gap == JOINT:  # then the source reads as the text does
                piece = Kept(number, self._texts[0][self._at : self._at + wanted])
                self._move(len(piece.text))
            elif (joint := self._next_joint()) == self._at:
                piece = Kept(number, self._gap, is_gap=True)
                self._move(len(JOINT))
            else:
                piece = Kept(number, self._texts[0][self._at : min(joint, self._at + wanted)])
                self._move(len(piece.text))
            wanted -= len(piece.text)
            self.kept += len(piece.text)
            yield piece

    def _next_joint(self) -> int:
        if self._joint < self._at:
            found = self._texts[0].find(JOINT, self._at)
            self._joint = found if found >= 0 else len(self._texts[0])
        return self._joint

    def _move(self, by: int) -> None:
        self._at += by
        if self._texts and self._at >= len(self._texts[0]):
            self._texts.pop(0)
            self._at, self._joint = 0, -1


def _said(piece: Kept | Entry) -> str:
    return piece.text if isinstance(piece, Kept) else piece.before + piece.gap


def place_of(path: str, row: int, record: str, line: int = 0) -> str:
    """Return a place as `explain` takes it: `path:line`, of a record `path:row:line`; without a line, of the document.

    >>> place_of("page.txt", 1, "", 12), place_of("crawl.jsonl", 7, "id-7", 3), place_of("page.txt", 1, "")
    ('page.txt:12', 'crawl.jsonl:7:3', 'page.txt')
    """
    return ":".join([in_one_line(path), *([str(row)] if record else []), *([str(line)] if line else [])])


def place_in(document: Document, line: int) -> str:
    """Return the place of a line of a document, as `explain` takes it; lines of HTML are those of its text."""
    return place_of(document.path, document.row, document.record, line)


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8; half a surrogate pair is hashed as it stands."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _article_entries(document: Document, article: EditedArticle) -> Iterator[Entry]:
    removals: dict[int, list[Removal]] = {}
    for removal in article.removals:
        removals.setdefault(removal.block, []).append(removal)
    last_kept = article.kept[-1].index if article.kept else -1
    text, gap, repairs = document.text, document.gap, document.repairs
    for block in article.blocks:
        index, end = block.index, _gap_end(document, block)
        of_block = removals.get(index, ())
        for removal in of_block:
            yield _removed(document, article.id, block, removal)
        if of_block and any(removal.action != "tag" for removal in of_block):
            continue
        if repairs[index]:
            yield from _repaired(document, article.id, block)
        is_followed = index < last_kept
        if text[block.char_end : end] != (gap if is_followed else ""):
            after = JOINT if is_followed else ""
            yield from _booked_gap(document, article.id, block.line, block.char_end, end, after)


def _removed(document: Document, article_id: str, block: Block, removal: Removal) -> Entry:
    before = document.text[block.char_start : block.char_end]
    return _account(document, article_id)(
        line=block.line,
        char_start=block.char_start,
        char_end=block.char_end,
        action=removal.action,
        rule=removal.rule,
        rule_version=removal.version,
        also=",".join(removal.also),
        kind=removal.kind,
        before=before,
        gap="" if removal.action == "tag" else document.text[block.char_end : _gap_end(document, block)],
        duplicate_of=removal.duplicate_of,
        similarity=removal.similarity,
        residue=removal.residue,
        line_sha256=text_sha256(before),
    )


def _repaired(document: Document, article_id: str, block: Block) -> Iterator[Entry]:
    account = _account(document, article_id)
    for repair in document.repairs[block.index]:
        yield account(
            line=repair.line,
            char_start=repair.char_start,
            char_end=repair.char_start + len(repair.before),
            action=repair.action,
            rule="+".join(repair.steps),
            rule_version=repair.version,
            kind=repair.kind,
            before=repair.before,
            after=repair.after,
        )


def _booked_gap(document: Document, article_id: str, line: int, start: int, end: int, after: str) -> Iterator[Entry]:
    """White space that differs from the usual gap of the document."""
    before = document.text[start:end]
    if before != (document.gap if after else ""):
        yield _account(document, article_id)(
            line=line, char_start=start, char_end=end, action="structure", rule=GAP, before=before, after=after
        )


def _account(document: Document, article_id: str) -> Callable[..., Entry]:
    """Return a function that makes audit entries of this article, with its place in the run."""
    return partial(Entry, article_id=article_id, path=document.path, record=document.record, row=document.row)


def _gap_end(document: Document, block: Block) -> int:
    """Return where the next block starts, or where the text ends."""
    following = block.index + 1
    return document.blocks[following].char_start if following < len(document.blocks) else len(document.text)
