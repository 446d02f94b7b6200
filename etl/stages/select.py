"""Fingerprints of all shards -> which blocks and articles are copies, and of what; written down for each shard."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from etl.stages.job import Copying, Job, Shard
from etl.stages.spill import SavedPart, StoredBuckets, fits, in_threads, join_on_disk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from etl.dedup import Fingerprints, Likeness, Part
    from etl.dedup.select import Shelve
    from etl.dedup.words import I64

Names = tuple[list[str], list[str]]
"""What the audit calls the blocks and the articles of a shard."""


class Printable(Struct, frozen=True):
    """The blocks of a shard in reading order: text, place of the article among the shard's articles, and names."""

    texts: list[str]
    articles: list[int]
    names: Names


class Copy(Struct, frozen=True, gc=False):
    """A block (or an article) by its place among the shard's, the name of what it copies, and likeness (or share)."""

    place: int
    original: str
    likeness: float


class Copies(Struct, frozen=True):
    """What of a shard are copies."""

    blocks: tuple[Copy, ...] = ()
    articles: tuple[Copy, ...] = ()


class Joined(Struct, frozen=True):
    """The fingerprints of a run, the article of each block, where the blocks and the articles of each shard begin."""

    prints: "Fingerprints"
    articles: "I64"
    blocks: "I64"
    titles: "I64"
    shelve: "Shelve"


class Found(Struct, frozen=True):
    """Copies and their originals by their places in the run; shard k has those from `bounds[k]` on."""

    index: "I64"
    original: "I64"
    likeness: "NDArray[Any]"
    bounds: "I64"


def save_prints(job: Job, shard: Shard, blocks: Printable) -> None:
    """Save the fingerprints and names of a shard's blocks."""
    import numpy as np  # with numpy come 0.1 s of import, which a run without copies need not wait for

    np.savez(job.part("prints", shard.number, ".npz"), allow_pickle=False, **_printed(blocks, job.copying))
    job.part("names", shard.number, ".msgpack").write_bytes(msgspec.msgpack.encode(blocks.names))


def select(job: Job, shards: Sequence[Shard], threads: int = 1) -> None:
    """Find the copies among the blocks of all shards, and write down for each shard which of its blocks are copies.

    Bands are sorted in threads, which numpy lets run side by side.
    """
    decode = msgspec.msgpack.Decoder(Names).decode

    def names(place: int) -> Names:
        names: Names = decode(job.part("names", shards[place].number, ".msgpack").read_bytes())
        return names

    found = _found(_joined(job, shards, threads), job.copying)
    for shard, copies in zip(shards, _by_shard(*found, names), strict=True):
        job.part("copies", shard.number, ".msgpack").write_bytes(msgspec.msgpack.encode(copies))


def selected(job: Job, shard: Shard) -> Copies:
    """Read back what `select` has written down for a shard."""
    return msgspec.msgpack.decode(job.part("copies", shard.number, ".msgpack").read_bytes(), type=Copies)


def copies_among(blocks: Printable, copying: Copying) -> Copies:
    """Find the copies among the blocks of one shard, in memory."""
    from etl.dedup import join
    from etl.dedup.select import in_memory

    printed = [_printed(blocks, copying)]
    (copies,) = _by_shard(*_found(_placed(join(printed), printed, in_memory), copying), lambda place: blocks.names)
    return copies


def _printed(blocks: Printable, copying: Copying) -> "dict[str, NDArray[Any]]":
    """Take the fingerprints of blocks, with the number of articles and the article of each block."""
    import numpy as np

    from etl.dedup import fingerprint

    articles = {"articles": np.array(blocks.articles, np.int64), "titles": np.array([len(blocks.names[1])])}
    return fingerprint(blocks.texts, _likeness(copying)).arrays() | articles


def _likeness(copying: Copying) -> "Likeness":
    from etl.dedup import Likeness

    across = copying.scope == "run"
    return Likeness(copying.shingles, copying.threshold, copying.numbers, across, keep=copying.keep)


def _joined(job: Job, shards: Sequence[Shard], threads: int) -> Joined:
    """Join the fingerprints of shards: in memory, if they fit in it."""
    from etl.dedup import join

    parts = [SavedPart(job.part("prints", shard.number, ".npz")) for shard in shards]
    if fits(parts, job.memory):
        return _placed(join(parts), parts, lambda bands: tuple(in_threads(bands, threads)))
    folder = Path(job.work) / "joined"
    return _placed(join_on_disk(parts, folder), parts, lambda bands: StoredBuckets(in_threads(bands, threads), folder))


def _placed(prints: "Fingerprints", parts: "Sequence[Part]", shelve: "Shelve") -> Joined:
    import numpy as np

    titles = np.cumsum([0, *(int(part["titles"][0]) for part in parts)])
    local = [part["articles"] for part in parts]
    articles = np.concatenate([own + start for own, start in zip(local, titles, strict=False)])
    return Joined(prints, articles, np.cumsum([0, *map(len, local)]), titles, shelve)


def _found(joined: Joined, copying: Copying) -> tuple[Found, Found]:
    """Find the copies among blocks, and among articles."""
    import numpy as np

    from etl.dedup import duplicates, same_articles

    prints, articles = joined.prints, joined.articles
    likeness, by_article = _likeness(copying), (copying.scope, copying.unit) == ("run", "article")
    found = duplicates(prints, articles, likeness, joined.shelve)
    whole = same_articles(prints, articles, found, likeness) if by_article else ()
    index, original = (np.array([getattr(same, name) for same in whole], np.int64) for name in ("article", "original"))
    shares = np.array([same.share for same in whole])
    return Found(found.index, found.keeper, found.likeness, joined.blocks), Found(
        index, original, shares, joined.titles
    )


def _by_shard(blocks: Found, articles: Found, names: Callable[[int], Names]) -> Iterator[Copies]:
    of_blocks = _copies(blocks, lambda place: names(place)[0])
    of_articles = _copies(articles, lambda place: names(place)[1])
    return map(Copies, of_blocks, of_articles)


def _copies(found: Found, names: Callable[[int], list[str]]) -> Iterator[tuple[Copy, ...]]:
    """Give each shard its copies, their originals by name."""
    import numpy as np

    originals = _called(found, names)
    edges = np.searchsorted(found.index, found.bounds).tolist()
    for place, (start, end) in enumerate(pairwise(edges)):
        index = (found.index[start:end] - found.bounds[place]).tolist()
        yield tuple(map(Copy, index, originals[start:end], found.likeness[start:end].tolist()))


def _called(found: Found, names: Callable[[int], list[str]]) -> list[str]:
    """Name the originals; the names of a shard are read once, and only if it has any."""
    import numpy as np

    called = [""] * len(found.original)
    order = np.argsort(found.original, kind="stable")
    edges = np.searchsorted(found.original[order], found.bounds).tolist()
    for place, (start, end) in enumerate(pairwise(edges)):
        of_shard = names(place) if start < end else []
        for copy in order[start:end].tolist():
            called[copy] = of_shard[found.original[copy] - found.bounds[place]]
    return called
