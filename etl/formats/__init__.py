"""Bytes <-> documents and records: one module a format, one table of them.

To add a format, write a module with `shares` and `read`, enter it in FORMATS with what tells it (in `sniffing`), and
its name in `source.Format`, `source.FORMAT_NAMES` and `etl.cli.options.FORMATS`.

source                         names -> sources -> shares, each a task's part of one source
input_files                    the files for a name; ignoring: those that are not read; stores: object stores
opening                        the bytes of a source; unpacking: compressions; sniffing: formats by content
text                           text and HTML: one document a file
jsonl, json_documents          JSON; records, records_within: its records; json_values, lenient_json, spans: its values
delimited, csv_rows            CSV
parquet, parquet_files         Parquet and Arrow; arrow_values: values
warc, warc_records, http_body  WARC
feeds, end_tags                RSS and Atom
fields                         a record -> a document; names: names of fields; field_values: their values; richtext:
                               HTML in a text
memory                         values of Python programs -> documents
rows                           the records of `dedup`
own_files, own_records         what copydesk wrote: how it is told from inputs; read back
writing                        records -> files; parquet_writer: Parquet
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from msgspec import Struct, structs

from etl.decode import decode
from etl.errors import MachineError, Unreadable, UsageError
from etl.formats import sniffing
from etl.formats.input_files import find as find_files
from etl.formats.input_files import suffix_of
from etl.formats.opening import Changed, fault_of, opened, spooled
from etl.formats.own_files import is_no_input
from etl.formats.source import (
    FORMAT_NAMES,
    MAX_REJECT_BYTES,
    OWN,
    STDIN,
    Format,
    Found,
    Opened,
    Reading,
    Reject,
    Result,
    Share,
    Source,
)
from etl.formats.unpacking import Damaged
from etl.model import Raw

__all__ = [
    "FORMATS",
    "OWN",
    "PASSED_OVER_OWN",
    "SUFFIXES",
    "Format",
    "Found",
    "Reading",
    "Reject",
    "Result",
    "Share",
    "Source",
    "find",
    "format_of",
    "only_document",
    "read",
    "shares",
    "spooled",
]


class Reader(Protocol):
    """The module of a format: `shares` cuts a source into parts of about `size` bytes, `read` yields what is in one."""

    def shares(self, opened: Opened, size: int, reading: Reading) -> Iterator[Share]: ...

    def read(self, share: Share, reading: Reading) -> Iterator[Result]: ...


class InputFormat(Struct, frozen=True):
    """A format that is read: its suffixes, the test of the first bytes, and the name of its module.

    A module is imported when there is a file for it: most runs read one format.
    """

    suffixes: tuple[str, ...]
    looks_like: Callable[[bytes], bool]
    module: str

    @property
    def reader(self) -> Reader:
        return cast("Reader", import_module(f"etl.formats.{self.module}"))


# In the order in which they are tried on the first bytes of a file: first formats with a signature, then those with a
# syntax.
FORMATS: dict[Format, InputFormat] = {
    "parquet": InputFormat((".parquet", ".pq"), lambda head: head.startswith(sniffing.PARQUET_MAGIC), "parquet"),
    "arrow": InputFormat(
        (".arrow", ".feather", ".ipc"),
        lambda head: head.startswith((sniffing.ARROW_MAGIC, sniffing.STREAM_MAGIC)),
        "parquet",
    ),
    "warc": InputFormat((".warc", ".wet", ".wat"), sniffing.looks_like_warc, "warc"),
    "feed": InputFormat(
        (".rss", ".atom", ".rdf"), lambda head: sniffing.xml_root(head) in ("rss", "feed", "rdf:rdf"), "feeds"
    ),
    "html": InputFormat((".html", ".htm", ".xhtml"), sniffing.looks_like_html, "text"),
    "jsonl": InputFormat((".jsonl", ".ndjson", ".jl"), sniffing.looks_like_lines, "jsonl"),
    "json": InputFormat((".json",), sniffing.looks_like_json, "json_documents"),
    "csv": InputFormat((".csv", ".tsv", ".tab", ".psv"), sniffing.looks_like_table, "delimited"),
    "text": InputFormat((".txt", ".text", ".md"), lambda head: False, "text"),
}
SUFFIXES: dict[str, Format] = {suffix: name for name, one in FORMATS.items() for suffix in one.suffixes}
# Formats whose files begin with a signature.  Without it, the name of a file is ignored.
SIGNED = ("parquet", "arrow")
# Formats in which each row of a binary file would become a reject.
OF_ROWS_OF_TEXT = ("jsonl", "json", "csv")
# The reason why a share with the fault OWN is not read.
PASSED_OVER_OWN = "copydesk wrote it, and it holds no articles"
# Bytes that are read at once if only one document is wanted.
_AT_ONCE = 4 << 20
# The most rows, and the most ids, that are named if a record is not found.
_MAX_NAMED = 5


def find(names: Sequence[str], reading: Reading) -> Found:
    """Resolve files, folders, globs, addresses and "-" to sources.  Raises NoInput for a name that matches nothing."""
    return find_files(names, reading, (*SUFFIXES, ".xml"))


def shares(source: Source, reading: Reading, size: int) -> Iterator[Share]:
    """Yield the shares of a source, of about `size` bytes each.  A fault of the source is a share, too.

    A share of what copydesk wrote beside articles (audits, rejects, reports …) has the fault OWN.  A share with another
    fault has the first bytes of the source.
    """
    head = b""
    try:
        with opened(source) as found:
            head = found.head
            if not reading.format and is_no_input(head):
                yield Share(source, "jsonl", fault=OWN)
                return
            if reading.format != "html" and (fault := sniffing.not_read(head, found.packing, source.name)):
                yield Share(source, body=head, fault=fault)
                return
            form = reading.format or format_of(source.name if source.is_stream else source.path, head)
            if form in SIGNED and not FORMATS[form].looks_like(head):
                fault = f"is not in the format {form.title()}, although its name or --from says so"
                yield Share(source, body=head, fault=fault)
                return
            is_empty = True
            for share in FORMATS[form].reader.shares(found, size, structs.replace(reading, format=form)):
                is_empty = False
                yield share
            if is_empty and not _has_no_records(form, head):
                yield Share(source, form, body=head, fault=f"is {FORMAT_NAMES[form]}, and has no records")
    except (UsageError, MachineError, MemoryError):
        raise
    except Exception as error:  # a bug of ours affects this source, not the run
        yield Share(source, body=head, fault=fault_of(error))


def _has_no_records(form: str, head: bytes) -> bool:
    """Return whether a file without shares is rightly so: it is empty, an empty array, or the names of columns."""
    from etl.formats.spans import SEPARATORS  # most files have shares

    return not head.strip(SEPARATORS) or (form == "csv" and sniffing.looks_like_table(head))


def read(share: Share, reading: Reading) -> Iterator[Result]:
    """Yield the documents of a share in order, with rejects in the places of what was not read.

    If no row of a share is read, and its bytes are not text, the share is one reject.
    """
    if share.fault:
        yield Reject(share.source.name, share.row, share.fault, share.body or b"").shortened()
        return
    results = _results(share, reading)
    yield from _binary_as_one(results) if share.format in OF_ROWS_OF_TEXT else results


def _results(share: Share, reading: Reading) -> Iterator[Result]:
    try:
        for result in FORMATS[share.format].reader.read(share, reading):
            yield result.shortened() if isinstance(result, Reject) else result
    except (OSError, Changed, Damaged, Unreadable) as error:
        yield Reject(share.source.name, share.row, fault_of(error), share.body or b"").shortened()


def _binary_as_one(results: Iterator[Result]) -> Iterator[Result]:
    """Yield results.  If all are rejects, and their bytes together are not text, yield one reject instead."""
    held: list[Reject] = []
    for result in results:
        if isinstance(result, Raw) or not result.is_error:
            yield from (*held, result)
            yield from results
            return
        held.append(result)
    if len(held) > 1:
        first, body = held[0], b"\n".join(reject.body for reject in held)[:MAX_REJECT_BYTES]
        try:
            decode(Raw(first.path, body, sha256=""))
        except Unreadable as error:
            yield Reject(first.path, first.row, f"{error.fault} (rows {first.row:,} to {held[-1].row:,})", body)
            return
    yield from held


def format_of(path: str, head: bytes) -> Format:
    """Return the format of a file: by its first bytes if possible, else by its name, else text."""
    found = next((name for name, one in FORMATS.items() if one.looks_like(head)), None)
    return found or SUFFIXES.get(suffix_of(path)) or "text"


def only_document(name: str, reading: Reading, record: str) -> Raw:
    """Return the document of a file, or the record that has this row, or else this id.

    Raises NoInput, Unreadable and UsageError.
    """
    if name != STDIN and Path(name).is_dir():
        raise UsageError(name, "is a folder", "Name a file in it.")
    sources = find([name], reading).sources
    if len(sources) != 1:
        raise UsageError(name, f"stands for {len(sources)} files", "Name one of them.")
    rows: list[str] = []
    ids: list[str] = []
    with_id: Raw | None = None
    for share in shares(sources[0], reading, _AT_ONCE):
        if share.fault == OWN:
            raise UsageError(name, PASSED_OVER_OWN, "Name an input of `clean`, or articles.")
        for result in read(share, reading):
            rows.append(str(result.row))
            has_rows = share.format not in ("text", "html")
            if record not in ("", rows[-1]) and not has_rows:
                raise UsageError(f"{name}:{record}", "the file is one document, without rows", f"Write {name}:LINE.")
            if has_rows and not record and not share.fault:
                raise UsageError(name, "holds records", f"Name one of them: {name}:ROW:LINE, or {name}:ID:LINE.")
            if not has_rows or share.fault or rows[-1] == record:
                if isinstance(result, Raw):
                    return result
                raise Unreadable(f"{result.path}:{result.row}", result.reason)
            if isinstance(result, Raw) and result.record == record:
                with_id = with_id or result
            elif isinstance(result, Raw) and result.record and len(ids) < _MAX_NAMED:
                ids.append(result.record)
    if with_id:
        return with_id
    way_out = f"Its first rows are {', '.join(rows[:_MAX_NAMED])}." if rows else "It has no records."
    if ids:
        way_out += f"  Its first ids are {', '.join(ids)}."
    raise UsageError(f"{name}:{record}", "no record has this row or id", way_out)
