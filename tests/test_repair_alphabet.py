"""The proof that what looks clean is clean: from ftfy's parsed tables as they are installed, and from the steps themselves.

ftfy changes text for mojibake only where its BADNESS_RE matches.  That pattern is a finite set of short words over classes
of characters, so all of its words can be written down, one for each combination of classes, and none may look clean.
"""

import importlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise, product
from typing import Any

import ftfy
import pytest
from ftfy import badness, chardata
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.repair.alphabet import looks_clean, maybe_mojibake
from etl.repair.doubts import DOUBTS
from etl.repair.steps import SURE

CONFIG = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, unescape_html=True)
# What may stand around a word of mojibake and must not hide it.  All our contexts but `œ not before a letter` ask for more
# characters, never for fewer, so that nothing else around a word can take a hit back.
AROUND = ("", "a")

parser: Any = importlib.import_module("re._parser")  # typeshed does not know it
Item = tuple[Any, Any]
Word = tuple[Item, ...]


def words(sequence: Any) -> list[Word]:
    """Every way through a parsed pattern, as the items that must be met one after the other; anchors are left out."""
    ways: list[Word] = [()]
    for name, value in sequence:
        ways = [way + more for way in ways for more in READERS.get(str(name), one_item)(name, value)]
    return ways


def one_item(name: Any, value: Any) -> list[Word]:
    return [((name, value),)]


def repeated(_: Any, value: Any) -> list[Word]:
    low, high, inner = value
    return [sum(way, ()) for times in range(low, high + 1) for way in product(words(inner), repeat=times)]


READERS: dict[str, Callable[[Any, Any], list[Word]]] = {
    "AT": lambda _, value: [()],
    "BRANCH": lambda _, value: [word for branch in value[1] for word in words(branch)],
    "SUBPATTERN": lambda _, value: words(value[3]),
    "MAX_REPEAT": repeated,
    # only in our own patterns, of which no more than the items is wanted
    "ASSERT": lambda _, value: words(value[1]),
    "ASSERT_NOT": lambda _, value: words(value[1]),
}

HOLDS: dict[str, Callable[[Any, int], bool]] = {
    "LITERAL": lambda value, code: bool(code == value),
    "NOT_LITERAL": lambda value, code: bool(code != value),
    "ANY": lambda value, code: code != 10,
    "RANGE": lambda value, code: bool(value[0] <= code <= value[1]),
    "CATEGORY": lambda value, code: CATEGORIES[str(value)](chr(code)),
    "NEGATE": lambda value, code: False,
    "IN": lambda value, code: (str(value[0][0]) == "NEGATE") != any(holds(inner, code) for inner in value),
}
CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
}


def holds(item: Item, code: int) -> bool:
    """Whether a parsed item is met by a character.  A KeyError means that ftfy's pattern has grown: teach the proof."""
    return HOLDS[str(item[0])](item[1], code)


def items(pattern: re.Pattern[str]) -> list[Item]:
    found = (item for word in words(parser.parse(pattern.pattern, pattern.flags)) for item in word)
    return list({repr(item): item for item in found}.values())


BADNESS = words(parser.parse(badness.BADNESS_RE.pattern, badness.BADNESS_RE.flags))
ITEMS = [*items(badness.BADNESS_RE), *items(maybe_mojibake())]
NEWS = "‘’“”–—…"
# What the categories of a pattern tell apart: letters and figures, spaces, and the rest.
SORTS = [re.compile(regex) for regex in (r"[^\W_]", r"\s", r"[^\w\s]|_")]


def edges(item: Item) -> Iterator[int]:
    """The code points at which the answer of an item may change."""
    name, value = str(item[0]), item[1]
    if name == "IN":
        yield from (edge for inner in value for edge in edges(inner))
    elif name in ("LITERAL", "NOT_LITERAL", "RANGE"):
        low, high = value if name == "RANGE" else (value, value)
        yield from (low, high + 1)


@cache
def representatives() -> tuple[str, ...]:
    """One character of all Unicode for each set that neither ftfy's pattern nor ours can tell apart."""
    borders = {0, 0x80, 0xD800, 0xE000, 0x110000, *(ord(char) + n for char in NEWS for n in (0, 1))}
    borders.update(edge for item in ITEMS for edge in edges(item))
    kinds: dict[tuple[bool, ...], str] = {}
    for low, high in pairwise(sorted(borders)):
        stretch = "".join(map(chr, range(low, high))) if low != 0xD800 else ""  # halves of pairs are no characters
        for char in (found[0] for one in SORTS if (found := one.search(stretch))):
            kinds.setdefault((low < 0x80, char in NEWS, *(holds(item, ord(char)) for item in ITEMS)), char)
    return tuple(kinds.values())


@pytest.mark.parametrize("word", BADNESS, ids=range(len(BADNESS)))
def test_no_word_of_ftfy_looks_clean(word: Word) -> None:
    for chars in product(*([char for char in representatives() if holds(item, ord(char))] for item in word)):
        for before, after in product(AROUND, repeat=2):
            text = before + "".join(chars) + after
            assert maybe_mojibake().search(text) and not looks_clean(text), ascii(text)


def test_no_character_that_another_step_of_ftfy_touches_looks_clean() -> None:
    touched = {*range(0x80, 0xA0), *chardata.LIGATURES, *chardata.CONTROL_CHARS, 0x1B, 0x0D, 0x2028, 0x2029}
    touched |= {code for code in range(0x110000) if not unicodedata.is_normalized("NFC", chr(code))}
    assert [hex(code) for code in sorted(touched) if looks_clean(f"a{chr(code)}a")] == []


# Mostly what stands in the tables of both, where a fault would be.
mixed = st.lists(
    st.one_of(
        st.deferred(lambda: st.sampled_from(representatives())),
        st.sampled_from([*"aZ .\n1’éÉ«»€", "  ", "&amp;", "src", "The", "s "]),
    ),
    max_size=8,
).map("".join)


@pytest.mark.slow
@given(mixed)
@settings(max_examples=500)
def test_what_looks_clean_is_left_alone_by_ftfy(text: str) -> None:
    if looks_clean(text):
        assert ftfy.fix_text(text, CONFIG) == text


@pytest.mark.slow
@given(mixed)
@settings(max_examples=500)
def test_what_looks_clean_is_left_alone_by_every_step(text: str) -> None:
    if looks_clean(text):
        assert [step.rule for step in SURE if step.mend(text) != text] == []
        assert [doubt.rule for doubt in DOUBTS if doubt.pattern.search(text)] == []
