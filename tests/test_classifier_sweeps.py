"""Sweeps over stories of our own: whatever stands around a story, none of its sentences goes."""

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import raw_of

from etl.document import judge, parse
from etl.packs import Selection, compile_rules

STORIES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "sweep.toml").read_text(encoding="utf-8"))
LENGTHS = (4, 5, 7, 10, 15, 20, 30)


def paragraphs(language: str, count: int) -> list[str]:
    """Return so many paragraphs of a story, no two alike."""
    told = STORIES[language]
    return [
        told["sentences"][at % len(told["sentences"])]
        .replace("{p}", told["people"][at % 3])
        .replace("{c}", told["places"][(at + at // 10) % 3])
        .replace("{n}", str(17 + 7 * at))
        for at in range(count)
    ]


class Page(NamedTuple):
    """The blocks of a page, and those of them that must stay."""

    texts: list[str]
    wanted: Sequence[str]


def lost(pages: Sequence[Page]) -> list[tuple[int, list[str]]]:
    """Return the wanted texts that are not kept as blocks, by the number of texts of their page."""
    rules, missing = compile_rules(Selection()), []
    parsed = [parse(raw_of("\n\n".join(page.texts)), rules) for page in pages]
    for page, judged in zip(pages, judge(parsed, rules), strict=True):
        (removals,) = judged.removals
        gone = {one.block for one in removals if one.action != "tag"}
        kept = {block.text for block in judged.document.blocks if block.index not in gone}
        if texts := [text for text in page.wanted if text not in kept]:
            missing.append((len(page.texts), texts))
    return missing


@pytest.mark.parametrize("kind", STORIES["en"]["furniture"])
@pytest.mark.parametrize("language", STORIES)
def test_a_closing_sentence_stays_above_furniture(language: str, kind: str) -> None:
    told = STORIES[language]
    furniture, closers = told["furniture"][kind], told["closers"]
    pages = [
        Page([*paragraphs(language, count), closer, *furniture], [closer]) for count in LENGTHS for closer in closers
    ]
    assert lost(pages) == []


@pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("language", STORIES)
def test_sentences_stay_on_a_page_dense_with_furniture(language: str, share: float) -> None:
    told, rng = STORIES[language], random.Random(7)
    furniture = [line for lines in told["furniture"].values() for line in lines]
    pages = []
    for count in LENGTHS:
        story = paragraphs(language, count)
        texts = rng.sample(furniture, 6)
        for text in story:
            texts.append(text)
            if rng.random() < share:
                texts += rng.sample(furniture, rng.randint(1, 4))
        pages.append(Page([*texts, *rng.sample(furniture, 8)], story))
    assert lost(pages) == []


@pytest.mark.parametrize("language", STORIES)
def test_sentences_stay_between_lines_that_no_rule_knows(language: str) -> None:
    """No rule names these, as none names a new button of a site; a closing sentence is parted from the rest by one."""
    told, pages = STORIES[language], []
    for count in (4, 7, 15):
        for closer in told["closers"][1:]:
            story = [*paragraphs(language, count), closer]
            texts = [line for at, text in enumerate(story) for line in (text, f"Vorlix {at} ganz")]
            pages.append(Page([*texts, *told["furniture"]["related"]], story))
    assert lost(pages) == []
