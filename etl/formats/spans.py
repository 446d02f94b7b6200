"""The values of a stream of JSON, in whatever lines they stand, without parsing them.

Strings are skipped and brackets counted: an array of any length is read in pieces, and the memory that is held is that
of one value and one piece.
"""

import re
from collections.abc import Iterator
from typing import IO

from msgspec import Struct

from etl.formats.opening import pieces

# Bytes read at a time.
PIECE_BYTES = 1 << 20

# Possessive: of a string of 60 MB that does not end, nothing is tried twice.
_INSIDE = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_TOKEN = re.compile(rb'"' + _INSIDE + rb'"|[{}\[\]]|"', re.S)
_REST = re.compile(_INSIDE, re.S)
_OPENS_AGAIN = re.compile(rb"[}\]]\s*,?\s*(?=\{)")


class Value(Struct, frozen=True, gc=False):
    """One value of a stream: its number, from 1, and its bytes.  `fault` says why it is none."""

    number: int
    body: bytes
    fault: str = ""


def json_values(file: IO[bytes], limit: int) -> Iterator[Value]:
    """Yield the objects of a stream: those of the arrays at its top, or those that stand one behind the other.

    A value that does not end within `limit` bytes, or at the end of the stream, has a fault; reading goes on at the
    next object that follows a closing bracket.
    """
    scanner = _Scanner()
    number = 0
    for piece in pieces(file, PIECE_BYTES):
        for body, fault in scanner.feed(piece, limit):
            number += 1
            yield Value(number, body, fault)
    for body, fault in scanner.close():
        number += 1
        yield Value(number, body, fault)


class _Scanner:
    """Brackets counted over the pieces of a stream.

    `_start` is where the value that is open began, `_inside` how far the string that is open was read; -1 for none.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._depth = 0
        self._start = self._inside = -1

    def feed(self, piece: bytes, limit: int) -> Iterator[tuple[bytes, str]]:
        self._buffer += piece
        yield from self._scan()
        open_at = self._start if self._start >= 0 else self._at
        if self._start >= 0 and len(self._buffer) - open_at > limit:
            yield (
                self._buffer[open_at : open_at + limit],
                f"is one record of more than {limit >> 20} MiB, or its end is missing",
            )
            self._resume()
            yield from self._scan()
            open_at = self._start if self._start >= 0 else self._at
        self._buffer = self._buffer[open_at:]
        self._at -= open_at
        self._start = min(self._start, 0)
        self._inside -= open_at if self._inside >= 0 else 0

    def close(self) -> Iterator[tuple[bytes, str]]:
        """Yield what is left at the end: a record that was cut."""
        while self._start >= 0:
            cut = self._buffer[self._start :]
            behind = self._resume()
            yield (self._buffer[: self._at] if behind else cut), "is cut: its closing bracket is missing"
            if not behind:
                return
            self._buffer, self._at = self._buffer[self._at :], 0
            yield from self._scan()

    def _scan(self) -> Iterator[tuple[bytes, str]]:
        """Yield the objects that end in the buffer, with "" for a fault."""
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
                if self._start < 0 and sign == b"{":
                    self._start, self._depth = token.start(), 0
                self._depth += self._start >= 0
            elif sign in (b"}", b"]") and self._start >= 0:
                self._depth -= 1
                if not self._depth:
                    yield self._buffer[self._start : self._at], ""
                    self._start = -1
        self._at = len(self._buffer)  # what has no token in it is not looked at again

    def _end_string(self, start: int) -> bool:
        """Read the string that is open on from a place in it; return whether it ends."""
        end = _REST.match(self._buffer, start).end()  # type: ignore[union-attr]  # it matches the empty string
        is_ended = end < len(self._buffer) and self._buffer[end] == ord('"')
        self._at, self._inside = (end + 1, -1) if is_ended else (self._at, end)
        return is_ended

    def _resume(self) -> bool:
        """Go on behind a value that does not end, where another object opens; return whether one does."""
        match = _OPENS_AGAIN.search(self._buffer, self._start + 1)
        self._start, self._depth, self._inside = -1, 0, -1
        self._at = match.end() if match else len(self._buffer)
        return match is not None
