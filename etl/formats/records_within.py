"""A JSON value -> the records in it: itself, the items of a list in an answer, the rows of a table in columns."""

import json
from collections.abc import Iterator
from typing import Any

from etl.errors import Unreadable
from etl.formats.field_values import Fields
from etl.formats.fields import has_headline, has_story, has_text
from etl.formats.names import FOLDED_TEXTS, LIST_NAMES, folded, names_in
from etl.formats.source import Reading

# Levels of objects around the list of an answer: {"response": {"articles": {"results": [...]}}}.
MAX_LEVELS = 3


def records_within(path: str, value: Any, reading: Reading) -> Iterator[Fields]:
    """Yield the objects that are records.  Raises Unreadable if the value holds none."""
    if isinstance(value, dict):
        yield from _rows(value) or _within(value, reading) or [value]
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield from value
    else:
        raise Unreadable(path, f"is a JSON {type(value).__name__}, not an object")


def _within(value: Fields, reading: Reading) -> list[Fields] | None:
    """Return the records in an object that has no story of its own."""
    if has_story(value, reading):
        return None
    if items := _list_within(value, reading, MAX_LEVELS):
        return items
    if len(value) > 1 and all(isinstance(item, dict) for item in value.values()):
        by_id = [{"id": name, **item} for name, item in value.items()]
        return by_id if any(has_text(item, reading) for item in by_id) else None
    written = (_object_in(inner) for inner in value.values())
    return [inner for inner in written if inner and has_story(inner, reading)]


def _list_within(value: Fields, reading: Reading, levels: int) -> list[Fields] | None:
    """Return the records of an answer: a list under a known name, or of objects with a headline and a text each."""
    may_be_unknown = not has_headline(value, reading)
    for name, items in value.items():
        if not (isinstance(items, list) and items and all(isinstance(item, dict) for item in items)):
            continue
        if folded(name) in LIST_NAMES or (may_be_unknown and _are_articles(items, reading)):
            return items
    inner = (item for item in value.values() if levels > 1 and isinstance(item, dict))
    return next(filter(None, (_list_within(item, reading, levels - 1) for item in inner)), None)


def _are_articles(items: list[Fields], reading: Reading) -> bool:
    return any(has_text(item, reading) and has_headline(item, reading) for item in items)


def _object_in(value: Any) -> Fields | None:
    """Return the object that a string is, as message queues wrap it; None if it is none."""
    if not (isinstance(value, str) and value.lstrip().startswith("{")):
        return None
    try:
        found = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _rows(value: Fields) -> list[Fields] | None:
    """Return the rows of a table that is written in columns, as pandas and datasets do; None if it is no table."""
    names, rows = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return [dict(zip(map(str, names), row, strict=False)) for row in rows]
    if not FOLDED_TEXTS.intersection(map(folded, value)):
        return None
    columns = list(value.values())
    is_numbered = all(isinstance(column, dict) and all(map(str.isdecimal, column)) for column in columns)
    if is_numbered and len({tuple(column) for column in columns}) == 1:
        return [{name: column[key] for name, column in value.items()} for key in columns[0]]
    is_table = all(isinstance(column, list) for column in columns) and len({len(column) for column in columns}) == 1
    if is_table and any(names_in((), tuple(value), ())[fact] for fact in ("headline", "url", "id")):
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    return None
