"""What copydesk has cleaned it takes nothing from when it reads it again: an article is not judged as a page."""

from pathlib import Path

import pytest
from conftest import Run
from corpus import pages, read_lines, write_lines
from msgspec import to_builtins

import etl

ONE, TWO, THREE, FOUR = pages(3, 1)[0]["text"].split("\n\n")
TAIL = ["Read More", "Most read", "Sign up to our newsletter"]


def page(*story: str) -> str:
    body = "\n".join(line if line.startswith("<") else f"<p>{line}</p>" for line in story)
    return f"<!doctype html><html lang=en><body><article><h1>The old mill</h1>\n{body}\n</article></body></html>"


LISTING = "<pre>&gt;&gt;&gt; menu()\nRead More\n&gt;&gt;&gt; leave()</pre>"
TAGS = "<pre>&lt;p&gt;One&lt;/p&gt;\n&lt;p&gt;Two&lt;/p&gt;\n&lt;p&gt;Three&lt;/p&gt;\n&lt;p&gt;Four&lt;/p&gt;</pre>"
ROWS = "<table><tr><td>Corley</td><td>Farnley</td></tr><tr><td>Ashdale</td><td>Hollin</td></tr></table>"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(page("In short", ROWS, ONE, TWO, THREE, FOUR), id="short lines that the page model kept"),
        pytest.param(page(ONE, TWO, LISTING, THREE, FOUR), id="a line of a listing that is a label by itself"),
        pytest.param(page(ONE, TWO, TAGS, THREE, FOUR), id="a story about tags"),
        pytest.param("\n\n".join(["Home", "Politics", ONE, TWO, *TAIL, THREE, FOUR, *TAIL]), id="a dump"),
    ],
)
def test_an_article_that_is_cleaned_again_stays_as_it_is(document: str) -> None:
    (once,) = etl.clean(document).articles
    again = etl.clean(to_builtins(once))
    assert once.text
    assert (again.articles[0].text, again.articles[0].headline) == (once.text, once.headline)
    assert [entry for entry in again.audit if entry.action not in ("document", "tag")] == []


def test_a_headline_that_only_furniture_parts_from_its_copy_is_a_copy() -> None:
    line = "The harbour board and its three years of quiet talks in Corley"
    (once,) = etl.clean("\n\n".join([line, "Read More", line, ONE, TWO, THREE, FOUR])).articles
    assert once.text.split("\n\n") == [line, ONE, TWO, THREE, FOUR]


def test_the_rules_of_today_judge_an_article_of_yesterday(run: Run, tmp_path: Path) -> None:
    """What a rule takes by itself still goes: an article is cleaned again when there are new rules."""
    write_lines(tmp_path / "pages.jsonl", [{"text": f"{ONE}\n\nOur town hall desk\n\n{TWO}\n\n{THREE}"}])
    run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl")
    (tmp_path / "mine.toml").write_text(
        '[pack]\nid = "mine"\nversion = "1.0.0"\n[[rule]]\nid = "desk"\ntitle = "Desk"\nkind = "notice"\n'
        'match.exact = ["Our town hall desk"]\nwhy = "a test"\ndrops = ["Our town hall desk"]\n'
        'keeps = ["Our town hall desk has moved."]\n'
    )
    run("clean", "-q", "clean.jsonl", "-r", "mine.toml", "-o", "again.jsonl")
    assert [one["text"] for one in read_lines(tmp_path / "again.jsonl")] == [f"{ONE}\n\n{TWO}\n\n{THREE}"]


@pytest.mark.parametrize("name", ["once.jsonl", "once.parquet"])
def test_articles_of_any_format_are_known_as_articles(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "page.html").write_text(page("In short", ROWS, ONE, TWO, LISTING, THREE, FOUR))
    run("clean", "-q", "page.html", "-o", name)
    run("clean", "-q", name, "-o", "again.jsonl")
    run("clean", "-q", "page.html", "-o", "once.check.jsonl")
    (once,), (again,) = read_lines(tmp_path / "once.check.jsonl"), read_lines(tmp_path / "again.jsonl")
    assert again["text"] == once["text"]
    changed = read_lines(tmp_path / "again.audit.jsonl")
    assert [entry for entry in changed if entry["action"] not in ("document", "end", "tag")] == []
