"""Each word of the rule vocabulary: what it names, and the near-miss that it leaves."""

from collections.abc import Mapping

import msgspec
import pytest
from conftest import Story, of_blocks, story

from etl.change import Change, apply
from etl.model import Publisher, Removal
from etl.rules import ArticleView, compile_judging, cuts, judge, rule_matches
from etl.rules.language import Rule, Scope, Where
from etl.rules.matching.guards import covers, guards
from etl.rules.matching.view import ArticleScope

NPR = Publisher("npr", "NPR", group="public-radio")
SENTENCE = "The president, in power since 1994, said that Belarus could not return to the instability of 1991."


def rule(match: Mapping[str, object], **more: object) -> Rule:
    table = {"id": "r", "title": "", "kind": "notice", "why": "", "keeps": ("",), "match": match, **more}
    return msgspec.convert(table, Rule)


def named(one: Story, *rules: Rule) -> list[int]:
    compiled = compile_judging((f"test/{number}", "1", one) for number, one in enumerate(rules))
    return [removal.block for removal in judge([ArticleView(*one)], compiled)[0]]


@pytest.mark.parametrize(
    ("match", "drops", "keeps"),
    [
        pytest.param({"exact": ["Read More"]}, "READ MORE »", "Read more books", id="exact, folded, ornaments aside"),
        pytest.param({"exact": ["Read More", "Listen"]}, "Read more...", "Listen...", id="exact, an ellipsis aside"),
        pytest.param({"exact": ["Read More"], "case": True}, "Read More:", "READ MORE", id="exact with case"),
        pytest.param({"prefix": ["file photo:"]}, "FILE PHOTO: Minsk", "A file photo: Minsk", id="prefix"),
        pytest.param(
            {"prefix": ["FILE PHOTO:"], "case": True},
            "FILE PHOTO: Minsk",
            "File photo: the phrase",
            id="prefix with case",
        ),
        pytest.param(
            {"suffix": ["- video"]}, "Women tear balaclavas – video", "– video of it", id="suffix, dashes folded"
        ),
        pytest.param(
            {"contains": ["it's free"]}, "Sign up, it’s free today", "It is free", id="contains, quotes folded"
        ),
        pytest.param({"regex": "by .{3,20}"}, "By Jane Roe", "Words by Jane Roe", id="regex matches the whole block"),
        pytest.param({"regex": "By [A-Z].*", "case": True}, "By Jane Roe", "By the sea", id="regex with case"),
        pytest.param({"regex": "a.*z"}, "a b\nc z", "a b\nc", id="regex crosses the line breaks of a wrapped block"),
        pytest.param({"exact": ["A"], "prefix": ["B"]}, "Bc", "Ca", id="any of the looks"),
        pytest.param({"exact": ["関連記事"]}, "【関連記事】：", "関連記事を読む", id="exact, full-width ornaments"),
        pytest.param({"exact": ["RSS配信"]}, "ＲＳＳ配信", "RSS配信中", id="exact, full-width letters"),
        pytest.param({"exact": ["Ещё новости"]}, "Еще новости", "Еще не новости", id="exact, Russian without ё"),
        pytest.param(
            {"exact": ["جستجوی پیشرفته"]}, "جستجوي پيشرفته", "جستجو", id="exact, Persian by an Arabic keyboard"
        ),
        pytest.param({"exact": ["اقرأ أيضًا"]}, "إقرا ايضا", "اقرأ هذا", id="exact, Arabic without its marks"),
        pytest.param({"exact": ["بی‌صدا"]}, "بی صدا", "با صدا", id="exact, Persian with a space for the joiner"),
        pytest.param({"exact": ["আরও পড়ুন"]}, "আরও পড়ুন", "আরও পড়", id="exact, Bengali composed"),
        pytest.param({"exact": ["और पढ़ें"]}, "और पढें", "और पढ", id="exact, Hindi without its dot"),
        pytest.param({"exact": ["Διαβάστε επίσης"]}, "ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ", "Διαβάστε", id="exact, Greek capitals"),
        pytest.param({"exact": ["İlgili yazılar"]}, "ILGILI YAZILAR", "İlgili yazı", id="exact, Turkish capitals"),
        pytest.param({"exact": ["סגור"]}, "סְגוֹר\u200f", "סגורה", id="exact, Hebrew with points"),
        pytest.param({"exact": ["Läs mer"]}, "LÄS MER", "Las mer", id="exact, other accents stay"),
    ],
)
def test_looks_of_a_block(match: dict[str, object], drops: str, keeps: str) -> None:
    assert named(story(drops, keeps), rule(match)) == [0]


def test_an_id_of_any_pack_is_a_neighbour() -> None:
    button = rule({"exact": ["Share"]}, id="button")
    below = rule({"prefix": ["Jane"], "after": {"rule": ["*/button"]}})
    other = rule({"prefix": ["John"], "after": {"rule": ["*/buttons"]}})
    assert named(story("Share", "Jane Roe", "Share", "John Roe"), button, below, other) == [0, 1, 2]


def test_a_paragraph_is_never_boilerplate_for_its_words() -> None:
    long = "word " * 500
    assert named(story(long, "word word"), rule({"contains": ["word"]})) == [1]


@pytest.mark.parametrize(
    ("match", "texts", "blocks"),
    [
        pytest.param({"after": {"exact": ["Image caption"]}}, ["Image caption", "a", "b"], [1], id="after"),
        pytest.param({"after": {"exact": ["Image caption"], "within": 2}}, ["Image caption", "a", "b", "c"], [1, 2], id="after, within two"),
        pytest.param({"before": {"regex": "photo by .*"}}, ["a", "b", "Photo by Roe"], [1], id="before"),
        pytest.param({"exact": ["b"], "before": {"exact": ["end"]}}, ["b", "x", "b", "end", "x"], [2], id="looks and company"),
        pytest.param({"between": {"start": {"exact": ["S"]}, "end": {"exact": ["E"]}, "max_blocks": 2}}, ["S", "a", "b", "E"], [1, 2], id="between"),
        pytest.param({"between": {"start": {"exact": ["S"]}, "end": {"exact": ["E"]}, "max_blocks": 1}}, ["S", "a", "b", "E"], [], id="keeps: too many between"),
        pytest.param({"span": {"around": ["hide", "toggle"], "before": 2, "mirror": 2}}, ["a", "C", "cr", "hide", "toggle", "cr", "C", "b"], [1, 2, 3, 4, 5, 6], id="span with its mirror"),
        pytest.param({"span": {"around": ["hide", "toggle"], "before": 2, "mirror": 2}}, ["a", "b", "hide", "toggle", "c"], [2, 3], id="keeps: what a span does not mirror"),
        pytest.param({"span": {"around": ["hide", "toggle"], "before": 2, "mirror": 2}}, ["a", "C", "hide", "toggle", "C", "b"], [1, 2, 3, 4], id="span: what stands above the caption stays"),
        pytest.param({"span": {"around": ["hide", "toggle"]}}, ["toggle", "hide", "x"], [], id="keeps: labels in another order"),
    ],
)  # fmt: skip
def test_company_of_a_block(match: dict[str, object], texts: list[str], blocks: list[int]) -> None:
    assert named(story(*texts), rule(match)) == blocks


def test_company_may_be_what_another_rule_named() -> None:
    credit = rule({"suffix": ["/AP"]})
    caption = rule({"before": {"rule": ["test/0"]}})
    assert named(story("A caption", "Jane Roe/AP", "A paragraph"), credit, caption) == [0, 1]


def test_company_may_be_the_headline() -> None:
    one = story("Kicker", "Headline", "Lead picture", "Text")
    framed = of_blocks(one[1].blocks, frame=[Removal(0, "drop", "k"), Removal(1, "extract", "h")])
    assert named(framed, rule({"after": {"headline": True}})) == [2]


@pytest.mark.parametrize(
    ("where", "drops", "keeps"),
    [
        pytest.param({"max_words": 3}, "one two three", "one two three four", id="max_words"),
        pytest.param({"max_words": 3}, "大桥将通车", "青江市政府周三宣布大桥将通车", id="max_words of Chinese"),
        pytest.param({"min_words": 3}, "one two three", "one two", id="min_words"),
        pytest.param({"max_chars": 5}, "12345", "123456", id="max_chars"),
        pytest.param({"no_final_punct": True}, "Protesters in Minsk", "They left.", id="no_final_punct: a full stop"),
        pytest.param({"no_final_punct": True}, "Protesters in Minsk", "“They left,” he said. “All.”", id="no_final_punct: a quote closed"),
        pytest.param({"title_case": 0.9}, "Amid Democratic Uprising, Strongman Gets Support From Russia", "A commitment to grassroots politics", id="title_case"),
    ],
)  # fmt: skip
def test_guards(where: dict[str, object], drops: str, keeps: str) -> None:
    assert named(story(drops, keeps), rule({"regex": ".*"}, where=where)) == [0]


def test_every_guard_and_condition_of_scope_is_tested_on_articles() -> None:
    values = {"no_final_punct": True, "position": ["head"]}
    where = {name: values.get(name, 1) for name in Where.__struct_fields__}
    assert len(guards(msgspec.convert(where, Where))) == len(where)
    asked = {"publisher": ["npr"], "language": ["en"], "format": ["text"], "date": {"from": "2020"}}
    unknown = ArticleScope(frozenset(), "", "article", "")
    scopes = {name: msgspec.convert({name: asked[name]}, Scope) for name in Scope.__struct_fields__}
    assert [name for name, scope in scopes.items() if covers(scope, unknown)] == []


def test_position_is_counted_from_the_sentences() -> None:
    one = story("Label", SENTENCE, "Label", SENTENCE, "Label")
    labels = {"exact": ["Label"]}
    found = {place: named(one, rule(labels, where={"position": [place]})) for place in ("head", "body", "tail")}
    assert found == {"head": [0], "body": [2], "tail": [4]}
    assert named(story("Label"), rule(labels, where={"position": ["tail"]})) == [0]
    notice = rule({"contains": ["all rights to it are reserved"]}, id="notice")
    below = story("Label", SENTENCE, "Label", f"{SENTENCE} All rights to it are reserved.")
    assert named(below, rule(labels, where={"position": ["tail"]}), notice) == [2, 3]


@pytest.mark.parametrize(
    ("scope", "blocks"),
    [
        pytest.param({"publisher": ["npr"]}, [0], id="its publisher"),
        pytest.param({"publisher": ["public-radio"]}, [0], id="its publisher's group"),
        pytest.param({"publisher": ["bbc"]}, [], id="keeps: another publisher"),
        pytest.param({"format": ["text"]}, [0], id="its format"),
        pytest.param({"format": ["html"]}, [], id="keeps: another format"),
    ],
)
def test_scope(scope: dict[str, object], blocks: list[int]) -> None:
    assert named(story("Label", publisher=NPR), rule({"exact": ["Label"]}, scope=scope)) == blocks


def test_scope_to_a_publisher_leaves_articles_of_none() -> None:
    assert named(story("Label"), rule({"exact": ["Label"]}, scope={"publisher": ["npr"]})) == []


def test_tags_name_blocks_of_any_length() -> None:
    one = story("word " * 1000, "Text", tags={0: "nav", 1: "p"}, kind="html")
    assert named(one, rule({"tag": ["nav"]})) == [0]


def test_narrow_scope_then_confidence_then_name_is_named_and_the_others_stand_in_also() -> None:
    exact = {"exact": ["Label"]}
    rules = [
        ("b/guess", "1", rule(exact, confidence="guess")),
        ("b/certain", "1", rule(exact)),
        ("a/certain", "1", rule(exact)),
        ("z/narrow", "2", rule(exact, scope={"publisher": ["npr"]}, kind="caption")),
    ]
    ((removal,),) = judge([ArticleView(*story("Label", publisher=NPR))], compile_judging(rules))
    assert (removal.rule, removal.version, removal.kind) == ("z/narrow", "2", "caption")
    assert removal.also == ("a/certain", "b/certain", "b/guess")


def test_what_segmenting_took_out_is_not_judged() -> None:
    framed = of_blocks(story("Label", "Label")[1].blocks, frame=[Removal(0, "drop", "structure/kicker")])
    assert named(framed, rule({"exact": ["Label"]})) == [1]


def test_matches_say_which_guard_blocks_a_rule() -> None:
    one = story("A label of four", "x")
    rules = compile_judging(
        [
            ("t/short", "1", rule({"prefix": ["a label"]}, where={"max_words": 3})),
            ("t/other", "1", rule({"exact": ["x"]})),
        ]
    )
    found = [(match.rule.name, match.blocked_by) for match in rule_matches(ArticleView(*one), rules, 0)]
    assert found == [("t/short", "where.max_words = 3")]


@pytest.mark.parametrize(
    ("text", "regexes", "left"),
    [
        pytest.param("He left. AD She stayed.", ["AD"], "He left. She stayed.", id="one space joins what is left"),
        pytest.param("AD She stayed.", ["AD"], "She stayed.", id="at the start"),
        pytest.param("He left. AD", ["AD"], "He left.", id="at the end"),
        pytest.param("Lukashenko AD, in power AD.", ["AD"], "Lukashenko, in power.", id="a comma stands close"),
        pytest.param("A AD B AD C", ["AD"], "A B C", id="twice"),
        pytest.param("A AD STOP B", ["AD", "STOP"], "A B", id="two that touch are one cut"),
        pytest.param("A ABC D", ["AB", "BC"], "A D", id="two that overlap are one cut"),
        pytest.param("AD", ["AD"], "", id="nothing left"),
        pytest.param("Minsk – ‘AD’ 5", ["'AD'"], "Minsk – 5", id="matched on the plain view, cut in the text"),
        pytest.param("He had an ad.", ["AD"], "He had an ad.", id="keeps: another case"),
    ],
)
def test_strip_cuts_inside_a_block(text: str, regexes: list[str], left: str) -> None:
    rules = [rule({"regex": regex, "case": True}, action="strip") for regex in regexes]
    compiled = compile_judging((f"test/{number}", "1", one) for number, one in enumerate(rules))
    (found,) = cuts([ArticleView(*story(text))], compiled)
    assert apply(text, [Change(cut.start, cut.end, cut.after, cut.rules) for cut in found]) == left


def test_strip_is_scoped_and_guarded() -> None:
    scoped = rule({"regex": "AD"}, action="strip", scope={"publisher": ["npr"]})
    guarded = rule({"regex": "AD"}, action="strip", where={"min_words": 4})
    rules = compile_judging([("test/scoped", "1", scoped), ("test/guarded", "1", guarded)])
    one = story("One AD.", "One AD two three.")
    (found,) = cuts([ArticleView(*one)], rules)
    assert [(cut.block, cut.rules) for cut in found] == [(1, ("test/guarded",))]
