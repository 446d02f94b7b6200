"""Articles + audit -> the decoded documents, verified.

Both files are read in parallel, with one document in memory at a time.  A changed, foreign, missing or repeated article
or entry raises RestoreError with its place.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec import Struct

from etl.audit import END_OF_DEDUP, Entry, Restoration, checksum_of, document_checksum, text_sha256
from etl.errors import RestoreError, UsageError
from etl.formats.own_records import read_outputs, read_texts
from etl.pipeline.output import beside
from etl.writers import SUFFIXES


class Restored(Struct, frozen=True, gc=False):
    """A rebuilt document: its place, and its decoded text (for HTML, that of its blocks)."""

    path: str
    row: int
    record: str
    text: str


class ArticleText(Struct, frozen=True, gc=False):
    """The fields of an article's record that `restore` needs."""

    id: str
    text: str


class HasText(Protocol):
    """An article's record, as far as `restore` needs it."""

    @property
    def id(self) -> str:
        """The article's id."""

    @property
    def text(self) -> str:
        """Its text."""


WrittenArticle = TypeVar("WrittenArticle", bound=HasText)


class AuditedDocument(Struct, frozen=True):
    """A document's part of an audit: its `document` entry, and the entries that follow it."""

    head: Entry
    entries: tuple[Entry, ...]

    @property
    def place(self) -> str:
        """Where the document came from."""
        return f"{self.head.path}:{self.head.row}"

    @property
    def articles(self) -> list[tuple[str, str]]:
        """Id and SHA-256 of the text of each article that was written."""
        pairs = (item.partition(":") for item in self.head.also.split(",") if item)
        return [(article_id, digest) for article_id, _, digest in pairs]

    def restoration(self, texts: Sequence[str]) -> Restoration:
        """Return the restoration of the decoded text from the texts of the articles, in order."""
        return Restoration(texts, self.entries, self.head.gap, self.head.char_end)


def restore(articles: Path, audit: Path | None = None) -> Iterator[Restored]:
    """Return an iterator over the documents of a file or folder of articles, in order.

    Raises RestoreError if articles and audit do not fit, and UsageError if there is no audit.
    """
    records = (ArticleText(*pair) for pair in read_texts(articles_of(articles)))
    return restored(records, read_audit(audit or find_audit(articles)))


def restored(records: Iterator[ArticleText], documents: Iterable[AuditedDocument]) -> Iterator[Restored]:
    """Yield documents rebuilt from their articles, in order.

    Raises RestoreError if articles and audit do not match.
    """
    for document in documents:
        texts = [take_article(records, *article, document).text for article in document.articles]
        text, head = document.restoration(texts).text(), document.head
        if (len(text), text_sha256(text)) != (head.char_end, head.line_sha256):
            raise RestoreError(document.place, "articles and audit do not give the input back", WAY_OUT)
        yield Restored(head.path, head.row, head.record, text)
    if extra := next(records, None):
        raise RestoreError(f"article {extra.id}", "is not in the audit, or is in it at an earlier place", WAY_OUT)


WAY_OUT = "Articles or audit were edited, were cut off, or are from another run.  Clean the input again."
NO_AUDIT = "Name the audit with --audit.  `clean` writes it beside the output of -o."
# `dedup` writes only the entries of the records that it drops, with no documents around them.
OF_DEDUP = "was written by `dedup`, and lists only duplicates"
NOT_OF_DEDUP = "`report` and `inspect` show it; give `restore`, `stats` and `audit` the output of `clean`."


def read_audit(path: Path) -> Iterator[AuditedDocument]:
    """Yield the documents of an audit.

    Raises RestoreError if it is cut, or an entry belongs to no document, and UsageError if `dedup` wrote it.
    """
    documents, length, checksum = 0, 0, ""
    ends: list[Entry] = []
    for document in audited(before_end(path, ends), str(path)):
        checksum = checksum_of([(checksum, documents), (document_checksum(document.head, document.entries), 1)])
        documents, length = documents + 1, length + document.head.char_end
        yield document
    if not ends:
        raise RestoreError(str(path), "is cut off: the last entry of an audit is missing", WAY_OUT)
    if ends[0].rule == END_OF_DEDUP:
        raise UsageError(str(path), OF_DEDUP, NOT_OF_DEDUP)
    if (ends[0].row, ends[0].char_end, ends[0].line_sha256) != (documents, length, checksum):
        raise RestoreError(str(path), "has other entries than its last entry says", WAY_OUT)


def before_end(path: Path, ends: list[Entry]) -> Iterator[Entry]:
    """Yield the entries of an audit up to the `end` entry, which is put into `ends`.  Raises RestoreError."""
    for entry in read_outputs(path, Entry):
        if ends:
            raise RestoreError(str(path), "has entries below its last entry", WAY_OUT)
        if entry.action == "end":
            ends.append(entry)
        else:
            yield entry


def audited(entries: Iterable[Entry], audit: str = "the audit") -> Iterator[AuditedDocument]:
    """Yield the documents of audit entries.  Raises RestoreError and UsageError as `read_audit` does."""
    head: Entry | None = None
    own: list[Entry] = []
    for entry in entries:
        if entry.action == "document":
            if head:
                yield AuditedDocument(head, tuple(own))
            head, own = entry, []
        elif head is None or (entry.path, entry.row) != (head.path, head.row):
            if not entry.article_id and entry.rule.startswith("duplicate/"):
                raise UsageError(audit, OF_DEDUP, NOT_OF_DEDUP)
            place = f"{entry.path}:{entry.line}"
            raise RestoreError(place, "this entry of the audit does not belong to the document above it", WAY_OUT)
        else:
            own.append(entry)
    if head:
        yield AuditedDocument(head, tuple(own))


def path_beside(articles: Path, kind: str) -> Path:
    """Return the path of another result of the same run: the audit, or the rejects."""
    if articles.is_dir():
        return articles / kind
    if str(articles).endswith(SUFFIXES):
        return beside(str(articles), kind)
    return articles.with_name(f"{articles.name}.{kind}")


def find_audit(articles: Path) -> Path:
    """Return the audit that clean wrote beside articles.  Raises UsageError if there is none."""
    audit = path_beside(articles, "audit")
    if not audit.exists():
        articles_of(articles)
        if ".audit." in articles.name:
            way_out = f"Give its articles: {articles.with_name(articles.name.replace('.audit.', '.'))}."
            raise UsageError(str(articles), "is an audit, not articles", way_out)
        if articles.is_file() and not str(articles).endswith(SUFFIXES):
            way_out = "Name what `clean` wrote with -o, such as clean.jsonl.  Or name the audit with --audit."
            raise UsageError(str(articles), "looks like an input of `clean`, not its output", way_out)
        raise UsageError(str(articles), f"has no audit beside it: {audit} does not exist", NO_AUDIT)
    return audit


def articles_of(path: Path) -> Path:
    """Return the file or folder of articles that a user means.  Raises UsageError if it is not there."""
    if not path.exists():
        raise UsageError(str(path), "there is no such file or folder", "Name what `clean` wrote with -o.")
    return path / "articles" if path.is_dir() else path


def take_article(
    records: Iterator[WrittenArticle], article_id: str, digest: str, document: AuditedDocument
) -> WrittenArticle:
    """Return the next article.  Raises RestoreError if it is not the expected one."""
    record = next(records, None)
    if record is None or record.id != article_id:
        found = f"article {record.id} is in its place" if record else "the articles end before it"
        raise RestoreError(document.place, f"its article {article_id} is missing: {found}", WAY_OUT)
    if text_sha256(record.text) != digest:
        raise RestoreError(document.place, f"the text of its article {article_id} was changed", WAY_OUT)
    return record
