"""Documents between two stages: written one after the other, and read back in order."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec

from etl.document import Judged, Parsed
from etl.readers import Reject
from etl.stages.job import Job, Shard

State = TypeVar("State", Parsed, Judged)

_LENGTH_BYTES = 8

_encode = msgspec.msgpack.Encoder().encode


def stage(job: Job, shard: Shard, kind: str, results: Iterable[State | Reject]) -> Iterator[State | Reject]:
    """Pass results on, writing each to the shard's part of a kind of file."""
    with job.part(kind, shard.number, ".msgpack").open("wb") as file:
        for result in results:
            packed = _encode((None, result) if isinstance(result, Reject) else (result, None))
            file.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)
            yield result


def staged(job: Job, shard: Shard, kind: str, state: type[State]) -> Iterator[State | Reject]:
    """Read back what has been staged."""
    decode = _decoder(state).decode
    with job.part(kind, shard.number, ".msgpack").open("rb") as file:
        while length := file.read(_LENGTH_BYTES):
            document, reject = decode(file.read(int.from_bytes(length, "big")))
            yield document or reject


@cache
def _decoder(state: type[State]) -> Any:
    return msgspec.msgpack.Decoder(tuple[state | None, Reject | None])  # type: ignore[valid-type]  # made at run time
