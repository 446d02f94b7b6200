"""The tasks of a run, from files to files.  Each takes a job, a workspace and a shard, and returns a tally.

parse     shares -> parsed documents, and the lines in them      (only where a rule asks what recurs in the run)
prepare   shares or parsed documents -> judged documents, fingerprints
publish   judged documents and their duplicates -> articles, audit, rejects
clean     shares -> articles, audit, rejects                     (where duplicates are not sought across shards)
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BytesIO
from typing import Generic, TypeVar

from msgspec import Struct, structs

from etl.audit import Entry, Tally, total
from etl.dedup import DedupSettings
from etl.document import Cleaned, Judged, Parsed, Ruleset, finish, judge, parse
from etl.errors import CopydeskError, Unreadable
from etl.formats import Reading, Reject, Share, read
from etl.formats.opening import fault_of, open_share
from etl.formats.source import MAX_REJECT_BYTES
from etl.formats.writing import record_writer
from etl.model import NO_DUPLICATES, DocumentDuplicates, Raw
from etl.packs import compile_rules
from etl.pipeline.documents import JUDGED, PARSED, State, read_judged, read_parsed, write_documents
from etl.pipeline.duplicates import blocks_left, duplicates_within, with_duplicates
from etl.pipeline.fingerprints import write_fingerprints
from etl.pipeline.job import Job, RejectLine, Shard, reject_line
from etl.pipeline.lines import line_counts, save_lines
from etl.pipeline.select_duplicates import read_drops
from etl.pipeline.workspace import Done, Workspace
from etl.record import Record
from etl.rules.matching.recurrence import LineCounts
from etl.rules.regexes.budget import BUDGET
from etl.shapes import AUDIT, METADATA_LOST, REJECTS, shape_of
from etl.writers import to_lines

PUBLISHED = ("articles", "audit", "rejects")
# The size of a batch of documents that are processed together: at most so many documents or characters.
BATCH_DOCUMENTS, BATCH_CHARS = 256, 1 << 20

# Faults of the machine, of a rule, of the books: they end a run, and not only a document.
NOT_OF_A_DOCUMENT = (CopydeskError, OSError, MemoryError)

Result = TypeVar("Result")
Task = Callable[[Job, Workspace, Shard], Tally]
# Writes the result of one document: its records and audit, or the reject.
Write = Callable[[Iterable[Record], Iterable[Entry], Reject | None], None]


def run_task(stage: str, job: Job, workspace: Workspace, shard: Shard) -> Done:
    """Run the task of a stage."""
    BUDGET.renew()
    own = workspace.for_task()
    return Done(shard.number, TASKS[stage](job, own, shard), own.unsynced)


def parse_shard(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Write a shard's documents before they are judged, and the pairs of line and document."""
    return stage_parsed(workspace, shard.number, _parsed(job, shard))


def stage_parsed(workspace: Workspace, shard: int, parsed: Iterable[Parsed | Reject]) -> Tally:
    """Write parsed documents as those of a shard, and the pairs of line and document."""
    counted = _Counted(write_documents(workspace, PARSED, shard, parsed))
    save_lines(workspace, shard, counted)
    return counted.tally()


def prepare_shard(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Write a shard's judged documents, and the fingerprints of the blocks that rules left."""
    return prepare(job, workspace, shard.number, _judged(job, workspace, shard))


def prepare(job: Job, workspace: Workspace, shard: int, judged: Iterable[Judged | Reject]) -> Tally:
    """Write judged documents as those of a shard, and the fingerprints of the blocks that rules left."""
    counted = _Counted(write_documents(workspace, JUDGED, shard, judged))
    write_fingerprints(job, workspace, shard, blocks_left(counted))
    return counted.tally()


def publish_shard(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Write a shard's articles, audit and rejects.  Raises BooksError if a document does not balance."""
    results = read_judged(workspace, shard.number)
    pairs = with_duplicates(results, read_drops(workspace, shard.number), job.dedup)
    with _part_writer(job, workspace, shard.number) as write:
        return total(_published(pairs, job, write))


def clean_shard(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Write a shard's articles, audit and rejects in one go."""
    judged = _judged(job, workspace, shard)
    with _part_writer(job, workspace, shard.number) as write:
        return total(_published(with_own_duplicates(judged, job.dedup), job, write))


class Printed(Struct, frozen=True):
    """The result of a shard if nothing is written to disk; the articles are JSON lines."""

    articles: bytes
    rejects: list[RejectLine]
    tally: Tally


def print_shard(job: Job, shard: Shard) -> Printed:
    """Return a shard's articles and rejects; there is no audit."""
    BUDGET.renew()
    articles, rejects = BytesIO(), list[RejectLine]()
    in_shape = shape_of(job.shape, job.fields).fields

    def write(records: Iterable[Record], _: Iterable[Entry], reject: Reject | None) -> None:
        articles.write(to_lines(map(in_shape, records)))
        if reject:
            rejects.append(reject_line(reject))

    tally = total(_published(with_own_duplicates(documents_of(job, shard), job.dedup), job, write))
    return Printed(articles.getvalue(), rejects, tally)


def _fingerprint_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    from etl.pipeline.records import fingerprint_records  # only `dedup` has these

    return fingerprint_records(job, workspace, shard)


def _publish_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    from etl.pipeline.records import publish_records

    return publish_records(job, workspace, shard)


TASKS: dict[str, Task] = {
    "parse": parse_shard,
    "prepare": prepare_shard,
    "publish": publish_shard,
    "clean": clean_shard,
    "fingerprint": _fingerprint_records,
    "write": _publish_records,
}


class _Counted(Generic[State]):
    """Passes documents and rejects on, and counts them."""

    def __init__(self, results: Iterable[State | Reject]) -> None:
        self._results: Iterable[State | Reject] = results
        self._documents = self._rejects = 0

    def __iter__(self) -> Iterator[State | Reject]:
        for result in self._results:
            self._rejects += isinstance(result, Reject)
            self._documents += not isinstance(result, Reject)
            yield result

    def tally(self) -> Tally:
        return Tally(documents=self._documents, rejects=self._rejects)


def _judged(job: Job, workspace: Workspace, shard: Shard) -> Iterator[Judged | Reject]:
    """Yield a shard's documents, judged.  With rules that have `recurs`, the documents are parsed already."""
    counts = line_counts(workspace)
    parsed = _parsed(job, shard) if counts is None else read_parsed(workspace, shard.number)
    return judge_all(parsed, compile_rules(job.selection), counts)


def documents_of(job: Job, shard: Shard) -> Iterator[Judged | Reject]:
    """Yield a shard's documents, judged, in order, with rejects in the places of those that cannot be read."""
    return judge_all(_parsed(job, shard), compile_rules(job.selection))


def cleaned_documents(
    job: Job, workspace: Workspace, shares: Sequence[Share]
) -> Iterator[tuple[Judged, Cleaned] | Reject]:
    """Yield the documents of shares, judged and finished, without removing duplicates; rejects are in their places."""
    parsed = _parsed(job, Shard(0, tuple(shares)))
    for judged in judge_all(parsed, compile_rules(job.selection), line_counts(workspace)):
        if isinstance(judged, Reject):
            yield judged
        else:
            finished = finish_one(judged, NO_DUPLICATES, Job(added=job.added))
            yield finished if isinstance(finished, Reject) else (judged, finished)


def _parsed(job: Job, shard: Shard) -> Iterator[Parsed | Reject]:
    rules = compile_rules(job.selection)
    for share in shard.shares:
        for raw in read_share(share, job.reading):
            yield raw if isinstance(raw, Reject) else parse_one(raw, rules)


def read_share(share: Share, reading: Reading) -> Iterator[Raw | Reject]:
    """Yield the raw documents of a share.  If the reader fails, the rest of the share is one reject."""
    row = share.row
    try:
        for raw in read(share, reading):
            row = raw.row
            yield raw
    except NOT_OF_A_DOCUMENT:
        raise
    except Exception as error:  # a fault of ours costs this document, and not the run
        yield Reject(share.source.name, row, f"{fault_of(error)}, in what follows here", _start_of(share)).shortened()


def _start_of(share: Share) -> bytes:
    """Return the first bytes of a share; none if only the format can find the part of the file."""
    if share.start:
        return b""
    try:
        with open_share(share) as file:
            return file.read(MAX_REJECT_BYTES)
    except Exception:  # it cannot be opened, either
        return b""


def parse_one(raw: Raw, rules: Ruleset) -> Parsed | Reject:
    """Return a parsed document, or a reject if it cannot be parsed."""
    return _or_reject(partial(parse, raw, rules), raw.path, raw.row, raw.body)


def _or_reject(step: Callable[[], Result], path: str, row: int, body: str | bytes) -> Result | Reject:
    """Return the result of a step of a document, or a reject: a fault of ours costs this document, and not the run."""
    try:
        return step()
    except Unreadable as error:
        fault = error.fault
    except NOT_OF_A_DOCUMENT:
        raise
    except Exception as error:
        fault = fault_of(error)
    return Reject(path, row, fault, body if isinstance(body, bytes) else body.encode("utf-8", "replace")).shortened()


def judge_all(
    parsed: Iterable[Parsed | Reject], rules: Ruleset, counts: LineCounts | None = None
) -> Iterator[Judged | Reject]:
    """Judge documents in batches; rejects keep their places."""
    for batch in _batches(parsed):
        yield from _judged_batch(batch, rules, counts)


def _batches(results: Iterable[State | Reject]) -> Iterator[list[State | Reject]]:
    """Yield batches of documents and rejects, in order."""
    batch: list[State | Reject] = []
    chars = 0
    for result in results:
        batch.append(result)
        chars += 0 if isinstance(result, Reject) else len(result.document.text)
        if len(batch) == BATCH_DOCUMENTS or chars > BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    yield batch


def _judged_batch(
    batch: Sequence[Parsed | Reject], rules: Ruleset, counts: LineCounts | None
) -> Iterator[Judged | Reject]:
    parsed = [result for result in batch if not isinstance(result, Reject)]
    try:
        judged: Iterator[Judged | Reject] = iter(judge(parsed, rules, counts))
    except NOT_OF_A_DOCUMENT:
        raise
    except Exception:  # one document of the batch causes an error, so each is judged alone
        judged = (_judge_alone(one, rules, counts) for one in parsed)
    for result in batch:
        yield result if isinstance(result, Reject) else next(judged)


def _judge_alone(parsed: Parsed, rules: Ruleset, counts: LineCounts | None) -> Judged | Reject:
    document = parsed.document
    return _or_reject(lambda: judge([parsed], rules, counts)[0], document.path, document.row, document.text)


def with_own_duplicates(
    results: Iterable[Judged | Reject], settings: DedupSettings
) -> Iterator[tuple[Judged | Reject, DocumentDuplicates]]:
    """Yield documents, each with its duplicates: within articles, or among all results if the scope is the run."""
    if settings.scope == "off":
        yield from ((result, NO_DUPLICATES) for result in results)
        return
    for batch in (list(results),) if settings.scope == "run" else _batches(results):
        found = duplicates_within(batch, settings)
        yield from ((result, found[at]) for at, result in enumerate(batch))


def _published(
    results: Iterable[tuple[Judged | Reject, DocumentDuplicates]], job: Job, write: Write
) -> Iterator[Tally]:
    """Write documents one by one, and yield the tally of each."""
    for result, duplicates in results:
        finished = result if isinstance(result, Reject) else finish_one(result, duplicates, job)
        if isinstance(finished, Reject) and not finished.is_error:
            yield Tally(warnings=((f"passed over: {finished.reason}", 1),))
        elif isinstance(finished, Reject):
            write((), (), finished)
            yield Tally(rejects=1)
        else:
            write(finished.records, finished.audit, None)
            yield finished.tally


def finish_one(judged: Judged, duplicates: DocumentDuplicates, job: Job) -> Cleaned | Reject:
    """Return a finished document, or a reject if a bug of ours stops it.  Raises BooksError."""
    document, step = judged.document, partial(finish, judged, duplicates, job.added, job.skip, job.fields)
    cleaned = _or_reject(step, document.path, document.row, document.text)
    if isinstance(cleaned, Reject) or shape_of(job.shape).has_metadata:
        return cleaned
    return _without_metadata(cleaned)


def _without_metadata(cleaned: Cleaned) -> Cleaned:
    """Return a document with a note if the shape has no field for its metadata."""
    count = sum(one.metadata != "{}" for one in cleaned.records)
    warnings = (*cleaned.tally.warnings, (METADATA_LOST, count)) if count else cleaned.tally.warnings
    return structs.replace(cleaned, tally=structs.replace(cleaned.tally, warnings=warnings))


@contextmanager
def _part_writer(job: Job, workspace: Workspace, shard: int) -> Iterator[Write]:
    """Yield a function that writes to the articles, the audit and the rejects of a shard."""
    with ExitStack() as stack:
        shape = shape_of(job.shape, job.fields)
        columns = {"articles": shape.columns, "audit": AUDIT, "rejects": REJECTS}
        articles, audit, rejects = (
            stack.enter_context(
                record_writer(stack.enter_context(workspace.writing(kind, shard)), workspace.suffix, columns[kind])
            )
            for kind in PUBLISHED
        )

        def write(records: Iterable[Record], entries: Iterable[Entry], reject: Reject | None) -> None:
            articles(map(shape.fields, records))
            audit(entries)
            if reject:
                rejects([reject_line(reject)])

        yield write
