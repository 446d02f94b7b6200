"""Which documents are articles, and what their records say: by the fields of the record, not by the name of a file."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from etl.audit import text_sha256
from etl.dates import instant
from etl.fold import count_words
from etl.formats import Share
from etl.formats.jsonl import lines_of
from etl.formats.opening import Damaged
from etl.model import Document
from etl.record import Record
from etl.shapes import SHAPES

As = Literal["", "pages", "articles"]
"""What the user says that records are; "" is: as they look."""

SCHEMA = "copydesk/article/"
_OTHER_SHAPES = frozenset(frozenset(shape.columns) for shape in SHAPES.values() if shape.name != "copydesk")


class Fault(Struct, frozen=True, gc=False):
    """What is wrong with a record: the field, and the fault."""

    field: str
    words: str


class ArticleRecord(Struct, frozen=True, gc=False):
    """What a check needs of an article's record, in whatever shape; "" and 0 are unknown.

    `is_own` is true of copydesk's own shape: its blocks are parted by blank lines, and a block may have several lines.
    """

    id: str = ""
    publisher: str = ""
    language: str = ""
    status: str = ""
    headline: str = ""
    created: str = ""
    added: str = ""
    origin: str = ""
    origin_line: int = 0
    faults: tuple[Fault, ...] = ()
    is_own: bool = False

    @property
    def place(self) -> str:
        """The place of the article in the raw page; "" if it is not known."""
        return f"{self.origin}:{self.origin_line}" if self.origin and self.origin_line else self.origin


def records_of(share: Share, as_what: As) -> dict[int, ArticleRecord]:
    """Return the articles among the lines of a share, by row; lines that are no JSON are left to who reads them."""
    if share.format != "jsonl" or share.fault or as_what == "pages":
        return {}
    return dict(_articles(share, as_what))


def _articles(share: Share, as_what: As) -> Iterator[tuple[int, ArticleRecord]]:
    try:
        for row, line in lines_of(share):
            try:
                fields = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                continue
            if isinstance(fields, dict) and (record := article_record(fields, as_what)):
                yield row, record
    except (OSError, Damaged):
        return  # whoever reads the documents of the share meets the same, and it is a reject


def record_of(document: Document, as_what: As) -> ArticleRecord | None:
    """Return the article that a document is, if it does not come from a line; None if it is a page."""
    if document.kind == "html" or as_what == "pages":
        return None
    if not is_article(document.extra, as_what):
        return None
    extra = msgspec.json.decode(document.extra)
    fields = {"id": document.record, "text": document.text, **msgspec.structs.asdict(document.metadata), **extra}
    if added := instant(str(extra.get("added", ""))):  # a timestamp of Parquet's, in its own words
        fields["added"] = added
    return article_record(fields, as_what)


def is_article(extra: str, as_what: As) -> bool:
    """Return whether a record is an article, by the fields that no fact of a document has taken."""
    return as_what == "articles" or (
        not as_what and str(msgspec.json.decode(extra).get("schema", "")).startswith(SCHEMA)
    )


def article_record(fields: Mapping[str, Any], as_what: As) -> ArticleRecord | None:
    """Return what is known of a record if it is an article: by its schema or its fields, or as the user says."""
    if str(fields.get("schema", "")).startswith(SCHEMA):
        return _own(fields)
    if as_what == "articles" or frozenset(fields) in _OTHER_SHAPES:
        return _other(fields)
    return None


def _own(fields: Mapping[str, Any]) -> ArticleRecord:
    try:
        record = msgspec.convert(fields, Record)
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at ")
        name = where.strip("`").removeprefix("$").removeprefix(".") or said.partition("`")[2].partition("`")[0]
        return _other(fields, Fault(name, said))
    origin = _origin(record.origin.path, record.origin.row)
    return ArticleRecord(
        record.id, record.publisher, record.language, record.status, record.headline, record.created, record.added,
        origin, record.origin.line_start, tuple(_contradictions(record)), is_own=True,
    )  # fmt: skip


def _contradictions(record: Record) -> Iterator[Fault]:
    """Yield what a record says of its text and is not so: it was edited."""
    if record.text_sha256 != text_sha256(record.text):
        yield Fault("text_sha256", "is not the hash of the text: the article was edited")
    elif record.word_count != (words := count_words(record.text)):
        yield Fault("word_count", f"is {record.word_count}, and the text has {words} words")


def _other(fields: Mapping[str, Any], *faults: Fault) -> ArticleRecord:
    """Return what can be had of a record of another shape, or of one that has a fault."""
    inner = fields.get("metadata")
    found = {**inner, **fields} if isinstance(inner, dict) else fields
    origin = fields.get("origin")
    place = origin if isinstance(origin, dict) else {}
    return ArticleRecord(
        id=_word(found, "id", "identifier"),
        publisher=_word(found, "publisher", "source-hostname"),
        language=_word(found, "language", "inLanguage"),
        status=_word(found, "status"),
        headline=_word(found, "headline", "title"),
        created=_word(found, "created", "date", "datePublished"),
        added=_word(found, "added"),
        origin=_origin(_word(place, "path") or _word(found, "file_path", "path"), place.get("row", 1)),
        origin_line=line if isinstance(line := place.get("line_start"), int) else 0,
        faults=faults,
    )


def _origin(path: str, row: object) -> str:
    """Return the raw document that an article is of; that of the first record of a file is the file."""
    return f"{path}:{row}" if isinstance(row, int) and row > 1 else path


def _word(fields: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := fields.get(name), str) and value), "")
