"""What copydesk.toml changes about rules: the lines that stay, the near-misses that go, and what is no config."""

import json
import os
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, judged

from etl.config import read_config
from etl.errors import PackError
from etl.model import Metadata, Raw
from etl.packs import Selection, compile_rules
from etl.rules.matching.exceptions import Override, RuleException

STORY = "Read More\n\nThe president said that Belarus could not return to the instability of 1991."
LINE = sha256(b"Read More").hexdigest()


def exception(**given: Any) -> RuleException:
    return RuleException(reason="they mean it", until=date(2030, 1, 1), **given)


def taken(selection: Selection, path: str = "crawl/a.txt", publisher: str = "BBC News") -> list[str]:
    raw = Raw(path, STORY, "", metadata=Metadata(publisher=publisher))
    (removals,) = judged(raw, compile_rules(selection)).removals
    return [removal.rule for removal in removals if removal.action == "drop"]


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        pytest.param({"rule": "core/read-more"}, True, id="by rule"),
        pytest.param({"rule": "core/*"}, True, id="by pattern of rules"),
        pytest.param({"rule": "core/related-label"}, False, id="another rule"),
        pytest.param({"source": "crawl/*"}, True, id="by source"),
        pytest.param({"source": "crawl/*.html"}, False, id="another source"),
        pytest.param({"publisher": "bbc"}, True, id="by publisher"),
        pytest.param({"publisher": "npr"}, False, id="another publisher"),
        pytest.param({"line": LINE[:12]}, True, id="by line"),
        pytest.param({"line": LINE[:12][::-1]}, False, id="another line"),
        pytest.param({"line": "read  MORE"}, True, id="by the text of the line"),
        pytest.param({"line": "read more books"}, False, id="by the text of another line"),
        pytest.param({"line": LINE, "source": "other/*"}, False, id="all that is given must hold"),
    ],
)
def test_exception_keeps_lines(given: dict[str, str], is_kept: bool) -> None:
    assert taken(Selection()) == ["core/read-more"]
    assert taken(Selection(exceptions=(exception(**given),))) == ([] if is_kept else ["core/read-more"])


@pytest.mark.parametrize("source", ["a[b]/*.txt", "a[b]/one.txt"])
@pytest.mark.parametrize(
    ("folder", "name", "is_kept"),
    [
        pytest.param(".", "a[b]/one.txt", True, id="as it stands in the config"),
        pytest.param("a[b]", "one.txt", True, id="in a folder below"),
        pytest.param("other", "../a[b]/one.txt", True, id="in a folder beside it"),
        pytest.param(".", "{}/a[b]/one.txt", True, id="as a whole path"),
        pytest.param("other", "one.txt", False, id="another file"),
    ],
)
def test_the_source_of_an_exception_is_meant_from_the_folder_of_the_config(
    run: Run, tmp_path: Path, source: str, folder: str, name: str, is_kept: bool
) -> None:
    for other in ("a[b]", "other"):
        (tmp_path / other).mkdir()
        (tmp_path / other / "one.txt").write_text(STORY)
    named = source.replace("[b]", "[[]b]")
    (tmp_path / "copydesk.toml").write_text(ENDS + f'source = "{named}"\n')
    os.chdir(tmp_path / folder)
    assert ("Read More" in run("clean", name.format(tmp_path), "-q").out) == is_kept


@pytest.mark.parametrize(
    ("rule", "profile", "expected"),
    [
        pytest.param("core/read-more", "standard", [], id="a guess is not for the standard profile"),
        pytest.param("core/read-more", "hard", ["core/read-more"], id="but for the hard one"),
        pytest.param("core/rel*", "standard", ["core/read-more"], id="another rule"),
    ],
)
def test_override_says_how_sure_of_a_rule_to_be(rule: str, profile: Any, expected: list[str]) -> None:
    override = Override(rule=rule, confidence="guess", reason="", until=date(2030, 1, 1))
    assert taken(Selection(profile=profile, overrides=(override,))) == expected


def test_exception_holds_until_its_day_is_over_and_the_run_says_so_after(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "copydesk.toml").write_text(
        '[[exception]]\nrule = "core/read-more"\nreason = "a book of that name"\nuntil = 2026-11-22\n'
    )
    kept = run("clean", "a.txt", "--added", "2026-11-22T23:00:00Z", "-q")
    assert json.loads(kept.out)["text"].startswith("Read More")
    assert kept.err == ""
    late = run("clean", "a.txt", "--added", "2026-11-23", "-q")
    assert "Read More" not in late.out
    assert "copydesk.toml:1: this exception ended on 2026-11-22" in late.err


def test_a_reason_that_was_not_written_is_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    table = run("explain", "a.txt:1").out.partition("\n\n")[2]
    (tmp_path / "copydesk.toml").write_text(table)
    result = run("clean", "a.txt", "-q")
    assert json.loads(result.out)["text"].startswith("Read More")
    said = "copydesk.toml:1: the reason of this exception is a placeholder.  Give the reason in one sentence.\n"
    assert result.err.endswith(said)
    (tmp_path / "copydesk.toml").write_text(table.replace("…", "a book of that name"))
    assert run("clean", "a.txt", "-q").err == ""


def test_explain_says_which_exception_holds_a_rule_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.copydesk.exception]]\nsource = "a*"\nreason = "a book of that name"\nuntil = 2999-01-01\n'
    )
    said = run("explain", "a.txt:1").out
    assert "kept" in said
    assert "core/read-more matches, but is blocked by an exception until 2999-01-01 (a book of that name): " in said


def test_an_exception_for_parts_of_a_page_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "copydesk.toml").write_text(ENDS + 'rule = "page/*"')
    result = run("clean", "a.txt")
    assert result.code == 2
    assert "page/*: names regions of a page, and an exception cannot keep what the page model removes" in result.err


ENDS = '[[exception]]\nreason = "x"\nuntil = 2030-01-01\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('[[exception]]\nrule = "a/b"\nuntil = 2030-01-01', "'reason' is missing", id="no reason"),
        pytest.param('[[exception]]\nrule = "a/b"\nreason = "x"', "'until' is missing", id="no end"),
        pytest.param('[[exception]]\nreason = "x"\nuntil = 2030-01-01', "this exception has no rule, source", id="all lines"),
        pytest.param('[[exception]]\nreason = ""\nuntil = 2030-01-01', "copydesk.toml:2:1: R003 'reason' is wrong: expected a string of length >= 1\n  Say why", id="an empty reason"),
        pytest.param(ENDS + 'line = 7', "copydesk.toml:4:1: R003 'line' is wrong: expected a string, got an integer\n  Give the text", id="no text of a line"),
        pytest.param(ENDS + 'publisher = "gaurdian"', "copydesk.toml:4:1: 'publisher' names 'gaurdian', which is not in publishers.jsonl\n  Did you mean 'guardian'?", id="no such publisher"),
        pytest.param(ENDS + 'publisher = "bcc"', "Did you mean 'bbc'?", id="of names that are as near, the one that begins alike"),
        pytest.param('[[exception]]\nsorce = "a"', "copydesk.toml:2:1: R001 'sorce' is not a key", id="no such key"),
        pytest.param('[[override]]\nrule = "a/b"\nconfidence = "sure"', "'confidence' is wrong: invalid enum value 'sure'\n  Give one of: certain, likely, guess.", id="no such confidence"),
        pytest.param('[[exceptions]]\nrule = "a/b"', "'exceptions' is not a known list of tables\n  Did you mean 'exception'?", id="the name of a table, misspelt"),
        pytest.param('[override]\nrule = "a/b"', "Write [[override]] instead", id="one table"),
        pytest.param("clean = true", "'clean' is outside of a table\n  Write it into the table of a command", id="an option without its command"),
        pytest.param("[clean", "is not TOML", id="no TOML"),
    ],
)  # fmt: skip
def test_config_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "copydesk.toml").write_text(text + "\n")
    with pytest.raises(PackError) as error:
        read_config(tmp_path)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "given", ['publisher = "bbc"', 'publisher = "postmedia"', f'line = "{LINE}"', 'line = "5f1d09c2"']
)
def test_exception_that_can_hold_is_read(tmp_path: Path, given: str) -> None:
    (tmp_path / "copydesk.toml").write_text(ENDS + given)
    assert len(read_config(tmp_path).exceptions(date(2029, 1, 1))) == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param("classifier/furniture", "is not a rule, so it has no confidence", id="the classifier"),
        pytest.param("classifier/*", "is not a rule, so it has no confidence", id="by a pattern"),
        pytest.param("core/raed-more", "no rule has this id\n  Did you mean 'core/read-more'?", id="no rule"),
        pytest.param("core/read-more", "", id="keeps: a rule"),
        pytest.param("*", "", id="keeps: all rules"),
    ],
)
def test_override_of_what_has_no_confidence_is_refused(run: Run, tmp_path: Path, rule: str, said: str) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "copydesk.toml").write_text(
        f'[[override]]\nrule = "{rule}"\nconfidence = "likely"\nreason = "x"\nuntil = 2999-01-01\n'
    )
    result = run("clean", "a.txt")
    assert result.code == (2 if said else 0) and said in result.err


def test_exception_from_a_rule_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "copydesk.toml").write_text(
        '[[exception]]\nrule = "core/raed-more"\nreason = "x"\nuntil = 2999-01-01\n'
    )
    result = run("clean", "a.txt")
    assert result.code == 2
    assert "core/raed-more: no rule has this id\n  Did you mean 'core/read-more'?" in result.err


PACK = (
    '[pack]\nid = "mine"\nversion = "1"\n[[rule]]\nid = "a"\ntitle = "t"\nkind = "link"\nwhy = "w"\n'
    'match.exact = ["Another line."]\ndrops = ["Another line."]\nkeeps = ["y"]\n'
)
OTHER_USER = 65534
OWNERS = [pytest.param(OTHER_USER, 0o644, 0o755, "it belongs to another user", id="of another user")] * (
    os.geteuid() == 0
)


@pytest.mark.parametrize(
    ("owner", "mode", "folder_mode", "said"),
    [
        pytest.param(None, 0o644, 0o755, "", id="obeyed"),
        pytest.param(None, 0o666, 0o755, "other users may write to it", id="that others may write"),
        pytest.param(
            None, 0o644, 0o777, "other users may write to its folder", id="in a folder that others may write to"
        ),
        *OWNERS,
    ],
)
@pytest.mark.parametrize("name", ["copydesk.toml", "pyproject.toml"])
def test_r7_a_config_that_others_may_have_written_is_not_obeyed(
    run: Run, tmp_path: Path, name: str, owner: int | None, mode: int, folder_mode: int, said: str
) -> None:
    config = tmp_path / "shared" / name
    (tmp_path / "shared" / "me").mkdir(parents=True)
    config.write_text(
        "[tool.copydesk.clean]\nquiet = true\n" if name == "pyproject.toml" else "[clean]\nquiet = true\n"
    )
    config.chmod(mode)
    config.parent.chmod(folder_mode)
    if owner:
        os.chown(config, owner, owner)
    (tmp_path / "a.txt").write_text(STORY)
    os.chdir(tmp_path / "shared" / "me")
    done = run("clean", "../../a.txt")
    assert (done.code, "the books balance" in done.err) == (0, bool(said))
    assert not said or f"{config}: is not used, since {said}\n  Use it with --config" in done.err
    named = run("--config", config, "clean", "../../a.txt")
    assert (named.code, named.err) == (0, "")
    assert run("--no-config", "clean", "../../a.txt").err.startswith("1 document")


def test_r7_a_config_that_an_access_control_list_opens_to_others_is_not_obeyed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "copydesk.toml").write_text("[clean]\nquiet = true\n")
    (tmp_path / "copydesk.toml").chmod(0o664)
    tmp_path.chmod(0o755)
    (tmp_path / "a.txt").write_text(STORY)
    monkeypatch.setattr("etl.config._is_own_group", lambda number: True)
    assert run("clean", "a.txt").err == ""
    monkeypatch.setattr(os, "listxattr", lambda path: ["security.selinux", "system.posix_acl_access"])
    assert "copydesk.toml: is not used, since other users may write to it" in run("clean", "a.txt").err


def test_r7_a_config_ends_at_the_root_of_the_repository(run: Run, tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text("[clean]\nquiet = true\n")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "a.txt").write_text(STORY)
    os.chdir(tmp_path / "repository")
    assert "the books balance" in run("clean", "a.txt").err


@pytest.mark.parametrize(
    ("option", "said"),
    [
        pytest.param("threshold = 2020-01-01", "'threshold' is not a string or a number", id="a date for a number"),
        pytest.param("threshold = [1]", "'threshold' is not a string or a number", id="a list for a number"),
        pytest.param("select = [1]", "'select' is not a list of strings", id="numbers for names"),
        pytest.param("quiet = 5", "'quiet' is not true or false", id="a number for a flag"),
        pytest.param('rules = ["a\\u0000b"]', "'rules' is not text: it holds the character NUL", id="NUL in a path"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(run: Run, tmp_path: Path, option: str, said: str) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "copydesk.toml").write_text(f"[clean]\n{option}\n")
    done = run("clean", "a.txt")
    assert (done.code, f"copydesk.toml:2:1: {said}" in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    ("name", "config", "line"),
    [
        pytest.param("copydesk.toml", "[clean]\nignor = 'npr'\n", 2, id="first table"),
        pytest.param("copydesk.toml", "[clean]\nquiet = true\n\n[check]\nignor = 'npr'\n", 5, id="second table"),
        pytest.param(
            "pyproject.toml", "[project]\nname = 'x'\n[tool.copydesk.clean]\nignor = 'npr'\n", 4, id="pyproject"
        ),
        pytest.param(
            "copydesk.toml",
            "[[exception]]\nrule = 'core/*'\nline = 'x'\nreason = 'y'\nuntil = 2099-01-01\n\n[clean]\nignor = 'npr'\n",
            8,
            id="below an exception",
        ),
    ],
)
def test_an_unknown_option_is_named_with_its_line(run: Run, tmp_path: Path, name: str, config: str, line: int) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / name).write_text(config)
    done = run("clean", "a.txt")
    assert (done.code, f"{name}:{line}:1: " in done.err, "Did you mean 'ignore'?" in done.err) == (2, True, True), (
        done.err
    )


def test_an_unknown_command_is_named_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text("[common]\n\n[claen]\nprofile = 'hard'\n")
    assert "copydesk.toml:3:1: [claen] is not a command\n  Did you mean 'clean'?" in run("clean", "a.txt").err


@pytest.mark.parametrize("key", ['output = "o.jsonl"', "force = true"])
def test_r7_where_output_goes_is_not_for_a_config(run: Run, tmp_path: Path, key: str) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "copydesk.toml").write_text(f"[clean]\n{key}\n")
    done = run("clean", "a.txt")
    assert (done.code, "copydesk.toml:2:1: " in done.err, "command line alone" in done.err) == (2, True, True)
    assert not (tmp_path / "o.jsonl").exists()


def test_r7_packs_of_a_config_are_meant_from_its_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PACK)
    (tmp_path / "copydesk.toml").write_text('[clean]\nrules = ["mine.toml"]\n')
    (tmp_path / "below").mkdir()
    for folder in (tmp_path, tmp_path / "below"):
        (folder / "a.txt").write_text("A first line of the story.\n\nAnother line.\n")
        os.chdir(folder)
        assert "Another line" not in run("clean", "a.txt", "-q").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--config", "none.toml"], "none.toml: cannot be read", id="not there"),
        pytest.param(["--config", "pyproject.toml"], "has no table [tool.copydesk]", id="nothing for copydesk"),
        pytest.param(["--config", "pyproject.toml", "--no-config"], "contradicts --config", id="both"),
    ],
)
def test_a_config_that_is_named_must_be_one(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    done = run(*words, "rules", "list")
    assert (done.code, said in done.err) == (2, True)


def test_a_number_in_a_config_does_not_hide_another_fault(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "copydesk.toml").write_text('[clean]\nthreshold = 0.5\n\n[check]\nmax = ["x=1"]\n')
    done = run("check", "a.txt")
    assert (done.code, "internal error" in done.err) == (2, False)
