"""The text of a page as Markdown: asked for with --structure markdown, beside a text that stays as it is."""

import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import validate

import etl
from etl.cli.main import cli
from etl.document import Ruleset, clean
from etl.markup.links import LinkedWords
from etl.model import Raw
from etl.packs import Selection, compile_rules
from etl.record import OptionalFields
from etl.shapes import SHAPES

ONE = "The last car ferry between Harwick and the island of Skerra sailed on Friday evening with eleven passengers."
TWO = "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp for the final time."
HEAD = "<title>Last ferry sails</title><link rel=canonical href='https://post.example/2026/ferry.html'>"
MARKDOWN = OptionalFields(structure="markdown")


PACK = """[pack]
id = "mine"
version = "1"

[[rule]]
id = "a"
title = "Labels"
kind = "link"
why = "They are none of the story."
match.exact = ["Never said"]
drops = ["Never said"]
keeps = ["Said"]
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    """Return rules that take nothing out: what is tested is how a page is shown."""
    path = tmp_path_factory.mktemp("packs") / "mine.toml"
    path.write_text(PACK)
    return compile_rules(Selection(packs=(str(path),), only=True, links=True))


def shown(story: str, rules: Ruleset) -> str:
    raw = Raw("a.html", f"<html><head>{HEAD}</head><body><article>{story}</article></body></html>", "0" * 64, "html")
    (record,) = clean(raw, rules, fields=MARKDOWN).records
    assert record.markdown is not msgspec.UNSET
    return record.markdown


@pytest.mark.parametrize(
    ("story", "markdown"),
    [
        pytest.param("<h2>What <i>is</i> known</h2><p>One.</p>", "## What is known\n\nOne.", id="a heading"),
        pytest.param("<h3><div>Known</div></h3>", "### Known", id="a heading with a box in it"),
        pytest.param("<h2>One<br>two</h2>", "## One two", id="a heading in two lines"),
        pytest.param("<ul><li>One<li>Two</ul><p>Three", "- One\n- Two\n\nThree", id="bullets"),
        pytest.param("<ol start=9><li>One<li>Two</ol>", "9. One\n10. Two", id="numbers"),
        pytest.param("<ul><li>One<ul><li>Two</ul><li>Three</ul>", "- One\n  - Two\n- Three", id="a list in a list"),
        pytest.param("<ol><li>One<ul><li>Two</ul></ol>", "1. One\n   - Two", id="bullets below a number"),
        pytest.param("<ul><li><p>One<p>Two<li>Three</ul>", "- One\n\n  Two\n- Three", id="an item of two paragraphs"),
        pytest.param("<ul><li>One</ul><ol><li>Two</ol>", "- One\n\n1. Two", id="two lists"),
        pytest.param("<li>One", "- One", id="an item without a list"),
        pytest.param("<blockquote><p>One<p>Two</blockquote><p>Three", "> One\n>\n> Two\n\nThree", id="a quotation"),
        pytest.param("<blockquote>One</blockquote><blockquote>Two</blockquote>", "> One\n\n> Two", id="two quotations"),
        pytest.param(
            "<blockquote><ul><li>One<li>Two</ul></blockquote>", "> - One\n> - Two", id="a list in a quotation"
        ),
        pytest.param("<p>One<br>two", "One  \ntwo", id="two lines of a paragraph"),
        pytest.param("<pre>a # b\n* c\n\nd</pre>", "```\na # b\n* c\n\nd\n```", id="code, in one piece"),
        pytest.param("<pre>```\na\n```</pre>", "````\n```\na\n```\n````", id="code with a fence in it"),
        pytest.param(
            "<table><tr><th>A<th>B<tr><td>1<td>2 | 3</table>",
            "| A | B |\n| --- | --- |\n| 1 | 2 \\| 3 |",
            id="a table",
        ),
        pytest.param(
            "<table><tr><th>A<th>B<th>C<tr><td colspan=2>1<td>2<tr><td>3</table>",
            "| A | B | C |\n| --- | --- | --- |\n| 1 |  | 2 |\n| 3 |  |  |",
            id="a cell over two columns, and a short row",
        ),
        pytest.param(
            "<table><tr><td>A<td><p>B<p>C<tr><td>D<td>E<br>F</table>",
            "| A | B C |\n| --- | --- |\n| D | E F |",
            id="cells of two lines",
        ),
        pytest.param("<table><tr><td>One<tr><td>Two</table>", "One\n\nTwo", id="keeps: a table of one column"),
        pytest.param(
            "<table><tr><td>Side<td><p>One<p>Two<p>Three<p>Four<tr><td>x<td>y</table>",
            "Side\n\nOne\n\nTwo\n\nThree\n\nFour\n\nx\n\ny",
            id="keeps: a page laid out as a table",
        ),
        pytest.param(
            "<table><tr><td>Side<td><table><tr><td>A<td>B<tr><td>1<td>2</table></table>",
            "Side\n\n| A | B |\n| --- | --- |\n| 1 | 2 |",
            id="a table in a page laid out as a table",
        ),
        pytest.param("<p># 1<p>1. One<p>- Two<p>&gt; Three<p>---<p>+", "\\# 1\n\n1\\. One\n\n\\- Two\n\n\\> Three\n\n\\---\n\n\\+", id="what would be taken for a mark"),
        pytest.param("<p>#1 *a* _b_ 2.5 -1 1.x", "#1 *a* _b_ 2.5 -1 1.x", id="keeps: what would not"),
        pytest.param("<p>See <a href=/a>our  guide</a> now.", "See [our guide](https://post.example/a) now.", id="a link"),
        pytest.param("<a href=b.html><h2>One</h2><p>Two</p></a><p>Three", "## [One](https://post.example/2026/b.html)\n\n[Two](https://post.example/2026/b.html)\n\nThree", id="a link around two lines"),
        pytest.param("<p><a href='http://b.example/x (y)'>a [b]</a>", "[a \\[b\\]](http://b.example/x%20%28y%29)", id="brackets in a link"),
        pytest.param("<p><a href='/a\x1b[31m\u202e'>a</a>", "[a](https://post.example/a%1B[31m%E2%80%AE)", id="an address with what cannot be seen"),
        pytest.param("<p><a href=/a>One <button>Two</button> three</a>", "[One three](https://post.example/a)\n\nTwo", id="a link around a part set apart"),
        pytest.param("<ul><li><a href=/a>One</a><li><a href=/b>Two</a></ul>", "- [One](https://post.example/a)\n- [Two](https://post.example/b)", id="links in a list"),
        pytest.param("<p><a href='javascript:x()'>One</a> <a href='#x'>two</a> <a>three</a> <a href='http://[x'>four</a> <a href=/p><img></a>", "One two three four", id="keeps: links that lead nowhere"),
    ],
)  # fmt: skip
def test_a_page_as_markdown(whole: Ruleset, story: str, markdown: str) -> None:
    assert shown(story, whole) == markdown


def test_links_stand_where_their_words_are_after_repairs(whole: Ruleset) -> None:
    story = (
        "<p>They said it&#160;&#160; wasnâ€™t <a href=/a>the shipâ€™s</a> fault, and left â€“ <a href=/b>at once</a>."
    )
    found = shown(story, whole)
    assert found.endswith("[the ship’s](https://post.example/a) fault, and left – [at once](https://post.example/b).")


SPACES = re.compile(r"[ \t\n\r\f]+")
WORDS = st.lists(st.sampled_from(["a", "b ", " c", " ", "  ", "\n", "d  e", "\xa0"]), min_size=1, max_size=8)


@given(WORDS, st.data())
def test_a_link_is_found_in_the_text_of_its_line(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words)))
    last = data.draw(st.integers(first, len(words)))
    line = LinkedWords()
    line.open("/a", first)
    line.close(last)
    text, linked = (SPACES.sub(" ", "".join(some)).strip() for some in (words, words[first:last]))
    assert [text[one.start : one.end] for one in line.end_line(words)] == ([linked] if linked else [])


ELEMENTS = ("p", "div", "ul", "ol", "li", "blockquote", "table", "tr", "td", "th", "pre", "h2", "a href=/a", "b", "br")
TREES = st.recursive(
    st.sampled_from(["word ", "<br>", "# word", "1. word"]),
    lambda inner: st.tuples(st.sampled_from(ELEMENTS), st.lists(inner, max_size=4)).map(
        lambda tree: f"<{tree[0]}>{''.join(tree[1])}</{tree[0].split()[0]}>"
    ),
    max_leaves=25,
)


@given(st.lists(TREES, max_size=5).map("".join))
@settings(max_examples=60)
def test_markdown_has_the_words_of_the_text_in_their_order(whole: Ruleset, html: str) -> None:
    raw = Raw("a.html", f"<body>{html}<p>word</body>", "0" * 64, "html")
    (record,) = clean(raw, whole, fields=MARKDOWN).records
    assert re.findall("word", record.markdown or "") == re.findall("word", record.text)


STORY = (
    f"<h1>Last ferry sails</h1><p>{ONE}</p><h2>The last crossing</h2><ul><li>{TWO}</li>"
    "<li>The crew threw the <a href=/keys>keys of the ramp</a> into the sea on Friday at midnight.</li></ul>"
)
PAGE = f"<!doctype html><html><head>{HEAD}</head><body><article>{STORY}</article></body></html>"
OF_PAGE = f"{ONE}\n\n## The last crossing\n\n- {TWO}\n- The crew threw the keys of the ramp into the sea on Friday at midnight."
LINKED = OF_PAGE.replace("keys of the ramp", "[keys of the ramp](https://post.example/keys)")
TEXT = f"{ONE}\n\n- {TWO}\n"

Run = Callable[..., None]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "plain.txt").write_text(TEXT)

    def run(*args: str, code: int = 0) -> None:
        result = CliRunner().invoke(cli, [*args, "-q", "-f"] if args[0] == "clean" else args)
        assert result.exit_code == code, result.output

    return run


def markdown_in(record: dict[str, Any], shape: str) -> Any:
    if shape == "schema.org":
        assert record["encoding"]["encodingFormat"] == "text/markdown"
        return record["encoding"]["text"]
    return record["metadata"]["markdown"] if shape == "dolma" else record["markdown"]


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
@pytest.mark.parametrize("shape", SHAPES)
def test_markdown_stands_in_every_shape_and_format_and_restore_balances(run: Run, shape: str, suffix: str) -> None:
    plain, out = Path("plain.jsonl"), Path(f"out.{suffix}")
    common = ("clean", "page.html", "plain.txt", "--dedup", "off", "--shape", shape, "-o")
    run(*common, str(plain))
    run(*common, str(out), "--structure", "markdown", "--captions")
    records = (
        pq.read_table(out).to_pylist() if suffix == "parquet" else [*map(json.loads, out.read_text().splitlines())]
    )
    assert [markdown_in(record, shape) for record in records] == [OF_PAGE, TEXT.strip()]
    text = SHAPES[shape].text
    assert [record[text] for record in records] == [json.loads(line)[text] for line in plain.read_text().splitlines()]
    run("restore", str(out), "-o", "back")
    assert Path("back/plain.txt").read_text() == TEXT
    assert "arkdown" not in plain.read_text()


def test_links_are_shown_if_they_are_asked_for(run: Run) -> None:
    run("clean", "page.html", "--structure", "markdown", "--links", "-o", "out.jsonl")
    record = json.loads(Path("out.jsonl").read_text())
    assert record["markdown"] == LINKED
    assert "](" not in record["text"]
    validate(record, json.loads(CliRunner().invoke(cli, ["schema", "article"]).output))
    run("check", "out.jsonl")
    run("clean", "page.html", "--links", "-o", "other.jsonl", code=2)


@pytest.mark.slow
def test_the_same_bytes_with_one_worker_and_two_and_with_copies_sought_across_the_run(run: Run) -> None:
    rows = [{"id": str(number), "html": PAGE.replace("Friday", f"day {number}")} for number in range(40)]
    Path("pages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    common = ("--structure", "markdown", "--links", "--added", "2026-01-01", "--shard-size", "4kB", "--dedup", "run")
    run("clean", "pages.jsonl", *common, "-j", "1", "-o", "one.jsonl")
    run("clean", "pages.jsonl", *common, "-j", "2", "-o", "two.jsonl")
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
    assert json.loads(Path("one.jsonl").read_text().splitlines()[0])["markdown"] == LINKED.replace("Friday", "day 0")


def test_from_python_too(tmp_path: Path) -> None:
    def found(result: etl.Result) -> list[Any]:
        return [article.markdown for article in result.articles if article.markdown is not msgspec.UNSET]

    cleaner = etl.Cleaner(structure="markdown")
    assert found(cleaner.clean(PAGE)) == [OF_PAGE]
    assert [found(one) for one in cleaner.clean_many([PAGE, TEXT])] == [[OF_PAGE], [TEXT.strip()]]
    assert [found(one) for one in cleaner.clean_many([PAGE], dedup="run")] == [[OF_PAGE]]
    assert found(pickle.loads(pickle.dumps(etl.Cleaner(structure="markdown", links=True))).clean(PAGE)) == [LINKED]
    assert found(etl.Cleaner().clean(PAGE)) == []
    config = tmp_path / "copydesk.toml"
    config.write_text('[clean]\nstructure = "markdown"\nlinks = true\n')
    assert found(etl.Cleaner(config=config).clean(PAGE)) == [LINKED]
    assert found(etl.Cleaner(config=config, links=False).clean(PAGE)) == [OF_PAGE]
    with pytest.raises(ValueError, match="structure is one of none, markdown, not 'html'"):
        etl.Cleaner(structure="html")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="links are written only into Markdown"):
        etl.Cleaner(links=True)
