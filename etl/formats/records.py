"""Bytes of JSON -> raw documents and rejects: the common code of JSONL, JSON arrays and single objects."""

from collections.abc import Iterator
from hashlib import sha256

from etl.errors import Unreadable
from etl.formats.field_values import Fields, why_no_record, written
from etl.formats.fields import RecordPlace, document, has_text
from etl.formats.json_values import text_of, values
from etl.formats.records_within import NoRecord, records_within
from etl.formats.source import MAX_DOCUMENT_BYTES, TOO_LONG, Reading, Reject
from etl.model import Raw

# Bytes around a value; a file that was not written to its end may be filled with zeros.
BETWEEN = b" \t\r\n\0"
# Commands of Elasticsearch, which stand before their records.
BULK_ACTIONS = frozenset(("index", "create", "update", "delete"))


def read_json(path: str, row: int, body: bytes, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield the documents in a line or in one value of an array.

    This is usually one record.  But two records may be on one line, and a value may be an answer with lists.  Other
    fields of an answer are noted with its first document.
    """
    if len(body) - body.endswith(b"\n") > MAX_DOCUMENT_BYTES:  # before it is copied and stripped
        yield Reject(path, row, TOO_LONG, body)
        return
    body = body.strip(BETWEEN)
    digest = sha256(body).hexdigest()
    number = 0
    try:
        text, notes = text_of(path, body, reading.encoding)
        for value, found in values(path, text):
            beside: list[str] = []
            for one in records_within(path, value, reading, beside):
                if isinstance(one, NoRecord):
                    yield Reject(path, row, why_no_record(one.value), written(one.value).encode())
                    continue
                number += 1
                if kind := _not_a_document(one, reading):
                    yield Reject(path, row, kind, b"", is_error=False)
                    continue
                place = RecordPlace(path, row, digest, f"{row}.{number}" if number > 1 else "")
                try:
                    yield document(place, one, reading, (*notes, *found, *beside))
                except Unreadable as error:
                    if one is value:
                        raise
                    yield Reject(path, row, error.fault, body if beside else written(one).encode())
                beside.clear()
    except Unreadable as error:
        yield Reject(path, row, error.fault, body)


def _not_a_document(fields: Fields, reading: Reading) -> str:
    """Return the kind of an object without a text that is not a record; "" for a record."""
    action = next(iter(fields), "")
    if len(fields) == 1 and action in BULK_ACTIONS and isinstance(fields[action], dict):
        is_bulk = all(name.startswith("_") for name in fields[action])
        return f"Elasticsearch {action}" if is_bulk else ""
    kind = fields.get("@type")
    is_other = isinstance(kind, str) and not kind.endswith(("Article", "Posting", "Report"))
    return f"{kind}" if is_other and not has_text(fields, reading) else ""
