"""The tools of rule authors: try, new, suggest, diff, docs, lint, as they are used from the command line."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import Run

from etl.rule_tools import free_id
from etl.rule_tools.draft import nearest
from etl.rule_tools.rule_pages import stale_pages

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(run: Run) -> Run:
    """Run `copydesk rules …` in an empty folder."""
    return lambda *words: run("rules", *words)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Three pages of one site, which prints a prompt below each story."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number, said in enumerate(("left", "stayed", "marched")):
        story = f"They {said} on Sunday, the {number}. of May.\n\nGet our Minsk briefing\n\nImage copyright\n"
        (folder / f"{number}.txt").write_text(story, encoding="utf-8")
    return folder


def pack(path: Path, match: str, name: str = "mine") -> Path:
    path.write_text(
        f'[pack]\nid = "{name}"\nversion = "1"\n\n[[rule]]\nid = "a"\ntitle = "t"\nkind = "notice"\n{match}\n'
        'why = "w"\ndrops = ["x"]\nkeeps = ["y"]\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        pytest.param(("--regex", "get our .{3,20} briefing"), ["Get our Minsk briefing"], id="regex"),
        pytest.param(("--regex", "get our .{3,20} briefing", "--case"), [], id="keeps: in another case"),
        pytest.param(("--regex", "Minsk"), [], id="keeps: not the whole block"),
        pytest.param(("--regex", "our (?:Minsk|Kyiv)", "--inside"), ["our Minsk"], id="regex inside"),
        pytest.param(("--exact", "get our minsk briefing:"), ["Get our Minsk briefing"], id="exact"),
        pytest.param(("--exact", "Get our briefing"), [], id="keeps: another label"),
        pytest.param(("--prefix", "get our"), ["Get our Minsk briefing"], id="prefix"),
        pytest.param(("--suffix", "briefing"), ["Get our Minsk briefing"], id="suffix"),
        pytest.param(("--contains", "minsk"), ["Get our Minsk briefing"], id="contains"),
        pytest.param(("--prefix", "get our", "--exact", "image copyright"), ["Get our Minsk briefing", "Image copyright  [core/caption-label]"], id="either, one known"),
    ],
)  # fmt: skip
def test_try_shows_what_a_rule_would_hit(run: Run, pages: Path, words: tuple[str, ...], hits: list[str]) -> None:
    result = run("try", *words, "pages/0.txt", "--select", "core/caption-label")
    assert result.code == 0
    assert [line.split(": ", 1)[1] for line in result.out.splitlines()] == hits


def test_try_counts_hits_documents_and_the_rules_that_know_them(run: Run, pages: Path) -> None:
    result = run("try", "--contains", "image", "--prefix", "get", pages, "--select", "core/caption-label")
    assert result.out.splitlines()[0] == f"{pages}/0.txt:3: Get our Minsk briefing"
    assert result.err == "6 hits in 3 documents, 3 already matched: core/caption-label 3\n"


def test_try_says_what_lint_would_say(run: Run, pages: Path) -> None:
    assert "--regex: R006 it nests repeats" in run("try", "--regex", r"Get (\w+ ?)+", pages).err
    assert "R0" not in run("try", "--regex", r"Get our \w{2,9} briefing", pages).err


def test_try_reads_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch, pages: Path) -> None:
    with (pages / "0.txt").open(encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run("try", "--prefix", "get our", "-").out == "-:3: Get our Minsk briefing\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param("try a.txt", 2, ["there is nothing to try", "Give --regex", "copydesk diff INPUT -r PACK"], id="nothing to try"),
        pytest.param("try --regex (a a.txt", 2, ["--regex: does not compile", "Correct the regex: (a"], id="regex that does not compile"),
        pytest.param("try --inside --exact x a.txt", 2, ["--inside: needs a regex"], id="label inside"),
        pytest.param("try --exact x nowhere.txt", 3, ["nowhere.txt: there is no such file"], id="no such input"),
        pytest.param("try --exact x bad.jsonl", 4, ["1 file or record could not be read, first bad.jsonl:1: is not JSON"], id="unreadable input"),
        pytest.param("new a.txt", 2, ["a.txt: names no line"], id="no line"),
        pytest.param("new a.txt:2", 2, ["a.txt:2: there is no text on this line"], id="blank line"),
        pytest.param("new a.txt:1 --pack my,pack", 2, ["'my,pack' is not the id of a pack", "such as my-pack"], id="id that no pack can have"),
        pytest.param("new a.txt:3", 2, ["a.txt:3: this line is already matched by core/caption-label", "--ignore core/caption-label"], id="line that goes already"),
        pytest.param("diff a.toml no.toml a.txt", 2, ["no.toml: there is no such pack"], id="no such pack"),
        pytest.param("lint no.toml", 2, ["no.toml: there is no such pack"], id="no such pack to lint"),
    ],
)  # fmt: skip
def test_errors_name_place_fault_and_way_out(run: Run, tmp_path: Path, words: str, code: int, said: list[str]) -> None:
    (tmp_path / "a.txt").write_text("One.\n\nImage copyright\n", encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text("{", encoding="utf-8")
    pack(tmp_path / "a.toml", 'match.exact = ["x"]')
    result = run(*words.split(), *(["--select", "core/caption-label"] if words.startswith("new") else []))
    assert (result.code, result.out) == (code, "")
    assert [part for part in said if part not in result.err] == []


def test_new_prints_a_rule_that_holds_its_examples(run: Run, pages: Path, tmp_path: Path) -> None:
    made = run("new", "pages/0.txt:3", "--pack", "mine").out
    assert 'match.exact = ["Get our Minsk briefing"]' in made
    assert 'source = ["pages/0.txt:3"]' in made
    assert 'keeps = ["They left on Sunday, the 0. of May."]' in made
    mine = tmp_path / "mine.toml"
    mine.write_text(made, encoding="utf-8")
    assert re.findall(r"R\d{3}", run("lint", mine).out) == ["R014"]  # its `why` is to be written
    mine.write_text(made.replace("…", "Their newsletter."), encoding="utf-8")
    assert run("lint", mine).out == ""
    assert run("test", "-r", mine).code == 0
    assert "mine/get-our-minsk-briefing" in run("try", "--prefix", "get", pages, "-r", mine).out


def test_new_of_a_record_has_its_publisher_and_no_character_that_cannot_be_seen(run: Run, tmp_path: Path) -> None:
    text = r'{"text": "One.\n\nA\u0007 \"B\" \u202e", "url": "https://www.bbc.co.uk/1"}'
    (tmp_path / "a.jsonl").write_text(f"\n{text}\n", encoding="utf-8")
    made = run("new", "a.jsonl:2:3").out
    assert 'scope.publisher = ["bbc"]  # without this line, the rule holds for all publishers\n' in made
    assert 'source = ["a.jsonl:2:3"]' in made
    assert not {"\x07", "\u202e"} & set(made)
    (rule,) = tomllib.loads(made)["rule"]
    assert rule["drops"] == rule["match"]["exact"] == ['A "B" \u202e']


@pytest.mark.parametrize(
    ("text", "taken", "name"),
    [
        pytest.param("Sign up — it’s free!", set(), "sign-up-it-s", id="first words"),
        pytest.param("Sign up", {"sign-up", "sign-up-2"}, "sign-up-3", id="taken twice"),
        pytest.param("Подпишитесь на нас", set(), "подпишитесь-на-нас", id="another script"),
        pytest.param("* * *", set(), "line", id="no word"),
    ],
)
def test_ids_are_named_after_the_line(text: str, taken: set[str], name: str) -> None:
    assert free_id(text, taken) == name


@pytest.mark.parametrize(
    ("others", "found"),
    [
        pytest.param(["He left.", "Get a briefing, he was told.", "Minsk"], "Get a briefing, he was told.", id="the likest"),
        pytest.param([], "", id="none"),
    ],
)  # fmt: skip
def test_nearest_line(others: list[str], found: str) -> None:
    assert nearest("Get our briefing", others) == found


def test_suggest_prints_a_rule_for_each_line_that_recurs(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "again.txt").write_bytes((pages / "0.txt").read_bytes())
    result = run("suggest", "pages", "--pack", "mine", "--select", "core/caption-label")
    assert "# 3 documents, 4 times; by publisher: unknown 4\n[[rule]]" in result.out
    assert result.out.count("[[rule]]") == 1
    assert "1 draft, for lines of up to 12 words that are in 3 documents or more" in result.err
    mine = tmp_path / "mine.toml"
    mine.write_text(result.out, encoding="utf-8")
    assert (run("lint", mine).code, run("test", "-r", mine).code) == (0, 0)
    assert "[[rule]]" not in run("suggest", "pages", "-r", mine).out


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        pytest.param(["core/caption-label"], 1, id="named lines are no suggestions"),
        pytest.param(["core/read-more"], 2, id="but if nobody names them"),
        pytest.param(["core/read-more", "--most", "1"], 1, id="the most widespread"),
        pytest.param(["core/caption-label", "--least", "4"], 0, id="keeps: lines of fewer documents"),
    ],
)
def test_suggest_asks_for_what_no_rule_names(run: Run, pages: Path, words: list[str], rules: int) -> None:
    assert run("suggest", "pages", "--select", *words).out.count("[[rule]]") == rules


@pytest.mark.parametrize(
    ("new", "code", "said"),
    [
        pytest.param('match.exact = ["Get our Minsk briefing"]', 0, [], id="keeps: the same"),
        pytest.param('match.prefix = ["Get our"]', 0, [], id="keeps: another way to say it"),
        pytest.param('match.prefix = ["Get our", "They"]', 1, ["- pages/0.txt:1: They left on Sunday, the 0. of May.  [mine/a]"], id="newly removed"),
        pytest.param('match.exact = ["Get"]', 1, ["+ pages/0.txt:3: Get our Minsk briefing  [mine/a]"], id="newly kept"),
        pytest.param('match.prefix = ["Get our"]\n[[rule]]\nid = "b"\ntitle = "t"\nkind = "notice"\naction = "strip"\nmatch.regex = " on Sunday"\nturns = [["a on Sunday", "a"]]', 1, ["~ pages/0.txt:1: They left on Sunday, the 0. of May. -> They left, the 0. of May."], id="in other words"),
    ],
)  # fmt: skip
def test_diff_shows_what_fares_otherwise(
    run: Run, pages: Path, tmp_path: Path, new: str, code: int, said: list[str]
) -> None:
    pack(tmp_path / "old.toml", 'match.exact = ["Get our Minsk briefing"]')
    head, _, tail = new.partition("\n[[rule]]")
    text = pack(tmp_path / "new.toml", head).read_text(encoding="utf-8")
    rest = f'\n[[rule]]{tail}\nwhy = "w"\nkeeps = ["y"]\n' if tail else ""
    (tmp_path / "new.toml").write_text(text + rest, encoding="utf-8")
    result = run("diff", tmp_path / "old.toml", tmp_path / "new.toml", "pages/0.txt", "--only-rules")
    assert (result.code, result.out.splitlines()) == (code, said)


def test_lint_exits_1_for_errors_and_0_for_warnings(run: Run, tmp_path: Path) -> None:
    pack(tmp_path / "a.toml", "match.regex = 'a|\\d{2}'")
    pack(tmp_path / "b.toml", "match.regex = '(x+)+y'")
    warned, failed = run("lint", "a.toml"), run("lint", "-r", "b.toml")
    assert (warned.code, warned.err) == (0, "0 errors, 1 warning\n")
    assert failed.code == 1
    assert failed.out.startswith("b.toml:9:7: R006 rule 'a': 'regex' nests repeats")


def test_a_failed_example_is_quoted_once_with_the_part_that_fails_and_a_way_out(run: Run, tmp_path: Path) -> None:
    pack(tmp_path / "a.toml", 'match.exact = ["x"]\nwhere.min_words = 2')
    result = run("test", "a.toml", "--only-rules")
    said = "a.toml:5: rule 'mine/a': example “x” does not match: the condition where.min_words = 2 does not hold"
    assert result.code == 1
    assert result.out.splitlines() == [said, "  Make this condition wider, or take the example out of `drops`."]


def test_docs_writes_what_is_missing_and_removes_what_is_gone(run: Run, tmp_path: Path) -> None:
    assert run("docs", "manual", "--check").code == 1
    assert not (tmp_path / "manual").exists()
    assert "manual/core/players.md" in run("docs", "manual").out
    assert (run("docs", "manual").out, run("docs", "manual", "--check").code) == ("", 0)
    page = (tmp_path / "manual/core/players.md").read_text(encoding="utf-8")
    assert "## core/player-unsupported" in page
    (tmp_path / "manual/gone.md").write_text(page, encoding="utf-8")
    (tmp_path / "manual/mine.md").write_text("# Notes of my own\n", encoding="utf-8")
    assert run("docs", "manual").out == "manual/gone.md\n"
    assert (tmp_path / "manual/mine.md").exists()


def test_index_of_the_pages_is_what_the_rules_say() -> None:
    assert ROOT / "docs/rules/README.md" not in stale_pages(ROOT / "docs/rules"), "run copydesk rules docs docs/rules"
