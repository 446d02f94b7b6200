"""Edit a shard's documents, and stage them for the time until the copies of the whole run are known."""

from collections.abc import Iterable, Iterator
from typing import IO

import msgspec

from etl.edit import Desk, Edited, edit
from etl.errors import Unreadable
from etl.model import Raw
from etl.packs import desk
from etl.readers import Reject, read
from etl.stages.copies import blocks_left, save_places
from etl.stages.job import Job, Shard
from etl.stages.select import save_prints

_LENGTH_BYTES = 8

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Edited | None, Reject | None]).decode


def prepare(job: Job, shard: Shard) -> None:
    """Edit a shard's documents, stage them, and save the fingerprints of the blocks that rules left."""
    with job.part("staged", shard.number, ".msgpack").open("wb") as file:
        places, blocks = blocks_left(_staged(edits(job, shard), file))
    save_places(job, shard, places, blocks.names[1])
    save_prints(job, shard, blocks)


def edits(job: Job, shard: Shard) -> Iterator[Edited | Reject]:
    """Edit the documents of a shard, in order; what cannot be read or decoded comes as a reject in its place."""
    at_desk = desk(job.selection)
    for source in shard.sources:
        for raw in read(source, job.reading):
            yield raw if isinstance(raw, Reject) else _edited(raw, at_desk)


def staged(job: Job, shard: Shard) -> Iterator[Edited | Reject]:
    """Read back what `prepare` has staged."""
    with job.part("staged", shard.number, ".msgpack").open("rb") as file:
        while length := file.read(_LENGTH_BYTES):
            edited, reject = _decode(file.read(int.from_bytes(length, "big")))
            yield edited or reject  # type: ignore[misc]  # one of the two was written


def _edited(raw: Raw, at_desk: Desk) -> Edited | Reject:
    try:
        return edit(raw, at_desk)
    except Unreadable as error:
        body = raw.body if isinstance(raw.body, bytes) else raw.body.encode("utf-8", "replace")
        return Reject(raw.path, raw.row, error.fault, body)


def _staged(results: Iterable[Edited | Reject], file: IO[bytes]) -> Iterator[Edited | Reject]:
    """Pass results on, writing each to the file."""
    for result in results:
        is_reject = isinstance(result, Reject)
        packed = _encode((None, result) if is_reject else (result, None))
        file.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)
        yield result
