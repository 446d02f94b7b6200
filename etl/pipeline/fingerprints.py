"""The fingerprints of a shard as Arrow files, and those of all shards joined, in memory or in files.

If the fingerprints exceed the memory of the run, some 100 bytes per block stay in memory while pairs are found.
"""

import mmap
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from etl.dedup.schema import LISTS
from etl.pipeline.job import Job
from etl.pipeline.threads import in_threads
from etl.pipeline.workspace import Workspace
from etl.writers import arrow_file

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from etl.array_types import I64, U32
    from etl.dedup.fingerprint import Fingerprints
    from etl.dedup.pairs.buckets import Buckets, Resources

KIND, BLOCKS, ARTICLES = "fingerprints", ".blocks.arrow", ".articles.arrow"
# Selecting duplicates needs about as much memory again as the fingerprints.
TIMES_IN_MEMORY = 2
# Bytes per block in memory while pairs are found, without the parts of lists that are read.
BYTES_A_BLOCK = 140
# The least number of values read at a time, and the bytes that are read for each: a page of a list has fifteen others.
MIN_VALUES_AT_ONCE, BYTES_A_VALUE = 1 << 12, 1 << 13
# Bytes of the remaining memory for each key of the bands that are mapped at a time, which take a quarter of it.
BYTES_A_KEY = 16
_COUNTS = {"tokens": "word_counts", "shingles": "shingle_counts", "terms": "term_counts"}


class BlockTexts(Struct):
    """The blocks of a shard in reading order: text, place of the article, and the suffix of the block's name.

    And the articles: name, source and record of each.
    """

    texts: list[str] = []
    articles: list[int] = []
    suffixes: list[str] = []
    article_names: list[str] = []
    origins: list[tuple[str, str]] = []

    def add_article(self, name: str, origin: tuple[str, str], blocks: Iterable[tuple[str, str]]) -> None:
        """Add an article, with its source and record, and its blocks: their texts and suffixes."""
        for text, suffix in blocks:
            self.texts.append(text)
            self.articles.append(len(self.article_names))
            self.suffixes.append(suffix)
        self.article_names.append(name)
        self.origins.append(origin)


class FingerprintFile(Struct, frozen=True):
    """The blocks and the articles of a shard, in two Arrow files."""

    blocks: Path
    articles: Path

    def read_blocks(self, *columns: str) -> "pa.Table":
        """Return columns of the blocks, or all, mapped from the file."""
        return _mapped(self.blocks).select(list(columns)) if columns else _mapped(self.blocks)

    def read_articles(self, *columns: str) -> "pa.Table":
        """Return columns of the articles, mapped from the file."""
        return _mapped(self.articles).select(list(columns))


class Joined(Struct, frozen=True):
    """The blocks of a run: their fingerprints, the article of each, and where those of each shard begin."""

    prints: "Fingerprints"
    articles: "I64"
    block_starts: "I64"
    article_starts: "I64"
    resources: "Resources"


def file_of(workspace: Workspace, shard: int, kind: str = KIND) -> FingerprintFile:
    """Return the fingerprints of a shard, or those of another kind that are written like it."""
    return FingerprintFile(workspace.path(kind, shard, BLOCKS), workspace.path(kind, shard, ARTICLES))


def write_fingerprints(job: Job, workspace: Workspace, shard: int, blocks: BlockTexts) -> None:
    """Write the fingerprints of a shard's blocks."""
    import numpy as np  # importing numpy takes 0.1 s, which a run without duplicates does not need

    from etl.dedup.fingerprint import fingerprint
    from etl.dedup.store import article_table, block_table

    prints = fingerprint(blocks.texts, job.dedup)
    table = block_table(prints, np.array(blocks.articles, np.int64), blocks.suffixes)
    articles = article_table(blocks.article_names, blocks.origins)
    with workspace.writing(KIND, shard, BLOCKS) as path, workspace.writing(KIND, shard, ARTICLES) as of_articles:
        write_table(path, table)
        write_table(of_articles, articles)


def write_table(path: Path, table: "pa.Table") -> None:
    """Write a table as one batch, so that its columns can be mapped."""
    import pyarrow as pa

    with arrow_file(path, "wb") as target, pa.ipc.new_file(target, table.schema) as file:
        file.write_table(table.combine_chunks(), max_chunksize=max(len(table), 1))


def join(job: Job, workspace: Workspace, parts: Sequence[FingerprintFile], threads: int) -> Joined:
    """Return the fingerprints of all parts.  Columns that do not fit into memory are read when they are needed."""
    import numpy as np

    from etl.dedup.fingerprint import Fingerprints
    from etl.dedup.pairs.buckets import Resources

    folder, run = Path(workspace.folder) / "joined", partial(in_threads, threads=threads)
    folder.mkdir(parents=True)
    fits = TIMES_IN_MEMORY * sum(part.blocks.stat().st_size for part in parts) <= job.memory
    block_starts = np.cumsum([0, *(len(part.read_blocks("number")) for part in parts)])
    article_starts = np.cumsum([0, *(len(part.read_articles("number")) for part in parts)])
    columns = _columns_in_memory(int(block_starts[-1]))
    rows = map(slice, block_starts[:-1].tolist(), block_starts[1:].tolist())
    filling = (partial(_fill, columns, *each) for each in zip(rows, parts, article_starts.tolist(), strict=False))
    deque(run(filling), maxlen=0)
    left = job.memory - BYTES_A_BLOCK * int(block_starts[-1])
    at_once = 0 if fits else max(MIN_VALUES_AT_ONCE, left // BYTES_A_VALUE // len(LISTS))
    paths = run(partial(_append, parts, name, folder) for name in LISTS)
    lists: dict[str, Any] = {name: _stored_column(path, at_once) for name, path in zip(LISTS, paths, strict=True)}
    articles = columns.pop("articles")
    bands = StoredBands(parts, max(1, left // (BYTES_A_KEY * max(1, len(articles)))))
    prints = Fingerprints(band_keys=bands, **columns, **lists)
    resources = Resources(run, tuple if fits else partial(StoredBuckets, folder=folder))
    return Joined(prints, articles, block_starts, article_starts, resources)


def _columns_in_memory(blocks: int) -> "dict[str, NDArray[Any]]":
    """Return the columns that stay in memory, to be filled part by part.

    Joining copies would take twice the memory.
    """
    import numpy as np

    return {
        "articles": np.empty(blocks, np.int64),
        "text_hashes": np.empty((2, blocks), np.uint64),
        "figures_hashes": np.empty(blocks, np.uint64),
        "dateline_days": np.empty(blocks, np.int32),
        **{name: np.empty(blocks, np.int32) for name in _COUNTS.values()},
    }


def _fill(columns: "dict[str, NDArray[Any]]", rows: slice, part: FingerprintFile, first_article: int) -> None:
    """Copy the columns of a part to these rows, so that its file does not stay mapped."""
    import numpy as np

    from etl.dedup.store import list_sizes

    table = part.read_blocks("article", "text_hash_0", "text_hash_1", "figures_hash", "dateline_day", *LISTS)
    np.add(table["article"].to_numpy(), first_article, out=columns["articles"][rows])
    for half, hashes in enumerate(columns["text_hashes"]):
        hashes[rows] = table[f"text_hash_{half}"].to_numpy().view(np.uint64)
    columns["figures_hashes"][rows] = table["figures_hash"].to_numpy().view(np.uint64)
    columns["dateline_days"][rows] = table["dateline_day"].to_numpy()
    for name, count in _COUNTS.items():
        columns[count][rows] = list_sizes(table[name])


class StoredColumn:
    """32-bit values in a mapped file; its pages are given back to the system after so many values, where possible.

    Giving them back takes as long as reading some thousand values, and no other thread runs meanwhile.
    """

    def __init__(self, path: Path, at_once: int = MIN_VALUES_AT_ONCE) -> None:
        self._at_once = at_once
        with path.open("rb") as file:
            self._pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __getitem__(self, places: "I64", /) -> "U32":
        """Return the values at places."""
        import numpy as np

        values = np.frombuffer(self._pages, np.uint32)
        taken = np.empty(len(places), np.uint32)
        for start in range(0, len(places), self._at_once):
            taken[start : start + self._at_once] = values[places[start : start + self._at_once]]
            if sys.platform == "linux":
                self._pages.madvise(mmap.MADV_DONTNEED)
        return taken


class StoredBands:
    """The band keys of all parts.

    Files are mapped for some bands at a time, because opening them takes longer than reading a band.
    """

    def __init__(self, parts: Sequence[FingerprintFile], at_once: int) -> None:
        self._parts, self._at_once = parts, at_once

    def __iter__(self) -> "Iterator[U32]":
        """Yield the keys, band after band."""
        import numpy as np

        names = [name for name in _mapped(self._parts[0].blocks).schema.names if name.startswith("band_")]
        for start in range(0, len(names), self._at_once):
            some = names[start : start + self._at_once]
            tables = [part.read_blocks(*some) for part in self._parts]
            for name in some:
                yield np.concatenate([table[name].to_numpy().view(np.uint32) for table in tables])


class StoredBuckets:
    """Buckets, in two files each time; they can be read more than once."""

    def __init__(self, bands: "Iterable[Buckets]", folder: Path) -> None:
        self.paths: list[tuple[Path, Path]] = []
        for number, found in enumerate(bands):
            paths = folder / f"members-{number}.u32", folder / f"edges-{number}.u32"
            found.members.tofile(paths[0])
            found.edges.tofile(paths[1])
            self.paths.append(paths)

    def __iter__(self) -> "Iterator[Buckets]":
        """Yield the buckets, band after band."""
        import numpy as np

        from etl.dedup.pairs.buckets import Buckets

        return (Buckets(*(np.fromfile(path, np.uint32) for path in paths)) for paths in self.paths)


def _append(parts: Sequence[FingerprintFile], name: str, folder: Path) -> Path:
    """Put the lists of each part into one file."""
    from etl.dedup.store import list_values

    target = folder / f"{name}.u32"
    with target.open("wb") as whole:
        for part in parts:
            whole.write(list_values(part.read_blocks(name)[name]).data)
    return target


def _stored_column(path: Path, at_once: int) -> "U32 | StoredColumn":
    """Return the values of a file.  What was read stays in memory, or is given back after so many values."""
    import numpy as np

    if not path.stat().st_size:
        return np.zeros(0, np.uint32)
    return StoredColumn(path, at_once) if at_once else np.memmap(path, np.uint32, "r")


def _mapped(path: Path) -> "pa.Table":
    """Return the table of a file, mapped."""
    import pyarrow as pa

    with pa.memory_map(os.fsencode(path)) as source:
        return pa.ipc.open_file(source).read_all()
