"""A record (JSON object, CSV row, Parquet row) -> a raw document: text, metadata, and the fields that pass through."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from etl.addresses import host, original
from etl.dates import instant
from etl.errors import Unreadable
from etl.formats.field_values import (
    Fields,
    beside,
    beside_scalar,
    beside_story,
    is_empty,
    is_null,
    scalar,
    story,
    taken,
    usable,
    value_at,
    well_formed,
    without_tags,
    written,
)
from etl.formats.lenient_json import list_in
from etl.formats.names import CONTAINERS, TEXT_NAMES, folded, language_code, names_in
from etl.formats.richtext import as_html, is_html
from etl.formats.sniffing import looks_like_html
from etl.formats.source import Reading
from etl.model import DocumentKind, Kind, Metadata, Raw
from etl.record import SCHEMA

UNREAD_DATE = "unread date"
# Characters.  A longer value is not used as id and stays in the metadata, because each entry of an audit has the id.
MAX_ID = 1_000

_CDATA = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>\s*", re.S)
# "BBC News", "reuters.com", but not "c4".
_NAME = re.compile(r"^[A-Z]|[ .]|[^\x00-\x7f]")
# A record that was written as JSON, and then again as a string in JSON.
_ESCAPED_TAG = re.compile(r"\\u003c/?(?:p|div|br|a|b|i|span|h\d|ul|strong|em)\b", re.I)
_ESCAPED_CHARACTER = re.compile(r"\\u([0-9a-f]{4})", re.I)
_COUNTRY = re.compile(r"\.([a-z]{2})$")


class RecordPlace(Struct, frozen=True, gc=False):
    """The place of a record: its file, its row, the sha256 of its bytes, and its name if it has no id."""

    path: str
    row: int
    sha256: str
    record: str = ""


def document(place: RecordPlace, fields: Fields, reading: Reading, notes: Sequence[str] = ()) -> Raw:
    """Return a record as a raw document, and remove the used values from `fields`.

    Raises Unreadable if it has no text.  `notes` are earlier notes on the record; more are added here.
    """
    booked = list(notes)
    names = _names_of(fields, reading)
    body, kind = _body(place.path, fields, names, reading, is_article(fields))
    metadata = _metadata(fields, names, booked)
    return Raw(
        path=place.path,
        body=body,
        sha256=place.sha256,
        kind=kind,
        record=_own_id(fields, names) or place.record or str(place.row),
        row=place.row,
        metadata=metadata.under(reading.metadata),
        extra=written(fields),
        notes=tuple(booked),
    )


def _names_of(fields: Fields, reading: Reading) -> Mapping[str, tuple[str, ...]]:
    holders = tuple(
        (name, tuple(value)) for name, value in fields.items() if isinstance(value, dict) and folded(name) in CONTAINERS
    )
    return names_in(reading.map, tuple(fields), holders)


def is_article(fields: Mapping[str, Any]) -> bool:
    """Return whether a record is an article that copydesk wrote."""
    return str(fields.get("schema", "")).startswith(SCHEMA)


def has_text(fields: Fields, reading: Reading) -> bool:
    """Return whether a record has a usable text."""
    return any(story(value_at(fields, name)) for name, _ in _candidates(fields, _names_of(fields, reading), reading))


def has_story(fields: Fields, reading: Reading) -> bool:
    """Return whether a record has a text that is not a teaser, which the answer of an API may also have."""
    return bool(own_story(fields, reading))


def own_story(fields: Fields, reading: Reading) -> str:
    """Return the text by which `has_story` holds; "" if there is none."""
    names = _names_of(fields, reading)
    candidates = (name for name, _ in _candidates(fields, names, reading) if name not in names["teaser"])
    found = (story(value_at(fields, name)) for name in candidates)
    return next(filter(None, found), "")


def has_headline(fields: Fields, reading: Reading) -> bool:
    """Return whether a record has a headline."""
    return any(usable(value_at(fields, name)) for name in _names_of(fields, reading)["headline"])


def _candidates(
    fields: Fields, names: Mapping[str, Sequence[str]], reading: Reading
) -> Iterator[tuple[str, Kind | None]]:
    """Yield the fields that may have the document, each with its kind; None if its content decides."""
    if reading.html_field or reading.text_field:
        yield (reading.html_field, "html") if reading.html_field else (reading.text_field, None)
        return
    yield from ((name, None) for name in names["text"])
    yield from ((name, "html") for name in names["html"])
    teasers = sorted(names["teaser"], key=lambda name: -len(story(value_at(fields, name))))
    yield from ((name, None) for name in teasers)


def _body(
    path: str, fields: Fields, names: Mapping[str, Sequence[str]], reading: Reading, is_own: bool
) -> tuple[str | bytes, DocumentKind]:
    """Return the text of a record, and remove it from the record: the first one that is not blank, else a blank one.

    Words for a missing value ("None") are not text and not blank: a record with nothing else is unreadable.  Bytes,
    which Parquet may have for pages, are decoded later.  In an article that copydesk wrote, tags are text of the story.
    """
    for name, kind in _candidates(fields, names, reading):
        value = value_at(fields, name)
        if isinstance(value, bytes) and value.strip():
            return taken(fields, name), kind or ("html" if looks_like_html(value) else "text")
        if text := story(value):
            taken(fields, name, None if isinstance(value, str) else beside_story(value, text))
            text = well_formed(text)
            if is_own and kind != "html":
                return text, "article"
            return (text, "html") if kind == "html" else _as_found(text)
    for name, _ in _candidates(fields, names, reading):
        if isinstance(blank := value_at(fields, name), str) and (is_own or not blank.strip()):
            taken(fields, name)
            return blank, "article" if is_own else "text"
    raise Unreadable(
        path,
        _why_no_text(fields, reading),
        'Name the field that holds the text: --text-field NAME, or text-field = "NAME" in a config.',
    )


def _as_found(text: str) -> tuple[str, DocumentKind]:
    """Return a text with its kind.  A list in a cell and CDATA are unwrapped."""
    if wrapped := _CDATA.fullmatch(text):
        text = wrapped[1]
    if _ESCAPED_TAG.search(text):
        text = _ESCAPED_CHARACTER.sub(lambda escape: chr(int(escape[1], 16)), text)
    if (paragraphs := list_in(text)) and beside_story(paragraphs) is None:
        text = story(paragraphs) or text
    page = as_html(text)
    return (page, "html") if page else (text, "text")


# For the rejects, which have no way out of their own.
NAME_IT = "; name the field with --text-field"


def _why_no_text(fields: Fields, reading: Reading) -> str:
    few = ", ".join(list(fields)[:8]) or "nothing"
    if name := reading.html_field or reading.text_field:
        there = value_at(fields, name)
        if there is None:
            return f"has no field '{name}'; its fields: {few}"
        return f"field '{name}' does not hold text but {_shown(there)}"
    named = next((name for name in TEXT_NAMES if name in fields), "")
    if named:
        return f"field '{named}' does not hold text but {_shown(fields[named])}"
    known = f"({', '.join(TEXT_NAMES[:3])} …)"
    return f"has no known field of text {known}{NAME_IT}; its fields: {few}"


def _shown(value: Any) -> str:
    return written(value)[:40]


def _metadata(fields: Fields, names: Mapping[str, Sequence[str]], notes: list[str]) -> Metadata:
    """Return the metadata of a record, and remove them from the record."""
    found: dict[str, str] = {}
    language = ""
    for fact in ("url", "language", "headline", "publisher", "author"):
        read = _READERS[fact]
        for name in names[fact]:
            value = value_at(fields, name)
            if value is not None and (said := read(value, name)):
                language = _one_line(value, name) if fact == "language" else language
                taken(fields, name, _left_of(fact, value))
                found[fact] = well_formed(said)
                break
    country = _COUNTRY.search(host(original(found["url"]))) if "url" in found else None
    created = _created(fields, names["created"], (language, country[1] if country else ""), notes)
    return Metadata(**found, created=created)


def _created(fields: Fields, names: Sequence[str], hints: tuple[str, str], notes: list[str]) -> str:
    """Return the first date that can be read, and remove it.  A date that cannot be read stays, and is noted.

    `hints` are the language and the country of the record, which show whether the day or the month comes first.
    """
    is_unread = False
    for name in names:
        found = value_at(fields, name)
        first, others = (found[0], found[1:]) if isinstance(found, list) and found else (found, [])
        value = scalar(first)  # Scrapy's items are lists
        if value is None or isinstance(value, bool):
            continue
        said = value.decode() if isinstance(value, bytes) else str(value)
        if is_null(said):
            continue
        if time := instant(said, *hints):
            left = beside_scalar(first)
            rest = [one for one in (left, *others) if not is_empty(one)]
            taken(fields, name, rest or None if others else left)
            return time
        is_unread = True
    if is_unread:
        notes.append(UNREAD_DATE)
    return ""


def _one_line(value: Any, name: str) -> str:
    return " ".join(usable(value).split())


def _headline(value: Any, name: str) -> str:
    said = _one_line(value, name)
    return without_tags(said) if is_html(said) else said


def _people(value: Any, name: str) -> str:
    """Return names, each once.  A list of words that together name one author is not recognised."""
    said = (_one_line(one, name) for one in _listed(value))
    return ", ".join(dict.fromkeys(one for one in said if one and "://" not in one))


def _listed(value: Any) -> list[Any]:
    """Return a value as a list of the people that a field names; a cell may have a list in Python's notation."""
    value = (list_in(value) or value) if isinstance(value, str) else value
    return value if isinstance(value, list) else [value]


def _left_of(fact: str, value: Any) -> Any:
    """Return the rest of a value from which a fact was read, for the metadata; None if there is none.

    For people, addresses are also part of the rest.
    """
    if isinstance(value, str) and (fact != "author" or not value.lstrip().startswith("[")):
        return None
    if fact != "author":
        return beside(value)
    people = _listed(value)
    left = [one if "://" in (one if isinstance(one, str) else usable(one)) else beside(one) for one in people]
    if not isinstance(value, list) and len(left) == 1:
        return left[0]
    return [one for one in left if one is not None] or None


def _address(value: Any, name: str) -> str:
    """Return an address; "" for a `source` or `uri` that is not an address."""
    said = _one_line(value, name)
    return said if "://" in said or folded(name.rpartition(".")[2]) in ("url", "link", "href") else ""


def _publisher(value: Any, name: str) -> str:
    """Return the name of a publisher; "" for a `source` that is the name of a corpus ("cc-news")."""
    said = _one_line(value, name)
    return "" if "://" in said or (folded(name) == "source" and not _NAME.search(said)) else said


def _language(value: Any, name: str) -> str:
    return language_code(_one_line(value, name))


_READERS: dict[str, Callable[[Any, str], str]] = {
    "headline": _headline,
    "publisher": _publisher,
    "author": _people,
    "url": _address,
    "language": _language,
}


def _own_id(fields: Fields, names: Mapping[str, Sequence[str]]) -> str:
    """Return the record's own id, and remove it from the fields; "" if it has none."""
    for name in names["id"]:
        found = value_at(fields, name)
        value = scalar(found)
        if isinstance(value, bytes) and value.isdigit():  # an integer beyond 64 bits
            value = value.decode()
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "" and len(str(value)) <= MAX_ID:
            taken(fields, name, beside_scalar(found))
            return well_formed(str(value))
    return ""
