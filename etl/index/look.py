"""Band keys of today -> the blocks of earlier runs that share one, with all that comparing and naming them takes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from etl.index.manifest import Manifest, Part, read_manifest
from etl.index.parts import band_names, open_table, read_rows

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyarrow.parquet import ParquetFile

    from etl.dedup.facts import Mask
    from etl.dedup.seen import BandOfToday, Echoes
    from etl.dedup.words import I64, U32

Names = tuple[list[str], list[str], list[tuple[str, str]]]
"""What the audit calls blocks and articles; and the source and the record of each article of today."""

# Words.  What an earlier run kept stays before what is read today, also where the longest article has the first right.
_LONGEST = 1 << 30


class Earlier(Struct, frozen=True):
    """Blocks of earlier runs: arrays as a shard's fingerprints are saved, and the names of blocks and articles.

    To these come `serials` (the blocks' numbers in the index), `keeps` (see etl.dedup.seen) and `gone` (of articles).
    Among the blocks stand, without words, those of the same articles of which the index has the hash alone.
    """

    arrays: "Mapping[str, NDArray[Any]]"
    names: Names


def sharing(
    folder: Path, manifest: Manifest, keys: "Callable[[slice], Sequence[U32]]", at_once: int
) -> "Iterator[tuple[Part, Mask]]":
    """Mark in each part the blocks that share a key with one of today; `keys` gives today's for some bands, `at_once`.

    It is one pass over the keys of the index, which are read in the order in which they stand.
    """
    import numpy as np

    from etl.dedup.seen import BandOfToday

    masks = [np.zeros(part.blocks, np.bool_) for part in manifest.parts]
    names = band_names(manifest.settings.bands)
    for start in range(0, len(names), at_once):
        bands = slice(start, start + at_once)
        today = dict(zip(names[bands], map(BandOfToday, keys(bands)), strict=True))
        for part, mask in zip(manifest.parts, masks, strict=True):
            _mark(mask, open_table(folder, part.name, "keys"), today)
    return zip(manifest.parts, masks, strict=True)


def read_earlier(folder: Path, manifest: Manifest, part: Part, wanted: "Mask") -> Earlier:
    """Read these blocks of a part."""
    import numpy as np
    import pyarrow as pa

    blocks = pa.concat_tables(read_rows(open_table(folder, part.name, "blocks"), wanted))
    articles = _articles(open_table(folder, part.name, "articles"), blocks["article"].to_numpy())
    places = np.searchsorted(articles["number"].to_numpy(), blocks["article"].to_numpy())
    own, silent = _rows(blocks, places, manifest), _silent(articles, manifest.settings.bands)
    order = np.argsort(np.concatenate([own["articles"], silent["articles"]]), kind="stable")
    arrays = {name: np.take(np.concatenate([own[name], silent[name]], axis=-1), order, axis=-1) for name in own}
    lists = {name: _values(blocks[name]) for name in ("shingles", "terms")}
    of_articles = {"titles": np.array([len(articles)]), "gone": articles["gone"].to_numpy()}
    titles, suffixes = articles["name"].to_pylist(), [*blocks["suffix"].to_pylist(), *[""] * len(silent["words"])]
    names = [titles[place] + suffixes[row] for place, row in zip(arrays["articles"].tolist(), order, strict=True)]
    return Earlier({**arrays, **lists, **of_articles}, (names, titles, []))


def read_echoes(folder: Path, manifest: Manifest, selection: int) -> "Echoes":
    """Read the texts that went as near copies in a selection; keepers by their numbers in the index."""
    import pyarrow as pa

    from etl.dedup.seen import NO_ECHOES, Echoes

    parts = [open_table(folder, part.name, "echoes").read() for part in manifest.parts if part.echoes]
    if not parts:
        return NO_ECHOES
    table = pa.concat_tables(parts)
    rows = table.filter(pa.array(table["keeps"].to_numpy() & selection != 0))
    return Echoes(_whole(rows), rows["keeper"].to_numpy(), rows["likeness"].to_numpy())


def read_kept(folder: Path) -> "Iterator[tuple[list[str], U32, I64]]":
    """Give the blocks that stay, some at a time: their names, their shingles, and how many each has."""
    import numpy as np

    from etl.dedup.seen import AMONG_STAYING

    for part in read_manifest(str(folder)).parts:
        file, articles = open_table(folder, part.name, "blocks"), open_table(folder, part.name, "articles").read()
        stays = file.read(["keeps"])["keeps"].to_numpy() & AMONG_STAYING != 0
        for blocks in read_rows(file, stays):
            places = np.searchsorted(articles["number"].to_numpy(), blocks["article"].to_numpy())
            titles = articles["name"].take(places).to_pylist()
            names = [title + end for title, end in zip(titles, blocks["suffix"].to_pylist(), strict=True)]
            yield names, _values(blocks["shingles"]), _sizes(blocks["shingles"])


def _mark(mask: "Mask", file: "ParquetFile", today: "Mapping[str, BandOfToday]") -> None:
    start = 0
    for group in range(file.num_row_groups):
        keys = file.read_row_group(group, list(today))
        for name, band in today.items():
            mask[start : start + len(keys)] |= band.holds(keys[name].to_numpy())
        start += len(keys)


def _articles(file: "ParquetFile", numbers: "I64") -> "pa.Table":
    """Read the articles of these numbers."""
    import numpy as np
    import pyarrow as pa

    wanted = np.isin(file.read(["number"])["number"].to_numpy(), numbers)
    return pa.concat_tables(read_rows(file, wanted))


def _rows(blocks: "pa.Table", places: "I64", manifest: Manifest) -> "dict[str, NDArray[Any]]":
    """Give the arrays of blocks.  Their band keys are made anew: that is sooner done than they are found."""
    import numpy as np

    from etl.dedup.sign import band_keys, signatures

    sizes, termed = _sizes(blocks["shingles"]), _sizes(blocks["terms"])
    signed = signatures(_values(blocks["shingles"]), sizes)
    return {
        "articles": places,
        "sizes": sizes.astype(np.int32),
        "keys": band_keys(signed, manifest.settings.bands, manifest.settings.rows),
        "whole": _whole(blocks),
        "words": np.full(len(blocks), _LONGEST, np.int32),
        "numbers": blocks["numbers"].to_numpy(),
        "termed": termed.astype(np.int32),
        "serials": blocks["number"].to_numpy(),
        "keeps": blocks["keeps"].to_numpy(),
    }


def _silent(articles: "pa.Table", bands: int) -> "dict[str, NDArray[Any]]":
    """Give the arrays of the blocks of which the index has the hash alone."""
    import numpy as np

    from etl.dedup.seen import IN_BOTH

    whole = _values(articles["others"])
    none = np.zeros(len(whole), np.int32)
    return {
        "articles": np.repeat(np.arange(len(articles)), _sizes(articles["others"])),
        "sizes": none,
        "keys": np.zeros((bands, len(whole)), np.uint32),
        "whole": np.stack([whole, np.zeros_like(whole)]),
        "words": none,
        "numbers": none.astype(np.uint64),
        "termed": none,
        "serials": np.full(len(whole), -1, np.int64),
        "keeps": np.full(len(whole), IN_BOTH, np.uint8),
    }


def _whole(rows: "pa.Table") -> "NDArray[Any]":
    import numpy as np

    return np.stack([rows["whole_0"].to_numpy(), rows["whole_1"].to_numpy()])


def _values(lists: "pa.ChunkedArray") -> "NDArray[Any]":
    """Give the values of all lists, one after the other."""
    values: NDArray[Any] = lists.combine_chunks().flatten().to_numpy()
    return values


def _sizes(lists: "pa.ChunkedArray") -> "I64":
    import numpy as np

    sizes: I64 = lists.combine_chunks().value_lengths().to_numpy().astype(np.int64)
    return sizes
