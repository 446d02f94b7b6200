"""A pack that is hostile is refused with its place, or its rules are left out with a word: it never costs a run (R13)."""

import json
import time
from pathlib import Path

import pytest
from conftest import Run

from etl.errors import RegexTimeout
from etl.lint.redos_search import Target, under_attack
from etl.packs.load import MAX_RULES
from etl.rules.regexes.bounds import MAX_DEPTH, MAX_ITEMS, regex_fault
from etl.rules.regexes.budget import RULE_SECONDS, Budget
from etl.rules.regexes.compiled import TimedRegex

HEAD = '[pack]\nid = "mine"\nversion = "1"\n'
RULE = (
    '[[rule]]\nid = "{name}"\ntitle = "t"\nkind = "link"\nwhy = "w"\n'
    "match.regex = '''{regex}'''\ndrops = [\"x\"]\nkeeps = [\"y\"]\n"
)


def pack(*regexes: str) -> str:
    return HEAD + "".join(RULE.format(name=f"r{number}", regex=regex) for number, regex in enumerate(regexes))


@pytest.mark.parametrize(
    ("regex", "fault"),
    [
        pytest.param("(" * 3000 + "a" + ")" * 3000, "nests groups more than 50 deep", id="3,000 parentheses"),
        pytest.param("a{99999999999}", "a repetition number is too large", id="a number beyond 64 bits"),
        pytest.param("a{4294967294}", "has 4,294,967,294 items", id="the largest number that parses"),
        pytest.param("((a{1000}){1000}){1000}", "has 1,000,000,000 items", id="repeats of repeats"),
        pytest.param("(?=(a{9000}))b", "has 9,001 items", id="within a look ahead"),
        pytest.param("a" * 30_000, "has 30,000 characters", id="a very long one"),
        pytest.param("(a", "does not compile: missing )", id="no regex"),
        pytest.param(
            "(?a)(?u)a", "does not compile: ASCII and UNICODE flags are incompatible", id="two kinds of letters"
        ),
        pytest.param("(?<=a{1,99})b", "has a look-behind without a fixed length", id="behind a repeat"),
        pytest.param("x(?:y|(?<!a|bc)d)", "has a look-behind without a fixed length", id="behind a choice, within"),
        pytest.param("(?<=(?=a*)b)(?<!\\w{4})c", "", id="behind texts of fixed lengths"),
        pytest.param("(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1), "", id="as deep as may be"),
        pytest.param(f"a{{{MAX_ITEMS}}}", "", id="as large as may be"),
        pytest.param("a{0,60000}", "", id="many turns that need not be"),
    ],
)
def test_bounds_of_a_regex(regex: str, fault: str) -> None:
    found = regex_fault(regex)
    assert (fault in found) if fault else not found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(pack("a", "a{4294967294}").encode(), "p.toml:17:7: R005 rule 'r1': 'regex' has 4,294,967,294", id="a large repeat"),
        pytest.param(pack("(" * 3000 + "a" + ")" * 3000).encode(), "p.toml:9:7: R005 rule 'r0'", id="3,000 parentheses"),
        pytest.param((HEAD + "x = " + "[" * 100_000).encode(), "p.toml: is nested more than", id="100,000 brackets"),
        pytest.param((HEAD + "x = " + "[" * 100 + "]" * 100).encode(), "p.toml: is nested more than", id="100 brackets that close"),
        pytest.param((".".join(["a"] * 20_000) + " = 1\n").encode(), "p.toml: is nested more than", id="a key of 20,000 parts"),
        pytest.param((HEAD + "x = [0x" + "f" * 9_000 + "]").encode(), "p.toml: is not TOML: an integer", id="an integer of 9,000 digits"),
        pytest.param(("x = " + "9" * 100_000 + "\n").encode(), "p.toml: is not TOML", id="a number of 100,000 figures"),
        pytest.param(("[pack]\n" + "k" * 100_000 + " = 1\n").encode(), "is not a key", id="a key of 100,000 letters"),
        pytest.param(b"\xff\xfe", "p.toml: cannot be read", id="no UTF-8"),
        pytest.param(b"#" * (5 << 20), "p.toml: has more than 4 MiB", id="5 MiB"),
        pytest.param(pack(*["a"] * (MAX_RULES + 1)).encode(), f"is rule {MAX_RULES + 1:,}", id="too many rules"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "words", [("clean", "a.txt", "-n", "-r", "p.toml"), ("rules", "lint", "p.toml")], ids=["clean", "lint"]
)
def test_a_hostile_pack_is_refused_with_its_place(
    run: Run, tmp_path: Path, words: list[str], body: bytes, said: str
) -> None:
    (tmp_path / "a.txt").write_text("One.\n")
    (tmp_path / "p.toml").write_bytes(body)
    done = run(*words)
    assert done.code in (1, 2)
    assert said in done.out + done.err
    assert "Traceback" not in done.err and len(done.err) < 2000


def test_a_folder_without_packs_and_a_pipe_are_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One.\n")
    (tmp_path / "rules").mkdir()
    for name, said in (("rules", "rules: holds no pack"), ("/dev/zero", "/dev/zero: is not a regular file")):
        done = run("clean", "a.txt", "-n", "-r", name)
        assert (done.code, said in done.err) == (2, True)


def test_the_time_of_a_rule_is_counted_in_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(pack("(a|aa)+$", "sign up"))
    lines = ["a" * 29 + "!" * (number + 1) for number in range(80)]  # each takes less than a second
    (tmp_path / "a.txt").write_text("\n\n".join([*lines, "Sign up", "The end of it."]) + "\n")
    start = time.process_time()
    done = run("clean", "a.txt", "-r", "p.toml", "--dedup", "off", "-q", "-j", "1")
    assert time.process_time() - start < 15
    assert (done.code, "left out mine/r0" in done.err) == (0, True)
    assert "Sign up" not in json.loads(done.out)["text"]


def test_what_a_rule_may_spend_grows_with_its_texts() -> None:
    def spend(seconds: float) -> None:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    budget = Budget()
    with budget.of("mine/a", "a" * 1_000_000):  # five seconds' worth
        spend(0.2)
    for _ in range(10):
        with budget.of("mine/a", "short"):
            spend(RULE_SECONDS / 10)
    budget.renew()
    with pytest.raises(RegexTimeout, match="mine/a: takes more than 2 s in all"):
        for _ in range(12):
            with budget.of("mine/a", "short"):
                spend(RULE_SECONDS / 10)


def test_a_pack_of_many_slow_rules_is_left_out_as_a_whole(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(pack(*[f"(a|aa)+[^ab]{{{number}}}" for number in range(1, 6)]))
    (tmp_path / "a.txt").write_text("a" * 60 + "b\n")
    done = run("clean", "a.txt", "-r", "p.toml", "-q")
    assert (done.code, "left out mine/*" in done.err) == (0, True)


def test_a_regex_that_is_not_tried_is_named() -> None:
    target = Target("(a|aa)+$", 0, is_searched=False)
    found = list(under_attack([target, target], patience=0.0, total=0.0))
    assert [(worst.is_untried, worst.is_slow) for worst in found] == [(True, True)] * 2


def test_regexes_of_users_are_timed() -> None:
    assert TimedRegex("a+", 0, "mine/a").fullmatch("aaa")


def test_a_pack_and_a_config_may_begin_with_a_bom(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The president spoke on Monday.\n\nSign up\n\nHe spoke again on Tuesday.\n")
    (tmp_path / "p.toml").write_text("\ufeff" + pack("sign up"))
    (tmp_path / "copydesk.toml").write_text('\ufeff[clean]\nrules = ["p.toml"]\nonly-rules = true\n')
    done = run("clean", "a.txt", "-q")
    assert (done.code, "Sign up" in done.out, "president" in done.out) == (0, False, True), done.err


PACK = """\
[pack]
id = "mine"
version = "1.0.0"
[[rule]]
id = "top"
title = "The top line"
kind = "notice"
why = "It is noise."
match.exact = ["Zz top line"]
drops = ["Zz top line"]
keeps = ["Zz is no line"]
"""


def test_linked_packs_and_folders_are_read_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere" / "deep" / "mine.toml").write_text(PACK)
    (tmp_path / "packs" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "packs")
    listed = run("rules", "list", "-r", "packs", "--only-rules")
    assert (listed.code, listed.out.count("mine/top")) == (0, 1)


@pytest.mark.parametrize("target", ["nowhere.toml", "odd.toml"], ids=["to nothing", "to itself"])
def test_a_link_that_leads_nowhere_is_a_wrong_pack_and_no_fault_of_the_machine(
    run: Run, tmp_path: Path, target: str
) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "odd.toml").symlink_to(target)
    found = run("rules", "list", "-r", "packs")
    assert found.code == 2 and "packs/odd.toml: cannot be read" in found.err
