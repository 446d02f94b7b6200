"""The classifier: what it takes, what it leaves alone, which sentences are protected, and what the audit says of it."""

from collections.abc import Sequence

import numpy as np
import pytest
from conftest import edited
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from etl.document import finish, judge, parse
from etl.fold import fold
from etl.model import Raw, Removal
from etl.packs import Selection, compile_rules
from etl.packs.load import known_classifier
from etl.rules import compile_judging
from etl.rules.classifier.comments import is_mark
from etl.rules.classifier.facts import facts
from etl.rules.classifier.features import Page, rows_of
from etl.rules.classifier.letters import signatures
from etl.rules.classifier.lexicon import BITS, pack, score_terms, unpack
from etl.rules.classifier.model import (
    CLASSIFIER,
    LEAD_OR_END,
    SENTENCE,
    Classifier,
    have_nothing_to_score,
    lexicon_of,
    score_pages,
    score_rows,
    threshold,
)
from etl.rules.classifier.sentences import headings, lead_and_end, sentences_of_story
from etl.rules.classifier.tables import figure_rows, table_cells, table_rows
from etl.rules.classifier.text import WORD, ends_as_sentence, read_text, sum_units, tokenize
from etl.rules.language import Match, Neighbour, Rule
from etl.trees import Forest

STORY = [
    f"The committee met for the {number}th time on Monday, and its members said that talks would go on until a deal is done."
    for number in range(4, 12)
]
TEASERS = [
    "Mayor Opens New Bridge Over River", "Harbour Ferry Returns After Repairs", "Five Walks For A Rainy Weekend",
    "Council Votes On School Budget", "What We Know About The Storm", "Library Extends Its Opening Hours",
    "Baker Wins Prize For Rye Loaf", "Trains Delayed By Fallen Trees", "Museum Shows Maps Of The Coast",
    "Old Mill To Become A Theatre", "Team Signs Goalkeeper From Rivals", "Farmers Expect A Late Harvest",
]  # fmt: skip
INGREDIENTS = ["200 g flour", "2 eggs", "a pinch of salt", "300 ml milk", "1 tbsp sugar", "butter for the pan"]
LONG = "The committee met on Monday, and its members said that talks would go on until spring."
EMPTY = np.zeros(1 << BITS, dtype=np.int8)


def removals(*texts: str) -> list[Removal]:
    (found,) = edited("\n\n".join(texts)).removals
    return list(found)


def named(*texts: str) -> list[int]:
    return [removal.block for removal in removals(*texts) if removal.rule == CLASSIFIER]


def page(texts: Sequence[str], named: Sequence[int] = (), marks: Sequence[int] = ()) -> Page:
    return Page(texts, [at in named for at in range(len(texts))], [at in marks for at in range(len(texts))])


def shipped() -> Classifier:
    classifier = known_classifier()
    assert classifier
    return classifier


PAGE = ["Home", "News", "Sport", "Log in", *STORY, "Share", "Jane Roe", *TEASERS, "Terms of use", "Privacy policy"]


def test_teasers_below_a_story_go_and_the_story_stays() -> None:
    gone = {one.block for one in removals(*PAGE)}
    story = range(PAGE.index(STORY[0]), PAGE.index("Share"))
    assert set(range(story.stop, len(PAGE))) - gone == set()
    assert gone.isdisjoint(story)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([*STORY[:2], *INGREDIENTS, *STORY[2:]], id="keeps: the list of a recipe"),
        pytest.param(
            [*STORY[:3], "Grim conditions", *STORY[3:6], "View to a revolution", *STORY[6:]], id="keeps: subheads"
        ),
        pytest.param(["“No,” he said.", *STORY, "“Yes,” she said."], id="keeps: short quotes"),
        pytest.param(
            [*STORY, "image caption", "NATO has denied the allegations.", "image caption", STORY[0], "Read More"],
            id="keeps: a short sentence between pictures",
        ),
        pytest.param([*STORY[:1], *TEASERS[:3]], id="keeps: too few blocks to judge by"),
        pytest.param(
            [
                *STORY,
                "Die Gewinner",
                "Bester Film",
                "Der lange Weg",
                "Beste Regie",
                "Anna Berg",
                "Beste Musik",
                "Maria Lund",
            ],
            id="keeps: a list below a text without a page around it",
        ),
        pytest.param(TEASERS, id="keeps: a page of nothing but lines"),
        pytest.param(
            [*STORY[:4], "They are:", "Aaron Bell, 24", "Ole Lund, 45", "Piotr Maj, 52", "Ernesto Paz, 38", *STORY[4:]],
            id="keeps: a list of names and ages",
        ),
    ],
)
def test_what_the_classifier_leaves_alone(texts: list[str]) -> None:
    assert named(*texts) == []


def test_audit_holds_the_evidence() -> None:
    shapes = ("core/list-*", "core/among-furniture", "core/link-below-heading")
    rules = compile_rules(Selection(ignore=shapes))
    (judged,) = judge([parse(Raw("a.txt", "\n\n".join([*PAGE, *TEASERS]).encode(), ""), rules)], rules)
    told = [entry.also.split(",") for entry in finish(judged).entries if entry.rule == CLASSIFIER]
    assert told
    weights = [[one.partition("=") for one in features] for features in told]
    assert {name for of_block in weights for name, _, _ in of_block} <= set(shipped().forest.features)
    for of_block in weights:
        values = [int(value) for _, _, value in of_block]
        assert values == sorted(values, reverse=True)
        assert values[0] > 0


@pytest.mark.parametrize(
    ("selection", "asked"),
    [
        pytest.param(Selection(), True, id="standard"),
        pytest.param(Selection(profile="hard"), True, id="hard"),
        pytest.param(Selection(profile="careful"), False, id="careful does not guess"),
        pytest.param(Selection(ignore=(CLASSIFIER,)), False, id="ignored by its name"),
        pytest.param(Selection(select=("core/*",)), False, id="not selected"),
        pytest.param(Selection(select=("core/*", CLASSIFIER)), True, id="selected"),
    ],
)
def test_who_asks_the_classifier(selection: Selection, asked: bool) -> None:
    assert (compile_rules(selection).judging.classifier is not None) is asked


def test_hard_asks_for_less_than_standard() -> None:
    hard, standard = compile_rules(Selection(profile="hard")), compile_rules(Selection())
    assert hard.judging.min_probability < standard.judging.min_probability


def test_shipped_classifier_knows_only_features_that_there_are() -> None:
    assert set(shipped().forest.features) <= set(rows_of([page(["x"])], EMPTY).columns)


@pytest.mark.parametrize(
    ("text", "words", "ended"),
    [
        pytest.param("He did not reply.", 4, True, id="English"),
        pytest.param("Er schwieg.", 2, True, id="German"),
        pytest.param("“No,” he said.”", 3, True, id="a quotation closes behind the stop"),
        pytest.param("北京今天下雨。", 6, True, id="a Chinese full stop"),
        pytest.param("उन्होंने मना कर दिया।", 4, True, id="a danda"),
        pytest.param("นายกเทศมนตรีกล่าวว่าประชาชนจะเดินทางข้ามแม่น้ำได้ภายในสิบนาที", 51, True, id="Thai writes none"),
        pytest.param("แชร์", 3, False, id="keeps: a Thai label"),
        pytest.param("Grim conditions", 2, False, id="keeps: a subhead"),
        pytest.param("", 0, False, id="keeps: nothing"),
    ],
)
def test_sentences_end_as_their_script_has_it(text: str, words: int, ended: bool) -> None:
    read = read_text([text])
    assert (len(tokenize(read).hashes), ends_as_sentence(read, sum_units(read)).tolist()) == (words, [ended])


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        pytest.param("The search for the missing men goes on.", "搜救失踪人员的工作仍在继续。", id="Chinese"),
        pytest.param("The search for the missing men goes on.", "실종된 남자들을 찾는 수색은 계속된다.", id="Korean"),
        pytest.param("The search for the missing men goes on.", "Поиски пропавших мужчин продолжаются.", id="Russian"),
        pytest.param(
            "The search for the missing men goes on.", "行方不明の男性たちの捜索は続いている。", id="Japanese"
        ),
    ],
)
def test_a_translation_is_about_as_long(text: str, translation: str) -> None:
    one, other = sum_units(read_text([text, translation])).tolist()
    assert 0.6 < one / other < 1.6


def test_the_same_words_are_the_same_tokens_in_any_case_and_with_other_figures() -> None:
    tokens = tokenize(read_text(["Updated 18:47 BST", "UPDATED 09:12 bst"]))
    assert tokens.hashes[:4].tolist() == tokens.hashes[4:].tolist()


def test_a_lexicon_is_packed_and_unpacked() -> None:
    weights = np.arange(1 << BITS).astype(np.int8)
    assert (unpack(pack(weights)) == weights).all()


@pytest.mark.parametrize("text", ["အာဏာပိုင်တွေက မတ်လကုန်မှာ ကတိပြုထားပါတယ်။", "អាជ្ញាធរ ខេត្ត ប្រាប់ ថា នឹង ដោះស្រាយ ជម្លោះ។"])
def test_sentences_in_a_script_without_stories_in_training_have_no_weight(text: str) -> None:
    read = read_text([text, STORY[0]])
    scores = score_terms(lexicon_of(shipped()), read, tokenize(read)).tolist()
    assert scores[0] == 0 and scores[1] < 0


def test_terms_without_weight_score_nothing() -> None:
    text = read_text(["Share this article", ""])
    assert score_terms(EMPTY, text, tokenize(text)).tolist() == [0, 0]


BLOCKS = st.lists(
    st.sampled_from([*STORY, *TEASERS, *INGREDIENTS, "x", "A.", "- - -", "", "分享", "他失败了。"]), max_size=14
)


@given(st.lists(BLOCKS, max_size=4), st.sets(st.integers(0, 13)))
def test_scores_do_not_depend_on_the_batch(texts: list[list[str]], furniture: set[int]) -> None:
    pages = [page(one, sorted(furniture)) for one in texts]
    together = score_pages(pages, shipped(), [0.5] * len(pages))
    assert together == [score_pages([one], shipped(), [0.5])[0] for one in pages]


@pytest.mark.parametrize(
    ("texts", "named", "is_nothing"),
    [
        pytest.param(STORY, [], True, id="sentences alone"),
        pytest.param([*STORY, "Share"], [8], True, id="and a label that a rule has named"),
        pytest.param([*STORY, "It failed."], [], True, id="and a short one"),
        pytest.param([*STORY, "Share"], [], False, id="a label"),
        pytest.param([*STORY, "Ten Ships That Never Came Home"], [], False, id="a headline"),
        pytest.param([*STORY, "Sign up for our newsletter."], [], False, id="a sentence with words of furniture"),
        pytest.param([*TEASERS[:7]], [], True, id="too few to judge"),
        pytest.param([], [], True, id="none"),
    ],
)
def test_articles_without_anything_to_score(texts: list[str], named: list[int], is_nothing: bool) -> None:
    other = page(PAGE)
    assert have_nothing_to_score([other, page(texts, named), other], shipped()) == [False, is_nothing, False]
    if is_nothing:
        (scores,) = score_pages([page(texts, named)], shipped(), [0.5])
        assert not scores.predictions


@pytest.mark.parametrize(
    ("feature", "texts", "named", "values"),
    [
        pytest.param("units", ["A new bridge"], [], [100], id="ten units to a letter"),
        pytest.param("title", ["A New bridge Over", "keeps"], [], [750, 0], id="share of capitals"),
        pytest.param("colon", ["Here is how:", "10:30"], [], [1, 0], id="a colon"),
        pytest.param("label", ["Share", "» share", "Shared"], [], [1, 1, 0], id="repeats, ornaments aside"),
        pytest.param("run_short", ["a", "b", LONG, "c"], [], [2, 2, -1, 1], id="runs of short blocks"),
        pytest.param("run_short", ["a", "Share", "b", LONG], [1], [2, 2, -1], id="what is named parts no run"),
        pytest.param("run_prose", [LONG, LONG, "a"], [], [2, 2, -1], id="runs of prose"),
        pytest.param("prose_before", [LONG, "a", LONG, "b"], [], [0, 500, 500, 1000], id="share of prose above"),
        pytest.param("units+1", ["a b", "c"], [], [10, -1], id="the block below"),
        pytest.param("named_below", ["a", "Share", "b"], [1], [1, 99], id="how far down one is named"),
        pytest.param("named_above", ["a", "Share", "b", "c"], [1], [99, 1, 2], id="how far up one is named"),
        pytest.param("named_around", ["Share", "a", "Tweet"], [0, 2], [666], id="share of those named around"),
        pytest.param("like_below", ["2 eggs", "3 leeks", "salt"], [], [1000, 0, 0], id="lines of one template"),
        pytest.param("like_above_2", ["Ana Lund", "21", "Jan Kral", "34"], [], [0, 0, 1000, 1000], id="every second line"),
        pytest.param("ended", ["It failed. (Jane Roe, 3.2.2026)", "It failed. (dpa)"], [], [1, 1], id="signed in brackets"),
        pytest.param("ended", ['"It failed." - Jane Roe, 34', "It failed. EFE"], [], [1, 1], id="speaker or agency behind"),
        pytest.param("ended", ["The pier. (ABC: Jane Roe)", "It failed (2026)"], [], [0, 0], id="keeps not: a credit"),
        pytest.param("outside", ["ad", LONG, LONG, "ad", "ad"], [], [-1, 0, 0, 1, 2], id="above and below the story"),
        pytest.param("known", [LONG, LONG, "Committee members eat"], [], [1000, 1000, 1000], id="words of the story"),
    ],
)  # fmt: skip
def test_what_a_feature_says(feature: str, texts: list[str], named: list[int], values: list[int]) -> None:
    assert rows_of([page(texts, named)], EMPTY).columns[feature].tolist() == values


def test_marks_of_comments_count_below_the_start_of_the_story() -> None:
    texts = ["Joe says:", LONG, LONG, "Ann says:", "No!", "Reply", "So"]
    columns = rows_of([page(texts, marks=[0, 3, 5])], EMPTY).columns
    assert columns["marks_above"].tolist() == [0, 0, 0, 0, 1, 1, 2]
    assert columns["marks_away"].tolist() == [99, 99, 99, 99, 99, 99, 1]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        pytest.param("Bob. Just Bob. says:", True, id="a name"),
        pytest.param("November 19, 2019 at 6:44 am", True, id="a time"),
        pytest.param("vor 3 Stunden", True, id="German"),
        pytest.param("3시간 전", True, id="Korean"),
        pytest.param("Rating: 25 Votes", True, id="votes"),
        pytest.param("He left two days ago, she said: it was late.", False, id="keeps: a sentence"),
        pytest.param("Ingredients:", False, id="keeps: a heading"),
    ],
)
def test_marks_of_comments(text: str, mark: bool) -> None:
    assert is_mark(fold(text)) is mark


def always(bias: int) -> Classifier:
    return Classifier("1", 0.5, 0.5, pack(EMPTY), Forest((), bias, ()))


@pytest.mark.parametrize(
    ("bias", "bar", "number"),
    [
        pytest.param(0, 0.5, 12, id="just as likely as is asked for"),
        pytest.param(-1, 0.5, 0, id="keeps: a thousandth less"),
        pytest.param(9_999, 1.0, 0, id="keeps: nothing is certain"),
    ],
)
def test_a_near_tie_is_settled_in_thousandths(bias: int, bar: float, number: int) -> None:
    (scores,) = score_pages([page([*STORY, *TEASERS])], always(bias), [bar])
    assert len([one for one in scores.predictions if one.at >= len(STORY)]) == number
    assert threshold(0.5) == 0


def kept_sentences(texts: Sequence[str], sure: Sequence[int], others: int = 400) -> list[int]:
    rows = rows_of([page(texts)], EMPTY)
    odds = np.where(np.isin(rows.places, sure), -3_000, others)
    return np.flatnonzero(sentences_of_story(rows.columns, odds, rows.edges)).tolist()


QUOTED = "“We shall not give up,” said the chairman after the talks had come to an end."
AD, TEASER = "Advertisement", "Ten ships that never came home, and what is known of their crews today."


@pytest.mark.parametrize(
    ("texts", "sure", "kept"),
    [
        pytest.param([LONG, "It failed.", AD], [0], [0, 1], id="a short sentence in a run with a sure one"),
        pytest.param([LONG, AD, "It failed."], [0], [0], id="keeps not: a short one apart"),
        pytest.param([LONG, AD, AD, LONG, AD, AD, TEASER], [0, 3], [0, 3, 6], id="as far apart as the others"),
        pytest.param([LONG, LONG, AD, AD, AD, TEASER], [0, 1], [0, 1], id="keeps not: further than the others"),
        pytest.param([LONG, LONG, AD, AD, QUOTED], [0, 1], [0, 1, 4], id="apart, a quotation"),
        pytest.param([LONG, f"{LONG} The report says:"], [0], [0, 1], id="the last of several ends with a colon"),
        pytest.param([LONG, "And this is what the report has to say of it:"], [0], [0], id="keeps not: no full stop"),
        pytest.param(
            [LONG, "駅長は次のように述べた。「鍵は一晩中、壁の釘に掛かっていました」"], [0], [0, 1], id="speech"
        ),
        pytest.param(
            [LONG, "「鍵は一晩中、壁の釘に掛かっていました」駅長の告白と二十歳のつどい」"],
            [0],
            [0],
            id="keeps not: a title",
        ),
        pytest.param([LONG, "GRIM. CONDITIONS. HERE."], [0], [0], id="keeps not: capitals"),
        pytest.param([AD, "No label", TEASER], [], [], id="keeps not: no story"),
        pytest.param([], [], [], id="nothing"),
    ],
)
def test_sentences_of_the_story_are_protected(texts: list[str], sure: list[int], kept: list[int]) -> None:
    assert kept_sentences(texts, sure) == kept


@pytest.mark.parametrize(
    ("texts", "sure", "odds", "kept"),
    [
        pytest.param([LONG, TEASER], [0], 9_000, [0, 1], id="in a run, whatever the forest says"),
        pytest.param([LONG, AD, LONG, AD, TEASER], [0, 2], 1_000, [0, 2, 4], id="in a chain, likely furniture"),
        pytest.param([LONG, AD, LONG, AD, TEASER], [0, 2], 2_500, [0, 2], id="keeps not: in a chain, surely furniture"),
        pytest.param([LONG, LONG, AD, AD, QUOTED], [0, 1], 1_000, [0, 1], id="keeps not: apart, likely furniture"),
        pytest.param([LONG, LONG, AD, QUOTED], [0, 1], 1_500, [0, 1, 3], id="begins with a quotation, near the story"),
        pytest.param([LONG, LONG, AD, QUOTED[1:]], [0, 1], 1_500, [0, 1], id="keeps not: does not begin with it"),
        pytest.param([LONG, AD, AD, AD, AD, TEASER], [], -300, [0, 5], id="no sure one: all that the forest keeps"),
    ],
)
def test_no_sentence_is_protected_where_the_forest_is_sure(
    texts: list[str], sure: list[int], odds: int, kept: list[int]
) -> None:
    assert kept_sentences(texts, sure, odds) == kept


def test_a_sentence_with_words_of_stories_may_stand_further_apart() -> None:
    rows = rows_of(
        [page([LONG, AD, AD, AD, "She told him nothing of it.", "Read it all here."])], lexicon_of(shipped())
    )
    odds = np.where(rows.places == 0, -3_000, 400)
    assert np.flatnonzero(sentences_of_story(rows.columns, odds, rows.edges)).tolist() == [0, 4]


@pytest.mark.parametrize(
    ("texts", "named", "at"),
    [
        pytest.param([LONG, "Erste Züge fahren wieder", LONG], [], [1], id="a heading"),
        pytest.param([LONG, "Von Jane Roe", LONG], [], [], id="keeps not: a name"),
        pytest.param([LONG, "34 more sales", LONG], [], [], id="keeps not: a figure"),
        pytest.param([LONG, "Read on", "Share", LONG], [], [], id="keeps not: two lines"),
        pytest.param([LONG, "Read on", "Share", LONG], [2], [], id="keeps not: beside what a rule has named"),
        pytest.param([LONG, "Read on"], [], [], id="keeps not: below the story"),
    ],
)
def test_headings_stand_between_two_sentences(texts: list[str], named: list[int], at: list[int]) -> None:
    rows = rows_of([page(texts, named)], EMPTY)
    odds = np.where(rows.columns["long"] > 0, -3_000, 900)
    kept = sentences_of_story(rows.columns, odds, rows.edges)
    assert rows.places[headings(kept, rows.columns, odds, rows.places, rows.edges)].tolist() == at


def test_lead_and_end_are_the_first_and_the_last_long_sentence() -> None:
    rows, odds = score_rows([page([AD, TEASER, LONG, "It failed.", LONG, QUOTED, AD])], None)
    kept = sentences_of_story(rows.columns, odds, rows.edges)
    assert np.flatnonzero(lead_and_end(kept, rows.columns, odds, rows.edges)).tolist() == [1, 5]


def test_scores_are_whole_and_add_up() -> None:
    classifier = shipped()
    assert lexicon_of(classifier).dtype == np.int8
    assert all(isinstance(mean, int) for tree in classifier.forest.trees for mean in tree.means)
    assert (SENTENCE, LEAD_OR_END, WORD) == ("protected/sentence", "protected/lead-or-end", 50)


def test_a_story_that_was_to_lose_its_end_keeps_it_and_is_suspect() -> None:
    """A rule that goes by shape alone takes the last block of a story: a tag is booked in its stead."""
    end = "The committee will meet again on Friday, when its chairman is to report to the mayor."
    taking = Rule(
        id="below",
        title="x",
        kind="structure",
        why="x",
        keeps=("x",),
        match=Match(regex="The committee will.*", after=Neighbour(regex=".*")),
    )
    rules = compile_rules(Selection())
    own = structs.replace(rules, judging=compile_judging([("own/below", "1", taking)], shipped(), 0.99))
    (judged,) = judge([parse(Raw("a.txt", "\n\n".join([*STORY, end]).encode(), ""), own)], own)
    cleaned = finish(judged)
    tags = [(entry.rule, entry.also) for entry in cleaned.entries if entry.action == "tag"]
    assert tags == [(LEAD_OR_END, "own/below")]
    assert [(record.status, record.text.endswith(end)) for record in cleaned.records] == [("suspect", True)]


@pytest.mark.parametrize(
    ("texts", "named", "cells"),
    [
        pytest.param(["It began.", *("A 1 2 B 3 4 C 5 6".split()), "It ended."], [], range(1, 10), id="three rows"),
        pytest.param(["It began.", *("Team P W A 1 2 B 3 4 C 5 6".split())], [], range(1, 13), id="with its heading"),
        pytest.param(["It began.", *("1 Norway 17 8 2 Chile 9 5 3 Peru 7 2".split())], [], range(1, 13), id="ranks"),
        pytest.param(["It began.", *("A 33,147.25 -1.09% B £4.2 +3 C 5% 6".split())], [], range(1, 10), id="signs"),
        pytest.param(["It began.", *("A 1 2 B 3 4".split())], [], [], id="two rows are few"),
        pytest.param(["It began.", *("1 Lava 2 Snow 3 Hail 4 Rain 5 Fog".split())], [], [], id="titles with ranks"),
        pytest.param(["It began.", *("1 2 3 4 5 6 7 8 9 10".split())], [], [], id="numbers of pages"),
        pytest.param(["It began.", *(["He left."] * 9)], [], [], id="sentences"),
        pytest.param(["Prices", *("A 1 2 B 3 4 C 5 6".split())], [], [], id="nothing above"),
        pytest.param(["It began.", "Prices.", *("A 1 2 B 3 4 C 5 6".split())], [1], [], id="below a label"),
    ],
)
def test_cells_of_tables(texts: list[str], named: list[int], cells: Sequence[int]) -> None:
    assert sorted(table_cells(texts, named)) == list(cells)


LETTER = "The cat has crossed the bay 9,000 times."


@pytest.mark.parametrize(
    ("texts", "named", "rows"),
    [
        pytest.param(
            ["It began.", "| Genre | Drama |", "|---|---|", "| Run | 1999 |", "| By | Roe |"],
            [],
            [1, 2, 3, 4],
            id="Markdown",
        ),
        pytest.param(
            ["It began.", "| Genre | Drama |", "| Run | 1999 |", "| By | A. Roe |"], [], [1, 2, 3], id="three"
        ),
        pytest.param(["It began.", "| Genre | Drama |", "| Run | 1999 |"], [], [], id="two are few"),
        pytest.param(["It began.", "| A | 1 |", "| B | 2 |", "| C | 3 | 4 |"], [], [], id="of other lengths"),
        pytest.param(["It began.", "|  |  |", "|  |  |", "|  |  |"], [], [], id="empty"),
        pytest.param(["It began.", "| A | 1 |", "| B | 2 |", "| C | 3 |"], [2], [], id="named by a rule"),
    ],
)
def test_rows_of_tables(texts: list[str], named: list[int], rows: list[int]) -> None:
    assert sorted(table_rows(texts, named)) == rows


@pytest.mark.parametrize(
    ("texts", "named", "rows"),
    [
        pytest.param(["Table", "Harle P12 W9 Pts 29", "St Ives P12 W8 Pts 26", "Vale P12 W2 Pts 8"], [], [1, 2, 3], id="points"),
        pytest.param(["Table", "Harle 12 9 29", "St Ives 12 8 26", "Vale 12 2"], [], [], id="two are few"),
        pytest.param(["Results", "Harle 12 9 29", "Vale 12 8 26", "Ives 12 2 8"], [0], [], id="below a label of the page"),
        pytest.param(["Table", "Harle 2 Vale 1", "Ives 0 Brow 0", "Kirk 1 Marsh 4"], [], [], id="two figures"),
    ],
)  # fmt: skip
def test_rows_of_figures(texts: list[str], named: list[int], rows: list[int]) -> None:
    assert sorted(figure_rows(texts, named)) == rows


@pytest.mark.parametrize(
    ("texts", "named", "kept"),
    [
        pytest.param(
            [LETTER, "Ann Keble", "Ashdale", LETTER, "Dr Alan Frome", "Ludlow, Shropshire"], [], [1, 2, 4, 5], id="two"
        ),
        pytest.param(
            [LETTER, "Ann Keble", "Ashdale", LETTER, LETTER, "Toby Wood", "Hull"], [], [1, 2, 5, 6], id="of two"
        ),
        pytest.param([LETTER, "Ann Keble", "Ashdale", LETTER], [], [], id="one is few"),
        pytest.param([LETTER, "Ann Keble", LETTER, "Toby Wood", LETTER], [], [], id="without places"),
        pytest.param([LETTER, "Ann Keble", "Ashdale", "Most read", LETTER, "Toby Wood", "Hull"], [], [], id="parted"),
        pytest.param(
            [LETTER, "Strict Cookies", "Always Active", LETTER, "Other Cookies", "Always Active"], [], [], id="alike"
        ),
        pytest.param([LETTER, "Ann Keble", "Ashdale", LETTER, "Toby Wood", "Hull"], [4], [], id="named by a rule"),
        pytest.param([LETTER, "he left", "Ashdale", LETTER, "she stayed", "Hull"], [], [], id="no names"),
        pytest.param(
            [LETTER, "Ann Keble, Ashdale", LETTER, "- Toby Wood, Hull", "Most read"], [4], [1, 3], id="one line"
        ),
        pytest.param([LETTER, "Ann Keble (Ashdale)", LETTER, "Toby Wood, 41, baker"], [], [1, 3], id="bracket, age"),
        pytest.param([LETTER, "Ann Keble, Reuters", LETTER, "Toby Wood, Reuters"], [], [], id="of one agency"),
    ],
)
def test_names_below_letters(texts: list[str], named: list[int], kept: list[int]) -> None:
    assert sorted(signatures(texts, named)) == kept


@pytest.mark.parametrize(
    ("texts", "named", "kept"),
    [
        pytest.param(["It began.", "Age: 34", "Born: Kiel", "It ended."], [], [1, 2], id="two"),
        pytest.param(
            ["It began.", "Fixtures", "Saturday: Rovers v Town (3pm)", "Sunday: City v United (2pm)"],
            [],
            [1, 2, 3],
            id="with their heading",
        ),
        pytest.param(["It began.", "曜日", "土：1試合", "日：2試合"], [], [1, 2, 3], id="wide colons"),
        pytest.param(
            [
                "It began.",
                "New cases",
                *(f"{name} 1{number}" for number, name in enumerate("Jujuy Salta Chaco".split())),
                "Santa Cruz 2,310",
                "La Rioja 7 %",
            ],
            [],
            [1, 2, 3, 4, 5, 6],
            id="counts of five places",
        ),
        pytest.param(["It began.", *(f"Chaco {number}" for number in range(4))], [], [], id="counts of four"),
        pytest.param(
            ["It began.", *(f"May {number}" for number in range(2008, 2026))], [], [], id="years of an archive"
        ),
        pytest.param(
            ["It began.", *(f"Fire over the old lock of Chaco on May {number}" for number in range(9))],
            [],
            [],
            id="dates",
        ),
        pytest.param(["It began.", "Age: 34"], [], [], id="one is few"),
        pytest.param(["It began.", "Tennis: Finale", "Golf: Semifinale"], [], [], id="links without figures"),
        pytest.param(["It began.", "Golf: Young wins the Open on its 18th hole", "Golf: 2 left"], [], [], id="titles"),
        pytest.param(["It began.", "https://example.org/1", "https://example.org/2"], [], [], id="addresses"),
        pytest.param(["It began.", "Most read", "Age: 34", "Caps: 61"], [1], [], id="below a label"),
        pytest.param(["It began.", "Age: 34", "Share: 9", "Caps: 61"], [2], [], id="parted by a label"),
    ],
)
def test_facts_with_labels(texts: list[str], named: list[int], kept: list[int]) -> None:
    assert sorted(facts(texts, named)) == kept
