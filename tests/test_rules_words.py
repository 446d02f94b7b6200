"""The words of the vocabulary that take more than one look: what each names, and the near-miss that it leaves."""

from collections.abc import Mapping

import msgspec
import pytest
from conftest import Story, of_blocks, story
from hypothesis import given
from hypothesis import strategies as st
from test_rules import NPR, SENTENCE, named, rule

from etl.change import Change, apply
from etl.markup.selector import check, holding, path_of
from etl.model import Block, Metadata, Publisher
from etl.packs import known_publishers
from etl.rules import ArticleView, RunContext, compile_judging, cuts, judge, rule_matches
from etl.rules.language import Rule
from etl.rules.regexes.publishers import names_in

KNOWN = RunContext(frozenset({"bbc", "bbc news", "reuters", "u.s. news", "ap", "deutsche welle", "yahoo!"}))


@pytest.mark.parametrize(
    ("match", "drops", "keeps"),
    [
        pytest.param({"all": [{"prefix": ["Watch"]}, {"suffix": ["live"]}]}, "Watch it live", "Watch it", id="all"),
        pytest.param({"any": [{"prefix": ["Watch"]}, {"suffix": ["live"]}]}, "It is live", "It is", id="any"),
        pytest.param({"prefix": ["Watch"], "not": [{"suffix": ["."]}]}, "Watch it live", "Watch it live.", id="not"),
        pytest.param({"prefix": ["Watch"], "any": [{"suffix": ["live"]}, {"suffix": ["now"]}]}, "Watch now", "Watch it", id="looks and any"),
        pytest.param({"all": [{"regex": "W.*"}], "any": [{"exact": ["Watch now"]}, {"regex": ".*live"}]}, "Watch now", "Watch it", id="all and any"),
        pytest.param({"any": [{"prefix": ["Watch"], "case": True}, {"exact": ["live"]}]}, "Live", "WATCH", id="each with its case"),
        pytest.param({"any": [{"tag": ["nav"]}, {"exact": ["live"]}]}, "Live", "Alive", id="any, a tag or a label"),
    ],
)  # fmt: skip
def test_looks_joined(match: dict[str, object], drops: str, keeps: str) -> None:
    assert named(story(drops, keeps), rule(match)) == [0]


ROW = {"words": ["comment*", "tag"], "fillers": ["show", "all", "e-mail", "şık"]}


@pytest.mark.parametrize(
    "row",
    [
        "Show all 17 comments »", "comments: all", "All | tag | Facebook", "TAG-ALL 3", "e-mail (all) comments?", "• tag all",
        "ŞIK COMMENT", "show show all 3 commentary",
    ],
)  # fmt: skip
def test_a_row_of_words_matches(row: str) -> None:
    assert named(story(row, "Show all."), rule(ROW)) == [0]


@pytest.mark.parametrize(
    "line",
    [
        "Comments", "Show all", "Show all comments.", "Show all the comments", "comments of 2019", "Facebook comments",
        "show all all show all comments", "tag all all all all all all all all", "commentatorships all", "comment, all!",
    ],
)  # fmt: skip
def test_what_is_no_row_of_words_stays(line: str) -> None:
    assert named(story(line, "tag all"), rule(ROW)) == [1]


@pytest.mark.parametrize(
    ("unless", "blocks"),
    [
        pytest.param({"contains": ["dog"]}, [0], id="looks"),
        pytest.param({"prefix": ["cat"]}, [0, 1], id="keeps: another look"),
        pytest.param({"after": {"exact": ["Watch the cat"]}}, [0], id="company"),
        pytest.param({"after": {"rule": ["test/0"]}}, [0, 1], id="keeps: company that is not there"),
        pytest.param({"beside": {"exact": ["The end"], "within": 2}}, [], id="company below"),
        pytest.param({"contains": ["dog"], "beside": {"exact": ["Watch the cat"]}}, [0], id="looks and company above"),
        pytest.param({"beside": {"exact": ["Watch the bird"]}}, [0, 1], id="keeps: company on neither side"),
        pytest.param({"contains": ["dog"], "after": {"exact": ["end"]}}, [0, 1], id="keeps: looks without their company"),
    ],
)  # fmt: skip
def test_unless(unless: dict[str, object], blocks: list[int]) -> None:
    watch = rule({"prefix": ["Watch"]}, unless={**unless, "keeps": ["x"]})
    assert named(story("Watch the cat", "Watch the dog", "The end"), watch) == blocks


def test_unless_may_ask_for_what_another_rule_took() -> None:
    watch = rule({"prefix": ["Watch"]}, unless={"before": {"rule": ["test/1"]}, "keeps": ["x"]})
    credit = rule({"suffix": ["/AP"]})
    assert named(story("Watch this", "Jane Roe/AP", "Watch that"), watch, credit) == [1, 2]


def test_matches_say_that_unless_blocks_a_rule() -> None:
    rules = compile_judging([("t/a", "1", rule({"prefix": ["Watch"]}, unless={"contains": ["dog"], "keeps": ["x"]}))])
    (match,) = rule_matches(ArticleView(*story("Watch the dog")), rules, 0)
    assert match.blocked_by == "unless"


def of(language: str = "", created: str = "", publisher: Publisher | None = None) -> Story:
    article, document = story("Label", publisher=publisher)
    return msgspec.structs.replace(article, metadata=Metadata(language=language, created=created)), document


@pytest.mark.parametrize(
    ("scope", "one", "judges"),
    [
        pytest.param({"language": ["de"]}, of("de"), True, id="language"),
        pytest.param({"language": ["de"]}, of("de-AT"), True, id="language, with its country"),
        pytest.param({"language": ["de"]}, of("en"), False, id="keeps: another language"),
        pytest.param({"language": ["de"]}, of(), False, id="keeps: no language known"),
        pytest.param({"language": ["de"]}, of(publisher=Publisher("dw", "DW", language="de")), True, id="language of the publisher"),
        pytest.param({"language": ["de"]}, of("en", publisher=Publisher("dw", "DW", language="de")), False, id="keeps: the article says another"),
        pytest.param({"date": {"from": "2013", "to": "2016-05"}}, of(created="2016-05-31T10:00:00.000Z"), True, id="date, to the end of a month"),
        pytest.param({"date": {"from": "2013", "to": "2016-05"}}, of(created="2016-06-01T10:00:00.000Z"), False, id="keeps: a day later"),
        pytest.param({"date": {"from": "2013"}}, of(created="2012-12-31T23:59:59.000Z"), False, id="keeps: a day before"),
        pytest.param({"date": {"to": "2016"}}, of(created="2016-12-31T10:00:00.000Z"), True, id="date, open to the past"),
        pytest.param({"date": {"to": "2016"}}, of(), False, id="keeps: no date known"),
        pytest.param({"publisher": ["npr"], "language": ["en"]}, of("en", publisher=NPR), True, id="both"),
        pytest.param({"publisher": ["npr"], "language": ["en"]}, of("de", publisher=NPR), False, id="keeps: one of two"),
    ],
)  # fmt: skip
def test_scope_by_language_and_date(scope: dict[str, object], one: Story, judges: bool) -> None:
    assert named(one, rule({"exact": ["Label"]}, scope=scope)) == ([0] if judges else [])


def test_a_guard_may_look_at_the_length_of_the_article() -> None:
    gone = rule({"contains": ["not available"]}, where={"max_article_words": 6})
    assert named(story("It is not available", "Sorry"), gone) == [0]
    assert named(story("It is not available", "Sorry for that"), gone) == []


def test_a_guard_may_ask_for_sentences_of_the_story() -> None:
    gone = rule({"exact": ["Label"]}, where={"min_article_sentences": 2})
    assert named(story("Label", SENTENCE, SENTENCE), gone) == [0]
    assert named(story("Label", SENTENCE, "Blue Harbour"), gone) == []


@pytest.mark.parametrize(
    ("texts", "blocks"),
    [
        pytest.param(["a", "S", "b", "c", "E", "d"], [1, 2, 3, 4], id="with both labels"),
        pytest.param(["S", "E"], [0, 1], id="nothing between"),
        pytest.param(["S", "S", "c", "E"], [0, 1, 2, 3], id="two starts"),
        pytest.param(["S", "b", "S", "c", "E"], [2, 3, 4], id="two starts, the upper too far away"),
        pytest.param(["S", "b", "E", "E"], [0, 1, 2], id="two ends: to the first"),
        pytest.param(["S", "b", "E", "a", "S", "c", "E"], [0, 1, 2, 4, 5, 6], id="two spans"),
        pytest.param(["S", "b", "c", "d", "E"], [], id="keeps: too many between"),
        pytest.param(["S", "b", "c"], [], id="keeps: no end"),
        pytest.param(["b", "E"], [], id="keeps: no start"),
        pytest.param(["E", "b", "S"], [], id="keeps: the wrong way around"),
    ],
)
def test_drop_span(texts: list[str], blocks: list[int]) -> None:
    between = {"start": {"exact": ["S"]}, "end": {"exact": ["E"]}, "max_blocks": 2}
    assert named(story(*texts), rule({"between": between}, action="drop-span")) == blocks


CAPTION = "Protesters gather outside the parliament in Minsk on Sunday."


@pytest.mark.parametrize(
    ("near", "texts", "blocks"),
    [
        pytest.param({"within": 1}, [CAPTION, CAPTION.upper()], [1], id="the same again: the upper stays"),
        pytest.param({"within": 1}, [CAPTION, "x", CAPTION], [], id="keeps: too far away"),
        pytest.param({"within": 2}, [CAPTION, "x", CAPTION], [2], id="two blocks away"),
        pytest.param({"within": 1}, ["Protesters gather in Minsk.", CAPTION], [0], id="a part of the block below"),
        pytest.param({"within": 1}, [CAPTION, "Protesters gather at night in Kyiv."], [], id="keeps: half of the words"),
        pytest.param({"within": 1, "share": 0.5}, [CAPTION, "Protesters gather at night in Kyiv."], [1], id="a lower share"),
        pytest.param({"within": 1}, ["the the the", CAPTION], [], id="keeps: one word over and over"),
        pytest.param({"within": 1}, ["– …", "– …"], [], id="keeps: no words"),
    ],
)  # fmt: skip
def test_near(near: dict[str, object], texts: list[str], blocks: list[int]) -> None:
    assert named(story(*texts), rule({"near": near})) == blocks


@pytest.mark.parametrize(
    ("asked", "texts", "blocks"),
    [
        pytest.param({"after": {"exact": ["Label"]}}, ["Label", "x", SENTENCE, "x"], [1], id="a label above the lead"),
        pytest.param({"after": {"exact": ["Label"]}}, [SENTENCE, "Label", SENTENCE, "x"], [3], id="a label below the lead"),
        pytest.param({"beside": {"exact": ["Label"]}}, ["Label", SENTENCE, "x", "y", "Label"], [2], id="one beside"),
        pytest.param({"after": {"prefix": ["The president"]}}, [SENTENCE, "x"], [1], id="the lead itself"),
    ],
)  # fmt: skip
def test_a_neighbour_across_the_lead(asked: dict[str, dict[str, object]], texts: list[str], blocks: list[int]) -> None:
    near = {name: {**one, "within": 4} for name, one in asked.items()}
    apart = {name: {**one, "across_lead": False} for name, one in near.items()}
    every = [at for at, text in enumerate(texts) if text == "x"]
    assert named(story(*texts), rule({"exact": ["x"], **near})) == every
    assert named(story(*texts), rule({"exact": ["x"], **apart})) == blocks


@pytest.mark.parametrize(
    ("texts", "blocks"),
    [(["A", SENTENCE, "x", "B"], []), (["A", "x", "B", SENTENCE], [1]), ([SENTENCE, "A", SENTENCE, "x", "B"], [])],
)
def test_a_start_across_the_lead(texts: list[str], blocks: list[int]) -> None:
    ends = {"start": {"exact": ["A"]}, "end": {"exact": ["B"]}, "max_blocks": 4}
    assert named(story(*texts), rule({"exact": ["x"], "between": ends})) == [texts.index("x")]
    assert named(story(*texts), rule({"exact": ["x"], "between": {**ends, "across_lead": False}})) == blocks


@pytest.mark.parametrize(
    ("selector", "path", "holds"),
    [
        pytest.param(".share", "div.share p", True, id="class of an element around"),
        pytest.param(".share", "div.share-bar p", False, id="keeps: a class that begins alike"),
        pytest.param(".bar", "div.share-bar p", False, id="keeps: a class that ends alike"),
        pytest.param("div.share.wide", "div.wide.share", True, id="classes in any order"),
        pytest.param("div.share.wide", "div.wide div.share", False, id="keeps: classes of two elements"),
        pytest.param("#top", "div#top.a p", True, id="id"),
        pytest.param("#top", "div#topic p", False, id="keeps: another id"),
        pytest.param("div#top.a", "div#top.b.a", True, id="id and class"),
        pytest.param("p", "article p", True, id="name"),
        pytest.param("p", "article pre", False, id="keeps: a name that begins alike"),
        pytest.param("article .share", "article div div.share p", True, id="descendant"),
        pytest.param("article .share", "div.share article p", False, id="keeps: the other way around"),
        pytest.param("article > .share", "article div.share", True, id="child"),
        pytest.param("article>.share", "article div div.share", False, id="keeps: grandchild"),
        pytest.param("article > * > .share p", "article div div.share b p", True, id="any element"),
    ],
)
def test_selectors(selector: str, path: str, holds: bool) -> None:
    assert holding(path_of(path), (selector,))[-1] == ((selector,) if holds else ())


@pytest.mark.parametrize(
    ("selector", "is_right"),
    [
        pytest.param("div:not(.a) > p", True, id="keeps: a pseudo-class"),
        pytest.param("p[lang]", True, id="keeps: an attribute"),
        pytest.param("p >", False, id="nothing below"),
        pytest.param("p:nonsense", False, id="a pseudo-class that there is not"),
        pytest.param("..a", False, id="two dots"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_selectors_that_are_none_are_refused(selector: str, is_right: bool) -> None:
    assert (check(selector) == "") is is_right


def test_css_names_the_blocks_that_a_selector_holds() -> None:
    blocks = (Block(0, 1, 0, 0, "Share", "p", (".share",)), Block(1, 2, 0, 0, "Share", "p", (".nav",)))
    assert named(of_blocks(blocks, "html"), rule({"css": [".share", "#x"]})) == [0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("Photo: BBC News", ("BBC", "BBC News"), id="one that holds another"),
        pytest.param("by Jane Roe/REUTERS", ("REUTERS",), id="in another case"),
        pytest.param("from U.S. News, via Yahoo!", ("U.S. News", "Yahoo!"), id="with marks"),
        pytest.param("Therapy is apt, says the ABBC", (), id="keeps: within words"),
        pytest.param("", (), id="keeps: nothing"),
    ],
)
def test_names_of_publishers_in_a_text(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text, KNOWN.publishers) == names


def known(one: Story, judging: Rule) -> list[int]:
    (removals,) = judge([ArticleView(*one, KNOWN)], compile_judging([("t/a", "1", judging)]))
    return [removal.block for removal in removals]


@pytest.mark.parametrize(
    ("regex", "drops", "keeps"),
    [
        pytest.param("Source: @publisher", "Source: Deutsche Welle", "Source: Jane Roe", id="a name, and none"),
        pytest.param("Source: @publisher", "Source: BBC News", "Source: BBC News at Ten", id="keeps: more than a name"),
        pytest.param("@publisher", "BBC", "BBC, he said", id="alone"),
        pytest.param("(@publisher|Staff) reporters?", "AP reporter", "MAP reporter", id="keeps: the end of a word"),
        pytest.param("@publisher and @publisher", "BBC and AP", "BBC and he", id="twice"),
        pytest.param("See @publisher.?", "See U.S. News.", "See U.S.", id="with marks"),
    ],
)
def test_publishers_in_a_regex(regex: str, drops: str, keeps: str) -> None:
    assert known(story(drops, keeps), rule({"regex": regex})) == [0]


def test_publishers_in_a_regex_that_strips() -> None:
    text = "They left. The post A march appeared first on BBC News. They stayed."
    strip = rule({"regex": r"The post .{3,40} appeared first on @publisher\."}, action="strip")
    (found,) = cuts([ArticleView(*story(text), KNOWN)], compile_judging([("t/a", "1", strip)]))
    assert apply(text, [Change(cut.start, cut.end, cut.after, cut.rules) for cut in found]) == "They left. They stayed."


def test_all_names_that_are_known_are_found() -> None:
    names = known_publishers()
    missed = [name for name in names if name not in map(str.casefold, names_in(f"({name})", names))]
    # One begins with no letter, and of the other `fold` makes what stands in no text.
    assert missed == ["+972 magazine", "/film"]


@pytest.mark.parametrize(
    ("first", "second", "action", "also"),
    [
        pytest.param({"action": "tag"}, {}, "drop", ("t/0",), id="what takes a block is named before a tag"),
        pytest.param({"action": "tag"}, {"confidence": "guess"}, "drop", ("t/0",), id="however sure"),
        pytest.param({}, {"action": "reject"}, "reject", ("t/0",), id="what rejects is named before all"),
        pytest.param({}, {"action": "extract", "field": "author"}, "extract", ("t/0",), id="an extract before a drop"),
    ],
)
def test_which_action_is_booked(
    first: Mapping[str, object], second: Mapping[str, object], action: str, also: tuple[str, ...]
) -> None:
    rules = [rule({"exact": ["Label"]}, **dict(more)) for more in (first, second)]
    compiled = compile_judging((f"t/{at}", "1", one) for at, one in enumerate(rules))
    ((removal,),) = judge([ArticleView(*story("Label"))], compiled)
    assert (removal.action, removal.also) == (action, also)


def test_a_tag_takes_nothing_in_the_eyes_of_other_rules() -> None:
    tag = rule({"exact": [SENTENCE]}, action="tag")
    tail = rule({"exact": ["Label"]}, where={"position": ["tail"]})
    near = rule({"after": {"rule": ["test/0"]}})
    assert named(story("Label", SENTENCE, "Label"), tag, tail, near) == [1, 2]


def test_a_rule_may_be_asked_for_by_its_old_names() -> None:
    credit = rule({"suffix": ["/AP"]}, aliases=["ap-credit", "old/credit"])
    for name in ("test/ap-credit", "old/credit"):
        assert named(story("A caption", "Jane Roe/AP", "Text"), credit, rule({"before": {"rule": [name]}})) == [0, 1]


PATTERNS = st.sampled_from([{"exact": ["a"]}, {"prefix": ["ab"]}, {"suffix": ["c"]}, {"contains": ["b a"]}, {"regex": "abc|b+"}, {"words": ["b*"], "fillers": ["a"]}, {"css": [".x"]}, {"tag": ["p"]}])  # fmt: skip
MATCHES = st.one_of(
    st.fixed_dictionaries({"all": st.lists(PATTERNS, min_size=1, max_size=2)}, optional={"not": st.lists(PATTERNS, max_size=1)}),
    st.fixed_dictionaries({"any": st.lists(PATTERNS, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"near": st.fixed_dictionaries({"within": st.integers(1, 3)})}, optional={"not": st.lists(PATTERNS, max_size=1)}),
    st.fixed_dictionaries({"between": st.fixed_dictionaries({"start": PATTERNS, "end": PATTERNS, "max_blocks": st.integers(1, 3)})}),
    st.fixed_dictionaries({"after": PATTERNS}, optional={"any": st.lists(PATTERNS, min_size=1, max_size=2)}),
    st.just({"regex": "@publisher|a b"}),
)  # fmt: skip
BLOCKS = st.tuples(st.sampled_from(["a", "ab", "abc", "b a", "b b a c", "BBC", "c", ""]), st.sampled_from(["p", ""]), st.sampled_from([(), (".x",)]))  # fmt: skip


@given(MATCHES, st.booleans(), st.sampled_from([{}, {"max_chars": 2}]), st.lists(BLOCKS, min_size=1, max_size=7))
def test_prefilter_finds_what_the_plain_loop_finds(
    match: dict[str, object], closed: bool, where: dict[str, int], parts: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    one = rule(match, action="drop-span" if closed and set(match) == {"between"} else "drop", where=where)
    rules = compile_judging([("t/a", "1", one)])
    blocks = tuple(Block(at, at + 1, 0, 0, text, tag, css) for at, (text, tag, css) in enumerate(parts))
    view = ArticleView(*of_blocks(blocks, "html"), KNOWN)
    (compiled,) = rules.judges()
    plain = [at for at in range(len(blocks)) if compiled.names.holds(view, at)]
    assert [removal.block for removal in judge([view], rules)[0]] == plain
