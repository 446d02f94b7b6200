"""The outcome of each block: removed by rules, or kept with its text; and differences under other rules."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from etl.audit import place_in
from etl.document import Judged
from etl.markup.regions import PAGE_NAMES
from etl.model import Article, Block, Removal
from etl.rules.classifier.model import CLASSIFIER


class BlockOutcome(Struct, frozen=True):
    """A block of an article, and the rules that remove it: none if it is kept."""

    article: Article
    block: Block
    rules: tuple[str, ...]


class Difference(Struct, frozen=True):
    """A block with another outcome: removed only now, kept only now, or kept with another text (cut, repaired).

    `rules` are the rules that remove the block, in the selection that removes it.
    """

    verdict: Literal["removed", "kept", "changed"]
    place: str
    before: str
    after: str
    rules: tuple[str, ...] = ()


def outcomes(judged: Judged) -> Iterator[BlockOutcome]:
    """Yield the outcome of every block of a document, in reading order."""
    for article, removals in zip(judged.articles, judged.removals, strict=True):
        taken = (removal for removal in removals if removal.action != "tag")
        rules = {removal.block: _rules_of(removal) for removal in taken}
        for block in article.blocks_of(judged.document):
            yield BlockOutcome(article, block, rules.get(block.index, ()))


def _rules_of(removal: Removal) -> tuple[str, ...]:
    """Return the names of all rules that remove a block; the `also` of a model has its features."""
    is_of_model = removal.rule == CLASSIFIER or removal.rule in PAGE_NAMES
    return (removal.rule,) if is_of_model else (removal.rule, *removal.also)


def compare(old: Iterable[Judged], new: Iterable[Judged]) -> Iterator[Difference]:
    """Yield the differences between the same documents judged twice, in reading order."""
    for before, after in zip(old, new, strict=True):
        for one, other in zip(outcomes(before), outcomes(after), strict=True):
            if found := _difference(place_in(before.document, one.block.line), one, other):
                yield found


def _difference(place: str, old: BlockOutcome, new: BlockOutcome) -> Difference | None:
    before, after = old.block.text, new.block.text
    if new.rules and not old.rules:
        return Difference("removed", place, before, "", new.rules)
    if old.rules and not new.rules:
        return Difference("kept", place, "", after, old.rules)
    return Difference("changed", place, before, after) if not new.rules and before != after else None
