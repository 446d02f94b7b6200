"""Repair: what is undone, what is only flagged, what stays; and the laws that hold for any text."""

import json
import re
from pathlib import Path
from time import process_time
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.change import apply
from etl.model import Replacement
from etl.repair import Repaired, needs_no_repair, repair
from etl.repair.evidence import proved_steps


class Case(NamedTuple):
    id: str
    kind: str
    before: str
    after: str


# kind: sure is done, keep stays and raises no flag, risk is flagged and done on request, flag is only flagged.
CASES = [
    Case(**json.loads(row)) for row in (Path(__file__).parent / "cases" / "glitches.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_glitch(case: Case) -> None:
    repaired = repair(case.before)
    assert repaired.text == (case.after if case.kind == "sure" else case.before)
    if case.kind != "sure":
        assert bool(repaired.flags) == (case.kind != "keep")


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_guess_is_made_on_request(case: Case) -> None:
    assert repair(case.before, risky=True).text == case.after


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("Belarusâ€™s president", [("Belarusâ€™s", "Belarus’s", "repair/mojibake")]),
        ("a cafe\u0301 in Minsk", [("cafe\u0301", "café", "repair/compose")]),
        ("AT&amp;amp;T and M&amp;S", [("AT&amp;amp;T", "AT&T", "repair/entity"), ("M&amp;S", "M&S", "repair/entity")]),
        ("image captionThe mayor", [("captionThe", "caption The", "repair/label")]),
        ("one  two", [("  ", " ", "repair/spaces")]),
        ("no no\xad no no", [("no\xad", "no", "repair/soft-hyphen")]),  # equal on both sides, and of the change itself
        ("20&nbsp;&nbsp;May it was", [("20&nbsp;&nbsp;May", "20 May", "repair/entity+repair/spaces")]),
        ("M&S and a café", []),
    ],
)
def test_script_names_words_and_steps(line: str, changes: list[tuple[str, str, str]]) -> None:
    script = repair(line).script
    assert [(line[change.start : change.end], change.after, "+".join(change.rules)) for change in script] == changes


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("They don?t know", [("repair/question-apostrophe", "?")]),
        ("Minsk, 25 August 2src2src.", [("repair/src-for-zero", "2src2src")]),
        ("  &ldquo;Noâ€™  he can?t", [("repair/question-apostrophe", "?")]),  # a place in the line as it came
        (
            "Belaruss president resigned.The vote",
            [("repair/missing-space", "."), ("repair/lost-possessive", "Belaruss")],
        ),
        ("Russian presidents resigned. The vote", []),
    ],
)
def test_flag_names_place(line: str, places: list[tuple[str, str]]) -> None:
    flags = repair(line).flags
    assert [(flag.rule, flag.text) for flag in flags] == places
    assert all(line[flag.start : flag.end] == flag.text for flag in flags)


BAD_DATE = Replacement("npr/src-for-zero", re.compile(r"(\d)src(\d)src"), r"\g<1>0\g<2>0")
TWO_PARTS = Replacement("bbc/joined-parts", re.compile(r" \| "), "\n\n")


@pytest.mark.parametrize(
    ("line", "replacement", "text", "rules"),
    [
        ("25 August 2src2src.", BAD_DATE, "25 August 2020.", ["npr/src-for-zero"]),
        ("25 August 2020.", BAD_DATE, "25 August 2020.", []),
        ("One | two", TWO_PARTS, "One\n\ntwo", ["bbc/joined-parts"]),  # a pack may part a block
        ("One | ", TWO_PARTS, "One |", ["repair/spaces"]),
        ("Itâ€™s 2src2src", BAD_DATE, "It’s 2020", ["repair/mojibake", "npr/src-for-zero"]),
    ],
)
def test_replacement_of_a_pack(line: str, replacement: Replacement, text: str, rules: list[str]) -> None:
    repaired = repair(line, [replacement])
    assert (repaired.text, ["+".join(change.rules) for change in repaired.script]) == (text, rules)


@pytest.mark.parametrize(
    "line",
    [
        "&" + "amp;" * 100_000 + "lt;",
        "e" + "\u0301\u0323" * 100_000,
        "x" + " " * 50_000 + "y",
        '\\"' * 20_000,
        "â€œ" * 20_000,
        "&am&#112;;" * 5_000,
    ],
    ids=["ampersands", "marks", "spaces", "escapes", "quotes", "entities"],
)
def test_hostile_line_is_done_in_one_pass(line: str) -> None:
    repaired = repair(line)
    assert apply(line, repaired.script) == repaired.text


def test_many_flags_behind_many_repairs_take_linear_time() -> None:
    start = process_time()
    repaired = repair("Tom &amp;amp; Jerry &lt;b&gt; " * 8_000)
    assert len(repaired.flags) == 16_000
    assert process_time() - start < 6  # in quadratic time, 20


def test_line_that_will_not_settle_comes_back() -> None:
    line = "5"
    for _ in range(20):
        line = f"&#{line}3;"  # a reference to the digit 5, spelled with a reference to the digit 5
    assert repair(line).text == line


# Pieces of damage and of clean news, thrown together: random characters alone would seldom make an entity.
PIECES = [
    "â€œ",
    "â€",
    "â€™",
    "Ã©",
    "Ð¡",
    "â€?",
    "ï»¿",
    "&amp;",
    "&lt;",
    "b&gt;",
    "&#38;",
    "amp;",
    "&nbsp;",
    "\\u2019",
    '\\"',
    "\\'",
    "\\n",
    "\x1b[31m",
    "\x07",
    "\xad",
    "\u200b",
    "\ufeff",
    "\r",
    "\r\n",
    "\n",
    "\xa0",
    "caption",
    "image",
    "A",
    "é",
    "ﬁ",
    "Ａ１",
    "日",
    "ｶ",
    "1src",
    "don?t",
    "?No",
    ".The",
    "''",
    "``",
    "%",
    "20%",
    "%E2%80%9C",
    "â",
    "Õ",
    "ñ",
    "é",
    "’",
    "“",
    "”",
    "–",
    "£",
    "½",
    "°",
    "«",
    "»",
    "Ø",
    "Å",
    "œ",
    "Р",
    "а",
    "Б",
    "β",
    "Ω",
    "�",
    "\u202e",
    "\uf0b7",
    "\x85",
    "\x9d",
    "\u2028",
    "\x0c",
]
text = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.lists(st.sampled_from([*PIECES, " ", "  ", "a", "Read more"]), max_size=12).map("".join),
)
line = text.map(lambda value: re.sub(r"\n{2,}", "\n", value))


@given(line, st.booleans())
@example("&amp;#10;&#10;", False)
@example("\x0b\r", False)
def test_script_makes_the_text(line: str, risky: bool) -> None:
    repaired = repair(line, risky=risky)
    assert apply(line, repaired.script) == repaired.text
    assert "\n\n" not in repaired.text


@given(line, st.booleans())
def test_repaired_twice_is_repaired_once(line: str, risky: bool) -> None:
    once = repair(line, risky=risky).text
    assert repair(once, risky=risky).text == once


@given(line, st.booleans())
def test_flags_are_places_of_the_line(line: str, risky: bool) -> None:
    assert all(flag.text == line[flag.start : flag.end] != "" for flag in repair(line, risky=risky).flags)


DIDNT = ["They didn?t know.", "It wasn?t so, we?re told.", "“It?s over?” ?No,? she said."]


@pytest.mark.parametrize(
    ("blocks", "after"),
    [
        pytest.param(
            DIDNT,
            ["They didn’t know.", "It wasn’t so, we’re told.", "“It’s over?” “No,” she said."],
            id="apostrophes all lost",
        ),
        pytest.param([*DIDNT, "It's new."], [*DIDNT, "It's new."], id="keeps: others have their apostrophe"),
        pytest.param(["They didn?t know.", "Who?s who?"], ["They didn?t know.", "Who?s who?"], id="keeps: two alone"),
        pytest.param(
            ["He has capabilities. Among the capabili-\nties are cranes; le-\nniency is none."],
            ["He has capabilities. Among the capabilities are cranes; leniency is none."],
            id="a word that stands whole elsewhere proves the rest",
        ),
        pytest.param(
            ["Die Kommu-\nnen for-\ndern mehr Geld vom Bun-\ndesamt."],
            ["Die Kommunen fordern mehr Geld vom Bundesamt."],
            id="German words in number",
        ),
        pytest.param(
            ["Die Sanierung des Bades kostet nach einer ersten Schät-\nzung der Stadt rund vier Millionen Euro."],
            ["Die Sanierung des Bades kostet nach einer ersten Schätzung der Stadt rund vier Millionen Euro."],
            id="a noun of German",
        ),
        pytest.param(["The post-Trump-\nera guests"], ["The post-Trump-era guests"], id="a name of English"),
        pytest.param(
            [
                "The port authority said that Saal=E2=80=99s union has to ask the la=\nbour court, 1=3D1.",
                "It had to end the strike that keeps nineteen ships at anchor in the b=\nay.",
            ],
            [
                "The port authority said that Saal’s union has to ask the labour court, 1=1.",
                "It had to end the strike that keeps nineteen ships at anchor in the bay.",
            ],
            id="e-mail",
        ),
        pytest.param(*[["Authorization: Bearer j2YnGtXjzzzHNjkd1CJxoQubA1o=\nReferer: x"] * 3] * 2, id="keeps: base64"),
        pytest.param(
            *[["The value of a very long variable of the port authority is set to 1 as\nx=1 and a=\nb"] * 3] * 2,
            id="keeps: code",
        ),
        pytest.param(["x =\n1"], ["x =\n1"], id="keeps: an equation"),
        pytest.param(
            ["The capabilities of long-\nterm care: capabili-\nties of self-\nhelp, and the two-\nthirds rule."],
            ["The capabilities of long-term care: capabilities of self-help, and the two-thirds rule."],
            id="compounds keep their hyphen",
        ),
        pytest.param(
            ["A bus line. The bus-\nline was shut, and no capabili-\nties or capabilities were left."],
            ["A bus line. The bus-line was shut, and no capabilities or capabilities were left."],
            id="both parts are words of the document",
        ),
        pytest.param(["Anglo-\nSaxon kings"], ["Anglo-Saxon kings"], id="a name behind it"),
        pytest.param(
            ["A state-\nowned bank in a mid- to long-\nterm plan"],
            ["A state-owned bank in a mid- to long-term plan"],
            id="nothing proves broken words",
        ),
    ],
)
def test_document_proves_what_a_block_cannot(blocks: list[str], after: list[str]) -> None:
    steps = proved_steps(blocks)
    assert [repair(block, proved=steps).text for block in blocks] == after


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("A palavra é «MAÇÃ».", "A palavra é «MAÇÃ»."),
        ("O título é “IRMÃ” hoje", "O título é “IRMÃ” hoje"),
        ("«ESTA NOITE: AMANHû", "«ESTA NOITE: AMANHû"),
        ("AMANHÃ… sem data, diz a «RTP»", "AMANHÃ… sem data, diz a «RTP»"),
        ("“HÂLÂ” yazıyordu, ‘KÂR’ da", "“HÂLÂ” yazıyordu, ‘KÂR’ da"),
        ("NÃO À VIOLÊNCIA, DISSE A IRMû", "NÃO À VIOLÊNCIA, DISSE A IRMû"),
        ("O fÃªte est brÃ»lÃ©e", "O fête est brûlée"),
        ("LE MÃ‰TRÃ” EST FERMÃ‰", "LE MÉTRÔ EST FERMÉ"),
        ("GRÃ… SJÃ˜EN ER BLÃ…", "GRÅ SJØEN ER BLÅ"),
        ("He said â€œnothingâ€\ufffd and left", "He said “nothing” and left"),
        ("â€œIt doesnâ€™t workâ€\ufffd, she said; â€œnoâ€\ufffd", "“It doesn’t work”, she said; “no”"),
        ("wait\x85", "wait…"),
        ("青江市政府周三宣布，\n连接南北两岸", "青江市政府周三宣布，连接南北两岸"),
        ("東京都は\n　発表した", "東京都は発表した"),
        ("서울시는 수요일\n발표했다", "서울시는 수요일\n발표했다"),
    ],
)
def test_repair_of_letters_that_look_like_damage(line: str, text: str) -> None:
    assert repair(line).text == text


@given(st.lists(st.sampled_from(
    ["Belarusâ€™ president", "They don?t know", "He left.", "Минск", "two  spaces", "a-", "Read Moreabout", "image caption",
     "K", "“Yes,” she said", "ends in œ", "\x85", "é", "e\u0301", "U.S.", "src", "x" * 9_000, "他走了", "AT&T", "&amp;", ""]
), max_size=5))  # fmt: skip
def test_documents_that_need_no_repair_have_no_block_that_does(lines: list[str]) -> None:
    if needs_no_repair(lines, ()):
        assert [repair(line) for line in lines] == [Repaired(line) for line in lines]
