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

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|"', re.S)
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
    """Brackets counted over the pieces of a stream.  `_start` is where the value that is open began, or -1."""

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._depth = 0
        self._start = -1

    def feed(self, piece: bytes, limit: int) -> Iterator[tuple[bytes, str]]:
        self._buffer += piece
        yield from self._scan()
        open_at = self._start if self._start >= 0 else self._at
        if self._start >= 0 and len(self._buffer) - open_at > limit:
            yield self._buffer[open_at:limit], f"is one record of more than {limit >> 20} MiB, or its end is missing"
            self._resume()
            yield from self._scan()
            open_at = self._start if self._start >= 0 else self._at
        self._buffer = self._buffer[open_at:]
        self._at -= open_at
        self._start = min(self._start, 0)

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
        for token in _TOKEN.finditer(self._buffer, self._at):
            sign = token[0]
            if sign == b'"':  # a string that goes on in the next piece
                self._at = token.start()
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

    def _resume(self) -> bool:
        """Go on behind a value that does not end, where another object opens; return whether one does."""
        match = _OPENS_AGAIN.search(self._buffer, self._start + 1)
        self._start, self._depth = -1, 0
        self._at = match.end() if match else len(self._buffer)
        return match is not None
