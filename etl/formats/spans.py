"""The values of a stream of JSON, with any line breaks, without parsing them.

Strings are skipped and brackets are counted.  So an array of any length is read in pieces, and memory holds one value
and one piece.  Text between objects, such as a string in an array, is a value with a fault.
"""

import json
import re
from array import array
from collections.abc import Collection, Iterator
from typing import IO

from msgspec import Struct

from etl.formats.field_values import is_empty, why_no_record
from etl.formats.opening import pieces

# Bytes read at a time.
PIECE_BYTES = 1 << 20

# Possessive, so that a string of 60 MB without an end is read only once.
_INSIDE = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_TOKEN = re.compile(rb'"' + _INSIDE + rb'"|[{}\[\]]|"', re.S)
_REST = re.compile(_INSIDE, re.S)
_SIGN = re.compile(rb'[{}\[\]"]')
# Tokens between objects: the start of the next object, a string that ends on its line, or another quotation mark.
_OPENS = re.compile(rb'\{|(?P<string>"(?:[^"\\\n]++|\\[^\n])*+")|"(?:[^"\\\n]++|\\[^\n])*+')
# An object after a closing bracket, with which reading continues after a damaged object.
OPENS_AGAIN = re.compile(rb"[}\]]\s*+(?:,\s*+)?(?=\{)")
# Between two objects: white space, brackets and commas of arrays, record separators (RFC 7464), the mark of UTF-8, and
# the zeros that a file which was not written to its end is filled with.
SEPARATORS = b" \t\r\n,[]\x1e\0\xef\xbb\xbf"
_SEPARATED = re.compile("[ \t\r\n,}\\]\x1e\0\ufeff]*+")
# The most opening brackets before an object that are tried as a list, because each try may read the rest of the stream.
MAX_OPEN_LISTS = 8
# The most values between two objects.  More become one reject, because each value takes a hundred times its size in
# memory.
MAX_ELEMENTS = 10_000
NO_OBJECT = "holds no JSON object"
NO_JSON = "stands between objects and is not JSON"

_DECODER = json.JSONDecoder(strict=False)


class Value(Struct, frozen=True, gc=False):
    """One value of a stream: its number, from 1, and its bytes.  `fault` says why it is no whole object."""

    number: int
    body: bytes
    fault: str = ""


def json_values(file: IO[bytes], limit: int) -> Iterator[Value]:
    """Yield the objects of a stream: those of the arrays at its top, or those that stand one behind the other.

    A value that does not end within `limit` bytes or before the end of the stream has a fault, and reading continues
    with the next object after a closing bracket.  Other elements of an array and words between objects also have a
    fault.  Null and blank strings are counted, but not yielded.
    """
    scanner = _Scanner()
    number = 0
    for piece in pieces(file, PIECE_BYTES):
        for body, fault in scanner.feed(piece, limit):
            number += 1
            if body:
                yield Value(number, body, fault)
    for body, fault in scanner.close():
        number += 1
        if body:
            yield Value(number, body, fault)


class _Scanner:
    """Brackets counted over the pieces of a stream.

    `_start` is where the object that is open began, `_inside` how far a string in it that is open was read; -1 for
    none.  `_gap` is the end of the last object; behind it, no quotation mark opens a string up to `_strayed`.
    `_unclosed` are objects that are known not to end: the scan stops where one of them opens.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._depth = 0
        self._start = self._inside = -1
        self._gap = self._strayed = 0
        self._has_object = False
        self._unclosed: Collection[int] = ()

    def feed(self, piece: bytes, limit: int) -> Iterator[tuple[bytes, str]]:
        self._buffer += piece
        yield from self._scan()
        if self._start >= 0 and len(self._buffer) - self._start > limit:
            yield from self._give_up(f"is one record of more than {limit >> 20} MiB, or its end is missing", limit)
        if self._start < 0 and len(self._buffer) - self._gap > limit:
            yield from self._between(len(self._buffer), is_end=False)
            self._at = self._gap = len(self._buffer)
        open_at = self._start if self._start >= 0 else self._gap
        self._buffer = self._buffer[open_at:]
        self._at -= open_at
        self._gap -= open_at
        self._strayed -= open_at
        self._start = min(self._start, 0)
        self._inside -= open_at if self._inside >= 0 else 0

    def close(self) -> Iterator[tuple[bytes, str]]:
        """Yield what is left at the end: a record that was cut, and what stands behind the last."""
        yield from self._scan(is_end=True)
        while self._start >= 0:
            yield from self._give_up("is cut off: its closing bracket is missing")
        yield from self._between(len(self._buffer), is_end=True)

    def _give_up(self, fault: str, limit: int = 0) -> Iterator[tuple[bytes, str]]:
        """Yield the value that is open as damaged, and so those behind it that do not end within `limit` bytes either.

        Scanning again from each object would take quadratic time if all objects of a stream lack a bracket.
        """
        self._unclosed = self._find_unclosed()
        while self._start >= 0 and len(self._buffer) - self._start > limit:
            start = self._start
            self._resume()
            yield self._buffer[start : min(self._at, start + limit) if limit else self._at], fault
            yield from self._scan(is_end=not limit)
        self._unclosed = ()
        if self._start >= 0:  # its end may come
            self._at, self._start = self._start, -1
            yield from self._scan()

    def _find_unclosed(self) -> Collection[int]:
        """Return the places of the objects behind a closing bracket, within the open value, that do not end."""
        found, places, depths = set[int](), array("q"), array("q")
        depth, is_behind = 0, False
        for token in self._signs():
            sign = token[0]
            if sign in (b"{", b"["):
                depth += 1
                if sign == b"{" and is_behind:
                    places.append(token.start())
                    depths.append(depth)
            elif sign in (b"}", b"]"):
                depth -= 1
                while depths and depths[-1] > depth:
                    places.pop()
                    depths.pop()
            elif sign == b'"':  # takes the ends of all that are open
                found.update(places)
                del places[:], depths[:]
            is_behind = sign in (b"}", b"]")
        return found.union(places)

    def _signs(self) -> Iterator[re.Match[bytes]]:
        """Yield the tokens of the open value.  If a string does not end, no later string ends, either."""
        for token in _TOKEN.finditer(self._buffer, self._start):
            yield token
            if token[0] == b'"':
                yield from _SIGN.finditer(self._buffer, token.end())
                return

    def _scan(self, *, is_end: bool = False) -> Iterator[tuple[bytes, str]]:
        """Yield the objects that end in the buffer, with "" for a fault, and what stands before each of them."""
        while True:
            if self._start < 0:
                yield from self._scan_gap(is_end)
                if self._start < 0 or self._start in self._unclosed:
                    return
            yield from self._scan_object()
            if self._start >= 0:
                return

    def _scan_gap(self, is_end: bool) -> Iterator[tuple[bytes, str]]:
        """Go on to where the next object opens, and yield what stands before it.

        A quotation mark that is not closed on its line does not open a string.  It is part of some words, like the
        later marks on its line.
        """
        while self._start < 0:
            if self._at < self._strayed:
                opens = self._buffer.find(b"{", self._at, self._strayed)
                if opens < 0:
                    self._at = self._strayed
                    continue
            else:
                found = _OPENS.search(self._buffer, self._at)
                if not found:
                    self._at = len(self._buffer)
                    return
                if found["string"]:
                    self._at = found.end()
                    continue
                opens = found.start()
                if found[0] != b"{":
                    self._at = opens
                    if not is_end and found.end() >= len(self._buffer) - 1:  # its line goes on in the next piece
                        return
                    self._strayed = found.end()
                    continue
            yield from self._between(opens, is_end=False)
            self._at = self._start = opens
            self._depth, self._has_object = 0, True

    def _scan_object(self) -> Iterator[tuple[bytes, str]]:
        """Yield the object that is open, if it ends in the buffer."""
        if self._inside >= 0 and not self._end_string(self._inside):
            return
        for token in _TOKEN.finditer(self._buffer, self._at):
            sign = token[0]
            if sign == b'"':  # a string that goes on in the next piece
                self._at = token.start()
                self._end_string(token.end())
                return
            self._at = token.end()
            if sign in (b"{", b"["):
                self._depth += 1
            elif sign in (b"}", b"]"):
                self._depth -= 1
                if not self._depth:
                    yield self._buffer[self._start : self._at], ""
                    self._start, self._gap = -1, self._at
                    return
        self._at = len(self._buffer)  # what has no token in it is not looked at again

    def _between(self, end: int, is_end: bool) -> Iterator[tuple[bytes, str]]:
        """Yield what stands between the last object and a place; of a stream without an object all that is in it."""
        gap = self._buffer[self._gap : end]
        if not gap.strip(SEPARATORS):
            return
        found = list(_elements(gap))
        if is_end and not self._has_object and any(body for body, _ in found):
            found = [(gap.strip(), NO_OBJECT)]
        yield from found

    def _end_string(self, start: int) -> bool:
        """Read the string that is open on from a place in it; return whether it ends."""
        end = _REST.match(self._buffer, start).end()  # type: ignore[union-attr]  # it matches the empty string
        is_ended = end < len(self._buffer) and self._buffer[end] == ord('"')
        self._at, self._inside = (end + 1, -1) if is_ended else (self._at, end)
        return is_ended

    def _resume(self) -> None:
        """Go on behind a value that does not end, where another object opens, or at the end."""
        match = OPENS_AGAIN.search(self._buffer, self._start + 1)
        self._start, self._depth, self._inside = -1, 0, -1
        self._at = self._gap = match.end() if match else len(self._buffer)


def _elements(gap: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield the values between two objects, each with its fault, and no bytes for null; or else all of it as words."""
    text = gap.decode("utf-8", "surrogateescape")
    found, at, lists = list[tuple[bytes, str]](), 0, 0
    while (at := _SEPARATED.match(text, at).end()) < len(text):  # type: ignore[union-attr]  # it matches the empty string
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            lists += 1
            if text[at] == "[" and lists <= MAX_OPEN_LISTS:  # the list goes on behind the next object
                at += 1
                continue
            if any(map(str.isalnum, text)):
                yield gap.strip(SEPARATORS), NO_JSON
            return
        if value != []:
            body = b"" if is_empty(value) else text[at:end].encode("utf-8", "surrogateescape")
            found.append((body, why_no_record(value)))
        if len(found) > MAX_ELEMENTS:
            yield gap.strip(SEPARATORS), f"is a run of more than {MAX_ELEMENTS:,} values among records, not objects"
            return
        at = end
    yield from found
