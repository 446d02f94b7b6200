"""What a worker is sent: plain values that name the settings and a share of the input.  No I/O."""

from typing import Literal

from msgspec import Struct

from etl.dedup import DEFAULT_SETTINGS, DedupSettings
from etl.document import Textless
from etl.formats import Reading, Reject, Share
from etl.packs import Selection
from etl.record import NO_FIELDS, OptionalFields

# Bytes of input in a shard.  Small enough that cores share a run evenly, large enough that the start of a task does not
# count.
SHARD_BYTES = 4 << 20
# Bytes of the first shard of a run that prints its articles as it reads, and of the largest: each may be twice as large
# as the one before.  The first articles must be out within a second.
STREAM_SHARD_BYTES = (16 << 10, 256 << 10)


class Shard(Struct, frozen=True):
    """One task's part of the input.  Only the first stage of a run gets the shares; later ones know the number."""

    number: int
    shares: tuple[Share, ...] = ()


class Job(Struct, frozen=True):
    """The settings of a run.  `suffix` ends the names of the parts that users get, `shape` is that of their records.

    `memory` bounds, in bytes, what may be held to find duplicates; past it, files are used.  `index` is the folder of
    what earlier runs kept, or ""; it notes in which `output` the articles of a run are.  `shard_bytes` decides how the
    input is cut, and so how many parts a folder gets.  `skip` names the articles without text that are not written.
    `fields` are the optional fields of records.
    """

    selection: Selection = Selection()
    reading: Reading = Reading()
    dedup: DedupSettings = DEFAULT_SETTINGS
    added: str = ""
    suffix: str = ".jsonl"
    shape: str = "copydesk"
    memory: int = 1 << 30
    index: str = ""
    output: str = ""
    shard_bytes: int = SHARD_BYTES
    skip: tuple[Textless, ...] = ()
    fields: OptionalFields = NO_FIELDS


class RejectLine(Struct, frozen=True, kw_only=True):
    """An input that could not be read, as it is written; `bytes` is base64 of at most its first 64 KiB."""

    schema: Literal["copydesk/reject/1"] = "copydesk/reject/1"
    path: str
    row: int
    reason: str
    bytes: bytes


def reject_line(reject: Reject) -> RejectLine:
    """Return a reject as it is written out."""
    return RejectLine(path=reject.path, row=reject.row, reason=reject.reason, bytes=reject.shortened().body)
