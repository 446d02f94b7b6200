"""Articles + audit -> a corpus of the Dolma toolkit: documents as they were read, and what copydesk removed as spans.

documents/part-00000.jsonl.gz              {"id": …, "text": …, "source": …, "added": "", "created": "", …}
attributes/copydesk/part-00000.jsonl.gz    {"id": …, "attributes": {"copydesk__core__read_more": [[120, 161, 1.0]]}}
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import blake2b
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from msgspec import Struct

from etl.audit import BOOKED_NOTHING, Entry
from etl.formats.own_records import read_texts
from etl.restoration import ArticleText, AuditedDocument, articles_of, find_audit, read_audit, restored
from etl.writers import line_writer

# Documents in a file of the corpus; the toolkit works on files in parallel.
PART_DOCUMENTS = 10_000
# The spans of all rules in one.
ALL = "copydesk__all__removed"

# Start, end and score of a span. The score is always 1.
Span = tuple[int, int, float]

_NOT_IN_NAMES = re.compile(r"\W+")


class DolmaDocument(Struct, frozen=True):
    """A document of Dolma, with the text as it was read."""

    id: str
    text: str
    source: str
    added: str
    created: str
    metadata: dict[str, Any]


class Attributes(Struct, frozen=True):
    """The spans of a document by the name of their rule; they count characters of its text."""

    id: str
    attributes: dict[str, list[Span]]


def write_corpus(articles: Path, audit: Path | None, path: str, folder: Path) -> None:
    """Write documents and attributes into a folder, file by file.  With `path` only the documents of that input.

    Raises RestoreError if articles and audit do not fit.
    """
    corpus = (one for one in documents(articles, audit) if path in ("", one[0].metadata["path"]))
    kinds = (folder / "documents", folder / "attributes" / "copydesk")
    for kind in kinds:
        kind.mkdir(parents=True)
    for number in count():
        some = islice(corpus, PART_DOCUMENTS)
        if not (first := next(some, None)):
            return
        with ExitStack() as files:  # both are written document by document: thousands would fill the memory
            names = (kind / f"part-{number:05}.jsonl.gz" for kind in kinds)
            writers = [files.enter_context(line_writer(name)) for name in names]
            for one in chain([first], some):
                for write, record in zip(writers, one, strict=True):
                    write([record])


def documents(articles: Path, audit: Path | None = None) -> Iterator[tuple[DolmaDocument, Attributes]]:
    """Yield the documents behind articles, verified, each with its attributes.  Raises RestoreError."""
    records = (ArticleText(*pair) for pair in read_texts(articles_of(articles)))
    at_hand: list[AuditedDocument] = []

    def remembered() -> Iterator[AuditedDocument]:
        for document in read_audit(audit or find_audit(articles)):
            at_hand[:] = [document]
            yield document

    for one in restored(records, remembered()):
        document = at_hand[0]
        ids = [article_id for article_id, _ in document.articles]
        own = ids[0] if ids else _id_of(one.path, one.row, one.record)
        metadata = {"path": one.path, "row": one.row, "record": one.record, "articles": ids}
        source = one.path.rpartition("/")[2].partition(".")[0] or one.path
        yield DolmaDocument(own, one.text, source, "", "", metadata), Attributes(own, spans(document.entries))


def spans(entries: tuple[Entry, ...]) -> dict[str, list[Span]]:
    """Return the spans of removed text, by rule and for all rules, each with the white space behind it.

    A repair is no span, because the toolkit replaces all spans of a name by the same text.
    """
    found: dict[str, list[Span]] = {ALL: []}
    for entry in sorted(entries, key=lambda entry: (entry.char_start, entry.char_end)):
        if entry.action in BOOKED_NOTHING or entry.after:
            continue
        span = (entry.char_start, entry.char_end + len(entry.gap), 1.0)
        found[ALL].append(span)
        found.setdefault(attribute(entry.rule), []).append(span)
    return found


def attribute(rule: str) -> str:
    """Return the name of a rule's attribute, as a path in a config of the toolkit can have it.

    >>> attribute("core/read-more")
    'copydesk__core__read_more'
    """
    pack, _, name = rule.partition("/")
    return "__".join(["copydesk", *(_NOT_IN_NAMES.sub("_", part) for part in (pack, name) if part)])


def _id_of(path: str, row: int, record: str) -> str:
    """Return the id of a document of which no article is left."""
    place = "\0".join((path, str(row), record))
    return blake2b(place.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
