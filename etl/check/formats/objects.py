"""Formats for programs: JSON, JSON lines, GitLab code quality, and the reviewdog diagnostic format."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from etl.audit import text_sha256
from etl.check.checks import CHECKS
from etl.check.model import Finding, Level, Report, Row

SCHEMA = "copydesk/check/1"
_GITLAB: Mapping[Level, str] = {"error": "major", "warning": "minor", "note": "info"}
_REVIEWDOG: Mapping[Level, str] = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def json(report: Report) -> Iterator[str]:
    """Yield one object: the outcome, all keys with their counts, the limits, and the findings."""
    yield _encode(
        {
            "schema": SCHEMA,
            "copydesk": report.version,
            "passed": not report.failures,
            "failures": report.failures,
            "totals": report.totals,
            "rows": [_row(row) for row in report.rows],
            "limits": [
                {"limit": one.limit, "value": one.value, "holds": one.holds, "words": one.words}
                for one in report.limits
            ],
            "findings": [as_object(finding, report) for finding in report.findings],
            "notes": report.notes,
        }
    )


def jsonl(report: Report) -> Iterator[str]:
    """Yield one object a line for each finding."""
    yield from (_encode(as_object(finding, report)) for finding in report.findings)


def gitlab(report: Report) -> Iterator[str]:
    """Yield the array of a GitLab code quality report."""
    yield _encode(
        [
            {
                "description": _described(finding),
                "check_name": finding.key.check,
                "fingerprint": fingerprint,
                "severity": _GITLAB[report.level(finding)],
                "location": {
                    "path": finding.place.path or "copydesk.toml",
                    "lines": {"begin": finding.place.file_line or 1},
                },
            }
            for fingerprint, finding in fingerprinted(report)
        ]
    )


def rdjson(report: Report) -> Iterator[str]:
    """Yield a DiagnosticResult of reviewdog."""
    yield _encode(
        {
            "source": {"name": "copydesk"},
            "diagnostics": [
                {
                    "message": _described(finding),
                    "location": {"path": finding.place.path or "copydesk.toml"} | _range(finding),
                    "severity": _REVIEWDOG[report.level(finding)],
                    "code": {"value": finding.key.check},
                    "original_output": f"{finding.place}: {finding.message}",
                }
                for finding in report.findings
            ],
        }
    )


def as_object(finding: Finding, report: Report) -> dict[str, Any]:
    """Return a finding with all of its fields, without nesting."""
    place = finding.place
    return {
        "check": finding.key.check, "level": report.level(finding), "rule": finding.key.rule, "kind": finding.kind,
        "publisher": finding.key.publisher, "path": place.path, "row": place.row, "line": place.line,
        "record": place.record, "article_id": place.article, "file_line": place.file_line, "origin": place.origin,
        "char_start": finding.char_start, "size": finding.size, "message": finding.message, "text": finding.text,
    }  # fmt: skip


def fingerprinted(report: Report) -> Iterator[tuple[str, Finding]]:
    """Yield findings with fingerprints of key, record, text and a count of equals, which stay when lines move."""
    times: dict[str, int] = {}
    for finding in report.findings:
        key, place = finding.key, finding.place
        record = place.article or place.record
        name = "\0".join((key.check, key.rule, key.publisher, place.path, record, finding.text))
        times[name] = times.get(name, 0) + 1
        yield text_sha256(f"{name}\0{times[name]}"), finding


def _row(row: Row) -> dict[str, Any]:
    key, count = row.key, row.count
    return {
        "check": key.check, "title": CHECKS[key.check].title, "rule": key.rule, "publisher": key.publisher,
        "level": row.level, "findings": count.findings, "subjects": count.subjects, "characters": count.characters,
        "of": row.of.subjects, "of_characters": row.of.characters, "before": row.before, "why": row.why,
    }  # fmt: skip


def _described(finding: Finding) -> str:
    rule = f" [{finding.key.rule}]" if finding.key.rule else ""
    origin = f" (from {finding.place.origin})" if finding.place.origin else ""
    quoted = f": {finding.text}" if finding.text else ""
    return f"{finding.key.check}{rule}: {finding.message}{quoted}{origin}"


def _range(finding: Finding) -> dict[str, Any]:
    line = finding.place.file_line
    return {"range": {"start": {"line": line}}} if line else {}


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode("utf-8", "replace") + "\n"
