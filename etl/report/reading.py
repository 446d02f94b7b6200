"""Articles + audit of a run -> its documents, in order, one at a time, each proved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from etl.audit import Entry, Restoration, text_sha256
from etl.errors import RestoreError, UsageError
from etl.formats.outputs import fact, read_outputs
from etl.pipeline.delivery import beside
from etl.restoration import WAY_OUT, articles_of, find_audit, read_audit, take_article
from etl.shapes import identity
from etl.writers import SUFFIXES


class RunFiles(Struct, frozen=True):
    """Where articles, audit and rejects of a run stand, and its name for people; there need be no rejects."""

    name: str
    articles: Path
    audit: Path
    rejects: Path | None = None


class ArticleFields(Struct, frozen=True, gc=False):
    """An article as far as a report shows it; "" is unknown."""

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
        """Return the way back to the decoded text."""
        return Restoration([article.text for article in self.articles], self.entries, self.head.gap)


def run_files(path: Path, audit: Path | None = None) -> RunFiles:
    """Return the files of the run that a user means.  Raises UsageError if they are not there."""
    if path.is_dir():
        rejects = path / "rejects"
    elif str(path).endswith(SUFFIXES):
        rejects = beside(str(path), "rejects")
    else:
        rejects = path.with_name(path.name + ".rejects")
    found = articles_of(path), audit or find_audit(path)
    return RunFiles(path.resolve().name, *found, rejects if rejects.exists() else None)


def read_run(run: RunFiles) -> Iterator[RunDocument]:
    """Yield the documents of a run.

    Raises RestoreError if articles and audit do not fit, and UsageError for files that copydesk did not write.
    """
    records = _read_articles(run.articles)
    for document in read_audit(run.audit):
        articles = tuple(take_article(records, *article, document) for article in document.articles)
        yield RunDocument(document.head, document.entries, articles)
    if extra := next(records, None):
        raise RestoreError(f"article {extra.id}", "is not in the audit, or stands there earlier", WAY_OUT)


def prove(document: RunDocument) -> int:
    """Return how many decoded characters the articles of a document hold.

    Raises RestoreError if articles and audit do not give the decoded text back.
    """
    restoration = document.restoration()
    if text_sha256(restoration.text()) != document.head.line_sha256:
        place = f"{document.head.path}:{document.head.row}"
        raise RestoreError(place, "articles and audit do not give back what was read", WAY_OUT)
    return restoration.kept


def _read_articles(path: Path) -> Iterator[ArticleFields]:
    for row, record in enumerate(read_outputs(path, dict[str, Any]), 1):
        found = identity(record)
        if not found:
            raise UsageError(f"{path}:{row}", "holds no id and text of an article", "Give what clean wrote with -o.")
        yield ArticleFields(*found, **{name: fact(record, name) for name in _SHOWN})
