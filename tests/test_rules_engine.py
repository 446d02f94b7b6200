"""The engine tries few rules on a block; what it names is what the plain loop over all rules and all blocks names."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pytest
from conftest import of_blocks
from hypothesis import given
from hypothesis import strategies as st

from etl.document import Parsed, judge
from etl.examples import parse
from etl.fold import fold, plain, shape
from etl.model import Block, Kind, Publisher, Removal
from etl.packs import Selection, compile_rules, load_rules
from etl.rules import ArticleView, compile_judging, cuts
from etl.rules import judge as judge_articles
from etl.rules.classifier.timelines import chronicle
from etl.rules.engine.literal_search import LiteralMatcher, LiteralTrigger, literal_groups, ranks_of
from etl.rules.engine.ruleset import CompiledRule
from etl.rules.language import called
from etl.rules.matching.guards import covers
from etl.rules.regexes.compiled import Regex, regex_of
from etl.rules.regexes.literals import Place, placed_literals, required
from etl.rules.regexes.reach import look_ahead, repeated_start, widths
from etl.rules.regexes.syntax import UNBOUNDED

SHIPPED = [
    (sourced.name, sourced.version, sourced.rule)
    for sourced in load_rules(Selection())
    if sourced.rule.action != "replace"
]
RULES = compile_judging(SHIPPED)
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
        pytest.param("(?=.{0,20}(?:photo|image)).{5,40}", {"photo", "image"}, id="in a look ahead"),
        pytest.param("(?!.{0,20}photo).{5,40}", None, id="keeps: a look ahead at what must not stand there"),
        pytest.param(".{3,20}(?<=photo) [A-Z]", None, id="keeps: a look behind"),
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
     r"(?:\d{2}:){1,3}", "(?:ab|b){2,}", "s{2,}?", "[Ff]oto", r"\b", "(?=.)", "‘", "ſ", "ﬆ", "(?:(?:by )?foto|[^b]{2}ap)",
     "(?:.foto){1,2}", "(?:ab.{0,2}|.ap.)", "(ab|foto.|..)", "(?: fotos by.{2,4}|. foto|[^a]foto)"]
)  # fmt: skip
REGEXES = st.lists(PARTS, min_size=1, max_size=5).map("".join)


@given(st.data(), REGEXES, st.booleans())
def test_literals_never_hide_a_match(data: st.DataObject, regex: str, case: bool) -> None:
    flags = re.DOTALL if case else re.DOTALL | re.IGNORECASE
    text = plain(data.draw(st.from_regex(re.compile(regex, flags))))
    for match in re.finditer(plain(regex), text, flags):
        assert any(literal in shape(fold(text)) for literal in required(plain(regex)) or ("",))
        least, most = widths(plain(regex))
        assert least <= len(match[0]) <= most


@given(st.data(), REGEXES)
def test_one_literal_stands_at_its_place(data: st.DataObject, regex: str) -> None:
    text = data.draw(st.from_regex(re.compile(regex, re.DOTALL | re.IGNORECASE), fullmatch=True).filter(str.isascii))
    folded = shape(fold(text))
    places = [
        (literal, place, found.start())
        for literal, place in placed_literals(regex)
        for found in re.finditer(f"(?={re.escape(literal)})", folded)
    ]
    assert any(
        place.min_before <= start <= place.max_before
        and place.min_after <= len(text) - start - len(literal) <= place.max_after
        for literal, place, start in places
    )


@pytest.mark.parametrize(
    ("regex", "literal", "place"),
    [
        pytest.param("Photo: .{3,20}", "photo: ", Place(0, 0, 3, 20), id="at the start"),
        pytest.param(".{2,9}/Getty", "/getty", Place(2, 9, 0, 0), id="at the end"),
        pytest.param("(?:x{3}Photo|Photo.)y", "photo", Place(0, 3, 1, 2), id="in either branch"),
        pytest.param(
            ".{2}(?=.{3}photo).{9}", "photo", Place(2, UNBOUNDED, -UNBOUNDED, UNBOUNDED), id="in a look ahead"
        ),
        pytest.param("(?:a|by the )?photo.", "photo", Place(0, 7, 1, 1), id="behind what may be missing"),
        pytest.param(
            "(?: fotos by.{2,4}|. foto|[^a]foto)", "foto", Place(1, 2, 0, 8), id="in a text that another text begins"
        ),
    ],
)
def test_places_of_literals(regex: str, literal: str, place: Place) -> None:
    assert dict(placed_literals(regex))[literal] == place


@pytest.mark.parametrize(
    ("regex", "chars"),
    [
        pytest.param("(?P<title>.{15,160}) ?(?P=title)", 15, id="a group and the same again"),
        pytest.param("(ab.) - .*\\1", 3, id="further behind"),
        pytest.param("x(ab.)\\1", 0, id="keeps: not from the start"),
        pytest.param("(ab.) ab.", 0, id="keeps: no group is asked for again"),
        pytest.param("(ab.)?\\1", 0, id="keeps: a group that may be missing"),
        pytest.param("(ab.)(?:\\1|x)", 0, id="keeps: one of two choices"),
    ],
)
def test_regexes_that_repeat_their_start(regex: str, chars: int) -> None:
    assert repeated_start(regex) == chars


@pytest.mark.parametrize(
    ("regex", "chars"),
    [
        pytest.param("a(?=bc)", 3, id="ahead"),
        pytest.param("a(?!.{4})", 5, id="ahead, refused"),
        pytest.param("(?:x|a(?=.{9}))", 10, id="in a group"),
        pytest.param("(?<=abc)d", 1, id="keeps: behind; a word may end"),
    ],
)
def test_how_far_a_regex_looks_ahead(regex: str, chars: int) -> None:
    assert look_ahead(regex) == chars


STRIPPED = st.sampled_from(
    ["foto", " by AP", "x", "Foto: ab", " ", "b", "ap.", "0", "(", "ab ", "!", "via AP", "AP AP", "\n"]
)
SEARCHED = st.sampled_from(
    [r"foto\b", r"(?:^|(?<=\. ))foto.{0,3}(?=b|$)", r"by AP(?! AP)", r"(?<!x)ab {1,2}ap", r"foto.*?!", r"(?>.{0,2})via ap$",
     r"^\W*foto", r"(?:ab )+(?=foto)", r"x?by ap\b.?", r"foto(?=.{6})"]
)  # fmt: skip


@given(SEARCHED, st.lists(STRIPPED, max_size=12).map("".join))
def test_a_search_near_the_literals_finds_what_a_search_of_all_finds(source: str, text: str) -> None:
    regex = Regex(source, case=False)
    spans = [
        (found.start(), found.start() + len(literal))
        for literal, _ in regex.facts.literals
        for found in re.finditer(f"(?={re.escape(literal)})", shape(fold(text)))
    ]
    found = [match.span() for match in regex.pattern.finditer(text)]
    if spans:
        near = min(start for start, _ in spans), max(end for _, end in spans)
        assert [match.span() for match in regex.find_all(text, (), near)] == found
    else:
        assert not found


WORDS = st.one_of(st.text("ab0\néß", max_size=3), st.text("ab", min_size=10, max_size=30))
LITERALS = st.one_of(st.text("ab0s", min_size=1, max_size=3), st.text("ab", min_size=10, max_size=15))


@given(
    st.lists(WORDS, max_size=12),
    st.lists(LITERALS, max_size=6),
    st.integers(1, 20),
)
def test_literal_search_finds_literals(words: list[str], literals: list[str], window: int) -> None:
    """They come in two parts, as those of shipped rules and of a user's; those of rules without a rank are not found."""
    halves = literals[::2], literals[1::2]
    parts = [literal_groups((text, LiteralTrigger(rule)) for rule, text in enumerate(half)) for half in halves]
    ranks = [[-1, *range(2 * len(half))[part + 2 :: 2]] for part, half in enumerate(halves)]
    matcher = LiteralMatcher(zip(parts, ranks, strict=True), window)
    texts = {plain(text): fold(text) for text in words}
    found = {text: {literals[rank] for rank in ranks_of(hits.rules)} for text, hits in matcher.search(texts).items()}
    standing = {text: {one for one in literals[2:] if one in shape(folded)} for text, folded in texts.items()}
    assert found == {text: some for text, some in standing.items() if some}


def plain_loop(rules: Iterable[CompiledRule], view: ArticleView) -> Iterator[tuple[int, str]]:
    """Every rule is asked about every block."""
    for compiled in rules:
        for at in range(len(view)) if covers(compiled.rule.scope, view.scope) else ():
            if at not in view.frame and compiled.names.holds(view, at):
                yield at, compiled.name


@st.composite
def views(draw: st.DrawFn) -> ArticleView:
    """Articles of lines that shipped rules drop or keep, of publishers that they know, with a headline somewhere."""
    lines = draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=8))
    blocks = [Block(at, at + 1, 0, 0, block.text, block.tag, block.css) for at, block in enumerate(lines)]
    headline = draw(st.integers(-1, len(blocks) - 1))
    frame = (Removal(headline, "extract", "structure/headline"),) if headline >= 0 else ()
    kind: Kind = draw(st.sampled_from(list[Kind](["text", "html"])))
    return ArticleView(*of_blocks(blocks, kind, draw(st.sampled_from(PUBLISHERS)), frame))


@given(st.lists(views(), min_size=1, max_size=4))
def test_judge_names_what_the_plain_loop_names(batch: Sequence[ArticleView]) -> None:
    taken = {name: (*called(name, rule), f"*/{rule.id}") for name, _, rule in SHIPPED if rule.action != "tag"}
    last = {one.rank: bool(one.rule.where.position) for one in RULES.block.rules}
    phases = [[one for one in RULES.block.rules if last[one.rank] == is_last] for is_last in (False, True)]
    for view, removals in zip(batch, judge_articles(batch, RULES), strict=True):
        knowing, block_rules = view, list[tuple[int, str]]()
        for phase in phases:
            block_rules += plain_loop(phase, knowing)
            knowing = view.with_named([(at, taken[rule]) for at, rule in block_rules if rule in taken])
        plainly: dict[int, set[str]] = defaultdict(set)
        for at, rule in (*block_rules, *plain_loop(RULES.contextual.rules, knowing)):
            plainly[at].add(rule)
        named = {removal.block: {removal.rule, *removal.also} for removal in removals}
        if view.kind == "text":  # what stands around a line takes no heading, table or letter out of the story
            by_block_rules = {at for at, _ in block_rules} - chronicle(view.plain)
            plainly = {at: rules for at, rules in plainly.items() if at in named or at in by_block_rules}
        assert named == plainly


@given(st.lists(views(), min_size=1, max_size=4))
def test_cuts_are_what_the_plain_loop_finds(batch: Sequence[ArticleView]) -> None:
    for view, found in zip(batch, cuts(batch, RULES), strict=True):
        plainly = {
            (at, compiled.name)
            for compiled in RULES.strip.rules
            for at, text in enumerate(view.plain)
            if at not in view.frame and covers(compiled.rule.scope, view.scope) and not compiled.blocked_by(view, at)
            if regex_of(compiled.rule.match).pattern.search(text)
        }
        assert {(cut.block, name) for cut in found for name in cut.rules} == plainly


@given(st.lists(views(), min_size=1, max_size=5), st.lists(st.integers(1, 5), max_size=4))
def test_documents_are_judged_alike_in_any_batches(drawn: Sequence[ArticleView], sizes: Sequence[int]) -> None:
    """The last judges - the classifier, fields, cuts in blocks - included."""
    rules = compile_rules(Selection())
    documents = [Parsed(view.document, (view.article,)) for view in drawn]
    whole, batched, rest = judge(documents, rules), [], documents
    for size in (*sizes, len(documents)):
        batched += judge(rest[:size], rules)
        rest = rest[size:]
    assert whole == batched == [judge([one], rules)[0] for one in documents]
