"""The first real input: ten stories of seven publishers, every line labelled by hand in golden/another-belarus.lines.jsonl.

golden/another-belarus.rules.tsv says which rule takes which line; a change of it is read before it is accepted.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import SAMPLES, edited

from etl.dedup import DedupSettings
from etl.document import Cleaned, finish
from etl.pipeline.duplicates import duplicates_within

# Labels of lines that are the story's own text, and of those that may stand in it or go.
KEPT = {"body", "subhead", "teaser"}
FREE = {"contribution_note"}


@pytest.fixture(scope="module")
def cleaned() -> Cleaned:
    result = edited((SAMPLES / "another-belarus.txt").read_text(encoding="utf-8"))
    return finish(result, duplicates_within([result], DedupSettings())[0], "2026-11-22T00:00:00.000Z")


def labelled() -> Iterator[tuple[int, str]]:
    with (Path(__file__).parent / "golden" / "another-belarus.lines.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            label = json.loads(line)
            yield label["line"], label["label"]


def test_every_line_goes_where_its_label_says(cleaned: Cleaned) -> None:
    gone = {entry.line for entry in cleaned.entries if entry.action in ("drop", "extract", "duplicate")}
    labels = dict(labelled())
    assert len(labels) == 233
    assert [line for line, label in labels.items() if label in KEPT and line in gone] == []
    assert [line for line, label in labels.items() if label not in KEPT | FREE and line not in gone] == []


def test_rules_that_take_the_lines(cleaned: Cleaned, golden: Callable[[str], str]) -> None:
    found = [f"{entry.line}\t{entry.rule}" for entry in cleaned.entries if entry.rule != "structure/gap"]
    assert found == golden("another-belarus.rules.tsv").splitlines()


def test_articles_have_headline_publisher_and_status(cleaned: Cleaned) -> None:
    assert [(record.publisher, record.status, record.headline[:40]) for record in cleaned.records] == [
        ("The Guardian", "full", "Belarus could bring down ‘another iron c"),
        ("NPR", "full", "U.S. Diplomat Asks Belarus To Release He"),
        ("The Guardian", "teaser", "Belarus: 100,000 join rally against Luka"),
        ("BBC News", "full", "Belarus opposition politician told she w"),
        ("BBC News", "stub", "Belarus: Russian Prime Minister meets wi"),
        ("BBC News", "full", "Belarus: Journalists covering protests s"),
        ("CNBC", "full", "Belarus’ Lukashenko carries assault rifl"),
        ("CBS Evening News", "stub", "Protests held in Belarus amid claims pre"),
        ("BBC News", "full", "Belarus protests: Strikes expected as Lu"),
        ("Reuters", "full", "Belarus’ Lukashenko: air assault brigade"),
    ]


def test_typography_stays_and_spaces_are_plain(cleaned: Cleaned) -> None:
    text = "\n\n".join(record.text for record in cleaned.records)
    assert "“immediate danger”" in text
    assert not {"\u00a0", "\u202f"} & set(text)
    assert "  " not in text


def test_body_below_an_empty_label_stays(cleaned: Cleaned) -> None:
    assert "The Belarusian ambassador to Slovakia, Igor Leshchenya," in cleaned.records[8].text
