"""What one choice of rules takes out and another keeps."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from etl.document import Judged
from etl.rule_tools.outcomes import BlockOutcome, outcomes, where


class Difference(Struct, frozen=True):
    """A block that fares otherwise: removed only now, kept only now, or kept in other words (cut, repaired).

    `rules` are those that name the block, in the choice that removes it.
    """

    verdict: Literal["removed", "kept", "changed"]
    place: str
    before: str
    after: str
    rules: tuple[str, ...] = ()


def compare(old: Iterable[Judged], new: Iterable[Judged]) -> Iterator[Difference]:
    """Yield the differences between the same documents judged twice, in reading order."""
    for before, after in zip(old, new, strict=True):
        for one, other in zip(outcomes(before), outcomes(after), strict=True):
            if found := _difference(where(before.document, one.block.line), one, other):
                yield found


def _difference(place: str, old: BlockOutcome, new: BlockOutcome) -> Difference | None:
    before, after = old.block.text, new.block.text
    if new.rules and not old.rules:
        return Difference("removed", place, before, "", new.rules)
    if old.rules and not new.rules:
        return Difference("kept", place, "", after, old.rules)
    return Difference("changed", place, before, after) if not new.rules and before != after else None
