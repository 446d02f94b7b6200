"""Where the results of a run are written, and whether they may be: existing files, inputs, files of others."""

import os
from collections.abc import Iterable, Mapping
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from etl.errors import OF_NAMES, UsageError, of_system
from etl.formats.stores import SCHEMES, has_scheme, is_address, real_place
from etl.formats.writing import PARQUET
from etl.writers import SUFFIXES

Kind = Literal["stdout", "stream", "file", "folder", "store file", "store folder"]

# The kinds of results, in the order in which they appear: articles come last.
KINDS = ("rejects", "audit", "run.json", "articles")


class Part(Struct, frozen=True):
    """A part as run.json lists it: its path in the folder, and its size."""

    path: str
    bytes: int


class _Account(Struct, frozen=True):
    """The content of run.json that describes its folder."""

    schema: Literal["copydesk/run/1"]
    parts: tuple[Part, ...]


class Output(Struct, frozen=True):
    """The place of a run's results.  `name` is as the user gave it; in a store it is an address."""

    kind: Kind
    name: str = ""

    @property
    def suffix(self) -> str:
        """The ending of parts: the parts of a file, one after the other, are the file.

        Folders have zstd, standard output is plain.
        """
        if self.kind in ("folder", "store folder"):
            return ".jsonl.zst"
        return next((suffix for suffix in reversed(SUFFIXES) if self.name.endswith(suffix)), ".jsonl")

    @property
    def in_store(self) -> bool:
        """Whether the output is in an object store."""
        return self.kind in ("store file", "store folder")

    @property
    def parent(self) -> Path:
        """The folder of the workspace, on the same disk as the output, so that files can be renamed to their places."""
        return Path(self.name) if self.kind == "folder" else Path(self.name).parent

    @property
    def claim(self) -> str:
        """The name under which the output is locked in its parent."""
        return "run" if self.kind == "folder" else Path(self.name).name

    def path(self, kind: str) -> Path:
        """Return where a kind of result goes."""
        if self.kind == "folder":
            return Path(self.name) / kind
        return Path(self.name) if kind == "articles" else beside(self.name, kind)

    def addresses(self) -> dict[str, str]:
        """Return the address of each kind of result of a file in a store, articles last."""
        suffix = self.suffix
        stem = self.name.removesuffix(suffix)
        return {kind: self.name if kind == "articles" else f"{stem}.{kind}{suffix}" for kind in self.kinds()}

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of results that the output can hold, articles last."""
        return KINDS if self.kind == "folder" else tuple(kind for kind in KINDS if kind != "run.json")


def output_of(name: str) -> Output:
    """Return the output with a name.  Raises UsageError for an ending or an address that is not known.

    >>> output_of("a.jsonl.gz").kind, output_of("out/").kind, output_of("out").kind, output_of("-").kind
    ('file', 'folder', 'folder', 'stdout')
    """
    path = Path(name)
    if is_address(name):
        return Output("store file" if name.endswith(SUFFIXES) else "store folder", name)
    if has_scheme(name):  # Python would make a folder "http:" here
        raise UsageError(
            name, "is not an address that can be written to", f"Begin it with one of {'://, '.join(SCHEMES)}://."
        )
    if name in ("", "-"):
        return Output("stdout")
    if name.endswith(SUFFIXES):
        return Output("file", name)
    if path.is_dir() or name.endswith("/"):
        return Output("folder", name)
    if path.exists() and not path.is_file():
        return Output("stream", name)
    if path.suffix:
        way_out = f"Known endings: {', '.join(SUFFIXES)}.  A name without an ending, or with / at its end, is a folder."
        raise UsageError(name, f"'{path.suffix}' is not the ending of a format that can be written", way_out)
    return Output("folder", name)


def beside(name: str, what: str) -> Path:
    """Return the file beside an output: `a.jsonl.gz` has its audit in `a.audit.jsonl.gz`."""
    suffix = next(suffix for suffix in reversed(SUFFIXES) if name.endswith(suffix))
    return Path(name.removesuffix(suffix) + f".{what}{suffix}")


def check_output(output: Output, force: bool, inputs: Iterable[str], index: str = "") -> list[str]:
    """Return the kinds of results that stand at an output already, and that the run will replace.

    Refuse an output that is an input, that exists (with `force`: that is not ours), or that cannot be written.  The
    index of the run may stand in the folder of its output.  Raises UsageError.
    """
    if output.kind in ("stdout", "stream"):
        return []
    refuse_inputs(output, inputs)
    if output.in_store:
        from etl.pipeline.to_store import check_file, check_folder

        if output.kind == "store file":
            return check_file(output.addresses(), force)
        return check_folder(output.name, force)
    found = [kind for kind in reversed(output.kinds()) if _is_there(output.path(kind))]
    for kind in found:  # an error names the output itself first
        if not _is_ours(output, kind):
            raise of_others(str(output.path(kind)))
        if not force:
            raise exists_already(str(output.path(kind)))
    if output.kind == "folder" and not force and _holds_others(Path(output.name), index):
        raise UsageError(output.name, "exists already, and is not empty", "Give another -o, or use --force.")
    return found


def exists_already(name: str) -> UsageError:
    """Return the error for an output that exists, and may be replaced with `force`."""
    return UsageError(name, "exists already", "Give another -o, or overwrite it with --force.")


def of_others(name: str) -> UsageError:
    """Return the error for an output that exists, and was not written by copydesk."""
    return UsageError(
        name, "exists already, and was not written by copydesk", "Give another -o, or remove it yourself."
    )


def _is_there(path: Path) -> bool:
    """Return true if this path exists.  Raises UsageError if the name is too long: the name of the audit can be."""
    try:
        path.lstat()
    except OSError as error:
        if error.errno == ENAMETOOLONG:
            raise UsageError(str(path), "is a name that is too long", "Give a shorter -o.") from None
        return False
    return True


def check_resumable(output: Output) -> None:
    """Raise UsageError for an output that `--resume` cannot continue."""
    if output.kind not in ("file", "folder"):
        more = "Add --force if a killed run has left something there." if output.in_store else "Or give -o."
        fault = "continues only runs into local files and folders"
        raise UsageError("--resume", fault, f"Run without it: the run starts again.  {more}")


def refuse_inputs(output: Output, inputs: Iterable[str]) -> None:
    """Refuse to overwrite an input, or to write into an input folder: the next run would read the output.

    Raises UsageError.
    """
    written = _written(output)
    root = Path(real_place(output.name))
    for name in inputs:
        read = Path(real_place(name))
        if read in written:
            raise UsageError(output.name, f"would write over the input {name}", "Give another -o.")
        is_folder = os.path.isdir(read)  # noqa: PTH112  # a pattern in a closed folder is none, and no error
        if (is_folder or is_address(name)) and (root == read or read in root.parents):
            raise UsageError(output.name, f"is inside the input folder {name}", "Give an -o outside of it.")
        holds = any(target == read or target in read.parents for target in written)
        if output.kind in ("folder", "store folder") and holds:
            raise UsageError(output.name, f"holds the input {name}", "Give another -o.")


def refuse_index(output: Output, index: str) -> None:
    """Refuse an index that is the output or contains it.  Raises UsageError."""
    if not index:
        return
    own = Path(os.path.realpath(index))
    if any(own == one or one in own.parents for one in _written(output)):
        raise UsageError("--index", f"'{index}' is the output, or contains it", "Give another folder.")


def _written(output: Output) -> set[Path]:
    if output.kind == "store file":
        return {Path(real_place(address)) for address in output.addresses().values()}
    if output.kind == "store folder":
        return {Path(real_place(output.name)) / kind for kind in KINDS}
    return {Path(real_place(str(output.path(kind)))) for kind in output.kinds()}


def _is_ours(output: Output, kind: str) -> bool:
    """Return true if copydesk wrote this file (by its first line, or it is empty), or all files of this folder."""
    target = output.path(kind)
    if output.kind == "folder":
        parts = _parts_of_run(Path(output.name) / "run.json")
        found = target.iterdir() if target.is_dir() else iter(())
        return parts is not None and all(_is_part(one, parts) for one in found)
    if not target.is_file() or target.is_symlink():
        return False
    audit = beside(output.name, "audit")
    can_tell = kind == "articles" and audit.is_file() and not audit.is_symlink()
    return begins_as(kind, target) or (can_tell and are_of_audit(target, audit))


def _parts_of_run(manifest: Path) -> Mapping[str, int] | None:
    """Return the parts of a folder that copydesk wrote, and their sizes; None if it did not write the folder."""
    try:
        if manifest.is_symlink() or not manifest.is_file():
            return None
        account = msgspec.json.decode(manifest.read_bytes(), type=_Account)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return {part.path: part.bytes for part in account.parts}


def _is_part(path: Path, parts: Mapping[str, int]) -> bool:
    is_regular = path.is_file() and not path.is_symlink()
    return is_regular and parts.get(f"{path.parent.name}/{path.name}") == path.stat().st_size


def begins_as(kind: str, place: Path | str) -> bool:
    """Return true if a file, on disk or in a store, begins as results of this kind do, or is empty."""
    from etl.formats.own_files import STARTS
    from etl.formats.own_records import has_start
    from etl.formats.parquet_writer import own_kind

    return own_kind(place) == kind if _is_parquet(place) else has_start(place, STARTS[kind])


def are_of_audit(articles: Path | str, audit: Path | str) -> bool:
    """Return true if records belong to an audit: those of `dedup`, and of other shapes, begin as any JSON lines do."""
    from etl.formats.own_records import is_of_audit

    return not _is_parquet(articles) and is_of_audit(articles, audit)


def _is_parquet(place: Path | str) -> bool:
    name = place.name if isinstance(place, Path) else place.partition("?")[0]
    return name.endswith(PARQUET)


def _holds_others(folder: Path, index: str) -> bool:
    own = os.path.realpath(index) if index else ""
    return folder.is_dir() and any(
        not path.name.startswith(".copydesk-") and os.path.realpath(path) != own for path in folder.iterdir()
    )


def make_parent(output: Output) -> None:
    """Make the folder of an output.

    Raises UsageError if it cannot be made, or cannot be written to, and MachineError if the disk is full or fails.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, RecursionError) as error:  # pathlib makes nested folders by recursion
        if isinstance(error, OSError) and error.errno not in OF_NAMES:
            raise of_system(output.name, error) from None
        fault = error.strerror if isinstance(error, OSError) else "too many folders"
        raise UsageError(output.name, f"cannot be made: {fault}", "Give an -o that you may write to.") from None
    if not os.access(output.parent, os.W_OK):
        raise UsageError(output.name, "cannot be written to", "Give an -o that you may write to.")
