"""Rules that have the right shape and cannot be meant are refused, with place, fault and way out."""

from pathlib import Path

import pytest
from conftest import Run

from etl.errors import PackError
from etl.examples import failures
from etl.lint import lint
from etl.packs import Selection, advice, compile_rules, load_rules, selected

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
    ("rule", "said", "way_out"),
    [
        pytest.param('match.fillers = ["all"]\n' + PREFIX, "'fillers' has no words beside it", "Give match.words", id="fillers alone"),
        pytest.param('match.words = ["all of it"]', "'words' holds 'all of it', which is not one word", "Give each word by itself", id="words that are several"),
        pytest.param('action = "extract"\nmatch.regex = "By .{3,40}"', "R003 rule 'a': 'field' is missing: no field is filled", "Name the field that the line fills", id="extract without a field"),
        pytest.param('action = "extract"\nfield = "auhtor"\n' + PREFIX, "'field' is wrong: invalid enum value 'auhtor'", "Did you mean 'author'?", id="extract into no field"),
        pytest.param('field = "author"\n' + PREFIX, "'field' does not work with the action drop", "This key is for extract.", id="field of a rule that drops"),
        pytest.param('becomes = "x"\n' + PREFIX, "'becomes' does not work with the action drop", "This key is for replace.", id="becomes of a rule that drops"),
        pytest.param('turns = [["a", "b"]]\n' + PREFIX, "'turns' does not work", "This key is for strip, replace, extract.", id="turns of a rule that drops"),
        pytest.param('match.before = { exact = ["A"], across_lead = false }', "'match.before' has no across_lead", "Remove it: it concerns neighbours above", id="across_lead of before"),
        pytest.param('action = "drop-span"\nmatch.between = { start = { exact = ["A"] }, end = { exact = ["B"] }, across_lead = false }', "'match' of a drop-span rule has no across_lead", "Remove it: a span removes", id="drop-span with across_lead"),
        pytest.param('action = "drop-span"\n' + PREFIX, "'match' of a drop-span rule must be one between", "Use match.between alone", id="drop-span without between"),
        pytest.param('action = "start-article"\n' + PREFIX, "'match' of a start-article rule must be labels or a regex", "Use match.exact or match.regex alone.", id="start-article by its prefix"),
        pytest.param('action = "start-article"\nmatch.exact = ["* * *"]\nwhere.max_words = 3', "'where' does not work with a start-article rule", "Remove it, because such a rule is applied before articles", id="start-article with a guard"),
        pytest.param('action = "start-article"\nmatch.regex = "From @publisher"', "'regex' of a start-article rule names @publisher", "Leave @publisher out", id="start-article of a publisher"),
        pytest.param('action = "keep"\n' + PREFIX, "'match' of a keep rule must be CSS selectors", "Use match.css alone", id="keep by a prefix"),
        pytest.param('action = "keep"\nmatch.css = [".x"]\nwhere.max_words = 3', "'where' does not work with a keep rule", "Remove it.  Only scope.publisher", id="keep with a guard"),
        pytest.param('action = "keep"\nmatch.css = [".x"]\nscope.language = ["de"]', "'scope' does not work with a keep rule", "Remove it.  Only scope.publisher", id="keep in a language"),
        pytest.param('action = "strip"\nmatch.regex = "AD"\nmatch.prefix = ["x"]\nturns = [["a", "b"]]', "'match' of a strip rule must be one regex", "Use match.regex alone", id="strip by a prefix"),
        pytest.param("match.near = { share = 0.9 }", "'within' is missing", "Say how many blocks away", id="near without within"),
        pytest.param("match.near = { within = 2, share = 9 }", "'share' is wrong: expected a number <= 1.0", "See docs/rules.md.", id="near with a share over 1"),
        pytest.param("match.recurs = { least = 20 }", "'recurs' has no condition", "Give documents, or share.", id="recurs without a number"),
        pytest.param("match.recurs = { documents = 1 }", "'documents' is wrong: expected an integer >= 2", "See docs/rules.md.", id="recurs in one document"),
        pytest.param('match.css = ["p::before"]', "'css' is not a CSS selector", "Use names, #ids and .classes", id="css of what is no element"),
        pytest.param('match.prefix = [""]', "'prefix' holds an empty text", "Remove it", id="a prefix of all lines"),
        pytest.param('match.exact = ["x", " "]', "'exact' holds an empty text", "Remove it", id="a blank label"),
        pytest.param('match.css = ["p >"]', "'css' is not a CSS selector", "Use names, #ids and .classes", id="css that is none"),
        pytest.param(f'match.css = ["{".a," * 9000}.a"]', "it is longer than 4,000 characters", "Use names, #ids and .classes", id="css of 9,000 parts"),
        pytest.param('match.not = [{ prefix = ["Photo"] }]', "'match' has no condition", "Say what the rule matches", id="not alone"),
        pytest.param("match.all = [{ case = true }]\n" + PREFIX, "'match' has an empty table", "Give each table a condition", id="all of nothing"),
        pytest.param("match.after = { within = 2 }\n" + PREFIX, "'match' has an empty table", "Give each table a condition", id="after nothing"),
        pytest.param("match.any = [{ headline = true }]", "'match' describes a neighbour", "Use match.after, .before or .between.", id="headline of the block itself"),
        pytest.param('match.all = [{ all = [{ prefix = ["x"] }] }]', "'all' is not a key", "all, any and not go one level deep.", id="two levels deep"),
        pytest.param("unless = { keeps = [] }\n" + PREFIX, "'unless' has no keeps", "Give at least one line that the rule would match without `unless`.", id="unless without keeps"),
        pytest.param('unless = { keeps = ["x"] }\n' + PREFIX, "'unless' has no condition", "Say what the rule matches", id="unless of nothing"),
        pytest.param('unless = { prefix = ["x"] }\n' + PREFIX, "'keeps' is missing", "Give at least one line that the rule would match without `unless`.", id="unless with no keeps at all"),
        pytest.param('scope.date = { from = "2020", to = "2013" }\n' + PREFIX, "'date' ends before it begins", "Exchange from and to.", id="dates the wrong way around"),
        pytest.param('scope.date = { since = "2020" }\n' + PREFIX, "'since' is not a key", "It is a key of another table: see docs/rules.md.", id="a key as the code calls it"),
        pytest.param('scope.date = { from = "May 2020" }\n' + PREFIX, "'from' is wrong", "See docs/rules.md.", id="no date"),
        pytest.param('scope.language = ["German"]\n' + PREFIX, "'language' is wrong", "See docs/rules.md.", id="no language code"),
        pytest.param('until = "2.0.0"\n' + PREFIX, "'until' is only for a deprecated rule", "Say in 'deprecated' what to use instead.", id="until without deprecated"),
        pytest.param('severity = "fatal"\n' + PREFIX, "'severity' is wrong: invalid enum value 'fatal'", "Give one of: warning, error.", id="no severity"),
        pytest.param('severity = "info"\n' + PREFIX, "'severity' is wrong: invalid enum value 'info'", "Give one of: warning, error.", id="a severity of other tools"),
        pytest.param('action = "extrct"\n' + PREFIX, "'action' is wrong: invalid enum value 'extrct'", "Did you mean 'extract'?", id="an action, misspelt"),
        pytest.param('confidence = "sure"\n' + PREFIX, "'confidence' is wrong", "Give one of: certain, likely, guess.", id="no confidence"),
        pytest.param('where.position = ["hed"]\n' + PREFIX, "'position' is wrong", "Did you mean 'head'?", id="a position, misspelt"),
        pytest.param('match.all = [{ prefxi = ["x"] }]', "'prefxi' is not a key", "Did you mean 'prefix'?", id="a key one level deep, misspelt"),
        pytest.param("match.min_words = 3", "'min_words' is not a key", "It is a key of another table: see docs/rules.md.", id="a key of another table"),
        pytest.param('match.between = { start = { exact = ["Share"] } }', "'end' is missing", "Describe the block below", id="between without an end"),
        pytest.param('scope.date = { from = "2016-13" }\n' + PREFIX, "'from' is wrong", "See docs/rules.md.", id="no month"),
        pytest.param('scope.date = { to = "2020-12-32" }\n' + PREFIX, "'to' is wrong", "See docs/rules.md.", id="no day"),
        pytest.param("match.regex = '(?:More from )?@publishr'", "'regex' names '@publishr', which does not exist", "Did you mean '@publisher'?", id="publisher, misspelt"),
        pytest.param("match.any = [{ regex = '@Publishers: .{3,9}' }]", "'regex' names '@Publishers'", "Did you mean '@publisher'?", id="publishers"),
        pytest.param("match.regex = 'Follow @publico on X|jane@publishr|.{1,9}@publishr\\.org|@publisher'", "", "", id="keeps: a handle and an address"),
        pytest.param('scope.date = { from = "2016-12", to = "2020-12-31" }\n' + PREFIX, "", "", id="keeps: the last month and day"),
        pytest.param('where.position = ["head"]\naction = "tag"\n' + PREFIX, "", "", id="keeps: words that can be chosen"),
        pytest.param('aliases = ["a"]\n' + PREFIX, "", "", id="keeps: an alias that is the name itself"),
        pytest.param(PREFIX, "", "", id="keeps: a rule that can be meant"),
    ],
)  # fmt: skip
def test_misuse_is_named(tmp_path: Path, rule: str, said: str, way_out: str) -> None:
    selection = pack(tmp_path, PACK + rule)
    if not said:
        assert compile_rules(selection)
        return
    with pytest.raises(PackError) as raised:
        compile_rules(selection)
    assert said in raised.value.fault
    assert raised.value.way_out.startswith(way_out)
    assert raised.value.place.startswith(selection.packs[0])


@pytest.mark.parametrize("name", ["", "a,b", "a+b", "a*", "a/b", "a\\n", "<b>"])
def test_names_that_cannot_be_told_apart_are_refused(tmp_path: Path, name: str) -> None:
    for was in ('id = "mine"', 'id = "a"'):
        with pytest.raises(PackError, match="'id' is wrong"):
            compile_rules(pack(tmp_path, (PACK + PREFIX).replace(was, f'id = "{name}"')))


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        pytest.param('unless = { exact = ["Photo: x"] }\n' + PREFIX, "12:1", id="of unless, not the rule's own keeps"),
        pytest.param(PREFIX + "match.near = { share = 0.5 }", "13:7", id="of near"),
    ],
)
def test_a_missing_key_is_placed_at_its_table(tmp_path: Path, rule: str, place: str) -> None:
    selection = pack(tmp_path, PACK + rule)
    with pytest.raises(PackError) as raised:
        compile_rules(selection)
    assert raised.value.place == f"{selection.packs[0]}:{place}"


SECOND = PACK[PACK.index("\n[[rule]]") :].replace('"a"', '"b"') + PREFIX


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        pytest.param('aliases = ["b"]\n', "", "R004 rule 'b': 'id' is taken", id="an old name that is another's name"),
        pytest.param('aliases = ["c"]\n', 'aliases = ["mine/c"]\n', "R004 rule 'b': 'aliases' is taken", id="an old name of two"),
        pytest.param('action = "tag"\n', 'match.after.rule = ["mine/a"]\n', "'rule' names 'mine/a', which matches no block", id="a rule that only tags as neighbour"),
        pytest.param('aliases = ["c"]\n', 'match.after.rule = ["mine/c"]\n', "", id="keeps: an old name of a neighbour"),
        pytest.param("", 'match.after.rule = ["*/a"]\n', "", id="keeps: a neighbour of any pack"),
        pytest.param("", 'match.after.rule = ["*/z"]\n', "'rule' names '*/z', which is not a rule", id="a neighbour of no pack"),
        pytest.param('action = "tag"\n', 'match.after.rule = ["*/a"]\n', "'rule' names '*/a', which matches no block", id="a neighbour of any pack that only tags"),
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
        pytest.param(PREFIX + UNLESS.replace("Photo: a craft", "A craft"), ["is not matched without 'unless' either"], id="keeps that need no unless"),
        pytest.param(PREFIX + UNLESS.replace("Photo: a craft", "Photo: Jane Roe"), ["is matched by mine/a", "is not matched without 'unless' either"], id="keeps that unless does not hold"),
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
