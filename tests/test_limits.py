"""A regex of a user's pack that does not come back: the run goes on without its rule, says so, and loses no line."""

import json
from pathlib import Path

import pytest
from conftest import Run

from etl.errors import RegexTimeout
from etl.packs import Selection, builtin_folder, compile_rules
from etl.rules.language import Pattern
from etl.rules.regexes.compiled import regex_of

# As long as two, three, five, eight … tries: it doubles with every second letter.
SLOW = "(a|aa)+"
LINE = "a" * 60 + "b"

PACK = """
[pack]
id = "mine"
version = "1"
[[rule]]
id = "slow"
title = "Cries"
kind = "notice"
match.regex = "{slow}"
why = "Somebody cries."
drops = ["aaa"]
keeps = ["ab"]
[[rule]]
id = "quick"
title = "Signs"
kind = "notice"
match.regex = "sign (?:up|in)"
why = "Somebody asks."
drops = ["Sign up"]
keeps = ["Sign"]
"""


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        pytest.param("aaaa", False, id="matches"),
        pytest.param("aaab", True, id="does not match"),
    ],
)
def test_regex_of_a_user_matches_as_any_other(line: str, stays: bool) -> None:
    found = regex_of(Pattern(regex=SLOW), "mine/slow").pattern
    assert (found.fullmatch(line) is None) is stays
    assert [match.span() for match in found.finditer(line)] == [
        match.span() for match in regex_of(Pattern(regex=SLOW)).pattern.finditer(line)
    ]


@pytest.mark.parametrize("verb", ["search", "fullmatch", "finditer"])
def test_regex_of_a_user_is_stopped(verb: str) -> None:
    found = regex_of(Pattern(regex=f"{SLOW}$"), "mine/slow").pattern
    with pytest.raises(RegexTimeout, match=r"mine/slow: takes more than 1 s for: aaaa"):
        list(getattr(found, verb)(LINE) or ())


def test_run_goes_on_without_a_rule_that_is_stopped(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PACK.format(slow=SLOW))
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"aaa\n\nSign up\n\n{LINE if number == 1 else 'The end.'}")
    done = run("clean", "0.txt", "1.txt", "2.txt", "-r", "mine.toml", "--added", "2026-11-22")
    assert (done.code, "left out mine/slow, because its regex took too long" in done.err) == (0, True)
    texts = [json.loads(line)["text"] for line in done.out.splitlines()]
    assert texts == ["aaa\n\nThe end.", f"aaa\n\n{LINE}", "aaa\n\nThe end."]
    ignored = run(
        "clean", "0.txt", "1.txt", "2.txt", "-r", "mine.toml", "--added", "2026-11-22", "--ignore", "mine/slow"
    )
    assert ignored.out == done.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param("clean a.txt -q", 0, id="a quiet clean"),
        pytest.param("diff a.txt", 0, id="a diff"),
        pytest.param("check a.txt", 2, id="a check: without the rule it would be another gate"),
        pytest.param("clean a.txt --select mine/slow", 2, id="no other rule is selected"),
        pytest.param("rules try a.txt --regex (a|aa)+", 2, id="a rule on trial"),
    ],
)
def test_rule_that_is_stopped_is_never_missed_in_silence(run: Run, tmp_path: Path, words: str, code: int) -> None:
    (tmp_path / "mine.toml").write_text(PACK.format(slow=SLOW))
    (tmp_path / "a.txt").write_text(LINE)
    result = run(*words.split(), "-r", "mine.toml")
    assert result.code == code
    assert "took too long" in result.err or "takes more than 1 s" in result.err


def test_look_at_one_line_names_the_rule_that_is_stopped(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PACK.format(slow=SLOW))
    (tmp_path / "a.txt").write_text(LINE)
    result = run("explain", "a.txt:1", "-r", "mine.toml")
    assert result.code == 2
    assert "mine/slow: takes more than 1 s" in result.err
    assert "--ignore mine/slow" in result.err


def test_shipped_rules_judge_alike_as_packs_of_a_user(run: Run, sample: Path) -> None:
    ours = run("clean", sample, "--added", "2026-11-22", "--ignore", "classifier/furniture", "-q").out
    theirs = run("clean", sample, "--added", "2026-11-22", "--only-rules", "-r", builtin_folder(), "-q").out
    assert theirs == ours
    assert not any(one.user_rule for one in compile_rules(Selection()).judging.judges())
