"""Finished parts -> what the user asked for: standard output, one file with its audit beside it, or a folder."""

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from etl.audit import Tally
from etl.index.upkeep import extend
from etl.packs import pack_versions
from etl.readers import Source
from etl.stages import Job
from etl.writers import atomic, beside, is_one_file, join_files, print_files

# All whose version can change a byte of the output; click only reads the command line.
DEPENDENCIES = (
    *("ahocorasick_rs", "beautifulsoup4", "chardet", "datasketch", "ftfy", "lxml", "msgspec", "numpy"),
    *("pyarrow", "regex", "tomli", "webencodings", "zstandard"),
)
# The settings of a job that say what comes out; not how much memory it took, or where.
SETTINGS = ("selection", "reading", "copying", "added", "index")


def deliver(job: Job, output: str, audit: bool, tally: Tally, sources: Sequence[Source]) -> None:
    """Put a run's articles where they belong; last, so that where they are all else is complete.  "" is stdout.

    Only then does the index learn what was kept: what a run has not delivered, no later one may call seen.
    """
    kinds = [kind for kind in ("rejects", "audit") if audit or kind != "audit"]
    if not output:
        print_files(_parts(job, "articles"))
    elif is_one_file(output):
        for kind in kinds:
            _join_if_any(job, kind, beside(output, kind))
        join_files(Path(output), _parts(job, "articles"))
    else:
        _fill_folder(job, Path(output), kinds)
        _write_json(Path(output) / "run.json", _account_of_run(job, tally, sources))
    if job.index:
        extend(job.index, job.staged_index)


def _parts(job: Job, kind: str) -> list[Path]:
    return sorted((Path(job.work) / kind).glob("part-*"))


def _join_if_any(job: Job, kind: str, target: Path) -> None:
    """An empty audit is a statement; an empty file of rejects would be a false alarm, and so would an old one."""
    if kind == "rejects" and not _has_lines(job, kind):
        target.unlink(missing_ok=True)
    else:
        join_files(target, _parts(job, kind))


def _has_lines(job: Job, kind: str) -> bool:
    empty = {".gz": 20, ".zst": 13}.get(Path(job.suffix).suffix, 0)
    return any(part.stat().st_size > empty for part in _parts(job, kind))


def _fill_folder(job: Job, folder: Path, kinds: Iterable[str]) -> None:
    for kind in ("articles", "audit", "rejects"):
        shutil.rmtree(folder / kind, ignore_errors=True)
    for kind in (*kinds, "articles"):
        if kind != "rejects" or _has_lines(job, kind):
            (Path(job.work) / kind).replace(folder / kind)


def _write_json(target: Path, content: Mapping[str, Any]) -> None:
    with atomic(target) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


def _account_of_run(job: Job, tally: Tally, sources: Sequence[Source]) -> dict[str, Any]:
    """What made these files: versions, settings, packs, inputs, counts."""
    return {
        "schema": "copydesk/run/1",
        "versions": {name: version(name) for name in ("copydesk", *DEPENDENCIES)} | {"python": sys.version.split()[0]},
        "settings": {name: getattr(job, name) for name in SETTINGS},
        "packs": pack_versions(job.selection),
        "inputs": [{"path": source.name, "bytes": source.size, "sha256": _sha256(source)} for source in sources],
        "counts": {name: _counted(value) for name, value in msgspec.structs.asdict(tally).items()},
    }


def _counted(value: Any) -> Any:
    return dict(value) if isinstance(value, tuple) else value


def _sha256(source: Source) -> str:
    with Path(source.path).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
