"""The Arrow tables of fingerprints: the same where a shard spills them, in a part of an index, and as input of Spark.

blocks     number, article, suffix (a block is named by its article's name and this), kept_in (the selections of
           `etl.dedup.selection.history` that keep it), text_hash_0, text_hash_1, figures_hash, dateline_day, and the
           lists tokens, shingles, terms; band_0, band_1 …: its band keys
articles   number, run, name, source, record, removed (dropped whole), other_hashes (text hashes of its blocks that are
           not among the blocks)
known      kept_in, text_hash_0, text_hash_1, keeper (a block's number), similarity: texts dropped as near copies

Hashes are stored as signed integers of the same bits: Spark, and Java, have no unsigned ones.  Numbers ascend.
"""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

TableName = Literal["blocks", "articles", "known"]
TABLES: tuple[TableName, ...] = ("blocks", "articles", "known")
LISTS = ("tokens", "shingles", "terms")


def band_names(bands: int) -> list[str]:
    """Return the names of the columns of band keys."""
    return [f"band_{band}" for band in range(bands)]


def schema_of(table: TableName, bands: int) -> "pa.Schema":
    """Return the schema of a table; `bands` counts the columns of band keys."""
    import pyarrow as pa

    number, text, hashed, values = pa.int64(), pa.string(), pa.int64(), pa.list_(pa.int32())
    columns: dict[TableName, dict[str, pa.DataType]] = {
        "blocks": {"number": number, "article": number, "suffix": text, "kept_in": pa.int8()}
        | {"text_hash_0": hashed, "text_hash_1": hashed, "figures_hash": hashed, "dateline_day": pa.int32()}
        | dict.fromkeys(LISTS, values)
        | {name: pa.int32() for name in band_names(bands)},
        "articles": {"number": number, "run": pa.int32(), "name": text, "source": text, "record": text}
        | {"removed": pa.bool_(), "other_hashes": pa.list_(hashed)},
        "known": {"kept_in": pa.int8(), "text_hash_0": hashed, "text_hash_1": hashed}
        | {"keeper": number, "similarity": pa.float64()},
    }
    return pa.schema(list(columns[table].items()))
