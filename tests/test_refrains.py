"""What a story says again by intention stays; what a page prints twice goes."""

import pytest

import etl

REFRAIN = "O river, carry down the names of all the men we could not find,"
CHANT = "Bread and peace and the key of the mayor, they sang in the square all night!"
LEAD = "The poem that opened the ceremony was written by a miner in 1934 and has been read aloud each year since."
VERSES = [
    "and leave them where the willows are, and leave the lamps behind.",
    "and tell the sea we waited here, and tell the sea we know.",
    "and do not let the water rise, and do not let us go.",
]
LAST = "About 300 people stood in the rain to hear it on Saturday, among them the last two widows of the disaster."


def text_of(blocks: list[str]) -> list[str]:
    return etl.clean("\n".join(blocks)).articles[0].text.split("\n\n")


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([LEAD, REFRAIN, VERSES[0], REFRAIN, VERSES[1], REFRAIN, VERSES[2], LAST], id="a refrain"),
        pytest.param([LEAD, REFRAIN, VERSES[0], REFRAIN, VERSES[1], LAST], id="a refrain that comes twice"),
        pytest.param([LEAD, CHANT, LAST, CHANT, VERSES[0]], id="a chant"),
        pytest.param([LEAD, "tell my mother I return", VERSES[0], "Tell my mother I return.", LAST], id="a last verse"),
        pytest.param([LEAD, CHANT, CHANT, VERSES[0], CHANT, LAST], id="a chant that is sung twice in a row"),
        pytest.param(
            [LEAD, "“Nothing?”", "“Nothing.”", "“Nothing at all?”", LAST], id="an answer that echoes a question"
        ),
        pytest.param([LEAD, "— Как?", "— Никак.", "— Никак?", "— Никак!", LAST], id="echoes behind a dash"),
        pytest.param([LEAD, "「一枚も？」", "「一枚も」", LAST], id="an echo in Japanese"),
        pytest.param([LEAD, "“No.”", "“No.”", LAST], id="an answer that two people give"),
        pytest.param([LEAD, "Vitamin C", "4%", "4%", "Iron", "4%", LAST], id="cells of a table"),
    ],
)
def test_natural_repetition_stays(blocks: list[str]) -> None:
    assert text_of(blocks) == blocks


@pytest.mark.parametrize(
    ("blocks", "left"),
    [
        pytest.param([LEAD, LAST, LEAD, LAST], [LEAD, LAST], id="a story that was pasted twice"),
        pytest.param(
            [LEAD, REFRAIN, VERSES[0], LAST, REFRAIN, VERSES[0]], [LEAD, REFRAIN, VERSES[0], LAST], id="a run"
        ),
        pytest.param([LEAD, LEAD, "“No.”", "“No.”", LAST, LAST], [LEAD, "“No.”", LAST], id="each line twice"),
        pytest.param([LEAD, "4%", LEAD, "4%", LAST], [LEAD, "4%", LAST], id="figures of a story pasted twice"),
        pytest.param([LEAD, VERSES[0], LAST, VERSES[0]], [LEAD, VERSES[0], LAST], id="a quote that is printed large"),
        pytest.param([LEAD, REFRAIN, REFRAIN, LAST], [LEAD, REFRAIN, LAST], id="a line under itself"),
        pytest.param([LEAD, REFRAIN, REFRAIN, REFRAIN, LAST], [LEAD, REFRAIN, LAST], id="a line three times in a row"),
    ],
)
def test_copies_within_an_article_go(blocks: list[str], left: list[str]) -> None:
    assert text_of(blocks) == left
