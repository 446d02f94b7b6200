"""`inspect`: articles with what was done to them, plain when piped, through the pager on a terminal."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run
from corpus import write_lines

BLOCKS = (
    "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board.",
    "Advertisement",
    "Read more: All that we know about the ferry",
    "Residents of Belarusâ€™ capital lined the quay with lanterns and a brass band played.",
)
SITES = ("Harwick Post", "Skerra Times", "BBC News")
PLAIN = "The harbour office has sold the old ferry to a museum, which will show it from next summer on."


@pytest.fixture
def articles(run: Run, tmp_path: Path) -> Path:
    rows = [
        {"id": str(at), "title": f"Ferry {at}", "site_name": site, "text": "\n\n".join([*BLOCKS, *more])}
        for at, (site, more) in enumerate(
            [("Harwick Post", []), ("Skerra Times", ["Nobody was hurt when the ferry left the quay for the last time, the crew said."])]
        )
    ]  # fmt: skip
    rows.append({"id": "2", "title": "Ferry 2", "site_name": SITES[2], "text": PLAIN})
    write_lines(tmp_path / "in.jsonl", rows)
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q").code == 0
    return tmp_path / "clean.jsonl"


def test_each_line_shows_how_it_fared_and_why(run: Run, articles: Path) -> None:
    result = run("inspect", articles)
    lines = result.out.splitlines()
    assert result.code == 0
    assert "\x1b" not in result.out
    assert lines[0] == "== Ferry 0 (Harwick Post)"
    assert lines[2:7] == [
        f"     1   {BLOCKS[0]}",
        "     3 - Advertisement  [notice core/ad-label]",
        f"     5 - {BLOCKS[2]}  [link core/read-title]",
        "     7 ~ Residents of [-Belarusâ€™-]{+Belarus’+} capital lined the quay with lanterns and a brass band played."
        "  [repair/mojibake]",
        "",
    ]
    assert re.fullmatch(r"   full  \d+ -> \d+ characters  in\.jsonl:1  [0-9a-f]{32}", lines[1])
    assert [line for line in lines if re.match(" *[0-9]+ = ", line)]


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        pytest.param((), [f"== Ferry {at} ({site})" for at, site in enumerate(SITES)], id="all"),
        pytest.param(("--publisher", "Skerra Times"), ["== Ferry 1 (Skerra Times)"], id="publisher"),
        pytest.param(("--publisher", "bbc"), ["== Ferry 2 (BBC News)"], id="the id of a publisher"),
        pytest.param(("--publisher", "BBC News"), ["== Ferry 2 (BBC News)"], id="its name"),
        pytest.param(("--changes",), ["== Ferry 0 (Harwick Post)", "== Ferry 1 (Skerra Times)"], id="changes"),
        pytest.param(("--rule", "duplicate/*"), ["== Ferry 1 (Skerra Times)"], id="rule"),
        pytest.param(("--status", "suspect"), [], id="status"),
    ],
)
def test_which_articles_are_shown(run: Run, articles: Path, options: tuple[str, ...], titles: list[str]) -> None:
    assert [line for line in run("inspect", articles, *options).out.splitlines() if line.startswith("==")] == titles


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        pytest.param(("--status", "suspect"), 0, "No article matches.\n", id="a status of no article"),
        pytest.param(("--status", "susp"), 2, "'susp' is not a status of articles\n  Did you mean 'suspect'?", id="no status"),
        pytest.param(("--rule", "core/read-more"), 0, "No article matches.\n", id="a rule that did nothing"),
        pytest.param(("--rule", "core/raed-more"), 0, "No article matches.  Did you mean 'core/read-more'?", id="no rule"),
        pytest.param(("--rule", "mine/*"), 0, "No article matches.\n", id="a pattern of rules"),
        pytest.param(("--publisher", "Skera Times"), 0, "Did you mean 'Skerra Times'?", id="no publisher"),
    ],
)  # fmt: skip
def test_it_says_so_if_nothing_is_shown(
    run: Run, articles: Path, options: tuple[str, ...], code: int, said: str
) -> None:
    result = run("inspect", articles, *options)
    assert (result.code, result.out, said in result.err) == (code, "", True), result.err


def test_only_changes_are_shown_if_that_is_asked_for(run: Run, articles: Path) -> None:
    lines = run("inspect", articles, "--changes").out.splitlines()
    assert {line[7] for line in lines if re.match(" *[0-9]+ ", line)} == {"-", "~", "="}


def test_on_a_terminal_it_goes_through_the_pager_dimmed_and_wrapped(articles: Path) -> None:
    leader, follower = pty.openpty()
    environment = {**os.environ, "PAGER": "less", "LESS": "-RFX", "COLUMNS": "60", "LINES": "400", "TERM": "xterm"}
    command = [sys.executable, "-m", "etl", "--color", "always", "inspect", str(articles)]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment) as child:
        os.close(follower)
        out = b""
        try:
            while part := os.read(leader, 65536):
                out += part
        except OSError:  # the terminal is gone: Linux says so with an error
            pass
        assert child.wait() == 0
    os.close(leader)
    shown = out.decode()
    assert "\x1b[2mAdvertisement" in shown
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in shown.splitlines() if "ferry" in line) <= 90


def test_a_record_that_dedup_kept_is_named_by_its_row(run: Run, articles: Path) -> None:
    assert run("dedup", articles, "-o", "unique.jsonl", "-q").code == 0
    assert "characters  row 1  " in run("inspect", "unique.jsonl").out


def test_a_record_of_others_has_no_status_and_its_place_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": PLAIN}) + "\n" + json.dumps({"text": PLAIN}) + "\n")
    assert run("dedup", "in.jsonl", "-o", "unique.jsonl", "-q").code == 0
    facts = run("inspect", "unique.jsonl").out.splitlines()[1::4]
    assert facts == [
        f"   {len(PLAIN)} -> {len(PLAIN)} characters  in.jsonl:1",
        f"   not written  {len(PLAIN)} -> 0 characters  in.jsonl:2",
    ]


def test_an_input_is_not_the_articles_of_a_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(PLAIN)
    result = run("inspect", "page.txt")
    assert (result.code, "page.txt: looks like an input of `clean`, not its output" in result.err) == (2, True)
