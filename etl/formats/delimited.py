"""CSV and TSV as spreadsheets, databases and scripts write them -> rows, and rejects for lines that are none.

The reader keeps to the quoting rules (RFC 4180).  A line that breaks them, as an unclosed quotation mark does, is a
reject, and reading goes on at the next.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from statistics import fmean

import msgspec
from msgspec import Struct

from etl.errors import Unreadable
from etl.formats.fields import Place, document, has_text
from etl.formats.json_values import text_of
from etl.formats.names import FACT_NAMES, HTML_NAMES, ID_NAMES, TEASER_NAMES, TEXT_NAMES
from etl.formats.opening import Damaged, in_utf8, open_share, wide_encoding
from etl.formats.source import MAX_DOCUMENT_BYTES, InputFormat, Opened, Reading, Reject, Result, Share, Source
from etl.model import Raw

DELIMITERS = ",\t;|"
# Rows that are looked at to tell the delimiter and the column of text.
SNIFFED_ROWS = 20
# Lines.  A row of more is an unclosed quotation mark: the longest article seen in a cell has 700 lines.
MAX_ROW_LINES = 5000
# Characters.  Names of columns are shorter; a first row with a longer cell is no header.
MAX_NAME_LENGTH = 60
# Share of the first rows that have as many cells as the first.
MIN_ALIKE = 0.75
# Characters of a cell, on average.  A column of headlines has 60, one of teasers 150.
MIN_TEXT_LENGTH = 200

_STRAY = re.compile("[\udc80-\udcff]")

KNOWN_NAMES = {
    name.casefold()
    for names in (TEXT_NAMES, HTML_NAMES, TEASER_NAMES, ID_NAMES, *FACT_NAMES.values())
    for name in names
}


class Dialect(Struct, frozen=True):
    """How a file is delimited and what its columns are called.

    `escape` is the character before a quotation mark within quotes, where it is not doubled; `text` the column of text
    when its name is not a known one; `rows` counts the lines before the first row of data.
    """

    delimiter: str
    columns: tuple[str, ...]
    escape: str = ""
    text: str = ""
    rows: int = 1


class Row(Struct, frozen=True, gc=False):
    """The lines of one row, the number of the first of them, and what is wrong with them ("": nothing)."""

    line: int
    text: str
    fault: str = ""


def rows(lines: Iterator[str], dialect: Dialect, first: int = 1) -> Iterator[Row]:
    """Yield the rows that some lines make up.  `first` is the number of the first line.

    A row ends where its quotation marks are closed.  Blank lines are rows.
    """
    waiting: list[str] = []  # lines that were taken for a row which then broke the rules
    number = first
    while True:
        text = waiting.pop() if waiting else next(lines, "")
        if not text:
            return
        taken = [text]
        is_open = _is_open(text, False, dialect)
        while is_open and len(taken) < MAX_ROW_LINES and (more := waiting.pop() if waiting else next(lines, "")):
            taken.append(more)
            is_open = _is_open(more, True, dialect)
        fault = "a quotation mark is not closed" if is_open else _fault("".join(taken), dialect) if taken[1:] else ""
        if fault:
            waiting.extend(reversed(taken[1:]))
            taken = taken[:1]
        yield Row(number, "".join(taken), fault)
        number += len(taken)


def _is_open(line: str, was_open: bool, dialect: Dialect) -> bool:
    """Return whether a quotation mark is open at the end of a line."""
    if '"' not in line:
        return was_open
    if dialect.escape:
        line = line.replace(dialect.escape * 2, "").replace(dialect.escape + '"', "")
    return was_open != bool(line.count('"') % 2)


def _fault(text: str, dialect: Dialect) -> str:
    try:
        cells(text, dialect)
    except csv.Error as error:
        return str(error)
    return ""


def cells(text: str, dialect: Dialect) -> list[str]:
    """Return the cells of a row.  Raises csv.Error if it breaks the rules of quoting."""
    csv.field_size_limit(MAX_DOCUMENT_BYTES)  # the module's default, 128 KiB, is less than a long article
    escape = dialect.escape or None
    found = csv.reader([text], delimiter=dialect.delimiter, strict=True, escapechar=escape, doublequote=not escape)
    return next(found, [])


def read_row(path: str, row: Row, dialect: Dialect, reading: Reading) -> Raw | Reject:
    """Return the document in a row."""
    body = row.text.rstrip("\r\n")
    try:
        return _document(path, row, body, dialect, reading)
    except Unreadable as error:
        return Reject(path, row.line, error.fault, body.encode("utf-8", "surrogatepass"))


def _document(path: str, row: Row, body: str, dialect: Dialect, reading: Reading) -> Raw:
    if row.fault:
        raise Unreadable(path, f"is not a CSV row: {row.fault}")
    notes: list[str] = []
    text = row.text
    if _STRAY.search(text):  # bytes that are not UTF-8, as `lines_of` leaves them
        text, notes = text_of(path, text.encode("utf-8", "surrogateescape"), reading.encoding)
    try:
        values = cells(text, dialect)
    except csv.Error as error:
        raise Unreadable(path, f"is not a CSV row: {error}") from None
    if len(values) > len(dialect.columns) and any(values[len(dialect.columns) :]):
        said = f"has {len(values)} cells, and there are {len(dialect.columns)} columns: is a delimiter not quoted?"
        raise Unreadable(path, said)
    fields = {
        name: value
        for name, value in zip(dialect.columns, values, strict=False)
        if value or name in TEXT_NAMES or name in (dialect.text, reading.text_field)
    }
    if dialect.text and not (reading.text_field or reading.html_field or has_text(fields, reading)):
        fields = {"text": fields.pop(dialect.text, ""), **fields}
    digest = sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    return document(Place(path, row.line, digest), fields, reading, notes)


def dialect_of(head: str, reading: Reading) -> Dialect | None:
    """Return how the start of a file is delimited, or None if it is not.

    `head` is whole lines.  The delimiter is the one that gives columns with known names; or else, that cuts the first
    rows into equally many cells.
    """
    skipped = 0
    if head.lower().startswith("sep="):  # Excel's own line
        head = head.partition("\n")[2]
        skipped = 1
    escape = "\\" if '\\"' in head and '""' not in head else ""
    found = [_Trial(Dialect(delimiter, (), escape), head) for delimiter in DELIMITERS]
    best = max(found, key=_Trial.rank)
    if best.known or (best.width > 1 and best.alike >= MIN_ALIKE):
        return _with_columns(best.dialect, best.table, skipped, reading)
    return None


class _Trial:
    """The first rows of a file as one delimiter cuts them."""

    def __init__(self, dialect: Dialect, head: str) -> None:
        self.dialect, self.table = dialect, _table(head, dialect)
        names = [name.strip().removeprefix("\ufeff").casefold() for name in self.table[0]] if self.table else []
        self.width, self.known = len(names), len(KNOWN_NAMES & set(names))
        self.alike = fmean([len(row) == self.width for row in self.table] or [0])

    def rank(self) -> tuple[int, float, bool, int]:
        return self.known, self.alike if self.width > 1 else 0, self.dialect.delimiter == "\t", self.width


def _table(head: str, dialect: Dialect) -> list[list[str]]:
    table = []
    for row in rows(iter(head.splitlines(keepends=True)), dialect):
        try:
            table.append(cells(row.text, dialect))
        except csv.Error:
            continue
        if not table[-1]:
            table.pop()
        if len(table) == SNIFFED_ROWS:
            break
    return table


def _with_columns(dialect: Dialect, table: list[list[str]], skipped: int, reading: Reading) -> Dialect:
    first = [_plain(name).strip().removeprefix("\ufeff") for name in table[0]]
    asked = {reading.text_field, reading.html_field, *(name for _, name in reading.map)} - {""}
    is_header = bool(asked & set(first)) or _is_header(first)
    columns = _distinct(first) if is_header else tuple(str(number) for number in range(len(first)))
    data = table[1:] if is_header else table
    return Dialect(dialect.delimiter, columns, dialect.escape, _text_column(columns, data), skipped + is_header)


def _plain(name: str) -> str:
    """Return the name of a column as text: one that is not UTF-8 is in the encoding of most such tables."""
    return name.encode("utf-8", "surrogateescape").decode("cp1252", "replace") if _STRAY.search(name) else name


def _is_header(names: Sequence[str]) -> bool:
    """Return whether a first row is names: short, each once, none of them a number."""
    filled = [name for name in names if name]
    return (
        len(filled) * 2 > len(names)
        and len(set(filled)) == len(filled)
        and all(len(name) <= MAX_NAME_LENGTH and not name.replace(".", "").isdigit() for name in filled)
    )


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of columns, known ones in the case in which they are known: "Title" is title."""
    found: list[str] = []
    for number, name in enumerate(names):
        name = name.casefold() if name.casefold() in KNOWN_NAMES and name not in KNOWN_NAMES else name
        found.append(name if name and name not in found else f"{name or 'column'}_{number}")
    return tuple(found)


def _text_column(columns: Sequence[str], data: Sequence[Sequence[str]]) -> str:
    """Return the column of the longest cells; "" if none is long."""
    lengths = [
        (fmean([len(row[number]) if number < len(row) else 0 for row in data] or [0]), name)
        for number, name in enumerate(columns)
    ]
    length, name = max(lengths, default=(0, ""))
    return name if length >= MIN_TEXT_LENGTH else ""


def looks_delimited(head: str) -> bool:
    """Return whether text that has no telling name is a table of records: its first row names a text and a fact.

    >>> looks_delimited('id,title,text\\n1,"A","B, c"\\n'), looks_delimited("Text, content and body\\n\\nOne, two.\\n")
    (True, False)
    """
    dialect = dialect_of(head, Reading())
    if not dialect or dialect.rows == 0:
        return False
    return bool({*TEXT_NAMES, *HTML_NAMES} & set(dialect.columns)) and len(KNOWN_NAMES & set(dialect.columns)) > 1


def _looks_like(head: bytes) -> bool:
    return looks_delimited(_head_text(head, wide_encoding(head)))


def _head_text(head: bytes, encoding: str) -> str:
    """Return the whole lines at the start of a file."""
    text = head.decode(encoding or "utf-8", "replace" if encoding else "surrogateescape").removeprefix("\ufeff")
    return text[: text.rfind("\n") + 1] or text


def _shares(opened: Opened, size: int, reading: Reading) -> Iterator[Share]:
    """Cut a table at the ends of rows, and send each part with the names of the columns.  Raises Unreadable."""
    source = opened.source
    encoding = wide_encoding(opened.head, reading.encoding)
    dialect = dialect_of(_head_text(opened.head, encoding), reading)
    if not dialect:
        raise Unreadable(source.name, "is not CSV: its lines are not delimited alike", "Read it with --from text.")
    lines = (_line(line) for line in in_utf8(opened.file, encoding))
    for _ in range(dialect.rows):
        next(lines, "")
    layout = msgspec.json.encode(dialect)
    parts, length, first = list[str](), 0, dialect.rows + 1
    try:
        for row in rows(lines, dialect, dialect.rows + 1):
            if parts and length + len(row.text) > size:
                yield _share(source, parts, first, layout)
                parts, length = [], 0
            first = first if parts else row.line
            parts.append(row.text)
            length += len(row.text)
    except Damaged as error:
        yield Share(source, "csv", row=first + len(parts), fault=f"the file is damaged from here on: {error}")
    if parts:
        yield _share(source, parts, first, layout)


def _line(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _share(source: Source, parts: Sequence[str], first: int, layout: bytes) -> Share:
    body = "".join(parts).encode("utf-8", "surrogateescape")
    return Share(source, "csv", len(body), body, first, layout=layout)


def _read(share: Share, reading: Reading) -> Iterator[Result]:
    dialect = msgspec.json.decode(share.layout, type=Dialect)
    with open_share(share) as file:
        for row in rows(map(_line, file), dialect, share.row):
            if row.text.strip():
                yield read_row(share.source.name, row, dialect, reading)


FORMAT = InputFormat("csv", (".csv", ".tsv", ".tab", ".psv"), _looks_like, _shares, _read)
