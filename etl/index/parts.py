"""The Parquet files of a part, one a table, with the columns of `etl.dedup.schema`: what a run kept, for any reader."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.dedup.schema import TABLES, TableName, schema_of
from etl.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    from etl.dedup.arrays import Mask

Write = Callable[[TableName, "pa.Table"], None]

# Rows.  Of a group that has a block that is looked up, all columns are read (5 MB); of the others, the band keys.
_GROUP = 1 << 13
_ASCENDING = ("number", "article")
_TEXTS = ("name", "source", "record", "suffix")


def file_of(folder: Path, part: str, table: TableName) -> Path:
    """Return the path of a table of a part."""
    return folder / f"{part}.{table}.parquet"


def open_table(folder: Path, part: str, table: TableName) -> "ParquetFile":
    """Return a table of a part, open.  Raises UsageError if it is not there, or is no Parquet."""
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import ParquetFile

    path = file_of(folder, part, table)
    try:
        return ParquetFile(path)
    except (OSError, ArrowInvalid) as error:
        fault = str(error).splitlines()[0] if path.exists() else "the manifest names it, but it does not exist"
        way_out = "Put the file back from a copy, or begin another index."
        raise UsageError(str(path), f"cannot be read: {fault}", way_out) from None


def read_rows(file: "ParquetFile", wanted: "Mask", columns: Sequence[str] | None = None) -> "Iterator[pa.Table]":
    """Yield the rows that a mask wants, from the row groups that have any."""
    import pyarrow as pa

    start = 0
    for group in range(file.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        if wanted[start:end].any():
            yield file.read_row_group(group, columns).filter(pa.array(wanted[start:end]))
        start = end


@contextmanager
def part_writer(folder: Path, part: str, bands: int) -> Iterator[Write]:
    """Yield a function that writes rows to a table of a new part."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = {
            table: stack.enter_context(_table_writer(file_of(folder, part, table), schema_of(table, bands)))
            for table in TABLES
        }
        yield lambda table, rows: writers[table](rows)


@contextmanager
def _table_writer(path: Path, schema: "pa.Schema") -> "Iterator[Callable[[pa.Table], None]]":
    """Yield a function that writes rows to a table; groups are filled, whatever is written at a time."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    waiting = [schema.empty_table()]  # some versions of pyarrow cannot read a file without a row group
    with ParquetWriter(path, schema, **_packing(schema)) as file:

        def write(rows: pa.Table) -> None:
            waiting.append(rows)
            if sum(map(len, waiting)) >= _GROUP:
                joined = pa.concat_tables(waiting)
                whole = len(joined) - len(joined) % _GROUP
                file.write_table(joined.slice(0, whole), row_group_size=_GROUP)
                waiting[:] = [joined.slice(whole)]

        yield write
        file.write_table(pa.concat_tables(waiting))


def _packing(schema: "pa.Schema") -> dict[str, Any]:
    """Return how a table is packed.  Hashes are noise: neither a dictionary nor zstd makes them smaller."""
    texts = [name for name in schema.names if name in _TEXTS]
    return {
        "compression": {name: "zstd" if name in texts else "none" for name in schema.names},
        "use_dictionary": texts,
        "column_encoding": {name: "DELTA_BINARY_PACKED" for name in schema.names if name in _ASCENDING} or None,
        "write_statistics": False,
    }
