"""The manifest of an index: versions, settings, runs and parts.  Files that it does not name are ignored."""

import os
import platform
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from etl.dedup.schema import TABLES
from etl.dedup.settings import FINGERPRINT_VERSION, INDEX_SETTINGS, DedupSettings
from etl.errors import OF_NAMES, MachineError, UsageError
from etl.index.parts import WAY_OUT, file_of
from etl.writers import TEMPORARY, atomic, check_regular, fsync, indented_json

MANIFEST, LOCK, HOLDER = "manifest.json", "lock", ".lock-holder"
_HELD_BY = "process "
# Bytes that are read at once.
BLOCK_BYTES = 1 << 20
_PART = r"part-\d{5,}"
_PART_FILE = re.compile(rf"{_PART}\.({'|'.join(TABLES)})\.parquet")

_Count = Annotated[int, Meta(ge=0)]


class IndexedRun(Struct, frozen=True, omit_defaults=True):
    """A run that extended the index: its number, time and output, and how many articles and blocks it kept.

    `output` is a path from the folder of the index, an address, or "" for a stream.
    """

    number: int
    added: str
    articles: int
    blocks: int
    output: str = ""

    @property
    def id(self) -> str:
        """The name by which a user calls it."""
        return f"run-{self.number:05d}"


class Part(Struct, frozen=True):
    """The rows of a part's tables.  Its files are `NAME.TABLE.parquet`."""

    name: Annotated[str, Meta(pattern=rf"^{_PART}$")]
    articles: _Count = 0
    blocks: _Count = 0
    known: _Count = 0


class Manifest(Struct, frozen=True, kw_only=True):
    """An index: version of the fingerprints, settings, version of copydesk, runs and parts, and the next free numbers.

    The settings in INDEX_SETTINGS are the same for all of its runs.  `files` are the checksums of the files of its
    parts by name, `digest` is the hash of all the rest.
    """

    schema: Literal["copydesk/index/2"] = "copydesk/index/2"
    fingerprints: int = FINGERPRINT_VERSION
    copydesk: str = ""
    datasketch: str = ""
    settings: DedupSettings
    bands: Annotated[int, Meta(ge=1, le=128)]
    rows: Annotated[int, Meta(ge=1, le=128)]
    runs: tuple[IndexedRun, ...] = ()
    parts: tuple[Part, ...] = ()
    next_run: _Count = 1
    next_part: _Count = 1
    next_article: _Count = 0
    next_block: _Count = 0
    files: tuple[tuple[str, int], ...] = ()
    digest: str = ""


def new_manifest(settings: DedupSettings) -> Manifest:
    """Return the manifest of an index that holds nothing yet."""
    from etl.dedup.fingerprint import bands_and_rows

    bands, rows = bands_and_rows(settings.threshold)
    return Manifest(settings=settings, bands=bands, rows=rows)


@contextmanager
def locked(folder: str) -> Iterator[None]:
    """Lock an index while this process reads and extends it.  If the process dies, the system releases the lock.

    The folder is made, if it is not there.  Raises UsageError, which names the process that holds the lock, or a file
    in the folder that is a link; and MachineError if the disk is full or fails.
    """
    from filelock import FileLock, Timeout

    holder, lock_file = Path(folder) / HOLDER, Path(folder) / LOCK
    lock = FileLock(lock_file)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for path in (lock_file, holder, Path(folder) / MANIFEST, *part_files(folder)):
            check_regular(path)  # through a link, files would be written outside of the folder
            if path in (lock_file, holder) and path.exists():
                _check_lock_file(path)
        lock.acquire(blocking=False)
        holder.write_text(f"{_HELD_BY}{os.getpid()} on {platform.node()}", encoding="utf-8")
        for unfinished in Path(folder).glob(TEMPORARY):  # of a killed run: nobody else writes here
            unfinished.unlink()
    except Timeout:
        who = holder.read_text(encoding="utf-8", errors="replace") if holder.exists() else "another process"
        raise UsageError(folder, f"is in use by {who}", "Wait until that process ends.") from None
    except OSError as error:
        fault = f"cannot be written to: {error.strerror}"
        if error.errno in OF_NAMES:
            raise UsageError(folder, fault, "Name a folder that you may write to.") from None
        raise MachineError(folder, fault) from None
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _check_lock_file(path: Path) -> None:
    """Raise UsageError for a file that is no lock of an index, or is a hard link, because the lock is overwritten."""
    if path.stat().st_nlink > 1:
        raise UsageError(str(path), "is a hard link: the file has another name, too", "Remove it.")
    with path.open("rb") as file:
        start = file.read(len(_HELD_BY))
    if start and (path.name == LOCK or start != _HELD_BY.encode()):
        raise UsageError(str(path), "was not written by copydesk", "Name another folder for the index.")


def part_files(folder: str | Path) -> list[Path]:
    """Return the files in a folder that are named like those of an index."""
    return sorted(path for path in Path(folder).glob("part-*.parquet") if _PART_FILE.fullmatch(path.name))


def read_manifest(folder: str) -> Manifest:
    """Return the manifest of an index.  Raises UsageError if there is none, or none that this version can read."""
    path = Path(folder) / MANIFEST
    if not path.is_file():
        raise UsageError(folder, "is not an index", "Name a folder that a run with --index has made.")
    way_out = "Another version of copydesk, or another program, wrote this file.  Name another folder."
    try:
        written = path.read_bytes()
        manifest = msgspec.json.decode(written, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(str(path), f"cannot be read: {error}", way_out) from None
    if manifest.fingerprints != FINGERPRINT_VERSION:
        fault = f"has fingerprints of version {manifest.fingerprints}, but this copydesk needs {FINGERPRINT_VERSION}"
        raise UsageError(
            folder, fault, "Make a new index from the texts.  An index does not hold the texts themselves."
        )
    if manifest.digest != _digest(manifest) or written != indented_json(manifest):
        raise UsageError(str(path), "is damaged: its hash does not match its content", WAY_OUT)
    return manifest


def verified_manifest(folder: str) -> Manifest:
    """Return the manifest of an index whose files all have the checksums in it.  Raises UsageError.

    Another process may change the index meanwhile, and remove files: then it is read again.
    """
    while True:
        manifest = read_manifest(folder)
        try:
            check_files(folder, manifest.files)
        except (UsageError, FileNotFoundError):
            if read_manifest(folder) == manifest:
                raise
        else:
            return manifest


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file, at some GB per second.  It detects damage, not deliberate changes."""
    found = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            found = zlib.crc32(block, found)
    return found


def check_files(folder: str, expected: Iterable[tuple[str, int]]) -> None:
    """Raise UsageError, which names the file, if a file of a folder is missing or has another checksum."""
    for name, known in expected:
        path = Path(folder) / name
        if not path.exists():
            raise UsageError(str(path), "cannot be read: the manifest names it, but it does not exist", WAY_OUT)
        if checksum(path) != known:
            raise UsageError(str(path), "cannot be read: its checksum differs from that in the manifest", WAY_OUT)


def _digest(manifest: Manifest) -> str:
    return sha256(msgspec.json.encode(msgspec.structs.replace(manifest, digest=""))).hexdigest()


def verified_index(folder: str, settings: DedupSettings) -> Manifest:
    """Return the result of `open_index`, after verifying the checksums of all files.  Raises UsageError."""
    manifest = open_index(folder, settings)
    check_files(folder, manifest.files)
    return manifest


def open_index(folder: str, settings: DedupSettings) -> Manifest:
    """Return the manifest of an index made with these settings, or a new one for a folder that holds nothing.

    Nothing is written.  Raises UsageError, which names the differing settings, or the files that are no index.
    """
    if not (Path(folder) / MANIFEST).is_file():
        _refuse_others(folder)
        return new_manifest(settings)
    manifest = read_manifest(folder)
    own, wanted = msgspec.structs.asdict(manifest.settings), msgspec.structs.asdict(settings)
    differing = [
        f"{name} {own[name]}, but this run has {wanted[name]}" for name in INDEX_SETTINGS if own[name] != wanted[name]
    ]
    if differing:
        way_out = "Use the settings of the index in this run, or name another folder."
        raise UsageError(folder, f"the index was made with {'; '.join(differing)}", way_out)
    return manifest


def write_manifest(folder: str, manifest: Manifest) -> None:
    """Replace the manifest of an index atomically, and sync it."""
    from importlib.metadata import version

    known = dict(manifest.files)
    paths = (file_of(Path(folder), part.name, table) for part in manifest.parts for table in TABLES)
    # A name is used only once.  A staged run has only the files of its own part; the checksums of others are known.
    files = tuple((path.name, known[path.name] if path.name in known else checksum(path)) for path in paths)
    signed = msgspec.structs.replace(
        manifest, copydesk=version("copydesk"), datasketch=version("datasketch"), files=files
    )
    signed = msgspec.structs.replace(signed, digest=_digest(signed))
    with atomic(Path(folder) / MANIFEST) as temporary:
        temporary.write_bytes(indented_json(signed))
    fsync(Path(folder))


def orphans(folder: str, manifest: Manifest) -> list[Path]:
    """Return the part files that the manifest does not name: those of a run that was killed."""
    named = {part.name for part in manifest.parts}
    return [path for path in part_files(folder) if path.name.partition(".")[0] not in named]


def _refuse_others(folder: str) -> None:
    """Refuse to begin an index in the place of a file, or in a folder with other files."""
    if not Path(folder).exists():
        return
    if not Path(folder).is_dir():
        raise UsageError(folder, "is not a folder", "Name an index, an empty folder, or one that does not exist yet.")
    own = {LOCK, HOLDER, *(path.name for path in part_files(folder))}
    others = sorted(path.name for path in Path(folder).iterdir() if path.name not in own)
    if others:
        raise UsageError(folder, f"is not an index: it holds {others[0]}", "Name an index, or an empty folder.")
