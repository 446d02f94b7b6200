"""Recognise articles by the fields of their records, not by the name of a file, and read these fields."""

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
from etl.formats.opening import Changed
from etl.formats.own_records import fact
from etl.formats.unpacking import Damaged
from etl.model import Document
from etl.record import Record
from etl.shapes import SHAPES

As = Literal["", "pages", "articles"]
"""The user's choice for records that do not say what they are; "": decide by their fields."""

_OTHER_SHAPES = tuple(shape for shape in SHAPES.values() if shape.name != "copydesk")
# Text in the line of every article: our own schema (some writers escape it as "copydesk\\/article"), or names of fields
# of another shape.
_IN_ALL_LINES = (
    (b'"copydesk',),
    *(tuple(f'"{name}"'.encode() for name in shape.always or shape.columns) for shape in _OTHER_SHAPES),
)


class Fault(Struct, frozen=True, gc=False):
    """A fault of a record: the field, and the fault."""

    field: str
    words: str


class ArticleRecord(Struct, frozen=True, gc=False):
    """The fields of an article's record that a check needs, in any shape; "" is unknown.

    `origin` is its place in the raw page: "path:row:line", as far as it is known.
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
    """Return the articles among the lines of a share, by row.

    Lines that are not JSON are ignored: the reader rejects them.
    """
    if share.format != "jsonl" or share.fault:
        return {}
    return dict(_articles(share, as_what))


def _articles(share: Share, as_what: As) -> Iterator[tuple[int, ArticleRecord]]:
    try:
        for row, line in lines_of(share):
            if as_what != "articles" and not any(all(part in line for part in parts) for parts in _IN_ALL_LINES):
                continue  # a page: its reader decodes it
            try:
                fields = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                continue
            if isinstance(fields, dict) and (record := article_record(fields, as_what)):
                yield row, record
    except (OSError, Changed, Damaged):
        return  # the reader of the share gets the same error, and yields a reject


def record_of(document: Document, as_what: As) -> ArticleRecord | None:
    """Return the article record of a document that is not a line of JSON; None if the document is a page."""
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
    """Return the article record in an object, if it is an article by its schema, its fields, or the user's choice."""
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
    """Yield the fields of a record that contradict its text, because it was edited."""
    if record.text_sha256 != text_sha256(record.text):
        yield Fault("text_sha256", "is not the hash of the text, so the text was edited")
    elif record.word_count != (words := count_words(record.text)):
        yield Fault("word_count", f"is {record.word_count}, but the text has {words} words")


def _other(fields: Mapping[str, Any], *faults: Fault) -> ArticleRecord:
    """Return the known fields of a record in another shape, or with a fault."""
    names = ("publisher", "language", "status", "headline", "created", "added")
    own = next((value for name in ("id", "identifier") if isinstance(value := fields.get(name), str)), "")
    origin = fields.get("origin")
    place = origin if isinstance(origin, dict) else {}
    where = _origin(fact(fields, "path"), place.get("row"), place.get("line_start"))
    return ArticleRecord(own, **{name: fact(fields, name) for name in names}, origin=where, faults=faults)


def _origin(path: str, row: object, line: object) -> str:
    """Return the place in the raw document where an article begins, without the row if the file is one document."""
    numbers = ([row] if isinstance(row, int) and row > 1 else []) + ([line] if isinstance(line, int) and line else [])
    return ":".join((path, *map(str, numbers))) if path else ""
