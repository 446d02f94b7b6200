"""Sweeps over stories of our own: whatever stands around a story, none of its sentences goes."""

import random
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import edited

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


def lost(texts: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return the wanted texts that are not kept as blocks, of a page of these blocks."""
    judged = edited("\n\n".join(texts))
    (removals,) = judged.removals
    gone = {one.block for one in removals if one.action != "tag"}
    kept = {block.text for block in judged.document.blocks if block.index not in gone}
    return [text for text in wanted if text not in kept]


def closed_stories(language: str, kind: str) -> Iterator[tuple[list[str], str]]:
    """Yield pages, each a story, a short closing sentence and furniture of one kind below, with the sentence."""
    told = STORIES[language]
    for count in LENGTHS:
        for closer in told["closers"]:
            yield [*paragraphs(language, count), closer, *told["furniture"][kind]], closer


@pytest.mark.parametrize("kind", STORIES["en"]["furniture"])
@pytest.mark.parametrize("language", STORIES)
def test_a_closing_sentence_stays_above_furniture(language: str, kind: str) -> None:
    missing = [
        (len(texts), *gone) for texts, closer in closed_stories(language, kind) if (gone := lost(texts, [closer]))
    ]
    assert missing == []


@pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("language", STORIES)
def test_sentences_stay_on_a_page_dense_with_furniture(language: str, share: float) -> None:
    told, rng = STORIES[language], random.Random(7)
    furniture = [line for lines in told["furniture"].values() for line in lines]
    for count in LENGTHS:
        story = paragraphs(language, count)
        texts = rng.sample(furniture, 6)
        for text in story:
            texts.append(text)
            if rng.random() < share:
                texts += rng.sample(furniture, rng.randint(1, 4))
        assert lost([*texts, *rng.sample(furniture, 8)], story) == []


@pytest.mark.parametrize("language", STORIES)
def test_sentences_stay_between_lines_that_no_rule_knows(language: str) -> None:
    """No rule names these, as none names a new button of a site; a closing sentence is parted from the rest by one."""
    told = STORIES[language]
    for count in (4, 7, 15):
        for closer in told["closers"][1:]:
            story = [*paragraphs(language, count), closer]
            texts = [line for at, text in enumerate(story) for line in (text, f"Vorlix {at} ganz")]
            assert lost([*texts, *told["furniture"]["related"]], story) == []
