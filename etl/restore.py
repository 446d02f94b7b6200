"""Articles + audit -> the decoded documents that they were made from."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from etl.audit import Entry, Restoration
from etl.errors import UsageError
from etl.readers.records import read_records
from etl.record import Record
from etl.writers import SUFFIXES, beside


class Restored(Struct, frozen=True, gc=False):
    """A document given back: where it came from, and its decoded text (for HTML, that of its blocks)."""

    path: str
    row: int
    record: str
    text: str


Place = tuple[str, int]


def restore(articles: Path, audit: Path | None = None) -> Iterator[Restored]:
    """Give back the documents behind an articles file or folder, in order.  Raises UsageError without an audit."""
    records = {place: list(group) for place, group in groupby(read_records(*_articles(articles)), key=_record_place)}
    entries: dict[Place, list[Entry]] = {}
    for entry in read_records(audit or find_audit(articles), Entry):
        entries.setdefault((entry.path, entry.row), []).append(entry)
    for place in _in_order([*records, *entries]):
        group, lines = records.get(place, []), entries.get(place, [])
        first = group[0].origin if group else lines[0]
        # A document without articles was a copy or rejected, all of it: each of its gaps is on an account line.
        gap = group[0].origin.gap if group else ""
        text = Restoration([record.text for record in group], lines, gap).text()
        yield Restored(first.path, first.row, first.record, text)


def find_audit(articles: Path) -> Path:
    """Find the audit that clean wrote beside articles.  Raises UsageError if there is none."""
    if articles.is_dir():
        audit = articles / "audit"
    elif str(articles).endswith(SUFFIXES):
        audit = beside(str(articles), "audit")
    else:
        audit = articles.with_name(articles.name + ".audit")
    if not audit.exists():
        raise UsageError(str(articles), f"has no audit beside it: {audit} is not there", "Name it with --audit.")
    return audit


def _in_order(places: Sequence[Place]) -> list[Place]:
    """Give each place once: files as they first come, and within one by row."""
    paths = {path: number for number, path in enumerate(dict.fromkeys(path for path, _ in places))}
    return sorted(set(places), key=lambda place: (paths[place[0]], place[1]))


def _articles(path: Path) -> tuple[Path, type[Record]]:
    if not path.exists():
        raise UsageError(str(path), "there is no such file or folder", "Give what clean wrote with -o.")
    return (path / "articles" if path.is_dir() else path), Record


def _record_place(record: Record) -> Place:
    return record.origin.path, record.origin.row
