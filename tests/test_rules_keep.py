"""Rules with the action keep: what stands in an element stays, whatever the page model and other rules say of it."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import Run, judged

from etl.audit import Restoration
from etl.decode import decode
from etl.document import Cleaned, Ruleset, finish, page_settings
from etl.examples import failures
from etl.markup.account import account_of
from etl.model import Metadata, Raw
from etl.packs import Selection, compile_rules

HEAD = '[pack]\nid = "mine"\nversion = "1"\n'
RULE = """
[[rule]]
id = "{id}"
title = "Boxes with facts"
action = "{action}"
kind = "structure"
why = "The site sets facts as if they were offers."
{rule}
keeps = ["<aside.facts/p>A day ticket costs three crowns."]
drops = ["<aside.offers/p>A day ticket costs three crowns."]
"""
STORY = (
    "The Harbour Bridge was closed on Sunday after a barge with a load of gravel struck its northern pier, the port authority said.",
    "Engineers went down to the pier in the afternoon, and found that it had moved by eleven centimetres towards the bank.",
    "Until they know why, no one may cross, and the buses of lines 4 and 9 turn round in front of the old customs house.",
)
ODD = "Sign up for our newsletter and never miss a story."
PAGE = (
    "<html><head><title>Harbour bridge shut</title>{head}</head><body><nav><ul><li><a href=/a>News</a></ul></nav>"
    f"<article><h1>Harbour bridge shut</h1><p>{'</p><p>'.join(STORY)}</p>"
    f"<p class=odd>{ODD}</p></article>"
    "<aside class='facts newsletter'><h4>Read more</h4><p>Sign up!</p></aside><noscript><p id=note>Turn it on</p></noscript>"
    "<footer><p>© 2026 Tidewater</p></footer></body></html>"
)


def rules(folder: Path, *given: str, action: str = "keep") -> Ruleset:
    path = folder / "mine.toml"
    written = (RULE.format(id=f"r{at}", action=action, rule=rule) for at, rule in enumerate(given))
    path.write_text(HEAD + "".join(written), "utf-8")
    return compile_rules(Selection(packs=(str(path),)))


def cleaned(ruleset: Ruleset, head: str = "", url: str = "") -> Cleaned:
    text = PAGE.replace("{head}", head)
    raw = Raw("a.html", text, sha256(text.encode()).hexdigest(), "html", metadata=Metadata(url=url))
    return finish(judged(raw, ruleset))


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        pytest.param('match.css = [".facts"]', ["Read more", "Sign up!"], id="all that stands in it"),
        pytest.param('match.css = ["aside > p", ".none"]', ["Sign up!"], id="a part of a region"),
        pytest.param('match.css = [".fact"]', [], id="keeps to: a part of a class is none"),
        pytest.param('match.css = ["footer"]', ["© 2026 Tidewater"], id="a footer"),
        pytest.param('match.css = ["#note"]', ["Turn it on"], id="what no page shows"),
        pytest.param('match.css = ["nav li"]\nscope.publisher = ["bbc"]', [], id="pages of others"),
    ],
)
def test_what_an_element_holds_stays_and_the_books_balance(tmp_path: Path, rule: str, more: list[str]) -> None:
    found = cleaned(rules(tmp_path, rule))
    (record,) = found.records
    assert record.text.split("\n\n") == [*STORY, *more]
    tagged = {(entry.before, entry.rule) for entry in found.entries if entry.action == "tag"}
    assert tagged == {(text, "mine/r0") for text in more}
    restoration = Restoration([record.text], found.entries, record.origin.gap, 1 << 20)
    page = "\n\n".join(restoration.text().split("\n\n"))
    assert all(text in page for text in (*STORY, "News", "Sign up!", "© 2026 Tidewater"))
    assert found.tally.books.is_even()


@pytest.mark.parametrize(
    ("head", "url"),
    [
        pytest.param("<meta property=og:site_name content='BBC News'>", "", id="the page names it"),
        pytest.param("", "https://www.bbc.co.uk/news/1", id="the source has its address"),
    ],
)
def test_a_rule_of_a_publisher_keeps_on_its_pages(tmp_path: Path, head: str, url: str) -> None:
    found = cleaned(rules(tmp_path, 'match.css = [".facts"]\nscope.publisher = ["bbc"]'), head, url)
    assert found.records[0].text.endswith("Read more\n\nSign up!")


def test_other_rules_take_nothing_of_it(tmp_path: Path) -> None:
    kept = rules(tmp_path, 'match.css = [".facts"]', 'match.css = [".odd"]')
    assert cleaned(kept).records[0].text.split("\n\n")[3:] == [ODD, "Read more", "Sign up!"]


def test_a_rule_that_drops_takes_what_the_page_model_keeps(tmp_path: Path) -> None:
    dropping = rules(tmp_path, 'match.css = ["article > p"]\nwhere.max_words = 21', action="drop")
    found = cleaned(dropping)
    taken = [entry.before for entry in found.entries if entry.rule == "mine/r0"]
    assert taken == [text for text in (*STORY, ODD) if len(text.split()) <= 21]
    assert not set(taken) & set(found.records[0].text.split("\n\n"))


def test_explain_says_which_rule_keeps_a_line_against_the_model(tmp_path: Path) -> None:
    ruleset = rules(tmp_path, 'match.css = ["aside > p"]')
    raw = Raw("a.html", PAGE.replace("{head}", ""), "0" * 64, "html")
    document = judged(raw, ruleset).document
    block = next(block for block in document.blocks if block.text == "Sign up!")
    account = account_of(decode(raw).text, page_settings(raw, ruleset), block.index)
    assert account
    assert account.overruled == "nevertheless kept by mine/r0"


@pytest.mark.parametrize(
    ("text", "element"),
    [
        pytest.param("Sign up!", "aside.facts/p", id="a part of a region"),
        pytest.param("News", "li", id="no class around it"),
        pytest.param("Turn it on", "p#note", id="an id"),
    ],
)
def test_new_drafts_a_rule_that_keeps_what_the_page_model_removes(
    tmp_path: Path, run: Run, text: str, element: str
) -> None:
    (tmp_path / "a.html").write_text(PAGE.replace("{head}", ""), "utf-8")
    raw = Raw("a.html", PAGE.replace("{head}", ""), "0" * 64, "html")
    lines = judged(raw, compile_rules(Selection())).document.text.split("\n")
    made = run("rules", "new", f"a.html:{lines.index(text) + 1}", "--pack", "mine").out
    (rule,) = tomllib.loads(made)["rule"]
    assert (rule["action"], rule["match"]) == ("keep", {"css": [element.replace("/", " ")]})
    assert rule["keeps"] == [f"<{element}>{text}"]
    (tmp_path / "mine.toml").write_text(made.replace("…", "They are facts."), "utf-8")
    assert run("rules", "test", "-r", "mine.toml", "--select", "mine").code == 0
    assert text in run("clean", "a.html", "-r", "mine.toml").out
    place = f"a.html:{lines.index(text) + 1}"
    told = run("explain", place).out
    assert f"To keep the line, draft a rule that keeps its element: copydesk rules new {place} --pack mine\n" in told
    lines = judged(raw, compile_rules(Selection(packs=(str(tmp_path / "mine.toml"),)))).document.text.split("\n")
    kept = run("explain", f"a.html:{lines.index(text) + 1}", "-r", "mine.toml").out
    assert "tagged by mine/" in kept
    assert re.search(r"  the other [\d,]+ rules do not match", kept)


@pytest.mark.parametrize(
    ("css", "faults"),
    [
        pytest.param(".facts", [], id="both hold"),
        pytest.param("div", ["does not keep"], id="does not keep its keeps"),
        pytest.param("aside", ["also keeps"], id="keeps its drops, too"),
    ],
)
def test_examples_of_a_rule_that_keeps(tmp_path: Path, css: str, faults: list[str]) -> None:
    rules(tmp_path, f'match.css = ["{css}"]')
    selection = Selection(packs=(str(tmp_path / "mine.toml"),), only=True)
    assert [failure.fault for failure in failures(selection)] == faults
