"""Read a shard's documents and parse them: decoded, cut, repaired, segmented, not yet judged."""

from collections.abc import Iterator

from etl.document import Parsed, Ruleset, parse
from etl.errors import Unreadable
from etl.model import Raw
from etl.packs import compile_rules
from etl.readers import Reject, read
from etl.stages.job import Job, Shard


def parsed(job: Job, shard: Shard) -> Iterator[Parsed | Reject]:
    """Yield the documents of a shard, in order; what cannot be read or decoded comes as a reject in its place."""
    rules = compile_rules(job.selection)
    for source in shard.sources:
        for raw in read(source, job.reading):
            yield raw if isinstance(raw, Reject) else _parsed(raw, rules)


def _parsed(raw: Raw, rules: Ruleset) -> Parsed | Reject:
    try:
        return parse(raw, rules)
    except Unreadable as error:
        body = raw.body if isinstance(raw.body, bytes) else raw.body.encode("utf-8", "replace")
        return Reject(raw.path, raw.row, error.fault, body)
