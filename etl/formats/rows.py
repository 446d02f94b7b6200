"""JSONL -> rows, for `dedup`: each record's line as it stands, and of what it holds only the text and a name."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from etl.formats.field_values import is_null
from etl.formats.jsonl import read_each
from etl.formats.names import TEXT_NAMES
from etl.formats.opening import Changed, fault_of
from etl.formats.records import read_json
from etl.formats.source import Reading, Reject, Share
from etl.formats.unpacking import Damaged
from etl.model import Raw


class Row(Struct, frozen=True, gc=False):
    """A record: its row, its line without the line feed, its text, and its own id ("" if it has none)."""

    row: int
    line: bytes
    text: str
    id: str


def read_rows(share: Share, reading: Reading) -> Iterator[Row | Reject]:
    """Yield the records of a share of JSON lines, in order; blank lines are none.

    They are those that `read` yields, for a tenth of the time: a line is checked whole, but only two fields are made.
    """
    name = share.source.name
    if share.fault:
        yield Reject(name, share.row, share.fault, share.body or b"")
        return
    look = _looker(reading.text_field)
    try:
        yield from read_each(share, lambda row, line: look(row, line) or _slowly(name, row, line, reading))
    except (OSError, Changed, Damaged) as error:
        yield Reject(name, share.row, fault_of(error), b"")


@cache
def _looker(text_field: str) -> Callable[[int, bytes], Row | None]:
    """Return a function that reads a line of the usual sort, and returns None for any other."""
    known = (spelling for name in TEXT_NAMES if "." not in name for spelling in (name, _snake_case(name)))
    names = (text_field,) if text_field else tuple(dict.fromkeys(known))
    fields = [(f"text_{place}", Any, UNSET) for place in range(len(names))]
    rename = {field: name for (field, _, _), name in zip(fields, names, strict=True)} | {"own_id": "id"}
    found = [] if text_field == "id" else [("own_id", Any, "")]
    decode = msgspec.json.Decoder(msgspec.defstruct("Fields", [*fields, *found], rename=rename)).decode

    def look(row: int, line: bytes) -> Row | None:
        try:
            fields = msgspec.structs.astuple(decode(line))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return None
        place = 0
        while place < len(names) and fields[place] is UNSET:
            place += 1
        text, own = fields[place] if place < len(names) else None, fields[-1] if found else ""
        if not isinstance(text, str) or not isinstance(own, str):
            return None
        if is_null(text) and (text.strip() or any(value is not UNSET for value in fields[place + 1 : len(names)])):
            return None  # another field may hold the text
        return Row(row, line.removesuffix(b"\n"), text, own)

    return look


def _snake_case(name: str) -> str:
    """Return a name as most programs spell it: `rawContent` is raw_content.  Others count if none of these is there."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _slowly(path: str, row: int, line: bytes, reading: Reading) -> Row | Reject:
    results = list(read_json(path, row, line, reading))
    if len(results) > 1:
        fault = "holds several records: dedup wants one a line; copydesk clean reads them"
        return Reject(path, row, fault, line.rstrip(b"\r\n"))
    (result,) = results or [Reject(path, row, "holds no record", line.rstrip(b"\r\n"))]
    if not isinstance(result, Raw):
        return _blank(row, line) or result
    if not isinstance(result.body, str):
        return Reject(path, row, "has no field of text; name it with --text-field", line.rstrip(b"\r\n"))
    return Row(row, line.removesuffix(b"\n"), result.body, "" if result.record == str(row) else result.record)


def _blank(row: int, line: bytes) -> Row | None:
    """Return a record whose text is blank: it has none to clean, but it is no copy of anything, and stays."""
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    text = fields.get("text") if isinstance(fields, dict) else None
    own = fields.get("id", "") if isinstance(fields, dict) else ""
    return Row(row, line.removesuffix(b"\n"), text, str(own)) if isinstance(text, str) else None
