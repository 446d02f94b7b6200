"""The bytes of JSON -> raw documents and rejects: what JSONL, JSON arrays and single objects have in common."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from etl.errors import Unreadable
from etl.formats.fields import Fields, Place, document, has_text, value_at
from etl.formats.json_values import text_of, values
from etl.formats.names import LIST_NAMES
from etl.formats.source import MAX_DOCUMENT_BYTES, Reading, Reject
from etl.model import Raw


def read_json(path: str, row: int, body: bytes, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield the documents in a line or in one value of an array.

    That is one record as a rule; but two may stand on one line, and one value may be an answer that holds a list.
    """
    body = body.strip(b" \t\r\n")
    if len(body) > MAX_DOCUMENT_BYTES:
        yield Reject(path, row, f"is one record of more than {MAX_DOCUMENT_BYTES >> 20} MiB", body)
        return
    digest = sha256(body).hexdigest()
    number = 0
    try:
        text, notes = text_of(path, body, reading.encoding)
        for value, found in values(path, text):
            for fields in _records(path, value, reading):
                number += 1
                place = Place(path, row, digest, f"{row}.{number}" if number > 1 else "")
                yield document(place, fields, reading, (*notes, *found))
    except Unreadable as error:
        yield Reject(path, row, error.fault, body)


def _records(path: str, value: Any, reading: Reading) -> Iterator[Fields]:
    """Yield the objects that are records: the value itself, or the items of the list in it."""
    if isinstance(value, dict):
        inner = None if has_text(value, reading) else _list_within(value)
        yield from inner or [value]
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield from value
    else:
        raise Unreadable(path, f"is a JSON {type(value).__name__}, not an object")


def _list_within(value: Fields) -> list[Fields] | None:
    """Return the records in the answer of an interface, or in an object of records by id; None if there are none."""
    for name in LIST_NAMES:
        items = value_at(value, name)
        if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
            return items
    if len(value) > 1 and all(isinstance(item, dict) for item in value.values()):
        return [{"id": name, **item} for name, item in value.items()]
    return None
