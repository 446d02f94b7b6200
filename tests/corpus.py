"""News made from a seed: stories without a fault, in English, no two alike; faults are planted by the tests."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

PLACES = "Ashdale Brackwater Corley Dunmere Eastholt Farnley Greywick Hollin Ivydene Kelstow Larkhill Millbeck".split()
PEOPLE = "Abara Brandt Castell Dufour Eriksen Farrow Grigore Haldane Ibarra Jelinek Kovacs Lindqvist".split()
SUBJECTS = "council,harbour board,school,water company,museum,rail operator,clinic,farmers' union".split(",")
VERBS = "approved,rejected,delayed,reviewed,published,defended,withdrew,extended".split(",")
THINGS = "a plan for the old mill,its budget for the winter,the report on the bridge,new rules for the market".split(
    ","
)
REASONS = "rain,a lack of staff,rising costs,a dispute over land,a vote in parliament,the age of the pipes".split(",")

# Paragraphs that have nothing in common.
RALLY = "Tens of thousands of people marched through the centre of Minsk on Sunday and called on him to resign"
RIVER = "The river rose over its banks during the night and farmers moved their cattle to the hills above the town"
BUDGET = "Parliament passed the budget in a late vote after the finance minister had promised more money for schools"


def story(random: Random) -> str:
    """Return a story of four paragraphs; each names people, places and figures of its own."""
    return "\n\n".join(_paragraph(random) for _ in range(4))


def _paragraph(random: Random) -> str:
    who, place = random.choice(SUBJECTS), random.choice(PLACES)
    return (
        f"The {who} in {place} {random.choice(VERBS)} {random.choice(THINGS)} after {random.randrange(3, 90)} days of talks, "
        f"and {random.choice(PEOPLE)} said that {random.choice(REASONS)} had cost the town {random.randrange(100, 999)} "
        f"thousand. “We will have to wait for the {random.choice(SUBJECTS)} in {random.choice(PLACES)},” the spokesman "
        f"added, and {random.choice(PEOPLE)} called it number {random.randrange(1000, 9999)}."
    )


def pages(seed: int, count: int, publisher: str = "Ashdale Gazette", ends: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return records of pages; `ends` are lines that stand below each story."""
    random = Random(seed)
    return [
        {
            "id": f"{publisher}-{seed}-{number}",
            "url": f"https://gazette.invalid/{seed}/{number}",
            "title": f"{random.choice(SUBJECTS).capitalize()} of {random.choice(PLACES)} waits for case {number} of {seed}",
            "publisher": publisher,
            "date": f"2026-10-{1 + number % 28:02d}T08:00:00Z",
            "language": "en",
            "text": "\n\n".join([story(random), *ends]),
        }
        for number in range(count)
    ]


def write_lines(path: Path, records: Sequence[object]) -> Path:
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records), encoding="utf-8")
    return path


def read_lines(path: Path | str) -> list[Any]:
    return [json.loads(line) for line in Path(path).read_bytes().splitlines()]
