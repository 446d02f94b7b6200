"""Pairs of similar blocks by shuffles of Spark, around the kernels of `etl.dedup.pairs`.

    files of fingerprints -> band keys -> shuffle by key -> buckets, kept for all rounds
    each round: buckets -> candidate pairs -> shuffle, each once -> joined with the fingerprints of both -> verified

A block is identified by its rank: its place in the order in which the first of two similar blocks is kept.  The driver
broadcasts which blocks are compared and which are probes, with one bit per block.  It gets probes and verified pairs.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from msgspec import Struct

from etl.array_types import I64, U8, U32, Mask
from etl.dedup import DedupSettings
from etl.dedup.arrays import Ragged, ragged
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.pairs.buckets import Buckets, ComparisonInput
from etl.dedup.pairs.candidates import Lists, pairing, probe_rows
from etl.dedup.pairs.source import waiting_of
from etl.dedup.pairs.verify import Pairs, verified
from etl.dedup.schema import band_names
from etl.dedup.selection.duplicates import ranks
from etl.dedup.store import list_sizes, list_values
from etl.engines.spark import SparkEngine, no_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# A round takes some jobs of Spark, of a second each, so the first round has more probes than on one machine.
FIRST_WIDTH = 16
# Blocks for each partition of a shuffle, if Spark is not told how many: their 25 keys take some 40 MB.
BLOCKS_A_PARTITION = 1 << 16
PARTITIONS = "spark.sql.shuffle.partitions"
KEYS = ("band", "key", "partition")
KEY_ROWS = "band int, key int, partition long, rank long, block long"
BUCKET_ROWS = "bucket long, rank long, block long"
PRINT_ROWS = "rank long, day int, words int, shingles array<int>, terms array<int>"
PRINTS = ("day", "words", "shingles", "terms")

Batches = Iterable[pa.RecordBatch]
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


class Files(Struct, frozen=True):
    """The files of fingerprints, by absolute path, and the number of the first block of each, and the end."""

    paths: tuple[str, ...]
    starts: I64


class SparkPairs:
    """A source of pairs (`etl.dedup.pairs.source`) in a Spark session."""

    first_width = FIRST_WIDTH

    def __init__(
        self, engine: SparkEngine, paths: Sequence[str], starts: I64, compared: ComparisonInput, blocks: I64
    ) -> None:
        self._engine, self._session, self._compared = engine, engine.session, compared
        self._files = Files(tuple(map(os.path.abspath, paths)), starts)
        self._buckets, self._prints = engine.ask(partial(self._keep, blocks))

    def next_probes(self, waits: Mask, width: int) -> Mask:
        """Mark the next probes."""
        ranked = self._engine.ask(partial(self._waiting, waits, width))
        marked = np.zeros_like(waits)
        marked[self._compared.order[ranked["rank"].to_numpy()]] = True
        return marked

    def pairs(self, probes: Mask) -> Pairs:
        """Return the pairs of probes."""
        found = self._engine.ask(partial(self._found, probes))
        order = self._compared.order
        earlier, later = (order[found[side].to_numpy()] for side in ("earlier", "later"))
        return Pairs(earlier, later, found["similarity"].to_numpy())

    def close(self) -> None:
        """Release the memory of executors."""
        with no_spark():
            self._buckets.unpersist()
            self._prints.unpersist()

    def _keep(self, blocks: I64) -> "tuple[DataFrame, DataFrame]":
        """Return the buckets of blocks and their fingerprints, which executors keep for all rounds."""
        self._partitions = max(len(blocks) // BLOCKS_A_PARTITION, self._session.sparkContext.defaultParallelism)
        with self._shuffling():
            chosen = self._chosen(blocks)
            keys = chosen.mapInArrow(_keys, KEY_ROWS).repartition(*KEYS).sortWithinPartitions(*KEYS, "rank")
            buckets = keys.mapInArrow(_shared, BUCKET_ROWS).persist()
            return buckets, chosen.mapInArrow(_prints, PRINT_ROWS).repartition("rank").persist()

    def _waiting(self, waits: Mask, width: int) -> pa.Table:
        from pyspark.sql import functions

        with self._shuffling():
            waiting = partial(_waiting, self._broadcast(waits), width)
            found = self._buckets.mapInArrow(waiting, "rank long, is_behind boolean")
            probes = found.groupBy("rank").agg(functions.bool_or("is_behind").alias("is_behind")).where("not is_behind")
            return probes.select("rank").toArrow()

    def _found(self, probes: Mask) -> pa.Table:
        with self._shuffling():
            pair_up = partial(_candidates, self._broadcast(probes), self._files, self._compared.settings)
            proposed = self._buckets.mapInArrow(pair_up, "earlier long, later long").distinct()
            for side in ("earlier", "later"):
                named = {"rank": side} | {name: f"{side}_{name}" for name in PRINTS}
                proposed = proposed.join(self._prints.withColumnsRenamed(named), side)
            columns = [f"{side}_{name}" for side in ("earlier", "later") for name in PRINTS]
            both = proposed.select("earlier", "later", *columns)
            verify = partial(_verified, self._compared.settings)
            return both.mapInArrow(verify, "earlier long, later long, similarity double").toArrow()

    @contextmanager
    def _shuffling(self) -> Iterator[None]:
        """Set the number of partitions in a block, unless the session has one: Spark's own 200 fit no small run."""
        settings = self._session.conf
        is_set = PARTITIONS in settings.getAll
        if not is_set:
            settings.set(PARTITIONS, self._partitions)
        try:
            yield
        finally:
            if not is_set:
                settings.unset(PARTITIONS)

    def _broadcast(self, mask: Mask) -> Any:
        """Send a mask over blocks to all executors, by rank."""
        return self._session.sparkContext.broadcast(np.packbits(mask[self._compared.order]))

    def _chosen(self, blocks: I64) -> "DataFrame":
        """Write beside each file of fingerprints which of its blocks are compared.

        Return the files with such blocks.
        """
        rank, keys, files = ranks(self._compared.order), self._compared.partition_keys.view(np.int64), self._files
        blocks, attempt = np.sort(blocks), token_hex(4)
        edges = np.searchsorted(blocks, files.starts).tolist()
        rows = list[tuple[str, str, int]]()
        for path, start, first, end in zip(files.paths, files.starts.tolist(), edges, edges[1:], strict=False):
            if first < end:
                some, chosen = blocks[first:end], f"{path}.{attempt}.npy"
                np.save(chosen, np.stack([some, rank[some], keys[some]]))
                rows.append((path, chosen, start))
        return self._session.createDataFrame(rows, "path string, chosen string, start long")


class _Part(Struct, frozen=True):
    """The blocks of a file that are compared, by number, rank and partition key; and the table of all."""

    table: pa.Table
    places: I64
    blocks: I64
    ranks: I64
    partitions: I64


def _parts(batches: Batches) -> Iterator[_Part]:
    for batch in batches:
        for row in batch.to_pylist():
            blocks, rank, partitions = np.load(row["chosen"])
            yield _Part(_mapped(row["path"]), blocks - row["start"], blocks, rank, partitions)


def _keys(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Yield the band keys of blocks, a band of a file at a time."""
    for part in _parts(batches):
        bands = sum(name.startswith("band_") for name in part.table.schema.names)
        for number, name in enumerate(band_names(bands)):
            keys = part.table[name].to_numpy()[part.places]
            band = np.full(len(keys), number, np.int32)
            yield _batch(band=band, key=keys, partition=part.partitions, rank=part.ranks, block=part.blocks)


def _prints(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Yield the fingerprints with which pairs are verified."""
    for part in _parts(batches):
        some = part.table.select(["dateline_day", "tokens", "shingles", "terms"]).take(pa.array(part.places))
        words = list_sizes(some["tokens"]).astype(np.int32)
        lists = {name: some[name].combine_chunks() for name in ("shingles", "terms")}
        yield _batch(rank=part.ranks, day=some["dateline_day"].combine_chunks(), words=words, **lists)


def _shared(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Yield the members of buckets, from sorted keys.  A key with one block makes no bucket."""
    rows = pa.Table.from_batches(batches, _schema(KEY_ROWS))
    starts = np.ones(len(rows) + 1, np.bool_)
    starts[1:-1] = np.logical_or.reduce([np.diff(rows[name].to_numpy()) != 0 for name in KEYS])
    is_shared = ~(starts[:-1] & starts[1:])
    bucket = np.cumsum(starts[:-1])[is_shared]
    yield _batch(bucket=bucket, rank=rows["rank"].to_numpy()[is_shared], block=rows["block"].to_numpy()[is_shared])


class _Members(Struct, frozen=True):
    """The buckets of a partition; their members are numbered by rank, and `ranks` and `blocks` say which they are."""

    found: Buckets
    ranks: I64
    blocks: I64


def _members(batches: Batches) -> _Members:
    rows = pa.Table.from_batches(batches, _schema(BUCKET_ROWS))
    rank, first, members = np.unique(rows["rank"].to_numpy(), return_index=True, return_inverse=True)
    edges = np.append(np.flatnonzero(np.diff(rows["bucket"].to_numpy(), prepend=-1)), len(rows))
    found = Buckets(members.astype(np.uint32), edges.astype(np.uint32))
    return _Members(found, rank, rows["block"].to_numpy()[first])


def _marked(bits: U8, rank: I64) -> Mask:
    marked: Mask = bits[rank >> 3] << (rank & 7).astype(np.uint8) & 128 > 0
    return marked


def _waiting(waits: Any, width: int, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Yield each waiting member once, and whether it is after the first `width` in one of its buckets."""
    some = _members(batches)
    waiting, later = waiting_of(some.found, _marked(waits.value, some.ranks), width)
    members, is_behind = np.unique(waiting), np.zeros(len(some.ranks), np.bool_)
    is_behind[later] = True
    yield _batch(rank=some.ranks[members], is_behind=is_behind[members])


def _candidates(probes: Any, files: Files, settings: DedupSettings, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Yield candidate pairs; pairs of two bands occur twice."""
    some = _members(batches)
    rows = probe_rows(some.found, _marked(probes.value, some.ranks))
    is_filtered = np.repeat((rows.is_large | rows.is_crowded)[:-1], some.found.sizes)
    lists = _lists(files, some.blocks, np.unique(some.found.members[is_filtered]))
    for task in pairing(settings, lists, rows):
        packed = task()
        earlier, later = (packed >> _HALF).astype(np.int64), (packed & _LOW).astype(np.int64)
        yield _batch(earlier=some.ranks[earlier], later=some.ranks[later])


def _lists(files: Files, blocks: I64, wanted: U32) -> Lists:
    """Return the lists of some of the blocks, read from the files; those of all others are empty."""
    wanted = wanted[np.argsort(blocks[wanted], kind="stable")]
    numbers = blocks[wanted]
    edges = np.searchsorted(numbers, files.starts).tolist()
    tables = [
        _mapped(path).select(["shingles", "terms"]).take(pa.array(numbers[first:end] - start))
        for path, start, first, end in zip(files.paths, files.starts.tolist(), edges, edges[1:], strict=False)
        if first < end
    ]
    return Lists(*(_placed(tables, name, wanted, len(blocks)) for name in ("shingles", "terms")))


def _placed(tables: Sequence[pa.Table], name: str, wanted: U32, total: int) -> Ragged:
    """Return the lists of a column; list k is that of the member `wanted[k]`."""
    starts, sizes = np.zeros(total, np.int64), np.zeros(total, np.int64)
    sizes[wanted] = np.concatenate([np.zeros(0, np.int64), *(list_sizes(table[name]) for table in tables)])
    starts[wanted] = np.cumsum(sizes[wanted]) - sizes[wanted]
    values = np.concatenate([np.zeros(0, np.uint32), *(list_values(table[name]) for table in tables)])
    return Ragged(values, starts, sizes)


def _verified(settings: DedupSettings, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Yield the verified candidate pairs, from rows with the fingerprints of both blocks."""
    for batch in batches:
        rows, count = pa.Table.from_batches([batch]), len(batch)
        of_both = {name: [rows[f"{side}_{name}"] for side in ("earlier", "later")] for name in PRINTS}
        columns = {name: np.concatenate([one.to_numpy() for one in of_both[name]]) for name in ("day", "words")}
        lists, sizes = dict[str, U32](), dict[str, I64]()
        for name in ("shingles", "terms"):
            sizes[name] = np.concatenate([list_sizes(one) for one in of_both[name]])
            lists[name] = np.concatenate([list_values(one) for one in of_both[name]])
        prints = _pair_prints(columns, lists, sizes)
        none = np.zeros(0, np.int64)
        compared = ComparisonInput(prints, none.view(np.uint64), none, settings)
        of_lists = Lists(*(ragged(lists[name], sizes[name]) for name in ("shingles", "terms")))
        held = verified(compared, of_lists, (np.arange(count), np.arange(count, 2 * count)))
        earlier, later = (rows[side].to_numpy()[held.earlier] for side in ("earlier", "later"))
        yield _batch(earlier=earlier, later=later, similarity=held.similarity)


def _pair_prints(columns: dict[str, Any], lists: dict[str, U32], sizes: dict[str, I64]) -> Fingerprints:
    """Return fingerprints with the fields that are needed to verify pairs."""
    none = np.zeros(0, np.uint64)
    return Fingerprints(
        text_hashes=none,
        band_keys=(),
        figures_hashes=none,
        dateline_days=columns["day"],
        word_counts=columns["words"],
        shingle_counts=sizes["shingles"].astype(np.int32),
        term_counts=sizes["terms"].astype(np.int32),
        tokens=none.astype(np.uint32),
        shingles=lists["shingles"],
        terms=lists["terms"],
    )


def _schema(columns: str) -> pa.Schema:
    """Return the Arrow schema of columns of numbers, as Spark names them."""
    types = {"int": pa.int32(), "long": pa.int64()}
    return pa.schema([(name, types[kind]) for name, kind in (column.split() for column in columns.split(", "))])


def _batch(**columns: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns.values()], list(columns))


def _mapped(path: str) -> pa.Table:
    """Return the table of a file, mapped."""
    with pa.memory_map(os.fsencode(path)) as source:
        return pa.ipc.open_file(source).read_all()
