"""Fingerprints <-> the Arrow tables of `etl.dedup.schema`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from etl.array_types import I64, U8, U64
from etl.dedup.arrays import in_memory
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.schema import LISTS, band_names, schema_of
from etl.dedup.selection.history import BOTH, KnownNearDuplicates

if TYPE_CHECKING:
    import pyarrow as pa


def block_table(prints: Fingerprints, articles: I64, suffixes: Sequence[str]) -> "pa.Table":
    """Return the table of some blocks, numbered from 0; `articles` are the numbers of theirs."""
    import pyarrow as pa

    keys = list(prints.band_keys)
    columns = {
        "number": np.arange(len(articles)),
        "article": articles,
        "suffix": pa.array(suffixes, pa.string()),
        "kept_in": np.full(len(articles), BOTH, np.int8),
        "text_hash_0": prints.text_hashes[0].view(np.int64),
        "text_hash_1": prints.text_hashes[1].view(np.int64),
        "figures_hash": prints.figures_hashes.view(np.int64),
        "dateline_day": prints.dateline_days,
        "tokens": list_column(in_memory(prints.tokens), prints.word_counts),
        "shingles": list_column(in_memory(prints.shingles), prints.shingle_counts),
        "terms": list_column(in_memory(prints.terms), prints.term_counts),
        **{name: of_band.view(np.int32) for name, of_band in zip(band_names(len(keys)), keys, strict=True)},
    }
    return pa.table(columns, schema=schema_of("blocks", len(keys)))


def article_table(names: Sequence[str], origins: Sequence[tuple[str, str]]) -> "pa.Table":
    """Return the table of some articles, numbered from 0; `origins` hold the source and the record of each."""
    import pyarrow as pa

    columns = {
        "number": np.arange(len(names)),
        "run": np.zeros(len(names), np.int32),
        "name": pa.array(names, pa.string()),
        "source": pa.array([source for source, _ in origins], pa.string()),
        "record": pa.array([record for _, record in origins], pa.string()),
        "removed": pa.array(np.zeros(len(names), np.bool_)),
        "other_hashes": list_column(np.zeros(0, np.int64), np.zeros(len(names), np.int64)),
    }
    return pa.table(columns, schema=schema_of("articles", 0))


def hash_only_table(hashes: I64, articles: I64, bands: int) -> "pa.Table":
    """Return the table of blocks of which an index has the first half of the text hash alone; their number is -1."""
    import pyarrow as pa

    none = np.zeros(len(hashes), np.int32)
    columns: dict[str, Any] = {
        "number": np.full(len(hashes), -1, np.int64),
        "article": articles,
        "suffix": pa.array([""] * len(hashes), pa.string()),
        "kept_in": np.full(len(hashes), BOTH, np.int8),
        "text_hash_0": hashes,
        "text_hash_1": none.astype(np.int64),
        "figures_hash": none.astype(np.int64),
        "dateline_day": none,
        **dict.fromkeys(LISTS, list_column(none[:0], none)),
        **dict.fromkeys(band_names(bands), none),
    }
    return pa.table(columns, schema=schema_of("blocks", bands))


def known_table(known: KnownNearDuplicates, kept_in: int, numbers: I64) -> "pa.Table":
    """Return the table of texts dropped as near copies in a selection; `numbers` are those of all blocks."""
    import pyarrow as pa

    columns = {
        "kept_in": np.full(len(known.keeper), kept_in, np.int8),
        "text_hash_0": known.text_hashes[0].view(np.int64),
        "text_hash_1": known.text_hashes[1].view(np.int64),
        "keeper": numbers[known.keeper],
        "similarity": known.similarity,
    }
    return pa.table(columns, schema=schema_of("known", 0))


def known_of(table: "pa.Table") -> KnownNearDuplicates:
    """Return the texts of a table; keepers by their numbers."""
    return KnownNearDuplicates(text_hashes_of(table), table["keeper"].to_numpy(), table["similarity"].to_numpy())


def text_hashes_of(table: "pa.Table") -> U64:
    """Return the 128 bits (2 rows) of each text of a table."""
    return np.stack([table[f"text_hash_{half}"].to_numpy().view(np.uint64) for half in (0, 1)])


def list_column(values: NDArray[Any], sizes: NDArray[Any]) -> "pa.Array":
    """Return a column of lists whose values stand one list after the other; unsigned ones become signed."""
    import pyarrow as pa

    signed = values.view(np.int32) if values.dtype == np.uint32 else values
    return pa.ListArray.from_arrays(pa.array(np.cumsum([0, *sizes], dtype=np.int32)), pa.array(signed))


# Neither `flatten` nor `value_lengths`: they import pyarrow.compute, in a tenth of a second.
def list_values(column: "pa.ChunkedArray") -> NDArray[Any]:
    """Return the values of all lists of a column, one after the other; 32-bit ones unsigned."""
    lists = column.combine_chunks()
    values: NDArray[Any] = lists.values.to_numpy()[lists.offsets[0].as_py() : lists.offsets[-1].as_py()]
    return values.view(np.uint32) if values.dtype == np.int32 else values


def list_sizes(column: "pa.ChunkedArray") -> I64:
    """Return the size of each list of a column."""
    sizes: I64 = np.diff(column.combine_chunks().offsets.to_numpy()).astype(np.int64)
    return sizes


def kept_in_of(table: "pa.Table") -> U8:
    """Return the selections that keep each block."""
    selections: U8 = table["kept_in"].to_numpy().view(np.uint8)
    return selections
