"""Read or replace files that copydesk wrote: articles in any shape, audit, rejects, as JSON lines or Parquet."""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from etl.audit import END_OF_DEDUP, Entry, lines_checksum, text_sha256
from etl.errors import RestoreError, UsageError
from etl.formats.field_values import value_at
from etl.formats.fields import is_article
from etl.formats.opening import open_path
from etl.formats.own_files import RESULTS, START_BYTES
from etl.formats.parquet_writer import read_parquet
from etl.formats.source import MAX_DOCUMENT_BYTES
from etl.formats.unpacking import Damaged
from etl.shapes import identity
from etl.writers import atomic, in_order, line_writer

Noun = TypeVar("Noun")

_encode = msgspec.json.Encoder().encode

# A document has at most six bytes of JSON for each of its bytes, and is in its record at most twice.
MAX_LINE_BYTES = 16 * MAX_DOCUMENT_BYTES

# The paths of the facts of an article in the shapes of etl.shapes.  The first one with a string is used.
FACT_PATHS: Mapping[str, Sequence[str]] = {
    "headline": ("headline", "title", "metadata.title"),
    "publisher": ("publisher", "source-hostname", "metadata.publisher", "publisher.name"),
    "author": ("author", "metadata.author"),
    "created": ("created", "date", "datePublished"),
    "added": ("added",),
    "url": ("url", "metadata.url"),
    "status": ("status", "metadata.status"),
    "language": ("language", "inLanguage", "metadata.language"),
    "path": ("origin.path", "file_path", "metadata.path"),
}


def fact(record: Mapping[str, Any], name: str) -> str:
    """Return a fact of an article in any shape; "" if it is unknown.

    >>> fact({"metadata": {"title": "Rain"}}, "headline"), fact({"text": "One."}, "headline")
    ('Rain', '')
    """
    values = (value_at(record, path) for path in FACT_PATHS[name])
    return next((value for value in values if isinstance(value, str)), "")


def read_outputs(path: Path, noun: type[Noun]) -> Iterator[Noun]:
    """Yield the values in a file that copydesk wrote, or in a folder of its parts.

    Raises UsageError if the file has another kind of values, and RestoreError if it is damaged.
    """
    decode = msgspec.json.Decoder(noun).decode
    for file in _files(path):
        if file.suffix == ".parquet":
            yield from _converted(file, lambda row: msgspec.convert(row, noun))
        else:
            yield from _lines(file, decode)


def begins(path: Path, start: re.Pattern[bytes]) -> bool:
    """Return true if a regular file begins with a pattern when it is unpacked, or is empty."""
    try:
        return path.is_file() and not path.is_symlink() and has_start(path, start)
    except OSError:
        return False


def has_start(place: Path | str, start: re.Pattern[bytes]) -> bool:
    """Return true if a file, on disk or in a store, begins with a pattern when it is unpacked, or is empty."""
    try:
        with open_path(place) as file:
            head = file.read(START_BYTES)
    except (OSError, Damaged):
        return False
    return not head or start.match(head) is not None


def is_of_audit(articles: Path | str, audit: Path | str) -> bool:
    """Return true if articles belong to an audit: the first article, or all records of `dedup`."""
    try:
        with open_path(articles) as records, open_path(audit) as entries:
            while line := entries.readline(MAX_LINE_BYTES):
                entry = msgspec.json.decode(line, type=Entry)
                if entry.action == "document" and entry.also:
                    found = identity(msgspec.json.decode(records.readline(MAX_LINE_BYTES), type=dict[str, Any]))
                    return found is not None and entry.also.split(",")[0] == f"{found[0]}:{text_sha256(found[1])}"
                if entry.action == "end":
                    return entry.rule == END_OF_DEDUP and entry.line_sha256 == lines_checksum(records)
    except (OSError, Damaged, RestoreError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    return False


def check_target(path: Path, force: bool, *starts: re.Pattern[bytes]) -> None:
    """Refuse a file that exists; with `force`, one that begins as none of what may be written.  Raises UsageError."""
    if not path.exists() and not path.is_symlink():
        return
    if not any(begins(path, start) for start in starts):
        fault = "exists already, and was not written by copydesk"
        raise UsageError(str(path), fault, "Name another file, or remove it yourself.")
    if not force:
        raise UsageError(str(path), "exists already", "Name another file, or overwrite it with --force.")


def write_lines(target: Path, lines: Iterable[object], force: bool, start: re.Pattern[bytes]) -> None:
    """Write JSON lines, compressed by the ending of the name, if `check_target` allows it.  Raises UsageError."""
    check = partial(check_target, target, force, start)
    with atomic(target, check) as temporary, line_writer(temporary, target.suffix) as write:
        write(lines)


def read_small(path: Path) -> str:
    """Return the text of a small file.  Raises UsageError if it is large; OSError; UnicodeDecodeError."""
    with path.open("rb") as file:
        body = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(body) > MAX_DOCUMENT_BYTES:
        raise UsageError(str(path), f"has more than {MAX_DOCUMENT_BYTES >> 20} MiB", "Name a file that copydesk wrote.")
    return io.TextIOWrapper(io.BytesIO(body), "utf-8-sig").read()


def read_articles(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield id, text and record of the articles in a file or a folder of parts, in any shape.

    Raises UsageError and RestoreError as `read_outputs` does.
    """
    for file in _files(path):
        for row, record in enumerate(read_outputs(file, dict[str, Any]), 1):
            found = identity(record)
            if not found:
                raise _fault(file, row, "has no id and text of an article", is_ours=is_article(record))
            yield *found, record


def read_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield id and text of the articles in a file or a folder of parts, in any shape.  Raises as `read_articles`."""
    return ((article_id, text) for article_id, text, _ in read_articles(path))


_WAY_OUT = "Name a file that `clean` wrote.  If this is one, it was changed or cut off later: clean the input again."


def _fault(file: Path, row: int, fault: str, *, is_ours: bool) -> RestoreError | UsageError:
    """Return the error for an unreadable line: if the first line of the file is ours, the file was changed."""
    if row > 1 or is_ours:
        return RestoreError(f"{file}:{row}", f"was changed or cut off: {fault}", "Clean the input again.")
    return UsageError(f"{file}:{row}", f"is not a line that copydesk wrote: {fault}", _WAY_OUT)


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("part-*"), key=in_order) if path.is_dir() else [path]


def _lines(file: Path, decode: Callable[[bytes], Noun]) -> Iterator[Noun]:
    row, line = 0, b""
    try:
        with open_path(file) as lines:
            while line := lines.readline(MAX_LINE_BYTES + 1):
                row += 1
                if len(line) > MAX_LINE_BYTES:
                    fault = "it is longer than any line that copydesk writes"
                    raise _fault(file, row, fault, is_ours=bool(RESULTS.match(line)))
                value = decode(line)
                if _encode(value) != line.rstrip(b"\n") and _has_name_twice(line):
                    raise RestoreError(f"{file}:{row}", "has a field twice: it was changed", "Clean the input again.")
                yield value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        fault = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise _fault(file, row, fault, is_ours=bool(RESULTS.match(line))) from None
    except OSError as error:
        raise UsageError(
            str(file), f"cannot be read: {error.strerror or error}", "Check that you may read it."
        ) from None
    except Damaged as error:
        raise RestoreError(f"{file}:{row + 1}", f"is damaged from here on: {error}", "Clean the input again.") from None


def _has_name_twice(line: bytes) -> bool:
    """Return whether an object in a line has a field twice: another program may read the other value."""
    is_twice = False

    def look(fields: list[tuple[str, Any]]) -> None:
        nonlocal is_twice
        is_twice |= len({name for name, _ in fields}) < len(fields)

    json.loads(line, object_pairs_hook=look, parse_int=str, strict=False)
    return is_twice


def _converted(file: Path, convert: Callable[[Mapping[str, Any]], Noun]) -> Iterator[Noun]:
    row = 0
    try:
        for fields in read_parquet(file):
            row += 1
            yield convert(fields)
    except msgspec.ValidationError as error:
        raise UsageError(f"{file}:{row}", f"is not a row that copydesk wrote: {error}", _WAY_OUT) from None
