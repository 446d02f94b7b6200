"""The main path over shards: plan, count, prepare, select, publish, close.  Files between stages are the only state."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from msgspec import structs

from etl import audit, stages
from etl.audit import Tally
from etl.engines import Engine
from etl.errors import NoInput, RegexTimeout, UsageError
from etl.packs import selected
from etl.readers import Source, split
from etl.stages import Job, Shard

# Bytes of input.  Small enough that cores share a run evenly, large enough that the start of a task does not count.
SHARD_BYTES = 4 << 20


def run(job: Job, sources: Sequence[Source], engine: Engine) -> Tally:
    """Clean the sources into parts under `job.work`.  Raises BooksError, and NoInput if there is nothing in them.

    A user's rule whose regex runs out of time is left out, and all is done again without it: so what comes out does not
    hang on who met the slow line first.  Raises RegexTimeout if no other rule is selected.
    """
    try:
        return _run(job, sources, engine)
    except RegexTimeout as error:
        tally = run(_without(job, error), sources, engine)
        return structs.replace(tally, timed_out=tuple(sorted((*tally.timed_out, error.place))))


def _without(job: Job, error: RegexTimeout) -> Job:
    selection = structs.replace(job.selection, ignore=(*job.selection.ignore, error.place))
    try:
        selected(selection)
    except UsageError:
        raise error from None
    return structs.replace(job, selection=selection)


def _run(job: Job, sources: Sequence[Source], engine: Engine) -> Tally:
    shards = plan(sources)
    if stages.asks_what_recurs(job):
        engine.map(partial(stages.count, job), shards)
        stages.add_up(job, shards)
    if job.copying.scope == "run":
        engine.map(partial(stages.prepare, job), shards)
        stages.select(job, shards, engine.jobs)
    tally = audit.close(engine.map(partial(stages.publish, job), shards))
    if not tally.books.read and not tally.rejects:
        raise NoInput(" ".join(source.name for source in sources[:3]), "there is nothing in it")
    return tally


def plan(sources: Iterable[Source]) -> tuple[Shard, ...]:
    """Share out the input by size, and by nothing else, so that any number of workers gives the same parts."""
    return tuple(Shard(number, tuple(group)) for number, group in enumerate(_groups(sources)))


def _groups(sources: Iterable[Source]) -> Iterator[list[Source]]:
    group: list[Source] = []
    size = 0
    for share in (share for source in sources for share in split(source, SHARD_BYTES)):
        if group and size + share.size > SHARD_BYTES:
            yield group
            group, size = [], 0
        group.append(share)
        size += share.size
    if group:
        yield group
