"""A review in a real browser: clicks and keys write verdicts, exceptions and rules, and show what a rule takes."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import tomli
from playwright.sync_api import Page, expect

from etl.report.pack_folder import PackFolder
from etl.report.pages import ReportRequest
from etl.report.reading import run_files
from etl.report.review import Review
from etl.report.server import ReviewServer
from etl.report.writing import make_report

Open = Callable[..., Page]


@contextmanager
def served(articles: Path, pack: Path) -> Iterator[str]:
    """Yield the address of a review."""
    made = make_report(ReportRequest(run_files(articles), date(2099, 1, 1), is_reviewed=True))
    review = Review(made.articles, PackFolder(pack), date(2099, 1, 1))
    with ReviewServer(made.page, review, "token") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def address(sample_run: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a review of the sample, with an empty pack in `mine`."""
    with served(sample_run, tmp_path / "mine") as found:
        yield found


def verdicts(tmp_path: Path) -> list[tuple[str, str]]:
    lines = (tmp_path / "mine" / "verdicts.jsonl").read_text().splitlines()
    return [(one["rule"], one["verdict"]) for one in map(json.loads, lines)]


def test_a_click_on_a_removed_line_says_wrong_and_offers_its_exception(
    open_page: Open, address: str, tmp_path: Path
) -> None:
    page = open_page(f"{address}#articles")
    removed = page.locator(".x.k-link").first
    removed.locator(".was").click()
    expect(removed.locator(".verdict")).to_contain_text("✗ wrong")
    assert verdicts(tmp_path) == [("core/media-link", "wrong")]
    removed.get_by_role("button", name="Write the exception").click()
    expect(removed.locator(".verdict")).to_contain_text("Its exception is written.")
    assert 'rule = "*"  # "core/media-link" removed it' in (tmp_path / "mine" / "copydesk.toml").read_text()
    removed.locator(".was").click()
    expect(removed.locator(".verdict")).to_have_text("✓ right")
    page.keyboard.press("j")
    page.keyboard.press("u")
    expect(page.locator(".x:focus .verdict")).to_have_text("? unsure")
    page.reload()
    expect(page.locator(".verdict")).to_have_count(2)


def test_a_click_on_a_kept_line_writes_a_rule_and_shows_what_it_takes(
    open_page: Open, address: str, tmp_path: Path
) -> None:
    page = open_page(f"{address}#articles")
    kept = page.locator(".b").nth(4)
    kept.locator("p").first.click()
    panel = page.get_by_role("dialog", name="A rule for this line")
    expect(panel.locator("#rule-effect")).to_contain_text(
        "It matches 1 line in 1 of the 10 articles loaded; 1 of these lines is kept without the rule."
    )
    toml = panel.locator("textarea")
    toml.fill(toml.input_value().replace("match.exact", "match.exakt"))
    expect(panel.locator(".fault")).to_be_visible()
    toml.fill(toml.input_value().replace("match.exakt", "match.exact").replace("…", "It is a test."))
    expect(panel.locator(".fault")).to_be_hidden()
    panel.get_by_role("button", name="Write it into the pack").click()
    expect(panel.locator("#rule-written")).to_contain_text("is written.")
    assert "It is a test." in (tmp_path / "mine" / "rules.toml").read_text()
    panel.get_by_role("button", name="Close").click()
    expect(kept).to_have_class("b would")
    expect(kept.locator(".verdict")).to_contain_text("✗ furniture")
    assert verdicts(tmp_path) == [("", "wrong")]


def test_a_drawn_sample_is_judged_line_by_line(
    open_page: Open, address: str, copydesk: Callable[..., None], sample_run: Path, tmp_path: Path
) -> None:
    copydesk("audit", "sample", sample_run, "--n", 5, "--no-judge", "-o", tmp_path / "mine" / "verdicts.csv")
    page = open_page(f"{address}#articles")
    drawn = page.locator(".drawn")
    expect(drawn.first).to_contain_text("drawn, to be judged")
    count = drawn.count()
    for _ in range(count):
        page.keyboard.press("d")
        page.keyboard.press("r")
        expect(page.locator(".drawn:focus .verdict")).to_have_text("✓ right")
    expect(page.locator("#said")).to_have_text("Written: right.")
    assert (tmp_path / "mine" / "verdicts.csv").read_text().count("\nright,") == count


HOSTILE = (
    "<script>window.hacked = 1</script>",
    "\u202egnp.exe \u2066 ''' \\\\\\ ]] # [pack]",
)


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "direction and TOML"])
def test_hostile_text_executes_nothing_in_a_review_and_makes_no_other_rule(
    open_page: Open, copydesk: Callable[..., None], text: str, tmp_path: Path
) -> None:
    prose = "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board."
    row = {
        "id": text,
        "title": text,
        "text": f"{prose}\n\n{text} said the crew of the ferry on Friday.\n\n{prose[::-1]}",
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    copydesk("clean", tmp_path / "in.jsonl", "-o", tmp_path / "clean.jsonl", "-q", "--dedup", "off")
    with served(tmp_path / "clean.jsonl", tmp_path / "mine") as address:
        page = open_page(f"{address}#articles")
        page.locator(".b > p", has_text="said the crew").click()
        expect(page.locator("#rule-effect p")).to_contain_text("It matches")
        page.get_by_role("button", name="Write it into the pack").click()
        # An example with a tag is read as HTML, so that the rule does not name it; it is said, and nothing is written.
        expect(page.locator("#rule-effect .fault, #rule-written:not(:empty)")).to_have_count(1)
        assert page.evaluate("() => window.hacked") is None
    written = (tmp_path / "mine" / "rules.toml").exists()
    assert written != ("<" in text)
    if written:
        (rule,) = tomli.loads((tmp_path / "mine" / "rules.toml").read_text())["rule"]
        assert rule["drops"] == [f"{text} said the crew of the ferry on Friday."]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_in_a_review(open_page: Open, address: str, axe: str, scheme: str) -> None:
    page = open_page(f"{address}#articles", bypass_csp=True, color_scheme=scheme)
    page.locator(".b p").nth(4).click()
    expect(page.locator("#rule-effect li")).to_have_count(1)
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run()).violations")
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
