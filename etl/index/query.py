"""Band keys of a run -> the blocks of prior runs that share a key, with their fingerprints and names."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.index.manifest import Manifest, Part
from etl.index.parts import TableFile, open_table, places_of

if TYPE_CHECKING:
    import pyarrow as pa

    from etl.array_types import U32, Mask
    from etl.dedup.selection.history import BandQuery, KnownNearDuplicates


class PriorTables(Struct, frozen=True):
    """Blocks of prior runs and their articles, as a shard's are spilled; articles are numbered from 0.

    The blocks include those of the same articles of which the index has only the hash; these have no words.
    """

    blocks: "pa.Table"
    articles: "pa.Table"


def matching(
    folder: Path, manifest: Manifest, keys: "Callable[[range], Sequence[U32]]", bands_at_once: int
) -> "Iterator[tuple[Part, Mask]]":
    """Yield each part with a mask of its blocks that share a key with the run; `keys` returns the keys of the run.

    This is one pass over the keys of the index, in the order of the files.
    """
    import numpy as np

    from etl.dedup.schema import band_names
    from etl.dedup.selection.history import BandQuery

    masks = [np.zeros(open_table(folder, part, "blocks", manifest.bands).rows, np.bool_) for part in manifest.parts]
    names = band_names(manifest.bands)
    for start in range(0, len(names), bands_at_once):
        bands = range(start, min(start + bands_at_once, len(names)))
        queries = dict(zip(names[bands.start : bands.stop], map(BandQuery, keys(bands)), strict=True))
        for part, mask in zip(manifest.parts, masks, strict=True):
            _mark(mask, open_table(folder, part, "blocks", manifest.bands), queries)
    return zip(manifest.parts, masks, strict=True)


def read_prior(folder: Path, manifest: Manifest, part: Part, wanted: "Mask") -> PriorTables:
    """Return these blocks of a part, with the hashes of the other blocks of their articles."""
    import numpy as np
    import pyarrow as pa

    from etl.dedup.schema import schema_of
    from etl.dedup.store import hash_only_table, list_sizes, list_values

    blocks = pa.concat_tables(open_table(folder, part, "blocks", manifest.bands).of(wanted))
    file = open_table(folder, part, "articles", manifest.bands)
    is_wanted = np.isin(file.read(["number"])["number"].to_numpy(), blocks["article"].to_numpy())
    articles = pa.concat_tables([schema_of("articles", 0).empty_table(), *file.of(is_wanted)])
    blocks = blocks.set_column(1, blocks.schema.field("article"), pa.array(places_of(blocks, articles, file.path)))
    others = np.repeat(np.arange(len(articles)), list_sizes(articles["other_hashes"]))
    hash_only = hash_only_table(list_values(articles["other_hashes"]), others, manifest.bands)
    both = pa.concat_tables([blocks, hash_only]).combine_chunks()
    return PriorTables(both.take(np.argsort(both["article"].to_numpy(), kind="stable")), articles)


def read_known(folder: Path, manifest: Manifest, selection: int) -> "KnownNearDuplicates":
    """Return the texts dropped as near copies in a selection; keepers by their numbers in the index."""
    import pyarrow as pa

    from etl.dedup.selection.history import NONE_KNOWN
    from etl.dedup.store import kept_in_of, known_of

    files = [open_table(folder, part, "known", manifest.bands) for part in manifest.parts if part.known]
    parts = [rows for file in files for rows in file.groups()]
    if not parts:
        return NONE_KNOWN
    table = pa.concat_tables(parts)
    return known_of(table.filter(pa.array(kept_in_of(table) & selection != 0)))


def run_with_article(folder: Path, manifest: Manifest, runs: Sequence[int], names: Iterable[str]) -> int:
    """Return the last of these runs that has an article of one of these names; -1 if none has."""
    import numpy as np

    found, wanted = -1, np.fromiter((hash(name) for name in names if name), np.int64)  # 8 bytes, however long each is
    for part in manifest.parts if len(wanted) else ():
        for rows in open_table(folder, part, "articles", manifest.bands).groups(["name", "run"]):
            named = np.fromiter(map(hash, rows["name"].to_pylist()), np.int64, len(rows))
            own = rows["run"].to_numpy()[np.isin(named, wanted)]
            found = int(max(own[np.isin(own, runs)], default=found))
    return found


def _mark(mask: "Mask", file: TableFile, queries: "Mapping[str, BandQuery]") -> None:
    import numpy as np

    start = 0
    for keys in file.groups(list(queries)):
        for name, query in queries.items():
            mask[start : start + len(keys)] |= query.matches(keys[name].to_numpy().view(np.uint32))
        start += len(keys)
