"""Baselines only get better, and a template that changed is found."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Result, Run
from corpus import pages, read_lines, write_lines

NAME = "copydesk.baseline.jsonl"
RULE = "core/read-more"


def crawl(path: Path, dirty: int, clean: int = 10) -> None:
    write_lines(path / "crawl.jsonl", [*pages(1, dirty, ends=["Read More"]), *pages(2, clean)])


def counts(path: Path) -> dict[str, tuple[int, int]]:
    lines = read_lines(path / NAME)
    return {f"{one['check']} {one['rule']}".strip(): (one["count"], one["of"]) for one in lines if "check" in one}


def gate(run: Run, *words: object) -> Result:
    return run("check", "crawl.jsonl", "--baseline", NAME, *words)


def test_a_baseline_is_sorted_lines_without_places(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    assert run("baseline", "write", "crawl.jsonl").code == 0
    lines = (tmp_path / NAME).read_text().splitlines()
    keys = [line for line in lines if line.startswith('{"check"')]
    assert lines[0] == '{"schema":"copydesk/baseline/1"}'
    assert keys == sorted(keys)
    assert f'{{"check":"raw.boilerplate","rule":"{RULE}","publisher":"Ashdale Gazette","count":5,"of":15}}' in keys
    assert "crawl.jsonl" not in "".join(keys)


@pytest.mark.parametrize(
    ("dirty", "clean", "code", "said"),
    [
        pytest.param(5, 10, 0, "", id="as it was"),
        pytest.param(6, 9, 1, "6 now, 5 in the baseline", id="as much looked at: counts are compared"),
        pytest.param(6, 20, 0, "1 count or rate is lower than in the baseline", id="more looked at, and a lower rate"),
        pytest.param(10, 20, 0, "", id="more looked at, and the same rate"),
        pytest.param(11, 19, 1, "11 of 30 now, 5 of 15 in the baseline", id="more looked at, and a higher rate"),
        pytest.param(2, 2, 1, "2 of 4 now, 5 of 15 in the baseline", id="fewer looked at, and a higher rate"),
        pytest.param(4, 11, 0, "baseline prune", id="better"),
    ],
)
def test_worse_fails_and_better_says_prune(
    run: Run, tmp_path: Path, dirty: int, clean: int, code: int, said: str
) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    crawl(tmp_path, dirty, clean)
    result = gate(run, "--skip-checks", "raw.drift")
    assert (result.code, said in result.out + result.err) == (code, True)


def test_what_a_baseline_accepts_is_only_counted(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    verdict = "passed: 15 raw articles checked\n"
    advice = "  Notes do not fail the check.  To see each of them, leave out --baseline, or use --format json.\n"
    assert gate(run).out == f"note: raw.boilerplate: 5 findings\n{advice}{verdict}"
    assert gate(run, "-q").out == verdict
    assert len(json.loads(gate(run, "--format", "json").out)["findings"]) == 5
    crawl(tmp_path, 6, 9)
    assert f"crawl.jsonl:1:9: error: raw.boilerplate [{RULE}]" in gate(run, "-q").out
    (tmp_path / "report.txt").write_text(gate(run).out)
    assert gate(run, "--format", "text=report.txt").code == 1, "the report is known as such, and replaced"


def test_a_count_of_no_subjects_accepts_no_more_than_itself(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    (tmp_path / NAME).write_text((tmp_path / NAME).read_text().replace('"count":5,"of":15', '"count":1,"of":0'))
    result = gate(run)
    assert result.code == 1 and "5 of 15 now, 1 of 0 in the baseline" in result.out


def test_a_strict_baseline_fails_for_better(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    assert gate(run, "--strict-baseline").code == 0
    crawl(tmp_path, 4, 11)
    assert gate(run, "--strict-baseline").code == 1


def test_prune_only_lowers(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    before = (tmp_path / NAME).read_text()
    crawl(tmp_path, 7, 8)
    assert run("baseline", "prune", "crawl.jsonl").code == 1
    assert (tmp_path / NAME).read_text() == before
    crawl(tmp_path, 3, 12)
    assert run("baseline", "prune", "crawl.jsonl").code == 0
    assert counts(tmp_path)[f"raw.boilerplate {RULE}"] == (3, 15)
    crawl(tmp_path, 0, 15)
    run("baseline", "prune", "crawl.jsonl")
    assert f"raw.boilerplate {RULE}" not in counts(tmp_path)
    assert "copydesk baseline prune crawl/" in run("baseline", "prune").err


def test_write_raises_nothing_without_accept_and_reason(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    crawl(tmp_path, 7, 8)
    result = run("baseline", "write", "crawl.jsonl")
    assert result.code == 1
    assert "7 of 15 now, 5 of 15 accepted" in result.err
    assert counts(tmp_path)[f"raw.boilerplate {RULE}"] == (5, 15)
    assert run("baseline", "write", "crawl.jsonl", "--accept").code == 2
    assert run("baseline", "write", "crawl.jsonl", "--accept", "--reason", "new template").code == 0
    assert counts(tmp_path)[f"raw.boilerplate {RULE}"] == (7, 15)
    assert "new template" in run("baseline", "show").out
    assert gate(run).code == 0


def test_a_reason_may_hold_any_character(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    crawl(tmp_path, 9)
    assert run("baseline", "write", "crawl.jsonl", "--accept", "--reason", "new\u2028template\x85").code == 0
    assert gate(run).code == 0


def test_what_was_not_looked_at_is_neither_better_nor_worse(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    run("clean", "-q", "crawl.jsonl", "-o", "clean.jsonl")
    (tmp_path / "clean.jsonl").write_text(
        (tmp_path / "clean.jsonl").read_text().replace('"language":"en"', '"language":"de"')
    )
    run("baseline", "write", "crawl.jsonl", "clean.jsonl", "--skip-checks", "art.schema")
    before = counts(tmp_path)
    assert before[f"raw.boilerplate {RULE}"] == (5, 15)
    assert before["art.language en"] == (15, 15)
    for words in (("clean.jsonl",), ("crawl.jsonl",), ("crawl.jsonl", "--checks", "raw.mojibake")):
        assert run("check", *words, "--baseline", NAME, "--strict-baseline", "--skip-checks", "art.schema").code == 0
        assert run("baseline", "prune", *words, "--skip-checks", "art.schema").code == 0
        run("baseline", "write", *words, "--skip-checks", "art.schema", "--accept", "--reason", "nothing")
        assert counts(tmp_path) == before


def test_accepted_packs_bring_their_new_rules(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    _pack(tmp_path, "1.0.0", ["Old label"])
    run("baseline", "write", "crawl.jsonl", "-r", "mine.toml")
    _pack(tmp_path, "2.0.0", ["Town hall desk"])
    write_lines(tmp_path / "crawl.jsonl", [*pages(1, 5, ends=["Town hall desk", "Read More"]), *pages(2, 10)])
    run("baseline", "write", "crawl.jsonl", "-r", "mine.toml")
    assert "raw.boilerplate mine/town" not in counts(tmp_path)
    run("baseline", "write", "crawl.jsonl", "-r", "mine.toml", "--accept", "--reason", "new pack")
    assert counts(tmp_path)["raw.boilerplate mine/town"] == (5, 15)
    assert "pack mine" not in gate(run, "-r", "mine.toml").err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda _: [], "is not a baseline", id="empty"),
        pytest.param(lambda lines: lines[1:], "is not a baseline", id="without its head"),
        pytest.param(lambda _: ['{"a":' + "[" * 100_000], "is not a baseline", id="nested too deep"),
        pytest.param(lambda lines: ['{"schema":"copydesk/baseline/2"}', *lines[1:]], "newer", id="newer"),
        pytest.param(lambda lines: [*lines[:-1], lines[-1][:-9]], "is not a line of a baseline", id="cut"),
        pytest.param(lambda lines: [*lines, "<<<<<<< HEAD"], "is not a line of a baseline", id="a merge that was left"),
        pytest.param(lambda lines: [*lines, lines[-1]], "says again", id="a key twice"),
        pytest.param(lambda lines: [*lines, lines[-1].replace('"of":', '"off":')], "unknown field", id="unknown key"),
        pytest.param(
            lambda lines: [*lines, '{"check":"raw.odd","rule":"","publisher":"","count":1,"of":1}'],
            "raw.odd",
            id="unknown check",
        ),
        pytest.param(
            lambda lines: [*lines, '{"check":"art.ids","rule":"","publisher":"","count":-1,"of":1}'],
            ">= 0",
            id="negative",
        ),
    ],
)
def test_a_corrupt_baseline_is_never_all_is_well(run: Run, tmp_path: Path, change: "type[object]", said: str) -> None:
    crawl(tmp_path, 5)
    run("baseline", "write", "crawl.jsonl")
    lines = (tmp_path / NAME).read_text().splitlines()
    (tmp_path / NAME).write_text("".join(f"{line}\n" for line in change(lines)))  # type: ignore[call-arg,attr-defined]
    result = gate(run)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def _pack(path: Path, version: str, labels: Sequence[str]) -> None:
    rules = "".join(
        f'[[rule]]\nid = "{label.split()[0].lower()}"\ntitle = "{label}"\nkind = "link"\nmatch.exact = ["{label}"]\n'
        f'why = "a test"\ndrops = ["{label}"]\nkeeps = ["{label} was what they said."]\n'
        for label in labels
    )
    (path / "mine.toml").write_text(f'[pack]\nid = "mine"\nversion = "{version}"\n{rules}')


def test_only_rules_that_both_sides_know_are_compared(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    _pack(tmp_path, "1.0.0", ["Old label"])
    words = ("-r", "mine.toml", "--skip-checks", "raw.suspects")
    run("baseline", "write", "crawl.jsonl", *words)
    _pack(tmp_path, "2.0.0", ["Town hall desk"])
    write_lines(tmp_path / "crawl.jsonl", [*pages(1, 5, ends=["Town hall desk", "Read More"]), *pages(2, 10)])
    result = gate(run, *words)
    assert result.code == 0
    assert (
        "pack mine: 1.0.0 in the baseline, 2.0.0 now; rules that are new (1) or deleted (1) are not compared"
        in result.err
    )
    crawl(tmp_path, 6, 9)
    assert gate(run, *words).code == 1


def test_the_config_names_the_baseline_for_both_commands(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    (tmp_path / "copydesk.toml").write_text('[check]\nbaseline = "ok.jsonl"\n')
    assert run("check", "crawl.jsonl").code == 2
    assert run("baseline", "write", "crawl.jsonl").code == 0
    assert (tmp_path / "ok.jsonl").exists()
    assert run("check", "crawl.jsonl").code == 0


def test_publishers_that_are_missed(run: Run, tmp_path: Path) -> None:
    both = [*pages(1, 10), *pages(2, 10, "Corley Post")]
    write_lines(tmp_path / "pages.jsonl", both)
    run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl")
    run("baseline", "write", "clean.jsonl")
    assert run("check", "clean.jsonl", "--baseline", NAME).code == 0
    write_lines(tmp_path / "pages.jsonl", both[:12])
    run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl", "-f")
    result = run("check", "clean.jsonl", "--baseline", NAME, "--format", "concise")
    assert result.code == 1
    assert result.out == "Corley Post: error: art.counts: 2 articles of Corley Post now, 10 in the baseline\n"
    assert run("check", "clean.jsonl", "--baseline", NAME, "--checks", "art.ids", "--min", "art.counts=60%").code == 0
    assert run("check", "clean.jsonl", "--baseline", NAME, "--checks", "art.ids", "--min", "art.counts=61%").code == 1


# ---- drift ----


def drifted(run: Run, tmp_path: Path, before: Sequence[str], after: Sequence[str], count: int = 12) -> list[str]:
    """Return the findings of drift when the line that ends a publisher's pages changes; another's stay as they were."""
    other = pages(9, count, "Corley Post", ["Read More"])
    write_lines(tmp_path / "crawl.jsonl", [*pages(1, count, ends=before), *other])
    run("baseline", "write", "crawl.jsonl")
    write_lines(tmp_path / "crawl.jsonl", [*pages(2, count, ends=after), *other])
    lines = gate(run, "--format", "jsonl", "-q").out.splitlines()
    found = [json.loads(line) for line in lines]
    return [f"{one['publisher']} {one['rule']} {one['message']}" for one in found if one["check"] == "raw.drift"]


@pytest.mark.parametrize("count", [3, 12])
def test_a_renamed_label_names_the_silent_rule_and_the_new_line(run: Run, tmp_path: Path, count: int) -> None:
    (found,) = drifted(run, tmp_path, ["Read More"], ["Town Hall Desk at Work"], count)
    assert found == (
        f"Ashdale Gazette {RULE} {RULE} matches a line on 0 of {count} pages now, and on {count} of {count} before; "
        f"a new line, 'Town Hall Desk at Work', is on {count} of {count} pages"
    )


def test_a_label_that_is_gone_is_drift_too(run: Run, tmp_path: Path) -> None:
    (found,) = drifted(run, tmp_path, ["Read More"], [])
    assert found.startswith(
        f"Ashdale Gazette {RULE} {RULE} matches a line on 0 of 12 pages now, and on 12 of 12 before"
    )
    assert "in its place" not in found


def test_a_new_line_on_most_pages_is_drift(run: Run, tmp_path: Path) -> None:
    (found,) = drifted(run, tmp_path, ["Read More"], ["Read More", "Town Hall Desk at Work"])
    assert found.startswith("Ashdale Gazette suspects 'Town Hall Desk at Work' is new")


@pytest.mark.parametrize("lines", [["Read More"], ["Town Hall Desk at Work"], []])
def test_a_template_that_stays_is_no_drift(run: Run, tmp_path: Path, lines: list[str]) -> None:
    assert drifted(run, tmp_path, lines, lines) == []


def test_a_baseline_of_pages_is_not_one_of_articles(run: Run, tmp_path: Path) -> None:
    crawl(tmp_path, 5)
    said = "The baseline was not written from articles, so all findings in them are new.\n"
    run("baseline", "write", "crawl.jsonl")
    run("clean", "crawl.jsonl", "-o", "clean.jsonl")
    assert said not in gate(run).err
    assert said in run("check", "clean.jsonl", "--baseline", NAME).err
    run("baseline", "write", "crawl.jsonl", "clean.jsonl", "--accept", "--reason", "x")
    assert said not in run("check", "clean.jsonl", "--baseline", NAME).err
