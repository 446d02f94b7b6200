"""Drop what was judged, prove the books of every document, and write its articles and audit entries."""

from collections.abc import Iterable, Iterator

from etl.audit import Tally, total
from etl.document import Judged, finish
from etl.model import NO_DUPLICATES, DocumentDuplicates
from etl.readers import Reject
from etl.stages.copies import dropped, duplicates_within
from etl.stages.job import Job, Shard, reject_line
from etl.stages.prepare import edits
from etl.stages.staging import staged
from etl.writers import line_writer


def publish(job: Job, shard: Shard) -> Tally:
    """Write a shard's articles, audit and rejects.  Raises BooksError if a document does not balance."""
    return total(_published(job, shard))


def _published(job: Job, shard: Shard) -> Iterator[Tally]:
    """Write the shard document by document, and give the tally of each."""
    with (
        line_writer(job.part("articles", shard.number)) as write_article,
        line_writer(job.part("audit", shard.number)) as write_entry,
        line_writer(job.part("rejects", shard.number)) as write_reject,
    ):
        for result, duplicates in _publishable(job, shard):
            if isinstance(result, Reject):
                write_reject([reject_line(result)])
                yield Tally(rejects=1)
            else:
                cleaned = finish(result, duplicates, job.added)
                write_article(cleaned.records)
                write_entry(cleaned.audit)
                yield cleaned.tally


def _publishable(job: Job, shard: Shard) -> Iterator[tuple[Judged | Reject, DocumentDuplicates]]:
    """A shard's documents, each with its copies.  Text touches the disk only if copies are sought across the run."""
    if job.copying.scope == "off":
        yield from ((result, NO_DUPLICATES) for result in edits(job, shard))
        return
    if job.copying.scope == "article":
        results: Iterable[Judged | Reject] = list(edits(job, shard))
        found = duplicates_within(list(results), job.copying)
    else:
        results, found = staged(job, shard, "staged", Judged), dropped(job, shard)
    for number, result in enumerate(results):
        yield result, found.get(number, NO_DUPLICATES)
