"""A JSON value -> its records: the value itself, the items of lists in an answer, or the rows of a table in columns."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from etl.errors import Unreadable
from etl.formats.field_values import Fields, is_empty
from etl.formats.fields import has_headline, has_story, has_text, own_story
from etl.formats.names import FOLDED_TEXTS, ID_NAMES, LIST_NAMES, distinct, folded, free_names, names_in
from etl.formats.source import Reading

# The most levels of objects around the list of an answer, {"response": {"articles": {"results": [...]}}}, and of nested
# lists.
MAX_LEVELS = 3
# Characters.  A text of this length beside the list of an answer is a story; suggested search terms are shorter.
MIN_STORY_LENGTH = 60
# A note: an answer has other fields beside its lists, such as the number of results.
BESIDE = "fields beside the records"


class NoRecord(Struct, frozen=True, gc=False):
    """An element of a list of records that is neither an object nor empty."""

    value: Any


Record = Fields | NoRecord


def records_within(path: str, value: Any, reading: Reading, notes: list[str]) -> Iterator[Record]:
    """Yield the records in a value, and other elements among them.

    Raises Unreadable if there is no record.  Fields that are passed over are added to `notes` before the first record
    is yielded.
    """
    if isinstance(value, dict):
        yield from _rows(value, notes) or _within(value, reading, notes) or ([] if _is_empty_answer(value) else [value])
    elif isinstance(value, list) and _holds_object(value, MAX_LEVELS):
        yield from _elements(value, MAX_LEVELS)
    else:
        raise Unreadable(path, f"is a JSON {type(value).__name__}, not an object")


def _holds_object(items: Sequence[Any], levels: int) -> bool:
    return any(
        isinstance(item, dict) or (levels > 0 and isinstance(item, list) and _holds_object(item, levels - 1))
        for item in items
    )


def _elements(items: Sequence[Any], levels: int) -> Iterator[Record]:
    """Yield the elements of a list of records that are not empty; those of a list within it, too."""
    for item in items:
        if isinstance(item, dict):
            yield item
        elif levels > 0 and isinstance(item, list) and _holds_object(item, levels - 1):
            yield from _elements(item, levels - 1)
        elif not is_empty(item):
            yield NoRecord(item)


def _within(value: Fields, reading: Reading, notes: list[str]) -> Sequence[Record] | None:
    """Return the records in an object that has no story of its own."""
    if has_story(value, reading):
        return None
    if lists := list(_lists_within(value, reading, MAX_LEVELS)):
        has_texts = (items for items in lists if any(has_text(item, reading) for item in _objects(items)))
        return list(_answered(value, next(has_texts, lists[0]), reading, MAX_LEVELS, notes))
    if len(value) > 1 and all(isinstance(item, dict) for item in value.values()):
        by_id = [_with_key(name, item) for name, item in value.items()]
        return by_id if any(has_text(item, reading) for item in by_id) else None
    written = [_object_in(inner) for inner in value.values()]
    found = [inner for inner in written if inner and has_story(inner, reading)]
    if found and any(
        inner not in found and not is_empty(value[name]) for name, inner in zip(value, written, strict=True)
    ):
        notes.append(BESIDE)
    return found


def _is_empty_answer(value: Fields) -> bool:
    """Return whether a value is an answer without results: an empty list, and beside it figures and single words."""
    lists = [name for name, items in value.items() if items == [] and folded(name) in LIST_NAMES]
    rest = [inner for name, inner in value.items() if name not in lists]
    return (
        bool(lists)
        and not value.keys() & set(ID_NAMES)
        and all(
            isinstance(inner, int | float) or (isinstance(inner, str) and len(inner.split()) < 2) or inner is None
            for inner in rest
        )
    )


def _lists_within(value: Fields, reading: Reading, levels: int) -> Iterator[list[Any]]:
    """Yield the lists of records of an answer, the outer ones first: with a known name, or with headlines and texts."""
    may_be_unknown = not has_headline(value, reading)
    for name, items in value.items():
        if not (isinstance(items, list) and _holds_object(items, 0)):
            continue
        if folded(name) in LIST_NAMES or (may_be_unknown and _are_articles(items, reading)):
            yield items
    for item in value.values():
        if levels > 1 and isinstance(item, dict):
            yield from _lists_within(item, reading, levels - 1)


def _answered(value: Fields, chosen: list[Any], reading: Reading, levels: int, notes: list[str]) -> Iterator[Record]:
    """Yield the records of an answer, in order: of the chosen list, and of other lists with stories."""
    for name, inner in value.items():
        if inner is chosen or (isinstance(inner, list) and _are_stories(name, inner, reading)):
            yield from _elements(inner, MAX_LEVELS)
        elif isinstance(inner, dict) and _is_story(inner, reading):
            yield inner
        elif isinstance(inner, dict) and levels > 1:
            yield from _answered(inner, chosen, reading, levels - 1, notes)
        elif BESIDE not in notes and not is_empty(inner):
            notes.append(BESIDE)


def _are_stories(name: str, items: list[Any], reading: Reading) -> bool:
    """Return whether another list than the chosen one has records: texts under a known name of a list, or stories."""
    is_known = folded(name) in LIST_NAMES
    return any(_is_story(item, reading) or (is_known and has_text(item, reading)) for item in _objects(items))


def _is_story(item: Fields, reading: Reading) -> bool:
    story = own_story(item, reading)
    return bool(story) and (len(story) >= MIN_STORY_LENGTH or has_headline(item, reading))


def _are_articles(items: list[Any], reading: Reading) -> bool:
    return any(has_text(item, reading) and has_headline(item, reading) for item in _objects(items))


def _objects(items: list[Any]) -> Iterator[Fields]:
    return (item for item in items if isinstance(item, dict))


def _with_key(name: str, item: Fields) -> Fields:
    """Return a record whose key is its id.  A key that differs from its id is kept in another field."""
    if str(item.get("id", name)) == name:
        return {"id": name, **item}
    return {free_names(item)("key") if "key" in item else "key": name, **item}


def _object_in(value: Any) -> Fields | None:
    """Return the object in a string, as message queues wrap it; None if there is none."""
    if not (isinstance(value, str) and value.lstrip().startswith("{")):
        return None
    try:
        found = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _rows(value: Fields, notes: list[str]) -> list[Fields] | None:
    """Return the rows of a table by columns, as pandas and datasets write it; None if the value is no table."""
    names: Any = value.get("columns")
    rows: Any = value.get("data")
    columns = list(value.values())
    are_lists = isinstance(names, list) and isinstance(rows, list)
    if not (are_lists or (columns and isinstance(columns[0], list | dict))):
        return None  # nearly all records are of this kind
    has_text = not FOLDED_TEXTS.isdisjoint(map(folded, value))
    if not has_text and are_lists and all(isinstance(row, list) for row in rows):
        known = {"columns": names, "data": rows, "index": list(range(len(rows)))}
        if any(known.get(name) != inner and not is_empty(inner) for name, inner in value.items()):
            notes.append(BESIDE)
        more = range(len(names), max(map(len, rows), default=0))  # cells beyond the last column
        unique = distinct([*map(str, names), *map(str, more)])
        return [dict(zip(unique, row, strict=False)) for row in rows]
    if not has_text:
        return None
    is_numbered = all(isinstance(column, dict) and all(map(str.isdecimal, column)) for column in columns)
    if is_numbered and len({tuple(column) for column in columns}) == 1:
        return [{name: column[key] for name, column in value.items()} for key in columns[0]]
    is_table = all(isinstance(column, list) for column in columns) and len({len(column) for column in columns}) == 1
    if is_table and any(names_in((), tuple(value), ())[fact] for fact in ("headline", "url", "id")):
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    return None
