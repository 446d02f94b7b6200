"""Records -> Parquet with an explicit Arrow schema, so that an empty column has the same type in every file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.errors import UsageError, first_line
from etl.formats.opening import open_own
from etl.formats.parquet_files import parquet_batches
from etl.shapes import AUDIT, REJECTS, Column, Columns
from etl.writers import arrow_file

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of a row group: some MB of articles, so that readers can skip and share them.  Of long articles, it has fewer.
GROUP_ROWS, GROUP_BYTES = 10_000, 64 << 20
# Rows that are converted to columns at a time.
BATCH_ROWS = 1000
# The key of the schema's metadata that names the writer.
WRITTEN_BY = {b"written_by": b"copydesk"}


def arrow_schema(columns: Columns) -> "pa.Schema":
    """Return the Arrow schema of the columns of a shape."""
    import pyarrow as pa

    return pa.schema([pa.field(name, _arrow_type(column)) for name, column in columns.items()])


def _arrow_type(column: Column) -> "pa.DataType":
    import pyarrow as pa

    if not isinstance(column, str):
        return pa.struct([pa.field(name, _arrow_type(inner)) for name, inner in column.items()])
    return {
        "string": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "time": pa.timestamp("ms", "UTC"),
        "people": pa.list_(pa.struct([pa.field(name, pa.string()) for name in ("@type", "name")])),
        "pictures": pa.list_(pa.struct([pa.field(name, pa.string()) for name in ("@type", "caption", "creditText")])),
    }[column]


def row_of(fields: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """Return a record as a row: unknown values are null, and times are timestamps."""
    return {name: _value(fields.get(name), column) for name, column in columns.items()}


def _value(value: Any, column: Column) -> Any:
    if isinstance(value, Mapping) and not isinstance(column, str):
        return row_of(value, column)
    if value == "" or value is None or value == []:
        return None
    return datetime.fromisoformat(value) if column == "time" else value


@contextmanager
def parquet_writer(path: Path, columns: Columns) -> Iterator[Callable[[Iterable[Mapping[str, Any]]], None]]:
    """Yield a function that writes records to a Parquet file, in row groups of GROUP_ROWS."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema(columns).with_metadata(WRITTEN_BY)
    waiting: list[pa.RecordBatch] = []
    rows: list[dict[str, Any]] = []
    with (
        arrow_file(path, "wb") as file,
        pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=True) as writer,
    ):

        def flush() -> None:
            if rows:
                waiting.append(pa.RecordBatch.from_pylist(rows, schema))
                rows.clear()

        def write(records: Iterable[Mapping[str, Any]]) -> None:
            for fields in records:
                rows.append(row_of(fields, columns))
                if len(rows) == BATCH_ROWS:
                    flush()
                if len(waiting) * BATCH_ROWS >= GROUP_ROWS:
                    writer.write_table(pa.Table.from_batches(waiting, schema))
                    waiting.clear()

        yield write
        flush()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))


def join_parquet(target: Path, parts: Sequence[Path]) -> None:
    """Write the rows of Parquet files, in order, to one file.

    A row group has GROUP_ROWS rows or GROUP_BYTES, or a little more, because memory holds it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(arrow_file(parts[0]))
    with (
        arrow_file(target, "wb") as file,
        pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=True) as writer,
    ):
        waiting: list[pa.RecordBatch] = []
        count = size = 0
        for part in parts:
            for batch in parquet_batches(arrow_file(part)):
                waiting.append(batch)
                count, size = count + batch.num_rows, size + batch.nbytes
                if count >= GROUP_ROWS or size >= GROUP_BYTES:
                    writer.write_table(pa.Table.from_batches(waiting, schema))
                    waiting, count, size = [], 0, 0
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))


def own_kind(place: Path | str) -> str:
    """Return the kind of a Parquet file (articles, audit, rejects); "" if copydesk did not write it.

    The file is on disk or in a store.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with open_own(place) as file:
            schema = pq.read_schema(file)
    except (pa.ArrowException, OSError, ValueError):
        return ""
    if any((schema.metadata or {}).get(name) != value for name, value in WRITTEN_BY.items()):
        return ""
    kinds = (("audit", AUDIT), ("rejects", REJECTS))
    return next((kind for kind, columns in kinds if {*columns} <= {*schema.names}), "articles")


def read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file that copydesk wrote, as records: "" where it has null.  Raises UsageError."""
    import pyarrow as pa

    try:
        for batch in parquet_batches(arrow_file(path)):
            yield from (_record(row, batch.schema) for row in batch.to_pylist())
    except (pa.ArrowException, OSError, ValueError, OverflowError, KeyError) as error:  # a string that is not UTF-8 …
        fault = f"cannot be read: {first_line(error)}"
        raise UsageError(
            str(path), fault, "Name a Parquet file that copydesk wrote, or clean the input again."
        ) from None


def _record(row: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    import pyarrow as pa

    found: dict[str, Any] = {}
    for name, value in row.items():
        kind = schema.field(name).type
        if isinstance(value, datetime):
            found[name] = value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        elif isinstance(value, dict):
            found[name] = _record(value, kind)
        else:
            is_text = pa.types.is_string(kind) or pa.types.is_timestamp(kind)
            found[name] = "" if value is None and is_text else value
    return found
