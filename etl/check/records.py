"""Which documents are articles, and what their records say: by the fields of the record, not by the name of a file."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from etl.audit import text_sha256
from etl.dates import instant
from etl.fold import count_words
from etl.formats import Share
from etl.formats.fields import is_article
from etl.formats.jsonl import lines_of
from etl.formats.own_records import fact
from etl.formats.unpacking import Damaged
from etl.model import Document
from etl.record import Record
from etl.shapes import SHAPES

As = Literal["", "pages", "articles"]
"""What the user says that records are which do not say so themselves; "" is: as they look."""

_OTHER_SHAPES = tuple(shape for shape in SHAPES.values() if shape.name != "copydesk")
# What stands in the line of every article: the schema of our own ("copydesk\\/article" to some writers), or the names
# of the fields of another shape.
_IN_ALL_LINES = (
    (b'"copydesk',),
    *(tuple(f'"{name}"'.encode() for name in shape.always or shape.columns) for shape in _OTHER_SHAPES),
)


class Fault(Struct, frozen=True, gc=False):
    """What is wrong with a record: the field, and the fault."""

    field: str
    words: str


class ArticleRecord(Struct, frozen=True, gc=False):
    """What a check needs of an article's record, in whatever shape; "" is unknown.

    `origin` is its place in the raw page: "path:row:line", as far as that is known.
    """

    id: str = ""
    publisher: str = ""
    language: str = ""
    status: str = ""
    headline: str = ""
    created: str = ""
    added: str = ""
    origin: str = ""
    faults: tuple[Fault, ...] = ()


def records_of(share: Share, as_what: As) -> dict[int, ArticleRecord]:
    """Return the articles among the lines of a share, by row; lines that are no JSON are left to who reads them."""
    if share.format != "jsonl" or share.fault:
        return {}
    return dict(_articles(share, as_what))


def _articles(share: Share, as_what: As) -> Iterator[tuple[int, ArticleRecord]]:
    try:
        for row, line in lines_of(share):
            if as_what != "articles" and not any(all(part in line for part in parts) for parts in _IN_ALL_LINES):
                continue  # a page: whoever reads it decodes it
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
    if document.kind == "html" or not (document.kind == "article" or as_what == "articles"):
        return None
    extra = msgspec.json.decode(document.extra)
    fields = {"id": document.record, "text": document.text, **msgspec.structs.asdict(document.metadata), **extra}
    if added := instant(str(extra.get("added", ""))):  # a timestamp of Parquet's, in its own words
        fields["added"] = added
    if isinstance(origin := extra.get("origin"), dict):  # and its "" is null
        fields["origin"] = {name: "" if value is None else value for name, value in origin.items()}
    return article_record(fields, as_what)


def article_record(fields: Mapping[str, Any], as_what: As) -> ArticleRecord | None:
    """Return what is known of a record if it is an article: by its schema or its fields, or as the user says."""
    if is_article(fields):
        return _own(fields)
    if as_what == "articles" or (not as_what and any(shape.fits(frozenset(fields)) for shape in _OTHER_SHAPES)):
        return _other(fields)
    return None


def _own(fields: Mapping[str, Any]) -> ArticleRecord:
    try:
        record = msgspec.convert(fields, Record)
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at ")
        name = where.strip("`").removeprefix("$").removeprefix(".") or said.partition("`")[2].partition("`")[0]
        return _other(fields, Fault(name, said))
    origin = _origin(record.origin.path, record.origin.row, record.origin.line_start)
    return ArticleRecord(
        record.id, record.publisher, record.language, record.status, record.headline, record.created, record.added,
        origin, tuple(_contradictions(record)),
    )  # fmt: skip


def _contradictions(record: Record) -> Iterator[Fault]:
    """Yield what a record says of its text and is not so: it was edited."""
    if record.text_sha256 != text_sha256(record.text):
        yield Fault("text_sha256", "is not the hash of the text, so the text was edited")
    elif record.word_count != (words := count_words(record.text)):
        yield Fault("word_count", f"is {record.word_count}, but the text has {words} words")


def _other(fields: Mapping[str, Any], *faults: Fault) -> ArticleRecord:
    """Return what can be had of a record of another shape, or of one that has a fault."""
    names = ("publisher", "language", "status", "headline", "created", "added")
    own = next((value for name in ("id", "identifier") if isinstance(value := fields.get(name), str)), "")
    origin = fields.get("origin")
    place = origin if isinstance(origin, dict) else {}
    where = _origin(fact(fields, "path"), place.get("row"), place.get("line_start"))
    return ArticleRecord(own, **{name: fact(fields, name) for name in names}, origin=where, faults=faults)


def _origin(path: str, row: object, line: object) -> str:
    """Return where in which raw document an article begins; that of the first record of a file is the file."""
    numbers = ([row] if isinstance(row, int) and row > 1 else []) + ([line] if isinstance(line, int) and line else [])
    return ":".join((path, *map(str, numbers))) if path else ""
