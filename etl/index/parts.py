"""The Parquet files of a part, one a table: what a run kept, as anyone can read it.

articles   number, run, name, source, record, gone (whole, as a copy), others (hashes of its blocks that are not here)
blocks     number, article, suffix (its name is the article's and this), keeps (see etl.dedup.seen), whole_0, whole_1
           (the 128-bit hash of the folded text), numbers (the hash of its figures), shingles, terms
keys       band_0, band_1 …: the band keys of the same blocks, row by row
echoes     keeps, whole_0, whole_1, keeper (a block's number), likeness: texts that went as near copies

Numbers ascend in the order in which runs read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from etl.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyarrow.parquet import ParquetFile

    from etl.dedup.facts import Mask

Table = Literal["articles", "blocks", "keys", "echoes"]
Write = Callable[[Table, "Mapping[str, Any] | pa.Table"], None]

TABLES: tuple[Table, ...] = ("articles", "blocks", "keys", "echoes")

# Rows.  Blocks are looked up here and there: of a group that has one, all are read (300 kB).  Keys are read all.
_GROUP: dict[Table, int] = {"blocks": 1 << 10, "keys": 1 << 16}
_USUAL_GROUP = 1 << 16
_ASCENDING = ("number", "article")
_WORDS = ("name", "source", "record", "suffix")


def file_of(folder: Path, part: str, table: Table) -> Path:
    """Say where a table of a part stands."""
    return folder / f"{part}.{table}.parquet"


def open_table(folder: Path, part: str, table: Table) -> "ParquetFile":
    """Open a table of a part.  Raises UsageError if it is not there, or is no Parquet."""
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import ParquetFile

    path = file_of(folder, part, table)
    try:
        return ParquetFile(path)
    except (OSError, ArrowInvalid) as error:
        fault = str(error).splitlines()[0] if path.exists() else "the manifest names it, and it is not there"
        way_out = "Put the file back from a copy, or begin another index."
        raise UsageError(str(path), f"cannot be read: {fault}", way_out) from None


def band_names(bands: int) -> list[str]:
    """Name the columns of the keys."""
    return [f"band_{band}" for band in range(bands)]


def lists(values: "NDArray[Any]", sizes: "NDArray[Any]") -> "pa.Array":
    """Make a column of lists of values that stand one list after the other."""
    import numpy as np
    import pyarrow as pa

    return pa.ListArray.from_arrays(pa.array(np.cumsum([0, *sizes], dtype=np.int32)), pa.array(values))


def read_rows(file: "ParquetFile", wanted: "Mask", columns: Sequence[str] | None = None) -> "Iterator[pa.Table]":
    """Give the rows that a mask wants, from the row groups that have any."""
    import pyarrow as pa

    start = 0
    for group in range(file.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        if wanted[start:end].any():
            yield file.read_row_group(group, columns).filter(pa.array(wanted[start:end]))
        start = end


@contextmanager
def part_writer(folder: Path, part: str, bands: int) -> Iterator[Write]:
    """Give a function that writes rows to a table of a new part, columns by name."""
    import pyarrow as pa

    folder.mkdir(parents=True, exist_ok=True)
    schemas = _schemas(bands)
    with ExitStack() as stack:
        writers = {table: stack.enter_context(_table_writer(folder, part, table, schemas[table])) for table in TABLES}

        def write(table: Table, rows: "Mapping[str, Any] | pa.Table") -> None:
            writers[table](rows if isinstance(rows, pa.Table) else pa.table(dict(rows), schema=schemas[table]))

        yield write


@contextmanager
def _table_writer(folder: Path, part: str, table: Table, schema: "pa.Schema") -> "Iterator[Callable[[pa.Table], None]]":
    """Give a function that writes rows to a table; groups are filled, whatever is written at a time."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    size = _GROUP.get(table, _USUAL_GROUP)
    waiting = [schema.empty_table()]  # some versions of pyarrow cannot read a file without a row group
    with ParquetWriter(file_of(folder, part, table), schema, **_packing(schema)) as file:

        def write(rows: pa.Table) -> None:
            waiting.append(rows)
            if sum(map(len, waiting)) >= size:
                joined = pa.concat_tables(waiting)
                whole = len(joined) - len(joined) % size
                file.write_table(joined.slice(0, whole), row_group_size=size)
                waiting[:] = [joined.slice(whole)]

        yield write
        file.write_table(pa.concat_tables(waiting))


def _schemas(bands: int) -> "dict[Table, pa.Schema]":
    import pyarrow as pa

    number, text, hashed = pa.int64(), pa.string(), pa.uint64()
    columns: dict[Table, dict[str, pa.DataType]] = {
        "articles": {"number": number, "run": pa.int32(), "name": text, "source": text, "record": text}
        | {"gone": pa.bool_(), "others": pa.list_(hashed)},
        "blocks": {"number": number, "article": number, "suffix": text, "keeps": pa.uint8()}
        | {"whole_0": hashed, "whole_1": hashed, "numbers": hashed}
        | {"shingles": pa.list_(pa.uint32()), "terms": pa.list_(pa.uint32())},
        "keys": {name: pa.uint32() for name in band_names(bands)},
        "echoes": {"keeps": pa.uint8(), "whole_0": hashed, "whole_1": hashed}
        | {"keeper": number, "likeness": pa.float64()},
    }
    return {table: pa.schema(list(types.items())) for table, types in columns.items()}


def _packing(schema: "pa.Schema") -> dict[str, Any]:
    """Say how a table is packed.  Hashes are noise: neither a dictionary nor zstd makes them smaller."""
    words = [name for name in schema.names if name in _WORDS]
    return {
        "compression": {name: "zstd" if name in words else "none" for name in schema.names},
        "use_dictionary": words,
        "column_encoding": {name: "DELTA_BINARY_PACKED" for name in schema.names if name in _ASCENDING} or None,
        "write_statistics": False,
    }
