"""The files of a run between its stages: one folder, named after the job, that only this run writes to.

    .copydesk-NAME.lock               held by the run; it names the process
    .copydesk-NAME-DIGEST/job.json    what the digest is of, so that a run that does not fit says what differs
    .copydesk-NAME-DIGEST/KIND/part-00000.jsonl
    .copydesk-NAME-DIGEST/done/STAGE-00000

NAME is the output's.  The folder stands beside the output, so that a rename publishes what is in it.  A part is written
under a name of its own and renamed when it is complete; the `done` file of a stage and shard is written last, when the
disk has the parts.  So two attempts at one task never write to one file, and what is done is whole, whatever fails.
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
from etl.errors import UsageError
from etl.processes import signals_held
from etl.writers import atomic, fsync, in_order, naming

# Characters.  A file name may have 255 bytes; the name of a workspace holds the output's.
MAX_NAME_BYTES = 180

TIMED_OUT = "timed-out.json"
SCRATCH_LOCK = "lock"
# What makes a run the same as another: a workspace without it is not gone on with.
IDENTITY = "job.json"
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH

_encode_tally = msgspec.msgpack.Encoder().encode
_decode_tally = msgspec.msgpack.Decoder(Tally).decode


class Identity(Struct, frozen=True):
    """What makes two runs the same: each aspect (inputs, rules, settings, versions, index) with its hash.

    `added` is the time in the records; a resumed run goes on with the time of the first.
    """

    aspects: Mapping[str, str]
    added: str = ""

    @property
    def digest(self) -> str:
        """Hash of all aspects."""
        return blake2b(msgspec.json.encode(sorted(self.aspects.items())), digest_size=6).hexdigest()


class Workspace(Struct, frozen=True):
    """A run's folder.  It is a plain value: workers are sent it, and make their own paths.

    `unsynced` are the parts that were written with it, which the disk may not have yet.
    """

    folder: str
    suffix: str = ".jsonl"
    unsynced: list[str] = []

    @property
    def index_folder(self) -> Path:
        """Where a run keeps what it will add to the index."""
        return Path(self.folder) / "index"

    def path(self, kind: str, shard: int, suffix: str = "") -> Path:
        """Return the path of a shard's part of a kind of file.  Makes nothing."""
        return Path(self.folder) / kind / f"part-{shard:05d}{suffix or self.suffix}"

    def parts(self, kind: str) -> list[Path]:
        """Return the parts of a kind of file that are complete, in order."""
        return sorted((Path(self.folder) / kind).glob("part-*"), key=in_order)

    @contextmanager
    def writing(self, kind: str, shard: int, suffix: str = "") -> Iterator[Path]:
        """Yield a path of this attempt alone; it becomes the shard's part if all goes well."""
        final = self.path(kind, shard, suffix)
        final.parent.mkdir(parents=True, exist_ok=True)
        with atomic(final, sync=False) as temporary:
            yield temporary
        self.unsynced.append(str(final))

    def for_task(self) -> "Workspace":
        """Return the same folder, with nothing written yet."""
        return structs.replace(self, unsynced=[])

    def finish(self, stage: str, done: "Done") -> Tally:
        """Record that a stage is done with a shard, once the disk has its parts; return what it counted.

        Raises MachineError if the disk is full or fails.
        """
        final = self.path("done", done.shard, f".{stage}")
        final.parent.mkdir(parents=True, exist_ok=True)
        for part in map(Path, done.unsynced):
            with naming(part):
                fsync(part)
        with atomic(final) as temporary:
            temporary.write_bytes(_encode_tally(done.tally))
        return done.tally

    def tally(self, stage: str, shard: int) -> Tally | None:
        """Return what a stage counted of a shard; None if it is not done."""
        try:
            return _decode_tally(self.path("done", shard, f".{stage}").read_bytes())
        except FileNotFoundError:
            return None

    def timed_out(self) -> tuple[str, ...]:
        """Return the rules that the run goes without, because their regex took too long."""
        path = Path(self.folder) / TIMED_OUT
        return msgspec.json.decode(path.read_bytes(), type=tuple[str, ...]) if path.exists() else ()

    def restart_without(self, rules: tuple[str, ...]) -> None:
        """Remove all that was done, and note the rules that the next attempt goes without."""
        for path in Path(self.folder).iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        with atomic(Path(self.folder) / TIMED_OUT) as temporary:
            temporary.write_bytes(msgspec.json.encode(rules))

    def remove(self, *kinds: str) -> None:
        """Remove kinds of files that no later stage reads: a large run has several times its input on disk."""
        for kind in kinds:
            shutil.rmtree(Path(self.folder) / kind, ignore_errors=True)


class Done(Struct, frozen=True):
    """What a task did: its shard, what it counted, and the parts that it wrote and did not sync."""

    shard: int
    tally: Tally
    unsynced: list[str]


@contextmanager
def scratch(parent: str = "", suffix: str = ".jsonl") -> Iterator[Workspace]:
    """Yield a workspace that nobody resumes, in a new folder; it is removed in any case.

    Raises UsageError if there is no such parent.
    """
    if parent and not Path(parent).is_dir():
        raise UsageError(parent, "is not a folder", "Give --work a folder that exists.")
    with scratch_folder(Path(parent or gettempdir())) as folder:
        yield Workspace(str(folder), suffix)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder, which is removed in any case.

    Those that killed processes of this user have left in the same parent are removed, too: nobody holds their locks.
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
            if os.getpid() == owner:  # and not a process that was forked meanwhile, and ends
                shutil.rmtree(folder, ignore_errors=True)
            if lock >= 0:
                os.close(lock)


def _scratch_lock(folder: Path) -> int:
    """Return the lock of a scratch folder, held; under its name it is never seen free while the process lives."""
    from fcntl import LOCK_EX, LOCK_NB, flock

    lock = os.open(folder / f"{SCRATCH_LOCK}.new", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(OSError):  # a file system without locks: then nobody sweeps
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
    """The right to write one output: its lock is held, and workspaces of dead runs into it are known."""

    def __init__(self, parent: Path, name: str) -> None:
        self._parent, self._name = parent, _fitted(name)
        self._lock = parent / f".copydesk-{self._name}.lock"
        self._file: int | None = None

    def __enter__(self) -> "Claim":
        """Lock the output.  Raises UsageError if a live process holds it."""
        self._file = _locked(self._lock)
        return self

    def __exit__(self, *_: object) -> None:
        """Let go; the lock file goes first, while it is held."""
        if self._file is not None:
            self._lock.unlink(missing_ok=True)
            os.close(self._file)

    def left(self) -> list[Path]:
        """Return the workspaces that dead runs into the same output have left.

        Raises UsageError for one that another user has prepared, or may have written to.
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
        folder.mkdir(mode=0o755, exist_ok=True)  # whatever the umask: nobody else writes into it
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
    """Return the lock file, open and locked.  One that was removed meanwhile locks nothing: it is opened again."""
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
    """Refuse a workspace that others have prepared for us, or can change.  Raises UsageError."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & WRITABLE_BY_OTHERS:
        fault = "belongs to another user, is a link, or may be written to by others"
        raise UsageError(str(folder), fault, "Remove it, or give another -o.")


def _check_lock(path: Path, status: os.stat_result) -> None:
    """Refuse a lock that is also a file with another name, or somebody else's: it is emptied.  Raises UsageError."""
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_nlink > 1:
        raise UsageError(str(path), "is not a lock of this user", "Remove it, or give another -o.")


def _is_same_file(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def _fitted(name: str) -> str:
    """Return a name that leaves room for more in 255 bytes."""
    encoded = os.fsencode(name)
    return name if len(encoded) <= MAX_NAME_BYTES else blake2b(encoded, digest_size=16).hexdigest()
