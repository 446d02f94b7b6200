"""The Parquet files of a part, one per table, with the columns of `etl.dedup.schema`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.dedup.schema import LISTS, TABLES, TableName, schema_of
from etl.errors import UsageError, first_line
from etl.writers import arrow_file

if TYPE_CHECKING:
    import pyarrow as pa

    from etl.array_types import I64, Mask
    from etl.index.manifest import Part

WAY_OUT = "Put the file back from a copy, or begin another index."
Write = Callable[[TableName, "pa.Table"], None]

# Rows of a group.  If a block of a group is needed, all columns of the group are read (5 MB); otherwise only its band
# keys.
_GROUP = 1 << 13
_ASCENDING = ("number", "article")
_TEXTS = ("name", "source", "record", "suffix")
_LISTS = (*LISTS, "other_hashes")


def file_of(folder: Path, part: str, table: TableName) -> Path:
    """Return the path of a table of a part."""
    return folder / f"{part}.{table}.parquet"


class TableFile:
    """A table of a part, open.  Its columns, their types and its rows are those that the manifest expects."""

    def __init__(self, path: Path, schema: "pa.Schema", rows: int) -> None:
        """Raise UsageError if it is not there, is no Parquet, or has other columns or rows."""
        from pyarrow.parquet import ParquetFile

        with _read_errors(path):
            file = ParquetFile(arrow_file(path))
        found = file.schema_arrow.remove_metadata()
        if len(found) != len(schema) or not found.equals(schema):
            differing = next((one.name for one in schema if one not in found), "of another name, or in another place")
            raise not_written(path, f"a column is missing or has another type: {differing}")
        if file.metadata.num_rows != rows:
            raise not_written(path, f"it has {file.metadata.num_rows} rows, and the manifest says {rows}")
        self.path, self.rows, self._file = path, rows, file

    def read(self, columns: Sequence[str]) -> "pa.Table":
        """Return some columns of all rows.  Raises UsageError."""
        return self._checked(lambda: self._file.read(columns))

    def groups(self, columns: Sequence[str] | None = None) -> "Iterator[pa.Table]":
        """Yield some columns, or all, of the rows, a group at a time.  Raises UsageError."""
        for group in range(self._file.num_row_groups):
            yield self._checked(partial(self._file.read_row_group, group, columns))

    def of(self, wanted: "Mask", columns: Sequence[str] | None = None) -> "Iterator[pa.Table]":
        """Yield the rows of a mask, from the row groups that have any.  Raises UsageError."""
        import pyarrow as pa

        start = 0
        for group in range(self._file.num_row_groups):
            end = start + self._file.metadata.row_group(group).num_rows
            if wanted[start:end].any():
                rows = self._checked(partial(self._file.read_row_group, group, columns))
                yield rows.filter(pa.array(wanted[start:end]))
            start = end

    def _checked(self, read: "Callable[[], pa.Table]") -> "pa.Table":
        """Return what is read, if every value is there, and numbers ascend."""
        import numpy as np

        with _read_errors(self.path):
            table = read()
        for name, column in zip(table.column_names, table.columns, strict=True):
            if column.null_count or any(chunk.values.null_count for chunk in column.chunks if name in _LISTS):
                raise not_written(self.path, f"values are missing in its column '{name}'")
            if name == "number" and (np.diff(column.to_numpy()) <= 0).any():
                raise not_written(self.path, "its numbers do not ascend")
        return table


def open_table(folder: Path, part: "Part", table: TableName, bands: int) -> TableFile:
    """Return a table of a part, open.  Raises UsageError if it is not there, or is not what the manifest says."""
    return TableFile(file_of(folder, part.name, table), schema_of(table, bands), getattr(part, table))


@contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    """Raise UsageError for errors of Arrow about a file."""
    from pyarrow import ArrowException

    try:
        yield
    except (OSError, ArrowException) as error:
        fault = first_line(error) if path.exists() else "the manifest names it, but it does not exist"
        raise UsageError(str(path), f"cannot be read: {fault}", WAY_OUT) from None


def not_written(path: Path, fault: str) -> UsageError:
    """Return the error for a file that copydesk has not written so, though its checksum is that of the manifest."""
    return UsageError(str(path), f"was not written by copydesk: {fault}", WAY_OUT)


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
    with arrow_file(path, "wb") as target, ParquetWriter(target, schema, **_packing(schema)) as file:

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
    """Return the compression of a table.  Hashes are random: neither a dictionary nor zstd makes them smaller."""
    texts = [name for name in schema.names if name in _TEXTS]
    return {
        "compression": {name: "zstd" if name in texts else "none" for name in schema.names},
        "use_dictionary": texts,
        "column_encoding": {name: "DELTA_BINARY_PACKED" for name in schema.names if name in _ASCENDING} or None,
        "write_statistics": False,
    }


def places_of(blocks: "pa.Table", articles: "pa.Table", path: Path) -> "I64":
    """Return the place of each block's article.  Raises UsageError if one is not in the file of articles."""
    import numpy as np

    numbers, wanted = articles["number"].to_numpy(), blocks["article"].to_numpy()
    places: I64 = np.searchsorted(numbers, wanted)
    if (np.append(numbers, np.iinfo(np.int64).min)[places] != wanted).any():
        raise not_written(path, "it lacks the article of a paragraph")
    return places
