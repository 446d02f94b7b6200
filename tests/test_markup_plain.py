"""Plain text is cut into blocks, and every character has its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.markup.plain import read_plain

WRAPPED = """\
It was the best of times, it was the worst of times, it was the
age of wisdom, it was the age of foolishness, it was the epoch of
belief, it was the epoch of incredulity."""

SHORT = """\
age of wisdom, it was the age of foolishness, it was the epoch of
disbelief."""


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param("One.\n\nTwo.", ["One.", "Two."], id="blank line"),
        pytest.param("One.\nTwo.", ["One.", "Two."], id="a line is a block"),
        pytest.param("One.\r\n\r\nTwo.\rThree.", ["One.", "Two.", "Three."], id="Windows and old Mac line breaks"),
        pytest.param("  One. \n \t\n\u00a0Two.\u3000", ["One.", "Two."], id="white space around belongs to no block"),
        pytest.param(WRAPPED, [WRAPPED], id="wrapped lines are one block"),
        pytest.param(WRAPPED.replace("\n", "\r\n"), [WRAPPED.replace("\n", "\r\n")], id="wrapped, Windows"),
        pytest.param(f"{WRAPPED}\n\n{SHORT}", [WRAPPED, SHORT], id="two lines of the same width"),
        pytest.param(
            "Roses are red\nViolets are blue\nSugar is sweet",
            ["Roses are red", "Violets are blue", "Sugar is sweet"],
            id="keeps: verse is short lines",
        ),
        pytest.param("a" * 60 + "\n" + "b" * 60, ["a" * 60, "b" * 60], id="keeps: two lines prove no width"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\n\t", [], id="white space alone"),
    ],
)
def test_text_gives_blocks(text: str, blocks: list[str]) -> None:
    assert [block.text for block in read_plain(text).blocks] == blocks


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a\n\nb\nc", [1, 3, 4], id="unix"),
        pytest.param("a\r\n\r\nb\r\nc", [1, 3, 4], id="windows"),
        pytest.param("a\r\rb\rc", [1, 3, 4], id="old mac"),
        pytest.param("\n\n\na", [4], id="blank lines first"),
    ],
)
def test_blocks_know_their_lines(text: str, lines: list[int]) -> None:
    assert [block.line for block in read_plain(text).blocks] == lines


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        pytest.param("a\n\nb\n\nc\nd", "\n\n", id="mostly blank lines"),
        pytest.param("a\nb\nc\n\nd", "\n", id="mostly line breaks"),
        pytest.param("a\r\n\r\nb", "\r\n\r\n", id="windows"),
        pytest.param("a", "\n\n", id="one block has none"),
    ],
)
def test_page_knows_its_usual_gap(text: str, gap: str) -> None:
    assert read_plain(text).gap == gap


# All white space that is made of Unicode's, but for U+0085: of Windows-1252 it is the ellipsis.
WHITE = " \t\n\r\u00a0\u2028\x1c"


@given(st.text(st.sampled_from("ab. \n\r\t\u00a0\u2028\x85\x1c"), max_size=60))
def test_every_character_is_in_a_block_or_white_space_between(text: str) -> None:
    page = read_plain(text)
    at = 0
    for block in page.blocks:
        assert text[at : block.char_start].strip(WHITE) == ""
        assert block.text == text[block.char_start : block.char_end] == block.text.strip(WHITE) != ""
        assert "\n\n" not in block.text
        at = block.char_end
    assert text[at:].strip(WHITE) == ""


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param(
            r"The vote was close.\n\nPolice said \"no\".\nRead more",
            ["The vote was close.", r"Police said \"no\".", "Read more"],
            id="breaks that are spelled out",
        ),
        pytest.param(r"One.\r\nTwo.\r\nThree", ["One.", "Two.", "Three"], id="of Windows"),
        pytest.param("第一段。\\n第二段。\\n第三段", ["第一段。", "第二段。", "第三段"], id="in Chinese"),
        pytest.param(
            r"Look into C:\new and D:\notes.",
            [r"Look into C:\new and D:\notes."],
            id="keeps: paths and names",
        ),
        pytest.param(r"He typed \n once.", [r"He typed \n once."], id="keeps: one alone"),
        pytest.param(
            "In C a \\n ends a line.\\n It is two letters.\\n\nSo it is.",
            ["In C a \\n ends a line.\\n It is two letters.\\n", "So it is."],
            id="keeps: text that has real breaks",
        ),
    ],
)
def test_breaks_that_are_spelled_out(text: str, blocks: list[str]) -> None:
    assert [block.text for block in read_plain(text).blocks] == blocks
