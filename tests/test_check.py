"""`copydesk check`: each check finds the fault that it is for, at its place, and nothing in data without one."""

import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import Run
from corpus import pages, read_lines, story, write_lines

from etl.check.checks import CHECKS
from etl.fold import count_words

ADDED = ("--added", "2026-11-22T00:00:00Z")
Record = dict[str, Any]
Corpus = list[Record]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """What `clean` wrote the first time."""
    return {}


@pytest.fixture
def articles(run: Run, tmp_path: Path, made: dict[str, bytes]) -> Corpus:
    """Twelve articles as `clean` writes them, with their audit."""
    write_lines(tmp_path / "pages.jsonl", pages(1, 12))
    if not made:
        assert run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl", *ADDED).code == 0
        made.update({path.name: path.read_bytes() for path in tmp_path.glob("clean.*")})
    for name, body in made.items():
        (tmp_path / name).write_bytes(body)
    return read_lines(tmp_path / "clean.jsonl")


def findings(run: Run, *words: object) -> list[Record]:
    result = run("check", *words, "-q", "--format", "jsonl")
    assert result.code in (0, 1), result.err
    return [json.loads(line) for line in result.out.splitlines()]


def with_text(article: Record, text: str) -> None:
    """Give an article another text, and all that its record says of it."""
    article.update(text=text, text_sha256=sha256(text.encode()).hexdigest(), word_count=count_words(text))


def last_paragraph(article: Record, change: Callable[[str], str]) -> None:
    head, _, last = article["text"].rpartition("\n\n")
    with_text(article, f"{head}\n\n{change(last)}")


def test_clean_data_passes(run: Run, articles: Corpus) -> None:
    result = run("check", "clean.jsonl", "clean.audit.jsonl")
    assert (result.code, result.out) == (0, "passed: 12 articles, 12 audited documents checked\n")


# Each plants one fault in the third article of twelve: what is changed, then check and rule that find it.
def _leftover(article: Record) -> None:
    with_text(article, article["text"] + "\n\nRead More")


def _mojibake(article: Record) -> None:
    last_paragraph(article, lambda text: text.replace("“", "â€œ"))


def _control(article: Record) -> None:
    last_paragraph(article, lambda text: text.replace("after", "af\x07ter"))


def _empty(article: Record) -> None:
    with_text(article, "")


def _truncated(article: Record) -> None:
    last_paragraph(article, lambda text: text[: text.index(" the spokesman") + len(" the spokesman")])


def _short(article: Record) -> None:
    with_text(article, "The bridge of Corley is open again.")


def _language(article: Record) -> None:
    article["language"] = "de"


def _future(article: Record) -> None:
    article["created"] = "2031-01-01T00:00:00.000Z"


def _epoch(article: Record) -> None:
    article["created"] = "1970-01-01T00:00:00.000Z"


def _field(article: Record) -> None:
    article["word_count"] = "many"


def _null(article: Record) -> None:
    article["text"] = None


def _edited(article: Record) -> None:
    article["text"] = article["text"].replace("council", "counsel").replace("The ", "This ")


PLANTED = [
    pytest.param(_leftover, "art.leftover", "core/read-more", 9, id="leftover"),
    pytest.param(_mojibake, "art.mojibake", "repair/mojibake", 7, id="mojibake"),
    pytest.param(_control, "art.controls", "U+0007", 0, id="control"),
    pytest.param(_empty, "art.empty", "full", 0, id="empty"),
    pytest.param(_truncated, "art.truncated", "unfinished", 0, id="truncated"),
    pytest.param(_short, "art.short", "full", 0, id="short"),
    pytest.param(_language, "art.language", "en", 0, id="language"),
    pytest.param(_future, "art.dates", "future", 0, id="future"),
    pytest.param(_epoch, "art.dates", "epoch", 0, id="epoch"),
    pytest.param(_field, "art.schema", "word_count", 0, id="field"),
    pytest.param(_null, "art.schema", "text", 0, id="null"),
    pytest.param(_edited, "art.schema", "text_sha256", 0, id="edited"),
]


@pytest.mark.parametrize(("plant", "check", "rule", "line"), PLANTED)
def test_one_planted_fault_is_the_one_finding_at_its_place(
    run: Run, articles: Corpus, tmp_path: Path, plant: Callable[[Record], None], check: str, rule: str, line: int
) -> None:
    plant(articles[2])
    write_lines(tmp_path / "planted.jsonl", articles)
    (found,) = findings(run, "planted.jsonl", "--max", f"{check}=0")
    assert (found["check"], found["rule"], found["publisher"]) == (check, rule, "Ashdale Gazette")
    assert (found["path"], found["row"], found["file_line"]) == ("planted.jsonl", 3, 3)
    assert found["article_id"] == articles[2]["id"]
    assert found["origin"] == "pages.jsonl:3:1"
    assert line in (0, found["line"])
    assert found["level"] == "error"
    assert run("check", "planted.jsonl", "-q", "--max", f"{check}=0").code == 1


def test_a_corpus_with_a_fault_of_each_kind(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "pages.jsonl", pages(1, 60))
    run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl", *ADDED)
    articles = read_lines(tmp_path / "clean.jsonl")
    expected = []
    for at, planted in enumerate(PLANTED):
        plant, check, rule, _ = planted.values
        plant(articles[4 * at])  # type: ignore[operator]
        expected.append((4 * at + 1, check, rule))
    write_lines(tmp_path / "planted.jsonl", articles)
    found = [(one["row"], one["check"], one["rule"]) for one in findings(run, "planted.jsonl")]
    assert sorted(found) == expected


def test_the_same_id_twice(run: Run, articles: Corpus, tmp_path: Path) -> None:
    articles[7]["id"] = articles[2]["id"]
    write_lines(tmp_path / "planted.jsonl", articles)
    (found,) = findings(run, "planted.jsonl")
    assert (found["check"], found["row"]) == ("art.ids", 8)
    assert "planted.jsonl:3" in found["message"]


def test_a_copied_paragraph_is_verified(run: Run, articles: Corpus, tmp_path: Path) -> None:
    paragraph = articles[2]["text"].split("\n\n")[1]
    with_text(articles[7], f"{articles[7]['text']}\n\n{paragraph}")
    write_lines(tmp_path / "planted.jsonl", articles)
    (found,) = findings(run, "planted.jsonl")
    assert (found["check"], found["rule"], found["row"], found["line"]) == ("art.duplicates", "duplicate/exact", 8, 9)
    assert found["message"] == "is a copy of planted.jsonl:3:3: 1.00 similar"


def test_paragraphs_that_state_other_figures_are_no_copies(run: Run, articles: Corpus, tmp_path: Path) -> None:
    paragraph = articles[2]["text"].split("\n\n")[1].replace("thousand", "million").replace("number 1", "number 2")
    changed = "".join(str((int(char) + 1) % 10) if char.isdigit() else char for char in paragraph)
    with_text(articles[7], f"{articles[7]['text']}\n\n{changed}")
    write_lines(tmp_path / "near.jsonl", articles)
    assert findings(run, "near.jsonl") == []


def test_a_line_that_recurs_and_no_rule_knows(run: Run, articles: Corpus, tmp_path: Path) -> None:
    for article in articles[:5]:
        with_text(article, f"{article['text']}\n\nTown Hall Desk at Work")
    write_lines(tmp_path / "planted.jsonl", articles)
    (found,) = findings(run, "planted.jsonl")
    assert (found["check"], found["rule"], found["row"]) == ("art.suspects", "town hall desk at work", 1)
    assert found["message"].startswith("occurs in 5 of 12")


def test_a_line_within_a_block_is_judged_with_its_block(run: Run, articles: Corpus, tmp_path: Path) -> None:
    """A listing has lines; of another tool's text nobody knows whether a line is a paragraph."""
    with_text(articles[2], f"{articles[2]['text']}\n\n>>> menu()\nRead More\n>>> leave()")
    write_lines(tmp_path / "listing.jsonl", articles)
    assert findings(run, "listing.jsonl") == []
    other = {key: articles[2][key] for key in ("text", "language")}
    write_lines(tmp_path / "other.jsonl", [other])
    found = findings(run, "other.jsonl", "--as", "articles")
    assert [one["line"] for one in found if one["rule"] == "core/read-more"] == [10]


def test_what_an_article_says_of_itself_only_warns(run: Run, articles: Corpus, tmp_path: Path) -> None:
    with_text(articles[2], "")
    articles[2]["status"] = "stub"
    articles[3]["status"] = "teaser"
    write_lines(tmp_path / "declared.jsonl", articles)
    found = findings(run, "declared.jsonl")
    assert [(one["check"], one["level"]) for one in found] == [("art.empty", "warning"), ("art.truncated", "warning")]
    assert run("check", "declared.jsonl").code == 0
    assert run("check", "declared.jsonl", "--max", "art.empty=0").code == 1


SEVERITIES = [
    pytest.param("", "error", id="the default"),
    pytest.param('severity = "error"', "error", id="error"),
    pytest.param('severity = "warning"', "warning", id="warning"),
]


@pytest.mark.parametrize(("severity", "level"), SEVERITIES)
def test_the_severity_of_a_rule_is_the_level_of_its_findings(
    run: Run, articles: Corpus, tmp_path: Path, severity: str, level: str
) -> None:
    (tmp_path / "mine.toml").write_text(EVERY_LINE + severity)
    write_lines(tmp_path / "one.jsonl", articles[:1])
    for corpus, check in (("pages.jsonl", "raw.boilerplate"), ("one.jsonl", "art.leftover")):
        words = ("check", corpus, "-r", "mine.toml", "--only-rules", "--checks", check)
        assert {(one["rule"], one["level"]) for one in findings(run, *words[1:])} == {("mine/any", level)}
        assert run(*words).code == (1 if level == "error" else 0)
        assert run(*words, "--max", f"{check}=0").code == 1, "a limit of the user counts warnings, too"


EVERY_LINE = """
[pack]
id = "mine"
version = "1.0.0"
[[rule]]
id = "any"
title = "Any line"
kind = "notice"
match.regex = '.{30,}'
why = "to find each paragraph"
drops = ["A line of thirty characters or more."]
keeps = ["A short line."]
"""


@pytest.mark.parametrize("is_with_crlf", [False, True])
def test_each_paragraph_of_the_sample_is_traced_to_its_line(
    run: Run, tmp_path: Path, sample: Path, is_with_crlf: bool
) -> None:
    page = sample.read_text(encoding="utf-8")
    (tmp_path / "page.txt").write_bytes(page.replace("\n", "\r\n" if is_with_crlf else "\n").encode())
    (tmp_path / "mine.toml").write_text(EVERY_LINE)
    run("clean", "-q", "page.txt", "-o", "clean.jsonl", *ADDED)
    found = findings(run, "clean.jsonl", "-r", "mine.toml", "--only-rules", "--checks", "art.leftover")
    lines = page.split("\n")
    texts = [article["text"].split("\n") for article in read_lines(tmp_path / "clean.jsonl")]
    assert len(found) == sum(len(line) >= 30 for text in texts for line in text) > 100
    for one in found:
        path, _, line = one["origin"].partition(":")
        assert path == "page.txt"
        text = texts[one["row"] - 1][one["line"] - 1]
        assert text[:12] in lines[int(line) - 1], one  # what follows may have been mended


# ---- raw pages ----

NEAR_MISSES = [
    pytest.param({}, id="a story"),
    pytest.param(
        {"text": "It was said to him: “Read More’s Utopia, and read it twice.”\n\n" + story(Random(5))}, id="read more"
    ),
    pytest.param({"text": story(Random(6)).replace("talks", "talks in Besançon’s café")}, id="accents"),
]


@pytest.mark.parametrize("fields", NEAR_MISSES)
def test_pages_without_a_fault_pass(run: Run, tmp_path: Path, fields: Record) -> None:
    records = pages(2, 12)
    records[4] |= fields
    write_lines(tmp_path / "crawl.jsonl", records)
    assert findings(run, "crawl.jsonl") == []


RAW = [
    pytest.param(
        {"text": story(Random(7)) + "\n\n%%byline%%"}, "raw.boilerplate", "core/template-token", 9, id="glitch"
    ),
    pytest.param(
        {"text": story(Random(7)) + "\n\nRead More"}, "raw.boilerplate", "core/read-more", 9, id="boilerplate"
    ),
    pytest.param(
        {"text": story(Random(8)).replace("“", "â€œ", 1)}, "raw.mojibake", "repair/mojibake", 1, id="mojibake"
    ),
    pytest.param({"text": ""}, "raw.empty", "blank", 0, id="blank"),
    pytest.param({"text": None}, "raw.unreadable", "", 0, id="unreadable"),
]


@pytest.mark.parametrize(("fields", "check", "rule", "line"), RAW)
def test_one_fault_on_a_page(run: Run, tmp_path: Path, fields: Record, check: str, rule: str, line: int) -> None:
    records = pages(3, 12)
    records[4] |= fields
    write_lines(tmp_path / "crawl.jsonl", records)
    (found,) = findings(run, "crawl.jsonl")
    assert (found["check"], found["rule"], found["row"], found["line"]) == (check, rule, 5, line)
    result = run("check", "crawl.jsonl")
    looked = "1 file or record could not be read, 11" if check == "raw.unreadable" else "12"
    assert (result.code, f"failed: {looked} raw articles checked\n" in result.out) == (1, True)


def test_a_page_of_which_nothing_is_left(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("Read More\n\nSign up to our newsletter\n")
    found = {one["check"]: one for one in findings(run, "page.txt")}
    assert (found["raw.empty"]["rule"], found["raw.empty"]["path"]) == ("emptied", "page.txt")


def test_a_line_of_plain_text_is_the_line_of_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(f"{story(Random(9))}\n\nRead More\n")
    (found,) = findings(run, "page.txt")
    assert (found["line"], found["file_line"]) == (9, 9)
    assert run("check", "page.txt", "--format", "concise").out.startswith("page.txt:9: error: raw.boilerplate")


def test_recurring_lines_of_pages(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "crawl.jsonl", [*pages(4, 8, ends=["Town Hall Desk at Work"]), *pages(5, 8, "Corley Post")])
    (found,) = [one for one in findings(run, "crawl.jsonl") if one["check"] == "raw.suspects"]
    assert (found["rule"], found["publisher"]) == ("town hall desk at work", "Ashdale Gazette")


# ---- audits ----


def test_an_audit_that_fits_passes(run: Run, articles: Corpus) -> None:
    assert findings(run, "clean.audit.jsonl") == []


def _changed(lines: Corpus) -> None:
    entry = next(line for line in lines if line["action"] == "extract" or line["before"])
    entry["before"] += "x"


def _cut(lines: Corpus) -> None:
    del lines[-1]


@pytest.mark.parametrize("change", [_changed, _cut])
def test_books_that_do_not_balance(run: Run, tmp_path: Path, change: Callable[[Corpus], None]) -> None:
    write_lines(tmp_path / "pages.jsonl", pages(1, 3, ends=["Read More"]))
    run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl")
    audit = read_lines(tmp_path / "clean.audit.jsonl")
    change(audit)
    write_lines(tmp_path / "clean.audit.jsonl", audit)
    found = findings(run, "clean.audit.jsonl")
    assert {one["check"] for one in found} == {"audit.balance", "audit.replay"}
    assert {one["path"] for one in found} == {"clean.audit.jsonl"}


def test_articles_that_were_edited_do_not_replay(run: Run, articles: Corpus, tmp_path: Path) -> None:
    with_text(articles[2], articles[2]["text"] + " Not so.")
    write_lines(tmp_path / "clean.jsonl", articles)
    (found,) = findings(run, "clean.audit.jsonl")
    assert (found["check"], found["origin"]) == ("audit.replay", "pages.jsonl:3")


def test_an_audit_without_its_articles_says_what_was_not_tried(run: Run, articles: Corpus, tmp_path: Path) -> None:
    (tmp_path / "clean.jsonl").unlink()
    result = run("check", "clean.audit.jsonl")
    assert result.code == 0
    assert "its articles are not beside it" in result.err


def test_a_folder_of_parts_is_articles_and_one_audit(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "pages.jsonl", pages(1, 12))
    run("clean", "-q", "pages.jsonl", "-o", "out/")
    result = run("check", "out")
    assert (result.code, result.out) == (0, "passed: 12 articles, 12 audited documents checked\n")


# ---- other shapes, other formats ----


def test_articles_of_a_file_pass_in_parquet(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "The council met on Monday and spoke for three hours about the bridge over the river."
    )
    assert run("clean", "-q", "a.txt", "-o", "clean.parquet", *ADDED).code == 0
    assert run("check", "clean.parquet").code == 0


@pytest.mark.parametrize("name", ["clean.parquet", "clean.jsonl.gz", "clean.jsonl.zst"])
def test_articles_in_other_formats(run: Run, tmp_path: Path, name: str) -> None:
    write_lines(tmp_path / "pages.jsonl", pages(1, 12))
    run("clean", "-q", "pages.jsonl", "-o", name)
    assert run("check", name).out == "passed: 12 articles checked\n"


@pytest.mark.parametrize("shape", ["dolma", "hf", "trafilatura", "schema.org"])
def test_articles_of_other_shapes_are_known_by_their_fields(run: Run, tmp_path: Path, shape: str) -> None:
    write_lines(tmp_path / "pages.jsonl", pages(1, 4))
    run("clean", "-q", "pages.jsonl", "--shape", shape, "-o", "clean.jsonl")
    assert run("check", "clean.jsonl").out == "passed: 4 articles checked\n"


def test_records_are_what_the_user_says_they_are(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "mine.jsonl", [{"text": story(Random(1)) + "\n\nRead More"}])
    assert [one["check"] for one in findings(run, "mine.jsonl")] == ["raw.boilerplate"]
    assert [one["check"] for one in findings(run, "mine.jsonl", "--as", "articles")] == ["art.leftover"]


# ---- limits ----


def _limited(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "crawl.jsonl", [*pages(1, 6, ends=["Read More"]), *pages(2, 14)])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param((), 1, id="nothing is allowed that is not allowed"),
        pytest.param(("--max", "raw.boilerplate=6"), 0, id="count"),
        pytest.param(("--max", "raw.boilerplate=5"), 1, id="count exceeded"),
        pytest.param(("--max", "raw.boilerplate=1%"), 0, id="share of the characters"),
        pytest.param(("--max", "raw.boilerplate=0.1%"), 1, id="share exceeded"),
        pytest.param(("--max", "raw.boilerplate:core/read-more=6"), 1, id="one rule, and the rest as it was"),
        pytest.param(("--max", "raw.*=100%"), 0, id="pattern"),
        pytest.param(("--skip-checks", "raw.boilerplate"), 0, id="skipped"),
        pytest.param(("--checks", "raw.mojibake"), 0, id="not chosen"),
        pytest.param(("--ignore", "core/read-more"), 1, id="no rule: then no rule knows the line that recurs"),
        pytest.param(("--exit-zero",), 0, id="exit zero"),
    ],
)
def test_limits_as_options(run: Run, tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    _limited(run, tmp_path)
    assert run("check", "crawl.jsonl", *options).code == code


@pytest.mark.parametrize(
    ("threshold", "code"),
    [
        pytest.param('check = "raw.boilerplate"\nmostly = 0.7', 0, id="mostly"),
        pytest.param('check = "raw.boilerplate"\nmax = "3%"', 0, id="rate"),
        pytest.param('check = "raw.*"\nmax = 5', 1, id="pattern"),
        pytest.param('check = "raw.*"\nmax = 5\nlevel = "warning"', 0, id="warning"),
        pytest.param('check = "raw.*"\nmax = 0\nwhere = { publisher = "Corley*" }', 1, id="where, beside the usual"),
        pytest.param(
            'check = "raw.*"\nmax = 0\nwhere = { publisher = "Corley*" }\n[[threshold]]\ncheck = "raw.*"\nmax = 9',
            0,
            id="where",
        ),
    ],
)
def test_limits_of_the_config(run: Run, tmp_path: Path, threshold: str, code: int) -> None:
    _limited(run, tmp_path)
    (tmp_path / "copydesk.toml").write_text(f"[[threshold]]\n{threshold}\n")
    assert run("check", "crawl.jsonl").code == code


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ('check = "art.shrt"\nmax = 1', "Did you mean 'art.short'?"),
        ('check = "art.short"', "no limit"),
        ('check = "art.short"\nmax = 1\nmin = 2', "max and min"),
        ('check = "art.short"\nmost = 1', "copydesk.toml:3:1: R001 'most' is not a key"),
        ('check = "art.short"\nmax = "5 %%"', "is not an amount"),
    ],
)
def test_limits_that_cannot_be_meant(run: Run, tmp_path: Path, threshold: str, said: str) -> None:
    _limited(run, tmp_path)
    (tmp_path / "copydesk.toml").write_text(f"[[threshold]]\n{threshold}\n")
    result = run("check", "crawl.jsonl")
    assert result.code == 2
    assert said in result.err


def test_what_compares_with_a_baseline_is_not_well_without_one(run: Run, articles: Corpus) -> None:
    assert run("check", "clean.jsonl", "--min", "art.counts=95%").code == 2
    assert run("check", "clean.jsonl", "--checks", "art.counts").code == 2


def test_a_least_number_of_articles(run: Run, articles: Corpus) -> None:
    assert "art.counts [least]" in run("check", "clean.jsonl", "--min", "art.counts=13").out
    assert run("check", "clean.jsonl", "--min", "art.counts=12").code == 0
    assert run("check", "clean.jsonl", "--min", "art.counts=13").code == 1


# ---- the contract ----


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("missing.jsonl",), 3, "no such file", id="missing"),
        pytest.param(("empty.jsonl",), 3, "nothing to read", id="empty"),
        pytest.param(("blank.txt",), 3, "nothing to read", id="blank"),
        pytest.param(("denied.jsonl", "--max", "raw.unreadable=1"), 3, "", id="rejects alone"),
        pytest.param(("a.txt", "--max", "art.leftovers=1"), 2, "Did you mean 'art.leftover'?", id="no check"),
        pytest.param(("a.txt", "--max", "art.leftover"), 2, "WHAT=N", id="no amount"),
        pytest.param(("a.txt", "--max", "art.leftover=200%"), 2, "more than 100%", id="more than all"),
        pytest.param(("a.txt", "--format", "sarf"), 2, "Did you mean 'sarif'?", id="no format"),
        pytest.param(
            ("a.txt", "--format", "json", "--format", "text"), 2, "cannot both be printed", id="two formats on stdout"
        ),
        pytest.param(
            ("a.txt", "--format", "json=x", "--format", "sarif=x"), 2, "the same file", id="two formats, one file"
        ),
        pytest.param(("a.txt", "--baseline", "none.jsonl"), 2, "no such baseline", id="no baseline"),
        pytest.param(("a.txt", "--require", "quality=1%"), 2, "is not a requirement", id="no requirement"),
    ],
)
def test_exit_codes(run: Run, tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    (tmp_path / "a.txt").write_text(story(Random(1)))
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "blank.txt").write_text(" \n\n")
    (tmp_path / "denied.jsonl").write_text('{"schema":"copydesk/reject/1"}\n')
    result = run("check", *words)
    assert result.code == code
    assert said in result.err
    assert result.out == ""


@pytest.mark.parametrize("form", ["concise", "jsonl"])
def test_a_closed_pipe_is_no_failure(tmp_path: Path, form: str) -> None:
    """More is written than a pipe holds (64 KiB); without a pipe it exits 1."""
    (tmp_path / "a.txt").write_text("\n\n".join([story(Random(1)), *["Read More"] * 1_000]))
    command = f"{sys.executable} -m etl check a.txt -q --format {form} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


def test_an_input_that_cannot_be_read_is_never_passed_over(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "crawl.jsonl", [*pages(1, 3), "no record"])
    assert run("check", "crawl.jsonl").code == 1
    result = run("check", "crawl.jsonl", "--checks", "raw.mojibake", "-q")
    unread = "1 file or record could not be read; the check raw.unreadable did not run"
    assert (result.code, result.err) == (4, f"{unread}\n")
    said = json.loads(run("check", "crawl.jsonl", "--checks", "raw.mojibake", "--json").err)
    assert said["messages"] == [unread]
    run("baseline", "write", "crawl.jsonl")
    assert run("check", ".", "--baseline", "copydesk.baseline.jsonl").code == 0  # it is no input itself


def test_json_on_stderr_is_one_object(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{story(Random(1))}\n\nRead More\n")
    said = json.loads(run("check", "a.txt", "--json").err)
    assert (said["passed"], said["error"], said["checked"]["raw"]) == (False, 1, 1)


def test_the_result_does_not_depend_on_the_processes(run: Run, tmp_path: Path) -> None:
    records = [*pages(1, 20, ends=["Read More"]), *pages(2, 20, "Corley Post", ["Town Hall Desk at Work"])]
    write_lines(tmp_path / "crawl.jsonl", records * 2)
    sizes = ("-j", 1), ("-j", 1, "--shard-size", "7kB"), ("-j", 2, "--shard-size", "20kB")
    first, second, third = (run("check", "crawl.jsonl", "-q", *size, "--format", "json").out for size in sizes)
    assert first == second == third


def test_a_finding_points_through_the_audit_to_the_line_of_the_page(run: Run, tmp_path: Path) -> None:
    """The page has a label that was taken out, spaces that were mended, and gaps of several lines."""
    one, two, three, four = story(Random(11)).split("\n\n")
    page = f"{one}\n\n\n\n{two.replace(' the ', '  the ')}\n\nRead More\n\n{three}\n\n\n{four}\n"
    (tmp_path / "page.txt").write_text(page)
    run("clean", "-q", "page.txt", "-o", "clean.jsonl", *ADDED)
    articles = read_lines(tmp_path / "clean.jsonl")
    (tmp_path / "mine.toml").write_text(
        '[pack]\nid = "mine"\nversion = "1.0.0"\n[[rule]]\nid = "last"\ntitle = "Last"\nkind = "notice"\n'
        f'match.exact = ["{four}"]\nwhy = "a test"\ndrops = ["{four}"]\nkeeps = ["{one}"]\n'
    )
    (found,) = findings(run, "clean.jsonl", "-r", "mine.toml")
    assert (found["rule"], found["line"]) == ("mine/last", articles[0]["text"].split("\n").index(four) + 1)
    assert found["origin"] == f"page.txt:{page.split(chr(10)).index(four) + 1}"


def test_every_check_has_its_page(run: Run) -> None:
    page = (Path(__file__).parent.parent / "docs/checks.md").read_text(encoding="utf-8")
    assert [check for check in CHECKS if f"\n### {check}\n" not in page] == []


def test_copies_are_what_the_config_says_of_clean(run: Run, articles: Corpus, tmp_path: Path) -> None:
    paragraph = articles[2]["text"].split("\n\n")[1].replace("“We will have to wait for", "“They wait now for")
    with_text(articles[7], f"{articles[7]['text']}\n\n{paragraph}")
    write_lines(tmp_path / "near.jsonl", articles)
    assert [one["rule"] for one in findings(run, "near.jsonl")] == ["duplicate/near"]
    (tmp_path / "copydesk.toml").write_text("[clean]\nthreshold = 0.95\n")
    assert findings(run, "near.jsonl") == []
