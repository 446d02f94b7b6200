"""Read a shard's documents and draft them: decoded, cut, repaired, segmented, not yet judged."""

from collections.abc import Iterator

from etl.edit import Desk, Edited, draft
from etl.errors import Unreadable
from etl.model import Raw
from etl.packs import desk
from etl.readers import Reject, read
from etl.stages.job import Job, Shard


def drafts(job: Job, shard: Shard) -> Iterator[Edited | Reject]:
    """Draft the documents of a shard, in order; what cannot be read or decoded comes as a reject in its place."""
    at_desk = desk(job.selection)
    for source in shard.sources:
        for raw in read(source, job.reading):
            yield raw if isinstance(raw, Reject) else _drafted(raw, at_desk)


def _drafted(raw: Raw, at_desk: Desk) -> Edited | Reject:
    try:
        return draft(raw, at_desk)
    except Unreadable as error:
        body = raw.body if isinstance(raw.body, bytes) else raw.body.encode("utf-8", "replace")
        return Reject(raw.path, raw.row, error.fault, body)
