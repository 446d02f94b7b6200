"""Text dumps of pages whose blocks are labelled, and what a judgement on them is worth."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

NAMES = ("article", "body", "article_wcxb")
# The sets of news pages whose labels were made by hand; the other pages serve to train and to watch.
NEWS = ("aeb", "fundus")
# Scored are words as the scorer of the data counts them.
_WORDS = re.compile(r"\w+")


class Dump(Struct):
    """One page: its blocks, which of them are content, how many words each has, and which are scored."""

    name: str
    domain: str
    publisher: str
    lang: str
    language: str
    source: str
    blocks: list[str]
    keeps: list[bool]
    words: list[int]
    scored: list[bool]

    @property
    def text(self) -> str:
        return "\n\n".join(self.blocks)


class Figures(Struct):
    """F1 of keep by blocks and by words, share of the noise words that are out, and of the content words lost."""

    by_blocks: float
    by_words: float
    noise_out: float
    lost: float


def dumps(folder: Path, names: Sequence[str] = NAMES) -> Iterator[Dump]:
    for name in names:
        with gzip.open(folder / f"textdump_{name}.jsonl.gz", "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                blocks = [block for block in row["blocks"] if block["text"].strip()]
                words = [len(_WORDS.findall(block["text"])) for block in blocks]
                yield Dump(
                    name.removeprefix("article_"),
                    row["domain"],
                    row["publisher"],
                    row["lang"],
                    "en" if row["lang"] == "en" else "other",
                    row["set"],
                    [" ".join(block["text"].split()) for block in blocks],
                    [block["keep"] for block in blocks],
                    words,
                    [not block.get("ignore") and count > 0 for block, count in zip(blocks, words, strict=True)],
                )


def groups(dump: Dump) -> list[str]:
    """What a page counts for: its dump and language, and apart from that for the news pages alone."""
    group = f"{dump.name} {dump.language}"
    return [group, f"{group} news"] if dump.source in NEWS else [group]


# How many blocks and words are content or not, and are taken out or not.
Counts = Counter[tuple[bool, bool, str]]


def figures(judged: Iterable[tuple[Dump, range, set[int]]]) -> dict[str, Figures]:
    """Return the figures by group.  A judgement: a page, the places judged, those of blocks taken out."""
    return {group: figures_of(counts) for group, counts in sorted(counted(judged).items())}


def counted(judged: Iterable[tuple[Dump, range, set[int]]]) -> dict[str, Counts]:
    """Return the counts by group."""
    sums: dict[str, Counts] = {}
    for dump, places, out in judged:
        counts: Counts = Counter()
        for at in places:
            if dump.scored[at]:
                counts[dump.keeps[at], at in out, "blocks"] += 1
                counts[dump.keeps[at], at in out, "words"] += dump.words[at]
        for group in groups(dump):
            sums.setdefault(group, Counter()).update(counts)
    return sums


def figures_of(counts: Counts) -> Figures:
    lost, kept = (counts[True, out, "words"] for out in (True, False))
    removed, left = (counts[False, out, "words"] for out in (True, False))
    return Figures(
        f1(counts, "blocks"), f1(counts, "words"), removed / max(1, removed + left), lost / max(1, lost + kept)
    )


def f1(counts: Counts, of: str, loss: int = 1) -> float:
    """Return F1 of keep, by blocks or words; one that is lost counts as `loss` that are left."""
    kept = counts[True, False, of]
    return 2 * kept / max(1, 2 * kept + loss * counts[True, True, of] + counts[False, False, of])


def row(name: str, group: str, cells: Sequence[str]) -> str:
    """A line of a table of figures."""
    return f"{name:<22}{group:<19}" + "".join(f"{cell:>15}" for cell in cells)
