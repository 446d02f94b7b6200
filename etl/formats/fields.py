"""A record (JSON object, CSV row, Parquet row) -> a raw document: text, metadata, and the fields that pass through."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

from etl.dates import instant
from etl.errors import Unreadable
from etl.formats.names import (
    FACT_NAMES,
    HTML_NAMES,
    ID_NAMES,
    TEASER_NAMES,
    TEXT_NAMES,
    VALUE_NAMES,
    language_code,
)
from etl.formats.richtext import as_html
from etl.formats.sniffing import looks_like_html
from etl.formats.source import Reading
from etl.model import DocumentKind, Kind, Metadata, Raw
from etl.record import SCHEMA

Fields = dict[str, Any]

# Levels.  Deeper lists of lists are data, not paragraphs.
MAX_TEXT_DEPTH = 4
PARAGRAPH_GAP = "\n\n"

UNREAD_DATE = "unread date"

_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINS = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_COUNTRY = re.compile(r"\.([a-z]{2})$")


class Place(Struct, frozen=True, gc=False):
    """Where a record stands: its file, its row, the sha256 of its bytes, and its name if it has no id of its own."""

    path: str
    row: int
    sha256: str
    record: str = ""


def document(place: Place, fields: Fields, reading: Reading, notes: Sequence[str] = ()) -> Raw:
    """Return a record as a raw document.  Takes from `fields` what it uses.  Raises Unreadable if it has no text.

    `notes` are what was found wrong with the record before; more are added here.
    """
    booked = list(notes)
    names = _names_in(reading.map, tuple(fields))
    body, kind = _body(place.path, fields, reading, is_article(fields))
    metadata = _metadata(fields, names, booked)
    given = {name: value for name, value in structs.asdict(reading.metadata).items() if value}
    return Raw(
        path=place.path,
        body=body,
        sha256=place.sha256,
        kind=kind,
        record=_own_id(fields, names) or place.record or str(place.row),
        row=place.row,
        metadata=structs.replace(metadata, **given),
        extra=written(fields),
        notes=tuple(booked),
    )


_KNOWN = {**FACT_NAMES, "text": TEXT_NAMES, "html": HTML_NAMES, "teaser": TEASER_NAMES, "id": ID_NAMES}


@lru_cache(1_024)
def _names_in(mapped: Sequence[tuple[str, str]], keys: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return, for each fact, the names that a record with these keys may have it under, in the order to try.

    Those that the user maps to it stand before those that are known.  Records of one file have the same few keys.
    """
    own = {fact: [name for to, name in mapped if to == fact] for fact in _KNOWN}
    there = frozenset(keys)
    return {
        fact: tuple(name for name in (*own[fact], *known) if name in there or name.partition(".")[0] in there)
        for fact, known in _KNOWN.items()
    }


def is_article(fields: Mapping[str, Any]) -> bool:
    """Return whether a record is an article of copydesk's own."""
    return str(fields.get("schema", "")).startswith(SCHEMA)


def has_text(fields: Fields, reading: Reading) -> bool:
    """Return whether a record has a usable text."""
    return any(usable(value_at(fields, name)) for name, _ in _candidates(fields, reading))


def value_at(fields: Any, path: str) -> Any:
    """Return the value at a path; None if there is none.  A field whose very name has the dots goes first.

    >>> value_at({"content": [{"value": "One."}]}, "content.0.value"), value_at({"a.b": 1}, "a.b")
    ('One.', 1)
    """
    if isinstance(fields, dict) and path in fields:
        return fields[path]
    first, _, rest = path.partition(".")
    if isinstance(fields, dict):
        inner = fields.get(first)
    elif isinstance(fields, list) and first.isdecimal() and int(first) < len(fields):
        inner = fields[int(first)]
    else:
        return None
    return value_at(inner, rest) if rest and inner is not None else (None if rest else inner)


def taken(fields: Fields, path: str) -> Any:
    """Return the value at a path, and remove it from the record.  Objects that it leaves empty go too."""
    if path in fields:
        return fields.pop(path)
    first, _, rest = path.partition(".")
    inner = fields.get(first)
    if not isinstance(inner, dict):  # within a list: the items that follow would change their places
        return value_at(fields, path)
    value = taken(inner, rest)
    if not inner:
        del fields[first]
    return value


def usable(value: Any) -> str:
    """Return what a value holds as text: a string, a list of paragraphs, or an object around one; "" if nothing.

    >>> usable(["One.", {"text": "Two."}]), usable({"rendered": "<p>One."}), usable({"a": 1})
    ('One.\\n\\nTwo.', '<p>One.', '')
    """
    return "" if value is None else PARAGRAPH_GAP.join(_texts(value, 0))


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value
    elif depth < MAX_TEXT_DEPTH and isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)
    elif depth < MAX_TEXT_DEPTH and isinstance(value, dict):
        yield from _texts_within(value, depth + 1)


def _texts_within(value: Fields, depth: int) -> Iterator[str]:
    """Yield the texts of an object: of the field that holds it, or, as in fundus, of all if nothing else is in it."""
    for name in VALUE_NAMES:
        if found := list(_texts(value.get(name), depth)):
            yield from found
            return
    if all(isinstance(inner, list | dict) for inner in value.values()):
        for inner in value.values():
            yield from _texts(inner, depth)


def well_formed(text: str) -> str:
    """Return a text that can be written as UTF-8: halves of a surrogate pair meet, for a lone one stands U+FFFD."""
    if not _SURROGATE.search(text):
        return text
    paired = _JOINS.sub(lambda two: two[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
    return _SURROGATE.sub("\ufffd", paired)


def written(value: Any) -> str:
    """Return a value as JSON."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_well_formed_within(value)).decode()


def _well_formed_within(value: Any) -> Any:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [_well_formed_within(item) for item in value]
    if isinstance(value, dict):
        return {well_formed(name): _well_formed_within(inner) for name, inner in value.items()}
    return value


def _candidates(fields: Fields, reading: Reading) -> Iterator[tuple[str, Kind | None]]:
    """Yield the fields that may hold the document, each with its kind; None: as its content says."""
    if reading.html_field or reading.text_field:
        yield (reading.html_field, "html") if reading.html_field else (reading.text_field, None)
        return
    names = _names_in(reading.map, tuple(fields))
    yield from ((name, None) for name in names["text"])
    yield from ((name, "html") for name in names["html"])
    yield from ((name, None) for name in names["teaser"])


def _body(path: str, fields: Fields, reading: Reading, is_own: bool) -> tuple[str | bytes, DocumentKind]:
    """Return the text of a record, and remove it there: the first that is not blank, or else a blank one.

    Bytes, as Parquet may hold pages, are decoded later, as those of a file are.  Tags in an article of copydesk's own
    are what its story is about.
    """
    for name, kind in _candidates(fields, reading):
        value = value_at(fields, name)
        if isinstance(value, bytes) and value.strip():
            return taken(fields, name), kind or ("html" if looks_like_html(value) else "text")
        if text := usable(value):
            taken(fields, name)
            text = well_formed(text)
            if is_own and kind != "html":
                return text, "article"
            page = text if kind == "html" else as_html(text)
            return (page, "html") if page else (text, "text")
    for name, _ in _candidates(fields, reading):
        if isinstance(blank := value_at(fields, name), str):
            taken(fields, name)
            return blank, "article" if is_own else "text"
    raise Unreadable(
        path,
        _why_no_text(fields, reading),
        "Name the field that holds it with --text-field, or as text-field in a config.",
    )


def _why_no_text(fields: Fields, reading: Reading) -> str:
    if name := reading.html_field or reading.text_field:
        there = value_at(fields, name)
        return f"has no field '{name}'" if there is None else f"field '{name}' holds no text but {_shown(there)}"
    named = next((name for name in TEXT_NAMES if name in fields), "")
    if named:
        return f"field '{named}' holds no text but {_shown(fields[named])}"
    few = ", ".join(list(fields)[:8]) or "nothing"
    return f"has no field of text that is known ({', '.join(TEXT_NAMES[:5])} …); it has {few}"


def _shown(value: Any) -> str:
    return written(value)[:40]


def _metadata(fields: Fields, names: Mapping[str, Sequence[str]], notes: list[str]) -> Metadata:
    """Return the fields that speak for themselves, and remove them from the record."""
    found: dict[str, str] = {}
    language = ""
    for fact in ("url", "language", "headline", "publisher", "author"):
        read = _READERS[fact]
        for name in names[fact]:
            value = value_at(fields, name)
            if value is not None and (said := read(value, name)):
                language = _one_line(value, name) if fact == "language" else language
                taken(fields, name)
                found[fact] = well_formed(said)
                break
    country = _COUNTRY.search(_host(found.get("url", "")))
    created = _created(fields, names["created"], (language, country[1] if country else ""), notes)
    return Metadata(**found, created=created)


def _created(fields: Fields, names: Sequence[str], hints: tuple[str, str], notes: list[str]) -> str:
    """Return the first date that can be read, and remove it; one that cannot passes through, and is noted.

    `hints` are the language and the country of the record: they say whether the day or the month stands first.
    """
    is_unread = False
    for name in names:
        value = _scalar(value_at(fields, name))
        if value in (None, "") or isinstance(value, bool):
            continue
        said = value.decode() if isinstance(value, bytes) else str(value)
        if time := instant(said, *hints):
            taken(fields, name)
            return time
        is_unread = True
    if is_unread:
        notes.append(UNREAD_DATE)
    return ""


def _host(url: str) -> str:
    """Return the host of an address, in lower case; "" if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # "http://[broken"
        return ""


def _scalar(value: Any) -> Any:
    """Return a value out of the object that a program wrote it in: {"$date": …}, {"value": …}."""
    while isinstance(value, dict):
        value = next((value[name] for name in VALUE_NAMES if name in value), None)
    return bytes(value) if isinstance(value, msgspec.Raw) else value


def _one_line(value: Any, name: str) -> str:
    return " ".join(usable(value).split())


def _people(value: Any, name: str) -> str:
    """Return names, each once; those of one author who is given as a list of words are not told apart."""
    names = [value] if not isinstance(value, list) else value
    said = (_one_line(one, name) for one in names)
    return ", ".join(dict.fromkeys(one for one in said if one and "://" not in one))


def _address(value: Any, name: str) -> str:
    """Return an address; a `source` or `uri` that is not an address is something else."""
    said = _one_line(value, name)
    return said if "://" in said or name in ("url", "link", "href") else ""


def _publisher(value: Any, name: str) -> str:
    said = _one_line(value, name)
    return "" if "://" in said else said


def _language(value: Any, name: str) -> str:
    return language_code(_one_line(value, name))


_READERS: dict[str, Callable[[Any, str], str]] = {
    "headline": _one_line,
    "publisher": _publisher,
    "author": _people,
    "url": _address,
    "language": _language,
}


def _own_id(fields: Fields, names: Mapping[str, Sequence[str]]) -> str:
    """Return the record's own id, and remove it from the fields; "" if it has none."""
    for name in names["id"]:
        value = _scalar(value_at(fields, name))
        if isinstance(value, bytes) and value.isdigit():  # an integer beyond 64 bits
            value = value.decode()
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            taken(fields, name)
            return well_formed(str(value))
    return ""
