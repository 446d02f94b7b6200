"""CSV and TSV from spreadsheets, databases and scripts -> rows, and rejects for lines that are no rows.

The reader follows the quoting rules of RFC 4180.  A line that breaks them, for example with an unclosed quotation mark,
is a reject, and reading continues with the next line.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import IO

import msgspec
from msgspec import structs

from etl.audit import text_sha256
from etl.errors import Unreadable, counted
from etl.formats.csv_rows import Dialect, Row, bare_cells, cells, rows
from etl.formats.fields import RecordPlace, document, has_story
from etl.formats.json_values import text_of
from etl.formats.names import FOLDED_NAMES, FOLDED_TEXTS, distinct, folded, free_names, longest_column
from etl.formats.opening import (
    BeforeDamage,
    before_damage,
    bounded_lines,
    check_unchanged,
    in_utf8,
    open_share,
    other_encoding,
    pieces,
    why_badly_cut,
)
from etl.formats.sniffing import DELIMITERS, wide_encoding
from etl.formats.source import (
    MAX_DOCUMENT_BYTES,
    MAX_REJECT_BYTES,
    TOO_LONG,
    Opened,
    Reading,
    Reject,
    Result,
    Share,
    Source,
)
from etl.model import Raw

# Rows that are used to detect the delimiter and the column of text.
SNIFFED_ROWS = 20
# The most lines above the names of columns: exports have a title and a date there.
MAX_LINES_ABOVE = 10
# Characters.  Names of columns are shorter; a first row with a longer cell is not a header.
MAX_NAME_LENGTH = 60
# The least share of the first rows that must have as many cells as the first row.
MIN_ALIKE = 0.75
PIECE_BYTES = 1 << 20
# A note: the lines above the header are not read.
ABOVE = "lines above the header"

# A quotation mark of a text that is doubled: not an empty cell, nor a mark with a backslash before the end of a cell.
_DOUBLED = re.compile(r"""[^\\,;\t|\r\n]""|""[^,;\t|\r\n]""")
_STRAY = re.compile("[\udc80-\udcff]")
_LINE = re.compile("[^\n]*\n|[^\n]+")


def read_row(path: str, row: Row, dialect: Dialect, reading: Reading) -> Raw | Reject:
    """Return the document in a row."""
    body = row.text.rstrip("\r\n")
    if row.fault == TOO_LONG:
        return Reject(path, row.line, TOO_LONG, body[:MAX_REJECT_BYTES].encode("utf-8", "surrogateescape"))
    try:
        return _document(path, row, body, dialect, reading)
    except Unreadable as error:
        return Reject(path, row.line, error.fault, body[:MAX_REJECT_BYTES].encode("utf-8", "surrogateescape"))


def _document(path: str, row: Row, body: str, dialect: Dialect, reading: Reading) -> Raw:
    notes: list[str] = []
    text = row.text
    if _STRAY.search(text):  # bytes that are not UTF-8, which `lines_of` keeps
        text, notes = text_of(path, text.encode("utf-8", "surrogateescape"), reading.encoding)
    elif reading.encoding and (fault := why_badly_cut(text.encode(), reading.encoding)):
        raise Unreadable(path, fault)
    values = _values(path, text, row.fault, dialect)
    if len(values) > len(dialect.columns) and any(values[len(dialect.columns) :]):
        said = f"has {len(values)} cells, and there are {len(dialect.columns)} columns: is a delimiter not quoted?"
        raise Unreadable(path, said)
    fields = {
        name: value
        for name, value in zip(dialect.columns, values, strict=False)
        if value or folded(name) in FOLDED_TEXTS or name in (dialect.text, reading.text_field)
    }
    if dialect.text and not (reading.text_field or reading.html_field or has_story(fields, reading)):
        text, short = fields.pop(dialect.text, ""), fields.pop("text", "")
        kept = {free_names(fields)("text"): short} if short else {}
        fields = {"text": text, **kept, **fields}
    try:
        return document(RecordPlace(path, row.line, text_sha256(body)), fields, reading, notes)
    except Unreadable:
        named = reading.text_field or reading.html_field
        absent = dialect.columns[len(values) :]
        if named in absent or (not named and any(folded(name) in FOLDED_TEXTS for name in absent)):
            said = f"has {counted(len(values), 'cell')}, and there are {len(dialect.columns)} columns"
            raise Unreadable(path, f"{said}: the cell of its text is missing") from None
        raise


def _is_header_again(row: Row, dialect: Dialect) -> bool:
    """Return whether a row has the names of the columns, as where tables were joined."""
    if len(row.text) > MAX_NAME_LENGTH * len(dialect.columns) or dialect.columns[0] not in row.text:
        return False
    with suppress(csv.Error):
        names = [_plain(name).strip().removeprefix("\ufeff").strip('"') for name in cells(row.text, dialect)]
        return len(names) > 1 and tuple(names) == dialect.columns
    return False


def _values(path: str, text: str, fault: str, dialect: Dialect) -> list[str]:
    """Return the cells of a row.  Raises Unreadable."""
    if not fault:
        try:
            return cells(text, dialect)
        except csv.Error as error:
            fault = f"is not a CSV row: {error}"
    if values := bare_cells(text, dialect):
        return values
    raise Unreadable(path, fault)


def _lines_in(text: str) -> list[str]:
    """Return the lines of a text with their line feeds.  Unlike `splitlines`, it cuts as a file is read."""
    return _LINE.findall(text)


def dialect_of(head: str, reading: Reading) -> Dialect | None:
    """Return the dialect of the start of a file, or None if it is no table.

    `head` has whole lines.  The delimiter is the one that gives columns with known names, or else the same number of
    cells in the first rows.
    """
    lines = _lines_in(head)
    skipped = _lines_above(lines)
    head = "".join(lines[skipped:])
    escape = "\\" if '\\"' in head and not _DOUBLED.search(head) else ""
    names = head.partition("\n")[0].strip()
    found = [
        _Trial(Dialect(delimiter, (), escape, spaced=0 < names.count(delimiter) == names.count(f"{delimiter} ")), head)
        for delimiter in DELIMITERS
    ]
    best = max(found, key=_Trial.rank)
    if best.known or (best.width > 1 and best.alike >= MIN_ALIKE):
        return _with_columns(best, lines, skipped, reading)
    return None


def _lines_above(lines: Sequence[str]) -> int:
    """Return the number of lines above the names of the columns: Excel's `sep=` line, or a title and remarks."""
    if _is_of_excel(lines):
        return 1
    for number, line in enumerate(lines[:MAX_LINES_ABOVE]):
        for delimiter in DELIMITERS:
            names = {folded(name.strip(' "\ufeff\r\n')) for name in line.split(delimiter)}
            if FOLDED_TEXTS & names and len(FOLDED_NAMES & names) > 1:
                return number
    return 0


def _is_of_excel(lines: Sequence[str]) -> bool:
    return bool(lines) and lines[0].lower().startswith("sep=")


class _Trial:
    """The first rows of a file with one delimiter: their cells, and where the first row begins and ends."""

    def __init__(self, dialect: Dialect, head: str) -> None:
        self.dialect = dialect
        found = _table(head, dialect)
        self.table = [row for _, row in found]
        first = found[0][0] if found else Row(1, "")
        self.start, self.end = first.line - 1, first.line - 1 + len(_lines_in(first.text))
        names = [folded(name.strip().removeprefix("\ufeff")) for name in self.table[0]] if self.table else []
        self.width, self.known = len(names), len(FOLDED_NAMES.intersection(names))
        self.alike = sum(len(row) == self.width for row in self.table) / max(1, len(self.table))

    def rank(self) -> tuple[int, float, bool, int]:
        return self.known, self.alike if self.width > 1 else 0, self.dialect.delimiter == "\t", self.width


def _table(head: str, dialect: Dialect) -> list[tuple[Row, list[str]]]:
    """Return the first rows with their cells, without blank rows and rows that break the rules of quoting."""
    table = []
    for row in rows(iter(_lines_in(head)), dialect):
        with suppress(csv.Error):
            if found := cells(row.text, dialect):
                table.append((row, found))
        if len(table) == SNIFFED_ROWS:
            break
    return table


def _with_columns(trial: _Trial, lines: Sequence[str], skipped: int, reading: Reading) -> Dialect:
    """Return the dialect of a file with its columns.  `skipped` lines are above the rows that were read."""
    first = [_plain(name).strip().removeprefix("\ufeff") for name in trial.table[0]]
    asked = {reading.text_field, reading.html_field, *(name for _, name in reading.map)} - {""}
    known = FOLDED_NAMES.intersection(map(folded, first))
    is_header = bool(asked & set(first)) or len(known) > 1 or _is_header(first)
    columns = distinct(first) if is_header else tuple(str(number) for number in range(len(first)))
    text = _text_column(columns, trial.table[1:] if is_header else trial.table)
    start, end = (skipped + trial.start, skipped + trial.end) if is_header else (skipped, skipped)
    above = "".join(lines[_is_of_excel(lines) : start])
    above = _plain(above) if any(map(str.isalpha, above)) else ""
    return structs.replace(trial.dialect, columns=columns, text=text, rows=end, above=above)


def _plain(name: str) -> str:
    """Return the name of a column as text.

    A name that is not UTF-8 is decoded with the encoding of most such tables.
    """
    return name.encode("utf-8", "surrogateescape").decode("cp1252", "replace") if _STRAY.search(name) else name


def _is_header(names: Sequence[str]) -> bool:
    """Return whether a first row has names: short, no sentences or numbers, all different unless one names a text."""
    filled = [name for name in names if name]
    has_text = not FOLDED_TEXTS.isdisjoint(map(folded, filled))
    return (
        len(filled) * 2 > len(names)
        and (has_text or len(set(filled)) == len(filled))
        and all(len(name) <= MAX_NAME_LENGTH and not name.replace(".", "").isdigit() for name in filled)
        and not any(name.endswith((".", "!", "?", "…", "。")) for name in filled)
    )


def _text_column(columns: Sequence[str], data: Sequence[Sequence[str]]) -> str:
    """Return the column of the longest cells; "" if none is long."""
    return longest_column(
        (sum(len(row[number]) for row in data if number < len(row)) / max(1, len(data)), name)
        for number, name in enumerate(columns)
    )


def is_table(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a table of records: its first row names a text and a fact.

    >>> is_table(b'id,title,text\\n1,"A","B, c"\\n'), is_table(b"Text, content and body\\n\\nOne, two.\\n")
    (True, False)
    """
    text = _head_text(head, wide_encoding(head))
    dialect = dialect_of(text, Reading())
    if not dialect or dialect.rows != 1 + text.lower().startswith("sep="):
        return False
    names = {folded(name) for name in dialect.columns}
    return bool(FOLDED_TEXTS & names) and len(FOLDED_NAMES & names) > 1


def _head_text(head: bytes, encoding: str) -> str:
    """Return the whole lines at the start of a file."""
    text = head.decode(encoding or "utf-8", "replace" if encoding else "surrogateescape").removeprefix("\ufeff")
    text = text if "\n" in text else text.replace("\r", "\n")
    return text[: text.rfind("\n") + 1] or text


def shares(opened: Opened, size: int, reading: Reading) -> Iterator[Share]:
    """Divide a table at the ends of rows, and send each part with the names of the columns.

    Raises Unreadable, Changed and OSError.
    """
    source = opened.source
    encoding = other_encoding(opened.head, reading.encoding)
    dialect = dialect_of(_head_text(opened.head, encoding), reading)
    if not dialect:
        raise Unreadable(source.name, "is not CSV: its lines have different delimiters", "Read it with --from text.")
    file, before = before_damage(opened.file)
    cut = list[bytes]()
    lines: Iterator[str] = map(_line, _whole(_lines(in_utf8(file, encoding), opened.head), before, cut))
    lines = chain([next(lines, "").removeprefix("\ufeff")], lines)
    for _ in range(dialect.rows):
        next(lines, "")
    layout = msgspec.json.encode(dialect)
    parts, length, first, following = list[str](), 0, dialect.rows + 1, dialect.rows + 1
    for row in rows(lines, dialect, first):
        if parts and length + len(row.text) > size:
            yield _share(source, parts, first, layout)
            length = 0
        first = first if parts else row.line
        following = row.line + row.text.count("\n")
        parts.append(row.text)
        length += len(row.text)
    if parts:
        yield _share(source, parts, first, layout)
    elif dialect.above:
        body = dialect.above.encode()
        yield Share(source, "csv", len(body), body, fault="stands above the header, and no row follows")
    if before.damage:
        fault = f"the file is damaged from here on: {before.damage}"
        yield Share(source, "csv", body=b"".join(cut), row=following, fault=fault)
    check_unchanged(source)


def _whole(lines: Iterator[bytes], before: BeforeDamage, cut: list[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file.  A line that is cut off by damage is put into `cut` instead, because it is no row."""
    for line in lines:
        if before.damage and not line.endswith(b"\n"):
            cut.append(line)
        else:
            yield line


def _lines(file: IO[bytes], head: bytes) -> Iterator[bytes]:
    """Yield the lines of a file; those that end in CR alone, as old Macs and Excel for them wrote, end in LF."""
    if b"\n" in head or b"\r" not in head:
        for line in bounded_lines(file):
            yield line + b"\n" if len(line) > MAX_DOCUMENT_BYTES and not line.endswith(b"\n") else line
        return
    held = bytearray()
    for piece in pieces(file, PIECE_BYTES):
        *ended, rest = piece.split(b"\r")
        for line in ended:
            yield bytes(held) + line + b"\n"
            held.clear()
        if len(held) <= MAX_DOCUMENT_BYTES:  # otherwise the line is a reject already
            held += rest
    yield bytes(held)


def _line(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _share(source: Source, parts: list[str], first: int, layout: bytes) -> Share:
    """Return rows as a share, and clear the list."""
    body = "".join(parts).encode("utf-8", "surrogateescape")
    parts.clear()
    return Share(source, "csv", len(body), body, first, layout=layout)


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a share: its rows."""
    dialect = msgspec.json.decode(share.layout, type=Dialect)
    above = dialect.above if share.row == dialect.rows + 1 else ""
    with open_share(share) as file:
        for row in rows(map(_line, file), dialect, share.row):
            if not row.text.strip() or _is_header_again(row, dialect):
                continue
            result = read_row(share.source.name, row, dialect, reading)
            if above and isinstance(result, Raw):
                result, above = structs.replace(result, notes=(*result.notes, ABOVE)), ""
            yield result
    if above:  # there is no document that could have the note
        yield Reject(share.source.name, 1, "stands above the header", above.encode())
