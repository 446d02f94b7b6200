"""Values in a record: found by their path, taken out of it, and read as text."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from etl.decode import paired
from etl.formats.names import TEXT_VALUE_NAMES, VALUE_NAMES, folded

Fields = dict[str, Any]

# Levels of nesting.  Deeper lists of lists are data, not paragraphs.
MAX_TEXT_DEPTH = 8
PARAGRAPH_GAP = "\n\n"
# Words of pandas, Python, SQL and JavaScript for a missing value.
NULLS = frozenset(
    (
        *("nan", "null", "none", "n/a", "na", "<na>", "nat", "undefined", "\\n"),
        # The notice of newsdata.io in the place of a text that was not paid for.
        *(f"only available in {plans} plans" for plans in ("paid", "corporate", "professional and corporate")),
    )
)
MAX_NULL_LENGTH = max(map(len, NULLS))
# Nodes of rich text whose children are within one line, in ProseMirror, Slate and Contentful.
INLINE_PARENTS = frozenset(("paragraph", "heading", "hyperlink", "link"))

# Folded names of members of rich text with one word of structure; longer values are text.
MARKUP_NAMES = frozenset(
    (
        *("type", "_type", "@type", "__typename", "nodetype", "kind", "subtype", "blocktype", "listtype", "listitem"),
        *("id", "_id", "@id", "_key", "key", "_ref", "ref", "uuid", "arcid", "slug", "hash", "version", "status"),
        *("format", "mode", "direction", "dir", "align", "alignment", "textalign", "indent", "level", "size", "layout"),
        *("tag", "tagname", "marks", "modifiers", "attributes", "rel", "target", "mime", "mimetype", "contenttype"),
        *("language", "lang", "locale", "encoding", "owner", "channels", "additionalproperties"),
    )
)
# Names of members that are always structure.
STYLE_NAMES = frozenset(("style", "class", "classname", "css", "srcset", "sizes"))
# Characters.  A string of rich text with this length or more that is repeated in its text, perhaps as HTML, is not
# kept.
MIN_TWICE_LENGTH = 40

# A place in a list, in a path.
_INDEX = re.compile("[0-9]{1,9}")
_TAG = re.compile(r"<[^<>]*>")


def value_at(fields: Any, path: str) -> Any:
    """Return the value at a path; None if there is none.  A field whose name has these dots is tried first.

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


def taken(fields: Fields, path: str, left: Any = None) -> Any:
    """Return the value at a path, and put `left` there; None removes the value and objects that become empty."""
    if path in fields:
        value = fields[path]
        if left is None:
            del fields[path]
        else:
            fields[path] = left
        return value
    first, _, rest = path.partition(".")
    inner = fields.get(first)
    if not isinstance(inner, dict):  # within a list, later items would change their places
        return value_at(fields, path)
    value = taken(inner, rest, left)
    if not inner:
        del fields[first]
    return value


def is_empty(value: Any) -> bool:
    """Return whether a value is empty: null, a blank string, or a list or object with only such values.

    >>> is_empty([None, " ", {"a": []}]), is_empty([0]), is_empty("None")
    (True, False, False)
    """
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | dict):
        return all(map(is_empty, value.values() if isinstance(value, dict) else value))
    return value is None


def why_no_record(value: Any) -> str:
    """Return why an element of a list of records is not a record.

    >>> why_no_record("One."), why_no_record(2.5)
    ('is a string among records, not an object', 'is a number among records, not an object')
    """
    named = {str: "a string", list: "a list", bool: "true or false"}.get(type(value), "a number")
    return f"is {named} among records, not an object"


def is_null(text: str) -> bool:
    """Return whether a text is blank, or a word for a missing value: "NaN", "None"."""
    text = text.strip()
    return not text or (len(text) <= MAX_NULL_LENGTH and text.casefold() in NULLS)


def usable(value: Any, names: Sequence[str] = VALUE_NAMES) -> str:
    """Return the text of a value: a string, a list of paragraphs, or an object with a text; "" if there is none.

    `names` are the fields of an object that may have the text; the first one with a text is used.

    >>> usable(["One.", {"text": "Two."}]), usable({"rendered": "<p>One."}), usable({"a": 1}), usable("NaN")
    ('One.\\n\\nTwo.', '<p>One.', '', '')
    """
    return "" if value is None else PARAGRAPH_GAP.join(_texts(value, 0, names))


def story(value: Any) -> str:
    """Return the text of a story in a value, like `usable`, with the names of fields for a text.

    >>> story({"title": "A", "body": "One."}), story({"type": "list", "items": ["One.", "Two."]}), story({"name": "A"})
    ('One.', 'One.\\n\\nTwo.', '')
    >>> story(["Any injuries?", "None"]), story(["None"])
    ('Any injuries?\\n\\nNone', '')
    """
    return usable(value, TEXT_VALUE_NAMES)


def _texts(value: Any, depth: int, names: Sequence[str]) -> Iterator[str]:
    if isinstance(value, str):
        if not is_null(value):
            yield value
    elif depth < MAX_TEXT_DEPTH and isinstance(value, list):
        are_paragraphs = names is TEXT_VALUE_NAMES and any(isinstance(one, str) and not is_null(one) for one in value)
        for item in value:
            if are_paragraphs and isinstance(item, str):  # "None" among others is an answer
                yield from [item] if item.strip() else ()
            else:
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
    """Yield the texts of an object: of its field with a text, or of all fields if they are all lists, as in fundus."""
    empty: Sequence[str] = ()
    if not all(isinstance(inner, list) for inner in value.values()):
        for name in names:
            if found := list(_texts(value.get(name), depth, names)):
                yield from found
                return
        empty = names
    if all(isinstance(inner, list | dict) for inner in value.values()):
        for name, inner in value.items():
            if name not in empty:  # else each level would be read twice, and the innermost 250 times
                yield from _texts(inner, depth, names)


def beside(value: Any) -> Any:
    """Return the rest of a value that `usable` does not use, without empty members and @type; None if there is none.

    >>> beside({"name": "A", "@type": "Person", "role": "B"}), beside(["One.", {"text": "Two.", "n": 1}, 5])
    ({'role': 'B'}, [{'n': 1}, 5])
    """
    return _beside(value, 0, VALUE_NAMES, None)


def beside_story(value: Any, text: str = "") -> Any:
    """Return the rest of a value that `story` does not use.

    For rich text (a list of objects), this is only its strings.

    >>> beside_story({"text": "One.", "n": 1}), beside_story([{"type": "p", "text": "One."}, {"id": "7", "alt": "A"}])
    ({'n': 1}, [{'alt': 'A'}])
    """
    return _beside(value, 0, TEXT_VALUE_NAMES, without_tags(text))


def _beside(value: Any, depth: int, names: Sequence[str], text: str | None, is_rich: bool = False) -> Any:
    """Return the rest of a value that `_texts` does not use.  `text` is the text of a story, and None for a fact."""
    if isinstance(value, str):
        return None
    if isinstance(value, list) and depth < MAX_TEXT_DEPTH:
        is_rich = text is not None and (is_rich or any(isinstance(item, dict) for item in value))
        return _filled([_beside(item, depth + 1, names, text, is_rich) for item in value])
    if isinstance(value, dict) and depth < MAX_TEXT_DEPTH:
        used, inner_depth = _used_members(value, depth, names)
        is_rich = is_rich or (text is not None and any(_is_rich(value[name]) for name in used))
        left = {
            name: _beside(inner, inner_depth, names, text, is_rich) if name in used else inner
            for name, inner in value.items()
        }
        return _filled({name: _words(inner, name, text or "") for name, inner in left.items()} if is_rich else left)
    return value


def _is_rich(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _used_members(value: Fields, depth: int, names: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Return the members of an object that `_texts` reads, and their depth."""
    children = "content" if "content" in value else "children"
    if isinstance(value.get(children), list) and _is_inline(value):
        return (children,), depth
    if not all(isinstance(inner, list) for inner in value.values()):
        for name in names:
            if any(_texts(value.get(name), depth + 1, names)):
                return (name,), depth + 1
    are_parts = all(isinstance(inner, list | dict) for inner in value.values())
    return (tuple(value) if are_parts else ()), depth + 1


def _words(value: Any, name: str, text: str, depth: int = 0) -> Any:
    """Return the strings in a member of rich text that look like text; None if there are none."""
    if isinstance(value, str):
        return value if _is_text(value, folded(name), text) else None
    if isinstance(value, dict):
        if depth >= MAX_TEXT_DEPTH:
            return value
        return _filled({inner: _words(member, inner, text, depth + 1) for inner, member in value.items()})
    if isinstance(value, list):
        if depth >= MAX_TEXT_DEPTH:
            return value
        found = [_words(item, name, text, depth + 1) if isinstance(item, str | list | dict) else item for item in value]
        return _filled(found) if any(isinstance(item, str | list | dict) for item in found) else None
    return None


def _is_text(said: str, name: str, text: str) -> bool:
    one_line = without_tags(said)
    is_markup = name in STYLE_NAMES or (" " not in one_line and (name in MARKUP_NAMES or "://" in one_line))
    if is_markup or not any(map(str.isalnum, one_line)):
        return False
    return len(one_line) < MIN_TWICE_LENGTH or one_line not in text


def without_tags(said: str) -> str:
    """Return a text in one line, without tags."""
    return " ".join(_TAG.sub(" ", said).split())


def _filled(value: Any) -> Any:
    """Return a list without None, or an object without empty members and @type; None if nothing is left."""
    if isinstance(value, list):
        return [item for item in value if item is not None] or None
    return {
        name: inner
        for name, inner in value.items()
        if name != "@type" and not is_empty(inner) and not isinstance(inner, bytes)
    } or None


def scalar(value: Any) -> Any:
    """Return the value within an object such as {"$date": …} or {"value": …}."""
    while isinstance(value, dict):
        value = next((value[name] for name in VALUE_NAMES if name in value), None)
    return bytes(value) if isinstance(value, msgspec.Raw) else value


def beside_scalar(value: Any) -> Any:
    """Return the rest of an object that `scalar` does not use; None if there is none."""
    if not isinstance(value, dict):
        return None
    name = next((name for name in VALUE_NAMES if name in value), None)
    return _filled({key: beside_scalar(inner) if key == name else inner for key, inner in value.items()})


def well_formed(text: str) -> str:
    """Return a text that can be written as UTF-8, as `etl.decode.paired` does."""
    return paired(text)[0]


def written(value: Any) -> str:
    """Return a value as JSON."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeError:  # msgspec writes half a surrogate pair as it is, or refuses it
        return msgspec.json.encode(_well_formed_within(value)).decode()


def _well_formed_within(value: Any) -> Any:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [_well_formed_within(item) for item in value]
    if isinstance(value, dict):
        return {well_formed(name): _well_formed_within(inner) for name, inner in value.items()}
    return value
