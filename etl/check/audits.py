"""Checks of an audit alone (`audit.balance`), and together with its articles (`audit.replay`)."""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from etl.audit import BOOKED_NOTHING, Entry
from etl.check.model import Finding, Key, Place
from etl.errors import RestoreError, UsageError
from etl.formats import Source
from etl.formats.opening import open_path
from etl.formats.stores import is_address
from etl.formats.unpacking import Damaged
from etl.restoration import AuditedDocument, read_audit, restore

_AUDIT, _HEAD = re.compile(rb'\s*\{\s*"schema"\s*:\s*"copydesk/audit/'), 256
BALANCE, REPLAY = "audit.balance", "audit.replay"


class CheckedAudit(Struct, frozen=True):
    """The documents of an audit, each with its findings, and the reasons why something could not be checked."""

    documents: Iterator[tuple[Place, list[Finding]]]
    notes: tuple[str, ...] = ()


def is_audit(source: Source) -> bool:
    """Return whether a file is an audit: by its first line, or, if it is Parquet, by where copydesk writes it."""
    path = Path(source.path)
    if path.suffix == ".parquet":
        return ".audit." in path.name or path.parent.name == "audit"
    if source.is_stream or is_address(source.path):
        return False
    try:
        with open_path(path) as lines:
            return _AUDIT.match(lines.read(_HEAD)) is not None
    except Damaged:
        return False


def audit_path(path: str) -> str:
    """Return the audit of a file: its folder if the file is a part in a folder of copydesk, else the file."""
    return str(Path(path).parent) if Path(path).parent.name == "audit" else path


def check_audit(source: Source, checks: frozenset[str]) -> CheckedAudit:
    """Check an audit, document by document."""
    audit, notes = Path(source.path), list[str]()
    articles = articles_beside(audit) if REPLAY in checks else None
    if REPLAY in checks and articles is None:
        notes.append(f"{source.name}: its articles are not beside it, so it was not compared with them")
    return CheckedAudit(_documents(audit, source.name, articles, checks), tuple(notes))


def _documents(
    audit: Path, name: str, articles: Path | None, checks: frozenset[str]
) -> Iterator[tuple[Place, list[Finding]]]:
    if BALANCE in checks:
        yield from _balanced(audit, name)
    if articles is not None:
        replayed = _replayed(articles, audit, name)
        yield from (one for one in replayed if one[1] or BALANCE not in checks)  # each document counts once


def _balanced(audit: Path, name: str) -> Iterator[tuple[Place, list[Finding]]]:
    try:
        for document in read_audit(audit):
            place = Place(name, document.head.row, origin=document.place)
            yield place, list(_overlaps(document, name))
    except (RestoreError, UsageError) as error:
        yield Place(name), [Finding(Key(BALANCE), Place(name, origin=error.place), error.fault)]


def _overlaps(document: AuditedDocument, name: str) -> Iterator[Finding]:
    """Yield impossible entries: outside of the text, overlapping, or of another length than their text."""
    at = 0
    booked = (entry for entry in document.entries if entry.action not in BOOKED_NOTHING)
    for entry in sorted(booked, key=lambda entry: (entry.char_start, entry.char_end)):
        end = entry.char_end + len(entry.gap)
        if entry.char_end - entry.char_start != len(entry.before):
            yield _entry_finding(entry, name, "quotes more or fewer characters than its place has")
        elif entry.char_start < at:
            yield _entry_finding(entry, name, "records characters that another entry has recorded")
        elif end > document.head.char_end:
            yield _entry_finding(entry, name, "records characters behind the end of the text")
        at = max(at, end)


def _entry_finding(entry: Entry, name: str, fault: str) -> Finding:
    place = Place(name, entry.row, article=entry.article_id, origin=f"{entry.path}:{entry.line}")
    return Finding(
        Key(BALANCE), place, f"the entry of {entry.rule} {fault}", entry.before[:200], size=len(entry.before)
    )


def _replayed(articles: Path, audit: Path, name: str) -> Iterator[tuple[Place, list[Finding]]]:
    try:
        for restored in restore(articles, audit):
            yield Place(name, restored.row, origin=f"{restored.path}:{restored.row}"), []
    except (RestoreError, UsageError) as error:
        yield Place(name), [Finding(Key(REPLAY), Place(name, origin=error.place), error.fault)]


def articles_beside(audit: Path) -> Path | None:
    """Return the articles of an audit, if they are where `clean` wrote them."""
    if audit.is_dir():
        return audit.parent if (audit.parent / "articles").is_dir() else None
    articles = audit.with_name(audit.name.replace(".audit", "", 1))
    return articles if articles != audit and articles.is_file() else None
