"""The command line as its users expect it: what it accepts, where it says what is wrong, what it shows."""

import gzip
import importlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete
from conftest import Run
from corpus import write_lines
from pathspec import GitIgnoreSpec

from etl.audit import Entry
from etl.cli import schema
from etl.cli.main import cli, hoisted
from etl.formats import ignoring
from etl.lazy_regex import lazy
from etl.pipeline.job import RejectLine
from etl.reasons import REASONS
from etl.record import Origin, Record

STORY = "The council met on Monday and spoke for seven hours about the bridge over the river there."
TEXT = f"{STORY}\n\nRead More\n"
PAGE = f"<html><body><article><h1>A bridge</h1><p>{STORY}</p></article></body></html>"
RECORDS = "".join(json.dumps({"id": name, "text": TEXT}) + "\n" for name in ("a", "b"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a text, a page, and records."""
    (tmp_path / "pages/drafts").mkdir(parents=True)
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(RECORDS, encoding="utf-8")
    (tmp_path / "pages/c.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "pages/drafts/d.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


# --- wrong values, with their places (B3, B14, B15, B16, B18, B19, B21) --------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("clean a.txt --encoding foo", "there is no encoding 'foo'.  Write a name such as utf-8"),
        ("clean a.txt --map x=y", "'x' is not a field to fill.  FIELD is one of headline"),
        ("clean a.txt --encoding utf-9", "there is no encoding 'utf-9'.  Did you mean 'utf-8'?"),
        ("clean a.txt -q -v", "--quiet contradicts --verbose"),
        ("clean a.txt -n -o b", "--dry-run contradicts --output: a dry run writes nothing"),
        ("clean b.jsonl --text-field a --html-field b", "--text-field contradicts --html-field"),
        ("explain --text x a.txt:3", "--text contradicts FILE:LINE"),
        ("clean a.txt --dedup off --keep longest", "--dedup off contradicts --keep: no duplicates are looked for"),
        ("clean a.txt --dedup off --index seen", "--dedup off contradicts --index"),
        ("clean a.txt --skip emty", "'emty' is neither stub nor empty"),
        ("clean a.txt -r pages", "holds no pack"),
        ("rules lint pages", "holds no pack"),
        ("clean a.txt --memory 1XB", "'1XB' is not a size"),
        ("stats b.audit.jsonl", "is an audit, not articles\n  Give its articles: b.jsonl."),
        ("restore a.txt", "a.txt: looks like an input of `clean`, not its output"),
        ("restore c.jsonl", "c.jsonl: there is no such file"),
        ("clean a.txt --config none.toml", "none.toml: cannot be read: No such file or directory"),
        (f"explain a.txt:{'9' * 5000}", "names no line"),
        ("clean . --exclude [z-a]", "--exclude: '[z-a]' is not a pattern"),
        ("audit sample b.audit.jsonl --n 99999999999999999999", "99999999999999999999 is not in the range"),
        ("audit bound v.csv --confidence nan", "nan is not a number"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(run: Run, folder: Path, words: str, said: str) -> None:
    (folder / "b.audit.jsonl").touch()
    result = run(*words.split())
    assert (result.code, result.out, said in result.err) == (2, "", True), result.err


def test_a_choice_that_contradicts_nothing_is_taken(run: Run, folder: Path) -> None:
    (folder / "copydesk.toml").write_text('[clean]\nverbose = true\nkeep = "longest"\n')
    assert run("clean", "a.txt", "-q").code == 0
    assert run("clean", "a.txt", "--dedup", "off").code == 0
    assert run("clean", "a.txt", "--dedup", "article", "--keep", "longest").code == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('profile = "bad"', "copydesk.toml:2:1: 'profile': 'bad' is not one of"),
        ('memory = "1XB"', "copydesk.toml:2:1: 'memory': '1XB' is not a size"),
        ("jobs = 0", "copydesk.toml:2:1: 'jobs': 0 is not in the range"),
        ("jobs = 1e400", "copydesk.toml:2:1: 'jobs': 'inf' is not a valid whole number"),
        ("jobs = 2.5", "copydesk.toml:2:1: 'jobs': '2.5' is not a valid whole number"),
        ("threshold = [", "copydesk.toml:2:1: is not TOML"),
    ],
)
def test_a_wrong_value_of_a_config_is_named_with_file_line_and_key(
    run: Run, folder: Path, line: str, said: str
) -> None:
    (folder / "copydesk.toml").write_text(f"[clean]\n{line}\n")
    result = run("clean", "a.txt")
    assert (result.code, said in result.err) == (2, True), result.err


@pytest.mark.parametrize(("name", "value"), [("PROFILE", "bad"), ("MEMORY", "1XB"), ("JOBS", "many")])
def test_a_wrong_value_of_the_environment_is_named_with_its_variable(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"COPYDESK_CLEAN_{name}", value)
    result = run("clean", "a.txt")
    assert (result.code, f"COPYDESK_CLEAN_{name}: '{value}'" in result.err) == (2, True), result.err


def test_init_writes_a_config_that_sets_nothing(run: Run, tmp_path: Path) -> None:
    before = run("clean", "--show-settings").out
    result = run("init")
    assert (result.code, result.err) == (0, "copydesk.toml is written: it sets nothing yet\n")
    assert run("clean", "--show-settings").out == before


def test_each_setting_that_init_names_can_be_set(run: Run, tmp_path: Path) -> None:
    assert run("init", ".").code == 0
    config = tmp_path / "copydesk.toml"
    text = config.read_text()
    settings = re.findall(r"^# ([a-z-]+ = .*)$", text[: text.index("# [[exception]]")], re.MULTILINE)
    named = [one for one in settings if one != 'from = ""']  # which has no default
    assert 'profile = "standard"' in named
    config.write_text("[clean]\n" + "\n".join(named))
    shown = run("clean", "--show-settings").out.splitlines()
    from_config = {line.split(" = ")[0] for line in shown if line.endswith("copydesk.toml")}
    assert from_config == {one.split(" = ")[0] for one in named}


def test_the_exception_that_init_shows_can_be_used(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    config = tmp_path / "copydesk.toml"
    text = config.read_text()
    start = text.index("# [[exception]]")
    config.write_text(re.sub("^# ", "", text[start:], flags=re.MULTILINE))
    (tmp_path / "a.txt").write_text("The council voted on Tuesday to close the bridge.\n\nRead More\n")
    assert "Read More" in run("clean", "a.txt").out


@pytest.mark.parametrize(("folder", "fault"), [(".", "exists already"), ("none", "is not a folder")])
def test_init_writes_only_a_new_file_into_a_folder(run: Run, tmp_path: Path, folder: str, fault: str) -> None:
    (tmp_path / "copydesk.toml").write_text("[clean]\n")
    result = run("init", folder)
    assert result.code == 2
    assert fault in result.err
    assert (tmp_path / "copydesk.toml").read_text() == "[clean]\n"


@pytest.mark.parametrize(
    ("asked", "words", "place"),
    [
        *[("x", None, None), ("nope_complete", "copydesk cl", "1"), ("bash_nope", "copydesk cl", "1")],
        *[("bash_complete", None, None), ("zsh_complete", "copydesk cl", "x"), ("fish_complete", "copydesk", None)],
    ],
)
def test_a_completion_that_no_shell_asked_for_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, asked: str, words: str | None, place: str | None
) -> None:
    given = {"_COPYDESK_COMPLETE": asked, "COMP_WORDS": words, "COMP_CWORD": place}
    for name, value in given.items():
        monkeypatch.setenv(name, value) if value is not None else monkeypatch.delenv(name, raising=False)
    result = run("clean")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("copydesk: _COPYDESK_COMPLETE: is not set as")


@pytest.mark.parametrize("asked", ["bash_complete", "zsh_complete", "fish_complete"])
def test_shells_are_answered(run: Run, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    for name, value in {"_COPYDESK_COMPLETE": asked, "COMP_WORDS": "copydesk resto"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COMP_CWORD", "resto" if asked.startswith("fish") else "1")
    result = run()
    assert (result.code, "restore" in result.out) == (0, True)


def test_an_unknown_publisher_is_not_passed_over_in_silence(run: Run, folder: Path) -> None:
    assert "Did you mean 'NBC News'?" in run("clean", "a.txt", "-q", "--publisher", "NCB News").err
    assert run("clean", "a.txt", "-q", "--publisher", "bbc.co.uk").err == ""


def test_help_names_every_field_that_can_be_mapped(run: Run) -> None:
    known = run("clean", "a.txt", "--map", "x").err.partition("FIELD is one of ")[2].split(".")[0].split(", ")
    assert len(known) == 9
    assert f"FIELD is {', '.join(known[:-1])} or {known[-1]};" in " ".join(run("clean", "--help").out.split())


def test_encoding_is_used_for_records_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes('{"text": "Café à Genève"}'.encode("latin-1"))
    assert json.loads(run("clean", "a.jsonl", "-q", "--encoding", "latin-1").out)["text"] == "Café à Genève"


@pytest.mark.parametrize(
    ("name", "value", "words", "said"),
    [
        ("CLEAN_FROM", "x", "clean a.txt", "COPYDESK_CLEAN_FROM: 'x' is not one of"),
        ("CLEAN_MAP", "x", "clean a.txt", "COPYDESK_CLEAN_MAP: 'x' is not FIELD=PATH"),
        ("CLEAN_REPAIR", "x", "clean a.txt", "COPYDESK_CLEAN_REPAIR: 'x' is not one of"),
        ("CLEAN_ENCODING", "utf-8\udcff", "clean a.txt", "COPYDESK_CLEAN_ENCODING: there is no encoding"),
        ("CONFIG", "nowhere.toml", "clean a.txt", "nowhere.toml: cannot be read"),
        ("CLEAN_PROFILE", "x", "diff a.txt", "COPYDESK_CLEAN_PROFILE: 'x' is not one of"),
        ("CLEAN_PROFILE", "x", "explain a.txt:1", "COPYDESK_CLEAN_PROFILE: 'x' is not one of"),
        ("DIFF_PROFILE", "x", "diff a.txt", "COPYDESK_DIFF_PROFILE: 'x' is not one of"),
        ("DIFF_PROFILE", "x", "clean a.txt", "1 document"),
    ],
)
def test_a_variable_has_the_name_of_its_option(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str, said: str
) -> None:
    (tmp_path / "a.txt").write_text("Rain in Minsk\n")
    monkeypatch.setenv(f"COPYDESK_{name}", value)
    found = run(*words.split())
    assert (found.code, said in found.err) == (2 if value != "x" or "document" not in said else 0, True)


def test_the_variable_of_a_command_comes_before_the_one_that_it_follows(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_CLEAN_PROFILE", "hard")
    monkeypatch.setenv("COPYDESK_DIFF_PROFILE", "careful")
    assert 'profile = "careful"' in run("diff", "--show-settings").out


@pytest.mark.parametrize("value", ["abc", "1e9", "9" * 30])
def test_a_time_of_the_environment_that_is_none_is_refused(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    result = run("clean", "a.txt")
    assert (result.code, result.out, f"'{value}' is not a number of seconds" in result.err) == (2, "", True), result.err


@pytest.mark.parametrize(("words", "code"), [("diff bad.jsonl", 4), ("diff bad.jsonl --max-errors 1", 1)])
def test_diff_says_what_it_could_not_read(run: Run, folder: Path, words: str, code: int) -> None:
    (folder / "bad.jsonl").write_text('{"text": 1}\n' + RECORDS)
    result = run(*words.split())
    said = ("1 file or record could not be read", "bad.jsonl:1")
    assert (result.code, [part for part in said if part not in result.err]) == (code, [])


# --- places (B9, B10, B11, B20) ------------------------------------------------------------------------------------------


def test_places_of_records_have_their_row_everywhere(run: Run, folder: Path) -> None:
    assert "b.jsonl:2:3: core/read-more" in run("clean", "b.jsonl", "-v", "--dedup", "off").err
    assert "--- b.jsonl:2\n" in run("diff", "b.jsonl", "--dedup", "off").out
    explained = run("explain", "b.jsonl:2:3").out
    assert explained.startswith("b.jsonl:2:3, characters")
    assert run("rules", "try", "--exact", "Read More", "b.jsonl").out.splitlines()[1].startswith("b.jsonl:2:3: ")


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("ids.jsonl:urn:b:1", "ids.jsonl:2:1"),
        ("ids.jsonl:urn:7:1", "ids.jsonl:3:1"),
        pytest.param("ids.jsonl:2:1", "ids.jsonl:2:1", id="a row goes before an id"),
        pytest.param("ids.jsonl:70:1", "ids.jsonl:4:1", id="an id of digits alone"),
        pytest.param("one.txt:1:1", "one.txt:1", id="the only row of a text"),
    ],
)
def test_explain_finds_a_record_by_its_id(run: Run, tmp_path: Path, place: str, found: str) -> None:
    records = [{"id": name, "text": STORY} for name in (2, "urn:b", "urn:7", 70)]
    write_lines(tmp_path / "ids.jsonl", records)
    (tmp_path / "one.txt").write_text(STORY, encoding="utf-8")
    assert run("explain", place).out.startswith(f"{found}, characters")
    said = "Its first rows are 1, 2, 3, 4.  Its first ids are 2, urn:b, urn:7, 70.\n"
    assert run("explain", "ids.jsonl:urn:c:1").err.endswith(said)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("a.txt:2", "a.txt:2: this line is blank"),
        ("a.txt:99", "a.txt:99: the file has 3 lines"),
        ("a.txt:0", "a.txt:0: the file has 3 lines"),
        ("b.jsonl:1", "b.jsonl: holds records\n  Name one of them: b.jsonl:ROW:LINE, or b.jsonl:ID:LINE."),
        ("b.jsonl:9:1", "b.jsonl:9: no record has this row or id\n  Its first rows are 1, 2."),
        ("b.jsonl:1:99", "b.jsonl:1:99: the record has 3 lines"),
        ("a.txt:12:3", "a.txt:12: the file is one document, without rows\n  Write a.txt:LINE."),
        ("pages:7", "pages: is a folder"),
        ("pages/:7", "pages/: is a folder"),
        ("a.txt", "a.txt: names no line"),
    ],
)
@pytest.mark.parametrize("command", [("explain",), ("rules", "new")], ids=["explain", "rules new"])
def test_a_place_that_is_none_is_refused(run: Run, folder: Path, command: Sequence[str], place: str, said: str) -> None:
    if command == ("rules", "new") and said.endswith(("lines", "blank")):
        said = "there is no text on this line"
    result = run(*command, place)
    assert (result.code, said in result.err) == (2, True), result.err


def test_explain_takes_a_line_of_standard_input(folder: Path) -> None:
    command = [sys.executable, "-m", "copydesk", "explain", "-:3"]
    done = subprocess.run(command, input=TEXT.encode(), capture_output=True, check=False)
    assert done.stdout.decode().splitlines()[:2] == ["-:3, characters 92-101", "  Read More"]


def test_explain_prints_the_exception_that_keeps_the_line(run: Run, folder: Path) -> None:
    said = run("explain", "a.txt:3").out
    table = said[said.index("[[exception]]") :]
    assert 'rule = "core/read-more"\nsource = "a.txt"\nline = "Read More"' in table
    (folder / "copydesk.toml").write_text(table, encoding="utf-8")
    assert "Read More" in json.loads(run("clean", "a.txt", "-q").out)["text"]
    assert "[[exception]]" not in run("explain", "a.txt:1").out


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(161, id="repair parts the label from the caption"),
        pytest.param(183, id="one rule, and a repair"),
        pytest.param(307, id="the classifier takes the line only if its neighbours go"),
    ],
)
def test_the_exception_keeps_a_line_of_the_sample(run: Run, sample: Path, tmp_path: Path, line: int) -> None:
    said = run("explain", f"{sample}:{line}").out
    (tmp_path / "copydesk.toml").write_text(said[said.index("[[exception]]") :], encoding="utf-8")
    assert "\nkept\n" in run("explain", f"{sample}:{line}").out


def test_the_exception_keeps_a_line_whole(run: Run, tmp_path: Path) -> None:
    line = "He left the house at noon. Story continues below advertisement She stayed at home with the dog all day."
    (tmp_path / "a.txt").write_text(f"{line}\n", encoding="utf-8")
    said = run("explain", "a.txt:1").out
    assert "To keep the line whole, put this exception into copydesk.toml" in said
    (tmp_path / "copydesk.toml").write_text(said[said.index("[[exception]]") :], encoding="utf-8")
    assert json.loads(run("clean", "a.txt", "-q").out)["text"] == line


@pytest.mark.parametrize("name", ["a[1].txt", "a*.txt", "a?.txt"])
def test_the_exception_holds_for_its_file_alone_whatever_its_name(run: Run, tmp_path: Path, name: str) -> None:
    for file in (name, "a1.txt"):
        (tmp_path / file).write_text(
            "The ferry sails again, the harbour said on Monday.\n\nRead More\n", encoding="utf-8"
        )
    said = run("explain", f"{name}:3").out
    (tmp_path / "copydesk.toml").write_text(said[said.index("[[exception]]") :], encoding="utf-8")
    kept = ["kept" in run("explain", f"{file}:3").out.splitlines() for file in (name, "a1.txt")]
    assert kept == [True, False]


def test_the_exception_keeps_a_line_that_the_classifier_would_take_instead(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "Belarus rally grows – BBC News\n\nImage copyright\nGetty Images\nImage caption\nProtesters were out in force in "
        "Minsk on Sunday\n\nTens of thousands marched through Minsk. Belarus leader did not comment.\n\nThe opposition "
        "said on Monday that more than 200 people had been detained in the capital and in Grodno.\n\nRead More\n"
        "Related Topics\nBelarus\nShare this page\nMost Read\nTop Stories\n",
        encoding="utf-8",
    )
    table = run("explain", "a.txt:12").out.partition("[[exception]]")
    assert "for all rules, because classifier/furniture would also remove the line" in table[0]
    (tmp_path / "copydesk.toml").write_text("".join(table[1:]).replace('"*"', '"core/read-more"'), encoding="utf-8")
    said = run("explain", "a.txt:12").out
    assert re.search(r"removed by classifier/furniture \S+ \(\S+=\+\d\.\d{3}, ", said)
    assert "blocked by an exception" in said
    (tmp_path / "copydesk.toml").write_text("".join(table[1:]), encoding="utf-8")
    said = run("explain", "a.txt:12").out
    assert "kept" in said.splitlines()
    assert "core/read-more matches, but is blocked by an exception until " in said
    assert "classifier/furniture matches, but is blocked by an exception until " in said
    assert re.search(r"  the other [\d,]+ rules do not match", said)


def test_an_exception_for_a_page_holds_for_its_article(run: Run, folder: Path) -> None:
    (folder / "copydesk.toml").write_text(
        '[[exception]]\nsource = "a.txt"\nreason = "a book of that name"\nuntil = 2999-01-01\n'
    )
    run("clean", "a.txt", "pages/c.txt", "-o", "clean.jsonl", "--dedup", "off")
    again = run("clean", "clean.jsonl", "--dedup", "off", "-q").out.splitlines()
    assert [json.loads(line)["text"].endswith("Read More") for line in again] == [True, False]
    assert run("check", "clean.jsonl", "--checks", "art.leftover").code == 0
    (folder / "copydesk.toml").unlink()
    assert run("check", "clean.jsonl", "--checks", "art.leftover").code == 1


def test_several_rules_can_be_shown(run: Run) -> None:
    said = run("rules", "show", "core/read-more", "page/nav").out
    assert ("core/read-more " in said, "  drops: Read More" in said, "page/nav: " in said) == (True, True, True)


def test_the_rules_of_a_pack_can_be_shown(run: Run) -> None:
    shown = [line.split(" ")[0] for line in run("rules", "show", "npr").out.splitlines() if line[:1].isalpha()]
    listed = [line.split(" ")[0] for line in run("rules", "list", "--select", "npr").out.splitlines()]
    assert (len(listed) > 1, sorted(shown)) == (True, sorted(listed))


def test_every_line_of_a_block_is_shown_below_its_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<article><p>It rained.<br>Then it snowed.</p></article>")
    assert run("explain", "a.html:1").out.splitlines()[1:3] == ["  It rained.", "  Then it snowed."]


@pytest.mark.parametrize("name", [*REASONS, "repair/spaces+core/read-more"])
def test_every_name_of_an_audit_can_be_shown(run: Run, name: str) -> None:
    if name in ("structure/headline", "duplicate/near", "repair/spaces+core/read-more"):
        result = run("rules", "show", name)
        assert (result.code, result.out.startswith(name.partition("+")[0])) == (0, True)
    assert REASONS.get(name) is None or (REASONS[name].title and REASONS[name].why.endswith("."))


def test_every_name_in_the_code_is_explained() -> None:
    found = subprocess.run(
        ["grep", "-rhoE", r"[\"'](repair|structure|duplicate|protected|classifier)/[a-z0-9-]+[\"']", "etl"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {line.strip("\"'") for line in found.split()} - set(REASONS) == set()
    regions = importlib.import_module("etl.markup.regions")
    assert set(regions.PAGE_NAMES) - set(REASONS) == set()


# --- JSON (B12) and the fields (B24) --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("explain a.txt:3 --json", "matching_rules"),
        ("rules list --select core --json", "title"),
        ("diff a.txt --json", "rule"),
        ("stats clean.jsonl --json", "changes"),
        ("index stats seen --json", "manifest"),
    ],
)
def test_json_is_one_object_or_list_or_an_object_a_line(run: Run, folder: Path, words: str, key: str) -> None:
    run("clean", "a.txt", "-o", "clean.jsonl", "-q", "--index", "seen")
    result = run(*words.split())
    found = json.loads(result.out)
    assert key in (found[0] if isinstance(found, list) else found)
    assert not result.err or "documents" in json.loads(result.err)


@pytest.mark.parametrize(
    ("noun", "described"),
    [(Record, schema.ARTICLE), (Origin, schema.ORIGIN), (Entry, schema.AUDIT), (RejectLine, schema.REJECT)],
    ids=["article", "origin", "audit", "reject"],
)
def test_every_field_is_explained(noun: type, described: dict[str, str]) -> None:
    assert list(described) == list(noun.__struct_fields__)  # type: ignore[attr-defined]  # of msgspec
    assert all(text.endswith(".") for text in described.values())


def test_schema_describes_every_field(run: Run) -> None:
    said = json.loads(run("schema", "article").out)
    properties = [one for noun in said["$defs"].values() for one in noun["properties"].values()]
    assert len(properties) == len(schema.ARTICLE) + len(schema.ORIGIN)
    assert all(one["description"] for one in properties)


# --- what is read (B23, B25, .gitignore, --exclude) -----------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_own_audits_and_rejects_are_passed_over(run: Run, folder: Path, ending: str) -> None:
    (folder / "bad.txt").write_bytes(b"%PDF-1.4\n\x00")
    assert run("clean", "a.txt", "bad.txt", "-o", f"o.{ending}", "-q").code == 4
    result = run("clean", f"o.{ending}", f"o.audit.{ending}", f"o.rejects.{ending}", "-n")
    assert (result.code, "passed over 2 inputs" in result.err) == (0, True), result.err


def test_documents_without_text_are_counted_and_can_be_left_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": ""}\n{"title": "Rain", "text": ""}\n{"text": "Sun."}\n')
    said = run("clean", "a.jsonl", "-o", "all.jsonl").err
    assert "2 documents without any text; --skip empty,stub leaves out such articles" in said
    left_out = run("clean", "a.jsonl", "-o", "some.jsonl", "--skip", "empty,stub")
    assert (left_out.code, "--skip" in left_out.err) == (0, False)
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 3
    assert [json.loads(line)["text"] for line in (tmp_path / "some.jsonl").read_text().splitlines()] == ["Sun."]
    assert run("clean", "a.jsonl", "-q", "--skip", "empty").out.count("\n") == 2
    assert run("restore", "some.jsonl", "-o", "back").code == 0
    assert [json.loads(line)["text"] for line in (tmp_path / "back/a.jsonl").read_text().splitlines()] == [
        "",
        "",
        "Sun.",
    ]


def shown(run: Run, *words: str) -> list[str]:
    return run("clean", "--show-files", *words).out.splitlines()


def test_gitignore_and_exclude_pass_over_files_and_say_so(run: Run, folder: Path) -> None:
    (folder / ".gitignore").write_text("*.jsonl\ndrafts/\n")
    assert shown(run, ".") == ["a.txt", "pages/c.txt"]
    assert shown(run, ".", "--no-ignore") == ["a.txt", "b.jsonl", "pages/c.txt", "pages/drafts/d.txt"]
    assert shown(run, ".", "--exclude", "pages/*.txt", "--no-ignore") == ["a.txt", "b.jsonl", "pages/drafts/d.txt"]
    assert shown(run, "a.txt", "b.jsonl", "--exclude", "a.*") == ["b.jsonl"]  # a file that is named is read
    assert "b.jsonl: .gitignore names it; --no-ignore reads it" in run("clean", ".", "--show-files").err
    assert "passed over 3 inputs, first .gitignore: it is hidden" in run("clean", ".", "-n").err


def test_show_files_lists_no_audit(run: Run, folder: Path) -> None:
    run("clean", "a.txt", "-o", "pages/c.jsonl")
    assert shown(run, "pages") == ["pages/c.jsonl", "pages/c.txt", "pages/drafts/d.txt"]
    assert "pages/c.audit.jsonl: copydesk wrote it" in run("clean", "pages", "--show-files").err


def test_lines_of_a_gitignore_that_are_no_patterns_cost_nothing(run: Run, folder: Path) -> None:
    (folder / ".gitignore").write_text("!\n[z-a]\n\\\n[[:alpha:]]x\n*.jsonl\n")
    result = run("clean", ".", "--show-files")
    assert (result.code, result.out) == (0, "a.txt\npages/c.txt\npages/drafts/d.txt\n")
    assert "Warning" not in result.err


@pytest.mark.parametrize(
    "line",
    [
        "*.jsonl", "a*", "*a*.t*t", "?.t*", "[ab].*", "**/c*t", "pages/**/d.*", "p*g*s/", "*", "*.*", "d*/", "!c.txt",
        "a\\.t*", "[!a]*.*t*", "**a**t**", "pages/*r*f*s/*", "/*a*b*", "*a*a*",
    ],
)  # fmt: skip
def test_a_pattern_without_second_tries_fits_what_git_fits(folder: Path, line: str) -> None:
    (folder / ".gitignore").write_text(f"*\n!*/\n!*.txt\n!*.jsonl\n{line}\n")
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    found = ignoring.Ignored(respects=True).at(str(folder))
    spec = GitIgnoreSpec.from_lines((folder / ".gitignore").read_text().splitlines())
    assert [bool(found.reason(str(folder / name))) for name in names] == [spec.match_file(name) for name in names]


def test_a_gitignore_is_data_that_can_stop_no_run(run: Run, folder: Path) -> None:
    long = "a" * 240 + ".txt"
    for name in ("stars", "pipe", "link", "large", "deep"):
        (folder / name).mkdir()
        (folder / name / long).write_text("A paragraph of text here.")
    (folder / "stars/.gitignore").write_text("*a" * 16 + "*b\n" + "*a" * 16 + "*b*\n")
    os.mkfifo(folder / "pipe/.gitignore")
    (folder / "link/.gitignore").symlink_to("/dev/zero")
    (folder / "large/.gitignore").write_text("*.txt\n" * 20_000)
    (folder / "deep/.gitignore").write_text("**/a/**/b/**/c/**/d\n")
    result = run("clean", ".", "--show-files")
    assert [line for line in result.out.splitlines() if long in line] == [
        f"{name}/{long}" for name in ("deep", "large", "link", "pipe", "stars")
    ]
    assert "link/.gitignore: it is not a regular file, and is not used" in result.err
    assert "large/.gitignore: it has more than 64 KiB, and is not used" in result.err


def test_gitignore_above_counts_within_its_repository(run: Run, folder: Path) -> None:
    (folder / ".gitignore").write_text("drafts/\n*.txt\n!c.txt\n")
    assert shown(run, "pages") == ["pages/c.txt", "pages/drafts/d.txt"]  # no repository, so nothing above counts
    (folder / ".git").mkdir()
    assert shown(run, "pages") == ["pages/c.txt"]
    assert shown(run, "pages/drafts") == ["pages/drafts/d.txt"]  # it is named though it is ignored
    (folder / "pages/.gitignore").write_text("c.txt\n")
    assert run("clean", "pages", "--show-files").code == 3


def test_standard_input_may_have_a_name(folder: Path) -> None:
    command = [sys.executable, "-m", "copydesk", "clean", "-", "-q", "--stdin-filename", "crawl/x.jsonl"]
    done = subprocess.run(command, input=RECORDS.encode(), capture_output=True, check=True)
    record = json.loads(done.stdout.splitlines()[0])
    assert (record["origin"]["path"], record["source"], record["origin"]["row"]) == ("crawl/x.jsonl", "x", 1)


# --- what is shown --------------------------------------------------------------------------------------------------------


def test_settings_are_shown_with_their_sources(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "copydesk.toml").write_text('[common]\nselect = "core, npr"\n')
    monkeypatch.setenv("COPYDESK_CLEAN_NUMBERS", "any")
    lines = run("clean", "--show-settings", "--profile", "hard").out.splitlines()
    found = {line.partition(" =")[0]: line.partition("# ")[2] for line in lines}
    assert lines[0] == "[clean]"
    assert found["select"].endswith("copydesk.toml")
    assert (found["profile"], found["numbers"], found["memory"]) == ("command line", "environment", "default")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("diff --color always a.txt", "--color always diff a.txt"),
        ("clean a.txt -vv --no-config", "-vv --no-config clean a.txt"),
        ("clean --config=x.toml a.txt", "--config=x.toml clean a.txt"),
        ("clean -- --color -vv", "clean -- --color -vv"),
        ("clean --color", "--color clean"),
    ],
)
def test_options_of_all_commands_stand_anywhere(words: str, expected: str) -> None:
    assert hoisted(words.split()) == expected.split()


def test_colours_can_be_asked_for_behind_the_command(run: Run, folder: Path) -> None:
    assert "\x1b[" in run("diff", "a.txt", "--color", "always").out
    assert "\x1b[" not in run("diff", "a.txt", "--color", "never").out


@pytest.mark.parametrize("words", [("restore",), ("report",), ("audit", "sample", "--no-judge")])
def test_a_dash_as_output_is_standard_output(run: Run, folder: Path, words: Sequence[str]) -> None:
    run("clean", "a.txt", "-o", "c.jsonl")
    printed = run(*words, "c.jsonl")
    assert printed.out
    assert run(*words, "c.jsonl", "-o", "-") == printed
    assert not (folder / "-").exists()


def test_a_page_on_standard_output_is_refused(run: Run, folder: Path) -> None:
    assert run("clean", "a.txt", "--report", "-").code == 2


@pytest.mark.parametrize(
    ("output", "where"), [("c.jsonl", " (see c.rejects.jsonl):"), ("c", " (see c/rejects):"), ("-", ":")]
)
def test_a_run_says_where_its_rejects_are(run: Run, folder: Path, output: str, where: str) -> None:
    (folder / "bad.txt").write_bytes(b"%PDF-1.4")
    assert f"1 file or record could not be read{where}\n" in run("clean", "bad.txt", "-o", output, "-q").err


def test_a_hint_names_an_option_of_all_commands(run: Run, folder: Path) -> None:
    result = run("clean", "a.txt", "--colour", "never")
    assert (result.code, "--color" in result.err.replace("--colour", "")) == (2, True), result.err


@pytest.mark.parametrize("words", [("-V",), ("--version",), ("clean", "-V")])
def test_version(run: Run, words: Sequence[str]) -> None:
    assert run(*words).out.startswith("copydesk, version ")


def test_help_is_a_command(run: Run) -> None:
    assert run("help", "clean").out == run("clean", "--help").out
    assert run("help", "rules", "new").out == run("rules", "new", "--help").out
    assert run("help").out == run("--help").out
    assert run("help", "rules", "nwe").err == run("rules", "nwe").err


@pytest.mark.parametrize(
    ("words", "judging"),
    [
        ("--select core/read-more,npr", {"core", "npr"}),
        ("--select npr --select bbc", {"npr", "bbc"}),
        ("--select core,npr --ignore core", {"npr"}),
    ],
)
def test_rules_are_chosen_by_comma_lists_and_bare_packs(run: Run, words: str, judging: set[str]) -> None:
    names = [one["name"] for one in json.loads(run("rules", "list", "--json", *words.split()).out)]
    assert {name.partition("/")[0] for name in names} == judging


def _commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Context]]:
    yield context.command_path, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child
            yield from _commands(child, click.Context(child, parent=context, info_name=name))


def test_help_fits_80_columns_and_breaks_no_word() -> None:
    faults: list[tuple[str, str]] = []
    for path, context in _commands(
        cli, click.Context(cli, info_name="copydesk", terminal_width=80, **cli.context_settings)
    ):
        context.terminal_width = 80
        _, *lines = context.get_help().splitlines()  # the first is the usage: COMMAND...
        faults += [(path, line) for line in lines if len(line) > 80 or line.endswith(("-", "..."))]
    assert faults == []


def test_help_ends_with_the_options_that_are_asked_for_last() -> None:
    clean = cli.get_command(click.Context(cli), "clean")
    assert clean
    headings = re.findall(r"^(\w+):$", clean.get_help(click.Context(clean)), re.MULTILINE)
    assert headings == ["Output", "Input", "Reading", "Rules", "Duplicates", "Index", "Running", "Other"]


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        (["clean"], "pa", "file"),
        (["dedup"], "x", "file"),
        (["restore"], "x", "file"),
        (["explain"], "x", "file"),
        (["clean", "a", "-o"], "x", "file"),
        (["clean", "a", "-r"], "x", "file"),
        (["clean", "a", "--index"], "x", "dir"),
        (["index", "stats"], "x", "dir"),
        (["rules", "lint"], "x", "file"),
        (["rules", "test"], "x", "file"),
        (["rules", "diff"], "x", "file"),
        (["restore", "a", "-o"], "x", "file"),
        (["report", "a", "-o"], "x", "file"),
        (["report", "a", "--out"], "x", "dir"),
        (["audit", "sample", "a", "-o"], "x", "file"),
        (["check", "a", "--baseline"], "x", "file"),
    ],
)
def test_shells_complete_names_of_files(words: list[str], incomplete: str, expected: str) -> None:
    items = BashComplete(cli, {}, "copydesk", "_COPYDESK_COMPLETE").get_completions(words, incomplete)
    assert [item.type for item in items] == [expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["clean", "--from", "=", "h"], "copydesk clean --from=h 2"),
        (["clean", "--from", "="], "copydesk clean --from= 2"),
        (["clean", "pages/o"], "copydesk clean pages/o 2"),
        (["clean", "-f", "--from", "=", "text", "pa"], "copydesk clean -f --from=text pa 4"),
    ],
)
def test_bash_completes_a_value_behind_an_equals_sign(
    run: Run, tmp_path: Path, words: list[str], expected: str
) -> None:
    (tmp_path / "asked").write_text("#!/bin/sh\necho $COMP_WORDS $COMP_CWORD >&2\n", encoding="utf-8")
    (tmp_path / "asked").chmod(0o700)
    script = run("completion", "bash").out
    asks = f'COMP_WORDS=(copydesk "$@"); COMP_CWORD=$#; _copydesk_completion {tmp_path}/asked'
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{asks}", "bash", *words], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == expected


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        (["rules", "show"], "core/read-m", "core/read-more"),
        (["help"], "cl", "clean"),
        (["help", "rules"], "t", "try"),
        (["clean", "a", "--ignore"], "np", "npr"),
        (["clean", "a", "--ignore"], "npr,core/read-m", "npr,core/read-more"),
        (["rules", "show"], "duplicate/n", "duplicate/near"),
        (["check", "a", "--checks"], "art.l", "art.leftover"),
        (["baseline", "write", "--skip-checks"], "raw.m", "raw.mojibake"),
        (["check", "a", "--max"], "raw.b", "raw.boilerplate"),
    ],
)
def test_shells_complete_names_of_rules_and_checks(words: list[str], incomplete: str, expected: str) -> None:
    items = BashComplete(cli, {}, "copydesk", "_COPYDESK_COMPLETE").get_completions(words, incomplete)
    assert expected in [item.value for item in items]


# What takes long to import, and what of it a command needs.
HEAVY = {
    *("numpy", "pyarrow", "lxml", "bs4", "ftfy", "chardet", "datasketch", "scipy", "regex", "pathspec", "fastwarc"),
    *("jinja2", "zstandard", "importlib.metadata", "email", "etl.packs", "etl.pipeline.run", "etl.explain", "etl.api"),
    *(
        "msgspec",
        "tomli",
        "etl.index.manifest",
        "etl.pipeline.history",
        "etl.pipeline.records",
        "etl.pipeline.to_store",
    ),
    *(f"etl.formats.{name}" for name in ("parquet", "delimited", "feeds", "json_documents", "jsonl", "text", "warc")),
}
PACKS = {"etl.packs", "msgspec"}
RUN = {*PACKS, "etl.pipeline.run"}
RUN_ON_TEXT = {*RUN, "etl.formats.text"}
# Of a start with one short text, Python and the libraries included.
MAX_REGEXES = 200


@pytest.mark.parametrize(
    ("program", "needed"),
    [
        ("import etl", set()),
        ("--help", set()),
        ("clean --help", PACKS),
        ("explain --help", PACKS),
        ("rules show core/read-more", PACKS),
        ("explain a.txt:1", {*PACKS, "etl.explain", "etl.formats.text"}),
        ("clean page.html --dedup off", {*RUN_ON_TEXT, "numpy", "lxml"}),
        ("clean a.txt --dedup off", RUN_ON_TEXT),
        ("clean a.txt", RUN_ON_TEXT),
        ("clean damaged.txt --dedup off", {*RUN_ON_TEXT, "ftfy"}),
        ("clean a.jsonl", {*RUN, "etl.formats.jsonl"}),
        ("clean a.csv", {*RUN, "etl.formats.delimited"}),
    ],
)
def test_no_more_is_imported_than_is_needed(folder: Path, program: str, needed: set[str]) -> None:
    (folder / "page.html").write_text(PAGE)
    (folder / "a.jsonl").write_text(json.dumps({"text": STORY}))
    (folder / "a.csv").write_text(f"id,text\n1,{STORY}\n")
    (folder / "damaged.txt").write_text("\n\n".join(f"{STORY} It wasnâ€™t day {day}." for day in range(12)))
    words = program.split()
    run = f"from etl.cli.main import cli; cli.main({words}, standalone_mode=False)" if words[0] != "import" else program
    code = f"import sys\n{run}\nprint('', *sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.splitlines()) == needed


def test_a_start_compiles_few_regexes(folder: Path) -> None:
    """Those of shipped rules are stored compiled; of those of modules, most wait for a text that asks for them."""
    code = """import re
compiled, compile = [], re.compile
re.compile = lambda *given, **named: compiled.append(given) or compile(*given, **named)
from etl.cli.main import cli
cli.main(["clean", "a.txt", "-o", "out.jsonl"], standalone_mode=False)
print(len(compiled))"""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert int(done.stdout) < MAX_REGEXES


def test_a_regex_is_compiled_when_it_is_first_asked() -> None:
    waiting = lazy("(")
    with pytest.raises(re.error):
        waiting.search("a")
    found = lazy("(?P<word>b+)", re.IGNORECASE)
    assert [match["word"] for match in found.finditer("aBba b")] == ["Bb", "b"]
    assert (found.pattern, found.groups, found.sub("c", "aBba b")) == ("(?P<word>b+)", 1, "aca c")


def test_warnings_are_errors_nowhere(folder: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "etl", "clean", "a.txt", "-q"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_gets_a_pager_and_it_ends_by_itself(folder: Path) -> None:
    """What fits on the screen is shown and no key is waited for; here `cat` stands for the pager."""
    parent, child = pty.openpty()
    env = os.environ | {"PAGER": "sed s/^/paged:/", "TERM": "xterm"}
    command = [sys.executable, "-m", "copydesk", "diff", "a.txt"]
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=child, stdout=child, stderr=subprocess.DEVNULL)
    os.close(child)
    shown = b""
    while chunk := _read(parent):
        shown += chunk
    assert process.wait() == 1
    assert b"paged:" in shown
    assert b"Read More" in shown


def _read(file: int) -> bytes:
    try:
        return os.read(file, 4096)
    except OSError:  # the other end is closed
        return b""


def test_hosts_of_addresses_are_read_as_addresses_are(run: Run, tmp_path: Path) -> None:
    """B26: neither a password nor a port belongs to a host."""
    for number, url in enumerate(
        ["https://user:pw@www.bbc.co.uk/a", "https://www.bbc.co.uk:443/a", "https://bbc.co.uk.evil.example/"]
    ):
        (tmp_path / f"{number}.jsonl").write_text(json.dumps({"url": url, "text": STORY}))
    names = [json.loads(run("clean", f"{number}.jsonl", "-q").out)["publisher"] for number in range(3)]
    assert names == ["BBC News", "BBC News", ""]


def test_compressed_lines_have_places_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(RECORDS.encode()))
    assert run("explain", "b.jsonl.gz:2:3").out.startswith("b.jsonl.gz:2:3, ")


# --- a second newcomer's hour --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "./a.txt", ".//./a.txt"])
def test_a_file_has_one_name_however_its_path_is_written(run: Run, folder: Path, name: str) -> None:
    (folder / "copydesk.toml").write_text(
        '[[exception]]\nsource = "a.txt"\nrule = "core/read-more"\nreason = "they mean it"\nuntil = 2100-01-01\n',
        encoding="utf-8",
    )
    assert "core/read-more" not in run("clean", name, "-n").err


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('[clean]\nignore = "core/nope"\n', "copydesk.toml:2:1: core/nope: no rule has this id"),
        ('[clean]\nrules = ["nofile.toml"]\n', "copydesk.toml:2:1: nofile.toml: there is no such pack"),
        (
            '[[exception]]\nrule = "core/nope"\nreason = "they mean it"\nuntil = 2100-01-01\n',
            "copydesk.toml:1: core/nope: no rule has this id",
        ),
    ],
)
def test_a_rule_that_a_config_names_is_missed_at_its_place(run: Run, folder: Path, config: str, said: str) -> None:
    (folder / "copydesk.toml").write_text(config, encoding="utf-8")
    done = run("clean", "a.txt", "-n")
    assert (done.code, said in done.err) == (2, True)


def test_a_variable_that_is_no_option_is_named(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_CLEAN_PROFIL", "hard")
    said = "COPYDESK_CLEAN_PROFIL: clean has no such option.  Did you mean COPYDESK_CLEAN_PROFILE?"
    assert said in run("clean", "a.txt", "-n").err
    assert said not in run("stats", "a.txt").err


@pytest.mark.parametrize("command", ["clean", "dedup"])
def test_a_run_says_that_its_index_is_new_or_has_all_of_it(run: Run, folder: Path, command: str) -> None:
    (folder / "in.jsonl").write_text(json.dumps({"id": "a", "text": STORY}) + "\n", encoding="utf-8")
    said = [run(command, "in.jsonl", "-o", f"{day}.jsonl", "--index", "seen").err for day in range(2)]
    assert ["index seen: it is new" in one for one in said] == [True, False]
    assert ["index seen: it already has all of this input" in one for one in said] == [False, True]


def test_a_regex_that_fits_no_whole_line_leads_to_inside(run: Run, folder: Path) -> None:
    assert "To search for it inside lines, add --inside" in run("rules", "try", "--regex", "The council", "a.txt").err


@pytest.mark.parametrize("command", ["clean", "diff", "dedup", "check"])
@pytest.mark.parametrize("words", [(), ("-q",)])
def test_with_json_stderr_is_one_object_which_has_the_warnings(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str, words: tuple[str, ...]
) -> None:
    (folder / "lines.jsonl").write_text('{"id": "a", "text": "Rain in Minsk"}\n')
    monkeypatch.setenv(f"COPYDESK_{command.upper()}_MEMORI", "1GB")
    given = () if command == "diff" else words
    said = run(command, "lines.jsonl", "--json", *given).err
    assert f"COPYDESK_{command.upper()}_MEMORI" in json.loads(said)["messages"][0]


def test_a_warning_is_shown_if_an_error_ends_the_command_before_its_json(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_CLEAN_MEMORI", "1GB")
    result = run("clean", "nowhere.txt", "--json")
    assert (result.code, result.err.count("COPYDESK_CLEAN_MEMORI")) == (3, 1)


def test_shown_settings_are_a_config(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text("Rain in Minsk\n")
    (folder / "shown.toml").write_text(run("clean", "--show-settings", "-o", "out/").out)
    result = run("--config", "shown.toml", "clean", "a.txt", "-n")
    assert (result.code, "1 document" in result.err) == (0, True)
