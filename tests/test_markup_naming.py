"""Names of boxes: the letters that are looked for first are in all that a pattern matches."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.markup.naming import CAPTIONS, CLUES, DISCUSSIONS, OFFERS, PARTS, PICTURES, Finder, named_part

FINDERS = (CAPTIONS, CLUES, DISCUSSIONS, OFFERS, PARTS, PICTURES)


@pytest.mark.slow
@pytest.mark.parametrize("finder", FINDERS)
@given(data=st.data())
def test_a_finder_finds_what_its_pattern_matches(finder: Finder, data: st.DataObject) -> None:
    names = data.draw(st.from_regex(re.compile(finder.pattern.pattern, re.IGNORECASE | re.ASCII)))
    match = finder.pattern.search(names)
    found = finder.search(names)
    assert (found and found.span()) == (match and match.span())


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("article__Byline", "byline"),
        ("post-author_name", "byline"),
        ("PublicationDate", "date"),
        ("first_name", "given"),
        ("authority", None),
        ("updated", None),
    ],
)
def test_a_clue(names: str, said: str | None) -> None:
    match = CLUES.search(names)
    assert (match and match.lastgroup) == said


@pytest.mark.parametrize(
    ("names", "part"),
    [
        ("embed-privacy-overlay", "dialog"),
        ("video__embed-placeholder", "dialog"),
        ("BorlabsCookie _brlbs-cb-youtube", "dialog"),
        ("embed-responsive", ""),
        ("has-consent", ""),
    ],
)
def test_a_box_in_the_place_of_a_film(names: str, part: str) -> None:
    assert named_part(names) == part
