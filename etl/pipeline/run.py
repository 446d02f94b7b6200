"""One path of a run, for `clean` and `dedup`: plan, then stage after stage over all shards.

Files between the stages, in a workspace, are the only state.  A stage skips shards that are marked as done, so that a
killed run continues where it stopped.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from msgspec import Struct, structs

from etl import audit
from etl.audit import END_OF_DEDUP, Tally, end_entry, sum_of_checksums
from etl.engines import Engine
from etl.errors import NoInput, RegexTimeout, UsageError, in_one_line
from etl.formats import OWN, PASSED_OVER_OWN, Found, Share, Source, shares, spooled
from etl.formats.source import FORMAT_NAMES
from etl.formats.writing import record_writer
from etl.packs import compile_rules, selected
from etl.pipeline.job import STREAM_SHARD_BYTES, Job, Shard
from etl.pipeline.lines import add_up_lines
from etl.pipeline.select_duplicates import load_selection, select
from etl.pipeline.tasks import Printed, print_shard, run_task
from etl.pipeline.threads import in_background, in_threads
from etl.pipeline.workspace import CLOSE, Done, Workspace
from etl.processes import return_freed_memory
from etl.shapes import AUDIT

# The most rules of a pack that time out.  Each of them restarts the run; a pack with more is left out as a whole.
MAX_TIMED_OUT = 3
# The stages of `copydesk dedup`; those of `clean` depend on the job.
RECORDS = ("fingerprint", "select", "write")
# The stages in which `clean` finds duplicates across shards.  A run of at most so many bytes is one shard, and does not
# need them: for a file or two, loading the code for fingerprints takes longer than cleaning.
ACROSS, MAX_SMALL = ("prepare", "select", "publish"), 1 << 18
# Stages that need all shards at once.  This process does them, except that the engine finds pairs of similar blocks.
ALL_AT_ONCE: dict[str, Callable[[Job, Workspace, int, Engine], None]] = {
    "add up": lambda _, workspace, shards, __: add_up_lines(workspace, shards),
    "select": lambda job, workspace, shards, engine: select(job, workspace, shards, engine.jobs, engine.pair_source),
}
# Shards: half a gigabyte of input.  In a larger run, the workers are stopped while this process needs their memory.
MAX_SHARDS_BESIDE_WORKERS = 128
# In such a run, freed arrays of this size are returned to the system.
ARRAY_BYTES = 1 << 25
# The kinds of files that are not needed after each stage.
SPENT = {
    "prepare": ("parsed", "lines"),
    "clean": ("parsed", "lines"),
    "select": ("fingerprints", "prior", "joined"),
    "publish": ("staged",),
    "write": ("staged",),
}


class Progress(Protocol):
    """Receives the progress of a run."""

    def start(self, stage: str, expected: int) -> None:
        """Begin a stage over so many bytes (of the first stage, 0 if that is not known) or shards."""

    def advance(self, amount: int, documents: int) -> None:
        """Go on by so many bytes or shards."""


class Silent:
    """Progress that is not shown."""

    def start(self, stage: str, expected: int) -> None:
        """Show nothing."""

    def advance(self, amount: int, documents: int) -> None:
        """Show nothing."""


class Outcome(Struct, frozen=True):
    """The result of a run: its counts, paths passed over with reasons, inputs by format, seconds by stage."""

    tally: Tally = Tally()
    passed_over: tuple[tuple[str, str], ...] = ()
    formats: tuple[tuple[str, int], ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()


class Run:
    """One run of a job over its inputs."""

    def __init__(self, job: Job, found: Found, engine: Engine, progress: Progress) -> None:
        self._job, self._found, self._engine, self._progress = job, found, engine, progress
        self._passed_over: list[tuple[str, str]] = list(found.passed_over)
        self._formats = Counter[str]()
        self._seconds: dict[str, float] = {}
        self._is_of_records = False

    def into(self, workspace: Workspace, stages: Sequence[str]) -> Outcome:
        """Do the stages, and return the counts; the parts are in the workspace.  Raises BooksError and NoInput.

        If a run was killed after all stages were done, they are not done again.

        If the regex of a user's rule runs out of time, the run is repeated without the rule after every task has ended.
        So the result does not depend on the task that read the slow line first.
        """
        self._is_of_records = tuple(stages) == RECORDS
        timed_out = workspace.timed_out()
        if self._job.selection.packs:  # the run may be repeated, and a stream can be read only once
            self._found = spooled(self._found, Path(workspace.folder))
        while True:
            try:
                tally = self._do(workspace, stages, _without(self._job, timed_out))
                return self._outcome(structs.replace(tally, timed_out=timed_out))
            except RegexTimeout as error:
                self._engine.stop()
                timed_out = _left_out({*timed_out, error.place})
                _check_not_empty(self._job, timed_out, error)
                workspace.restart_without(timed_out)

    def printing(self, write: Callable[[Printed], None]) -> Outcome:
        """Clean shard by shard, and write the result of each, without files."""
        job = structs.replace(self._job, shard_bytes=STREAM_SHARD_BYTES[0])
        tallies: list[Tally] = []
        with self._timed("clean"):
            self._progress.start("clean", _expected(self._found.sources))
            sizes = _Sizes(grouped(self._shares(job), *STREAM_SHARD_BYTES))
            for printed in self._engine.map(partial(print_shard, job), sizes):
                write(printed)
                tallies = [audit.total([*tallies, printed.tally])]
                self._progress.advance(sizes.next(), printed.tally.documents)
        tally = audit.close(tallies)
        _check_read(tally, self._found)
        return self._outcome(tally)

    def _do(self, workspace: Workspace, stages: Sequence[str], job: Job) -> Tally:
        if closed := workspace.tally(CLOSE, 0):
            return closed
        count, shards = 0, self.plan(job)
        if tuple(stages) == ACROSS and not job.index:
            first = list(islice(shards, 2))
            shards = chain(first, shards)
            if len(first) == 1 and _bytes_of(first[0]) <= MAX_SMALL:
                stages = ("clean",)
        with in_background(self._engine.jobs) as start:
            if "select" in stages and self._engine.jobs > 1:
                shards = _loading(shards, self._engine.jobs)
            for number, stage in enumerate(stages):
                with self._timed(stage):
                    if number == 0:
                        count = self._first(stage, job, workspace, shards)
                    elif stage in ALL_AT_ONCE:
                        self._whole(stage, job, workspace, count)
                    else:
                        self._next(stage, job, workspace, count)
                start(partial(workspace.remove, *SPENT.get(stage, ())))
                if not count:  # all files that were found were written by copydesk
                    break
        tallies = [_tally_of(workspace, stages[-1], shard) for shard in range(count)]
        tally = audit.close(tallies)
        if not self._is_of_records:
            _check_read(tally, self._found)
        elif not tally.documents and not tally.rejects:
            raise _nothing_in(self._found)
        else:  # the checksum of the written records does not depend on shards
            tally = structs.replace(tally, checksum=sum_of_checksums(one.checksum for one in tallies))
        last = workspace.for_task()
        with last.writing("audit", count) as path, record_writer(path, workspace.suffix, AUDIT) as write:
            write([end_entry(tally, END_OF_DEDUP if self._is_of_records else "")])
        parts: dict[str, int] = {}
        for stage in stages:
            for shard in range(1 if stage in ALL_AT_ONCE else count):
                parts |= workspace.written(stage, shard)
        return workspace.finish(CLOSE, Done(0, tally, last.unsynced, parts))

    def _first(self, stage: str, job: Job, workspace: Workspace, shards: Iterable[Shard]) -> int:
        """Run the stage that reads the input; return the number of shards."""
        self._progress.start(stage, _expected(self._found.sources))
        sizes = _Sizes(shards, lambda shard: workspace.tally(stage, shard.number) is not None)
        for tally in self._each(stage, job, workspace, sizes):
            self._progress.advance(sizes.next(), tally.documents)
        return sizes.count

    def _next(self, stage: str, job: Job, workspace: Workspace, count: int) -> None:
        self._progress.start(stage, count)
        missing = [Shard(shard) for shard in range(count) if workspace.tally(stage, shard) is None]
        self._progress.advance(count - len(missing), 0)
        for tally in self._each(stage, job, workspace, missing):
            self._progress.advance(1, tally.documents)

    def _each(self, stage: str, job: Job, workspace: Workspace, shards: Iterable[Shard]) -> Iterator[Tally]:
        """Yield the tally of a stage for each shard.  Threads wait for the disk while workers run."""
        done = self._engine.map(partial(run_task, stage, job, workspace), shards)
        return in_threads((partial(workspace.finish, stage, each) for each in done), min(self._engine.jobs, 2))

    def _whole(self, stage: str, job: Job, workspace: Workspace, count: int) -> None:
        """Run a stage that needs all shards at once in this process, without the workers of a large run."""
        if workspace.tally(stage, 0) is None:
            self._progress.start(stage, 0)
            if count > MAX_SHARDS_BESIDE_WORKERS:
                self._engine.stop()
                return_freed_memory(ARRAY_BYTES)
            own = workspace.for_task()
            ALL_AT_ONCE[stage](job, own, count, self._engine)
            workspace.finish(stage, Done(0, Tally(), own.unsynced))

    def plan(self, job: Job) -> Iterator[Shard]:
        """Yield the shares of the input."""
        return grouped(self._shares(job), job.shard_bytes)

    def _shares(self, job: Job) -> Iterator[Share]:
        for name, fault in self._found.unreadable:
            yield Share(Source(name, name), fault=fault)
        for source in self._found.sources:
            for number, share in enumerate(shares(source, job.reading, job.shard_bytes)):
                self._formats[FORMAT_NAMES[share.format]] += number == 0 and not share.fault
                is_empty = share.format == "text" and not share.size
                if self._is_of_records and share.format != "jsonl" and not (is_empty or share.fault):
                    fault = "is not JSON lines, and no other format is read here"
                    raise UsageError(source.name, fault, "Clean it first: copydesk clean.")
                if share.fault == OWN:
                    self._passed_over.append((in_one_line(source.name), PASSED_OVER_OWN))
                else:
                    yield share

    def _outcome(self, tally: Tally) -> Outcome:
        formats = sorted((name, count) for name, count in self._formats.items() if count)
        passed_over = dict.fromkeys(self._passed_over)
        return Outcome(tally, tuple(passed_over), tuple(formats), tuple(self._seconds.items()))

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Add the seconds of a block to those that the stage had before."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds[stage] = round(self._seconds.get(stage, 0.0) + time.monotonic() - start, 3)


def grouped(found: Iterable[Share], shard_bytes: int, most_bytes: int = 0) -> Iterator[Shard]:
    """Yield shards of shares.  They depend only on sizes, so that any number of workers gives the same parts.

    With `most_bytes`, each shard may be twice as large as the one before, up to this limit.
    """
    group: list[Share] = []
    size = number = 0
    for share in found:
        if group and size + share.size > shard_bytes:
            yield Shard(number, tuple(group))
            group, size, number = [], 0, number + 1
            shard_bytes = max(shard_bytes, min(2 * shard_bytes, most_bytes))
        group.append(share)
        size += share.size
    if group:
        yield Shard(number, tuple(group))


class _Sizes:
    """The shards that are still to be done, and the bytes of all shards."""

    def __init__(self, shards: Iterable[Shard], is_done: Callable[[Shard], bool] = lambda _: False) -> None:
        self._shards, self._is_done = shards, is_done
        self._sizes: list[int] = []
        self._skipped = self.count = 0

    def __iter__(self) -> Iterator[Shard]:
        for shard in self._shards:
            self.count += 1
            size = _bytes_of(shard)
            if self._is_done(shard):
                self._skipped += size
            else:
                self._sizes.append(size + self._skipped)
                self._skipped = 0
                yield shard

    def next(self) -> int:
        """Return the bytes of the shard with the next result."""
        return self._sizes.pop(0)


def stages_of(job: Job) -> tuple[str, ...]:
    """Return the stages of `clean`, in order; the first reads the input."""
    counting = ("parse", "add up") if compile_rules(job.selection).asks_what_recurs else ()
    return (*counting, *(ACROSS if job.dedup.scope == "run" else ("clean",)))


def can_print(job: Job) -> bool:
    """Return true if articles can be printed while the input is read, because no stage needs the whole run.

    A rule of the user may run out of time, and then the run is repeated without it.
    """
    return stages_of(job) == ("clean",) and not job.selection.packs and not job.index


def _bytes_of(shard: Shard) -> int:
    return sum(share.size for share in shard.shares)


def _without(job: Job, timed_out: Sequence[str]) -> Job:
    if not timed_out:
        return job
    selection = structs.replace(job.selection, ignore=(*job.selection.ignore, *timed_out))
    return structs.replace(job, selection=selection)


def _left_out(rules: Collection[str]) -> tuple[str, ...]:
    """Return the names of rules that a run does not use; "mine/*" for a pack with too many of them."""
    by_pack = Counter(rule.partition("/")[0] for rule in rules)
    whole = {f"{pack}/*" for pack, count in by_pack.items() if count > MAX_TIMED_OUT} | {
        rule for rule in rules if rule.endswith("/*")
    }
    return tuple(sorted(whole | {rule for rule in rules if f"{rule.partition('/')[0]}/*" not in whole}))


def _check_not_empty(job: Job, timed_out: Sequence[str], error: RegexTimeout) -> None:
    try:
        selected(_without(job, timed_out).selection)
    except UsageError:
        raise error from None


def _tally_of(workspace: Workspace, stage: str, shard: int) -> Tally:
    """Return the tally of a finished task.  Raises MachineError if its marker or a part is lost."""
    tally = workspace.tally(stage, shard)
    if tally is None:
        raise workspace.lost(f"done/part-{shard:05d}.{stage}")
    return tally


def _loading(shards: Iterable[Shard], jobs: int) -> Iterator[Shard]:
    """Yield shards.  Load the modules for the search for duplicates while each worker has its first shard.

    This thread does it: two threads that import modules at the same time may end up with half of a module.
    """
    shards = iter(shards)
    yield from islice(shards, jobs)
    load_selection()
    yield from shards


def _check_read(tally: Tally, found: Found) -> None:
    has_warnings = any(name != "empty" for name, _ in tally.warnings)
    if not tally.books.read and not tally.rejects and not has_warnings:
        raise _nothing_in(found)


def _nothing_in(found: Found) -> NoInput:
    names = " ".join(source.name for source in found.sources[:3])
    why = "The inputs are empty, or copydesk wrote them, and they have no articles."
    return NoInput(names, "there is nothing to read", why)


def _expected(sources: Sequence[Source]) -> int:
    """Return the bytes of all sources; 0 if one is a stream."""
    return 0 if any(source.is_stream for source in sources) else sum(source.size for source in sources)
