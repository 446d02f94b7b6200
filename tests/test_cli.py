"""The command line: every command, every exit code, every error as place, fault and way out."""

import gzip
import json
import re
import subprocess
import sys
import tomllib
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest
import zstandard
from conftest import Result, Run, write

from etl.cli.show import diff_lines
from etl.pipeline.workspace import Workspace

ROOT = Path(__file__).parent.parent
ADDED = ("--added", "2026-11-22T00:00:00Z")


def _unzstd(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(body).read()


def rows(path: Path) -> list[dict[str, object]]:
    unpack = {".gz": gzip.decompress, ".zst": _unzstd}
    body = unpack.get(path.suffix, bytes)(path.read_bytes())
    return [json.loads(line) for line in body.splitlines()]


def test_clean_prints_articles_and_says_what_went(run: Run, sample: Path) -> None:
    result = run("clean", sample)
    articles = [json.loads(line) for line in result.out.splitlines()]
    assert (result.code, len(articles)) == (0, 10)
    assert "10 articles (7 full, 2 stub, 1 teaser)" in result.err
    assert "the books balance" in result.err
    assert "npr/caption-toggle" in result.err


def test_quiet_clean_says_nothing(run: Run, sample: Path) -> None:
    assert run("clean", "-q", sample).err == ""


def test_dry_run_writes_nothing(run: Run, sample: Path, tmp_path: Path) -> None:
    result = run("clean", "-n", sample)
    assert (result.code, result.out, list(tmp_path.iterdir())) == (0, "", [])
    assert "10 articles" in result.err


def test_summary_as_json(run: Run, sample: Path) -> None:
    summary = json.loads(run("clean", "--json", sample).err)
    assert summary["books"]["read"] == sum(summary["books"][part] for part in ("kept", "changed", "removed"))


@pytest.mark.parametrize(
    ("command", "first", "again"),
    [
        pytest.param("clean", "1 document: 1 article (1 full)\n", "1 document: 0 articles\n", id="clean"),
        pytest.param("dedup", "1 record: 0 duplicates (0.0%)\n", "1 record: 1 duplicate (100.0%)\n", id="dedup"),
    ],
)
def test_summary_counts_what_an_index_has_not_seen(
    run: Run, tmp_path: Path, command: str, first: str, again: str
) -> None:
    text = "Tens of thousands of people marched through the centre of Minsk on Sunday and called on him to resign."
    write(tmp_path / "a.jsonl", json.dumps({"text": text}))
    for day, said in enumerate((first, again)):
        assert run(command, "a.jsonl", "-o", f"{day}.jsonl", "--index", "index").err.startswith(said)


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"])
def test_one_file_has_its_audit_beside_it_and_gives_the_input_back(
    run: Run, sample: Path, tmp_path: Path, name: str
) -> None:
    assert run("clean", sample, "-o", name, *ADDED).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, name.replace("out", "out.audit")])
    assert len(rows(tmp_path / name)) == 10
    result = run("restore", name)
    assert result.out == sample.read_text(encoding="utf-8")


def test_folder_has_articles_audit_and_the_account_of_the_run(run: Run, sample: Path, tmp_path: Path) -> None:
    write(tmp_path / "in/a.txt", "One.\r\n\r\nTwo.\r\n")
    write(tmp_path / "in/b/c.txt", "Three.")
    assert run("clean", "in", sample, "-o", "out").code == 0
    assert len(rows(tmp_path / "out/articles/part-00000.jsonl.zst")) == 12
    account = json.loads((tmp_path / "out/run.json").read_bytes())
    assert account["counts"]["documents"] == 3
    assert [entry["path"] for entry in account["inputs"]][:2] == ["in/a.txt", "in/b/c.txt"]
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {requirement.split(">=")[0] for requirement in promised} - {"click", "filelock", "jinja2", "markupsafe"}
    assert set(account["versions"]) == names | {"copydesk", "python"}
    assert account["settings"]["index"] == ""
    assert run("restore", "out", "-o", "back").code == 0
    assert (tmp_path / "back/in/a.txt").read_bytes() == b"One.\r\n\r\nTwo.\r\n"
    assert (tmp_path / "back" / str(sample).lstrip("/")).read_bytes() == sample.read_bytes()
    assert run("restore", "out", "--path", "in/b/c.txt").out == "Three."


def test_summary_of_a_folder_run_names_lines_and_rejects(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "in/a.txt", "One.\n\nRead More")
    write(tmp_path / "in/b.jsonl", "no json")
    result = run("clean", "-v", "in", "-o", "out")
    assert result.code == 4
    assert "in/a.txt:3: core/read-more: Read More" in result.err
    assert "in/b.jsonl:1: is not JSON" in result.err
    assert len(rows(tmp_path / "out/rejects/part-00000.jsonl.zst")) == 1


def test_colours_are_for_terminals_unless_asked_for(run: Run, sample: Path) -> None:
    assert "\x1b[" not in run("diff", sample).out
    assert "\x1b[9m" in run("--color", "always", "diff", sample).out


def test_written_lines_fit_their_schemas(run: Run, sample: Path, tmp_path: Path) -> None:
    write(tmp_path / "bad.jsonl", '{"text": null}\n')
    assert run("clean", sample, "bad.jsonl", "-o", "out.jsonl").code == 4
    for what, name in (("article", "out.jsonl"), ("audit", "out.audit.jsonl"), ("reject", "out.rejects.jsonl")):
        validator = jsonschema.Draft202012Validator(json.loads(run("schema", what).out))
        found = rows(tmp_path / name)
        assert found
        assert [error.message for row in found for error in validator.iter_errors(row)] == []


def test_records_of_jsonl_keep_ids_and_fields(run: Run, tmp_path: Path) -> None:
    text = "They marched on Sunday.\nImage copyright\nThey will march again."
    lines = [{"id": f"n{i}", "text": f"{text} {i}", "title": f"March {i}", "score": i} for i in range(3)]
    write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, lines)))
    assert run("clean", "a.jsonl", "-o", "out.jsonl").code == 0
    found = rows(tmp_path / "out.jsonl")
    assert [row["origin"]["record"] for row in found] == ["n0", "n1", "n2"]  # type: ignore[index]  # JSON
    assert [row["headline"] for row in found] == ["March 0", "March 1", "March 2"]
    assert [json.loads(str(row["metadata"])) for row in found] == [{"score": 0}, {"score": 1}, {"score": 2}]
    assert found[0]["text"] == "They marched on Sunday.\n\nThey will march again. 0"
    assert run("restore", "out.jsonl", "-o", "back").code == 0
    assert [row["text"] for row in rows(tmp_path / "back/a.jsonl")] == [line["text"] for line in lines]
    printed = run("restore", "out.jsonl", "--path", "a.jsonl").out
    assert printed.encode() == (tmp_path / "back/a.jsonl").read_bytes()
    for words in (["-o", "one.jsonl"], ["-o", "rows", "--path", "a.jsonl"]):
        assert run("restore", "out.jsonl", *words).code == 0
        assert (tmp_path / words[1]).read_bytes() == printed.encode()
    write(tmp_path / "b.txt", "One.")
    run("clean", "a.jsonl", "b.txt", "-o", "two.jsonl")
    refused = run("restore", "two.jsonl", "-o", "two.txt")
    assert (refused.code, "-o two.txt/" in refused.err, (tmp_path / "two.txt").exists()) == (2, True, False)
    assert run("restore", "two.jsonl", "-o", "two.txt/").code == 0
    wrong = run("restore", "out.jsonl", "--path", "b.jsonl")
    assert (wrong.code, "origin.path" in wrong.err) == (2, True)


def test_ids_are_unique_where_the_inputs_are_not(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"id": "same", "text": "x"}\n' * 3)
    articles = run("clean", "a.jsonl").out.splitlines()
    assert len({json.loads(line)["id"] for line in articles}) == 3


def test_standard_input_is_read(sample: Path) -> None:
    command = [sys.executable, "-m", "etl", "clean", "-q", "-"]
    done = subprocess.run(command, input=sample.read_bytes(), capture_output=True, check=True)
    assert len(done.stdout.splitlines()) == 10
    assert json.loads(done.stdout.splitlines()[0])["origin"]["path"] == "-"


def test_closed_pipe_is_no_error(sample: Path) -> None:
    command = f"{sys.executable} -m etl clean -q {sample} | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def many(folder: Path) -> Path:
    """Thirty files with copies among them."""
    for i in range(30):
        paragraph = f"Police said {i % 7} people had been detained in the capital on Sunday, the biggest rally so far this year."
        write(
            folder / f"{i:02}.txt",
            f"Read More\n\n{paragraph}\n\nThe committee met for the {i}th time to talk about the vote and its results.\n",
        )
    return folder


def test_copies_across_the_run_are_dropped_and_name_their_keeper(run: Run, tmp_path: Path) -> None:
    many(tmp_path / "in")
    assert run("clean", "in", "-o", "out.jsonl").code == 0
    copies = [row for row in rows(tmp_path / "out.audit.jsonl") if row["action"] == "duplicate"]
    ids = {row["id"]: row for row in rows(tmp_path / "out.jsonl")}
    assert len(copies) == 30 - 7
    assert {str(row["duplicate_of"]).split(":")[0] for row in copies} <= set(ids)


@pytest.mark.parametrize("options", [("-j", "1"), ("-j", "2")], ids=" ".join)
def test_any_number_of_jobs_gives_the_same_bytes(run: Run, tmp_path: Path, options: Sequence[str]) -> None:
    many(tmp_path / "in")
    assert run("clean", "in", "-o", "whole.jsonl", *ADDED).code == 0
    assert run("clean", "in", "-o", "shards.jsonl", *ADDED, *options, "--shard-size", "1kB").code == 0
    for kind in ("", ".audit"):
        assert (tmp_path / f"whole{kind}.jsonl").read_bytes() == (tmp_path / f"shards{kind}.jsonl").read_bytes()


def test_order_of_inputs_changes_no_article(run: Run, tmp_path: Path) -> None:
    folder = many(tmp_path / "in")
    names = [f"in/{path.name}" for path in sorted(folder.iterdir())]
    found = [
        run("clean", "-q", "--dedup", "article", *ADDED, *order).out.splitlines() for order in (names, names[::-1])
    ]
    assert found[0] == found[1][::-1]


def test_diff_shows_the_rule_and_exits_1_if_anything_would_change(run: Run, sample: Path, tmp_path: Path) -> None:
    result = run("diff", sample)
    assert result.code == 1
    assert (
        "    27 - Women tear balaclavas off security officers amid mass arrests in Belarus – video  [core/media-link]"
        in result.out
    )
    clean = write(tmp_path / "clean.txt", "They marched on Sunday.\n\nThey will march again.\n")
    assert run("diff", clean) == Result(0, "", "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            55, ["removed by npr/caption-toggle", "core/agency-credit matches", "article 2 of 10"], id="removed"
        ),
        pytest.param(417, ["kept", "rules do not match", "  Copies were looked for in this document only"], id="kept"),
        pytest.param(119, ["removed by npr/related-title-case"], id="a guess by its looks"),
        pytest.param(
            131, ["kept", "npr/related-title-case matches, but is blocked by where.min_words = 6"], id="held back"
        ),
        pytest.param(135, ["kept", "repaired by repair/spaces"], id="repaired"),
        pytest.param(151, ["kept", "tagged by repair/lost-possessive: ", "is not changed"], id="tagged"),
    ],
)
def test_explain_says_what_happened_and_what_rules_thought(run: Run, sample: Path, line: int, said: list[str]) -> None:
    result = run("explain", f"{sample}:{line}")
    assert result.code == 0
    assert [words for words in said if words not in result.out] == []
    assert ("Copies were looked for in this document only" in result.out) == ("\nkept\n" in result.out)
    drafts = f"If the line is furniture, draft a rule that removes it: copydesk rules new {sample}:{line} --pack mine"
    assert (drafts in result.out) == (line in (135, 151, 417)), "only for lines that are kept, and that no rule matches"


def test_explain_finds_a_line_of_a_record(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"text": "x"}\n' + json.dumps({"text": "One.\nImage copyright\nTwo."}))
    assert "removed by core/caption-label" in run("explain", "a.jsonl:2:2").out


def test_explain_of_a_page_adds_up_to_the_last_digit(run: Run) -> None:
    page = Path(__file__).parent / "pages" / "story.html"
    for line, said_of in ((5, "removed by page/nav"), (18, "kept")):
        said = run("explain", f"{page}:{line}").out.splitlines()
        assert said_of in "\n".join(said)
        at = next(place for place, words in enumerate(said) if words.startswith("  log-odds"))
        score, bias = (float(number) for number in re.findall(r"[-+]\d+\.\d{3}", said[at]))
        parts = [float(words.split()[0]) for words in said[at + 1 :]]
        assert abs(bias + sum(parts) - score) < 1e-9
        if told := re.search(r"\(first-pass=([-+]\d\.\d{3}), ", "\n".join(said)):
            assert f"  {told[1]} first-pass = " in "\n".join(said), "the audit's features have the same sign and unit"
        assert bool(told) is (line == 5)


def test_explain_of_a_text_shows_each_step_of_repair(run: Run) -> None:
    said = run("explain", "--text", "Belarusâ€™ president  said they don?t know").out.splitlines()
    assert said == [
        "repair/mojibake: 'Belarusâ€™' -> 'Belarus’'",
        "repair/spaces: '  ' -> ' '",
        "repair/question-apostrophe: '?' at character 35 looks damaged, but is not changed.  --repair risky also makes likely repairs.",
        "Belarus’ president said they don?t know",
    ]
    assert run("explain", "--text", "They don?t know", "--repair", "risky").out.endswith("They don’t know\n")
    assert run("explain", "--text", "Fine.").out == "Nothing is repaired.\n"


def test_stats_count_by_rule_and_by_publisher(run: Run, sample: Path) -> None:
    run("clean", sample, "-o", "out.jsonl")
    by_rule = {row["rule"]: row["changes"] for row in json.loads(run("stats", "out.jsonl", "--json").out)}
    assert by_rule["core/read-more"] == 10
    assert "BBC News" in run("stats", "out.jsonl", "--by", "publisher").out
    kept = run("stats", "out.jsonl").out.splitlines()[-2].split()
    assert (len(kept), kept[1]) == (2, "(kept)")  # no change of no article


@pytest.mark.parametrize("shape", ["copydesk", "dolma", "hf", "trafilatura", "schema.org"])
@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_stats_count_by_publisher_in_any_shape(run: Run, tmp_path: Path, shape: str, ending: str) -> None:
    (tmp_path / "a.txt").write_text(
        "Rain in the north – BBC News\n\nRead more\n\nIt rained on Monday.\n", encoding="utf-8"
    )
    run("clean", "a.txt", "-o", f"out.{ending}", "--shape", shape)
    rows = json.loads(run("stats", f"out.{ending}", "--by", "publisher", "--json").out)
    assert [row["publisher"] for row in rows] == ["BBC News"]


def test_rules_are_listed_shown_and_tested(run: Run) -> None:
    assert "core/read-more" in run("rules", "list").out
    shown = run("rules", "show", "npr/caption-buttons").out
    assert "why: It is a button of the picture viewer." in shown and "severity error" in shown
    assert '  match.exact = ["hide caption", "toggle caption", "Enlarge this image"]\n' in shown
    guarded = run("rules", "show", "core/caption-below-label").out
    assert '  match.after = { exact = ["Image caption", ' in guarded and "  where.max_words = 40\n" in guarded
    tested = run("rules", "test", "--select", "npr")
    assert (tested.code, tested.out) == (0, "")
    assert " 0 failed" in tested.err


def test_the_summary_counts_one_character(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "x")
    assert "read 1 character = kept 0 + changed 0 + removed 1; " in run("clean", "a.txt").err


def test_diff_tells_changed_lines_from_removed_ones(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Belarusâ€™ team won\xa0 on Monday in the north.\n\nRead More\n")
    out = run("diff", "a.txt").out
    assert r"1 ~ '\xa0 ' -> ' '  [repair/spaces]" in out, "spaces have codes: nobody sees them"
    assert "1 ~ Belarusâ€™ -> Belarus’  [repair/mojibake]" in out
    assert "3 - Read More  [core/read-more]" in out


def test_diff_holds_no_texts_of_articles(run: Run, tmp_path: Path) -> None:
    text = "Belarusâ€™ team won. " + "The other team lost on Monday in the north. " * 300
    for number in range(100):
        write(tmp_path / f"in/{number}.txt", f"Story {number}\n\n{text}")
    run("clean", "in", "-q", "--dedup", "off", "-o", "o.jsonl")
    for kind, name in (("articles", "o.jsonl"), ("audit", "o.audit.jsonl")):
        (tmp_path / kind).mkdir()
        (tmp_path / name).rename(tmp_path / kind / "part-00000.jsonl")
    articles = (tmp_path / "articles/part-00000.jsonl").stat().st_size
    tracemalloc.start()
    try:
        assert sum(line.startswith("\x1b[1m---") for line in diff_lines(Workspace(str(tmp_path)), Counter())) == 100
        assert tracemalloc.get_traced_memory()[1] < articles / 2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_the_shell(run: Run, shell: str) -> None:
    assert "_COPYDESK_COMPLETE" in run("completion", shell).out


def test_config_gives_defaults_and_flags_override(run: Run, sample: Path, tmp_path: Path) -> None:
    write(tmp_path / "copydesk.toml", '[clean]\nquiet = true\nignore = ["core/read-more", "classifier/*"]\n')
    result = run("clean", sample)
    assert result.err == ""
    assert "Read More" in result.out
    assert "Read More" not in run("clean", sample, "--ignore", "core/related-label").out


def test_environment_gives_defaults(run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_CLEAN_QUIET", "1")
    assert run("clean", sample).err == ""


def test_no_control_character_of_the_data_reaches_the_terminal(run: Run, tmp_path: Path) -> None:
    evil = write(tmp_path / "a.txt", "FILE PHOTO: \x1b[2J\x07 a \u202ereversed\n\nText.")
    for words in (("diff", evil), ("clean", "-v", "-n", evil), ("explain", f"{evil}:1")):
        result = run(*words)
        assert not {"\x1b", "\x07", "\u202e"} & set(result.out + result.err)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param("clean nowhere.txt", 3, ["nowhere.txt", "there is no such file", "Check the path"], id="no such file"),
        pytest.param("clean pictures", 3, ["pictures", "no file in it can be read", "name them one by one"], id="folder without text"),
        pytest.param("clean a.txt --exclude *", 3, ["the first is a.txt: --exclude names it", "Leave out --exclude."], id="all inputs excluded"),
        pytest.param("clean hollow", 3, ["hollow: there is no file in it", "Check the path"], id="folder without files"),
        pytest.param("clean a.txt --ignore coer", 2, ["copydesk: coer: there is no such pack", "Did you mean 'core'?"], id="no such pack"),
        pytest.param("rules show coer", 2, ["copydesk: coer: no rule or pack has this name"], id="show: no such name"),
        pytest.param("rules show mine/a", 2, ["mine/a: no rule or pack has this name", "give the pack with -r"], id="show: own pack not given"),
        pytest.param("clean empty.txt", 3, ["empty.txt: there is nothing to read"], id="empty file"),
        pytest.param("clean none.json none.jsonl.gz none.csv", 3, ["there is nothing to read"], id="a crawl that found nothing"),
        pytest.param("clean junk.bin", 4, ["junk.bin:1: is not text"], id="binary junk"),
        pytest.param("clean a.txt -r key.toml", 2, ["key.toml:8:1: R001 'mtach' is not a key", "Did you mean 'match'?"], id="unknown key"),
        pytest.param("clean a.txt -r regex.toml", 2, ["regex.toml:8:7: R005 rule 'a'", "does not compile"], id="bad regex"),
        pytest.param("clean a.txt -o a.txt/out", 2, ["a.txt/out: cannot be made", "Give an -o"], id="output that cannot be"),
        pytest.param(f"clean a.txt -o {'d/' * 1_500}", 2, ["cannot be made", "Give an -o"], id="folders without end"),
        pytest.param("clean a.txt -o there.jsonl", 2, ["copydesk: there.jsonl: exists already", "--force"], id="output that is there"),
        pytest.param("clean a.txt --added yesterday", 2, ["'yesterday' is not a time"], id="no time"),
        pytest.param("clean a.txt --memory 4", 2, ["'4' is too small", "Write a size such as 512MB"], id="size without its unit"),
        pytest.param("--config pictures clean a.txt", 2, ["pictures: is a folder", "Name a TOML file"], id="folder as a config"),
        pytest.param("clean a.txt --only-rules", 2, ["no rule is selected"], id="no rules"),
        pytest.param("clean a.txt --outptu x", 2, ["Did you mean", "--output"], id="option near another"),
        pytest.param("clean a.txt --profil x", 2, ["No such option", "--profile"], id="option near another, and one of all commands"),
        pytest.param("clean", 2, ["Missing argument", "or - for standard input"], id="no input"),
        pytest.param("dedup", 2, ["Missing argument", "or - for standard input"], id="no input to dedup"),
        pytest.param("clean a.txt --ignore core/nope", 2, ["core/nope: no rule has this id", "`copydesk rules list` shows all"], id="a pack makes no names near"),
        pytest.param("check a.txt --checks art.foo", 2, ["'art.foo' is not a check"], id="no such check"),
        pytest.param("clen a.txt", 2, ["Did you mean 'clean'?"], id="command near another"),
        pytest.param("explain", 2, ["there is nothing to explain", "--text"], id="nothing to explain"),
        pytest.param("explain a.txt", 2, ["a.txt: names no line", "FILE:LINE"], id="no line"),
        pytest.param("explain a.txt:2", 2, ["a.txt:2: this line is blank", "Line 1 has text."], id="blank line"),
        pytest.param("explain empty.txt:1", 2, ["empty.txt:1: this line is blank", "No line of it has text."], id="no line with text"),
        pytest.param("explain there.rejects.jsonl:1:1", 2, ["there.rejects.jsonl: copydesk wrote it", "Name an input of `clean`, or articles."], id="explain rejects"),
        pytest.param("clean a.txt -o -f", 2, ["'-f' looks like an option", "write ./-f"], id="option in the place of an output"),
        pytest.param("explain a.txt 2", 2, ["Write a.txt:2."], id="line without a colon"),
        pytest.param("rules new a.txt 2", 2, ["Write a.txt:2."], id="line without a colon, for a rule"),
        pytest.param("explain cut.jsonl:1:1", 4, ["copydesk: cut.jsonl:1: is not JSON"], id="explain a record that is none"),
        pytest.param("rules new cut.jsonl:1:1", 4, ["copydesk: cut.jsonl:1: is not JSON"], id="rule for a record that is none"),
        pytest.param("clean https://x.example/a?b=1", 3, ["does not download", "curl"], id="address of a page"),
        pytest.param("rules show core/read-mor", 2, ["Did you mean 'core/read-more'?"], id="no such rule"),
        pytest.param("restore there.jsonl", 2, ["there.audit.jsonl does not exist", "--audit"], id="no audit"),
        pytest.param("stats a.txt --audit a.txt", 2, ["a.txt:1: is not a line that copydesk wrote"], id="no audit line"),
    ],
)  # fmt: skip
def test_errors_name_place_fault_and_way_out(run: Run, tmp_path: Path, words: str, code: int, said: list[str]) -> None:
    pack = '[pack]\nid="m"\nversion="1"\n[[rule]]\nid="a"\ntitle="t"\nkind="notice"\n{}\nwhy="w"\ndrops=["x"]\nkeeps=["y"]\n'
    write(tmp_path / "a.txt", "One.\n\nTwo.\n")
    write(tmp_path / "there.jsonl", "")
    write(tmp_path / "there.rejects.jsonl", '{"schema":"copydesk/reject/1"}')
    write(tmp_path / "empty.txt", "")
    write(tmp_path / "none.json", "[\n\n]\n")
    write(tmp_path / "none.csv", "id,title,text\n")
    (tmp_path / "none.jsonl.gz").write_bytes(gzip.compress(b""))
    write(tmp_path / "cut.jsonl", '{"text": ')
    write(tmp_path / "key.toml", pack.format('mtach.exact=["x"]'))
    write(tmp_path / "regex.toml", pack.format('match.regex="(a"'))
    (tmp_path / "hollow").mkdir()
    (tmp_path / "pictures").mkdir()
    write(tmp_path / "pictures" / "a.png", "")
    (tmp_path / "junk.bin").write_bytes(bytes(range(256)) * 40)
    result = run(*words.split())
    assert result.code == code
    assert result.out == ""
    assert [part for part in said if part not in result.err] == []
    assert "Traceback" not in result.err
    assert len(result.err.splitlines()) <= 4


def test_unreadable_input_is_a_reject_and_the_rest_is_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "junk.txt").write_bytes(bytes(2000))
    write(tmp_path / "a.txt", "One.")
    assert run("clean", "junk.txt", "a.txt", "-o", "out.jsonl").code == 4
    (reject,) = rows(tmp_path / "out.rejects.jsonl")
    assert (reject["path"], str(reject["bytes"])[:8]) == ("junk.txt", "AAAAAAAA")
    assert len(rows(tmp_path / "out.jsonl")) == 1


def test_old_rejects_do_not_outlive_a_run_without_any(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "no json")
    assert run("clean", "a.jsonl", "-o", "out.jsonl").code == 4
    write(tmp_path / "a.jsonl", '{"text": "x"}')
    assert run("clean", "a.jsonl", "-o", "out.jsonl", "--force").code == 0
    assert not (tmp_path / "out.rejects.jsonl").exists()


@pytest.mark.parametrize(
    "command", ["clean", "diff", "explain", "restore", "stats", "rules", "init", "schema", "completion"]
)
def test_help_opens_with_examples(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.code == 0
    assert "Example" in result.out
    assert f"copydesk {command}" in result.out.split("Example")[1]
