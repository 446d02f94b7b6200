"""Annotations of GitHub Actions: at most ten errors and ten warnings a step, so one for each key, worst first.

The table of all keys goes to the summary of the step, as Markdown.
"""

from collections.abc import Iterator

from etl.check.model import Finding, Level, Report, Row
from etl.errors import counted

# The number of annotations that GitHub shows per level and step.
MAX_ANNOTATIONS = 10


def github(report: Report) -> Iterator[str]:
    """Yield the annotations."""
    first = {key: findings[0] for key, findings in report.by_key().items()}
    levels: tuple[Level, ...] = ("error", "warning")
    for level in levels:
        rows = [row for row in report.rows if row.level == level and row.key in first]
        for row in rows[:MAX_ANNOTATIONS]:
            yield _annotation(row, first[row.key], len(rows) - MAX_ANNOTATIONS if row is rows[0] else 0)


def _annotation(row: Row, finding: Finding, keys_more: int) -> str:
    place = finding.place
    title = f"{row.key.check} {row.key.rule}".strip()
    properties = {"file": place.path, "line": str(place.file_line or ""), "title": title}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    rest = row.count.findings - 1
    more = f"; {counted(rest, 'more finding')}" if rest else ""
    others = f"; for {keys_more:,} more rows, see the summary" if keys_more > 0 else ""
    quoted = f": {finding.text}" if finding.text else ""
    origin = f" (from {place.origin})" if place.origin else ""
    return f"::{row.level} {given}::{_data(f'{place}: {finding.message}{quoted}{origin}{more}{others}')}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
