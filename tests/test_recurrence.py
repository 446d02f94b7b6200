"""Lines that recur in a run: how often is counted before any rule judges, and comes out the same however it is shared."""

import json
from pathlib import Path

import pytest
from conftest import Run, Story, story
from corpus import read_lines
from test_rules import NPR, named, rule

from etl.dedup import DedupSettings
from etl.engines.local import LocalEngine
from etl.fold import fold
from etl.formats import Reading, find
from etl.model import Publisher
from etl.packs import Selection
from etl.pipeline.job import Job
from etl.pipeline.run import Run as PipelineRun
from etl.pipeline.run import Silent, stages_of
from etl.pipeline.workspace import scratch
from etl.rules import ArticleView, RunContext, compile_judging, judge
from etl.rules.matching.recurrence import line_key, line_keys

PROMPT = "Get our briefing – free"


@pytest.mark.parametrize(
    ("recurs", "counts", "publisher", "is_named"),
    [
        pytest.param({"documents": 5}, {("", PROMPT): 5}, None, True, id="in so many documents"),
        pytest.param({"documents": 5}, {("", PROMPT): 4}, None, False, id="keeps: in fewer"),
        pytest.param({"documents": 5}, {}, None, False, id="keeps: in one"),
        pytest.param({"share": 0.3}, {("npr", ""): 20, ("npr", PROMPT): 6}, NPR, True, id="in a share of its publisher's"),
        pytest.param({"share": 0.3}, {("npr", ""): 20, ("npr", PROMPT): 5}, NPR, False, id="keeps: a lower share"),
        pytest.param({"share": 0.3}, {("npr", ""): 9, ("npr", PROMPT): 9}, NPR, False, id="keeps: too few documents of the publisher"),
        pytest.param({"share": 0.3, "least": 5}, {("npr", ""): 9, ("npr", PROMPT): 9}, NPR, True, id="unless fewer are enough"),
        pytest.param({"share": 0.3}, {("bbc", ""): 20, ("bbc", PROMPT): 20, ("npr", ""): 20}, NPR, False, id="keeps: another publisher's"),
        pytest.param({"share": 0.3}, {("", PROMPT): 90}, None, False, id="keeps: no publisher known"),
        pytest.param({"share": 0.01}, {("npr", ""): 20}, NPR, False, id="keeps: once is not again"),
        pytest.param({"documents": 50, "share": 0.3}, {("npr", ""): 20, ("npr", PROMPT): 6}, NPR, True, id="either is enough"),
    ],
)  # fmt: skip
def test_recurs(
    recurs: dict[str, object], counts: dict[tuple[str, str], int], publisher: Publisher | None, is_named: bool
) -> None:
    run = RunContext(lines={line_key(fold(text), name): times for (name, text), times in counts.items()})
    one = story("GET OUR BRIEFING - FREE", publisher=publisher)
    (found,) = judge([ArticleView(*one, run)], compile_judging([("t/a", "1", rule({"recurs": recurs}))]))
    assert [removal.block for removal in found] == ([0] if is_named else [])


def test_without_a_run_nothing_recurs() -> None:
    assert named(story(PROMPT, PROMPT), rule({"recurs": {"documents": 2}})) == []


@pytest.mark.parametrize(
    ("one", "texts"),
    [
        pytest.param(story(PROMPT, PROMPT.upper()), [("", PROMPT)], id="a line once, folded"),
        pytest.param(story("word " * 50), [], id="keeps: a long line"),
        pytest.param(story("A", publisher=NPR), [("", "A"), ("npr", ""), ("npr", "A")], id="with its publisher"),
    ],
)
def test_what_is_counted(one: Story, texts: list[tuple[str, str]]) -> None:
    assert sorted(line_keys(one[1], [one[0]])) == sorted(line_key(fold(text), name) for name, text in texts)


PACK = """\
[pack]
id = "mine"
version = "1"

[[rule]]
id = "recurs"
title = "t"
kind = "notice"
match.recurs = { documents = 3 }
where.max_words = 5
why = "w"
drops = ["Get our briefing"]
keeps = ["They left."]
"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Pages that share a prompt; the last three are one page, and what only it says does not recur."""
    said = ["left", "stayed", "sang", "sang", "sang"]
    texts = [f"They {word} on Sunday.\n\n{PROMPT}\n\n{word}?\n\nWe {word}." for word in said]
    rows = [json.dumps({"id": str(at), "text": text}) for at, text in enumerate(texts)]
    (tmp_path / "pages.jsonl").write_text("\n".join(rows), "utf-8")
    (tmp_path / "mine.toml").write_text(PACK, "utf-8")
    return tmp_path


@pytest.mark.parametrize("scope", ["off", "article", "run"])
def test_a_line_that_recurs_in_a_run_is_named(run: Run, pages: Path, scope: str) -> None:
    words = ("-r", "mine.toml", "--only-rules", "--dedup", scope, "-o", "out.jsonl")
    assert run("clean", "pages.jsonl", *words).code == 0
    lines = read_lines(pages / "out.audit.jsonl")
    taken = [(line["record"], line["before"]) for line in lines if line["rule"] == "mine/recurs"]
    assert taken == [(str(at), PROMPT) for at in range(5)]


def test_examples_of_a_rule_that_asks_what_recurs(run: Run, pages: Path) -> None:
    assert run("rules", "test", "-r", "mine.toml", "--only-rules").err == "1 rule, 2 examples, 0 failed\n"
    (pages / "mine.toml").write_text(PACK.replace("They left.", "Get our briefing"), "utf-8")
    assert "is matched by mine/recurs" in run("rules", "test", "-r", "mine.toml", "--only-rules").out


@pytest.mark.slow
def test_shards_are_added_up(pages: Path) -> None:
    names = []
    for at in range(4):
        names.append(str(pages / f"{at}.txt"))
        Path(names[-1]).write_text(f"They went {at} miles.\n\n{PROMPT}\n\n" + "x" * (3 << 20), "utf-8")
    outputs = []
    for jobs in (1, 3):
        job = Job(Selection(packs=(str(pages / "mine.toml"),), only=True), dedup=DedupSettings(scope="off"))
        with LocalEngine(jobs) as engine, scratch(str(pages)) as workspace:
            outcome = PipelineRun(job, find(names, Reading()), engine, Silent()).into(workspace, stages_of(job))
            outputs.append(b"".join(path.read_bytes() for path in workspace.parts("audit")))
        assert dict(outcome.tally.rules)["mine/recurs"] == 4
    assert outputs[0] == outputs[1]
