"""The manifest of an index: what it was made with, which runs and parts it has.  What it does not name is not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Literal

import msgspec
from msgspec import Struct

from etl.errors import UsageError
from etl.model import Numbers, Shingles, Unit
from etl.writers import atomic

MANIFEST, LOCK, PARTS = "manifest.json", "lock", "part-*.parquet"

# What datasketch calls the way its MinHash permutes hashes since 2.0, and so do we.
SCHEME = "affine32"


class Settings(Struct, frozen=True):
    """What all blocks of an index have in common; only the like can be compared."""

    scheme: str
    seed: int
    permutations: int
    bands: int
    rows: int
    shingles: Shingles
    threshold: float
    numbers: Numbers
    unit: Unit


class Run(Struct, frozen=True):
    """A run that extended the index: its number, when, and how many articles and blocks it kept."""

    number: int
    added: str
    articles: int
    blocks: int

    @property
    def id(self) -> str:
        """What a user calls it."""
        return f"run-{self.number:05d}"


class Part(Struct, frozen=True):
    """The rows of a part's tables.  Its files are `NAME.TABLE.parquet`."""

    name: str
    articles: int = 0
    blocks: int = 0
    echoes: int = 0


class Manifest(Struct, frozen=True, kw_only=True):
    """An index: settings, the versions that last wrote it, runs and parts; and the first numbers that are free."""

    schema: Literal["copydesk/index/1"] = "copydesk/index/1"
    copydesk: str = ""
    datasketch: str = ""
    settings: Settings
    runs: tuple[Run, ...] = ()
    parts: tuple[Part, ...] = ()
    next_run: int = 1
    next_part: int = 1
    next_article: int = 0
    next_block: int = 0


@cache
def settings(shingles: Shingles, threshold: float, numbers: Numbers, unit: Unit) -> Settings:
    """Give the settings of a run that compares so."""
    from etl.dedup import sign

    bands, rows = sign.bands_and_rows(threshold)
    return Settings(SCHEME, sign.SEED, sign.PERMUTATIONS, bands, rows, shingles, threshold, numbers, unit)


@contextmanager
def hold(folder: str) -> Iterator[None]:
    """Keep every other process out of an index while this one reads and extends it.  The system lets go if it dies.

    The folder is made, if it is not there.  Raises UsageError, which names the process that is in.
    """
    from fcntl import LOCK_EX, LOCK_NB, flock

    with _opened_lock(folder) as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise UsageError(folder, f"is in use by {file.read()}", "Wait until that ends.") from None
        file.truncate(0)
        print(f"process {os.getpid()} on {os.uname().nodename}", end="", file=file, flush=True)
        yield


def read_manifest(folder: str) -> Manifest:
    """Read the manifest of an index.  Raises UsageError if there is none, or none that can be read."""
    path = Path(folder) / MANIFEST
    if not path.exists():
        raise UsageError(folder, "is no index", "Name one that a run with --index has made.")
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        way_out = "It was written by another version of copydesk, or not by copydesk: name another folder."
        raise UsageError(str(path), f"cannot be read: {error}", way_out) from None


def open_index(folder: str, wanted: Settings) -> Manifest:
    """Read the manifest of an index that was made with these settings, or begin one in a folder that holds nothing.

    Makes and changes nothing.  Raises UsageError that names what differs, or what is there instead of an index.
    """
    if not (Path(folder) / MANIFEST).exists():
        _refuse_others(folder)
        return Manifest(settings=wanted)
    manifest = read_manifest(folder)
    own = msgspec.structs.asdict(manifest.settings)
    differing = [
        f"{name} {own[name]} (this run: {value})"
        for name, value in msgspec.structs.asdict(wanted).items()
        if own[name] != value
    ]
    if differing:
        way_out = "Run with the settings of the index, or name another folder."
        raise UsageError(folder, f"is an index made with {', '.join(differing)}", way_out)
    return manifest


def write_manifest(folder: str, manifest: Manifest) -> None:
    """Make the index what the manifest says, at once and for good."""
    from importlib.metadata import version

    signed = msgspec.structs.replace(manifest, copydesk=version("copydesk"), datasketch=version("datasketch"))
    with atomic(Path(folder) / MANIFEST) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(signed), indent=2) + b"\n")
    sync(Path(folder))


def sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def strays(folder: str, manifest: Manifest) -> list[Path]:
    """Give the part files that the manifest does not name: those of a run that was killed."""
    named = {part.name for part in manifest.parts}
    return sorted(path for path in Path(folder).glob(PARTS) if path.name.partition(".")[0] not in named)


def _opened_lock(folder: str) -> IO[str]:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return (Path(folder) / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        way_out = "Name a folder that you may write to."
        raise UsageError(folder, f"cannot be written to: {error.strerror}", way_out) from None


def _refuse_others(folder: str) -> None:
    """Refuse to begin an index in the place of a file, or among files that are not of one."""
    if not Path(folder).exists():
        return
    if not Path(folder).is_dir():
        raise UsageError(folder, "is no folder", "Name an index, or a folder that is empty or not there yet.")
    own = {LOCK, *(path.name for path in Path(folder).glob(PARTS))}
    others = sorted(path.name for path in Path(folder).iterdir() if path.name not in own)
    if others:
        raise UsageError(folder, f"is no index: it holds {others[0]}", "Name an index, or an empty folder.")
