"""The model of context: what company gives away, what it leaves alone, and what stands in the audit of it."""

import msgspec
import pytest
from conftest import edited
from hypothesis import given
from hypothesis import strategies as st

from etl.model import Article, Block, Facts, Removal
from etl.packs import Selection, desk
from etl.packs.load import known_context
from etl.rules import View
from etl.rules.context import NAME, Feature, Model, features, suspects
from etl.stages import NO_COPIES, finish

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


def article(*texts: str) -> Article:
    return Article(0, Facts(), None, tuple(Block(at, at + 1, 0, 0, text) for at, text in enumerate(texts)))


def named(*texts: str) -> list[int]:
    (removals,) = edited("\n\n".join(texts)).removals
    return [removal.block for removal in removals if removal.rule == NAME]


def test_teasers_below_a_story_go_by_rule_or_company_and_the_story_stays() -> None:
    (removals,) = edited("\n\n".join([*STORY, *TEASERS])).removals
    assert [removal.block for removal in removals] == list(range(len(STORY), len(STORY) + len(TEASERS)))
    assert named(*STORY, *TEASERS)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([*STORY[:2], *INGREDIENTS, *STORY[2:]], id="keeps: the list of a recipe"),
        pytest.param(
            [*STORY[:3], "Grim conditions", *STORY[3:6], "View to a revolution", *STORY[6:]], id="keeps: subheads"
        ),
        pytest.param(["“No,” he said.", *STORY, "“Yes,” she said."], id="keeps: short quotes"),
        pytest.param([*STORY[:1], *TEASERS[:3]], id="keeps: too little company to judge by"),
        pytest.param(TEASERS, id="keeps: a page of nothing but lines"),
    ],
)
def test_what_company_does_not_give_away(texts: list[str]) -> None:
    assert named(*texts) == []


def test_audit_holds_the_evidence() -> None:
    entries = finish(edited("\n\n".join([*STORY, *TEASERS])), NO_COPIES, "").entries
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
    assert (desk(selection).bench.context is not None) is asked


def test_hard_asks_for_less_than_standard() -> None:
    assert desk(Selection(profile="hard")).bench.least < desk(Selection()).bench.least


def test_shipped_model_knows_only_features_that_there_are() -> None:
    model = known_context()
    assert model
    assert set(model.feature) <= set(features(View(article("x"), "text")))


@given(st.lists(st.sampled_from([*STORY, *TEASERS, *INGREDIENTS, "x", "A.", "- - -"]), max_size=30), st.integers(0, 40))
def test_features_are_columns_over_the_blocks(texts: list[str], furniture: int) -> None:
    story = article(*texts)
    frame = (Removal(furniture, "drop", "structure/kicker"),) if furniture < len(texts) else ()
    columns = features(View(msgspec.structs.replace(story, frame=frame), "text")) if texts else {}
    assert {len(column) for column in columns.values()} <= {len(texts)}


def test_weights_of_the_steps_that_a_value_is_above_add_up() -> None:
    feature = Feature("", ((0.5, 1.0), (2.0, -3.0)))
    assert [feature.weight(value) for value in (0.5, 0.6, 2.5)] == [0, 1.0, -2.0]


def test_what_rules_have_named_is_not_suspected_again() -> None:
    always = Model("1", 10.0, 0.5, 0.5, {})
    view = View(article(*STORY, *TEASERS), "text")
    assert [suspect.at for suspect in suspects(view, always, 0.5)] == list(range(20))
    assert [suspect.at for suspect in suspects(view.knowing([(3, "core/x")]), always, 0.5)] == [
        *range(3),
        *range(4, 20),
    ]
