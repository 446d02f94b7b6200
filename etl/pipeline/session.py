"""A run into an output, from its lock to its delivery: the code of `clean` and `dedup` around the stages."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import msgspec
from msgspec import Struct, structs

from etl.engines import Engine
from etl.errors import MachineError, UsageError
from etl.formats import Found
from etl.formats.stores import real_place
from etl.packs import pack_versions
from etl.pipeline.delivery import Replaced, deliver, discard, finish_delivery, identity_of, is_begun, print_parts
from etl.pipeline.job import Job
from etl.pipeline.output import Output, check_output, make_parent, refuse_index, refuse_inputs
from etl.pipeline.run import RECORDS, Outcome, Progress, Run
from etl.pipeline.workspace import Claim, Identity, Workspace, scratch
from etl.processes import signals_held

# The packages whose versions can change articles or audit.  Click only reads the command line, filelock only waits, and
# Jinja2 with MarkupSafe only makes reports.
DEPENDENCIES = (
    *("ahocorasick_rs", "beautifulsoup4", "chardet", "datasketch", "fastwarc", "ftfy", "lxml", "msgspec", "numpy"),
    *("pathspec", "py3langid", "pyarrow", "regex", "soupsieve", "tomli", "webencodings", "zstandard"),
)
# Holds the state of the index before the run.
BEFORE = "index-before"
# The settings of a job that affect its output. (Memory and places of files do not.)
SETTINGS = ("selection", "reading", "dedup", "added", "index", "shape", "skip", "fields")


class Request(Struct, frozen=True):
    """A run that a user asks for: a job over inputs (as named, and as found), into an output, by these stages.

    `force` overwrites what copydesk wrote, `resume` goes on with a run that was left unfinished, `work` is the folder
    for files where there is no output beside which they could stand.  `has_time` is true if the user fixed the time in
    the records; `delivers` is false for a look at what a run would do.
    """

    job: Job
    names: tuple[str, ...]
    found: Found
    output: Output
    stages: tuple[str, ...]
    audit: bool = True
    force: bool = False
    resume: bool = False
    work: str = ""
    has_time: bool = False
    delivers: bool = True


class Session:
    """A run in progress: its workspace, and after `run` its outcome."""

    def __init__(self, request: Request, workspace: Workspace, replaced: Replaced) -> None:
        self.request, self.workspace, self._replaced = request, workspace, replaced
        self.outcome = Outcome()
        self.is_published = False

    def run(self, engine: Engine, progress: Progress) -> Outcome:
        """Do all stages; the parts are in the workspace."""
        run = Run(self.request.job, self.request.found, engine, progress)
        self.outcome = run.into(self.workspace, self.request.stages)
        return self.outcome

    def deliver(self) -> None:
        """Move the results to their places.  Then add what was kept to the index."""
        output = self.request.output
        if output.in_store:  # files may have appeared there since the run began
            check_output(output, self.request.force, ())
        if output.kind in ("stdout", "stream"):
            print_parts(output, self.workspace)
        elif output.kind == "store folder":
            from etl.pipeline.to_store import put_folder

            put_folder(output.name, self.workspace, self._kinds(), self._account())
        elif output.kind == "store file":
            from etl.pipeline.to_store import put_file

            put_file(output.addresses(), self.workspace, self._kinds())
        else:
            deliver(output, self.workspace, self._kinds(), self._account(), self._replaced)
        self.is_published = True
        self.extend_index()

    def extend_index(self) -> None:
        """Add what was kept to the index.  A second call changes nothing."""
        if self.request.job.index:
            from etl.index.maintenance import extend

            extend(self.request.job.index, self.workspace.index_folder)

    def _kinds(self) -> list[str]:
        """Return the kinds of files to publish; an audit may be empty, but an empty file of rejects is left out."""
        audit = ["audit"] if self.request.audit else []
        return [*(["rejects"] if self.outcome.tally.rejects else []), *audit, "articles"]

    def _account(self) -> dict[str, Any]:
        """Return the content of run.json: versions, settings, packs, inputs, counts, seconds."""
        job = self.request.job
        return {
            "schema": "copydesk/run/1",
            "versions": versions(),
            "settings": {name: getattr(job, name) for name in SETTINGS},
            "packs": pack_versions(job.selection) if self.request.stages != RECORDS else {},
            "inputs": [
                {"path": source.name, "bytes": source.size, "modified": source.modified}
                for source in self.request.found.sources
            ],
            "counts": self.outcome.tally.as_object(),
            "seconds": dict(self.outcome.seconds),
        }


@contextmanager
def session(request: Request) -> Iterator[Session]:
    """Yield a session that holds its output; at the end of the block, if all went well, its results are delivered.

    At the end, the workspace is removed.  It is kept for `--resume` after a fault of the machine, and if a run with
    `--resume` is interrupted.  Raises UsageError if the output is refused.
    """
    output = request.output
    request = structs.replace(request, job=structs.replace(request.job, output=_noted(output, request.job.index)))
    if output.in_store and request.delivers:
        _check_output(request)
    if output.kind in ("stdout", "stream") or output.in_store or not request.delivers:
        with _holding_index(request), scratch(request.work, output.suffix) as workspace:
            one = Session(request, workspace, {})
            try:
                yield one
                if request.delivers:
                    one.deliver()
            except Exception:
                raise
            except BaseException:  # a signal: what was published must also be in the index
                if one.is_published:
                    one.extend_index()
                raise
        return
    refuse_inputs(output, _read(request))
    refuse_index(output, request.job.index)
    is_new = not output.parent.exists()
    make_parent(output)
    try:
        with _holding_index(request), Claim(output.parent, output.claim) as claim:
            request, replaced = _accepted(request, claim)
            state = _index_state(request.job, claim)
            workspace = claim.open(identify(request, claim), output.suffix)
            (Path(workspace.folder) / BEFORE).write_text(state, encoding="utf-8")
            one = Session(request, workspace, replaced)
            with _kept_for_resume(one):
                yield one
                one.deliver()
    finally:
        if is_new and not any(output.parent.iterdir()):
            output.parent.rmdir()


def _noted(output: Output, index: str) -> str:
    """Return the path of an output from the folder of the index; "" for a stream.  So both can be moved together."""
    if not index or output.kind in ("stdout", "stream"):
        return ""
    place = real_place(output.name)
    return place if output.in_store else os.path.relpath(place, os.path.realpath(index))


def _read(request: Request) -> Iterator[str]:
    """Yield what the run reads: the names that the user gave, and the files that they stand for."""
    yield from request.names
    yield from (source.path for source in request.found.sources)


def _accepted(request: Request, claim: Claim) -> tuple[Request, Replaced]:
    """Complete or remove what earlier runs have left, and check the output.

    Return the request, with the time of a resumed run, and what it will replace.
    """
    unfinished = claim.unfinished()
    if request.resume and unfinished:
        _check_same(request, unfinished, claim)
        added = request.job.added if request.has_time else unfinished.added
        request = structs.replace(request, job=structs.replace(request.job, added=added))
        if any(map(is_begun, claim.left())):
            return request, {}
    else:
        for folder in claim.left():
            if finish_delivery(request.output, folder):
                _finish_index(request.job.index, folder)
            discard(folder)
    found = _check_output(request)
    return request, {kind: identity_of(request.output.path(kind)) for kind in found}


def _check_output(request: Request) -> list[str]:
    """Return the kinds of results that the run will replace.

    Raises UsageError if the output may not be written, or not with the index of the run.
    """
    found = check_output(request.output, request.force, _read(request), request.job.index)
    if found and request.job.index:
        from etl.pipeline.history import refuse_only_copy

        refuse_only_copy(request.job, request.output)
    return found


def _finish_index(index: str, folder: Path) -> None:
    """Add what a killed run has delivered to its index, if this is the index of the run."""
    from etl.index.maintenance import extend
    from etl.index.manifest import MANIFEST

    staged = folder / "index"
    if index and (staged / MANIFEST).exists() and _digest_of(index) == (folder / BEFORE).read_text(encoding="utf-8"):
        extend(index, staged)


def _digest_of(index: str) -> str:
    """Return a hash of the manifest of an index; "" if there is none yet."""
    from etl.index.manifest import MANIFEST

    manifest = Path(index) / MANIFEST
    return sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else ""


def _check_same(request: Request, unfinished: Identity, claim: Claim) -> None:
    """Refuse to resume a run with other inputs, rules or settings.  Raises UsageError that names what differs."""
    aspects = identify(request, claim).aspects
    differing = [name for name, value in aspects.items() if unfinished.aspects.get(name) != value]
    if request.has_time and request.job.added != unfinished.added:
        differing.append("added")
    if differing:
        fault = f"the unfinished run had other {' and '.join(differing)}"
        raise UsageError("--resume", fault, "Repeat the command of that run, or start again without --resume.")


def _holding_index(request: Request) -> AbstractContextManager[None]:
    """Lock the index of a run, if it has one.  Raises UsageError if it is in use or does not fit."""
    if not request.job.index:
        return nullcontext()
    from etl.pipeline.history import holding_index

    return holding_index(request.job, request.delivers)


@contextmanager
def _kept_for_resume(one: Session) -> Iterator[None]:
    """Remove the workspace at the end, unless the machine failed."""
    try:
        yield
    except OSError as error:  # names were checked before the run: this one has changed, and finished work is kept
        raise MachineError(str(error.filename or ""), error.strerror or str(error)) from error
    except Exception as error:
        is_fault_of_machine = getattr(error, "exit_code", 6) == 6
        if not is_fault_of_machine:
            discard(Path(one.workspace.folder))
        raise
    except BaseException as ended:  # ^C or a signal; a delivery that has begun is completed
        with signals_held():
            is_delivered = finish_delivery(one.request.output, Path(one.workspace.folder))
            if is_delivered:
                _finish_index(one.request.job.index, Path(one.workspace.folder))
            if is_delivered or not one.request.resume:
                discard(Path(one.workspace.folder))
            else:
                ended.add_note("the same command continues the run")
        raise
    discard(Path(one.workspace.folder))


def identify(request: Request, claim: Claim) -> Identity:
    """Return the identity of a run: each aspect with its hash."""
    job, sources = request.job, request.found.sources
    aspects: dict[str, object] = {
        "inputs": token_hex(8)
        if any(source.is_stream for source in sources)
        else [*((source.name, source.size, source.modified) for source in sources), *request.found.unreadable],
        "rules": [job.selection, pack_versions(job.selection)] if request.stages != RECORDS else [],
        "settings": [
            job.reading,
            job.dedup,
            job.suffix,
            job.shape,
            job.shard_bytes,
            job.index,
            job.skip,
            job.fields,
            request.stages,
        ],
        "versions": versions(),
        "index": _index_state(job, claim),
    }
    hashed = {name: sha256(msgspec.json.encode(value)).hexdigest() for name, value in aspects.items()}
    return Identity(hashed, job.added)


@cache
def versions() -> dict[str, str]:
    """Return the versions of all that can change a byte of the output."""
    from importlib.metadata import version  # imported late, because only a run into files has a manifest

    return {name: version(name) for name in ("copydesk", *DEPENDENCIES)} | {"python": sys.version.split()[0]}


def _index_state(job: Job, claim: Claim) -> str:
    """Return the state of the index before the run; if a killed run has extended it, the state before that run."""
    now = _digest_of(job.index) if job.index else ""
    for folder in claim.left() if now else ():
        if _digest_of(str(folder / "index")) == now:
            return (folder / BEFORE).read_text(encoding="utf-8")
    return now
