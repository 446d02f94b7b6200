"""Packs are checked: an error names the place, the fault and the way out."""

from pathlib import Path

import pytest
from msgspec import structs

from etl.errors import CopydeskError, PackError, UsageError
from etl.examples import failures
from etl.packs import Selection, check, compile_rules, known_publishers, load_rules, selected

GOOD = """\
[pack]
id = "mine"
version = "1.0.0"

[[rule]]
id = "photo-line"
title = "Photo line"
kind = "credit"
match.prefix = ["Photo:"]
why = "The label of a picture's credit."
drops = ["Photo: Jane Roe"]
keeps = ["Photography is a craft."]
"""


def pack(folder: Path, text: str) -> Selection:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return Selection(packs=(str(path),), only=True)


def test_a_good_pack_is_loaded_and_its_examples_hold(tmp_path: Path) -> None:
    selection = pack(tmp_path, GOOD)
    assert [sourced.name for sourced in load_rules(selection)] == ["mine/photo-line"]
    assert list(failures(selection)) == []


def test_a_rule_that_matches_what_another_pack_keeps_is_the_one_to_mend(tmp_path: Path) -> None:
    wide = GOOD.replace('match.prefix = ["Photo:"]', 'match.prefix = ["Photo:", "Sponsored by"]')
    selection = structs.replace(pack(tmp_path, wide), only=False)
    (failure,) = [one for one in failures(selection) if one.sourced.name == "core/ad-label"]
    assert failure.way_out == "Make mine/photo-line narrower with `where` or `unless`: such a line must stay."


def test_examples_of_selected_rules_are_judged_by_all_rules() -> None:
    """A list begins below what a rule of another pack names."""
    assert list(failures(Selection(select=("core/list-below-last",)))) == []


@pytest.mark.parametrize(
    ("wrong", "right", "place", "said"),
    [
        pytest.param("match.prefix", "mtach.prefix", ":9:1", "R001 'mtach' is not a key\n  Did you mean 'match'?", id="unknown key"),
        pytest.param('kind = "credit"\n', "", ":5:1", "R002 'kind' is missing", id="missing key"),
        pytest.param('why = "The label of a picture\'s credit."\n', "", ":5:1", "R002 'why' is missing\n  Say in one", id="missing why"),
        pytest.param('["Photo:"]', '"Photo:"', ":9:7", "R003 'prefix' is wrong: expected a list, got a string\n  Write prefix = [\"…\"].", id="wrong type"),
        pytest.param('match.prefix = ["Photo:"]', 'match.after = "Photo:"', ":9:7", "R003 'after' is wrong: expected a table, got a string\n  Write after = { … }.", id="no table"),
        pytest.param('kind = "credit"', 'kind = "credit"\nsince = 1.2', ":9:1", "'since' is wrong: expected a string, got a number\n  Write it in quotes.", id="no string"),
        pytest.param('kind = "credit"', 'kind = "photo"', ":8:1", "R003 'kind' is wrong: invalid enum value 'photo'", id="unknown kind"),
        pytest.param('match.prefix = ["Photo:"]', "match.regex = '([unclosed'", ":9:7", "R005 rule 'photo-line': 'regex' does not compile", id="regex that does not compile"),
        pytest.param('match.prefix = ["Photo:"]', "match.case = true", ":9:1", "'match' has no condition", id="match of nothing"),
        pytest.param('drops = ["Photo: Jane Roe"]\n', "", ":5:1", "'drops' is missing", id="missing drops"),
        pytest.param('keeps = ["Photography is a craft."]', "keeps = []", ":12:1", "'keeps' is empty", id="no keeps"),
        pytest.param('kind = "credit"', 'kind = "credit"\nscope.publisher = ["guardain"]', ":9:7", "Did you mean 'guardian'?", id="unknown publisher"),
        pytest.param('match.prefix = ["Photo:"]', 'match.after.rule = ["mine/photo"]', ":9:13", "Did you mean 'mine/photo-line'?", id="unknown rule"),
        pytest.param('match.prefix = ["Photo:"]', "match.headline = true", ":9:1", "describes a neighbour", id="neighbour's mark on the block"),
        pytest.param(GOOD, "", ":1:1", "R002 'pack' is missing\n  Begin the file with a [pack] table", id="empty file"),
        pytest.param("[pack]", "[pack", ":1:6", "is not TOML", id="syntax"),
    ],
)  # fmt: skip
def test_an_error_names_place_fault_and_way_out(tmp_path: Path, wrong: str, right: str, place: str, said: str) -> None:
    selection = pack(tmp_path, GOOD.replace(wrong, right))
    with pytest.raises(PackError) as raised:
        compile_rules(selection)
    message = str(raised.value)
    assert message.startswith(f"{selection.packs[0]}{place}: ")
    assert said in message
    assert len(message.splitlines()) <= 3


def test_an_id_may_stand_once(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("\n[[rule]]") :]
    with pytest.raises(PackError, match=r"R004 rule 'photo-line': 'id' is taken: it is in .*mine\.toml:5"):
        compile_rules(pack(tmp_path, twice))


@pytest.mark.parametrize(
    ("wrong", "right", "fault"),
    [
        pytest.param("Photo: Jane Roe", "Foto: Jane Roe", "does not match: the condition match does not hold", id="drops that is kept"),
        pytest.param("[pack]", "[pack]", "", id="keeps: all hold"),
        pytest.param('"Photo: Jane Roe"]', '"Photo: Jane Roe"]\nwhere.min_words = 4', "does not match: the condition where.min_words = 4 does not hold", id="a guard that is in the way"),
        pytest.param('"Photo: Jane Roe"', '"They marched.\\n\\n>Foto: Jane Roe<"', "does not match: the condition match does not hold: Foto: Jane Roe", id="one block of several"),
        pytest.param("Photography is", "Photo: a craft is", "is matched by mine/photo-line", id="keeps that is dropped"),
        pytest.param('"Photo: Jane Roe"', '">Photo: Jane Roe<\\n\\nPhoto: John Doe"', "also matches: Photo: John Doe", id="more than is marked"),
    ],
)  # fmt: skip
def test_an_example_that_does_not_hold_is_told(tmp_path: Path, wrong: str, right: str, fault: str) -> None:
    assert [failure.fault for failure in failures(pack(tmp_path, GOOD.replace(wrong, right)))] == [fault] * bool(fault)


REPLACE = """\
[pack]
id = "mine"
version = "1.0.0"

[[rule]]
id = "zero-src"
title = "'src' for 0"
action = "replace"
kind = "glitch"
match.regex = '(?<=\\d)src'
becomes = "0"
why = "An aggregator renamed it."
turns = [["25 August 2src2src.", "25 August 2020."]]
keeps = ["The src attribute"]
"""


@pytest.mark.parametrize(
    ("wrong", "right", "faults"),
    [
        pytest.param("", "", [], id="holds"),
        pytest.param('becomes = "0"', 'becomes = "O"', ["turns into: 25 August 2O2O."], id="turns otherwise"),
        pytest.param('"The src attribute"', '"a 2src"', ["turns into: a 20"], id="keeps that is turned"),
    ],
)
def test_examples_of_a_repair(tmp_path: Path, wrong: str, right: str, faults: list[str]) -> None:
    selection = pack(tmp_path, REPLACE.replace(wrong, right) if wrong else REPLACE)
    assert [failure.fault for failure in failures(selection)] == faults


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        pytest.param("match.regex = '(?<=\\d)src'", 'match.exact = ["src"]', "must be one regex", id="no regex"),
        pytest.param('turns = [["25 August 2src2src.", "25 August 2020."]]\n', "", "'turns' is missing", id="no turns"),
        pytest.param('becomes = "0"', 'becomes = "0\\n"', "holds a line break", id="line break"),
        pytest.param('becomes = "0"', "becomes = '0\\n'", "holds a line break", id="line break of a template"),
        pytest.param('becomes = "0"', "becomes = '\\9'", "is no template: invalid group reference", id="no such group"),
        pytest.param('becomes = "0"', "becomes = '\\q'", "is no template: bad escape", id="no such escape"),
        pytest.param(
            'becomes = "0"',
            "becomes = '\\g<0>\\g<0>\\g<0>\\g<0>\\g<0>\\g<0>'",
            "has more than 5 groups",
            id="text that grows by groups",
        ),
        pytest.param(
            'becomes = "0"', f'becomes = "{"0" * 201}"', "has more than 200 characters", id="a text that grows"
        ),
    ],
)
def test_a_repair_that_cannot_be_meant(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    with pytest.raises(PackError, match=said):
        compile_rules(pack(tmp_path, REPLACE.replace(wrong, right)))


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        pytest.param(Selection(only=True), "no rule is selected", id="none at all"),
        pytest.param(Selection(ignore=("*",)), "no rule is selected", id="all ignored"),
        pytest.param(Selection(select=("core/read-mroe",)), "Did you mean 'core/read-more'?", id="misspelt"),
        pytest.param(Selection(packs=("nowhere.toml",)), "there is no such pack", id="no such pack"),
        pytest.param(Selection(packs=("",)), "is no name of a pack", id="a name that is empty"),
    ],
)
def test_a_selection_that_cannot_be_meant(selection: Selection, said: str) -> None:
    with pytest.raises(CopydeskError) as raised:
        selected(selection)
    assert said in str(raised.value)
    assert isinstance(raised.value, PackError | UsageError)


def test_profiles_are_steps() -> None:
    names = {
        profile: {one.name for one in selected(Selection(profile=profile))}
        for profile in ("careful", "standard", "hard")
    }
    assert names["careful"] < names["standard"] <= names["hard"]


@pytest.mark.parametrize("name", ["bbc news", "theguardian.com", "reuters", "npr"])
def test_publishers_are_known_by_name_and_domain(name: str) -> None:
    assert known_publishers()[name].name


@pytest.mark.slow
def test_shipped_rules_can_be_meant() -> None:
    check(load_rules(Selection()))


@pytest.mark.slow
def test_shipped_rules_hold_their_examples() -> None:
    assert [(failure.sourced.name, failure.example, failure.fault) for failure in failures(Selection())] == []
