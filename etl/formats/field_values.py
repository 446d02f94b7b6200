"""Values in a record: found by their path, taken out of it, and read as text."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from etl.formats.names import TEXT_VALUE_NAMES, VALUE_NAMES

Fields = dict[str, Any]

# Levels.  Deeper lists of lists are data, not paragraphs.
MAX_TEXT_DEPTH = 8
PARAGRAPH_GAP = "\n\n"
# What pandas, Python, SQL and JavaScript write for a value that is not there.
NULLS = frozenset(("nan", "null", "none", "n/a", "na", "<na>", "nat", "undefined", "\\n"))
MAX_NULL_LENGTH = max(map(len, NULLS))
# Nodes of rich text whose children stand within a line, in ProseMirror, Slate and Contentful.
INLINE_PARENTS = frozenset(("paragraph", "heading", "hyperlink", "link"))

# A place in a list, in a path.
_INDEX = re.compile("[0-9]{1,9}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINS = re.compile("[\ud800-\udbff][\udc00-\udfff]")


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
    elif isinstance(fields, list) and _INDEX.fullmatch(first) and int(first) < len(fields):
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


def is_empty(value: Any) -> bool:
    """Return whether a value holds nothing: null, a blank string, or a list or an object of such values alone.

    >>> is_empty([None, " ", {"a": []}]), is_empty([0]), is_empty("None")
    (True, False, False)
    """
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | dict):
        return all(map(is_empty, value.values() if isinstance(value, dict) else value))
    return value is None


def why_no_record(value: Any) -> str:
    """Return why an element of a list of records is none.

    >>> why_no_record("One."), why_no_record(2.5)
    ('is a string among records, not an object', 'is a number among records, not an object')
    """
    named = {str: "a string", list: "a list", bool: "true or false"}.get(type(value), "a number")
    return f"is {named} among records, not an object"


def is_null(text: str) -> bool:
    """Return whether a text is blank, or how a program writes that there is none: "NaN", "None"."""
    text = text.strip()
    return not text or (len(text) <= MAX_NULL_LENGTH and text.casefold() in NULLS)


def usable(value: Any, names: Sequence[str] = VALUE_NAMES) -> str:
    """Return what a value holds as text: a string, a list of paragraphs, or an object around one; "" if nothing.

    `names` are the fields of an object that may hold it; the first that does counts.

    >>> usable(["One.", {"text": "Two."}]), usable({"rendered": "<p>One."}), usable({"a": 1}), usable("NaN")
    ('One.\\n\\nTwo.', '<p>One.', '', '')
    """
    return "" if value is None else PARAGRAPH_GAP.join(_texts(value, 0, names))


def story(value: Any) -> str:
    """Return the text of a story that a value holds: as `usable`, and the fields of an object are those of a text.

    >>> story({"title": "A", "body": "One."}), story({"type": "list", "items": ["One.", "Two."]}), story({"name": "A"})
    ('One.', 'One.\\n\\nTwo.', '')
    """
    return usable(value, TEXT_VALUE_NAMES)


def _texts(value: Any, depth: int, names: Sequence[str]) -> Iterator[str]:
    if isinstance(value, str):
        if not is_null(value):
            yield value
    elif depth < MAX_TEXT_DEPTH and isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1, names)
    elif depth < MAX_TEXT_DEPTH and isinstance(value, dict):
        if isinstance(children := value.get("content", value.get("children")), list) and _is_inline(value):
            yield "".join(text for child in children for text in _texts(child, depth + 1, names))
        else:
            yield from _texts_within(value, depth + 1, names)


def _is_inline(value: Fields) -> bool:
    """Return whether the children of a node of rich text stand within a line."""
    kind = value.get("type", value.get("nodeType"))
    return isinstance(kind, str) and kind.partition("-")[0] in INLINE_PARENTS


def _texts_within(value: Fields, depth: int, names: Sequence[str]) -> Iterator[str]:
    """Yield the texts of an object: of the field that holds it, or, as in fundus, of all if there are lists alone."""
    if not all(isinstance(inner, list) for inner in value.values()):
        for name in names:
            if found := list(_texts(value.get(name), depth, names)):
                yield from found
                return
    if all(isinstance(inner, list | dict) for inner in value.values()):
        for inner in value.values():
            yield from _texts(inner, depth, names)


def scalar(value: Any) -> Any:
    """Return a value out of the object that a program wrote it in: {"$date": …}, {"value": …}."""
    while isinstance(value, dict):
        value = next((value[name] for name in VALUE_NAMES if name in value), None)
    return bytes(value) if isinstance(value, msgspec.Raw) else value


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
