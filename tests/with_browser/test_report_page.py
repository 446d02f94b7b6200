"""The report in a real browser: views, filters, keys, links, copying, all without a request, and for everyone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

# What axe-core calls serious or worse.
SEVERE = ("serious", "critical")


def focused(page: Page) -> Any:
    return page.evaluate("() => document.activeElement.id")


def test_the_sample_is_shown_view_by_view(open_page: Open, sample_report: str) -> None:
    page = open_page(sample_report)
    expect(page.locator("#overview")).to_be_visible()
    expect(page.locator("#articles")).to_be_hidden()
    page.get_by_role("link", name="Articles 10").click()
    expect(page.locator("#overview")).to_be_hidden()
    expect(page.locator("article.a")).to_have_count(10)
    expect(page.get_by_role("heading", name="U.S. Diplomat Asks Belarus To Release")).to_be_visible()
    page.locator("nav.views").get_by_role("link", name="Rules").click()
    expect(page.locator("#rules h3", has_text="npr/caption-toggle")).to_be_visible()


def test_a_run_of_2000_articles_is_filtered_and_searched(open_page: Open, large_report: str) -> None:
    page = open_page(f"{large_report}#articles")
    count, articles = page.locator("#count"), page.locator("article.a:visible")
    shown = page.locator("article.a").count()
    assert shown > 300
    page.locator("[data-filter=r]").select_option("core/ad-label")
    expect(count).not_to_contain_text(f"{shown:,} of {shown:,}")
    assert 0 < articles.count() < shown
    assert articles.count() == page.locator("article.a:visible:has([data-r='core/ad-label'])").count()
    page.locator("[data-filter=p]").select_option("Coast & County")
    assert set(articles.locator(".who b").all_text_contents()) == {"Coast & County"}
    page.locator("[data-filter=change]").select_option("only")
    expect(articles.first.locator(".b:visible")).to_have_count(0)
    page.get_by_role("button", name="Clear").click()
    expect(count).to_have_text(f"{shown:,} of {shown:,} shown")
    words = str(articles.nth(7).locator("h3").text_content())
    page.get_by_label("Search").fill(words)
    expect(count).not_to_contain_text(f"{shown:,} of {shown:,}")
    assert words in articles.locator("h3").all_text_contents()
    assert all(words in text for text in articles.all_text_contents())


def test_keys_move_through_changes_articles_and_views(open_page: Open, sample_report: str) -> None:
    page = open_page(sample_report)
    articles = [str(name) for name in page.locator("article.a").evaluate_all("all => all.map(one => one.id)")]
    changes = [str(name) for name in page.locator(".x, .c").evaluate_all("all => all.map(one => one.id)")]
    for key, place in (("2", ""), ("n", articles[0]), ("n", articles[1]), ("p", articles[0]), ("j", changes[0])):
        page.keyboard.press(key)
        assert focused(page) == place
    for key, place in (("j", changes[1]), ("j", changes[2]), ("k", changes[1]), ("n", articles[1])):
        page.keyboard.press(key)
        assert focused(page) == place
    page.keyboard.press("/")
    assert focused(page) == "search"
    page.keyboard.type("j2?")
    assert page.get_by_label("Search").input_value() == "j2?"
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("#overview")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_changes_that_a_filter_leaves_are_those_that_keys_reach(open_page: Open, sample_report: str) -> None:
    page = open_page(f"{sample_report}#articles")
    page.locator("[data-filter=r]").select_option("core/read-more")
    page.locator("h2:visible").first.click()
    for _ in range(3):
        page.keyboard.press("j")
        assert page.evaluate("() => document.activeElement.dataset.r") == "core/read-more"


def test_a_duplicate_leads_to_its_keeper_and_back(open_page: Open, large_report: str) -> None:
    page = open_page(f"{large_report}#articles")
    duplicate = page.locator(".x.k-duplicate:has(a.keeper)").first
    name = duplicate.get_attribute("id")
    expect(duplicate.locator(".pair")).to_contain_text("Nobody objected.")
    duplicate.get_by_role("link", name="Go to the keeper").click()
    expect(page.locator(".b:focus")).to_be_in_viewport()
    keeper = page.locator(f"#{focused(page)}")
    expect(keeper).to_be_in_viewport()
    keeper.locator("summary").click()
    keeper.locator(f"a[href='#{name}']").click()
    expect(duplicate).to_be_focused()
    expect(duplicate).to_be_in_viewport()


def test_an_exception_is_copied_by_hand_and_by_key(open_page: Open, sample_report: str) -> None:
    page = open_page(f"{sample_report}#articles")
    removed = page.locator(".x.k-link").first
    removed.locator("summary").click()
    removed.get_by_role("button", name="Copy").first.click()
    exception = removed.locator("pre").first.inner_text()
    assert page.evaluate("() => navigator.clipboard.readText()") == exception
    assert exception.startswith('[[exception]]\nrule = "*"  # "core/media-link" removed it, and others may match it\n')
    page.evaluate("() => navigator.clipboard.writeText('')")
    removed.locator("summary").press("c")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('[[exception]]')")


def test_a_number_of_the_heat_map_leads_to_its_articles(open_page: Open, large_report: str) -> None:
    page = open_page(large_report)
    number = page.locator(".heat td a").first
    publisher, rule = (str(number.get_attribute(f"data-set-{key}")) for key in "pr")
    number.click()
    shown = page.locator("article.a:visible")
    expect(shown.first).to_be_visible()
    assert set(shown.locator(".who b").all_text_contents()) == {publisher}
    assert shown.count() == page.locator(f"article.a:visible:has([data-r='{rule}'])").count()


def test_a_long_removal_unfolds(open_page: Open, copydesk: Callable[..., None], tmp_path: Path) -> None:
    row = {"id": "1", "text": "The ferry has sailed between Harwick and Skerra for fifty years. " * 20}
    (tmp_path / "in.jsonl").write_text(f"{json.dumps(row)}\n" * 2)
    copydesk("dedup", tmp_path / "in.jsonl", "-o", tmp_path / "long.jsonl", "-q")
    copydesk("report", tmp_path / "long.jsonl", "-o", tmp_path / "report.html")
    page = open_page(f"{(tmp_path / 'report.html').as_uri()}#articles")
    block = page.locator(".x.long .was")
    folded = block.evaluate("one => one.clientHeight")
    page.get_by_role("button", name="Show all of it").click()
    assert page.locator(".x:has(.unfold) .was").evaluate("one => one.clientHeight") > folded


def test_a_link_to_a_line_shows_it_whatever_the_filters(open_page: Open, sample_report: str) -> None:
    page = open_page(sample_report)
    name = page.locator(".x").nth(20).get_attribute("id")
    page.goto(f"{sample_report}#{name}")
    expect(page.locator(f"#{name}")).to_be_in_viewport()
    page.get_by_label("Search").fill("no such words")
    expect(page.locator("#count")).to_contain_text("0 of")
    page.evaluate("() => { location.hash = '' }")
    page.evaluate("name => { location.hash = name }", name)
    expect(page.locator(f"#{name}")).to_be_in_viewport()
    expect(page.locator(f"#{name}")).to_be_focused()


def test_all_of_it_reads_without_javascript(open_page: Open, sample_report: str) -> None:
    page = open_page(sample_report, java_script_enabled=False)
    for view in ("overview", "articles", "rules"):
        expect(page.locator(f"#{view}")).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator(".x pre").first).to_be_hidden()
    page.locator(".x summary").first.click()
    expect(page.locator(".x pre").first).to_be_visible()


def test_print_shows_what_is_read_and_no_controls(open_page: Open, sample_report: str) -> None:
    page = open_page(f"{sample_report}#articles")
    page.emulate_media(media="print")
    expect(page.locator("nav.views")).to_be_hidden()
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("article.a").last).to_be_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_print_has_room_for_the_names_of_rules(open_page: Open, large_report: str) -> None:
    page = open_page(large_report, viewport={"width": 680, "height": 900})  # A4 less its margins
    page.emulate_media(media="print")
    assert page.locator(".bars tbody th").first.evaluate("one => one.clientWidth") > 120
    assert page.locator(".bars tbody tr").first.evaluate("one => one.clientHeight") < 90


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["overview", "articles", "rules"])
def test_axe_finds_no_serious_fault(open_page: Open, sample_report: str, axe: str, view: str, scheme: str) -> None:
    page = open_page(f"{sample_report}#{view}", color_scheme=scheme, bypass_csp=True)
    page.locator("details").evaluate_all("all => all.slice(0, 40).forEach(one => { one.open = true })")
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run()).violations")
    severe = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SEVERE]
    assert severe == []


HOSTILE = (
    "<script>window.hacked = 1</script>",
    "\"><img src=x onerror='window.hacked = 1'>",
    "javascript:window.hacked=1",
    "</style><script>window.hacked = 1</script>",
    "\u202egnp.exe \u2066\u202e",
    "x" * 1_000_000,
)


def test_hostile_text_executes_nothing_and_breaks_no_layout(
    open_page: Open, copydesk: Callable[..., None], tmp_path: Path
) -> None:
    prose = "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board."
    rows = [
        {"id": text[:200], "title": text[:3_000], "site_name": text[:3_000], "author": text[:3_000], "url": text[:3_000], "text": f"{text}\n\n{prose}\n\n{text}\n\nRead more: {text[:50]}"}
        for text in HOSTILE
    ]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    copydesk("clean", tmp_path / "in.jsonl", "-o", tmp_path / "clean.jsonl", "-q")
    copydesk("report", tmp_path / "clean.jsonl", "-o", tmp_path / "report.html")
    page = open_page((tmp_path / "report.html").as_uri(), viewport={"width": 1280, "height": 900})
    for view in ("overview", "articles", "rules"):
        page.goto(f"{(tmp_path / 'report.html').as_uri()}#{view}")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert page.evaluate("() => window.hacked") is None


def test_a_narrow_page_never_scrolls_sideways(open_page: Open, sample_report: str) -> None:
    page = open_page(sample_report, viewport={"width": 320, "height": 700})
    for view in ("overview", "articles", "rules"):
        page.goto(f"{sample_report}#{view}")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
