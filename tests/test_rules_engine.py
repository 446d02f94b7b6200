"""The engine tries few rules on a block; what it names is what the plain loop over all rules and all blocks names."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from conftest import of_blocks
from hypothesis import given
from hypothesis import strategies as st

from etl.examples import parse
from etl.fold import fold, plain, shape
from etl.model import Block, Kind, Publisher, Removal
from etl.packs import Selection, load_rules
from etl.rules import View, cuts, judge, seat
from etl.rules.guards import covers
from etl.rules.literals import required, widths
from etl.rules.regex import regex_of
from etl.rules.seat import Panel
from etl.rules.sieve import Sieve, listed, only
from etl.rules.vocabulary import called

SHIPPED = [
    (sourced.name, sourced.version, sourced.rule)
    for sourced in load_rules(Selection())
    if sourced.rule.action != "replace"
]
BENCH = seat(SHIPPED)
EXAMPLES = [block for _, _, one in SHIPPED for text in (*one.drops, *one.keeps) for block in parse(text).blocks]
PUBLISHERS = (None, *(Publisher(name, name) for _, _, one in SHIPPED for name in one.scope.publisher))


@pytest.mark.parametrize(
    ("regex", "literals"),
    [
        pytest.param("(?:Getty|Reuters)[|] .{3,20}", {"getty| ", "reuters| "}, id="written out, folded"),
        pytest.param(r"\[\+\d+ chars\]", {"0 chars]"}, id="the more telling part; a digit is a 0"),
        pytest.param("[0-9]{1,2}:[0-9]{2}.*", {"0:00"}, id="a text that adds to another at its beginning"),
        pytest.param("(?:by|by the) .*", {"by "}, id="a text that adds to another at its end"),
        pytest.param("(?:[^|]{2,60}[|])(?>AFP|dpa).*", {"|afp", "|dpa"}, id="across groups"),
        pytest.param("(?:.*photo|.*image).*", {"photo", "image"}, id="one of the branches"),
        pytest.param("(?:AP|P){2}:", {"pp:", "pap:"}, id="repeated"),
        pytest.param("(?:Share.?){2,9}", {"share"}, id="repeated with a gap"),
        pytest.param(r"(?:Read|)more\b(?=!)", {"more"}, id="places between characters"),
        pytest.param("x{0,3}Straße", {"strasse"}, id="what may be missing is not required"),
        pytest.param("(?:photo)?.{3,20}", None, id="keeps: all of it may be missing"),
        pytest.param("[A-Z]{2,20}", None, id="keeps: a range of letters"),
        pytest.param("[^|]{2,20}", None, id="keeps: a class that says what is not there"),
        pytest.param("(?:photo|.{9})", None, id="keeps: a branch that says nothing"),
        pytest.param("a.*", None, id="keeps: a letter is in every text"),
        pytest.param("(?P<a>.{9}) (?P=a)", None, id="keeps: the same again"),
    ],
)
def test_literals_that_a_regex_requires(regex: str, literals: set[str] | None) -> None:
    assert required(regex) == (frozenset(literals) if literals else None)


PARTS = st.sampled_from(
    ["AP", "by ", "[|/]", r"\d{1,2}", "[0-9]+", "(?:via |by )", "(?:x|)", "ß", "İ", "ı", "k?", "(?>ab|c)", "[^a]", ".",
     r"(?:\d{2}:){1,3}", "(?:ab|b){2,}", "s{2,}?", "[Ff]oto", r"\b", "(?=.)", "‘", "ſ", "ﬆ"]
)  # fmt: skip


@given(st.data(), st.lists(PARTS, min_size=1, max_size=5).map("".join), st.booleans())
def test_literals_never_hide_a_match(data: st.DataObject, regex: str, case: bool) -> None:
    text = plain(data.draw(st.from_regex(re.compile(regex, re.DOTALL if case else re.DOTALL | re.IGNORECASE))))
    for match in re.finditer(plain(regex), text, re.DOTALL if case else re.DOTALL | re.IGNORECASE):
        assert any(literal in shape(fold(text)) for literal in required(plain(regex)) or ("",))
        least, most = widths(plain(regex))
        assert least <= len(match[0]) <= most


WORDS = st.text("ab0\n", max_size=3)


@given(st.lists(WORDS, max_size=6), st.lists(st.text("ab0", max_size=3), max_size=6))
def test_sieve_finds_literals(texts: list[str], literals: list[str]) -> None:
    sieve = Sieve((literal, only(rank)) for rank, literal in enumerate(literals))
    found = [{literals[rank] for rank in listed(ranks)} for ranks in sieve.ranks_in(texts)]
    assert found == [{literal for literal in literals if literal in text} for text in texts]


def opinions_of_all(panel: Panel, view: View) -> Iterator[tuple[int, str]]:
    """The plain loop: every rule is asked about every block."""
    for seated in panel.rules:
        for at in range(len(view)):
            if at not in view.frame and covers(seated.rule.scope, view):
                opinion = seated.opinion(view, at)
                if opinion and not opinion.obstacle:
                    yield at, seated.name


@st.composite
def views(draw: st.DrawFn) -> View:
    """Articles of lines that shipped rules drop or keep, of publishers that they know, with a headline somewhere."""
    lines = draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=8))
    blocks = tuple(Block(at, at + 1, 0, 0, block.text, block.tag, block.css) for at, block in enumerate(lines))
    headline = draw(st.integers(-1, len(blocks) - 1))
    frame = (Removal(headline, "extract", "structure/headline"),) if headline >= 0 else ()
    kind = draw(st.sampled_from(list[Kind](["text", "html"])))
    return View(*of_blocks(blocks, kind, draw(st.sampled_from(PUBLISHERS)), frame))


@given(views())
def test_judge_names_what_the_plain_loop_names(view: View) -> None:
    taken = {name: called(name, rule) for name, _, rule in SHIPPED if rule.action != "tag"}
    alone = list(opinions_of_all(BENCH.alone, view))
    knowing = view.knowing([(at, name) for at, rule in alone for name in taken.get(rule, ())])
    plainly: defaultdict[int, set[str]] = defaultdict(set)
    for at, rule in (*alone, *opinions_of_all(BENCH.in_company, knowing)):
        plainly[at].add(rule)
    assert {removal.block: {removal.rule, *removal.also} for removal in judge(view, BENCH)} == plainly


@given(views())
def test_cuts_are_what_the_plain_loop_finds(view: View) -> None:
    plainly = {
        (at, seated.name)
        for seated in BENCH.stripping.rules
        for at, text in enumerate(view.plain)
        if at not in view.frame and covers(seated.rule.scope, view) and not seated.obstacle(view, at)
        if regex_of(seated.rule.match).pattern.search(text)
    }
    assert {(cut.block, name) for cut in cuts(view, BENCH) for name in cut.rule.split("+")} == plainly
