"""The files of a run between its stages: one folder, named after the job, that only this run writes to.

    .copydesk-NAME.lock               held by the run; it names the process
    .copydesk-NAME-DIGEST/job.json    what the digest is of, so that a run that does not fit says what differs
    .copydesk-NAME-DIGEST/KIND/part-00000.jsonl
    .copydesk-NAME-DIGEST/done/STAGE-00000

NAME is the output's.  The folder stands beside the output, so that a rename publishes what is in it.  A part is written
under a unique name and renamed when it is complete.  The `done` file of a stage and shard is written last, after the
parts were synced.  So two attempts of a task never write to the same file, and finished parts are always complete.
"""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from glob import escape
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir

import msgspec
from msgspec import Struct, structs

from etl.audit import Tally
from etl.errors import MachineError, UsageError
from etl.processes import signals_held
from etl.writers import atomic, fsync, in_order, naming

# Characters.  A file name may have 255 bytes; the name of a workspace holds the output's.
MAX_NAME_BYTES = 180

TIMED_OUT = "timed-out.json"
SCRATCH_LOCK = "lock"
# The file with the identity of a run.  A workspace without it is not resumed.
IDENTITY = "job.json"
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH

# The kinds of files that a run delivers.  Those of other kinds may be removed when no later stage reads them.
DELIVERED = ("rejects", "audit", "articles")
# The stage that ends a run.
CLOSE = "close"


class Identity(Struct, frozen=True):
    """The identity of a run: each aspect (inputs, rules, settings, versions, index) with its hash.

    `added` is the time in the records; a resumed run uses the time of the first run.
    """

    aspects: Mapping[str, str]
    added: str = ""

    @property
    def digest(self) -> str:
        """Hash of all aspects."""
        return blake2b(msgspec.json.encode(sorted(self.aspects.items())), digest_size=6).hexdigest()


class Marker(Struct, frozen=True):
    """The marker of a finished task: its tally, and the sizes of the parts that it wrote and a run delivers.

    The marker of the end has the parts of all tasks.
    """

    tally: Tally
    parts: dict[str, int]


_encode_marker = msgspec.msgpack.Encoder().encode
_decode_marker = msgspec.msgpack.Decoder(Marker).decode


class Workspace(Struct, frozen=True):
    """The folder of a run.  It is a plain value, which workers get and from which they make paths.

    `unsynced` are the parts that were written with it and are not synced yet.
    """

    folder: str
    suffix: str = ".jsonl"
    unsynced: list[str] = []

    @property
    def index_folder(self) -> Path:
        """The folder for what a run will add to the index."""
        return Path(self.folder) / "index"

    def path(self, kind: str, shard: int, suffix: str = "") -> Path:
        """Return the path of a shard's part of a kind of file.  Makes nothing."""
        return Path(self.folder) / kind / f"part-{shard:05d}{suffix or self.suffix}"

    def parts(self, kind: str) -> list[Path]:
        """Return the parts of a kind of file that are complete, in order.

        Raises MachineError if the run has ended, and they are not those that its tasks wrote.
        """
        found = sorted((Path(self.folder) / kind).glob("part-*"), key=in_order)
        if kind in DELIVERED and (end := self._marker(CLOSE, 0)):
            written = {name: size for name, size in end.parts.items() if name.startswith(f"{kind}/")}
            there = {f"{kind}/{part.name}": part.stat().st_size for part in found}
            if odd := sorted(name for name in {*written, *there} if written.get(name) != there.get(name)):
                raise self.lost(odd[0])
        return found

    def lost(self, name: str) -> MachineError:
        """Return the error for a file of a finished task that another program removed or changed."""
        way_out = "Run the same command again, without --resume."
        return MachineError(f"{self.folder}/{name}", "was removed or changed while the run was under way", way_out)

    @contextmanager
    def writing(self, kind: str, shard: int, suffix: str = "") -> Iterator[Path]:
        """Yield a path that only this attempt uses; the file becomes the shard's part if no error is raised."""
        final = self.path(kind, shard, suffix)
        final.parent.mkdir(parents=True, exist_ok=True)
        with atomic(final, sync=False) as temporary:
            yield temporary
        self.unsynced.append(str(final))

    def for_task(self) -> "Workspace":
        """Return the same folder, without unsynced parts."""
        return structs.replace(self, unsynced=[])

    def finish(self, stage: str, done: "Done") -> Tally:
        """Record that a stage of a shard is done, after its parts are synced; return the tally.

        Raises MachineError if the disk is full or fails.
        """
        final = self.path("done", done.shard, f".{stage}")
        final.parent.mkdir(parents=True, exist_ok=True)
        for part in map(Path, done.unsynced):
            with naming(part):
                fsync(part)
        parts = dict(done.earlier)
        for part in map(Path, done.unsynced):
            if part.parent.name in DELIVERED:
                parts[f"{part.parent.name}/{part.name}"] = part.stat().st_size
        with atomic(final) as temporary:
            temporary.write_bytes(_encode_marker(Marker(done.tally, parts)))
        return done.tally

    def tally(self, stage: str, shard: int) -> Tally | None:
        """Return the tally of a stage of a shard; None if it is not done.

        Raises MachineError if a part that it wrote is lost.
        """
        marker = self._marker(stage, shard)
        for name, size in marker.parts.items() if marker and stage != CLOSE else ():
            if not (part := Path(self.folder) / name).exists() or part.stat().st_size != size:
                raise self.lost(name)
        return marker.tally if marker else None

    def written(self, stage: str, shard: int) -> dict[str, int]:
        """Return the sizes of the parts that a finished task wrote and a run delivers."""
        marker = self._marker(stage, shard)
        return marker.parts if marker else {}

    def _marker(self, stage: str, shard: int) -> Marker | None:
        try:
            return _decode_marker(self.path("done", shard, f".{stage}").read_bytes())
        except FileNotFoundError:
            return None

    def timed_out(self) -> tuple[str, ...]:
        """Return the rules that the run does not use, because their regex took too long."""
        path = Path(self.folder) / TIMED_OUT
        return msgspec.json.decode(path.read_bytes(), type=tuple[str, ...]) if path.exists() else ()

    def restart_without(self, rules: tuple[str, ...]) -> None:
        """Remove all finished work, and record the rules that the next attempt must not use."""
        for path in Path(self.folder).iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        with atomic(Path(self.folder) / TIMED_OUT) as temporary:
            temporary.write_bytes(msgspec.json.encode(rules))

    def remove(self, *kinds: str) -> None:
        """Remove kinds of files that no later stage reads, because a large run has several times its input on disk."""
        for kind in kinds:
            shutil.rmtree(Path(self.folder) / kind, ignore_errors=True)


class Done(Struct, frozen=True):
    """The result of a task: its shard, its tally, and the parts that it wrote and did not sync.

    The end of a run also has the sizes of the parts of earlier tasks.
    """

    shard: int
    tally: Tally
    unsynced: list[str]
    earlier: Mapping[str, int] = {}


@contextmanager
def scratch(parent: str = "", suffix: str = ".jsonl") -> Iterator[Workspace]:
    """Yield a workspace that cannot be resumed, in a new folder, which is always removed.

    Raises UsageError if there is no such parent.
    """
    if parent and not Path(parent).is_dir():
        raise UsageError(parent, "is not a folder", "Give --work a folder that exists.")
    with scratch_folder(Path(parent or gettempdir())) as folder:
        yield Workspace(str(folder), suffix)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder, which is removed in any case.

    Folders that killed processes of this user left in the same parent are removed, too, because their locks are free.
    """
    for left in parent.glob(f".copydesk-{'[0-9a-f]' * 16}"):
        _sweep(left)
    folder, owner, lock = parent / f".copydesk-{token_hex(8)}", os.getpid(), -1
    try:
        with signals_held():
            folder.mkdir(mode=0o700)
            lock = _scratch_lock(folder)
        yield folder
    finally:
        with signals_held():
            if os.getpid() == owner:  # but not in a forked process that ends
                shutil.rmtree(folder, ignore_errors=True)
            if lock >= 0:
                os.close(lock)


def _scratch_lock(folder: Path) -> int:
    """Return the held lock of a scratch folder.  The lock appears under its name only when it is held."""
    from fcntl import LOCK_EX, LOCK_NB, flock

    lock = os.open(folder / f"{SCRATCH_LOCK}.new", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(OSError):  # a file system without locks: such folders are not removed
        flock(lock, LOCK_EX | LOCK_NB)
        (folder / f"{SCRATCH_LOCK}.new").rename(folder / SCRATCH_LOCK)
    return lock


def _sweep(folder: Path) -> None:
    """Remove a scratch folder of this user's if the process that made it is dead."""
    from fcntl import LOCK_EX, LOCK_NB, flock

    with suppress(OSError, UsageError):
        _check_own(folder)
        lock = os.open(folder / SCRATCH_LOCK, os.O_RDWR | os.O_NOFOLLOW)
        try:
            flock(lock, LOCK_EX | LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


class Claim:
    """The lock of an output, which also finds the workspaces of dead runs into this output."""

    def __init__(self, parent: Path, name: str) -> None:
        self._parent, self._name = parent, _fitted(name)
        self._lock = parent / f".copydesk-{self._name}.lock"
        self._file: int | None = None

    def __enter__(self) -> "Claim":
        """Lock the output.  Raises UsageError if a live process holds it."""
        self._file = _locked(self._lock)
        return self

    def __exit__(self, *_: object) -> None:
        """Release the lock.  The lock file is removed first, while it is held."""
        if self._file is not None:
            self._lock.unlink(missing_ok=True)
            os.close(self._file)

    def left(self) -> list[Path]:
        """Return the workspaces that dead runs into the same output have left.

        Raises UsageError for a workspace that another user made or may have written to.
        """
        pattern = f".copydesk-{escape(self._name)}-{'[0-9a-f]' * 12}"
        found = sorted(self._parent.glob(pattern))
        for folder in found:
            _check_own(folder)
        return found

    def open(self, identity: Identity, suffix: str) -> Workspace:
        """Return the workspace of a job, made if it is not there; those of other jobs are removed.

        Raises UsageError as `left` does.
        """
        folder = self._parent / f".copydesk-{self._name}-{identity.digest}"
        for other in self.left():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        folder.mkdir(mode=0o755, exist_ok=True)  # with any umask, nobody else can write into it
        _check_own(folder)
        if not (folder / IDENTITY).exists():
            with atomic(folder / IDENTITY) as temporary:
                temporary.write_bytes(msgspec.json.encode(identity))
        return Workspace(str(folder), suffix)

    def unfinished(self) -> Identity | None:
        """Return the identity of the run that was left unfinished, if there is one."""
        for folder in self.left():
            try:
                return msgspec.json.decode((folder / IDENTITY).read_bytes(), type=Identity)
            except (OSError, msgspec.DecodeError):
                continue
        return None


def _locked(path: Path) -> int:
    """Return the lock file, open and locked.

    If the file was removed meanwhile, it locks nothing, and is opened again.
    """
    from fcntl import LOCK_EX, LOCK_NB, flock

    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            _check_lock(path, os.fstat(file))
            flock(file, LOCK_EX | LOCK_NB)
        except UsageError:
            os.close(file)
            raise
        except BlockingIOError:
            holder = os.read(file, 200).decode(errors="replace")
            os.close(file)
            name = path.name.removeprefix(".copydesk-").removesuffix(".lock")
            raise UsageError(name, f"is being written by {holder}", "Wait until that process ends.") from None
        if _is_same_file(file, path):
            os.truncate(file, 0)
            os.write(file, f"process {os.getpid()} on {os.uname().nodename}".encode())
            return file
        os.close(file)


def _check_own(folder: Path) -> None:
    """Refuse a workspace that other users made or can change.  Raises UsageError."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & WRITABLE_BY_OTHERS:
        fault = "belongs to another user, is a link, or may be written to by others"
        raise UsageError(str(folder), fault, "Remove it, or give another -o.")


def _check_lock(path: Path, status: os.stat_result) -> None:
    """Refuse a lock that is a hard link or belongs to another user, because the lock file is emptied.

    Raises UsageError.
    """
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_nlink > 1:
        raise UsageError(str(path), "is not a lock of this user", "Remove it, or give another -o.")


def _is_same_file(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def _fitted(name: str) -> str:
    """Return a name that is short enough for additions within 255 bytes."""
    encoded = os.fsencode(name)
    return name if len(encoded) <= MAX_NAME_BYTES else blake2b(encoded, digest_size=16).hexdigest()
