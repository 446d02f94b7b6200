"""Maintenance of an index: a run extends it, its parts become one, articles are forgotten, its size is counted."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from etl.dedup.schema import TABLES, TableName
from etl.errors import UsageError
from etl.index.manifest import (
    MANIFEST,
    Manifest,
    Part,
    locked,
    orphans,
    part_files,
    read_manifest,
    verified_manifest,
    write_manifest,
)
from etl.index.parts import file_of, open_table, part_writer
from etl.processes import signals_held
from etl.writers import fsync

if TYPE_CHECKING:
    from etl.array_types import Mask

Wanted = Callable[[Part, TableName], "Mask"]

# The tables whose numbers of rows are in `Part`.
COUNTED: tuple[TableName, ...] = ("articles", "blocks", "known")


class Size(Struct, frozen=True):
    """The size of an index and the number of its files; `orphans` are the files of runs that were killed."""

    manifest: Manifest
    bytes: int
    orphans: int

    @property
    def blocks(self) -> int:
        """Blocks of all parts."""
        return sum(part.blocks for part in self.manifest.parts)


class Forgotten(Struct, frozen=True):
    """The numbers of articles and blocks that an index has forgotten."""

    articles: int
    blocks: int


def size(folder: str) -> Size:
    """Return what an index holds.  Raises UsageError if a table of it cannot be read."""
    manifest = verified_manifest(folder)
    files = [file_of(Path(folder), part.name, table) for part, table in product(manifest.parts, TABLES)]
    return Size(manifest, sum(file.stat().st_size for file in files), len(orphans(folder, manifest)))


def extend(folder: str, staged: Path) -> None:
    """Add the staged part of a run to the index: first its files, then the new manifest, in one step."""
    manifest = read_manifest(str(staged))
    files = sorted({*part_files(staged)} - {*orphans(str(staged), manifest)})
    copies = [Path(folder) / file.name for file in files]
    try:
        for file, copy in zip(files, copies, strict=True):
            with _about(copy):
                copyfile(file, copy)
                fsync(copy)
        fsync(Path(folder))
        write_manifest(folder, manifest)
    finally:
        with signals_held():
            for copy in {*copies} & {*_unnamed(folder)}:  # a full disk, or a signal
                copy.unlink()


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Make errors of the system name this file, because errors of a copy name its source."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _unnamed(folder: str) -> list[Path]:
    """Return the part files of a folder that no manifest names; all, if there is none yet."""
    is_index = (Path(folder) / MANIFEST).exists()
    return orphans(folder, read_manifest(folder)) if is_index else part_files(folder)


def compact(folder: str) -> Size:
    """Make all parts one, and remove the files of runs that were killed.  Raises UsageError as `size` does."""
    with _changing(folder) as manifest:
        if len(manifest.parts) > 1:
            write_manifest(folder, _rewritten(Path(folder), manifest, manifest.parts, _all_rows))
    return size(folder)


def forget(folder: str, name: str) -> Forgotten:
    """Remove the articles of a run or an input, or those that are or come of a record of this name, from an index.

    Duplicates of them that were dropped do not come back, but the next block with the same text is kept.  Raises
    UsageError if nothing is called so.
    """
    with _changing(folder) as manifest:
        losses = _losses(Path(folder), manifest, name)
        runs = {run.id for run in manifest.runs}
        if name not in runs and not any(rows.any() for rows in losses.values()):
            fault = f"no run, input, record or article in the index is called '{name}'"
            way_out = "`copydesk index stats` lists the runs.  An audit names inputs (`path`), records and articles."
            raise UsageError(folder, fault, way_out)
        write_manifest(folder, _without(Path(folder), manifest, losses, name))
    articles, blocks = (sum(int(losses[part, table].sum()) for part in manifest.parts) for table in COUNTED[:2])
    return Forgotten(articles, blocks)


@contextmanager
def _changing(folder: str) -> Iterator[Manifest]:
    """Lock an index that exists; afterwards, remove the files that its manifest does not name."""
    read_manifest(folder)
    with locked(folder):
        manifest = verified_manifest(folder)
        try:
            yield manifest
        finally:
            with signals_held():
                for file in orphans(folder, read_manifest(folder)):
                    file.unlink()


def _all_rows(part: Part, table: TableName) -> "Mask":
    import numpy as np

    return np.ones(getattr(part, table), np.bool_)


def _rewritten(folder: Path, manifest: Manifest, parts: Sequence[Part], wanted: Wanted) -> Manifest:
    """Write the wanted rows of some parts as one part.  Return a manifest with this part in their place."""
    name = f"part-{manifest.next_part:05d}"
    counts: Counter[TableName] = Counter()
    with part_writer(folder, name, manifest.bands) as write:
        for part, table in product(parts, TABLES):
            for rows in open_table(folder, part, table, manifest.bands).of(wanted(part, table)):
                write(table, rows)
                counts[table] += len(rows)
    for table in TABLES:
        fsync(file_of(folder, name, table))
    new = [Part(name, *(counts[table] for table in COUNTED))] if counts.total() else []
    place = manifest.parts.index(parts[0])
    left = [part for part in manifest.parts if part not in parts]
    return structs.replace(manifest, parts=(*left[:place], *new, *left[place:]), next_part=manifest.next_part + 1)


def _losses(folder: Path, manifest: Manifest, name: str) -> "dict[tuple[Part, TableName], Mask]":
    """Mark the rows of every table that belong to this name.  Known texts belong to their keeper."""
    import numpy as np

    run = next((run.number for run in manifest.runs if run.id == name), -1)
    table_of = partial(open_table, folder, bands=manifest.bands)
    losses: dict[tuple[Part, TableName], Mask] = {}
    blocks = [np.zeros(0, np.int64)]
    for part in manifest.parts:
        articles = table_of(part, "articles").read(["number", "run", "name", "source", "record"])
        called = [articles[column].to_numpy() == name for column in ("name", "source", "record")]
        # A record without a name has the name "", which matches nothing.
        lost = np.logical_or.reduce([articles["run"].to_numpy() == run, *called]) & (name != "")
        rows = table_of(part, "blocks").read(["number", "article"])
        with_it = np.isin(rows["article"].to_numpy(), articles["number"].to_numpy()[lost])
        losses |= {(part, "articles"): lost, (part, "blocks"): with_it}
        blocks.append(rows["number"].to_numpy()[with_it])
    for part in manifest.parts:
        keepers = table_of(part, "known").read(["keeper"])["keeper"].to_numpy()
        losses[part, "known"] = np.isin(keepers, np.concatenate(blocks))
    return losses


def _without(folder: Path, manifest: Manifest, losses: "dict[tuple[Part, TableName], Mask]", name: str) -> Manifest:
    """Rewrite the parts that lose rows, and forget the run of this name."""
    for part in manifest.parts:
        if any(losses[part, table].any() for table in TABLES):
            manifest = _rewritten(folder, manifest, [part], lambda part, table: ~losses[part, table])
    return structs.replace(manifest, runs=tuple(run for run in manifest.runs if run.id != name))
