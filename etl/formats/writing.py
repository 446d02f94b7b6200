"""Records -> files, in the format that the name of an output asks for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import to_builtins

from etl.formats.parquet_writer import join_parquet, parquet_writer
from etl.shapes import Columns
from etl.writers import copy_files, line_writer

PARQUET = ".parquet"


@contextmanager
def record_writer(path: Path, suffix: str, columns: Columns) -> Iterator[Callable[[Iterable[object]], None]]:
    """Yield a function that writes records to a file: as JSON lines, or as Parquet with these columns."""
    if suffix != PARQUET:
        with line_writer(path, suffix) as write:
            yield write
        return
    with parquet_writer(path, columns) as write_rows:
        yield lambda records: write_rows(map(to_builtins, records))


def join_parts(target: Path, parts: Sequence[Path], suffix: str) -> None:
    """Write parts one after the other into one file."""
    if suffix == PARQUET:
        join_parquet(target, parts)
    else:
        copy_files(target, parts)
