"""JSON and its variants -> Python values, with notes on what is not standard JSON.

Numbers keep their notation: 1.20, 1e999 and integers beyond 64 bits become `msgspec.Raw`, which msgspec writes back
byte for byte.  NaN, Infinity and integers that Python refuses to read become strings.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from msgspec import Raw as RawJson

from etl.decode import decode
from etl.errors import Unreadable
from etl.formats.field_values import usable
from etl.formats.lenient_json import as_json
from etl.formats.names import free_names
from etl.model import Raw

NOT_A_NUMBER = "not a number"
DUPLICATE_KEY = "duplicate key"
NOT_UTF8 = "not UTF-8"
NOT_STANDARD = "not standard JSON"

MAX_INTEGER = 2**63
# Digits.  Python does not read longer integers, because this takes quadratic time.  A longer number becomes a string,
# like NaN.
MAX_DIGITS = 1000
# Between two values: white space, commas of an array that was cut in lines, the record separators of RFC 7464.
BETWEEN = " \t\r\n,\x1e\ufeff"


def text_of(path: str, line: bytes, encoding: str = "") -> tuple[str, list[str]]:
    """Return the characters of some JSON.  Raises Unreadable if it is not text in the given encoding, or in any."""
    if not encoding:
        try:
            return line.decode("utf-8"), []
        except UnicodeDecodeError:
            pass
    decoded = decode(Raw(path, line, "", encoding=encoding))
    return decoded.text, [NOT_UTF8] if decoded.replaced or not encoding else []


def values(path: str, text: str) -> Iterator[tuple[Any, list[str]]]:
    """Yield the consecutive values in a text, each with its notes.

    Notations of Python and JavaScript are also read.  Raises Unreadable at the first invalid value.
    """
    at, fault = _start(text, 0), ""
    while at < len(text):
        reader = _Reader([NOT_STANDARD] if fault else [])
        try:
            value, at = reader.read(text, at)
        except json.JSONDecodeError as error:
            said = f"is not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
            if fault:
                raise Unreadable(path, said if at else fault) from None
            text, at, fault = as_json(text[at:]), 0, said
            continue
        except RecursionError:
            raise Unreadable(path, "is nested too deep") from None
        if isinstance(value, str) and value.lstrip().startswith("{"):
            value = _within_string(value, reader)
        yield value, reader.notes
        at = _start(text, at)


def _start(text: str, at: int) -> int:
    while at < len(text) and text[at] in BETWEEN:
        at += 1
    return at


def _within_string(value: str, reader: "_Reader") -> Any:
    """Return the object in a string, for a record that was encoded twice; the string itself if it has more text."""
    text = value.strip()
    try:
        inner, end = reader.read(text, 0)
    except (json.JSONDecodeError, RecursionError):
        return value
    return inner if end == len(text) else value


class _Reader:
    """A JSON decoder for the notations of Python, pandas and jq, which notes what the standard does not allow."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=self._float,
            parse_int=self._int,
            parse_constant=self._constant,
            strict=False,  # tabs and line feeds within a string
        )

    def read(self, text: str, at: int) -> tuple[Any, int]:
        return self._decoder.raw_decode(text, at)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return an object.

        If a key is repeated, its last value that is not empty is used; the others get numbers: "text#2".
        """
        fields = dict(pairs)
        if len(fields) == len(pairs):
            return fields
        free_name, fields = free_names(fields), {}
        self.notes.append(DUPLICATE_KEY)
        for name, value in pairs:
            if name not in fields:
                fields[name] = value
                continue
            if usable(value) or not usable(fields[name]):
                fields[name], value = value, fields[name]
            fields[free_name(name)] = value
        return fields

    def _float(self, figure: str) -> Any:
        number = float(figure)
        if math.isinf(number):
            self.notes.append(NOT_A_NUMBER)
            return figure
        return number if repr(number) == figure else RawJson(figure.encode())

    def _int(self, figure: str) -> Any:
        if len(figure) > MAX_DIGITS:
            self.notes.append(NOT_A_NUMBER)
            return figure
        number = int(figure)
        return number if abs(number) < MAX_INTEGER else RawJson(figure.encode())

    def _constant(self, name: str) -> str:
        self.notes.append(NOT_A_NUMBER)
        return name
