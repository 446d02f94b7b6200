"""Fingerprints of the blocks that rules left -> which of them are copies, and of which block."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from etl.edit import Edited
from etl.model import Block, Removal
from etl.readers import Reject
from etl.record import article_id
from etl.stages.job import Copying, Job, Shard

if TYPE_CHECKING:
    from etl.dedup import Likeness

Copies = dict[int, tuple[Removal, ...]]
"""Removals of duplicates by the number of their document within its shard."""

EXACT, NEAR = "duplicate/exact", "duplicate/near"


class Place(Struct, frozen=True, gc=False):
    """Where a fingerprinted block stands: its document's number in the shard, its article's id, its index and line."""

    document: int
    article: str
    block: int
    line: int


def save_prints(job: Job, shard: Shard, results: Iterable[Edited | Reject]) -> None:
    """Save the fingerprints and places of the blocks that rules left in a shard."""
    import numpy as np  # with numpy come 0.1 s of import, which a run without copies need not wait for

    from etl.dedup import fingerprint

    places, texts = _remaining(results)
    arrays: dict[str, Any] = fingerprint(texts, _likeness(job.copying)).arrays()
    np.savez(job.part("prints", shard.number, ".npz"), **arrays)
    job.part("places", shard.number, ".msgpack").write_bytes(msgspec.msgpack.encode(places))


def select(job: Job, shards: Sequence[Shard]) -> None:
    """Find the copies among the blocks of all shards, and write down for each shard which of its blocks are copies."""
    import numpy as np

    from etl.dedup import join

    prints = join([np.load(job.part("prints", shard.number, ".npz")) for shard in shards])
    places = [_read_places(job.part("places", shard.number, ".msgpack")) for shard in shards]
    found = _copies(prints, places, job.copying)
    for shard, copies in zip(shards, found, strict=True):
        job.part("copies", shard.number, ".msgpack").write_bytes(msgspec.msgpack.encode(copies))


def selected(job: Job, shard: Shard) -> Copies:
    """Read back what `select` has written down for a shard."""
    return msgspec.msgpack.decode(job.part("copies", shard.number, ".msgpack").read_bytes(), type=Copies)


def copies_among(results: Sequence[Edited | Reject], copying: Copying) -> Copies:
    """Find the copies among some documents, in memory."""
    from etl.dedup import fingerprint

    places, texts = _remaining(results)
    return _copies(fingerprint(texts, _likeness(copying)), [places], copying)[0]


def _likeness(copying: Copying) -> "Likeness":
    from etl.dedup import Likeness

    return Likeness(threshold=copying.threshold, numbers=copying.numbers, across=copying.scope == "run")


def _remaining(results: Iterable[Edited | Reject]) -> tuple[list[Place], list[str]]:
    places: list[Place] = []
    texts: list[str] = []
    for number, result in enumerate(results):
        if isinstance(result, Edited):
            for article, block in _blocks_left(result):
                places.append(Place(number, article, block.index, block.line))
                texts.append(block.text)
    return places, texts


def _blocks_left(edited: Edited) -> Iterator[tuple[str, Block]]:
    for article, removals in zip(edited.articles, edited.removals, strict=True):
        name = article_id(edited.document, article)
        gone = {removal.block for removal in removals}
        yield from ((name, block) for block in article.blocks if block.index not in gone)


def _copies(prints: Any, places: Sequence[Sequence[Place]], copying: Copying) -> list[Copies]:
    """For each shard, the removals of its copies."""
    import numpy as np

    from etl.dedup import duplicates

    flat = [(shard, place) for shard, of_shard in enumerate(places) for place in of_shard]
    is_new = [i > 0 and place.article != flat[i - 1][1].article for i, (_, place) in enumerate(flat)]
    found = duplicates(prints, np.cumsum(is_new, dtype=np.int64), _likeness(copying))
    copies: list[Copies] = [{} for _ in places]
    triples = zip(found.index.tolist(), found.keeper.tolist(), found.likeness.tolist(), strict=True)
    for index, keeper, likeness in triples:
        shard, place = flat[index]
        removal = _removal(place, flat[keeper][1], likeness, copying)
        copies[shard][place.document] = (*copies[shard].get(place.document, ()), removal)
    return copies


def _removal(place: Place, keeper: Place, likeness: float, copying: Copying) -> Removal:
    return Removal(
        place.block,
        "duplicate" if copying.action == "drop" else "tag",
        EXACT if likeness == 1.0 else NEAR,
        kind="duplicate",
        duplicate_of=f"{keeper.article}:{keeper.line}",
        similarity=round(likeness, 4),
    )


def _read_places(path: Path) -> list[Place]:
    return msgspec.msgpack.decode(path.read_bytes(), type=list[Place])
