"""Lines of Markdown in plain text: rules judge them as a reader sees them, and what stays keeps its marks."""

from datetime import date

import pytest

from etl.document import clean
from etl.model import Raw
from etl.packs import Selection, compile_rules
from etl.rules.matching.exceptions import RuleException
from etl.rules.matching.markdown import MAX_BESIDE_LINKS, MAX_LINE_OF_LINKS, MAX_MARKED, shown

RULES = compile_rules(Selection())
STORY = [
    "The county has ordered the quarry at Harrow Fell to stop blasting after cracks appeared in eleven houses.",
    "Inspectors found that charges had been set closer to the village than the [permit](https://a.example/p) allows.",
    "The operator said it had followed every condition of its licence and would contest the order in court.",
]


def kept(line: str, selection: Selection | None = None) -> bool:
    rules = compile_rules(selection) if selection else RULES
    (record,) = clean(Raw("a.txt", "\n\n".join([*STORY[:2], line, STORY[2]]), "0" * 64), rules).records
    blocks = record.text.split("\n\n")
    assert [block for block in blocks if block != line] == STORY
    return line in blocks


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        pytest.param("[Home](/) | [News](/news)", "Home | News", id="links"),
        pytest.param("- [A](/a)\n- [B](/b)", "- A\n- B", id="a list of links"),
        pytest.param('[A](/a "title of a") [B](/b_(c))', "A B", id="titles, and brackets in an address"),
        pytest.param("**Tags:** [a](/a), [b](/b)", "**Tags:** a, b", id="a label before links"),
        pytest.param("**[Read more](/more)**", "Read more", id="emphasis around a link"),
        pytest.param("### Related", "Related", id="a heading"),
        pytest.param("_Photo: Jane Roe_", "Photo: Jane Roe", id="emphasis"),
        pytest.param("[![Logo](/l.png)](/)", "![Logo](/l.png)", id="a picture that is a link"),
        pytest.param("![A crane](/c.png)", "![A crane](/c.png)", id="keeps: a picture"),
        pytest.param("[](/share)", "[](/share)", id="keeps: a link without words"),
        pytest.param("#Minsk #Border", "#Minsk #Border", id="keeps: hashtags"),
        pytest.param("**Bold** and *italic*", "**Bold** and *italic*", id="keeps: emphasis within a line"),
        pytest.param("* a footnote", "* a footnote", id="keeps: an item"),
        pytest.param("***", "***", id="keeps: a rule"),
        pytest.param("[1] See [2](/2).", "[1] See 2.", id="a number that is no link"),
        pytest.param(
            f"{'x' * (MAX_BESIDE_LINKS + 1)} [a](/a)", f"{'x' * (MAX_BESIDE_LINKS + 1)} [a](/a)", id="keeps: prose"
        ),
        pytest.param(f"*{'x' * MAX_MARKED}*", f"*{'x' * MAX_MARKED}*", id="keeps: a long paragraph"),
        pytest.param(f"[{'x' * MAX_LINE_OF_LINKS}](/a)", f"[{'x' * MAX_LINE_OF_LINKS}](/a)", id="keeps: a long line"),
    ],
)
def test_shown(line: str, seen: str) -> None:
    assert shown(line) == seen


@pytest.mark.parametrize("line", ["[Read more](/more)", "## Related stories", "**Advertisement**", "![A crane](/c.png)", "* [Share on Facebook](https://facebook.com/share?u=1)"])  # fmt: skip
def test_furniture_in_markdown_goes(line: str) -> None:
    assert not kept(line)


@pytest.mark.parametrize("line", ["## What the inspectors found", "**“My floor drops by a centimetre each month.”**", "*Correction: The quarry opened in 1902, not in 1920.*", "[Read the order of the county](/order), and you find a page on the donkey."])  # fmt: skip
def test_text_of_the_story_in_markdown_stays_with_its_marks(line: str) -> None:
    assert kept(line)


def test_a_byline_that_is_a_link_fills_the_author() -> None:
    text = "\n\n".join(["By [Jane Roe](https://a.example/jane-roe)", *STORY])
    (record,) = clean(Raw("a.txt", text, "0" * 64), RULES).records
    assert (record.author, record.text) == ("Jane Roe", "\n\n".join(STORY))


def test_an_exception_gives_a_line_as_it_stands_in_the_text() -> None:
    line = "[Read more](/more)"
    one = RuleException(line=line, reason="It is quoted.", until=date(2999, 1, 1))
    assert kept(line, Selection(exceptions=(one,)))
    assert not kept(
        line, Selection(exceptions=(RuleException(line="[Read more](/else)", reason="Else.", until=one.until),))
    )
