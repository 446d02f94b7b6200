"""Parquet and Arrow IPC -> raw documents.  A row group (a record batch) is the unit of work, and of damage.

Columns that hold no text and no facts are not read: pictures and other bytes, vectors of numbers.
"""

import os
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from etl.errors import Unreadable, first_line
from etl.formats.arrow_values import rows_of, values_of
from etl.formats.field_values import written
from etl.formats.fields import RecordPlace, document
from etl.formats.json_values import text_of
from etl.formats.names import FOLDED_TEXTS, folded, longest_column
from etl.formats.opening import check_unchanged, open_share, read_bounded
from etl.formats.parquet_files import Group, Table, groups_of, next_batch, open_table
from etl.formats.sniffing import PARQUET_MAGIC
from etl.formats.source import (
    MAX_DOCUMENT_BYTES,
    MAX_REJECT_BYTES,
    OWN,
    TOO_LONG,
    Format,
    Opened,
    Reading,
    Reject,
    Result,
    Share,
)
from etl.formats.unpacking import MAX_EXPANSION
from etl.model import Raw

if TYPE_CHECKING:
    import pyarrow as pa

# Columns of copydesk's audits and rejects, which are not read.
OWN_COLUMNS = ({"schema", "rule_version", "char_start", "line_sha256"}, {"schema", "row", "reason", "bytes"})
# The folder for rows with a null in the partition column, and the pattern of names of such columns.
NO_PARTITION, _COLUMN = "__HIVE_DEFAULT_PARTITION__", re.compile(r"[^\W\d][\w .-]*")
# Parquet's message for an encrypted column without a key, and ours.
_NO_KEY, ENCRYPTED = "Cannot decrypt", "decrypt the file first"
# Bytes that a row counts in addition to its strings and lists, and bytes of an item of a list.
_BYTES_A_ROW, _BYTES_AN_ITEM = 100, 16


def read_groups(
    path: str, table: Table, groups: Sequence[Group], reading: Reading, size: int
) -> Iterator[Raw | Reject]:
    """Yield the documents in the row groups of a file of so many bytes.

    A damaged part of a group is one reject, and the next group is read.  If the rows exceed what a file of this size
    can hold, the rest is one reject, too: a file stores equal values once, with their number.
    """
    import pyarrow as pa

    columns = used_columns(table.schema, reading)
    partition = partition_of(path)
    text, room = "", max(MAX_DOCUMENT_BYTES, MAX_EXPANSION * size)
    if not columns and groups:
        have = "has only columns of bytes and numbers" if len(table.schema) else "has no columns"
        yield Reject(path, groups[0].first_row, f"{have}, and no text", b"")
        return
    for group in groups:
        row, fault = group.first_row, "it has fewer rows than its metadata says"
        if group.fault:
            yield Reject(path, row, group.fault, b"")
            continue
        try:
            batches = table.batches(group, columns)
            while (batch := next_batch(batches, table.file)) is not None:
                text = text or _text_column(table.schema, batch, reading)
                for fields in rows_of(batch):
                    room -= _BYTES_A_ROW + sum(map(_bytes_of, fields.values()))
                    if room < 0:
                        fault = f"the rows from here on are not read: it unpacks to over {MAX_EXPANSION} times its size"
                        yield Reject(path, row, fault, b"")
                        return
                    yield _read_row(path, row, {**partition, **fields}, text, reading)
                    row += 1
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            fault = ENCRYPTED if _NO_KEY in str(error) else first_line(error)
        if left := group.first_row + group.rows - row:
            state = "encrypted" if fault == ENCRYPTED else "damaged"
            lost = "1 row is lost" if left == 1 else f"{left} rows are lost"
            yield Reject(path, row, f"row group {group.number + 1} is {state}, {lost}: {fault}", b"")


def _bytes_of(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    return _BYTES_AN_ITEM * len(value) if isinstance(value, list | dict) else 0


def partition_of(path: str) -> dict[str, str]:
    """Return the columns in the names of the folders of a partitioned table.  Its files do not have these columns.

    >>> partition_of("t/year=2020/publisher=BBC%20News/part-0.parquet")
    {'year': '2020', 'publisher': 'BBC News'}
    """
    pairs = (part.partition("=") for part in PurePath(path).parts[:-1])
    return {
        name: unquote(value)
        for name, _, value in pairs
        if _COLUMN.fullmatch(name) and value not in ("", NO_PARTITION) and folded(name) not in FOLDED_TEXTS
    }


def used_columns(schema: "pa.Schema", reading: Reading) -> list[int]:
    """Return the numbers of the columns that are read: all except vectors, and bytes that are not pages."""
    import pyarrow.types as t

    def is_read(field: "pa.Field") -> bool:
        kind = field.type
        if t.is_binary(kind) or t.is_large_binary(kind) or t.is_binary_view(kind) or t.is_fixed_size_binary(kind):
            return _is_text(field.name, reading)
        if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind):
            inner = kind.value_type
            return not (t.is_floating(inner) or t.is_integer(inner) or t.is_binary(inner))
        return not (t.is_struct(kind) and _is_media(kind))

    return [number for number, field in enumerate(schema) if is_read(field)]


def _is_text(name: str, reading: Reading) -> bool:
    """Return whether a column of bytes holds texts or pages, by its name."""
    asked = (reading.text_field, reading.html_field, *(path for fact, path in reading.map if fact == "text"))
    return folded(name) in FOLDED_TEXTS or name in asked


def _is_media(struct: "pa.StructType") -> bool:
    """Return whether a struct is a picture or a sound in the form of `datasets`."""
    return {struct.field(number).name for number in range(struct.num_fields)} == {"bytes", "path"}


def _text_column(schema: "pa.Schema", batch: "pa.RecordBatch", reading: Reading) -> str:
    """Return the column with the longest strings if no column has a known name; else ""."""
    if reading.text_field or reading.html_field or reading.map or FOLDED_TEXTS.intersection(map(folded, schema.names)):
        return ""
    texts = [
        ([len(value) for value in values_of(column) if value], field.name)
        for field, column in zip(batch.schema, batch.columns, strict=True)
        if _is_string(field.type)
    ]
    return longest_column((sum(lengths) / max(1, len(lengths)), name) for lengths, name in texts)


def _is_string(kind: "pa.DataType") -> bool:
    import pyarrow.types as t

    if t.is_dictionary(kind):
        kind = kind.value_type
    return bool(t.is_string(kind) or t.is_large_string(kind) or t.is_string_view(kind))


def _read_row(path: str, row: int, fields: dict[str, Any], text: str, reading: Reading) -> Raw | Reject:
    if sum(len(value) for value in fields.values() if isinstance(value, str | bytes)) > MAX_DOCUMENT_BYTES:
        longest = max((value for value in fields.values() if isinstance(value, str | bytes)), key=len)
        start = longest[:MAX_REJECT_BYTES]
        return Reject(path, row, TOO_LONG, start if isinstance(start, bytes) else start.encode())
    notes: list[str] = []
    for name, value in fields.items():
        if isinstance(value, bytes) and not _is_text(name, reading):  # a string that is not UTF-8
            fields[name], notes = text_of(path, value, reading.encoding)
    if text in fields:
        fields = {"text": fields.pop(text), **fields}
    body = written(fields).encode()
    if len(body) > MAX_DOCUMENT_BYTES:
        return Reject(path, row, TOO_LONG, body)
    digest = sha256(body).hexdigest()
    try:
        return document(RecordPlace(path, row, digest), fields, reading, notes)
    except Unreadable as error:
        return Reject(path, row, error.fault, body)


def shares(opened: Opened, size: int, reading: Reading) -> Iterator[Share]:
    """Divide a file at its row groups.  A pipe or a compressed file, which is not seekable, is sent whole.

    Raises Unreadable.
    """
    source = opened.source
    form: Format = "parquet" if opened.head.startswith(PARQUET_MAGIC) else "arrow"
    if opened.is_packed:
        body = read_bounded(source.name, opened.file)
        check_unchanged(source)
        yield Share(source, form, len(body), body)
        return
    first, length = 0, 0
    with opened.file as file:
        table = open_table(source.name, file, is_new=True)
        if any(names.issubset(table.schema.names) for names in OWN_COLUMNS):
            yield Share(source, form, fault=OWN)
            return
        for group in groups_of(source.name, table):
            if length and length + group.size > size:
                yield Share(source, form, length, row=group.first_row, start=first, end=group.number)
                first, length = group.number, 0
            length += group.size
        yield Share(source, form, length, start=first)


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a share: its rows, batch by batch."""
    name = share.source.name
    with open_share(share) as file:
        table = open_table(name, file, is_new=share.body is not None)
        groups = [group for group in groups_of(name, table) if share.start <= group.number]
        chosen = [group for group in groups if share.end < 0 or group.number < share.end]
        yield from read_groups(name, table, chosen, reading, file.seek(0, os.SEEK_END))
    if share.body is None:
        check_unchanged(share.source)
