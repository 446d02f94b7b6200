"""TOML -> tables; values of wrong types -> errors with a place and a way out."""

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct

from etl.errors import PackError
from etl.packs.locations import MAX_WORD, did_you_mean, place

# Bytes.  All shipped packs together have 0.5 MB.
MAX_BYTES = 4 << 20
# Levels of nested tables and lists.  Shipped packs have six.
MAX_NESTING = 30
# The words of TOML for types of msgspec.
_TYPES = {
    "array": "a list",
    "bool": "true or false",
    "date": "a date",
    "float": "a number",
    "int": "an integer",
    "object": "a table",
    "str": "a string",
}
_LISTS = {"array": '{key} = ["…"]', "object": "{key} = {{ … }}"}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises PackError with the line of the fault if it is not TOML, or too large or nested too deep.
    """
    import tomli  # the shipped rules are stored

    try:
        check_file(path)
        table = tomli.loads(path.read_text(encoding="utf-8-sig"))
    except tomli.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{path}:{found[1]}:{found[2]}" if found else f"{path}:{_last_line(path)}:1"
        raise PackError(where, f"is not TOML: {str(error).split(' (at ')[0]}", "Correct the syntax there.") from None
    except (OSError, UnicodeDecodeError) as error:
        fault = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise PackError(str(path), fault, "Give a TOML file in UTF-8.") from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as error:  # a number with too many digits for Python
        raise PackError(str(path), f"is not TOML: {str(error).partition(';')[0]}", "Shorten it.") from None
    if _is_deeper(table, MAX_NESTING):
        raise _too_deep(path)
    if _has_long_integer(table):
        raise PackError(str(path), "is not TOML: an integer has more than 64 bits", "Shorten it.")
    return table


def _last_line(path: Path) -> int:
    """Return the number of the last line with something on it."""
    return max(1, path.read_text(encoding="utf-8-sig").rstrip().count("\n") + 1)


def check_file(path: Path) -> None:
    """Raise PackError for a path that is missing, not a regular file, or too large."""
    try:
        status = path.stat()
    except OSError as error:
        raise PackError(str(path), f"cannot be read: {error.strerror}", "Give a TOML file.") from None
    if stat.S_ISDIR(status.st_mode):
        raise PackError(str(path), "is a folder", "Name a TOML file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise PackError(str(path), "is not a regular file", "A pipe can be read once only: give a file.")
    if status.st_size > MAX_BYTES:
        raise PackError(str(path), f"has more than {MAX_BYTES >> 20} MiB", "Split it into several packs.")


def _too_deep(path: Path) -> PackError:
    return PackError(
        str(path), f"is nested more than {MAX_NESTING} deep", "A rule needs at most three levels of tables."
    )


def _is_deeper(table: object, levels: int) -> bool:
    inner = table.values() if isinstance(table, dict) else table if isinstance(table, list) else ()
    return bool(inner) and (not levels or any(_is_deeper(one, levels - 1) for one in inner))


def _has_long_integer(table: object) -> bool:
    inner = table.values() if isinstance(table, dict) else table if isinstance(table, list) else ()
    return any(one.bit_length() >= 64 if isinstance(one, int) else _has_long_integer(one) for one in inner)


def header_lines(path: Path, table: str) -> list[int]:
    """Return the lines, from 1, of the headers `[[table]]`; fewer than tables if some are written otherwise."""
    is_header = re.compile(rf"[ \t]*\[\[[ \t]*{re.escape(table)}[ \t]*\]\]").match
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    return [number for number, line in enumerate(lines, 1) if is_header(line)]


class Guide(Struct, frozen=True):
    """Help for faults in tables of one kind: structs with the allowed keys, ways out, and the page of the docs.

    `ways_out` say what to do about a key that is missing or not allowed: by `key`, or by `table.key` if its meaning
    differs in that table.
    """

    structs: tuple[type[Struct], ...]
    ways_out: Mapping[str, str]
    manual: str


def shape_error(path: Path, line: int, fault: str, guide: Guide) -> PackError:
    """Turn msgspec's "Object contains unknown field `excat` - at `$.match`" into a place and a way out."""
    said, _, where = fault.partition(" - at ")
    table = (re.findall(r"\.(\w+)", where) or [""])[-1]
    if unknown := re.search(r"unknown field `(\w+)`", said):
        key = unknown[1]
        return PackError(
            place(path, line, key), f"R001 '{key[:MAX_WORD]}' is not a key", _instead_of(key, table, guide)
        )
    if missing := re.search(r"missing required field `(\w+)`", said):
        key, at = missing[1], place(path, line, table) if table else f"{path}:{line}:1"
        way_out = guide.ways_out.get(f"{table}.{key}") or guide.ways_out.get(key, f"See {guide.manual}.")
        return PackError(at, f"R002 '{key}' is missing", way_out)
    fault = f"R003 '{table}' is wrong: {said[0].lower()}{_in_words(said[1:])}"
    expected = re.match(r"Expected `(\w+)", said)
    if expected and expected[1] in _LISTS and not where.endswith("]`"):
        return PackError(place(path, line, table), fault, f"Write {_LISTS[expected[1]].format(key=table)}.")
    way_out = _choice(said, table, guide)
    if way_out.startswith("See ") and re.match(r"Expected `str`, got `(int|float|bool|date)", said):
        way_out = "Write it in quotes."
    return PackError(place(path, line, table), fault, way_out)


def _in_words(said: str) -> str:
    """Return a message of msgspec about types in the words of TOML.

    >>> _in_words("expected `object | null`, got `str`")
    'expected a table, got a string'
    """
    return re.sub(r"`(\w+)(?: \| null)?`", lambda found: _TYPES.get(found[1], found[0]), said)


def _instead_of(key: str, table: str, guide: Guide) -> str:
    """Return what to do about an unknown key of a table."""
    known = {field for struct in guide.structs for field in struct.__struct_encode_fields__}
    if key in known:
        return guide.ways_out.get(f"{table}.{key}", f"It is a key of another table: see {guide.manual}.")
    return did_you_mean(key, known) or f"See {guide.manual}."


def _choice(said: str, key: str, guide: Guide) -> str:
    """Return what to do about a wrong value of a key: the known word that may have been meant."""
    wrong = re.search(r"[Ii]nvalid enum value '(.*)'", said)
    fields = (field for struct in guide.structs for field in msgspec.structs.fields(struct) if field.name == key)
    known = list(dict.fromkeys(word for field in fields for word in _words(field.type) if word))
    if not wrong or not known:
        return guide.ways_out.get(key, f"See {guide.manual}.")
    return did_you_mean(wrong[1], known) or f"Give one of: {', '.join(known)}."


def _words(chosen: Any) -> Iterator[str]:
    """Yield the words that a type allows."""
    for part in get_args(chosen):
        if isinstance(part, str):
            yield part
        else:
            yield from _words(part)
