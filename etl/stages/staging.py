"""Documents between two stages: written one after the other, and read back in order."""

from collections.abc import Iterable, Iterator

import msgspec

from etl.edit import Edited
from etl.readers import Reject
from etl.stages.job import Job, Shard

_LENGTH_BYTES = 8

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Edited | None, Reject | None]).decode


def stage(job: Job, shard: Shard, kind: str, results: Iterable[Edited | Reject]) -> Iterator[Edited | Reject]:
    """Pass results on, writing each to the shard's part of a kind of file."""
    with job.part(kind, shard.number, ".msgpack").open("wb") as file:
        for result in results:
            packed = _encode((None, result) if isinstance(result, Reject) else (result, None))
            file.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)
            yield result


def staged(job: Job, shard: Shard, kind: str) -> Iterator[Edited | Reject]:
    """Read back what has been staged."""
    with job.part(kind, shard.number, ".msgpack").open("rb") as file:
        while length := file.read(_LENGTH_BYTES):
            edited, reject = _decode(file.read(int.from_bytes(length, "big")))
            yield edited or reject  # type: ignore[misc]  # one of the two was written
