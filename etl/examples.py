"""Run the examples that rules carry: each `drops` must be named by its rule, each `keeps` by no rule at all.

An example is text, its blocks parted by blank lines.  `>…<` marks the blocks that are meant, if there are neighbours;
`<nav>` before a block gives its tag on an HTML page.  A headline with its publisher may open it.
"""

import re
from collections.abc import Iterator

from msgspec import Struct, structs

from etl.change import Change, apply
from etl.edit import Desk
from etl.model import Article, Block, Document, Facts, Kind
from etl.packs import Selection, Sourced, desk, known_publishers, selected
from etl.repair import repair
from etl.rules import View, cuts, judge
from etl.segment import segment

_BLOCK = re.compile(r"(?P<opens>>?)(?:<(?P<tag>\w+)>)?(?P<text>.*?)(?P<closes><?)", re.DOTALL)


class Failure(Struct, frozen=True):
    """An example that does not do what its rule says, with the words to say so."""

    sourced: Sourced
    example: str
    fault: str


class Example(Struct, frozen=True):
    """An example taken apart: its blocks, and the indices of those that are meant."""

    blocks: tuple[Block, ...]
    meant: frozenset[int]


def failures(selection: Selection) -> Iterator[Failure]:
    """Run every example of the selected rules against all of them, whatever their confidence."""
    at_desk = desk(structs.replace(selection, profile="hard"))
    for sourced in selected(structs.replace(selection, profile="hard")):
        yield from _dropped(sourced, at_desk)
        yield from _kept(sourced, at_desk)
        yield from _turned(sourced, at_desk)


def _dropped(sourced: Sourced, at_desk: Desk) -> Iterator[Failure]:
    for text in sourced.rule.drops:
        example = parse(text)
        named = {block for block, rules in _named(example, sourced, at_desk).items() if sourced.name in rules}
        if missed := sorted(example.meant - named):
            yield Failure(sourced, text, f"does not name: {example.blocks[missed[0]].text}")
        if extra := sorted(named - example.meant):
            yield Failure(sourced, text, f"names beside it: {example.blocks[extra[0]].text}")


def _kept(sourced: Sourced, at_desk: Desk) -> Iterator[Failure]:
    if sourced.rule.action == "replace":
        return
    for text in sourced.rule.keeps:
        example = parse(text)
        for block, rules in _named(example, sourced, at_desk).items():
            if block in example.meant:
                yield Failure(sourced, text, f"is named by {', '.join(rules)}: {example.blocks[block].text}")


def _turned(sourced: Sourced, at_desk: Desk) -> Iterator[Failure]:
    keeps = [(text, text) for text in sourced.rule.keeps] if sourced.rule.turns else []
    for before, after in (*sourced.rule.turns, *keeps):
        if (text := _turn(before, sourced, at_desk)) != after:
            yield Failure(sourced, before, f"turns into: {text}")


def _turn(text: str, sourced: Sourced, at_desk: Desk) -> str:
    """What repairs and strip rules make of a block."""
    example = parse(repair(text, at_desk.repairs).text)
    found = cuts(_view(example, sourced, at_desk), at_desk.bench)
    return apply(example.blocks[0].text, [Change(cut.start, cut.end, cut.after, cut.rule) for cut in found])


def _named(example: Example, sourced: Sourced, at_desk: Desk) -> dict[int, tuple[str, ...]]:
    """The blocks of an example that rules name, each with the rules."""
    removals = judge(_view(example, sourced, at_desk), at_desk.bench)
    return {removal.block: (removal.rule, *removal.also) for removal in removals}


def _view(example: Example, sourced: Sourced, at_desk: Desk) -> View:
    """An example as rules see it: segmented, and of the publisher that the rule is scoped to."""
    kind: Kind = "html" if any(block.tag for block in example.blocks) else "text"
    document = Document("", "", 1, kind, "", "utf-8", "", "\n\n", example.blocks, (), Facts(), "{}")
    return View(_published(segment(document, at_desk.layouts)[0], sourced), kind)


def _published(article: Article, sourced: Sourced) -> Article:
    """Give the article of a scoped rule's example the publisher it is scoped to."""
    if article.publisher or not sourced.rule.scope.publisher:
        return article
    wanted = sourced.rule.scope.publisher[0]
    known = known_publishers().values()
    return structs.replace(article, publisher=next(one for one in known if wanted in (one.id, one.group)))


def parse(text: str) -> Example:
    """Take an example apart.  Without marks every block is meant."""
    parts = [match for part in text.split("\n\n") if (match := _BLOCK.fullmatch(part))]
    has_marks = any(part["opens"] for part in parts)
    blocks, meant, is_inside = [], set(), not has_marks
    for index, part in enumerate(parts):
        is_inside = is_inside or bool(part["opens"])
        if is_inside:
            meant.add(index)
        blocks.append(Block(index, index + 1, 0, 0, part["text"], part["tag"] or ""))
        is_inside = is_inside and not (has_marks and part["closes"])
    return Example(tuple(blocks), frozenset(meant))
