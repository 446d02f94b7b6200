"""Every format of a check's report is valid for who reads it, and hostile text stays text."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from conftest import Run
from corpus import pages, story, write_lines
from lxml import etree

from etl.check.formats import FORMATS
from etl.check.formats.github import MAX_ANNOTATIONS
from etl.check.formats.sarif import MAX_BYTES, MAX_RESULTS
from etl.check.judge import Rules, report_of
from etl.check.limits import all_limits
from etl.check.model import Count, Finding, Key, Place, Report, Row, Subject
from etl.check.run import CheckOutcome
from etl.check.tally import Tally
from etl.cli.check import FORMAT_NAMES
from etl.packs import Selection

SCHEMAS = Path(__file__).parent / "schemas"
SARIF, RDJSON = (
    json.loads((SCHEMAS / name).read_text(encoding="utf-8")) for name in ("sarif-2.1.0.json", "rdjson.json")
)
JUNIT = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))  # that of Jenkins
TEXT = {"type": "string"}
# GitLab documents its format in words.  Its own validator (codeclimate.json) wants all of this but the name of the
# check, and that places are not empty.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": TEXT, "check_name": TEXT, "fingerprint": TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}  # fmt: skip
HOSTILE = ']]> <script>|a|b ::error::%0A`x` \x1b[2J \x00 é\u202e & "q"'


def report(*findings: Finding, subjects: int = 0) -> Report:
    """Return the report of these findings, one on each subject, under the usual limits."""
    checks = frozenset(one.key.check for one in findings) | {"raw.boilerplate"}
    limits = all_limits([], checks, has_baseline=False)
    tally = Tally(limits)
    for one in findings:
        tally.add(Subject("raw", one.key.publisher, characters=1000), [one])
    for _ in range(subjects - len(findings)):
        tally.add(Subject("raw", characters=1000), [])
    return report_of(CheckOutcome(tally.value()), Rules(limits, checks, Selection()))


def finding(number: int = 1, rule: str = "core/read-more", publisher: str = "", text: str = "Read More") -> Finding:
    place = Place(f"pages/{number % 7}.jsonl", number, 3, f"id-{number}", file_line=number)
    return Finding(Key("raw.boilerplate", rule, publisher), place, "link that goes", text, "link", len(text))


def written(name: str, of: Report) -> str:
    return "".join(FORMATS[name](of))


MANY = report(*(finding(number, f"core/rule-{number % 30:02d}", f"Paper {number % 3}") for number in range(1, 301)))
REPORTS = {
    "nothing": report(subjects=3),
    "one": report(finding()),
    "hostile": report(finding(1, HOSTILE, HOSTILE, HOSTILE)),
    "without a place": report(Finding(Key("raw.drift", "core/read-more", "BBC"), Place(""), "fell silent")),
    "many": MANY,
}


def test_the_command_knows_all_formats() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES


@pytest.mark.parametrize("name", REPORTS)
def test_formats_of_objects_fit_their_schemas(name: str) -> None:
    schemas: Mapping[str, Any] = {"sarif": SARIF, "gitlab": GITLAB, "rdjson": RDJSON}
    for form, schema in schemas.items():
        jsonschema.validate(json.loads(written(form, REPORTS[name])), schema)
    lines = [json.loads(line) for line in written("jsonl", REPORTS[name]).splitlines()]
    whole = json.loads(written("json", REPORTS[name]))
    assert lines == whole["findings"]
    assert whole["passed"] == (name == "nothing")


@pytest.mark.parametrize("name", REPORTS)
def test_junit_fits_its_schema_and_counts_its_cases(name: str) -> None:
    root = ElementTree.fromstring(written("junit", REPORTS[name]))
    (suite,) = root.findall("testsuite")
    cases = suite.findall("testcase")
    assert [suite.get("tests"), suite.get("failures")] == [str(len(cases)), str(len(suite.findall("testcase/failure")))]
    assert all(case.get("name") and case.get("classname") for case in cases)
    assert bool(suite.findall("testcase/failure")) == bool(REPORTS[name].failures)
    JUNIT.assertValid(etree.fromstring(written("junit", REPORTS[name]).encode()))


@pytest.mark.parametrize("name", REPORTS)
def test_each_line_for_people_is_one_line(name: str) -> None:
    lines = written("concise", REPORTS[name]).splitlines()
    assert len(lines) == len(REPORTS[name].findings)
    table = [line for line in written("markdown", REPORTS[name]).splitlines() if line.startswith("|")]
    assert len(table) == (len(REPORTS[name].rows) + 2 if REPORTS[name].rows else 0)
    assert {line.replace("\\|", "").count("|") for line in table} <= {9}


@pytest.mark.parametrize(
    ("name", "count", "said"),
    [
        pytest.param("text", 6, "    … and 1 more finding of raw.boilerplate", id="text: one is not shown"),
        pytest.param("text", 7, "    … and 2 more findings of raw.boilerplate", id="text: two are not shown"),
        pytest.param("github", 2, "; 1 more finding\n", id="github: one is not shown"),
        pytest.param("github", 3, "; 2 more findings\n", id="github: two are not shown"),
    ],
)
def test_findings_that_are_not_shown_are_counted(name: str, count: int, said: str) -> None:
    assert said in written(name, report(*map(finding, range(1, count + 1))))
    assert "more finding" not in written(name, report(finding()))


def test_300_findings_are_20_annotations_at_most_and_a_full_table(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = written("github", MANY).splitlines()
    assert Counter(line.split(" ")[0] for line in lines) == {"::error": MAX_ANNOTATIONS}
    assert "; 9 more findings" in lines[0]
    assert f"{len(MANY.rows) - MAX_ANNOTATIONS} more rows" in lines[0]
    write_lines(tmp_path / "crawl.jsonl", pages(1, 300, ends=["Read More"]))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    result = run("check", "crawl.jsonl", "-q", "--format", "github")
    assert (result.code, len(result.out.splitlines())) == (1, 1)
    assert result.out.startswith(
        "::error file=crawl.jsonl,line=1,title=raw.boilerplate core/read-more::crawl.jsonl:1:9:"
    )
    assert (
        "| error | raw.boilerplate | core/read-more | Ashdale Gazette | 300 | 300 |"
        in (tmp_path / "summary.md").read_text()
    )


def test_annotations_escape_what_is_a_command_to_github() -> None:
    (line,) = written("github", REPORTS["hostile"]).splitlines()
    assert line.startswith("::error file=pages/1.jsonl,line=1,title=raw.boilerplate ")
    assert "%3A%3Aerror" in line.split("::")[1]
    assert "%250A" in line
    (line,) = written("github", report(Finding(Key("raw.unreadable"), Place("a.jsonl"), "is not JSON"))).splitlines()
    assert ",title=raw.unreadable::" in line


def test_sarif_is_capped_and_its_totals_are_not() -> None:
    text = "Read More " * 20
    many = report(*(finding(number, f"r/{number % 40}", text=text) for number in range(26_000)))
    body = written("sarif", many)
    (sarif,) = json.loads(body)["runs"]
    assert sarif["properties"]["findings"] == 26_000
    assert len(sarif["results"]) <= MAX_RESULTS
    assert len(body.encode()) < MAX_BYTES + 500_000 < 10_000_000


def test_fingerprints_stay_when_lines_move() -> None:
    before, after = (
        report(finding(1)),
        report(Finding(finding(1).key, Place("pages/1.jsonl", 9, 8, "id-1"), "moved", "Read More")),
    )
    prints = [json.loads(written("gitlab", one))[0]["fingerprint"] for one in (before, after)]
    assert prints[0] == prints[1]
    twice = json.loads(written("gitlab", report(finding(1), finding(1))))
    assert len({one["fingerprint"] for one in twice}) == 2


def test_formats_go_to_files_and_one_to_stdout(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{story(Random(1))}\n\nRead More\n")
    files = [f"{name}={name}.out" for name in FORMAT_NAMES if name != "text"]
    words = [word for one in ("text", *files) for word in ("--format", one)]
    result = run("check", "a.txt", *words)
    assert result.code == 1
    assert "a.txt:9: error: raw.boilerplate [core/read-more]" in result.out
    assert sorted(path.name for path in tmp_path.glob("*.out")) == sorted(f"{name}.out" for name in FORMAT_NAMES[1:])
    assert all(path.stat().st_size for path in tmp_path.glob("*.out"))


def test_no_control_character_of_the_data_is_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{story(Random(1))}\n\nRead \x1b[2JMore\n\nRead More\n")
    result = run("check", "a.txt")
    assert "\x1b" not in result.out


def test_rows_are_sorted_worst_first() -> None:
    rows = report(finding(1, "r/few"), finding(2, "r/many"), finding(3, "r/many")).rows
    assert [row.key.rule for row in rows] == ["r/many", "r/few"]
    assert rows[0] == Row(Key("raw.boilerplate", "r/many"), Count(2, 2, 18), Count(0, 3, 3000), "error", rows[0].why)
