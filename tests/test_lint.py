"""Lint: what is wrong with a regex by its shape, what it is slow on, and how findings are told."""

import re
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import pytest

from etl.lint import CODES, Finding, lint
from etl.lint.redos_search import WAIT, Target, under_attack, wait_for
from etl.lint.static_checks import shape_faults
from etl.lint.tree import parts

FLAGS = re.DOTALL | re.IGNORECASE

# The five that must be refused whatever else changes.
REFUSED = [r"(a+)+$", r"([a-z]+\s?)*:", r"([\w ]+,?)+ Getty", r"^(\w+,? ?)+$", r"(.*)*x"]


@pytest.mark.parametrize("regex", REFUSED)
def test_a_regex_that_can_stop_a_run_is_refused_by_shape_and_by_attack(regex: str) -> None:
    assert "R006" in shape_faults(regex, parts(regex, FLAGS))
    (worst,) = under_attack([Target(regex, FLAGS, is_searched=False)])
    assert worst.is_slow
    assert worst.line


@pytest.mark.parametrize(
    ("regex", "codes"),
    [
        pytest.param(r"(?:Photo: \w+ ?)+", ["R006"], id="turn that may end with or without a space"),
        pytest.param(r"Photos(?: \w+){1,3}", [], id="keeps: each turn begins with what no turn may hold"),
        pytest.param(r"Photo: (?:\w+ ?){1,40}", ["R006"], id="many turns"),
        pytest.param(r"Photo: (?:\w+ ?){1,4}", [], id="keeps: few turns"),
        pytest.param(r"Photo: (?:(?:\w+ )+,)+", [], id="keeps: nested, and parted by what neither takes"),
        pytest.param(r"Photo: (?:\w++ ?)+", [], id="keeps: possessive, gives nothing back"),
        pytest.param(r"Photo: (?>\w+ ?)+", [], id="keeps: atomic, gives nothing back"),
        pytest.param(r"Photo(?=(?:a+)+b)", ["R006"], id="in a look around"),
        pytest.param(r"Photo (.)(?:\1+)+", ["R006", "R010"], id="what a group took, over and over"),
        pytest.param(r"(Photo )?(?(1)(?:a+)+|Image)", ["R006", "R011"], id="in a branch that hangs on a group"),
        pytest.param(r"Photo: \w+ ?\w+", ["R007"], id="neighbours that take the same"),
        pytest.param(r"Photo: \w+ \w+", [], id="keeps: parted by a space"),
        pytest.param(r"Photo: \w+ ?\w{2,40}", [], id="keeps: one has a bound"),
        pytest.param(r".*/AFP Photo", ["R008"], id="begins with anything"),
        pytest.param(r"(?:.+|Photo) by Jane", ["R008"], id="may begin with anything"),
        pytest.param(r".{1,60}/AFP Photo", [], id="keeps: anything, with a bound"),
        pytest.param(r"\d+ shares", [], id="keeps: begins with figures"),
        pytest.param(r"Photo: .+", ["R010"], id="ends with anything"),
        pytest.param(r"Photo: [^.!?]{3,80}", [], id="keeps: ends with anything, with a bound"),
        pytest.param(r"\d+ [A-Z]{2}", ["R011"], id="no literal"),
        pytest.param(r"(?:Getty|A)", ["R011"], id="a choice of one letter"),
        pytest.param(r"(?:Getty|AP)", [], id="keeps: two letters in each choice"),
    ],
)
def test_shape(regex: str, codes: list[str]) -> None:
    assert list(shape_faults(regex, parts(regex, FLAGS))) == codes


@pytest.mark.parametrize(
    ("regex", "is_searched", "is_slow"),
    [
        pytest.param(r"[^.!?]{2,60}(?: ?[|/] ?[^.!?]{2,40}){0,3} ?(?:via |[|] ?)(?:AFP|AP)", False, True, id="bounded, and slow"),
        pytest.param(r"[^.!?|/]{2,60}(?: ?[|/] ?[^.!?|/]{2,40}){0,3} ?(?:via |[|] ?)(?:AFP|AP)", False, False, id="keeps: classes without their separators"),
        pytest.param(r"(?:a|a)+b", False, True, id="choices that take the same"),
        pytest.param(r"(?:Photo|Image)+b", False, False, id="keeps: choices that do not"),
        pytest.param(r"\w+: x", True, True, id="searched from every letter"),
        pytest.param(r"\b\w{1,40}: x", True, False, id="keeps: searched from every word"),
        pytest.param(r"\w+: x", False, False, id="keeps: fitted once"),
    ],
)  # fmt: skip
def test_attack(regex: str, is_searched: bool, is_slow: bool) -> None:
    (worst,) = under_attack([Target(regex, FLAGS, is_searched)])
    assert worst.is_slow == is_slow


def test_a_regex_that_does_not_come_back_is_stopped_and_the_others_are_tried() -> None:
    targets = [Target(regex, FLAGS, is_searched=False) for regex in ("(?:a?){90}x", "Photo: [A-Z]{2,3}")]
    endless, harmless = under_attack(targets, patience=5.0)
    assert (endless.is_slow, endless.line) == (True, "")
    assert not harmless.is_slow


def test_the_time_that_a_machine_sleeps_does_not_count() -> None:
    class Asleep:
        """A connection whose waits end late, with an answer after the third."""

        def __init__(self) -> None:
            self.waits = 0

        def poll(self, _seconds: float) -> bool:
            self.waits += 1
            return self.waits > 3

    assert wait_for(cast(Connection, Asleep()), 4 * WAIT) == (True, 3 * WAIT)
    assert wait_for(cast(Connection, Asleep()), 2 * WAIT) == (False, 2 * WAIT)


PACK = """\
[pack]
id = "mine"
version = "1.0.0"

[[rule]]
id = "photo-line"
title = "Photo line"
kind = "credit"
match.regex = 'Photo: [^.!?]{3,60}'
why = "The label of a picture's credit."
drops = ["Photo: Jane Roe"]
keeps = ["Photography is a craft."]
"""
RULE = PACK[PACK.index("\n[[rule]]") :]
REGEX = "Photo: [^.!?]{3,60}"


def findings(folder: Path, text: str) -> list[Finding]:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return lint([str(path)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(PACK, [], id="keeps: a rule that can be meant"),
        pytest.param(PACK.replace("match.", "mtach."), [":9:1: R001 'mtach' is not a key"], id="unknown key"),
        pytest.param(PACK.replace(REGEX, "(Photo"), [":9:7: R005 rule 'photo-line': 'regex' does not compile"], id="no regex"),
        pytest.param(PACK.replace(REGEX, "Photo: .+"), [":9:7: warning: R010 rule 'photo-line': 'regex' has an unbounded repeat"], id="warning"),
        pytest.param(PACK.replace("why", "where.max_words = 9\nwhy").replace(REGEX, "Photo: .+"), [], id="keeps: bounded by a guard"),
        pytest.param(PACK.replace("match.regex", "match.after.regex").replace(REGEX, r"\d{3}"), [], id="keeps: no literal in a neighbour"),
        pytest.param(PACK.replace(REGEX, "Photo: (a+)+"), [":9:7: R006 rule 'photo-line'", ":9:7: R009 rule 'photo-line': 'regex' "], id="slow"),
        pytest.param(PACK + RULE.replace("why", "wyh"), [":19:1: R001 'wyh'"], id="second rule"),
        pytest.param(PACK.replace("match.", "mtach.") + RULE.replace("why", "wyh"), [":9:1: R001", ":19:1: R001"], id="both rules"),
        pytest.param(PACK + RULE, [":15:1: R004 rule 'photo-line': 'id' is taken"], id="id that stands twice"),
        pytest.param(PACK.replace("[pack]", "[pakc]"), [":1:1: R001 'pakc' is not a key"], id="no pack"),
        pytest.param("[pack\n", [":1:6: is not TOML"], id="no TOML"),
    ],
)  # fmt: skip
def test_findings_of_a_pack(tmp_path: Path, text: str, said: list[str]) -> None:
    given = findings(tmp_path, text)
    found = [str(finding).removeprefix(f"{tmp_path}/mine.toml") for finding in given]
    assert len(found) == len(said)
    assert [(one, start) for one, start in zip(found, said, strict=True) if not one.startswith(start)] == []
    assert all(finding.way_out for finding in given)


def test_shipped_rules_have_no_errors() -> None:
    assert [str(finding) for finding in lint(()) if not finding.is_warning] == []


def test_every_code_is_on_the_page_of_rules() -> None:
    page = (Path(__file__).parent.parent / "docs/rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (R\d{3})", page, re.MULTILINE) == list(CODES)
    assert [code.fault for code in CODES.values() if code.fault not in page] == []
