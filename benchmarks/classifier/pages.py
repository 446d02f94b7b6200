"""Pages to train on: labelled dumps with the rules that name their blocks, and pages made from them.

Rules were written by people who had read these dumps: they name four times as much here as on publishers they have not
seen.  So of each publisher most rules are hidden from the classifier while it learns.
"""

import random
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from recompose import Block, by_fold, own_pages, remade

sys.path.insert(0, str(Path(__file__).parent.parent))
from dumps import Dump, dumps

from etl.document import judge, parse
from etl.fold import fold
from etl.model import Raw
from etl.packs import Selection, compile_rules
from etl.rules.classifier.comments import RULES, is_mark
from etl.rules.classifier.features import Page

FOLDS = 5
# Of a hundred rules, those that the classifier is told of while it learns.
VISIBLE = 25
# Weight of a block by its page: article dumps are what copydesk meets most, guides and recipes are there to be spared.
WEIGHTS = {"article": 1.5, "body": 3.0, "wcxb": 0.5, "made": 0.4, "own": 0.25}
# What a block of content weighs beside one of furniture.  Guides, recipes and pages that
# are made to be spared weigh most.
CONTENT_WEIGHTS = {"article": 2.0, "body": 1.2, "wcxb": 3.0, "made": 2.5, "own": 2.5}
# What content of other languages than English weighs beside that: there are few pages of them, and fewer rules.
OTHER_WEIGHT = 1.3
# Rows of a page that are learnt from: templates are few, their blocks many.
MAX_ROWS = 70
# Shares of pages of which no other page is made, and how many are made of the others.
UNUSED = {"article": 0.0, "body": 0.5, "wcxb": 0.6}
MADE = {"article": 2, "body": 1, "wcxb": 1}
# Share of the pages made that get furniture of any language.
FOREIGN = 0.2
_WORDS = re.compile(r"\w+")


class Labelled(Struct):
    """A page with its labels: which blocks are content, which are scored, which rule names each ("" if none does).

    Of rules that go by shape (`shaped`) the classifier is not told.
    """

    name: str
    publisher: str
    fold: int
    dump: Dump | None
    texts: list[str]
    keeps: Any
    scored: Any
    words: Any
    rules: list[str]
    marks: list[bool]
    shaped: frozenset[str] = frozenset()

    def page(self, visible: int) -> Page:
        """Return the page as the classifier sees it with so many of a hundred rules."""
        named = [flag and rule not in self.shaped for flag, rule in zip(self.visible(visible), self.rules, strict=True)]
        seen = [RULES in rule for rule in self.rules]
        marks = [mark or (flag and of_comment) for mark, flag, of_comment in zip(self.marks, named, seen, strict=True)]
        return Page(self.texts, named, marks)

    def visible(self, visible: int) -> list[bool]:
        """Return which blocks rules name, if so many of a hundred rules are there."""
        return [bool(rule) and self._is_visible(rule, visible) for rule in self.rules]

    def _is_visible(self, rule: str, visible: int) -> bool:
        return zlib.crc32(f"{rule} {self.publisher}".encode()) % 100 < visible

    def weights(self) -> Any:
        """Return what each block weighs: more if it is long, is content, or stands on a page of few blocks."""
        other = OTHER_WEIGHT if self.dump and self.dump.language != "en" else 1.0
        sizes = 0.5 + np.minimum(self.words, 60) / 20
        share = WEIGHTS[self.name] / max(8, len(self.texts)) ** 0.4
        return sizes * np.where(self.keeps, CONTENT_WEIGHTS[self.name] * other, 1.0) * self.scored * share


def fold_of(publisher: str) -> int:
    return zlib.crc32(publisher.encode()) % FOLDS


def labelled(folder: Path) -> Iterator[Labelled]:
    """Yield the pages of the dumps."""
    rules = compile_rules(Selection(ignore=("classifier/*",)))
    shaped = frozenset(one.name for one in rules.judging.contextual.rules if one.goes_by_shape)
    for dump in dumps(folder):
        (judged,) = judge([parse(Raw(dump.domain, dump.text, ""), rules)], rules)
        if len(judged.document.blocks) != len(dump.blocks):
            continue
        named = [""] * len(dump.blocks)
        for article, removals in zip(judged.articles, judged.removals, strict=True):
            for one in (*article.frame, *removals):
                if one.action != "tag":
                    named[one.block] = one.rule
        texts = [block.text for block in judged.document.blocks]
        yield Labelled(
            dump.name, dump.publisher, fold_of(dump.publisher), dump, texts,
            np.array(dump.keeps, bool), np.array(dump.scored, bool), np.array(dump.words), named,
            [is_mark(fold(text)) for text in texts], shaped,
        )  # fmt: skip


def made(pages: Sequence[Labelled], seed: int = 3) -> Iterator[Labelled]:
    """Yield pages made of these, each in the fold of its story; then pages of our own sentences."""
    rng = random.Random(seed)
    told = [(page, _blocks(page)) for page in pages]
    pools = by_fold([(page.fold, _lang(page), blocks) for page, blocks in told if page.name != "wcxb"])
    for page, blocks in told:
        kept = [at for at, block in enumerate(blocks) if block.keep]
        if rng.random() < UNUSED[page.name] or len(kept) < 3:
            continue
        around = 0 if page.name == "body" else 5
        story = blocks[max(0, kept[0] - around) : kept[-1] + 1 + around]
        pool = pools.get((page.fold, _lang(page)))
        if not pool or len(pool.tails) < 5 or not pool.closers or rng.random() < FOREIGN:
            pool = pools[page.fold, ""]
        for _ in range(MADE[page.name]):
            yield _page("made", page.publisher, page.fold, remade(story, pool, rng))
    for language, blocks in own_pages(rng):
        yield _page("own", language, -1, blocks)


def _lang(page: Labelled) -> str:
    return page.dump.lang if page.dump else ""


def _blocks(page: Labelled) -> list[Block]:
    rows = zip(page.texts, page.keeps.tolist(), page.scored.tolist(), page.rules, strict=True)
    return [Block(text, keep, rule) for text, keep, scored, rule in rows if scored]


def _page(name: str, publisher: str, of_fold: int, blocks: Sequence[Block]) -> Labelled:
    texts = [block.text for block in blocks]
    words = np.array([max(1, len(_WORDS.findall(text))) for text in texts])
    keeps = np.array([block.keep for block in blocks], bool)
    scored, rules, marks = np.ones(len(texts), bool), [b.rule for b in blocks], [is_mark(fold(text)) for text in texts]
    return Labelled(name, publisher, of_fold, None, texts, keeps, scored, words, rules, marks)
