"""The values that a worker gets: the settings, and a share of the input.  No I/O."""

from typing import Literal

from msgspec import Struct

from etl.dedup import DEFAULT_SETTINGS, DedupSettings
from etl.document import Textless
from etl.formats import Reading, Reject, Share
from etl.packs import Selection
from etl.record import NO_FIELDS, OptionalFields

# Bytes of input in a shard: small enough that cores share a run evenly, and large enough that starting a task takes
# little time in comparison.
SHARD_BYTES = 4 << 20
# Bytes of the first and of the largest shard of a run that streams: each shard may be twice as large as the one before.
# The first articles must appear within a second.
STREAM_SHARD_BYTES = (16 << 10, 256 << 10)


class Shard(Struct, frozen=True):
    """One task's part of the input.

    Only the first stage of a run gets the shares; later stages get only the number.
    """

    number: int
    shares: tuple[Share, ...] = ()


class Job(Struct, frozen=True):
    """The settings of a run.  `suffix` is the ending of the names of parts, `shape` the shape of their records.

    `memory` is the limit, in bytes, for finding duplicates; beyond it, files are used.  `index` is the folder of the
    index, or ""; the index records the `output` with the articles of a run.  `shard_bytes` decides how the input is
    divided, and so the number of parts of a folder.  `skip` names the articles without text that are not written.
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
