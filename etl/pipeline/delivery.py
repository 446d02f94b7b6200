"""Finished parts -> the output: standard output, one file with its audit beside it, or a folder.

Files change together: all results are completed in the workspace, a journal is written, and then files are renamed.
The old articles are moved away first, and the new ones are moved to their place last.  So articles never stand beside
the audit of another run.  If a run is killed during its delivery, the next run into the same output completes the
delivery.  Only files that were found at the start and may be replaced are moved away.  A file that appears during the
run stays.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from etl.errors import MachineError, PipeClosed
from etl.formats.writing import join_parts
from etl.pipeline.output import Output, Part
from etl.pipeline.workspace import IDENTITY, Workspace
from etl.processes import signals_held
from etl.writers import TEMPORARY, atomic, fsync, in_order, indented_json

# The journal.  A workspace with this file has begun to rename files.
JOURNAL = "delivery.json"


def print_parts(output: Output, workspace: Workspace) -> None:
    """Copy the articles of a run to standard output, or to a device.  Raises PipeClosed."""
    with printing(output.name if output.kind == "stream" else "") as target:
        for part in workspace.parts("articles"):
            with part.open("rb") as lines:
                shutil.copyfileobj(lines, target)


@contextmanager
def printing(device: str = "") -> Iterator[IO[bytes]]:
    """Yield standard output, or a device.  Raises PipeClosed if nobody reads it any more, and OSError that names it."""
    try:
        with Path(device).open("wb") if device else nullcontext(sys.stdout.buffer) as target:
            yield target
            target.flush()
    except BrokenPipeError:
        raise PipeClosed from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, device or "standard output") from None


# A file or folder, by its inode, size and time of change; and those that a run replaces, by the kind of result.
FileIdentity = tuple[int, int, int]
Replaced = Mapping[str, FileIdentity]


class Journal(Struct, frozen=True):
    """The renames of a delivery: the kinds of results that are ready, and the files at the output that they replace."""

    ready: list[str]
    replaced: Replaced


def deliver(
    output: Output, workspace: Workspace, kinds: Iterable[str], account: Mapping[str, Any], replaced: Replaced
) -> None:
    """Move the results of these kinds to their places.

    `replaced` are the results of an earlier run, of any kind, which were found at the start, and are removed.
    `account` is the content of the run.json of a folder.  Raises MachineError if a file has appeared at the output.
    """
    folder = Path(workspace.folder)
    if not is_begun(folder):
        _make_ready(output, workspace, kinds, account, replaced)
    finish_delivery(output, folder)


def is_begun(folder: Path) -> bool:
    """Return true if a killed run had begun to rename files out of a workspace."""
    return (folder / JOURNAL).exists()


def discard(folder: Path) -> None:
    """Remove a workspace.  If the process is killed here, a later run does not continue from what is left."""
    with signals_held():
        for name in (IDENTITY, JOURNAL):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _make_ready(
    output: Output, workspace: Workspace, kinds: Iterable[str], account: Mapping[str, Any], replaced: Replaced
) -> None:
    """Put all results into one folder, and then write the journal.  After this, results are only renamed."""
    ready = Path(workspace.folder) / "ready"
    ready.mkdir(exist_ok=True)
    for kind in kinds:
        if output.kind == "folder":
            _move_parts(workspace, kind, ready / kind)
        else:
            join_parts(ready / kind, workspace.parts(kind), workspace.suffix)
    if output.kind == "folder":
        parts = [
            Part(f"{kind}/{part.name}", part.stat().st_size)
            for kind in output.kinds()
            if (ready / kind).is_dir()
            for part in sorted((ready / kind).iterdir(), key=in_order)
        ]
        with atomic(ready / "run.json") as path:
            path.write_bytes(indented_json({**account, "parts": parts}))
    for kind in reversed(output.kinds()):
        path = output.path(kind)
        if os.path.lexists(path) and identity_of(path) != replaced.get(kind):
            raise _appeared(str(path))
    journal = Journal(sorted(item.name for item in ready.iterdir()), replaced)
    with atomic(Path(workspace.folder) / JOURNAL) as path:
        path.write_bytes(msgspec.json.encode(journal))


def finish_delivery(output: Output, folder: Path) -> bool:
    """Move the completed results of a workspace to their places; return true if there were any.

    Each step can be repeated, because the next run completes the delivery of a run that was killed here.  Raises
    MachineError if a file has appeared at the output.
    """
    if not is_begun(folder):
        return False
    journal = msgspec.json.decode((folder / JOURNAL).read_bytes(), type=Journal)
    ready, old = folder / "ready", folder / "old"
    old.mkdir(exist_ok=True)
    for kind, identity in journal.replaced.items():
        if kind not in journal.ready or (ready / kind).exists():
            _move_away(output.path(kind), old / kind, identity)
    for kind in output.kinds():
        if kind in journal.ready and (ready / kind).exists():
            _move_in(ready / kind, output.path(kind))
    fsync(output.parent)
    return True


def _move_away(path: Path, target: Path, identity: FileIdentity) -> None:
    """Move away what is replaced.  Another file may have appeared there since a run was killed."""
    if os.path.lexists(path) and not target.exists():
        if identity_of(path) != identity:
            raise _appeared(str(path))
        path.rename(target)


def identity_of(path: Path) -> FileIdentity:
    """Return what identifies a file or folder as long as nobody changes it."""
    status = path.lstat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _move_in(path: Path, target: Path) -> None:
    if os.path.lexists(target):
        raise _appeared(str(target))
    path.rename(target)


def _appeared(name: str) -> MachineError:
    way_out = "Move it away, and run the same command with --resume: what it has done is kept."
    return MachineError(name, "appeared while the run was under way", way_out)


def _move_parts(workspace: Workspace, kind: str, target: Path) -> None:
    """Move the folder of a kind, unless a killed run has moved it already."""
    source = Path(workspace.folder) / kind
    if not target.exists():
        workspace.parts(kind)  # verifies them
    if source.exists():
        for unfinished in source.glob(TEMPORARY):  # left by a worker that was killed while it wrote
            unfinished.unlink()
        source.rename(target)
