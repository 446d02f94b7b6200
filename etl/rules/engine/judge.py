"""Matches become removals: the blocks of an article that are furniture, each with the rule that matches it."""

from collections.abc import Iterator, Mapping, Sequence

from etl.model import Action, Removal
from etl.rules.classifier.tables import CELLS, marked_cells
from etl.rules.engine.literal_search import NO_RULES, LiteralHits, RuleSet
from etl.rules.engine.ruleset import CompiledRule, JudgingRules, RuleGroup, RuleMatch
from etl.rules.engine.surroundings import Named, judge_surroundings
from etl.rules.engine.texts import NamedTexts, named_texts
from etl.rules.language import Verb
from etl.rules.matching.view import ArticleView

# The effect of an action on a block; all other actions drop the block.
_ACTIONS: dict[Verb, Action] = {"extract": "extract", "tag": "tag", "reject": "reject"}

Matches = list[tuple[int, CompiledRule]]
"""Blocks that rules match: position and rule, in the order of the rules."""


def judge(
    views: Sequence[ArticleView], rules: JudgingRules, candidates: Sequence[LiteralHits] | None = None
) -> list[tuple[Removal, ...]]:
    """Return, for each article of a batch, the removals of its blocks; blocks of its frame are not judged.

    Rules that look at one block run first: those for a position last, so that a notice which another has named is not a
    sentence of the story to them.  Rules that look at neighbours run second, and can use the results of the first.  All
    rules of a phase see the same blocks.  If several rules match a block, the removal names the one with
    the lowest rank, and lists the others in `also`.  The classifier runs last, on the blocks that no rule matches, and
    lists in `also` the features that contributed most.  Sentences of the story are tagged and kept, unless a label
    matches them.  The result does not depend on how articles are divided into batches.
    """
    found = rules.search(views) if candidates is None else candidates
    texts = named_texts(views, found, rules.block)
    named = [_judge_by_rules(view, hits.rules, texts, rules) for view, hits in zip(views, found, strict=True)]
    return judge_surroundings(named, rules)


def rule_matches(view: ArticleView, rules: JudgingRules, at: int) -> tuple[RuleMatch, ...]:
    """Return the matches of all rules at a block, with those that a guard blocks."""
    (hits,) = rules.search([view])
    view = view.with_named(_taken(_named_alone(rules.block, view, rules.block.candidates(view, hits.rules))))
    asked = [
        one
        for group, found in (
            (rules.block, rules.block.candidates(view, hits.rules)),
            (rules.contextual, _around(view, hits.rules, rules)),
        )
        for one, places in group.of(found)
        if at in places
    ]
    return tuple(match for one in asked if (match := one.match(view, at)))


def _judge_by_rules(view: ArticleView, found: Mapping[int, RuleSet], texts: NamedTexts, rules: JudgingRules) -> Named:
    if not found:
        return Named(view, {}, frozenset())
    named = [
        *_named_by(rules.block, view, rules.block.candidates(view, found, texts.asked)),
        *_named_by_text(rules.block, view, found, texts),
    ]
    if named:
        view = view.with_named(_taken(named))
    if around := _around(view, found, rules):
        contextual = _named_by(rules.contextual, view, around)
        named += contextual
        if contextual:
            view = view.with_named(_taken(named))
    return _by_block(view, _without_cells(view, named))


def _without_cells(view: ArticleView, named: Matches) -> Matches:
    """Return matches without those in the cells of a table of an HTML page: its days, times and "Share"."""
    tags = [block.tag for block in view.blocks] if view.kind == "html" else ()
    if not any(tags[at] in CELLS for at, _ in named if tags):
        return named
    cells = marked_cells(tags, view.texts, {at for at, _ in named})
    return [(at, one) for at, one in named if at not in cells]


def _around(view: ArticleView, found: Mapping[int, RuleSet], rules: JudgingRules) -> dict[int, list[int]]:
    return rules.prefilter.around(view, found, rules.contextual.judging(view.scope))


def _named_alone(group: RuleGroup, view: ArticleView, found: Mapping[int, Sequence[int]]) -> Matches:
    """Return the matches of rules that look at one block."""
    placed = {one.rank for one, _ in group.of(found) if one.rule.where.position}
    named = _named_by(group, view, {rank: places for rank, places in found.items() if rank not in placed})
    if placed and named:
        view = view.with_named(_taken(named))
    return named + _named_by(group, view, {rank: found[rank] for rank in placed})


def _named_by(group: RuleGroup, view: ArticleView, found: Mapping[int, Sequence[int]]) -> Matches:
    return [(at, one) for one, places in group.of(found) for at in one.names.among(view, places)]


def _named_by_text(
    group: RuleGroup, view: ArticleView, found: Mapping[int, RuleSet], texts: NamedTexts
) -> Iterator[tuple[int, CompiledRule]]:
    judging = group.judging(view.scope)
    for at, text in enumerate(view.plain):
        if (
            text in texts.by_text
            and at not in view.frame
            and (named := texts.by_text[text] & found.get(at, NO_RULES) & judging)
        ):
            yield from ((at, texts.rules[rank]) for rank in group.ranks_of(named))


def _taken(named: Matches) -> list[tuple[int, tuple[str, ...]]]:
    """Return the blocks that rules remove, by all names of the rules, for the later phases; a tag removes nothing."""
    return [(at, one.called) for at, one in named if one.rule.action != "tag"]


def _by_block(view: ArticleView, named: Matches) -> Named:
    by_block: dict[int, list[CompiledRule]] = {}
    for at, one in sorted(named, key=lambda found: (found[0], found[1].rank)):
        by_block.setdefault(at, []).append(one)
    removals = {at: _removal(view.blocks[at].index, rules) for at, rules in by_block.items()}
    taking = {at: [one for one in rules if one.rule.action != "tag"] for at, rules in by_block.items()}
    shaped = frozenset(at for at, rules in taking.items() if rules and all(one.goes_by_shape for one in rules))
    return Named(view, removals, shaped)


def _removal(block: int, rules: Sequence[CompiledRule]) -> Removal:
    first, *others = rules
    action = _ACTIONS.get(first.rule.action, "drop")
    return Removal(block, action, first.name, first.version, first.rule.kind, tuple(one.name for one in others))
