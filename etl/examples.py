"""Run the examples of rules: the rule must match each of its `drops`, and no rule may match a `keeps`.

A rule with the action keep must keep its `keeps`, and must not keep its `drops`.  A `keeps` of an `unless` must match
without the `unless`.  The first text of `turns` must become the second; those of an extract rule are ["Updated 23
August 2020", "created: 2020-08-23T00:00:00.000Z"].

An example is a text, and blank lines separate its blocks.  If there are neighbours, `>…<` marks the blocks that are
meant.  `<nav>` before a block is its tag on an HTML page, and `<div#top.share/p>` the path of its element.  The first
block may be a headline with its publisher.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from msgspec import Struct, structs

from etl.change import Change, apply
from etl.document import Ruleset
from etl.fold import fold
from etl.markup.selector import holding, path_of
from etl.model import Article, Block, Document, Kind, Metadata, Removal
from etl.packs import Selection, Sourced, compile_rules, known_publishers, selected
from etl.repair import repair
from etl.rules import ArticleView, Cut, RunContext, cuts, filled, judge, rule_matches
from etl.rules.engine.extract import FIELDS
from etl.rules.language import Rule, Scope
from etl.rules.matching.guards import UNLESS
from etl.rules.matching.recurrence import line_key
from etl.segment import segment

_BLOCK = re.compile(r"(?P<opens>>?)(?:<(?P<path>\w+(?:[#./][\w-]+)*)>)?(?P<text>.*?)(?P<closes><?)", re.DOTALL)

# More than any rule requires.
ALL_DOCUMENTS = 1_000_000_000


class Failure(Struct, frozen=True):
    """An example that does not do what its rule says, with the words to say so, and the way out."""

    sourced: Sourced
    example: str
    fault: str
    way_out: str


class Example(Struct, frozen=True):
    """The parts of an example: its blocks, and the indices of the blocks that are meant."""

    blocks: tuple[Block, ...]
    meant: frozenset[int]


class Case(Struct, frozen=True):
    """An example to be judged: its articles in the scope of its rule, the expected result, and its check."""

    sourced: Sourced
    text: str
    example: Example
    views: tuple[ArticleView, ...]
    check: "Check"
    after: str = ""

    def fails(self, fault: str, way_out: str, block: int | None = None) -> Failure:
        """Return the failure of the example.  The failure quotes the block if the example has several."""
        text = f": {self.example.blocks[block].text}" if block is not None and len(self.example.blocks) > 1 else ""
        return Failure(self.sourced, self.text, f"{fault}{text}", way_out)


class Outcome(Struct, frozen=True):
    """What the rules make of the articles of a case."""

    rules: Ruleset
    removals: tuple[tuple[Removal, ...], ...]
    cuts: tuple[tuple[Cut, ...], ...]

    def named(self) -> dict[int, tuple[str, ...]]:
        """Return the blocks that rules match, each with the rules."""
        removals = (removal for of_article in self.removals for removal in of_article)
        return {removal.block: (removal.rule, *removal.also) for removal in removals}


Check = Callable[[Case, Outcome], Iterator[Failure]]


def failures(selection: Selection) -> Iterator[Failure]:
    """Run every example of the selected rules, in one batch, against all rules that are not ignored.

    Rules of any confidence take part, because examples need what other rules match around a line.
    """
    hard = structs.replace(selection, profile="hard")
    rules = compile_rules(structs.replace(hard, select=()))
    cases = [case for sourced in selected(hard) for case in _cases(sourced, rules)]
    views = [view for case in cases for view in case.views]
    candidates = rules.judging.search(views)
    removals, found = iter(judge(views, rules.judging, candidates)), iter(cuts(views, rules.judging, candidates))
    for case in cases:
        size = len(case.views)
        yield from case.check(case, Outcome(rules, tuple(islice(removals, size)), tuple(islice(found, size))))


def _cases(sourced: Sourced, rules: Ruleset) -> Iterator[Case]:
    """Yield the examples of a rule, each with its check."""
    rule = sourced.rule
    if rule.action == "keep":
        for keep_check, texts_of_page in ((_is_held, rule.keeps), (_is_left, rule.drops)):
            yield from (_case(sourced, text, keep_check, rules) for text in texts_of_page)
        return
    excepted = rule.unless.keeps if rule.unless else ()
    texts: list[tuple[Check, Sequence[str]]] = [(_is_named, rule.drops)]
    if rule.action != "replace":
        texts.append((_is_kept, (*rule.keeps, *excepted)))
    texts.append((_needs_unless, excepted))
    for check, examples in texts:
        yield from (_case(sourced, text, check, rules) for text in examples)
    for before, after in rule.turns:
        yield _case(sourced, before, _fills if rule.action == "extract" else _turns, rules, after)
    if rule.action in ("strip", "replace"):
        yield from (_case(sourced, text, _turns, rules, text) for text in (*rule.keeps, *excepted))


def _case(sourced: Sourced, text: str, check: Check, rules: Ruleset, after: str = "") -> Case:
    example = parse(
        repair(text, rules.repairs).text if check is _turns else text,
        sorted({*rules.selectors, *sourced.rule.match.css}),
    )
    return Case(sourced, text, example, tuple(_views(example, sourced, rules)), check, after)


def _is_named(case: Case, outcome: Outcome) -> Iterator[Failure]:
    """Yield a failure if the rule does not match exactly the marked blocks."""
    example = case.example
    named = {block for block, names in outcome.named().items() if case.sourced.name in names}
    if missed := sorted(example.meant - named):
        failed = _what_failed(case, outcome, missed[0])
        way_out = "Make this condition wider, or take the example out of `drops`."
        yield case.fails(f"does not match: the condition {failed} does not hold", way_out, missed[0])
    if extra := sorted(named - example.meant):
        yield case.fails("also matches", "Make the rule narrower, or mark this block, too: >…<.", extra[0])


def _what_failed(case: Case, outcome: Outcome, block: int) -> str:
    """Return the part of a rule that does not fit a block: `match`, or the guard that blocks the rule."""
    places = ((view, at) for view in case.views for at, one in enumerate(view.blocks) if one.index == block)
    matches = (one for view, at in places for one in rule_matches(view, outcome.rules.judging, at))
    return next((one.blocked_by for one in matches if one.rule.name == case.sourced.name), "") or "match"


def _is_kept(case: Case, outcome: Outcome) -> Iterator[Failure]:
    """Yield a failure if a rule matches a block that is meant."""
    for block, names in outcome.named().items():
        if block in case.example.meant:
            others = ", ".join(names)
            pack = case.sourced.name.partition("/")[0]
            of_others = all(name.partition("/")[0] != pack for name in names)  # perhaps the example is built in
            instead = ": such a line must stay" if of_others else ", or take the example out of `keeps`"
            way_out = f"Make {others} narrower with `where` or `unless`{instead}."
            yield case.fails(f"is matched by {others}", way_out, block)


def _held(case: Case) -> list[Block]:
    """Return the marked blocks that are in an element of the rule."""
    selectors, blocks = case.sourced.rule.match.css, case.example.blocks
    return [blocks[at] for at in sorted(case.example.meant) if not set(selectors).isdisjoint(blocks[at].css)]


def _is_held(case: Case, _: Outcome) -> Iterator[Failure]:
    """Yield a failure if a keep rule does not find all marked blocks."""
    held = {block.index for block in _held(case)}
    if missed := sorted(case.example.meant - held):
        yield case.fails("does not keep", "Widen `match.css`, or take the example out of `keeps`.", missed[0])


def _is_left(case: Case, _: Outcome) -> Iterator[Failure]:
    """Yield a failure if a keep rule finds a marked block."""
    if held := _held(case):
        yield case.fails("also keeps", "Narrow `match.css`, or take the example out of `drops`.", held[0].index)


def _needs_unless(case: Case, outcome: Outcome) -> Iterator[Failure]:
    """Yield a failure if the rule would not match without its `unless`."""
    judging, name = outcome.rules.judging, case.sourced.name
    meant = [
        (view, at) for view in case.views for at, block in enumerate(view.blocks) if block.index in case.example.meant
    ]
    blocked_by = [
        one.blocked_by for view, at in meant for one in rule_matches(view, judging, at) if one.rule.name == name
    ]
    blocked_by += [one.blocked_by(view, at) for one in judging.strip.rules if one.name == name for view, at in meant]
    if UNLESS not in blocked_by:
        way_out = "Move the example into the `keeps` of the rule, which is for lines that `match` does not fit."
        yield case.fails("is not matched without 'unless' either", way_out)


def _turns(case: Case, outcome: Outcome) -> Iterator[Failure]:
    """Yield a failure if a repair or a strip rule does not turn the block into the expected text."""
    changes = [Change(cut.start, cut.end, cut.after, cut.rules) for cut in outcome.cuts[0]]
    if (text := apply(case.example.blocks[0].text, changes)) != case.after:
        yield case.fails(f"turns into: {text}", "Correct the rule, or the example.")


def _fills(case: Case, outcome: Outcome) -> Iterator[Failure]:
    """Yield a failure if the fields differ from the expected "author: Jane Roe; created: 2020-08-23T00:00:00.000Z"."""
    article = filled(case.views[0], outcome.removals[0], outcome.rules.judging)
    metadata = structs.asdict(article.metadata)
    if (text := "; ".join(f"{field}: {metadata[field]}" for field in FIELDS if metadata[field])) != case.after:
        yield case.fails(f"turns into: {text}", "Correct the rule, or the example.")


def _views(example: Example, sourced: Sourced, rules: Ruleset) -> list[ArticleView]:
    """Return the articles of an example as rules see them: in the scope of the rule."""
    kind: Kind = "html" if any(block.tag for block in example.blocks) else "text"
    document = Document("", "", 1, kind, "", "utf-8", "", "\n\n", example.blocks, (), Metadata(), "{}")
    scoped = [_scoped(article, sourced.rule.scope) for article in segment(document, rules.layouts)]
    return [ArticleView(one, document, _known(one, sourced.rule, rules)) for one in scoped]


def _known(article: Article, rule: Rule, rules: Ruleset) -> RunContext:
    """Return line counts for examples: only the marked lines of `drops` recur, in every document of the run."""
    examples = map(parse, rule.drops if rule.match.recurs else ())
    lines = [block.text for example in examples for block in example.blocks if block.index in example.meant]
    publishers = {"", article.publisher.id if article.publisher else ""}
    counts = {line_key(fold(text), name): ALL_DOCUMENTS for text in ("", *lines) for name in publishers}
    return RunContext(rules.publishers, counts)


def _scoped(article: Article, scope: Scope) -> Article:
    """Return the article of an example with the publisher, the language and the date from the scope of its rule."""
    if scope.publisher and not article.publisher:
        known = known_publishers().values()
        wanted = next(one for one in known if scope.publisher[0] in (one.id, one.group))
        article = structs.replace(article, publisher=wanted)
    language = scope.language[0] if scope.language else article.metadata.language
    created = (scope.date.since or scope.date.to) if scope.date else article.metadata.created
    return structs.replace(article, metadata=structs.replace(article.metadata, language=language, created=created))


def _selectors_at(path: str, selectors: Sequence[str]) -> tuple[str, ...]:
    return holding(path_of(path), selectors)[-1] if path and selectors else ()


def parse(text: str, selectors: Sequence[str] = ()) -> Example:
    """Return the parts of an example.

    Without marks, all blocks are meant.  Each block has the selectors whose elements contain it.
    """
    parts = [match for part in text.split("\n\n") if (match := _BLOCK.fullmatch(part))]
    has_marks = any(part["opens"] for part in parts)
    blocks, meant, is_inside = [], set(), not has_marks
    for index, part in enumerate(parts):
        is_inside = is_inside or bool(part["opens"])
        if is_inside:
            meant.add(index)
        path = (part["path"] or "").replace("/", " ")
        tag = re.split("[#.]", path.rpartition(" ")[2])[0]
        blocks.append(Block(index, index + 1, 0, 0, part["text"], tag, _selectors_at(path, selectors)))
        is_inside = is_inside and not (has_marks and part["closes"])
    return Example(tuple(blocks), frozenset(meant))
