"""What goes out to a worker: plain values that name the input, the settings and the files between the stages."""

import shutil
from pathlib import Path
from typing import Literal

from msgspec import Struct

from etl.model import Numbers, Shingles, Unit
from etl.packs import Selection
from etl.readers import Reading, Reject, Source

# Bytes of a raw document that a reject holds; the rest is where it was found.
MAX_REJECT_BYTES = 64 << 10


class Copying(Struct, frozen=True):
    """How far to look for copies, what counts as one, and whether it is dropped or only tagged.

    `unit` is what a record of `copydesk dedup` is; `shingles` are words by three or characters by five.
    """

    scope: Literal["off", "article", "run"] = "run"
    threshold: float = 0.7
    numbers: Numbers = "same"
    action: Literal["drop", "tag"] = "drop"
    shingles: Shingles = "w3"
    unit: Unit = "article"
    keep: Literal["first", "longest"] = "first"


class Shard(Struct, frozen=True):
    """One task's share of the input: names and byte ranges, never data."""

    number: int
    sources: tuple[Source, ...]


class Job(Struct, frozen=True):
    """A run's settings.  `work` is the folder of the files between the stages, `suffix` ends those that users get.

    `memory` bounds, in bytes, what may be held to find copies; past it, they are sought from files.  `index` is the
    folder of what earlier runs kept, or "".
    """

    work: str
    selection: Selection = Selection()
    reading: Reading = Reading()
    copying: Copying = Copying()
    added: str = ""
    suffix: str = ".jsonl"
    memory: int = 1 << 30
    index: str = ""

    @property
    def staged_index(self) -> Path:
        """Where a run stages what it will add to the index."""
        return Path(self.work) / "index"

    def part(self, kind: str, shard: int, suffix: str = "") -> Path:
        """Where a shard's part of a kind of file stands."""
        folder = Path(self.work) / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"part-{shard:05d}{suffix or self.suffix}"

    def remove(self, *kinds: str) -> None:
        """Remove kinds of files that no later stage reads: a large run has several times its input on disk."""
        for kind in kinds:
            shutil.rmtree(Path(self.work) / kind, ignore_errors=True)


class RejectLine(Struct, frozen=True, kw_only=True):
    """What could not be read, as it is written out; `bytes` is base64, of at most the first 64 KiB."""

    schema: Literal["copydesk/reject/1"] = "copydesk/reject/1"
    path: str
    row: int
    reason: str
    bytes: bytes


def reject_line(reject: Reject) -> RejectLine:
    """Give a reject as it is written out."""
    return RejectLine(path=reject.path, row=reject.row, reason=reject.reason, bytes=reject.body[:MAX_REJECT_BYTES])
