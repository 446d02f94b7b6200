"""Files of columns: Parquet, and Arrow IPC as a file or a stream; their row groups, and their damage.

This module knows no documents: `parquet` makes them from rows.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

from msgspec import Struct

from etl.errors import Unreadable, first_line
from etl.formats.sniffing import ARROW_MAGIC, PARQUET_MAGIC

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ARROW_START = ARROW_MAGIC + b"\0\0"
# If so many bytes can be allocated beside a file, memory has not run out.
SPARE_BYTES = 64 << 20
# Rows and bytes decoded at a time.
BATCH_ROWS = 256
BATCH_BYTES = 16 << 20
# Bytes of strings that are stored once for many rows, above which they count; and the most bytes of rows that are
# decoded at a time, if each has the largest of these strings.
MAX_SHARED_BYTES, MAX_EXPANDED_BYTES = 1 << 20, 64 << 20
# The end of a Parquet file: the length of its footer, and the mark.  And the bytes that are searched at a time.
FOOTER_END_BYTES = 8
SEARCHED_BYTES = 1 << 20
# The kind of page with these strings, and the bytes that contain the first two numbers of its header.
DICTIONARY_PAGE, PAGE_HEADER_BYTES = 2, 12
OTHER_COLUMNS = "of a later stream have other columns, and are not read: put this stream into its own file"


class Group(Struct, frozen=True, gc=False):
    """A row group: its number, the number of its first row (from 1), its rows, and its bytes.

    `fault` says why its rows cannot be read.
    """

    number: int
    first_row: int
    rows: int
    size: int
    fault: str = ""


class Table(Protocol):
    """A file of columns."""

    schema: "pa.Schema"
    file: IO[bytes]

    def check_alone(self) -> None:
        """Check that no other file precedes it, because the pages of that file would be read.  Raises ArrowInvalid."""

    def groups(self) -> Iterator[Group]:
        """Yield the row groups, in order."""

    def batches(self, group: Group, columns: Sequence[int]) -> "Iterator[pa.RecordBatch]":
        """Yield the rows of a group in batches, these columns only.  Raises OSError or ArrowInvalid on damage."""


def open_table(path: str, file: IO[bytes], *, is_new: bool = False) -> Table:
    """Return the table in a seekable file.  A new one is checked.  Raises Unreadable if it is damaged."""
    file.seek(0)
    magic = file.read(6)
    file.seek(0)
    kind = _Parquet if magic.startswith(PARQUET_MAGIC) else _ArrowFile if magic == ARROW_MAGIC else _ArrowStream
    with _damage(path, "Parquet" if kind is _Parquet else "Arrow", file):
        table = kind(file)
        for name in table.schema.names:
            name.encode()  # the metadata is read here, and may be damaged
        if is_new:
            table.check_alone()
        return table


@contextmanager
def _damage(path: str, name: str, file: IO[bytes]) -> Iterator[None]:
    """Raise Unreadable for what Arrow says of a damaged file."""
    import pyarrow as pa

    try:
        with _wrong_lengths(file):
            yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Unreadable(path, f"is a damaged {name} file: {first_line(error)}") from None


@contextmanager
def _wrong_lengths(file: IO[bytes]) -> Iterator[None]:
    """Raise ArrowInvalid where Arrow finds no memory though there is room for the file: a length in it is wrong."""
    import pyarrow as pa

    try:
        yield
    except MemoryError:
        bytearray(file.seek(0, os.SEEK_END) + SPARE_BYTES)  # or memory really ran out
        raise pa.ArrowInvalid("a length in it is larger than the file") from None


class _Parquet:
    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow.parquet as pq

        self.file = file
        self._file = pq.ParquetFile(file, pre_buffer=False)
        self.schema = self._file.schema_arrow

    def check_alone(self) -> None:
        """Raise ArrowInvalid if another file stands before the one to which the footer belongs.

        Places count from the start of a file, where the pages of the other file would be.  The other file has the
        length of the gap between the last page and the footer.  In a single file, this gap has only indexes and
        filters.
        """
        import pyarrow as pa

        end = self.file.seek(0, os.SEEK_END)
        footer = end - FOOTER_END_BYTES - _length_at(self.file, end - FOOTER_END_BYTES)
        for at in _places(self.file, PARQUET_MAGIC * 2, footer - self._end_of_pages() + len(PARQUET_MAGIC)):
            if 0 < _length_at(self.file, at - 4) <= at - FOOTER_END_BYTES:
                raise pa.ArrowInvalid(f"another file ends in it, at byte {at + len(PARQUET_MAGIC)}")

    def _end_of_pages(self) -> int:
        """Return where the pages of the last row group end; 0 if it has none, or is damaged."""
        import pyarrow as pa

        last = self._file.metadata.num_row_groups - 1
        if last < 0:
            return 0
        try:
            self._read_one(last)
        except (pa.ArrowException, OSError):
            return 0
        chunks = columns_of(self._file.metadata.row_group(last))
        return max((_start_of(chunk) + chunk.total_compressed_size for chunk in chunks), default=0)

    def _read_one(self, number: int) -> None:
        """Read a row of a group. pyarrow ends the process if the statistics of a requested chunk are damaged."""
        with _wrong_lengths(self.file):
            next(self._file.iter_batches(1, row_groups=[number], use_threads=False), None)

    def groups(self) -> Iterator[Group]:
        row, metadata = 1, self._file.metadata
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            yield Group(number, row, group.num_rows, group.total_byte_size)
            row += group.num_rows

    def batches(self, group: Group, columns: Sequence[int]) -> "Iterator[pa.RecordBatch]":
        self._read_one(group.number)
        rows = max(1, min(BATCH_ROWS, BATCH_BYTES * group.rows // max(group.size, 1)))
        if shared := sum(map(self._shared_bytes, columns_of(self._file.metadata.row_group(group.number)))):
            rows = max(1, min(rows, MAX_EXPANDED_BYTES // shared))
        names = [self.schema.field(number).name for number in columns]
        return iter(self._file.iter_batches(rows, row_groups=[group.number], columns=names, use_threads=False))

    def _shared_bytes(self, chunk: "pq.ColumnChunkMetaData") -> int:
        """Return the size of the strings that are stored once and that each row of a chunk may have; 0 if small."""
        if chunk.physical_type != "BYTE_ARRAY" or chunk.total_uncompressed_size < MAX_SHARED_BYTES:
            return 0
        self.file.seek(_start_of(chunk))
        kind, size = _page_header(self.file.read(PAGE_HEADER_BYTES))
        return size if kind == DICTIONARY_PAGE else 0


def parquet_batches(file: IO[bytes]) -> "Iterator[pa.RecordBatch]":
    """Yield all rows of a Parquet file, in batches of BATCH_BYTES.  Raises OSError or ArrowInvalid on damage."""
    table = _Parquet(file)
    for group in table.groups():
        yield from table.batches(group, range(len(table.schema)))


def columns_of(group: "pq.RowGroupMetaData") -> "Iterator[pq.ColumnChunkMetaData]":
    """Yield the columns of a row group."""
    return map(group.column, range(group.num_columns))


def _start_of(chunk: "pq.ColumnChunkMetaData") -> int:
    return min(filter(None, (chunk.dictionary_page_offset, chunk.data_page_offset)), default=0)


def _length_at(file: IO[bytes], at: int) -> int:
    """Return the number of four bytes that stands at a place."""
    file.seek(max(0, at))
    return int.from_bytes(file.read(4), "little")


def _places(file: IO[bytes], mark: bytes, end: int) -> Iterator[int]:
    """Yield where a mark stands in the first `end` bytes of a file."""
    buffer, offset = b"", 0
    while (left := end - offset - len(buffer)) > 0:
        file.seek(offset + len(buffer))
        if not (piece := file.read(min(SEARCHED_BYTES, left))):
            return
        buffer += piece
        at = buffer.find(mark)
        while at >= 0:
            yield offset + at
            at = buffer.find(mark, at + 1)
        done = max(0, len(buffer) - len(mark) + 1)
        buffer, offset = buffer[done:], offset + done


def _page_header(head: bytes) -> tuple[int, int]:
    """Return the kind and the unpacked size of a page of Parquet, from the first bytes of its header (Thrift, compact).

    >>> _page_header(bytes.fromhex("1504 15c0843d 15a002"))
    (2, 500000)
    """
    values, at = [], 0
    for _ in range(2):
        at += 1  # the number of the field, and its type
        value = shift = 0
        for byte in head[at : at + 5]:
            value |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                break
        values.append(value >> 1)
    return values[0], values[1]


class _ArrowFile:
    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow as pa

        self.file = file
        self._file = pa.ipc.open_file(file)
        self.schema = self._file.schema

    def check_alone(self) -> None:
        """Raise ArrowInvalid if another file stands before the one to which the footer belongs."""
        import pyarrow as pa

        for at in _places(self.file, ARROW_MAGIC + ARROW_START, self.file.seek(0, os.SEEK_END)):
            if 0 < _length_at(self.file, at - 4) <= at - 4 - len(ARROW_START):
                raise pa.ArrowInvalid(f"another file ends in it, at byte {at + len(ARROW_MAGIC)}")

    def groups(self) -> Iterator[Group]:
        row = 1
        for number in range(self._file.num_record_batches):
            batch = self._file.get_batch(number)
            yield Group(number, row, batch.num_rows, batch.get_total_buffer_size())
            row += batch.num_rows

    def batches(self, group: Group, columns: Sequence[int]) -> "Iterator[pa.RecordBatch]":
        yield from _sliced(self._file.get_batch(group.number), columns)


class _ArrowStream:
    """An Arrow stream, or several concatenated ones.  To read a batch, all earlier batches are skipped."""

    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow as pa

        self.file = file
        self.schema = pa.ipc.open_stream(file).schema
        self._passed, self._rest = 0, self._all()

    def _all(self) -> "Iterator[pa.RecordBatch]":
        import pyarrow as pa

        end = self.file.seek(0, os.SEEK_END)
        self.file.seek(0)
        while self.file.tell() < end:
            yield from pa.ipc.open_stream(self.file)

    def check_alone(self) -> None:
        """Do nothing: concatenated streams are all read."""

    def groups(self) -> Iterator[Group]:
        import pyarrow as pa

        self._passed, self._rest = 0, self._all()  # because the place in the file moves
        row, number = 1, 0
        try:
            with _wrong_lengths(self.file):
                for batch in self._all():
                    fault = "" if batch.schema.equals(self.schema) else f"{batch.num_rows} rows {OTHER_COLUMNS}"
                    yield Group(number, row, batch.num_rows, batch.get_total_buffer_size(), fault)
                    row, number = row + batch.num_rows, number + 1
        except (pa.ArrowException, OSError) as error:
            if not number:
                raise
            yield Group(number, row, 0, 0, f"the file is damaged from here on: {first_line(error)}")

    def batches(self, group: Group, columns: Sequence[int]) -> "Iterator[pa.RecordBatch]":
        if self._passed > group.number:
            self._passed, self._rest = 0, self._all()
        for batch in self._rest:
            self._passed += 1
            if self._passed > group.number:
                yield from _sliced(batch, columns)
                return


def _sliced(batch: "pa.RecordBatch", columns: Sequence[int]) -> "Iterator[pa.RecordBatch]":
    """Yield a batch in slices.  Raises ArrowInvalid for a damaged batch, whose offsets would end the process."""
    chosen = batch.select(list(columns))
    for start in range(0, chosen.num_rows, BATCH_ROWS):
        part = chosen.slice(start, BATCH_ROWS)
        for column in part.columns:
            _as_bytes(column).validate(full=True)
        yield part


def _as_bytes(column: "pa.Array") -> "pa.Array":
    """Return a column of strings as bytes, because text that is not UTF-8 is not damage."""
    import pyarrow as pa

    bytes_like = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()}
    return column.view(bytes_like[column.type]) if column.type in bytes_like else column


def groups_of(path: str, table: Table) -> list[Group]:
    """Return the row groups of a table.  Raises Unreadable if one of them cannot be found."""
    with _damage(path, "Parquet" if isinstance(table, _Parquet) else "Arrow", table.file):
        return list(table.groups())


def next_batch(batches: "Iterator[pa.RecordBatch]", file: IO[bytes]) -> "pa.RecordBatch | None":
    """Return the next batch of a file; None at the end.  Raises OSError or ArrowInvalid on damage."""
    with _wrong_lengths(file):
        return next(batches, None)
