"""Edit a shard's documents, and stage them for the time until the copies of the whole run are known."""

from collections.abc import Iterator

from etl.edit import Edited, judged
from etl.packs import desk
from etl.readers import Reject
from etl.stages.copies import blocks_left, save_places
from etl.stages.count import counted
from etl.stages.drafts import drafts
from etl.stages.job import Job, Shard
from etl.stages.select import save_prints
from etl.stages.staging import stage, staged


def prepare(job: Job, shard: Shard) -> None:
    """Edit a shard's documents, stage them, and save the fingerprints of the blocks that rules left."""
    places, blocks = blocks_left(stage(job, shard, "staged", edits(job, shard)))
    save_places(job, shard, places, blocks.names[1])
    save_prints(job, shard, blocks)


def edits(job: Job, shard: Shard) -> Iterator[Edited | Reject]:
    """Edit the documents of a shard, in order; what cannot be read or decoded comes as a reject in its place."""
    at_desk, counts = desk(job.selection), counted(job)
    for result in drafts(job, shard) if counts is None else staged(job, shard, "drafts"):
        yield result if isinstance(result, Reject) else judged(result, at_desk, counts)
