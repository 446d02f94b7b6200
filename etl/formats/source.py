"""What is read: names -> sources -> shares, each a task's part of one source.

The process that plans a run opens each source once, examines its first bytes, and divides it into shares by its format.
A share is a range of a file or a chunk of a stream, so that no byte of a stream is read twice.
"""

import os
import re
from typing import IO, Literal

from msgspec import Struct, structs

from etl.decode import paired
from etl.model import Metadata, Raw

Format = Literal["text", "html", "jsonl", "json", "csv", "parquet", "arrow", "warc", "feed"]

# Names of formats for people.
FORMAT_NAMES: dict[Format, str] = {
    **{"text": "text", "html": "HTML", "jsonl": "JSON lines", "json": "JSON", "csv": "CSV", "parquet": "Parquet"},
    **{"arrow": "Arrow", "warc": "WARC", "feed": "feed (RSS or Atom)"},
}

_BACKSLASHES = re.compile(r"(\\+)(?=x[0-9a-f]{2}|[\udc80-\udcff])")

STDIN = "-"
# Bytes.  The longest news pages that we have seen have 5 MB. A longer document is another kind of dump, or an attack.
MAX_DOCUMENT_BYTES = 64 << 20
TOO_LONG = f"is one record of more than {MAX_DOCUMENT_BYTES >> 20} MiB"
TOO_LONG_DOCUMENT = f"is one document of more than {MAX_DOCUMENT_BYTES >> 20} MiB"
# Bytes of an unreadable document that are kept in its reject.
MAX_REJECT_BYTES = 64 << 10
# The fault of a share for files that copydesk wrote beside articles (audits, rejects, reports …): not read, but no
# error.
OWN = "own"


class Reading(Struct, frozen=True):
    """The user's settings for reading: the format, the fields of a record, and values for all articles.

    `map` has pairs of a field of the article record and its name or path in the input.  `exclude` are patterns of paths
    that are passed over.  With `respects_ignore`, paths in a .gitignore are also passed over.  `stdin_name` is the name
    of standard input.
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
    """One input file or stream, in its state when it was found.

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
    `end`, which are bytes of a WARC and row groups of a Parquet file.  `layout` has data from the start of the file,
    such as the columns of a CSV.  With `fault`, there is nothing to read, for this reason, and `body` has the
    unreadable bytes.
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
    """A reject: its place, the reason, and its first bytes.

    If `is_error` is false, it is a record of an archive without a document ("request", "image/png", "HTTP 404"), which
    is only counted.
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
        """Return it with only its first bytes, because many large rejects may be in memory at the same time."""
        return structs.replace(self, body=self.body[:MAX_REJECT_BYTES])


Result = Raw | Reject


class Opened(Struct, frozen=True):
    """An open source: its decompressed bytes, their start, and the compression."""

    source: Source
    file: IO[bytes]
    head: bytes
    packing: str = ""

    @property
    def is_packed(self) -> bool:
        """True for a compressed file and for a pipe, which are not seekable."""
        return bool(self.packing) or self.source.is_stream


class Found(Struct, frozen=True):
    """What names stand for: sources, in order; what was passed over or cannot be opened, each with the reason."""

    sources: tuple[Source, ...] = ()
    passed_over: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


def printable(path: str) -> str:
    """Return a path as it is written in records: bytes that are not UTF-8 as `\\xe9`.

    Backslashes before such a byte, or before text that looks like one, are doubled, so that different paths stay
    different.
    """
    return os.fsencode(_BACKSLASHES.sub(r"\1\1", path)).decode("utf-8", "backslashreplace")
