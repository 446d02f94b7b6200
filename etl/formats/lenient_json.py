"""Notations of other languages -> JSON: Python's literals, a trailing comma, escapes that JSON does not know.

{'title': 'Caf\\xe9', "paid": None, "seen": ISODate("2020-08-23"),} is
{"title": "Café", "paid": null, "seen": "2020-08-23"}.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

# A string in either kind of quotation marks, or the text between two strings.  A string that is not closed ends with
# the text.
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*+(?:\"|\\?\Z)|'(?:[^'\\]|\\.)*+(?:'|\\?\Z)|[^\"']++", re.S)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U000([01][0-9a-fA-F]{4})|(.))", re.S)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", '"': '"', "'": "'", "\\": "\\", "\n": ""}
_WORDS = {"None": "null", "True": "true", "False": "false", "undefined": "null", "nan": "NaN", "inf": "Infinity"}
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_LAST_COMMA = re.compile(r",(?=\s*+[}\]])")
# ObjectId("5f…"), Timestamp('2020-08-23'): the string is the value.
_CALL_OPENS, _CALL_CLOSES = re.compile(r"\b[A-Za-z_.]{1,40}\(\s*\Z"), re.compile(r"\s*\)")
# datetime.datetime(2020, 8, 23): becomes a string, which is read as a date.
_CALL = re.compile(r"\b[A-Za-z_.]{1,40}\([\d, ]{1,60}\)")


def as_json(text: str) -> str:
    r"""Return a text with notations of other languages converted to JSON; other faults stay.  Takes linear time.

    >>> as_json("{'a': 'It\\'s', 'b': [True, None,], \"c\": ObjectId('5f')}")
    '{"a": "It\'s", "b": [true, null], "c": "5f"}'
    """
    return "".join(_tokens(text))


def list_in(text: str) -> list[Any] | None:
    """Return the list in a text, as pandas writes lists into cells; None if the text is not a list.

    >>> list_in("['Marta Oake', 'Iris Holm']"), list_in("[1] See below.")
    (['Marta Oake', 'Iris Holm'], None)
    """
    text = text.strip()
    if not (text.startswith(("['", '["')) and text.endswith(("']", '"]'))):
        return None
    try:
        found = json.loads(as_json(text), strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _tokens(text: str) -> Iterator[str]:
    is_called = False
    for token in _TOKEN.findall(text):
        if token[0] in "\"'":
            yield _string(token)
            continue
        if is_called and (closes := _CALL_CLOSES.match(token)):
            token = token[closes.end() :]
        is_called = bool(opens := _CALL_OPENS.search(token))
        token = token[: opens.start()] if opens else token
        token = _CALL.sub(lambda call: json.dumps(call[0]), _LAST_COMMA.sub("", token))
        yield _WORD.sub(lambda word: _WORDS[word[0]], token)


def _string(token: str) -> str:
    """Return a string as JSON has it; one that is not closed stays open."""
    if len(token) < 2 or token[-1] != token[0]:
        return token
    if token[0] == '"' and "\\" not in token:
        return token
    return json.dumps(_ESCAPE.sub(_unescaped, token[1:-1]), ensure_ascii=False)


def _unescaped(escape: re.Match[str]) -> str:
    number = escape[1] or escape[2] or escape[3]
    return chr(int(number, 16)) if number else _ESCAPED.get(escape[4], escape[0])
