"""Drop what was judged, prove the books of every document, and write its articles and account lines."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from etl.audit import Balance, Entry, Story, Tally, balance, post, total
from etl.edit import Edited
from etl.model import Removal
from etl.readers import Reject
from etl.record import Record, article_id, record
from etl.stages.copies import NO_COPIES, Dropped, dropped, dropped_among
from etl.stages.job import Job, Shard, reject_line
from etl.stages.prepare import edits
from etl.stages.staging import staged
from etl.writers import line_writer


class Finished(Struct, frozen=True):
    """A document's article records and account lines, balanced, and what they count."""

    records: tuple[Record, ...]
    entries: tuple[Entry, ...]
    tally: Tally


def publish(job: Job, shard: Shard) -> Tally:
    """Write a shard's articles, audit and rejects.  Raises BooksError if a document does not balance."""
    return total(_published(job, shard))


def finish(edited: Edited, copies: Dropped, added: str) -> Finished:
    """Close one document.  Raises BooksError if its books do not balance."""
    document = edited.document
    stories = _stories(edited, copies.removals)
    entries = post(document, stories)
    books = balance(document, [story.text() for story in stories], entries)
    articles = zip(edited.articles, stories, strict=True)
    stay = (pair for pair in articles if pair[1].id not in copies.articles and not pair[1].is_rejected())
    records = tuple(record(document, article, story, added) for article, story in stay)
    return Finished(records, entries, _count(edited, records, entries, books))


def _published(job: Job, shard: Shard) -> Iterator[Tally]:
    """Write the shard document by document, and give the tally of each."""
    with (
        line_writer(job.part("articles", shard.number)) as write_article,
        line_writer(job.part("audit", shard.number)) as write_entry,
        line_writer(job.part("rejects", shard.number)) as write_reject,
    ):
        for result, copies in _publishable(job, shard):
            if isinstance(result, Reject):
                write_reject([reject_line(result)])
                yield Tally(rejects=1)
            else:
                finished = finish(result, copies, job.added)
                write_article(finished.records)
                write_entry(finished.entries)
                yield finished.tally


def _publishable(job: Job, shard: Shard) -> Iterator[tuple[Edited | Reject, Dropped]]:
    """A shard's documents, each with its copies.  Text touches the disk only if copies are sought across the run."""
    if job.copying.scope == "off":
        yield from ((result, NO_COPIES) for result in edits(job, shard))
        return
    if job.copying.scope == "article":
        results: Iterable[Edited | Reject] = list(edits(job, shard))
        copies = dropped_among(list(results), job.copying)
    else:
        results, copies = staged(job, shard, "staged"), dropped(job, shard)
    for number, result in enumerate(results):
        yield result, copies.get(number, NO_COPIES)


def _stories(edited: Edited, copies: Sequence[Removal]) -> tuple[Story, ...]:
    by_block = {removal.block: removal for removal in copies}
    return tuple(
        Story(
            article_id(edited.document, article),
            article.blocks,
            (*removals, *(by_block[block.index] for block in article.blocks if block.index in by_block)),
        )
        for article, removals in zip(edited.articles, edited.removals, strict=True)
    )


def _count(edited: Edited, records: Sequence[Record], entries: Sequence[Entry], books: Balance) -> Tally:
    return Tally(
        documents=1,
        books=books,
        statuses=_counts(record.status for record in records),
        rules=_counts(entry.rule for entry in entries),
        kinds=_counts(entry.kind for entry in entries),
        publishers=_counts(record.publisher for record in records),
        encodings=_counts([edited.document.encoding]),
    )


def _counts(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items()))
