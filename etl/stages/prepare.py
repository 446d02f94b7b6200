"""Edit a shard's documents, and stage them for the time until the copies of the whole run are known."""

from collections.abc import Iterator
from itertools import islice

from etl.document import Judged, Parsed, judge
from etl.packs import compile_rules
from etl.readers import Reject
from etl.stages.copies import blocks_left, save_places
from etl.stages.count import counted
from etl.stages.drafts import parsed
from etl.stages.job import Job, Shard
from etl.stages.select import save_prints
from etl.stages.staging import stage, staged

# Documents.  The cost of judging a batch is paid once for all of them; from some hundred on it no longer shows.
BATCH = 200


def prepare(job: Job, shard: Shard) -> None:
    """Edit a shard's documents, stage them, and save the fingerprints of the blocks that rules left."""
    places, blocks = blocks_left(stage(job, shard, "staged", edits(job, shard)))
    save_places(job, shard, places, blocks.names[1])
    save_prints(job, shard, blocks)


def edits(job: Job, shard: Shard) -> Iterator[Judged | Reject]:
    """Edit the documents of a shard, in order; what cannot be read or decoded comes as a reject in its place."""
    rules, counts = compile_rules(job.selection), counted(job)
    results = iter(parsed(job, shard) if counts is None else staged(job, shard, "parsed", Parsed))
    while batch := list(islice(results, BATCH)):
        judged = iter(judge([one for one in batch if isinstance(one, Parsed)], rules, counts))
        yield from (one if isinstance(one, Reject) else next(judged) for one in batch)
