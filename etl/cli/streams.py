"""Standard output: errors name it, and on a terminal control characters of the data are escaped."""

import codecs
import io
import os
import re
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from etl.errors import PipeClosed, UsageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NAME = "standard output"
# C1 controls and DEL, and marks that change the direction of writing.  C0 controls are not escaped here: colours need
# them, commands escape those of the data, and JSON escapes them.
_CONTROLS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    """Return a text with controls escaped as in JSON, so that JSON keeps its value.

    >>> escaped("\\x9b2J")
    '\\\\u009b2J'
    """
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class GuardedOutput(io.RawIOBase):
    """The bytes of standard output.

    Raises UsageError if it is closed, PipeClosed if nobody reads it any more, and OSError that names it.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream, self._is_over = stream, False
        self._is_terminal = stream is not None and stream.isatty()
        self._encoding = stream.encoding if stream else "utf-8"
        self._decoder = codecs.getincrementaldecoder(self._encoding)("backslashreplace")

    def writable(self) -> bool:
        """Return true."""
        return True

    def isatty(self) -> bool:
        """Return true for a terminal."""
        return self._is_terminal

    def fileno(self) -> int:
        """Return the number of the file.  Raises UsageError if it is closed."""
        return self._open().fileno()

    def write(self, body: "ReadableBuffer", /) -> int:
        """Write all bytes, those of a terminal with controls escaped."""
        if not self._is_over:
            with self._naming():
                self._open().flush()
                buffer = self._open().buffer
                file: Any = getattr(buffer, "raw", buffer)  # our writer has a buffer: a full disk is noticed at once
                _write_all(file, self._shown(bytes(body)) if self._is_terminal else body)
        return memoryview(body).nbytes

    def flush(self) -> None:
        """Flush the stream."""
        if self._stream is not None and not self._is_over:
            with self._naming():
                self._stream.flush()

    def end(self) -> None:
        """Write nothing more, and drop buffered text."""
        self._is_over = True

    def _shown(self, body: bytes) -> bytes:
        return escaped(self._decoder.decode(body)).encode(self._encoding, "backslashreplace")

    def _open(self) -> TextIO:
        if self._stream is None:
            raise UsageError(NAME, "is closed", "Open it, or give -o.")
        return self._stream

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise PipeClosed from None
        except OSError as error:
            error.filename = error.filename or NAME
            raise


def _write_all(file: io.RawIOBase, body: "ReadableBuffer") -> None:
    """Write all bytes, with pauses if the file takes none: another program may have made it non-blocking."""
    left = memoryview(body).cast("B")
    while left:
        taken = file.write(left)
        if taken is None:
            select.select([], [file], [])
        left = left[taken or 0 :]


@contextmanager
def guarded_output() -> Iterator[None]:
    """Guard standard output in a block, and flush it at the end of the block.  Raises OSError and UsageError."""
    hold_standard_files()
    before = sys.stdout
    if before is not None and not hasattr(before, "buffer"):  # a replacement by a caller, which takes only text
        yield
        return
    guard = GuardedOutput(before)
    # Files and pipes get UTF-8 in any locale, because JSON, TOML and pages are UTF-8.
    encoding = before.encoding if before and guard.isatty() else "utf-8"
    errors = before.errors if before and before.errors != "strict" else "backslashreplace"
    stream = io.TextIOWrapper(io.BufferedWriter(guard), encoding, errors, line_buffering=guard.isatty())
    sys.stdout = stream
    try:
        try:
            yield
        except SystemExit:
            stream.flush()
            raise
        stream.flush()
    finally:
        sys.stdout = before
        guard.end()


def hold_standard_files() -> None:
    """Open the null device for each closed standard stream, so that no file of ours gets its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
