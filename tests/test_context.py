"""The model of context: what company gives away, what it leaves alone, and what stands in the audit of it."""

import pytest
from conftest import edited, story
from hypothesis import given
from hypothesis import strategies as st

from etl.document import finish
from etl.model import Kind
from etl.packs import Selection, compile_rules
from etl.packs.load import known_context
from etl.rules import ArticleView
from etl.rules.context import NAME, Feature, Model, suspects
from etl.rules.features import features

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


def named(*texts: str) -> list[int]:
    (removals,) = edited("\n\n".join(texts)).removals
    return [removal.block for removal in removals if removal.rule == NAME]


def test_teasers_below_a_story_go_and_the_story_stays() -> None:
    """The first ones may stay: so close below the story they could be its subheads."""
    removed = named(*STORY, *TEASERS)
    assert set(range(len(STORY) + 3, len(STORY) + len(TEASERS))) <= set(removed)
    assert min(removed) >= len(STORY)


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
        pytest.param([*STORY[:1], *TEASERS[:3]], id="keeps: too little company to judge by"),
        pytest.param(TEASERS, id="keeps: a page of nothing but lines"),
    ],
)
def test_what_company_does_not_give_away(texts: list[str]) -> None:
    assert named(*texts) == []


def test_audit_holds_the_evidence() -> None:
    entries = finish(edited("\n\n".join([*STORY, *TEASERS]))).entries
    told = [entry.also.split(",") for entry in entries if entry.rule == NAME]
    model = known_context()
    assert model
    assert told
    assert {name for names in told for name in names} <= set(model.feature)


@pytest.mark.parametrize(
    ("selection", "asked"),
    [
        pytest.param(Selection(), True, id="standard"),
        pytest.param(Selection(profile="hard"), True, id="hard"),
        pytest.param(Selection(profile="careful"), False, id="careful does not guess"),
        pytest.param(Selection(ignore=(NAME,)), False, id="ignored by its name"),
        pytest.param(Selection(select=("core/*",)), False, id="not selected"),
        pytest.param(Selection(select=("core/*", NAME)), True, id="selected"),
    ],
)
def test_who_asks_the_model(selection: Selection, asked: bool) -> None:
    assert (compile_rules(selection).judging.classifier is not None) is asked


def test_hard_asks_for_less_than_standard() -> None:
    assert (
        compile_rules(Selection(profile="hard")).judging.min_probability
        < compile_rules(Selection()).judging.min_probability
    )


def test_shipped_model_knows_only_features_that_there_are() -> None:
    model = known_context()
    assert model
    assert set(model.feature) <= set(features(ArticleView(*story("x")), [0]))


@given(st.lists(st.sampled_from([*STORY, *TEASERS, *INGREDIENTS, "x", "A.", "- - -"]), max_size=30), st.integers(0, 40))
def test_features_are_columns_over_the_blocks(texts: list[str], furniture: int) -> None:
    view = ArticleView(*story(*texts)).with_named([(furniture, ["core/x"])] if furniture < len(texts) else [])
    places = [at for at in range(len(texts)) if at not in view.named]
    columns = features(view, places) if places else {}
    assert {len(column) for column in columns.values()} <= {len(places)}


LONG = "The committee met on Monday, and its members said that talks would go on until spring."
TOLD = f"{LONG} {LONG}"


@pytest.mark.parametrize(
    ("feature", "texts", "named", "values"),
    [
        pytest.param("words", ["A new bridge", LONG], [], [3, 16], id="words"),
        pytest.param("words-unended", ["A new bridge", LONG], [], [3, -1], id="words of what is no sentence"),
        pytest.param("capitals", ["A New bridge Over", "keeps"], [], [0.75, 0], id="capitals"),
        pytest.param("glued", ["Move Won't StandWarren Mayor", "Ron DeSantis", "Mr. Fouts"], [], [1, 1, 0], id="glued"),
        pytest.param("ends-colon", ["Here is how:", "10:30"], [], [1, 0], id="colon"),
        pytest.param("repeats", ["Share", "» share", "Shared"], [], [1, 1, 0], id="repeats, ornaments aside"),
        pytest.param("run-of-short", ["a", "b", LONG, "c"], [], [2, 2, 0, 1], id="runs of what is no sentence"),
        pytest.param("run-of-short", ["a", "Share", "b", LONG], [1], [2, 2, 0], id="what is named parts no run"),
        pytest.param("run-of-sentences", [LONG, LONG, "a"], [], [2, 2, 0], id="runs of sentences"),
        pytest.param("prose-before", [LONG, "a", LONG, "b"], [], [0, 0.5, 0.5, 1], id="share of prose above"),
        pytest.param("words-to-median", [LONG, "Two eggs"], [], [1, 0.125], id="beside the usual sentence"),
        pytest.param("words-below", ["a b", "c"], [], [1, -1], id="the block below"),
        pytest.param("named-below", ["a", "Share", "b"], [1], [1, -1], id="named below"),
        pytest.param("named-away-above", ["a", "Share", "b", "c"], [1], [99, 1, 2], id="how far up one is named"),
        pytest.param("named-within-3", ["Share", "a", "Tweet"], [0, 2], [1], id="named around"),
        pytest.param("named-within-3", ["Share", "a", "Share"], [0, 2], [0.5], id="a label that repeats counts once"),
        pytest.param("sentence-in-story", [TOLD, "It failed.", TOLD, "Buy now."], [], [1, 1, 1, 0], id="sentences within the story"),
        pytest.param("sentence-in-story", [TOLD, "Ads", TOLD, "Ads", "Buy now."], [], [1, 0, 1, 0, 0], id="no titles within it"),
        pytest.param("sentence-in-story", [TOLD, "joe says:", "It failed.", "ann says:", "Buy now."], [1, 3], [1, 0, 0], id="no comments"),
        pytest.param("sentence-in-story", [TOLD, "Share", "It failed.", "Tweet", TOLD], [1, 3], [1, 1, 1], id="keeps: a story parted by what is named"),
        pytest.param("marks-above", ["1 day ago", LONG, "Joe says:", "No!", "Reply"], [], [0, 0, 1, 1, 2], id="marks of comments"),
        pytest.param("marks-above", [LONG, "Share", LONG], [1], [0, 0], id="keeps: what other rules have named"),
        pytest.param("marks-away", [LONG, "Joe says:", "No!", "Reply", "So"], [], [99, 99, 99, 2, 1], id="how far up a mark is"),
        pytest.param("characters", [LONG, "Two eggs"], [], [86, 8], id="characters"),
        pytest.param("story-if-unended", [LONG, "Committee eats", "Baker wins"], [], [2, 1, 0], id="words of the story"),
    ],
)  # fmt: skip
def test_what_a_feature_says(feature: str, texts: list[str], named: list[int], values: list[float]) -> None:
    view = ArticleView(*story(*texts)).with_named([(at, ["core/x"]) for at in named])
    places = [at for at in range(len(texts)) if at not in named]
    assert features(view, places)[feature].tolist() == pytest.approx(values)


def test_weights_of_the_steps_that_a_value_is_above_add_up() -> None:
    feature = Feature("", ((0.5, 1000), (2.0, -3000)))
    assert feature.weights([0.5, 0.6, 2.5]).tolist() == [0, 1000, -2000]


@pytest.mark.parametrize(
    ("bias", "least", "number"),
    [
        pytest.param(0, 0.5, 20, id="just as likely as is asked for"),
        pytest.param(-1, 0.5, 0, id="keeps: a thousandth less"),
        pytest.param(9999, 1.0, 0, id="keeps: nothing is certain"),
    ],
)
def test_a_near_tie_is_settled_in_thousandths(bias: int, least: float, number: int) -> None:
    model = Model("1", bias, least, least, {})
    assert len(suspects(ArticleView(*story(*STORY, *TEASERS)), model, least)) == number


@pytest.mark.parametrize(
    ("kind", "odds", "number"),
    [
        pytest.param("text", 700, 20, id="two to one is enough for a text"),
        pytest.param("html", 700, 0, id="keeps: a page, of which elements have told the most"),
        pytest.param("html", 2200, 20, id="nine to one is enough for a page"),
    ],
)
def test_of_a_page_it_must_be_surer(kind: Kind, odds: int, number: int) -> None:
    assert (
        len(suspects(ArticleView(*story(*STORY, *TEASERS, kind=kind)), Model("1", odds, 0.5, 0.5, {}), 0.5)) == number
    )


def test_evidence_is_what_weighs_most_by_name_if_alike() -> None:
    alike = {name: Feature("", ((0.5, 10),)) for name in ("words", "run-of-sentences", "prose-before")}
    model = Model("1", 0, 0.5, 0.5, {**alike, "words": Feature("", ((0.5, 20),))})
    first = suspects(ArticleView(*story(*STORY, *TEASERS)), model, 0.5)[0]
    assert first.evidence == ("words", "run-of-sentences", "prose-before")


def test_what_rules_have_named_is_not_suspected_again() -> None:
    always = Model("1", 10_000, 0.5, 0.5, {})
    view = ArticleView(*story(*STORY, *TEASERS))
    assert [suspect.at for suspect in suspects(view, always, 0.5)] == list(range(20))
    assert [suspect.at for suspect in suspects(view.with_named([(3, ["core/x"])]), always, 0.5)] == [
        *range(3),
        *range(4, 20),
    ]
