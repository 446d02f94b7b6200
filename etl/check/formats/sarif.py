"""SARIF 2.1.0: below what GitHub takes (25,000 results, 10 MB); totals stand in the properties of the run."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from etl.check.checks import CHECKS
from etl.check.formats.objects import fingerprinted
from etl.check.model import Finding, Level, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub refuses a file of more than 25,000 results in a run, or of more than 10 MB when packed; here it is not packed.
MAX_RESULTS, MAX_BYTES = 24_000, 9_000_000


def sarif(report: Report) -> Iterator[str]:
    """Yield a log of one run: the checks as rules, the findings as results, those worst first if not all fit."""
    results = list(_fitting(report))
    counted = sum(row.count.findings for row in report.rows)
    driver = {"name": "copydesk", "version": report.version, "rules": [_rule(check) for check in _used(report)]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [msgspec.Raw(result) for result in results],
        "properties": {
            "findings": counted,
            "shown": len(results),
            "passed": not report.failures,
            "failures": report.failures[:100],
            "byCheck": _by_check(report),
        },
    }
    yield msgspec.json.encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).decode("utf-8", "replace") + "\n"


def _fitting(report: Report) -> Iterator[bytes]:
    places = {check: at for at, check in enumerate(_used(report))}
    size = 0
    for number, (fingerprint, finding) in enumerate(fingerprinted(report)):
        result = msgspec.json.encode(_result(finding, report.level(finding), places[finding.key.check], fingerprint))
        size += len(result) + 1
        if number == MAX_RESULTS or size > MAX_BYTES:
            return
        yield result


def _used(report: Report) -> list[str]:
    return sorted({row.key.check for row in report.rows})


def _by_check(report: Report) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for row in report.rows:
        counts[row.key.check] = counts.get(row.key.check, 0) + row.count.findings
    return dict(sorted(counts.items()))


def _rule(check: str) -> dict[str, Any]:
    one = CHECKS[check]
    return {
        "id": check,
        "shortDescription": {"text": one.title},
        "help": {"text": f"{one.advice}  See {one.page}."},
        "defaultConfiguration": {"level": one.level},
    }


def _result(finding: Finding, level: Level, rule: int, fingerprint: str) -> dict[str, Any]:
    name = f"{finding.key.rule}: " if finding.key.rule else ""
    place = finding.place
    properties = {
        "rule": finding.key.rule, "publisher": finding.key.publisher, "row": place.row, "record": place.record,
        "article": place.article, "line": place.line, "origin": place.origin, "text": finding.text,
    }  # fmt: skip
    result = {
        "ruleId": finding.key.check,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": f"{name}{finding.message}"},
        "partialFingerprints": {"copydesk/v1": fingerprint},
        "properties": {key: value for key, value in properties.items() if value != ""},
    }
    return result | ({"locations": [_location(finding)]} if place.path else {})


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.place
    uri = quote(place.path, safe="/:@!$&'()*+,;=~-._")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place.file_line:
        physical["region"] = {"startLine": place.file_line}
    return {"physicalLocation": physical}
