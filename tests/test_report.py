"""The report: what it shows of a run, that it stays within its size, and that no text of a run can act in it."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bs4 import BeautifulSoup, Tag
from conftest import Run, edited
from corpus import read_lines, write_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from etl.audit import JOINT, Entry, document_checksum
from etl.dedup import DedupSettings
from etl.document import finish
from etl.pipeline.duplicates import duplicates_within
from etl.report.changes import changes_of, entries_of
from etl.report.compare import compare
from etl.report.reading import ArticleFields, RunDocument
from etl.writers import to_lines

STORY = (
    "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board.",
    "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp for the last time.",
    "Read more: All that we know about the ferry",
    "The county says that the ageing vessel would have needed four million crowns of repairs before the spring.",
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe",
    "a\x00b\x1b[2Jc",
    "']]>--><svg/onload=alert(1)>",
)


def write_stories(path: Path, count: int, **more: str) -> None:
    rows = (
        {
            "id": f"n{at}",
            "title": f"Last ferry sails, part {at}",
            "text": JOINT.join([*STORY, f"It was trip {at * 7919}."]),
        }
        for at in range(count)
    )
    path.write_text("".join(json.dumps({**row, **more}) + "\n" for row in rows), encoding="utf-8")


def parsed(text: str) -> Tag:
    return BeautifulSoup(text, "lxml")


def attributes(page: Tag) -> list[tuple[str, str]]:
    return [(name, str(value)) for element in page.find_all(True) for name, value in element.attrs.items()]


def links(page: Tag) -> list[str]:
    return [value for name, value in attributes(page) if name == "href"]


def texts(page: Tag, css: str) -> list[str]:
    return [" ".join(element.get_text().split()) for element in page.select(css)]


@pytest.fixture
def report(run: Run, tmp_path: Path) -> Callable[..., Tag]:
    """Clean an input, and return the page of the run."""

    def report_(source: object, *options: object, clean: tuple[object, ...] = ()) -> Tag:
        cleaned = run("clean", source, "-o", "clean.jsonl", "-f", "-q", "--jobs", 1, *clean)
        assert cleaned.code in (0, 4), cleaned.err
        result = run("report", "clean.jsonl", "-o", "report.html", "-f", *options)
        assert result.code == 0, result.err
        return parsed((tmp_path / "report.html").read_text(encoding="utf-8"))

    return report_


def test_the_page_shows_each_article_with_all_that_was_done_to_it(
    report: Callable[..., Tag], sample: Path, tmp_path: Path
) -> None:
    page = report(sample)
    records = read_lines(tmp_path / "clean.jsonl")
    entries = read_lines(tmp_path / "clean.audit.jsonl")
    assert texts(page, "article h3") == [" ".join(record["headline"].split()) for record in records]
    removed = [" ".join(entry["before"].split()) for entry in entries if entry["line_sha256"] and entry["article_id"]]
    assert texts(page, ".x > .was") == removed
    kept = [" ".join(block.split()) for record in records for block in record["text"].split(JOINT) if block]
    assert len(texts(page, ".b > p:first-child")) == len(kept)
    assert [text for text in texts(page, ".b > p:first-child") if text not in kept] == [
        text for text in texts(page, ".b > p:first-child") if "␣" in text
    ]
    assert texts(page, ".lead") == [
        "Of 30,809 characters read, 25,805 (84 %) were kept as they were, 2 changed and 5,002 removed."
    ]
    sections = {f"#{section['id']}": section.h3.get_text() for section in page.select(".rule") if section.h3}
    assert [sections[str(link["href"])] for link in page.select(".bars th a")] == texts(page, ".bars th a")
    kinds = {element["data-k"] for element in page.select(".x")}
    assert {"caption", "credit", "link", "player", "structure"} <= kinds


def test_nothing_but_its_own_style_and_script_can_run(report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1)
    page = report("in.jsonl")
    (policy,) = (meta["content"] for meta in page.select("meta[http-equiv=Content-Security-Policy]"))
    for name in ("style", "script"):
        (element,) = page.select(name)
        digest = b64encode(sha256(element.get_text().encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert str(policy).startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert page.select("[style], [src], link, iframe, object, base") == []
    assert [href for href in links(page) if not href.startswith("#")] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_run_never_acts(report: Callable[..., Tag], text: str, tmp_path: Path) -> None:
    write_stories(
        tmp_path / "in.jsonl", 2, url=text, title=f"{text} sails", publisher=text, author=text, id=text, text=JOINT.join([text, *STORY, text])
    )  # fmt: skip
    (tmp_path / "mine.toml").write_text(
        '[pack]\nid = "mine"\nversion = "1"\n[[rule]]\nid = "all"\ntitle = "<b>bold</b>"\nkind = "link"\n'
        'match.contains = ["alert", "gnp", "[2J", "7 * 7"]\nwhy = "x"\ndrops = ["alert(1)"]\nkeeps = ["a"]\n'
    )
    page = report("in.jsonl", clean=("-r", "mine.toml", "--dedup", "off"))
    assert len(page.select("script")) == len(page.select("style")) == 1
    assert page.select("img, td b") == []
    assert [name for name, _ in attributes(page) if name.startswith("on")] == []
    assert [href for href in links(page) if not href.startswith("#")] == []
    shown = page.get_text()
    assert "49" not in "".join(texts(page, "h3"))
    assert not re.search("[\x00\x1b\u202e]", shown)
    if text.isprintable() and "javascript" not in text:
        assert text in shown


def write_forged(path: Path, entries: list[dict[str, Any]]) -> None:
    """Write the audit of one document with a checksum that fits its entries."""
    head, *own, end = msgspec.convert(entries, list[Entry])
    path.write_bytes(to_lines([head, *own, structs.replace(end, line_sha256=document_checksum(head, own))]))


@pytest.mark.parametrize("text", HOSTILE[:4])
def test_names_in_an_audit_never_act(run: Run, text: str, tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1)
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q").code == 0
    audit = tmp_path / "clean.audit.jsonl"
    entries = read_lines(audit)
    named = {"rule": text, "kind": text, "also": text}
    write_forged(audit, [{**entry, **named} if entry["line"] else entry for entry in entries])
    page = parsed(run("report", "clean.jsonl").out)
    assert len(page.select("script")) == len(page.select("style")) == 1
    assert page.select("img") == []
    assert [name for name, _ in attributes(page) if name.startswith("on")] == []
    assert texts(page, ".x .note") == [f"structure {text}"]


def test_figures_of_an_audit_have_any_length(run: Run, tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1)
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q").code == 0
    audit = tmp_path / "clean.audit.jsonl"
    entries = read_lines(audit)
    long = {"also": f"a={'9' * 5000}", "duplicate_of": f"{'0' * 32}:{'9' * 5000}"}
    write_forged(audit, [{**entry, **long} if entry["line"] else entry for entry in entries])
    assert run("report", "clean.jsonl").code == 0


def test_lines_of_any_length_are_clipped_with_a_word(report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1, text=JOINT.join([*STORY[:2], "long " * 200_000, STORY[3]]))
    page = report("in.jsonl")
    (shown,) = (text for text in texts(page, ".b p") if text.startswith("long"))
    assert len(shown) < 4_000
    assert shown.endswith("more)")


def test_the_size_bounds_the_articles_and_not_the_totals(report: Callable[..., Tag], tmp_path: Path) -> None:
    size = 80_000
    write_stories(tmp_path / "in.jsonl", 60)
    page = report("in.jsonl", "--max-size", size, clean=("--dedup", "off"))
    assert size * 0.9 < (tmp_path / "report.html").stat().st_size <= size
    shown = len(page.select("article"))
    assert 0 < shown < 60
    assert f"{shown} of 60 shown" in " ".join(texts(page, "#articles section > .soft"))
    assert "Articles6060 full" in texts(page, ".tiles div")


def test_a_size_without_room_for_the_totals_is_refused(run: Run, tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1)
    run("clean", "in.jsonl", "-o", "clean.jsonl", "-q")
    result = run("report", "clean.jsonl", "--max-size", "10kB", "-o", "r.html")
    assert (result.code, Path("r.html").exists()) == (2, False)
    assert "without any article" in result.err


def test_the_same_run_and_seed_give_the_same_bytes(run: Run, tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 60)
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q", "--dedup", "off").code == 0
    made = [run("report", "clean.jsonl", "--max-size", 80_000, "--seed", seed).out for seed in (0, 0, 1, 10**30)]
    assert made[0] == made[1] != made[2]
    assert made[3] not in (made[0], made[2], "")


def test_the_articles_that_lost_most_and_suspects_are_shown_first(report: Callable[..., Tag], tmp_path: Path) -> None:
    rows = [{"id": str(at), "title": f"Story {at}", "text": JOINT.join(STORY)} for at in range(60)]
    rows[41]["text"] = JOINT.join([STORY[0], *[STORY[2]] * 12, STORY[1]])
    rows[57]["text"] = STORY[2]
    write_lines(tmp_path / "in.jsonl", rows)
    page = report("in.jsonl", "--max-size", 70_000, clean=("--dedup", "off"))
    assert {"Story 41", "Story 57"} <= set(texts(page, "article h3"))
    assert texts(page, ".plot li a")[0] in ("Story 41", "Story 57")
    assert "1 article of which nothing is left: Story 57" in texts(page, ".first li")


def test_duplicates_stand_beside_their_keepers_and_lead_there_and_back(
    report: Callable[..., Tag], tmp_path: Path
) -> None:
    first = " ".join(STORY[:2])
    again = f"{first} Nobody waved."
    rows = [
        {"id": "1", "title": "One", "text": JOINT.join([first, STORY[1]])},
        {
            "id": "2",
            "title": "Two",
            "text": JOINT.join([STORY[3], again, "Nobody was hurt, the crew said in the morning."]),
        },
    ]
    write_lines(tmp_path / "in.jsonl", rows)
    page = report("in.jsonl")
    (duplicate,) = page.select(".x.k-duplicate")
    assert re.fullmatch(r"Similarity 0\.\d{4}, exact Jaccard", texts(duplicate, "summary")[0])
    assert texts(duplicate, ".pair > div:first-child mark") == ["Nobody waved."]
    assert texts(duplicate, ".pair > div:last-child ins") == []
    (link,) = duplicate.select("a.keeper")
    (keeper,) = page.select(str(link["href"]))
    assert texts(keeper, "p:first-child")[0] == first
    assert [back["href"] for back in keeper.select("details a")] == [f"#{duplicate['id']}"]


def test_links_lead_only_to_what_is_shown(report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 60)
    page = report("in.jsonl", "--max-size", 90_000)
    assert 0 < len(page.select("article")) < 60
    assert page.select("a.keeper")
    places = {value for key, value in attributes(page) if key == "id"}
    assert [href for href in links(page) if href[1:] not in places] == []


def test_the_copy_of_a_whole_article_stands_beside_it(report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 2)
    page = report("in.jsonl")
    assert [article["data-s"] for article in page.select("article")] == ["full", "not written"]
    assert any(text.endswith("1 article not written") for text in texts(page, ".tiles div"))
    duplicate = page.select(".x.k-duplicate")[0]
    assert re.fullmatch(r"(0\.9\d{3}|1\.0000) of the article’s words are copies", texts(duplicate, "summary")[0])
    assert texts(duplicate, ".pair > div:last-child") == [f"Its keeper, in “Last ferry sails, part 0”{STORY[0]}"]
    (link,) = duplicate.select("a.keeper")
    assert link["href"] == f"#{page.select('article')[0]['id']}"


def test_a_keeper_may_be_from_an_earlier_run(run: Run, report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "old.jsonl", 1)
    write_stories(tmp_path / "in.jsonl", 2)
    assert run("clean", "old.jsonl", "-o", "old.clean.jsonl", "--index", "seen").code == 0
    page = report("in.jsonl", clean=("--index", "seen"))
    assert any("which this page does not show" in text for text in texts(page, ".x details p"))


@pytest.mark.parametrize("has_ids", [True, False], ids=["named", "without ids"])
@pytest.mark.parametrize(("action", "status"), [("drop", "not written"), ("tag", "")])
def test_what_dedup_wrote_is_shown_with_its_copies(
    run: Run, has_ids: bool, action: str, status: str, tmp_path: Path
) -> None:
    first, other = JOINT.join(STORY), JOINT.join(["Parliament passed the budget in a late vote.", STORY[0][::-1]])
    names = [{"id": f"urn:news:{at}"} for at in range(4)] if has_ids else [{}] * 4
    rows = [
        {**name, "title": f"Story {at}", "text": text}
        for at, (name, text) in enumerate(zip(names, (first, other, first, other[::-1]), strict=True))
    ]
    write_lines(tmp_path / "in.jsonl", rows)
    words = ("dedup", "in.jsonl", "-o", "unique.jsonl", "--unit", "article", "--action", action)
    assert run(*words).code == 0
    page = parsed(run("report", "unique.jsonl").out)
    articles = page.select("article")
    assert [article["data-s"] for article in articles] == ["", "", status, ""]
    assert texts(articles[0], ".b > p:first-child") == list(STORY)
    shown = texts(articles[2], ".x > .was" if action == "drop" else ".b > p:first-child")
    assert shown == list(STORY)
    assert {link["href"] for link in articles[2].select("a.keeper")} == {f"#{articles[0]['id']}"}
    assert texts(articles[2], ".pair > div:last-child")[0].endswith(STORY[0])
    assert articles[0].select(f"a[href^='#{articles[2]['id']}']")
    assert len({article["id"] for article in articles}) == 4
    assert texts(page, ".proof")[0].startswith("The duplicates have the hashes")


def test_an_audit_that_is_empty_proves_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "unique.jsonl").write_text(json.dumps({"id": "1", "text": STORY[0]}) + "\n")
    (tmp_path / "unique.audit.jsonl").write_text("")
    result = run("report", "unique.jsonl")
    assert (result.code, "is empty" in result.err) == (5, True)


def test_a_copy_of_dedup_that_was_changed_is_refused(run: Run, tmp_path: Path) -> None:
    rows = [{"id": str(at), "text": JOINT.join(STORY)} for at in range(2)]
    write_lines(tmp_path / "in.jsonl", rows)
    assert run("dedup", "in.jsonl", "-o", "unique.jsonl").code == 0
    audit = tmp_path / "unique.audit.jsonl"
    audit.write_text(audit.read_text().replace("eleven", "twelve"))
    assert run("report", "unique.jsonl").code == 5


def test_copies_are_not_among_those_that_lost_most(report: Callable[..., Tag], tmp_path: Path) -> None:
    lost = JOINT.join(["Parliament passed the budget in a late vote on Tuesday, after a long debate.", *[STORY[2]] * 3])
    rows = [{"title": f"Story {at}", "text": JOINT.join(STORY)} for at in range(3)] + [{"title": "Lost", "text": lost}]
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({**row, "id": str(at)}) + "\n" for at, row in enumerate(rows))
    )
    page = report("in.jsonl")
    assert texts(page, ".plot li a") == ["Lost", "Story 0"]
    copies = [article for article in page.select("article") if article["data-s"] == "not written"]
    assert [texts(article, "h3 .opening") for article in copies] == [[f"{STORY[0][:80]}…"]] * 2


def test_no_group_crowds_out_the_others(report: Callable[..., Tag], tmp_path: Path) -> None:
    rows = [
        {"id": str(at), "title": f"Story {at}", "site_name": f"Post {at % 3}", "text": JOINT.join([STORY[0], *[STORY[2]] * 30])}
        for at in range(80)
    ]  # fmt: skip
    rows[70]["text"] = STORY[2]
    write_lines(tmp_path / "in.jsonl", rows)
    page = report("in.jsonl", "--max-size", 300_000, clean=("--dedup", "off"))
    reasons = texts(page, "article .why")
    assert {"suspect", "lost most", "example", "at random"} <= set(reasons)
    assert texts(page, ".first a") == ["Story 70"]


def test_a_long_removal_is_folded_where_there_is_javascript(report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1, text=JOINT.join([*STORY, "Menu of all pages, " * 60]))
    (tmp_path / "mine.toml").write_text(
        '[pack]\nid = "mine"\nversion = "1"\n[[rule]]\nid = "menu"\ntitle = "Menu"\nkind = "link"\n'
        'match.contains = ["menu of all pages"]\nwhy = "x"\ndrops = ["Menu of all pages"]\nkeeps = ["a"]\n'
    )
    page = report("in.jsonl", clean=("-r", "mine.toml"))
    assert [bool(block.select(".unfold")) for block in page.select(".x")] == [False, True]


@pytest.mark.parametrize("line", [STORY[2], "Follow us on Twitter"])  # which four rules match
def test_what_is_offered_for_a_removed_line_keeps_it(
    run: Run, report: Callable[..., Tag], line: str, tmp_path: Path
) -> None:
    write_stories(tmp_path / "in.jsonl", 1, text=JOINT.join([*STORY[:2], line, STORY[3]]))
    write_stories(tmp_path / "other.jsonl", 1, text=JOINT.join([*STORY[:2], line, STORY[3]]))
    page = report("in.jsonl")
    exception, example = (element.get_text() for element in page.select(".x pre"))
    assert example == f'keeps = ["{line}"]'
    (tmp_path / "copydesk.toml").write_text(exception)
    assert line not in (tmp_path / "clean.jsonl").read_text()
    assert run("clean", "in.jsonl", "-o", "again.jsonl", "-q").code == 0
    assert line in (tmp_path / "again.jsonl").read_text()
    assert line not in run("clean", "other.jsonl", "-q").out


def test_what_spoke_for_a_removal_is_shown_as_bars(report: Callable[..., Tag], tmp_path: Path) -> None:
    page = report(Path(__file__).parent / "pages" / "story.html")
    entries = read_lines(tmp_path / "clean.audit.jsonl")
    weighed = [entry["also"].split(",") for entry in entries if entry["rule"].startswith("page/") and entry["also"]]
    assert weighed
    shown = [[texts(one, "span") for one in features.select("li")] for features in page.select(".weights")]
    assert shown == [
        [[name, f"{int(value) / 1000:+.2f}"] for name, _, value in (one.partition("=") for one in features)]
        for features in weighed
    ]
    assert all(float(str(bar["width"])) <= 100 for bar in page.select(".weights rect"))


def test_an_earlier_run_is_compared_for_as_many_articles(run: Run, report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "old.jsonl", 4, site_name="Harwick Post")
    write_stories(tmp_path / "in.jsonl", 8, site_name="Harwick Post")
    assert run("clean", "old.jsonl", "-o", "old.clean.jsonl", "--ignore", "core/*", "--dedup", "off").code == 0
    page = report("in.jsonl", "--against", "old.clean.jsonl", clean=("--dedup", "off"))
    (row,) = (row for row in page.select(".bars tbody tr") if "Read more" in row.get_text())
    assert texts(row, "td")[1:5] == ["360", "8", "0", "8"]
    assert row.select(".up")
    assert texts(page, ".heat tbody td")[1:2] == ["100100"]  # per cent now, and points more than before


FORMS: tuple[tuple[str, ...], ...] = (
    ("clean.jsonl.zst",),
    ("clean.parquet",),
    ("cleaned",),
    *(("clean.jsonl", "--shape", shape) for shape in ("dolma", "hf", "trafilatura", "schema.org")),
)


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_every_form_of_a_run_is_read(run: Run, form: tuple[str, ...], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 2, site_name="Harwick Post")
    output, *options = form
    assert run("clean", "in.jsonl", "-o", output, "-q", "--dedup", "off", *options).code == 0
    result = run("report", output)
    assert result.code == 0, result.err
    page = parsed(result.out)
    assert texts(page, "article h3") == ["Last ferry sails, part 0", "Last ferry sails, part 1"]
    assert texts(page, ".who b") == ["Harwick Post"] * 2


def test_verdicts_on_a_sample_are_shown_as_a_warranty(run: Run, report: Callable[..., Tag], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 30)
    report("in.jsonl", clean=("--dedup", "off"))
    assert run("audit", "sample", "clean.audit.jsonl", "--n", 60, "--no-judge", "-o", "verdicts.csv").code == 0
    sample = tmp_path / "verdicts.csv"
    head, *rows = sample.read_text().splitlines()
    sample.write_text("\n".join([head, *(f"k{row}" for row in rows)]) + "\n")
    page = report("in.jsonl", "--verdicts", "verdicts.csv", clean=("--dedup", "off"))
    (words,) = texts(page, ".warranty")
    assert words.startswith("Warranty: wrongly removed ≤ 4.88 % of ")
    assert words.endswith("with 95 % confidence (60 draws, 0 wrong).")


def test_a_folder_holds_all_articles_on_pages_that_lead_to_one_another(run: Run, tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 203)
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q", "--jobs", 1).code == 0
    assert run("report", "clean.jsonl", "--out", "pages").code == 0
    pages = {path.name: parsed(path.read_text()) for path in sorted((tmp_path / "pages").iterdir())}
    assert list(pages) == ["articles-00001.html", "articles-00002.html", "index.html"]
    assert [len(page.select("article")) for page in pages.values()] == [200, 3, 0]
    assert texts(pages["index.html"], ".plot li a") == ["Last ferry sails, part 0"]
    found = [(name, href) for name, page in pages.items() for href in links(page)]
    places = {name: {value for key, value in attributes(page) if key == "id"} for name, page in pages.items()}
    for name, href in found:
        target, _, place = href.partition("#")
        assert not place or place in places[target or name], (name, href)
    assert any(name == "articles-00002.html" and href.startswith("articles-00001.html#") for name, href in found)


def test_only_a_report_is_overwritten_and_only_if_asked(run: Run, tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1)
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q").code == 0
    (tmp_path / "mine.html").write_text("<p>mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    for target in (("-o", "mine.html"), ("--out", "folder")):
        assert run("report", "clean.jsonl", *target).code == 2
        assert run("report", "clean.jsonl", *target, "-f").code == 2
    assert (tmp_path / "mine.html").read_text() == "<p>mine"
    for target in (("-o", "r.html"), ("--out", "pages")):
        assert [run("report", "clean.jsonl", *target, *force).code for force in ((), (), ("-f",))] == [0, 2, 0]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_run_that_does_not_fit_its_audit_is_refused(run: Run, sample: Path, tmp_path: Path) -> None:
    assert run("clean", sample, "-o", "clean.jsonl", "-q").code == 0
    articles = tmp_path / "clean.jsonl"
    articles.write_text(articles.read_text().replace("ill-tempered", "good-tempered"))
    result = run("report", "clean.jsonl", "-o", "r.html")
    assert (result.code, Path("r.html").exists()) == (5, False)
    assert "was changed" in result.err


@pytest.mark.parametrize("options", [("-o", "clean.jsonl"), ("-n",), ("-o", "out/"), ()], ids=" ".join)
def test_clean_makes_the_page_of_its_run(run: Run, options: tuple[str, ...], tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1)
    result = run("clean", "in.jsonl", *options, "--report", "page.html", "-q")
    assert result.code == 0, result.err
    assert len(parsed((tmp_path / "page.html").read_text()).select("article")) == 1
    assert run("clean", "in.jsonl", *options, "--report", "page.html", "-q", "-f").code == 0


@pytest.mark.parametrize("name", ["in.jsonl", "clean.jsonl", "clean.audit.jsonl"])
def test_clean_never_makes_the_page_over_an_input_or_output(run: Run, name: str, tmp_path: Path) -> None:
    write_stories(tmp_path / "in.jsonl", 1)
    result = run("clean", "in.jsonl", "-o", "clean.jsonl", "--report", name, "-f")
    assert (result.code, sorted(path.name for path in tmp_path.iterdir())) == (2, ["in.jsonl"])


PIECES = st.sampled_from(
    [
        *("Read More", "hide caption", "Minsk rally", "\n\n", "\n", "\r\n", "\u00a0", "Belarusâ€™ president", "  ", "don?t"),
        *("Rally in Minsk grows as strikes spread – BBC News", "They left. ADVERTISEMENT They stayed.", "[+1771 chars]"),
        "They marched on Sunday, and on Monday they marched again, more than 100,000 of them.",
    ]
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_blocks_that_are_shown_are_those_of_article_and_audit(text: str) -> None:
    result = edited(text)
    cleaned = finish(result, duplicates_within([result], DedupSettings())[0])
    fields = tuple(ArticleFields(record.id, record.text) for record in cleaned.records)
    document = RunDocument(cleaned.document, cleaned.entries, fields)
    found = changes_of(document)
    decoded = result.document.text
    for changes in found:
        assert JOINT.join(block.text for block in changes.blocks if not block.entry) == changes.fields.text
        for block in changes.blocks:
            assert block.line == 1 + decoded.count("\n", 0, block.start)
            assert not block.entry or decoded[block.start : block.end] == block.entry.before
    shown = [entry for changes in found for block in changes.blocks for entry in entries_of(block)]
    assert sorted(map(str, shown)) == sorted(str(entry) for entry in cleaned.entries if entry.rule != "structure/gap")


@pytest.mark.parametrize(
    ("duplicate", "keeper", "residue", "marked"),
    [
        pytest.param("He left on Monday.", "He left on Monday.", "", [], id="the same"),
        pytest.param(
            "He went on Monday.", "He left on Monday.", "went", [("went", "residue"), ("left", "differs")], id="a word"
        ),
        pytest.param(
            "He left. On Monday.",
            "He left.",
            "",
            [(" On Monday.", "differs")],
            id="more, which its keeper has elsewhere",
        ),
    ],
)
def test_words_that_differ_are_marked(duplicate: str, keeper: str, residue: str, marked: list[tuple[str, str]]) -> None:
    pair = compare(duplicate, keeper, residue)
    assert "".join(piece.text for piece in pair.duplicate) == duplicate
    assert "".join(piece.text for piece in pair.keeper) == keeper
    assert [
        (piece.text, piece.mark) for side in (pair.duplicate, pair.keeper) for piece in side if piece.mark
    ] == marked
