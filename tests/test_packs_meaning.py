"""Rules that have the right shape and cannot be meant are refused, with place, fault and way out."""

from pathlib import Path

import pytest
from conftest import Run

from etl.errors import PackError
from etl.examples import failures
from etl.lint import lint
from etl.packs import Selection, advice, desk, load_rules, selected

PACK = """\
[pack]
id = "mine"
version = "1.2.0"

[[rule]]
id = "a"
title = "A rule"
kind = "notice"
why = "A reason."
drops = ["Photo: Jane Roe"]
keeps = ["Photography is a craft."]
"""
PREFIX = 'match.prefix = ["Photo:"]\n'


def pack(folder: Path, text: str) -> Selection:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return Selection(packs=(str(path),), only=True, profile="hard")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param('action = "extract"\nmatch.regex = "By .{3,40}"', "R003 rule 'a': 'field' is missing: no field is filled", id="extract without a field"),
        pytest.param('action = "extract"\nfield = "auhtor"\n' + PREFIX, "'field' is wrong: invalid enum value 'auhtor'", id="extract into no field"),
        pytest.param('field = "author"\n' + PREFIX, "'field' is not asked of a rule with the action drop", id="field of a rule that drops"),
        pytest.param('becomes = "x"\n' + PREFIX, "'becomes' is not asked of a rule with the action drop", id="becomes of a rule that drops"),
        pytest.param('turns = [["a", "b"]]\n' + PREFIX, "'turns' is not asked", id="turns of a rule that drops"),
        pytest.param('action = "drop-span"\n' + PREFIX, "'match' of a drop-span rule is one between", id="drop-span without between"),
        pytest.param('action = "start-article"\n' + PREFIX, "'match' of a start-article rule is labels or a regex", id="start-article by its prefix"),
        pytest.param('action = "start-article"\nmatch.exact = ["* * *"]\nwhere.max_words = 3', "'where' is not asked of a start-article rule", id="start-article with a guard"),
        pytest.param('action = "start-article"\nmatch.regex = "From @publisher"', "'regex' of a start-article rule names @publisher", id="start-article of a publisher"),
        pytest.param('action = "strip"\nmatch.regex = "AD"\nmatch.prefix = ["x"]\nturns = [["a", "b"]]', "'match' of a strip rule is one regex", id="strip by a prefix"),
        pytest.param("match.near = { share = 0.9 }", "'within' is missing", id="near without within"),
        pytest.param("match.near = { within = 2, share = 9 }", "'share' is wrong: expected `float` <= 1.0", id="near with a share over 1"),
        pytest.param("match.recurs = { least = 20 }", "'recurs' asks for nothing", id="recurs without a number"),
        pytest.param("match.recurs = { documents = 1 }", "'documents' is wrong: expected `int` >= 2", id="recurs in one document"),
        pytest.param('match.css = ["p:first-child"]', "'css' is not understood at 'p:first-child'", id="css that a path cannot answer"),
        pytest.param('match.not = [{ prefix = ["Photo"] }]', "'match' asks for nothing", id="not alone"),
        pytest.param("match.all = [{ case = true }]\n" + PREFIX, "'match' has a part that asks for nothing", id="all of nothing"),
        pytest.param("match.after = { within = 2 }\n" + PREFIX, "'match' has a part that asks for nothing", id="after nothing"),
        pytest.param("match.any = [{ headline = true }]", "'match' asks for a neighbour's mark", id="headline of the block itself"),
        pytest.param('match.all = [{ all = [{ prefix = ["x"] }] }]', "'all' is no key", id="two levels deep"),
        pytest.param("unless = { keeps = [] }\n" + PREFIX, "'unless' has no keeps", id="unless without keeps"),
        pytest.param('unless = { keeps = ["x"] }\n' + PREFIX, "'unless' asks for nothing", id="unless of nothing"),
        pytest.param('unless = { prefix = ["x"] }\n' + PREFIX, "'keeps' is missing", id="unless with no keeps at all"),
        pytest.param('scope.date = { from = "2020", to = "2013" }\n' + PREFIX, "'date' ends before it begins", id="dates the wrong way around"),
        pytest.param('scope.date = { since = "2020" }\n' + PREFIX, "'since' is no key", id="a key as the code calls it"),
        pytest.param('scope.date = { from = "May 2020" }\n' + PREFIX, "'from' is wrong", id="no date"),
        pytest.param('scope.language = ["German"]\n' + PREFIX, "'language' is wrong", id="no language code"),
        pytest.param('until = "2.0.0"\n' + PREFIX, "'until' is for a rule that is deprecated", id="until without deprecated"),
        pytest.param('severity = "fatal"\n' + PREFIX, "'severity' is wrong: invalid enum value 'fatal'", id="no severity"),
        pytest.param('aliases = ["a"]\n' + PREFIX, "", id="keeps: an alias that is the name itself"),
        pytest.param(PREFIX, "", id="keeps: a rule that can be meant"),
    ],
)  # fmt: skip
def test_misuse_is_named(tmp_path: Path, rule: str, said: str) -> None:
    selection = pack(tmp_path, PACK + rule)
    if not said:
        assert desk(selection)
        return
    with pytest.raises(PackError) as raised:
        desk(selection)
    assert said in str(raised.value)
    assert raised.value.place.startswith(selection.packs[0])


SECOND = PACK[PACK.index("\n[[rule]]") :].replace('"a"', '"b"') + PREFIX


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        pytest.param('aliases = ["b"]\n', "", "R004 rule 'b': 'id' is taken", id="an old name that is another's name"),
        pytest.param('aliases = ["c"]\n', 'aliases = ["mine/c"]\n', "R004 rule 'b': 'aliases' is taken", id="an old name of two"),
        pytest.param('action = "tag"\n', 'match.after.rule = ["mine/a"]\n', "'rule' names 'mine/a', which takes no block", id="a rule that only tags as neighbour"),
        pytest.param('aliases = ["c"]\n', 'match.after.rule = ["mine/c"]\n', "", id="keeps: an old name of a neighbour"),
    ],
)  # fmt: skip
def test_names_that_clash(tmp_path: Path, first: str, second: str, said: str) -> None:
    selection = pack(tmp_path, PACK + PREFIX + first + SECOND + second)
    if not said:
        assert load_rules(selection)
        return
    with pytest.raises(PackError) as raised:
        load_rules(selection)
    assert said in str(raised.value)


REJECT = 'action = "reject"\n' + PREFIX
OLD = 'deprecated = "mine/b names it."\n' + PREFIX


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        pytest.param(REJECT, ["R012"], id="reject without a guard"),
        pytest.param(REJECT + "where.max_article_words = 40\n", [], id="keeps: reject with a guard"),
        pytest.param(OLD + 'until = "1.2"\n', ["R013"], id="a deprecated rule that should be gone"),
        pytest.param(OLD + 'until = "1.10.0"\n', [], id="keeps: one that has time"),
        pytest.param("match.regex = 'Photo: @publisher'\n", [], id="keeps: a publisher in a regex"),
        pytest.param("match.regex = '@publisher (?:a+)+'\n", ["R006", "R009"], id="a nest beside a publisher"),
    ],
)
def test_findings_of_lint(tmp_path: Path, rule: str, codes: list[str]) -> None:
    (path,) = pack(tmp_path, PACK + rule).packs
    assert [finding.fault.split()[0] for finding in lint([path])] == codes


UNLESS = 'unless = { contains = ["craft"], keeps = ["Photo: a craft"] }\n'


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        pytest.param(PREFIX + UNLESS, [], id="unless holds"),
        pytest.param(PREFIX + UNLESS.replace("Photo: a craft", "A craft"), ["is not named without 'unless' either"], id="keeps that need no unless"),
        pytest.param(PREFIX + UNLESS.replace("Photo: a craft", "Photo: Jane Roe"), ["is named by mine/a: Photo: Jane Roe", "is not named without 'unless' either"], id="keeps that unless does not hold"),
        pytest.param(PREFIX + 'action = "tag"', [], id="tag"),
        pytest.param(PREFIX + 'scope = { language = ["de"], date = { to = "2016" } }', [], id="examples are in scope"),
        pytest.param("match.regex = 'Photo: (?P<author>.{3,40})'\naction = \"extract\"\nturns = [[\"Photo: Jane Roe\", \"author: Jane Roe\"]]", [], id="extract turns into its fields"),
        pytest.param("match.prefix = [\"Photo:\"]\nfield = \"author\"\naction = \"extract\"\nturns = [[\"Photo: Jane Roe\", \"author: Jane Roe\"]]", ["turns into: author: Photo: Jane Roe"], id="extract turns otherwise"),
    ],
)  # fmt: skip
def test_examples(tmp_path: Path, rule: str, faults: list[str]) -> None:
    assert [failure.fault for failure in failures(pack(tmp_path, PACK + rule))] == faults


SPAN = 'action = "drop-span"\nmatch.between = { start = { exact = ["Share"] }, end = { exact = ["Copy link"] }, max_blocks = 2 }'


@pytest.mark.parametrize(
    ("drops", "rule"),
    [
        pytest.param("They left.\\n\\n>Share\\n\\nTweet\\n\\nCopy link<\\n\\nThey stayed.", SPAN, id="a span of blocks"),
        pytest.param("<div.share/p>Photo", 'match.css = ["div.share > p"]', id="the path of an element"),
        pytest.param("They left.\\n\\n>* * *<\\n\\nThey stayed.", 'action = "start-article"\nmatch.exact = ["* * *"]', id="two stories"),
    ],
)  # fmt: skip
def test_examples_of_several_blocks(tmp_path: Path, drops: str, rule: str) -> None:
    assert list(failures(pack(tmp_path, PACK.replace("Photo: Jane Roe", drops) + rule))) == []


def test_a_rule_is_chosen_by_its_old_names(tmp_path: Path, run: Run) -> None:
    selection = pack(tmp_path, PACK + PREFIX + 'aliases = ["photo", "old/photo"]\n' + SECOND)
    for name in ("mine/photo", "old/photo", "mine/a"):
        chosen = Selection(packs=selection.packs, only=True, select=(name,))
        assert [one.name for one in selected(chosen)] == ["mine/a"]
        assert list(advice(chosen)) == ([] if name == "mine/a" else [f"{name} is called mine/a now"])
    shown = run("rules", "show", "old/photo", "-r", *selection.packs)
    assert shown.out.startswith("mine/a 1.2.0: A rule")
    assert "once called photo, old/photo" in shown.out


def test_a_deprecated_rule_is_told_when_it_is_asked_for(tmp_path: Path, run: Run) -> None:
    selection = pack(tmp_path, PACK + OLD + SECOND)
    words = ("rules", "list", "--only-rules", "-r", *selection.packs)
    assert run(*words).err == ""
    assert run(*words, "--select", "mine/a").err == "mine/a is deprecated: mine/b names it.\n"
    assert run(*words, "--select", "mine/b").err == ""
