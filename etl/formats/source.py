"""What is read: names -> sources -> shares, each a task's part of one source.

The process that plans a run opens each source once, looks at its first bytes, and cuts it into shares, as its format
wants.  A share names a part of a file, or holds a chunk of a stream, so that no byte of a stream is read twice.
"""

import os
import re
from typing import IO, Literal

from msgspec import Struct, structs

from etl.decode import paired
from etl.model import Metadata, Raw

Format = Literal["text", "html", "jsonl", "json", "csv", "parquet", "arrow", "warc", "feed"]

# How people write them.
FORMAT_NAMES: dict[Format, str] = {
    **{"text": "text", "html": "HTML", "jsonl": "JSON lines", "json": "JSON", "csv": "CSV", "parquet": "Parquet"},
    **{"arrow": "Arrow", "warc": "WARC", "feed": "feed (RSS or Atom)"},
}

_BACKSLASHES = re.compile(r"(\\+)(?=x[0-9a-f]{2}|[\udc80-\udcff])")

STDIN = "-"
# Bytes.  The longest news pages seen have 5 MB; what is longer is a dump of another sort, or a bomb.
MAX_DOCUMENT_BYTES = 64 << 20
TOO_LONG = f"is one record of more than {MAX_DOCUMENT_BYTES >> 20} MiB"
TOO_LONG_DOCUMENT = f"is one document of more than {MAX_DOCUMENT_BYTES >> 20} MiB"
# Bytes of what could not be read that are carried along; the rest is where it was found.
MAX_REJECT_BYTES = 64 << 10
# The fault of a share of what copydesk wrote beside articles (audits, rejects, reports …): no input, and no error.
OWN = "own"


class Reading(Struct, frozen=True):
    """How to read: what the user says of the format, of the fields of a record, and of all articles alike.

    `map` are pairs of a field of the article record and the name, or path, under which the input has it.  `exclude` are
    patterns of paths that are passed over, and with `respects_ignore` so is what a .gitignore names.  `stdin_name` is
    the name of standard input.
    """

    format: Format | None = None
    text_field: str = ""
    html_field: str = ""
    encoding: str = ""
    metadata: Metadata = Metadata()
    map: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()
    respects_ignore: bool = False
    stdin_name: str = ""


class Source(Struct, frozen=True, gc=False):
    """One input file or stream, as it was when it was found.

    `name` is as the user gave it and goes into the records; `path` is where the bytes are, or an address in an object
    store.  `modified` is in ns.
    """

    name: str
    path: str
    size: int = 0
    modified: int = 0
    is_stream: bool = False


class Share(Struct, frozen=True, gc=False):
    """One task's part of a source.

    It is the whole file; or with `body` a chunk of a stream that begins at `row`; or what lies between `start` and
    `end`, which are bytes of a WARC and row groups of a Parquet file.  `layout` is what its format must know from the
    head of the file: the columns of a CSV.  With `fault` there is nothing to read, and this is why; `body` is then what
    could not be read.
    """

    source: Source
    format: Format = "text"
    size: int = 0
    body: bytes | None = None
    row: int = 1
    start: int = 0
    end: int = -1
    layout: bytes = b""
    fault: str = ""


class Reject(Struct, frozen=True, gc=False):
    """What is no document: its place, the reason, and its bytes (of a long one, the first).

    It could not be read; or, where `is_error` is false, it is a record of an archive that has none to read ("request",
    "image/png", "HTTP 404"), and is only counted.
    """

    path: str
    row: int
    reason: str
    body: bytes
    is_error: bool = True

    def __post_init__(self) -> None:
        """Replace half a surrogate pair in the reason, as a name of a field may have it: no file could hold it."""
        if not self.reason.isascii():
            structs.force_setattr(self, "reason", paired(self.reason)[0])

    def shortened(self) -> "Reject":
        """Return it with the first of its bytes alone: many of the largest size may wait for each other."""
        return structs.replace(self, body=self.body[:MAX_REJECT_BYTES])


Result = Raw | Reject


class Opened(Struct, frozen=True):
    """A source as the planner holds it: its bytes, unpacked, their start, and the compression they come out of."""

    source: Source
    file: IO[bytes]
    head: bytes
    packing: str = ""

    @property
    def is_packed(self) -> bool:
        """True of a compressed file and of a pipe: they cannot be sought in."""
        return bool(self.packing) or self.source.is_stream


class Found(Struct, frozen=True):
    """What names stand for: sources, in order; what was passed over or cannot be opened, each with the reason."""

    sources: tuple[Source, ...] = ()
    passed_over: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


def in_one_line(path: str) -> str:
    """Return a path for a message: a line feed in it would begin a line of its own, and CI obeys some lines."""
    return path.replace("\n", "\\n")


def printable(path: str) -> str:
    """Return a path as it is written in records: bytes that are not UTF-8 as `\\xe9`.

    Backslashes before what looks like such a byte, or is one, are doubled: no two paths are written alike.
    """
    return os.fsencode(_BACKSLASHES.sub(r"\1\1", path)).decode("utf-8", "backslashreplace")
