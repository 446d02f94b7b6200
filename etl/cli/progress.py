"""Progress of a run: one line on a terminal, a line every ten seconds in CI, nothing elsewhere."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import click

from etl.cli.terminal import say

# Seconds.  A shorter run shows no progress.
SILENT_FOR = 1.0
# Seconds between two updates: on a terminal the line is replaced, in CI a new line is printed.
BETWEEN = {"terminal": 0.2, "ci": 10.0}
# Stages that are measured in bytes of input; all others are measured in shards.
READING = ("parse", "prepare", "clean", "fingerprint")
STAGE_WORDS = {
    "parse": "reading",
    "add up": "counting lines",
    "prepare": "cleaning",
    "clean": "cleaning",
    "fingerprint": "reading",
    "select": "finding duplicates",
    "publish": "writing",
    "write": "writing",
    "lint": "attacking regexes",
}


class ProgressLine:
    """Progress of a run on stderr.  `clock` returns seconds."""

    def __init__(self, is_quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._where = "" if is_quiet else "terminal" if is_terminal else "ci" if os.environ.get("CI") else ""
        self._clock = clock
        self._begin = self._shown = clock()
        self._stage, self._expected, self._done, self._documents, self._stage_began = "", 0, 0, 0, self._begin
        self._is_drawn, self._width = False, 0

    def start(self, stage: str, expected: int) -> None:
        """Begin a stage over so many bytes or shards; 0 if that is not known."""
        self._stage, self._expected, self._done, self._documents = stage, expected, 0, 0
        self._stage_began = self._clock()
        self._show()

    def advance(self, amount: int, documents: int) -> None:
        """Advance by so many bytes or shards."""
        self._done += amount
        self._documents += documents
        self._show()

    def clear(self) -> None:
        """Remove the line from the terminal."""
        if self._is_drawn:
            self._draw("")
            self._is_drawn = False

    def _show(self) -> None:
        now = self._clock()
        if not self._where or now - self._begin < SILENT_FOR or now - self._shown < BETWEEN[self._where]:
            return
        self._shown = now
        if self._where == "terminal":
            self._draw(self._line(now))
            self._is_drawn = True
        else:
            say(self._line(now))

    def _draw(self, line: str) -> None:
        """Write a line over the one before it."""
        with suppress(OSError):  # as `say`
            click.echo(f"\r{' ' * self._width}\r{line}", nl=False, err=True)
        self._width = len(line)

    def _line(self, now: float) -> str:
        seconds = max(now - self._stage_began, 1e-9)
        words = [STAGE_WORDS.get(self._stage, self._stage)]
        if self._documents:
            words.append(f"{self._documents:,} documents")
        if self._stage in READING and self._done:
            words += [f"{self._done / 1e6:,.1f} MB", f"{self._done / 1e6 / seconds:,.1f} MB/s"]
        if self._expected and self._done:
            share = min(self._done / self._expected, 1.0)
            words += [f"{share:.0%}", f"{seconds / share - seconds:,.0f} s left"]
        return ", ".join(words)
