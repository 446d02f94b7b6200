"""Run the examples that rules carry: each `drops` must be named by its rule, each `keeps` by no rule at all.

A `keeps` of an `unless` must be named without it, and `turns` must turn as they say; those of a rule that extracts are
["Updated 23 August 2020", "created: 2020-08-23T00:00:00.000Z"].

An example is text, its blocks parted by blank lines.  `>…<` marks the blocks that are meant, if there are neighbours;
`<nav>` before a block gives its tag on an HTML page, `<div#top.share/p>` the path of its element.  A headline with its
publisher may open it.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from etl.change import Change, apply
from etl.document import Ruleset
from etl.fold import fold
from etl.markup.selector import holding, path_of
from etl.model import Article, Block, Document, Kind, Metadata
from etl.packs import Selection, Sourced, compile_rules, known_publishers, selected
from etl.repair import repair
from etl.rules import Known, View, cuts, filled, judge, opinions
from etl.rules.extract import FIELDS
from etl.rules.guards import UNLESS
from etl.rules.recurrence import key
from etl.rules.seat import Seated
from etl.rules.vocabulary import Rule, Scope
from etl.segment import segment

_BLOCK = re.compile(r"(?P<opens>>?)(?:<(?P<path>\w+(?:[#./][\w-]+)*)>)?(?P<text>.*?)(?P<closes><?)", re.DOTALL)

# More than any rule asks for.
ALL_DOCUMENTS = 1_000_000_000


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
    rules = compile_rules(structs.replace(selection, profile="hard"))
    for sourced in selected(structs.replace(selection, profile="hard")):
        yield from _dropped(sourced, rules)
        yield from _kept(sourced, rules)
        yield from _held_back(sourced, rules)
        yield from _turned(sourced, rules)


def _dropped(sourced: Sourced, rules: Ruleset) -> Iterator[Failure]:
    for text in sourced.rule.drops:
        example = parse(text, rules.selectors)
        named = {block for block, names in _named(example, sourced, rules).items() if sourced.name in names}
        if missed := sorted(example.meant - named):
            yield Failure(sourced, text, f"does not name: {example.blocks[missed[0]].text}")
        if extra := sorted(named - example.meant):
            yield Failure(sourced, text, f"names beside it: {example.blocks[extra[0]].text}")


def _kept(sourced: Sourced, rules: Ruleset) -> Iterator[Failure]:
    if sourced.rule.action == "replace":
        return
    for text in (*sourced.rule.keeps, *_exceptions(sourced.rule)):
        example = parse(text, rules.selectors)
        for block, names in _named(example, sourced, rules).items():
            if block in example.meant:
                yield Failure(sourced, text, f"is named by {', '.join(names)}: {example.blocks[block].text}")


def _exceptions(rule: Rule) -> Sequence[str]:
    return rule.unless.keeps if rule.unless else ()


def _held_back(sourced: Sourced, rules: Ruleset) -> Iterator[Failure]:
    """The `keeps` of an `unless` must need it, or it says nothing."""
    for text in _exceptions(sourced.rule):
        example = parse(text, rules.selectors)
        obstacles = [
            seated.obstacle(view, at)
            for view in _views(example, sourced, rules)
            for at, block in enumerate(view.blocks)
            for seated in _thinking(sourced, view, rules, at)
            if block.index in example.meant
        ]
        if UNLESS not in obstacles:
            yield Failure(sourced, text, "is not named without 'unless' either")


def _thinking(sourced: Sourced, view: View, rules: Ruleset, at: int) -> Iterator[Seated]:
    """The rule as it is seated, if it matches the block; one that strips is asked of every block."""
    matching = (opinion.seated for opinion in opinions(view, rules.bench, at))
    yield from (one for one in (*matching, *rules.bench.stripping.rules) if one.name == sourced.name)


def _turned(sourced: Sourced, rules: Ruleset) -> Iterator[Failure]:
    rule = sourced.rule
    turn = _fields if rule.action == "extract" else _turn
    keeps = [(text, text) for text in (*rule.keeps, *_exceptions(rule))] if rule.action in ("strip", "replace") else []
    for before, after in (*rule.turns, *keeps):
        if (text := turn(before, sourced, rules)) != after:
            yield Failure(sourced, before, f"turns into: {text}")


def _turn(text: str, sourced: Sourced, rules: Ruleset) -> str:
    """What repairs and strip rules make of a block."""
    example = parse(repair(text, rules.repairs).text, rules.selectors)
    found = cuts(_views(example, sourced, rules)[0], rules.bench)
    return apply(example.blocks[0].text, [Change(cut.start, cut.end, cut.after, cut.rule) for cut in found])


def _fields(text: str, sourced: Sourced, rules: Ruleset) -> str:
    """The fields that an example fills: "author: Jane Roe; created: 2020-08-23T00:00:00.000Z"."""
    view = _views(parse(text, rules.selectors), sourced, rules)[0]
    metadata = structs.asdict(filled(view, judge(view, rules.bench), rules.bench).metadata)
    return "; ".join(f"{field}: {metadata[field]}" for field in FIELDS if metadata[field])


def _named(example: Example, sourced: Sourced, rules: Ruleset) -> dict[int, tuple[str, ...]]:
    """The blocks of an example that rules name, each with the rules."""
    removals = (one for view in _views(example, sourced, rules) for one in judge(view, rules.bench))
    return {removal.block: (removal.rule, *removal.also) for removal in removals}


def _views(example: Example, sourced: Sourced, rules: Ruleset) -> list[View]:
    """The articles of an example as rules see them: in the scope of the rule."""
    kind: Kind = "html" if any(block.tag for block in example.blocks) else "text"
    document = Document("", "", 1, kind, "", "utf-8", "", "\n\n", example.blocks, (), Metadata(), "{}")
    articles = segment(document, rules.layouts)
    scoped = [_scoped(article, sourced.rule.scope) for article in articles]
    return [View(one, document, _known(one, sourced.rule, rules)) for one in scoped]


def _known(article: Article, rule: Rule, rules: Ruleset) -> Known:
    """In examples, what a rule's `drops` mean stands in every document of a run, and nothing else in two."""
    examples = map(parse, rule.drops if rule.match.recurs else ())
    lines = [block.text for example in examples for block in example.blocks if block.index in example.meant]
    publishers = {"", article.publisher.id if article.publisher else ""}
    counts = {key(fold(text), name): ALL_DOCUMENTS for text in ("", *lines) for name in publishers}
    return Known(rules.layouts.publishers, counts)


def _scoped(article: Article, scope: Scope) -> Article:
    """Give the article of a scoped rule's example what the rule is scoped to: publisher, language, date."""
    if scope.publisher and not article.publisher:
        known = known_publishers().values()
        wanted = next(one for one in known if scope.publisher[0] in (one.id, one.group))
        article = structs.replace(article, publisher=wanted)
    language = scope.language[0] if scope.language else article.metadata.language
    created = (scope.date.since or scope.date.to) if scope.date else article.metadata.created
    return structs.replace(article, metadata=structs.replace(article.metadata, language=language, created=created))


def parse(text: str, selectors: Sequence[str] = ()) -> Example:
    """Take an example apart.  Without marks every block is meant; each block knows which selectors hold it."""
    parts = [match for part in text.split("\n\n") if (match := _BLOCK.fullmatch(part))]
    has_marks = any(part["opens"] for part in parts)
    blocks, meant, is_inside = [], set(), not has_marks
    for index, part in enumerate(parts):
        is_inside = is_inside or bool(part["opens"])
        if is_inside:
            meant.add(index)
        path = (part["path"] or "").replace("/", " ")
        tag = re.split("[#.]", path.rpartition(" ")[2])[0]
        blocks.append(Block(index, index + 1, 0, 0, part["text"], tag, holding(path_of(path), selectors)))
        is_inside = is_inside and not (has_marks and part["closes"])
    return Example(tuple(blocks), frozenset(meant))
