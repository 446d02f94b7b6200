"""What is judged by its surroundings: the classifier's predictions, rules that go by shape, and the floor under both."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.model import Removal
from etl.rules.classifier.model import MIN_BLOCKS, MIN_ON_PAGES, NAME, Prediction, Scores, score_pages
from etl.rules.engine.ruleset import CompiledRule, JudgingRules
from etl.rules.matching.view import ArticleView

if TYPE_CHECKING:
    from etl.rules.classifier.features import Page

# The tags of the floor: a sentence of the story that is kept, and a story whose lead or end was to go: it is kept whole.
FLOOR, SUSPECT = "floor/sentence", "floor/lead-or-end"


class Named(Struct, frozen=True):
    """An article with the blocks that rules name; `shaped` are the removals by rules that go by shape alone."""

    view: ArticleView
    removals: tuple[Removal, ...]
    shaped: Mapping[int, Removal]


def goes_by_shape(compiled: CompiledRule) -> bool:
    """Return true if a rule says what a block is by the shape of it and of its neighbours, not by a label."""
    rule = compiled.rule
    return rule.kind == "structure" and compiled.neighbours is not None and rule.match.recurs is None


def judge_surroundings(articles: Sequence[Named], rules: JudgingRules) -> list[tuple[Removal, ...]]:
    """Return, for each article of a batch, all removals: by rules, then by the classifier, less what the floor keeps."""
    asked = [at for at, one in enumerate(articles) if one.shaped or (rules.classifier and len(one.view) >= MIN_BLOCKS)]
    removals = [one.removals for one in articles]
    if asked:
        bars = [_bar(articles[at].view, rules) for at in asked]
        pages = [_page(articles[at]) for at in asked]
        for at, scores in zip(asked, score_pages(pages, rules.classifier, bars), strict=True):
            removals[at] += _removals(articles[at], scores, rules)
    return removals


def _page(named: Named) -> "Page":
    from etl.rules.classifier.features import Page

    taken = {at for at in named.view.named if at not in named.shaped} | named.view.frame
    return Page(named.view.plain, [at in taken for at in range(len(named.view))])


def _bar(view: ArticleView, rules: JudgingRules) -> float:
    return max(rules.min_probability, MIN_ON_PAGES) if view.kind == "html" else rules.min_probability


def _removals(named: Named, scores: Scores, rules: JudgingRules) -> tuple[Removal, ...]:
    view, version = named.view, rules.classifier.version if rules.classifier else ""
    found = dict(named.shaped)
    for one in scores.predictions:
        if one.at not in found and not rules.classifier_guard(view, one.at):
            found[one.at] = Removal(view.blocks[one.at].index, "drop", NAME, version, "structure", one.evidence)
    refused = [at for at in found if at in scores.sentences]
    if any(at in scores.ends for at in refused):
        return tuple(_tag(SUSPECT, removal) for _, removal in sorted(found.items()))
    return tuple(_tag(FLOOR, one) if at in scores.sentences else one for at, one in sorted(found.items()))


def _tag(name: str, removal: Removal) -> Removal:
    """Return the tag that stands for a removal that the floor refuses."""
    return Removal(removal.block, "tag", name, removal.version, removal.kind, (removal.rule, *removal.also))
