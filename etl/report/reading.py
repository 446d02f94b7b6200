"""Articles + audit of a run -> its documents, in order, one at a time, each verified.

The output of `dedup` is read as well: each record is a document.  Its audit names only duplicates.  These are verified;
the records that stay cannot be verified.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from sys import maxsize
from typing import Any

from msgspec import Struct, structs

from etl.audit import JOINT, Entry, Restoration, text_sha256
from etl.errors import RestoreError, Unreadable, UsageError
from etl.fold import fold
from etl.formats import Reading
from etl.formats.fields import RecordPlace
from etl.formats.fields import document as document_of
from etl.formats.own_records import fact, read_articles, read_outputs
from etl.pipeline.select_duplicates import WHOLE
from etl.restoration import WAY_OUT, articles_of, before_end, find_audit, path_beside, read_audit, take_article


class RunFiles(Struct, frozen=True):
    """The paths of articles, audit and rejects of a run, and its name for people; rejects may be missing."""

    name: str
    articles: Path
    audit: Path
    rejects: Path | None = None


class ArticleFields(Struct, frozen=True, gc=False):
    """The fields of an article that a report shows; "" is unknown."""

    id: str
    text: str
    headline: str = ""
    publisher: str = ""
    author: str = ""
    created: str = ""
    url: str = ""
    status: str = ""
    language: str = ""


_SHOWN = ArticleFields.__struct_fields__[2:]


class RunDocument(Struct, frozen=True):
    """A document of a run: its own audit entry, the entries of its changes, and the articles that were written."""

    head: Entry
    entries: tuple[Entry, ...]
    articles: tuple[ArticleFields, ...]

    def restoration(self) -> Restoration:
        """Return the restoration of the decoded text."""
        return Restoration([article.text for article in self.articles], self.entries, self.head.gap, self.head.char_end)


def run_files(path: Path, audit: Path | None = None) -> RunFiles:
    """Return the files of the run that a user means.  Raises UsageError if they are not there, or are pipes."""
    rejects = path_beside(path, "rejects")
    found = articles_of(path), audit or find_audit(path)
    for one in found:
        if one.exists() and not (one.is_file() or one.is_dir()):
            raise UsageError(str(one), "is a pipe, and would be read twice", "Put it into a file.")
    return RunFiles(path.resolve().name, *found, rejects if rejects.exists() else None)


def read_run(run: RunFiles) -> Iterator[RunDocument]:
    """Yield the documents of a run.

    Raises RestoreError if articles and audit do not fit, and UsageError for files that copydesk did not write.
    """
    if is_deduplicated(run):
        yield from _deduplicated(run)
        return
    records = _read_articles(run.articles)
    for document in read_audit(run.audit):
        articles = tuple(take_article(records, *article, document) for article in document.articles)
        yield RunDocument(document.head, document.entries, articles)
    if extra := next(records, None):
        raise RestoreError(f"article {extra.id}", "is not in the audit, or is in it at an earlier place", WAY_OUT)


def is_deduplicated(run: RunFiles) -> bool:
    """Return whether `dedup` wrote a run: its audit begins with a duplicate, and an audit of `clean` with a document.

    Raises RestoreError for an empty audit, because no audit is empty.
    """
    first = next(read_outputs(run.audit, Entry), None)
    if first is None:
        raise RestoreError(str(run.audit), "is empty: it was cut off", WAY_OUT)
    return not first.article_id and first.rule.startswith("duplicate/")


def _deduplicated(run: RunFiles) -> Iterator[RunDocument]:
    """Yield the records that `dedup` wrote, and the duplicates in their places.

    Raises RestoreError if one is missing.
    """
    ends: list[Entry] = []
    count = 0
    for document in _in_places(run, ends):
        count += 1
        yield document
    if [end.row for end in ends] != [count]:
        raise RestoreError(str(run.audit), "lacks duplicates, or the file beside it lacks records", WAY_OUT)


def _in_places(run: RunFiles, ends: list[Entry]) -> Iterator[RunDocument]:
    path, row = "", 0
    records = enumerate(read_outputs(run.articles, dict[str, Any]), 1)
    for entry in before_end(run.audit, ends):
        if text_sha256(entry.before) != entry.line_sha256:
            raise RestoreError(f"{entry.path}:{entry.row}", "the audit does not give the input back", WAY_OUT)
        if entry.path != path:
            path, row = entry.path, 0
        for at, fields in islice(records, min(max(0, entry.row - row - 1), maxsize)):
            row += 1
            yield _record(path, row, _fields_of(f"{run.articles}:{at}", path, row, fields))
        row = entry.row
        if entry.action == "tag" and (found := next(records, None)):
            yield _record(path, row, _fields_of(f"{run.articles}:{found[0]}", path, row, found[1]), entry)
        else:
            yield _copy(entry)
    for later, (at, fields) in enumerate(records, row + 1):
        yield _record(path, later, _fields_of(f"{run.articles}:{at}", path, later, fields))


def _fields_of(place: str, path: str, row: int, fields: dict[str, Any]) -> ArticleFields:
    """Return the fields of a record that a report shows, under its name in `dedup`."""
    status = fact(fields, "status")
    try:
        raw = document_of(RecordPlace(path, row, ""), fields, Reading())
    except Unreadable:
        raise UsageError(place, "holds no text", "Give what dedup wrote with -o.") from None
    known = raw.metadata
    return ArticleFields(
        _name(path, row, raw.record), str(raw.body), known.headline, known.publisher, known.author, known.created,
        known.url, status, known.language,
    )  # fmt: skip


def _name(path: str, row: int, record: str) -> str:
    return f"{path}:{row}" if record == str(row) else record


def _record(path: str, row: int, article: ArticleFields, tag: Entry | None = None) -> RunDocument:
    """Return a record that was written, with the tag of a duplicate."""
    head = _head(path, row, article.id, article.text)
    return RunDocument(head, tuple(_parts(tag, article.id)) if tag else (), (article,))


def _copy(entry: Entry) -> RunDocument:
    """Return a record that was not written."""
    name = _name(entry.path, entry.row, entry.record)
    return RunDocument(_head(entry.path, entry.row, name, entry.before), tuple(_parts(entry, name)), ())


def _parts(entry: Entry, name: str) -> Iterator[Entry]:
    """Yield the entries of a duplicate: for an article one per paragraph, each with its part of the residue."""
    paragraphs = entry.before.split(JOINT) if entry.rule == WHOLE else [entry.before]
    at, line = 0, 1
    for number, text in enumerate(paragraphs, 1):
        words = frozenset(fold(text).split())
        gap = JOINT if number < len(paragraphs) else ""
        residue = " ".join(word for word in entry.residue.split() if word in words)
        yield structs.replace(
            entry, article_id=name, line=line, char_start=at, char_end=at + len(text), before=text, gap=gap,
            residue=residue, line_sha256=text_sha256(text),
        )  # fmt: skip
        at, line = at + len(text + gap), line + (text + gap).count("\n")


def _head(path: str, row: int, name: str, text: str) -> Entry:
    return Entry(
        path=path, record=name, row=row, line=0, char_start=0, char_end=len(text), action="document", rule="",
        before="", gap=JOINT, line_sha256=text_sha256(text),
    )  # fmt: skip


def prove(document: RunDocument) -> int:
    """Return the number of decoded characters in the articles of a document.

    Raises RestoreError if articles and audit do not rebuild the decoded text.
    """
    restoration = document.restoration()
    if text_sha256(restoration.text()) != document.head.line_sha256:
        place = f"{document.head.path}:{document.head.row}"
        raise RestoreError(place, "articles and audit do not give the input back", WAY_OUT)
    return restoration.kept


def _read_articles(path: Path) -> Iterator[ArticleFields]:
    for article_id, text, record in read_articles(path):
        yield ArticleFields(article_id, text, **{name: fact(record, name) for name in _SHOWN})
