"""Formats for people: text, one line a finding, and Markdown."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from etl.check.checks import CHECKS
from etl.check.model import Finding, Report, Row
from etl.errors import counted, unreadable_words

# Findings of a key that `text` shows; the table has the rest as a number.
SHOWN_OF_KEY = 5
MAX_ROWS = 200
# Characters of a rule in the table: that of a suspect is a whole line.
MAX_RULE = 60


def concise(report: Report) -> Iterator[str]:
    """Yield a line for each finding: place, level, check, rule, words."""
    for finding in report.findings:
        yield f"{line_of(finding, report)}\n"


def text(report: Report) -> Iterator[str]:
    """Yield the first findings of each key, worst keys first; then the table, and why it fails.

    Notes are shown as the report says: as findings, as one count for each check, or not at all.
    """
    notes = Counter[str]()
    if report.notes_as != "findings":
        for row in report.rows:
            notes[row.key.check] += row.count.findings * (row.level == "note")
    rows = [row for row in report.rows if row.level != "note" or report.notes_as == "findings"]
    by_key = report.by_key()
    for row in islice(rows, MAX_ROWS):
        findings = by_key.get(row.key, ())
        for finding in findings[:SHOWN_OF_KEY]:
            yield f"{line_of(finding, report)}\n"
            if finding.text:
                yield f"    {finding.text}\n"
        more = row.count.findings - min(len(findings), SHOWN_OF_KEY)
        if more:
            yield f"    … and {counted(more, 'more finding')} of {row.key}\n"
    if rows:
        yield "\n"
    yield from (f"{' '.join(cells)}\n" for cells in _table(rows))
    if len(rows) > MAX_ROWS:
        yield f"… and {len(rows) - MAX_ROWS:,} more rows; --format json has all rows\n"
    if +notes and report.notes_as == "counts":
        yield from (f"note: {check}: {counted(count, 'finding')}\n" for check, count in sorted((+notes).items()))
        yield "  Notes do not fail the check.  To see each of them, leave out --baseline, or use --format json.\n"
    yield from _verdict(report)


def markdown(report: Report) -> Iterator[str]:
    """Yield the table of all keys, and why it fails, as GitHub and GitLab show it."""
    yield f"### copydesk check: {'failed' if report.failures else 'passed'}\n\n"
    for failure in report.failures[:20]:
        yield f"- {cell(failure)}\n"
    if report.rows:
        yield "\n| level | check | rule | publisher | findings | of | rate | first |\n"
        yield "|---|---|---|---|--:|--:|--:|---|\n"
    first = {key: str(findings[0].place) for key, findings in report.by_key().items()}
    for row in report.rows:
        cells = (*_cells(row), first.get(row.key, ""))
        yield f"| {' | '.join(map(cell, cells))} |\n"
    for note in report.notes:
        yield f"\n{cell(note)}\n"


def cell(text: str) -> str:
    """Return a text for a cell of a Markdown table: nothing in it is markup."""
    plain = " ".join(text.replace("\\", "\\\\").split())
    for mark in "|`*_[]<>":
        plain = plain.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return plain


def line_of(finding: Finding, report: Report) -> str:
    """Return a finding in one line."""
    place = str(finding.place) if finding.place.path else finding.key.publisher or "all"
    origin = f" (from {finding.place.origin})" if finding.place.origin else ""
    rule = f" [{finding.key.rule}]" if finding.key.rule else ""
    return f"{place}: {report.level(finding)}: {finding.key.check}{rule}: {finding.message}{origin}"


def _cells(row: Row, rule_chars: int | None = None) -> tuple[str, ...]:
    """Return the cells of a row: level, check, rule, publisher, findings, subjects, and the rate ("" if unknown)."""
    is_of_characters = CHECKS[row.key.check].unit == "characters"
    part, whole = (one.characters if is_of_characters else one.subjects for one in (row.count, row.of))
    rate = f"{part / whole:.1%}" if whole else ""
    numbers = f"{row.count.findings:,}", f"{row.of.subjects:,}", rate
    return row.level, row.key.check, row.key.rule[:rule_chars], row.key.publisher, *numbers


def _table(rows: Sequence[Row]) -> list[list[str]]:
    cells = [["level", "check", "rule", "publisher", "findings", "of", "rate"]] if rows else []
    cells += [[one or "-" for one in _cells(row, MAX_RULE)] for row in rows[:MAX_ROWS]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        [
            one.rjust(width) if at > 3 else one.ljust(width)
            for at, (one, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in cells
    ]


def _verdict(report: Report) -> Iterator[str]:
    nouns = {"raw": "raw article", "art": "article", "audit": "audited document"}
    unread = sum(row.count.subjects for row in report.rows if row.key.check == "raw.unreadable")
    subjects = {scope: count.subjects - unread * (scope == "raw") for scope, count in report.totals.items()}
    looked = [counted(count, nouns[scope]) for scope, count in subjects.items() if count]
    words = [unreadable_words(unread)] if unread else []
    words += [f"{', '.join(looked)} checked"] if looked else []
    yield f"{'failed' if report.failures else 'passed'}: {', '.join(words)}\n"
    yield from (f"  {failure}\n" for failure in report.failures)
