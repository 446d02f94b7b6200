"""A script of changes: applied, joined, found."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.change import MAX_WORDS_TO_ALIGN, Change, Script, apply, between, compose


@st.composite
def scripts(draw: st.DrawFn, text: str) -> Script:
    """Any script on a text: insertions, deletions and replacements that do not overlap."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return tuple(
        Change(start, end, draw(st.text("xyz", max_size=3)), (draw(st.sampled_from(["one", "two"])),))
        for start, end in pairs
    )


@given(st.data(), st.text("abc ", max_size=20))
def test_composed_script_does_what_both_do(data: st.DataObject, text: str) -> None:
    first = data.draw(scripts(text))
    second = data.draw(scripts(apply(text, first)))
    both = compose(text, first, second)
    assert apply(text, both) == apply(apply(text, first), second)
    assert all(one.end <= other.start for one, other in pairwise(both))


def test_composed_changes_that_touch_carry_both_rules() -> None:
    text = "25 August 2src2src"
    zeros = (Change(11, 14, "0", ("zero-src",)), Change(15, 18, "0", ("zero-src",)))
    spaced = (Change(9, 10, " in ", ("spaces",)),)
    assert compose(text, zeros, spaced) == (Change(9, 10, " in ", ("spaces",)), *zeros)
    assert compose(text, zeros, (Change(10, 14, "2021", ("year",)),)) == (Change(10, 18, "2021", ("zero-src", "year")),)


def test_a_change_that_is_undone_is_no_change() -> None:
    assert compose("ab", (Change(0, 1, "x", ("there",)),), (Change(0, 1, "a", ("back",)),)) == ()


@pytest.mark.parametrize(
    ("before", "after", "spans"),
    [
        pytest.param("the same", "the same", [], id="nothing"),
        pytest.param("Belarusâ€™ president", "Belarus’ president", [(0, 10)], id="one word"),
        pytest.param("one two three", "one three", [(4, 8)], id="a word and its space go"),
        pytest.param("", "new", [(0, 0)], id="from nothing"),
        pytest.param("old", "", [(0, 3)], id="to nothing"),
    ],
)
def test_script_between_two_texts_is_short(before: str, after: str, spans: list[tuple[int, int]]) -> None:
    script = between(before, after, "rule")
    assert apply(before, script) == after
    assert [(change.start, change.end) for change in script] == spans


@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=40))
def test_script_between_any_two_texts_leads_from_one_to_the_other(before: str, after: str) -> None:
    assert apply(before, between(before, after, "rule")) == after


def test_long_texts_are_not_aligned_word_by_word() -> None:
    words = ["word"] * (MAX_WORDS_TO_ALIGN + 1)
    before, after = " ".join(["first", *words, "last"]), " ".join(["First", *words, "Last"])
    script = between(before, after, "rule")
    assert len(script) == 1
    assert apply(before, script) == after
