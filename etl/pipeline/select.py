"""Fingerprints of all shards -> which blocks and articles are copies, and of what; written down for each shard."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw, Struct

from etl.index.look import Names
from etl.pipeline.job import Copying, Job
from etl.pipeline.seen import Today, look_up, seen, stage
from etl.pipeline.spill import SavedPart, StoredBuckets, fits, in_threads, join_mapped, join_on_disk
from etl.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from etl.dedup import Fingerprints, Likeness, Part
    from etl.dedup.bucket import Room
    from etl.dedup.seen import Blocks, Selected
    from etl.dedup.words import I64


# Gives the names that a shard has, by the place of the shard.
Named = Callable[[int], list[str]]


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
    room: "Room"


class Found(Struct, frozen=True):
    """Copies and their originals by their places in the run; shard k has those from `bounds[k]` on."""

    index: "I64"
    original: "I64"
    likeness: "NDArray[Any]"
    bounds: "I64"


def save_prints(job: Job, workspace: Workspace, shard: int, blocks: Printable) -> None:
    """Save the fingerprints and names of a shard's blocks."""
    with workspace.writing_folder("prints", shard) as folder:
        SavedPart(folder).save(_printed(blocks, job.copying))
    with workspace.writing("names", shard, ".msgpack") as path:
        path.write_bytes(msgspec.msgpack.encode(blocks.names))


def select(job: Job, workspace: Workspace, shards: int, threads: int = 1) -> None:
    """Find the copies among the blocks of all shards, and write down for each shard which of its blocks are copies.

    Blocks of earlier runs come before all.  Bands are sorted in threads, which numpy lets run side by side.
    """
    from etl.dedup.seen import Blocks, kept

    own = [SavedPart(workspace.part_folder("prints", shard)) for shard in range(shards)]
    workspace.remove("seen", "joined")  # of an attempt that was killed
    before = look_up(job, workspace, own)
    joined, first = _joined(job, workspace, (*before.parts, *own), threads), len(before.parts)
    blocks = Blocks(joined.prints, joined.articles, seen(before, joined.prints))
    found = _selected(blocks, joined.room, job.copying)
    names = (*before.names, *(workspace.path("names", shard, ".msgpack") for shard in range(shards)))
    by_shard = _by_shard(*_found(joined, found), partial(_block_names, names), partial(_article_names, names))
    for shard, copies in zip(range(shards), islice(by_shard, first, None), strict=True):
        with workspace.writing("copies", shard, ".msgpack") as path:
            path.write_bytes(msgspec.msgpack.encode(copies))
    if job.index:
        stage(
            job,
            workspace,
            before,
            Today(own, names[first:], joined.blocks[first:], joined.titles[first:]),
            kept(blocks, found),
        )


def selected(workspace: Workspace, shard: int) -> Copies:
    """Read back what `select` has written down for a shard."""
    return msgspec.msgpack.decode(workspace.path("copies", shard, ".msgpack").read_bytes(), type=Copies)


def copies_among(blocks: Printable, copying: Copying) -> Copies:
    """Find the copies among the blocks of one shard, in memory."""
    from etl.dedup import join
    from etl.dedup.bucket import IN_MEMORY
    from etl.dedup.seen import Blocks, nothing_seen

    printed = [_printed(blocks, copying)]
    joined = _placed(join(printed), printed, IN_MEMORY)
    among = Blocks(joined.prints, joined.articles, nothing_seen(len(joined.articles)))
    found = _found(joined, _selected(among, IN_MEMORY, copying))
    (copies,) = _by_shard(*found, lambda _: blocks.names[0], lambda _: blocks.names[1])
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


def _joined(job: Job, workspace: Workspace, parts: Sequence[SavedPart], threads: int) -> Joined:
    """Join fingerprints: in memory, if they fit in it."""
    from etl.dedup.bucket import Room

    folder = Path(workspace.folder) / "joined"
    run = partial(in_threads, threads=threads)
    if fits(parts, job.memory):
        return _placed(join_mapped(parts, folder, run), parts, Room(run, tuple))
    return _placed(join_on_disk(parts, folder, run), parts, Room(run, partial(StoredBuckets, folder=folder)))


def _placed(prints: "Fingerprints", parts: "Sequence[Part]", room: "Room") -> Joined:
    import numpy as np

    titles = np.cumsum([0, *(int(part["titles"][0]) for part in parts)])
    local = [part["articles"] for part in parts]
    articles = np.concatenate([own + start for own, start in zip(local, titles, strict=False)])
    return Joined(prints, articles, np.cumsum([0, *map(len, local)]), titles, room)


def _selected(blocks: "Blocks", room: "Room", copying: Copying) -> "Selected":
    """Find the copies among blocks, and among articles."""
    from etl.dedup.seen import select_articles, select_blocks

    find = select_articles if (copying.scope, copying.unit) == ("run", "article") else select_blocks
    return find(blocks, _likeness(copying), room)


def _found(joined: Joined, selected: "Selected") -> tuple[Found, Found]:
    """Give the copies among blocks, and among articles."""
    import numpy as np

    blocks, whole = selected.blocks, selected.articles
    index, original = (np.array([getattr(same, name) for same in whole], np.int64) for name in ("article", "original"))
    shares = np.array([same.share for same in whole])
    of_articles = Found(index, original, shares, joined.titles)
    return Found(blocks.index, blocks.keeper, blocks.likeness, joined.blocks), of_articles


def _block_names(files: Sequence[Path], place: int) -> list[str]:
    """Read the names of a shard's blocks, and pass over all others."""
    return msgspec.msgpack.decode(files[place].read_bytes(), type=tuple[list[str], Raw, Raw])[0]


def _article_names(files: Sequence[Path], place: int) -> list[str]:
    return msgspec.msgpack.decode(files[place].read_bytes(), type=tuple[Raw, list[str], Raw])[1]


def _by_shard(blocks: Found, articles: Found, of_blocks: Named, of_articles: Named) -> Iterator[Copies]:
    return map(Copies, _copies(blocks, of_blocks), _copies(articles, of_articles))


def _copies(found: Found, names: Named) -> Iterator[tuple[Copy, ...]]:
    """Give each shard its copies, their originals by name."""
    import numpy as np

    originals = _called(found, names)
    edges = np.searchsorted(found.index, found.bounds).tolist()
    for place, (start, end) in enumerate(pairwise(edges)):
        index = (found.index[start:end] - found.bounds[place]).tolist()
        yield tuple(map(Copy, index, originals[start:end], found.likeness[start:end].tolist()))


def _called(found: Found, names: Named) -> list[str]:
    """Name the originals; the names of a shard are read once, and only if it has any."""
    import numpy as np

    called = np.full(len(found.original), "", np.object_)
    order = np.argsort(found.original, kind="stable")
    edges = np.searchsorted(found.original[order], found.bounds).tolist()
    for place, (start, end) in enumerate(pairwise(edges)):
        if start < end:
            of_shard = np.array(names(place), np.object_)
            called[order[start:end]] = of_shard[found.original[order[start:end]] - found.bounds[place]]
    return list(called)
