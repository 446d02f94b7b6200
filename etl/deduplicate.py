"""The path of records that are clean already: fingerprint, select, write back.  Nothing else is done to them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from msgspec import Struct

from etl import audit, stages
from etl.audit import Tally
from etl.engines import Engine
from etl.errors import NoInput, UsageError
from etl.readers import Source
from etl.run import plan
from etl.stages import Job
from etl.stages.records import Pair, fingerprint_records, publish_records


class Cluster(Struct, frozen=True, gc=False):
    """A kept record and the records that are copies of it, by their names."""

    keeper: str
    duplicates: tuple[str, ...]


def deduplicate(job: Job, sources: Sequence[Source], engine: Engine) -> Tally:
    """Write the records of the sources that are no copies into parts under `job.work`, in order, byte for byte.

    Raises UsageError for a source that is not JSONL, and NoInput if there is no record.
    """
    for source in sources:
        if source.format != "jsonl" and source.size:
            fault = "is no JSONL, and only that has records to give back"
            raise UsageError(source.name, fault, "Clean it first: copydesk clean.")
    shards = plan(sources)
    engine.map(partial(fingerprint_records, job), shards)
    stages.select(job, shards, engine.jobs)
    tally = audit.close(engine.map(partial(publish_records, job), shards))
    if not tally.documents and not tally.rejects:
        raise NoInput(" ".join(source.name for source in sources[:3]), "there is nothing in it")
    return tally


def clustered(pairs: Iterable[Pair]) -> Iterator[Cluster]:
    """Group pairs by their keeper, in the order in which keepers are first copied."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        found.setdefault(pair.a, []).append(pair.b)
    return (Cluster(keeper, tuple(duplicates)) for keeper, duplicates in found.items())
