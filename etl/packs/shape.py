"""TOML -> tables; and what has not the shape it should have -> an error with its place and a way out."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli
from msgspec import Struct

from etl.errors import PackError
from etl.packs.place import did_you_mean, place


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.  Raises PackError, with the line of the fault, if it is none."""
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except tomli.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{path}:{found[1]}:{found[2]}" if found else str(path)
        raise PackError(where, f"is not TOML: {str(error).split(' (at ')[0]}", "Mend the syntax there.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(str(path), f"cannot be read: {error}", "Give a TOML file in UTF-8.") from None


def header_lines(path: Path, table: str) -> list[int]:
    """The 1-based lines of the headers `[[table]]`; fewer than tables if some are written otherwise."""
    text = path.read_text(encoding="utf-8")
    headers = re.finditer(rf"^[ \t]*\[\[\s*{re.escape(table)}\s*\]\]", text, re.MULTILINE)
    return [text.count("\n", 0, header.end()) + 1 for header in headers]


def shape_error(
    path: Path, line: int, fault: str, structs: Iterable[type[Struct]], ways_out: Mapping[str, str], manual: str
) -> PackError:
    """Turn msgspec's "Object contains unknown field `excat` - at `$.match`" into a place and a way out.

    `structs` are those whose keys may have been meant, `ways_out` what to do about keys that are missing.
    """
    said, _, where = fault.partition(" - at ")
    if unknown := re.search(r"unknown field `(\w+)`", said):
        known = [field for struct in structs for field in struct.__struct_encode_fields__]
        key, code, fault, way_out = unknown[1], "R001", "is no key", did_you_mean(unknown[1], known)
    elif missing := re.search(r"missing required field `(\w+)`", said):
        key, code, fault, way_out = missing[1], "R002", "is missing", ways_out.get(missing[1], "")
    else:
        key = (re.findall(r"\.(\w+)", where) or [""])[-1]
        code, fault, way_out = "R003", f"is wrong: {said[0].lower()}{said[1:]}", f"See {manual}."
    return PackError(place(path, line, key), f"{code} '{key}' {fault}", way_out)
