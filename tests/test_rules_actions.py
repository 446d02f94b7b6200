"""What a rule does to what it names, from the text to the books: nothing vanishes, whatever the action."""

from hashlib import sha256
from pathlib import Path

import pytest
from conftest import judged
from hypothesis import given
from hypothesis import strategies as st

from etl.audit import Restoration
from etl.dedup import DedupSettings
from etl.document import Judged, Ruleset, finish
from etl.model import Metadata, Raw
from etl.packs import Selection, compile_rules
from etl.packs.selection import Profile
from etl.pipeline.duplicates import duplicates_within

HEAD = '[pack]\nid = "mine"\nversion = "1"\n'
RULE = '\n[[rule]]\nid = "r{number}"\ntitle = "t"\nkind = "notice"\nwhy = "w"\ndrops = ["x"]\nkeeps = ["y"]\n{rule}\n'
REGION = 'action = "reject"\nmatch.contains = ["not available in your region"]\nwhere.max_article_words = 20'
BYLINE = "action = \"extract\"\nmatch.regex = 'By (?P<author>[A-Z]\\w+ [A-Z]\\w+)(?:, (?P<created>.{6,30}))?'"
UPDATED = 'action = "extract"\nfield = "created"\nmatch.regex = \'\\d{1,2} \\w{3,9} \\d{4}\''
DIVIDER = 'action = "start-article"\nmatch.regex = \'Document \\d+ of \\d+\'\nmatch.exact = ["* * *"]'
LONG = 'action = "tag"\nmatch.prefix = ["Analysis:"]'
SHARE = 'action = "drop-span"\nmatch.between = { start = { exact = ["Share"] }, end = { exact = ["Copy link"] }, max_blocks = 4 }'
LINE = "They marched on Sunday, and on Monday they marched again, more than 100,000 of them, in Minsk."


def ruleset(folder: Path, *rules: str) -> Ruleset:
    path = folder / "mine.toml"
    path.write_text(HEAD + "".join(RULE.format(number=at, rule=rule) for at, rule in enumerate(rules)), "utf-8")
    return compile_rules(Selection(packs=(str(path),), only=True))


def edited(text: str, rules: Ruleset, metadata: Metadata = Metadata()) -> Judged:
    return judged(Raw("a.txt", text, sha256(text.encode()).hexdigest(), metadata=metadata), rules)


@pytest.mark.parametrize("profile", ["standard", "hard"])
def test_a_tag_changes_nothing_that_others_do(tmp_path: Path, sample: Path, profile: Profile) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + RULE.format(number=1, rule='action = "tag"\nmatch.regex = ".+"'), "utf-8")
    menu = "\n\n".join(
        [LINE, "Home", "Politics", "World", "It rained.", "Sport", "Opinion", LINE[::-1], "Subscribe"] * 3
    )

    def gone(text: str, *packs: str) -> list[tuple[tuple[int, str], ...]]:
        found = edited(text, compile_rules(Selection(packs=packs, profile=profile)))
        return [tuple((one.block, one.rule) for one in some if one.action != "tag") for some in found.removals]

    for text in (sample.read_text(), menu):
        assert gone(text, str(path)) == gone(text)
        assert any(gone(text))


@pytest.mark.parametrize(
    ("line", "metadata", "author", "created"),
    [
        pytest.param("By Jane Roe", Metadata(), "Jane Roe", "", id="a named group"),
        pytest.param(
            "By Jane Roe, 23 August 2020", Metadata(), "Jane Roe", "2020-08-23T00:00:00.000Z", id="two groups"
        ),
        pytest.param("By Jane Roe, some time ago", Metadata(), "Jane Roe", "", id="a date that cannot be read"),
        pytest.param("By Jane Roe", Metadata(author="A. Byline"), "A. Byline", "", id="what the source says stays"),
        pytest.param("By Jane Roe\n\nBy John Doe", Metadata(), "Jane Roe", "", id="the first of two"),
        pytest.param("23 August 2020", Metadata(), "", "2020-08-23T00:00:00.000Z", id="all of the line"),
        pytest.param("By the sea they met", Metadata(), "", "", id="keeps: no name"),
    ],
)
def test_extract_fills_a_field(tmp_path: Path, line: str, metadata: Metadata, author: str, created: str) -> None:
    result = edited(f"{line}\n\n{LINE}", ruleset(tmp_path, BYLINE, UPDATED), metadata)
    cleaned = finish(result)
    (record,) = cleaned.records
    assert (record.author, record.created) == (author, created)
    taken = {entry.before for entry in cleaned.entries if entry.action == "extract"}
    assert taken == (set() if line.startswith("By the sea") else set(line.split("\n\n")))


def test_a_line_that_fills_a_field_is_not_said_to_be_something_else(tmp_path: Path) -> None:
    caption = 'match.contains = ["By Jane"]\nscope.publisher = ["bbc"]'
    text = f"Ferries sail again – BBC News\n\nBy Jane Roe\n\n{LINE}"
    entries = finish(edited(text, ruleset(tmp_path, caption, BYLINE))).entries
    assert [(one.action, one.rule, one.also) for one in entries if one.before == "By Jane Roe"] == [
        ("extract", "mine/r1", "mine/r0")
    ]


def test_a_line_of_which_all_is_cut_is_judged_whole_and_removed_by_name(tmp_path: Path) -> None:
    strip = "action = \"strip\"\nmatch.regex = 'GET (?:OUR|THE) APP'\nturns = [['a', 'b']]"
    beside = 'match.regex = "[A-Z ]+"\nmatch.case = true\nmatch.beside = { rule = ["mine/r1"] }'
    text = f"{LINE} GET OUR APP\n\nGET OUR APP\n\nGET THE APP\n\nGOAT LOOSE"
    cleaned = finish(edited(text, ruleset(tmp_path, strip, 'match.exact = ["GET THE APP"]', beside)))
    assert [(one.action, one.rule, one.before) for one in cleaned.entries if one.action in ("drop", "cut")] == [
        ("cut", "mine/r0", " GET OUR APP"),
        ("drop", "mine/r2", "GET OUR APP"),
        ("drop", "mine/r1", "GET THE APP"),
        ("drop", "mine/r2", "GOAT LOOSE"),
    ]
    (alone,) = finish(edited("GET OUR APP", ruleset(tmp_path, strip))).entries
    assert (alone.action, alone.rule) == ("drop", "mine/r0")


@pytest.mark.parametrize(
    ("text", "articles", "rejected"),
    [
        pytest.param("Sorry\n\nThis page is not available in your region.", 0, 2, id="the whole article"),
        pytest.param(f"{LINE}\n\nThis page is not available in your region.", 1, 0, id="keeps: a story that says so"),
        pytest.param("This page is available in your region.", 1, 0, id="keeps: another line"),
    ],
)
def test_reject_takes_the_whole_article(tmp_path: Path, text: str, articles: int, rejected: int) -> None:
    cleaned = finish(edited(text, ruleset(tmp_path, REGION)))
    assert len(cleaned.records) == articles
    entries = [entry for entry in cleaned.entries if entry.action == "reject"]
    assert [entry.rule for entry in entries] == ["mine/r0"] * rejected
    assert sum(len(entry.before + entry.gap) for entry in entries) == (len(text) if rejected else 0)


def test_reject_names_the_other_rules_of_a_line_where_they_named_it(tmp_path: Path) -> None:
    text = "By Jane Roe\n\nSorry.\n\nThis page is not available in your region."
    cleaned = finish(edited(text, ruleset(tmp_path, REGION, BYLINE)))
    assert [(entry.before, entry.also) for entry in cleaned.entries if entry.action == "reject"] == [
        ("By Jane Roe", "mine/r1"),
        ("Sorry.", ""),
        ("This page is not available in your region.", ""),
    ]


def test_reject_leaves_the_other_articles_of_a_document(tmp_path: Path) -> None:
    text = f"{LINE}\n\nDocument 2 of 2\n\nThis page is not available in your region."
    cleaned = finish(edited(text, ruleset(tmp_path, REGION, DIVIDER)))
    assert [record.text for record in cleaned.records] == [LINE]


@pytest.mark.parametrize(
    ("text", "headlines", "texts"),
    [
        pytest.param(f"{LINE}\n\n* * *\n\nThey left.", ["", ""], [LINE, "They left."], id="a label"),
        pytest.param("Document 1 of 2\n\nThey came.\n\nDocument 2 of 2\n\nThey left.", ["", ""], ["They came.", "They left."], id="a regex, and one at the top"),
        pytest.param("Document 1 of 1\n\nRally in Minsk grows – BBC News\n\nThey came.", ["Rally in Minsk grows"], ["They came."], id="the headline below"),
        pytest.param("Document 1 of 1\n\nRally in Minsk – a report\n\nThey came.", [""], ["Rally in Minsk – a report\n\nThey came."], id="keeps: no known publisher"),
        pytest.param("They came.\n\nThe document 2 of 2\n\nThey left.", [""], ["They came.\n\nThe document 2 of 2\n\nThey left."], id="keeps: another line"),
    ],
)  # fmt: skip
def test_start_article_parts_a_roundup(tmp_path: Path, text: str, headlines: list[str], texts: list[str]) -> None:
    records = finish(edited(text, ruleset(tmp_path, DIVIDER))).records
    assert [record.headline for record in records] == headlines
    assert [record.text for record in records] == texts


def test_tag_books_the_block_and_leaves_it(tmp_path: Path) -> None:
    cleaned = finish(edited(f"Analysis: why they march\n\n{LINE}", ruleset(tmp_path, LONG)))
    (entry,) = cleaned.entries
    assert (entry.action, entry.rule, entry.before) == ("tag", "mine/r0", "Analysis: why they march")
    assert cleaned.records[0].text == f"Analysis: why they march\n\n{LINE}"


def test_a_tagged_block_may_be_a_copy(tmp_path: Path) -> None:
    result = edited(f"Analysis: {LINE}\n\nAnalysis: {LINE}", ruleset(tmp_path, LONG))
    cleaned = finish(result, duplicates_within([result], DedupSettings())[0])
    assert cleaned.records[0].text == f"Analysis: {LINE}"
    booked = [(entry.line, entry.action) for entry in cleaned.entries if entry.action != "structure"]
    assert booked == [(1, "tag"), (3, "tag"), (3, "duplicate")]


PAGE = """<html><body><article><div class="story"><p>{line}</p></div>
<div class="share wide"><h3>Share this</h3><p>Tweet</p></div><div class="shared"><p>They shared it.</p></div></article></body></html>"""


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        pytest.param("div.share", ["Share this", "Tweet"], id="all that stands in it"),
        pytest.param(".share > p", ["Tweet"], id="a child"),
        pytest.param(".story .share", [], id="keeps: not in such an element"),
        pytest.param(".shar", [], id="keeps: a part of a class"),
    ],
)
def test_css_names_blocks_of_a_page(tmp_path: Path, selector: str, taken: list[str]) -> None:
    raw = Raw("a.html", PAGE.format(line=LINE), "0" * 64, "html")
    cleaned = finish(judged(raw, ruleset(tmp_path, f'match.css = ["{selector}"]')))
    assert [entry.before for entry in cleaned.entries if entry.action == "drop"] == taken


ALL = (REGION, BYLINE, UPDATED, DIVIDER, LONG, SHARE, 'match.prefix = ["Analysis: again"]')


@pytest.fixture(scope="module")
def bold(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return ruleset(tmp_path_factory.mktemp("rules"), *ALL)


PIECES = st.sampled_from(
    [
        "This page is not available in your region.", "By Jane Roe", "23 August 2020", "Document 2 of 9", "* * *",
        "Analysis: again", "Analysis: why", "Share", "Copy link", "Tweet", LINE, "\n\n", "\n", " ", "Belarusâ€™ men", "\u200b",
        "Rally in Minsk grows – BBC News",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=16).map("\n\n".join))
def test_articles_and_audit_give_any_text_back(bold: Ruleset, text: str) -> None:
    result = edited(text, bold)
    cleaned = finish(result, duplicates_within([result], DedupSettings())[0])
    gap = result.document.gap if cleaned.records else ""
    texts = [record.text for record in cleaned.records]
    assert Restoration(texts, cleaned.entries, gap, len(text)).text() == text
    books = cleaned.tally.books
    assert books.read == books.kept + books.changed + books.removed == len(text)
