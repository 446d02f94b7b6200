"""The quoting rules of CSV (RFC 4180): lines -> rows, rows -> cells."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from etl.formats.source import MAX_DOCUMENT_BYTES, TOO_LONG

# Lines.  In a longer row, a quotation mark may not be closed, and the lines may be other rows.  The longest article
# that we have seen in a cell has 700 lines.
MAX_ROW_LINES = 5000
# Lines that are tested to distinguish rows from the text of a cell, and the share of them that must have the cells of a
# row.
LINES_LOOKED_AT, MIN_ROWS = 200, 0.5
# The least share of cells per column of a row.  Some programs leave out empty cells at the end.
MIN_CELLS = 2 / 3
# The most lines of a file that are read again after rows that are not closed, and more for each such row.  A file may
# have some stray marks.  If each line were such a row, a million lines would be read 5,000 times.  Beyond the limit, a
# row has fewer lines.
MAX_LINES_RETRIED, RETRIED_PER_LINE, MIN_ROW_LINES = 500_000, 50, 50
NOT_CLOSED = "is not a CSV row: a quotation mark is not closed"
# Delimiters of tables that are often written without quoting, so that a quotation mark is part of its cell.
UNQUOTED_DELIMITERS = "\t|"

# The rest of a quoted cell with its closing mark; marks within are doubled.
_CLOSES = re.compile(r'[^"]*+(?:""[^"]*+)*+"')


class Dialect(Struct, frozen=True):
    """The delimiter, the quoting and the columns of a file.

    `escape` is the character before a quotation mark within quotes, where it is not doubled; `text` the column of text
    when its name is not a known one; `rows` counts the lines before the first row of data.  With `spaced`, a blank
    follows each delimiter.  `above` are the lines above the names of the columns, if they have words.
    """

    delimiter: str
    columns: tuple[str, ...]
    escape: str = ""
    text: str = ""
    rows: int = 1
    spaced: bool = False
    above: str = ""


class Row(Struct, frozen=True, gc=False):
    """The lines of one row, the number of the first line, and the fault of the row ("" if none).

    A line, or a row, over the limit is cut.
    """

    line: int
    text: str
    fault: str = ""


def rows(lines: Iterator[str], dialect: Dialect, first: int = 1) -> Iterator[Row]:
    """Yield the rows of some lines.  `first` is the number of the first line.

    A row ends when its quotation marks are closed.  Blank lines are rows.  If a row breaks the rules, its lines after
    the first are read again as rows, unless they do not have the cells of rows: then they are text of its cell.
    """
    waiting: list[str] = []  # lines of a row that broke the rules
    number, lines_to_retry = first, MAX_LINES_RETRIED

    def next_line() -> str:
        return waiting.pop() if waiting else next(lines, "")

    while text := next_line():
        taken, length = [text], len(text)
        most = min(MAX_ROW_LINES, max(lines_to_retry, MIN_ROW_LINES))
        is_open = _is_open(text, False, dialect)
        while is_open and length <= MAX_DOCUMENT_BYTES:
            if len(taken) == most and _are_rows(taken[1:], dialect):
                break
            if not (more := next_line()):
                break
            taken.append(more)
            length += len(more)
            is_open = _is_open(more, True, dialect)
        fault = TOO_LONG if _is_too_long(text) else NOT_CLOSED if is_open else ""
        skipped = 0
        if fault or (len(taken) > 1 and _breaks_rules("".join(taken), dialect)):
            fault = fault or NOT_CLOSED
            if _are_rows(taken[1:], dialect):
                waiting.extend(reversed(taken[1:]))
                lines_to_retry += RETRIED_PER_LINE - len(taken)
                taken = taken[:1]
            elif length > MAX_DOCUMENT_BYTES:
                fault, skipped = TOO_LONG, _skip_text(next_line, dialect) if is_open else 0
        text, count = "".join(taken), len(taken) + skipped
        del taken  # a row may have 64 MiB
        yield Row(number, text, fault)
        number += count


def _are_rows(lines: Sequence[str], dialect: Dialect) -> bool:
    """Return whether lines are rows and not the text of a cell; false for a table of one column."""
    if len(dialect.columns) < 2:
        return True
    looked_at = [line for line in lines[:LINES_LOOKED_AT] if line.strip()]
    return sum(_is_row(line, dialect) for line in looked_at) >= MIN_ROWS * len(looked_at)


def _is_row(line: str, dialect: Dialect) -> bool:
    if _is_open(line, False, dialect):
        return True
    try:
        return MIN_CELLS * len(dialect.columns) < len(cells(line, dialect)) <= len(dialect.columns)
    except csv.Error:
        return False


def _skip_text(next_line: Callable[[], str], dialect: Dialect) -> int:
    """Skip the rest of a cell; return the number of its lines."""
    count, is_open = 0, True
    while is_open and (line := next_line()):
        count, is_open = count + 1, _is_open(line, True, dialect)
    return count


def _is_too_long(line: str) -> bool:
    # A character has four bytes at most.
    return len(line) * 4 > MAX_DOCUMENT_BYTES and len(line.encode("utf-8", "surrogateescape")) > MAX_DOCUMENT_BYTES


def _is_open(line: str, was_open: bool, dialect: Dialect) -> bool:
    """Return whether a quotation mark is open at the end of a line.  A mark within an unquoted cell does not count."""
    if '"' not in line:
        return was_open
    if dialect.escape:
        line = line.replace(dialect.escape * 2, "").replace(dialect.escape + '"', "")
    opens = _opening(dialect.delimiter, dialect.spaced)
    at, is_open = 0, was_open
    while match := (_CLOSES.match(line, at) if is_open else opens.search(line, at)):
        at, is_open = match.end(), not is_open
    return is_open


@lru_cache(16)
def _opening(delimiter: str, spaced: bool) -> re.Pattern[str]:
    return re.compile(rf'(?:^|{re.escape(delimiter)}){" *" if spaced else ""}"')


def _breaks_rules(text: str, dialect: Dialect) -> bool:
    try:
        cells(text, dialect)
    except csv.Error:
        return True
    return False


def cells(text: str, dialect: Dialect) -> list[str]:
    """Return the cells of a row.  Raises csv.Error if it breaks the rules of quoting."""
    csv.field_size_limit(MAX_DOCUMENT_BYTES)  # the module's default, 128 KiB, is less than a long article
    escape = dialect.escape or None
    reader = csv.reader(
        [text], delimiter=dialect.delimiter, strict=True, escapechar=escape, doublequote=not escape,
        skipinitialspace=dialect.spaced,
    )  # fmt: skip
    return next(reader, [])


def bare_cells(text: str, dialect: Dialect) -> list[str]:
    """Return the cells of a row that breaks the rules, read without quoting; [] if their number is wrong."""
    if dialect.delimiter not in UNQUOTED_DELIMITERS:
        return []
    line = text.rstrip("\r\n")
    found = [] if "\n" in line else line.split(dialect.delimiter)
    return found if len(found) == len(dialect.columns) else []
