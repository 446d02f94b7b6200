"""Removals by the classifier and by rules that look at shape and neighbours, and the text that is protected from both.

`sentences` finds sentences of the story; `tables`, `letters`, `facts`, `recipes` and `timelines` find lines that only
look like furniture.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from etl.model import Removal
from etl.rules.classifier.bullets import bulleted, cut_lists
from etl.rules.classifier.comments import RULES, is_mark
from etl.rules.classifier.facts import facts
from etl.rules.classifier.interviews import answers
from etl.rules.classifier.letters import signatures
from etl.rules.classifier.model import (
    CLASSIFIER,
    LEAD_OR_END,
    MIN_BLOCKS,
    NEVER,
    SENTENCE,
    Scores,
    have_nothing_to_score,
    score_pages,
)
from etl.rules.classifier.recipes import ingredients
from etl.rules.classifier.tables import figure_rows, table_cells, table_rows
from etl.rules.classifier.timelines import chronicle, entry_times, entry_titles, timeline
from etl.rules.classifier.verses import verses
from etl.rules.engine.ruleset import JudgingRules
from etl.rules.matching.view import ArticleView

if TYPE_CHECKING:
    from etl.rules.classifier.features import Page

# Functions that find the lines of tables, letters, fact boxes, recipes, timelines, live texts, interviews and verses.
_PARTS = (
    table_cells, table_rows, figure_rows, signatures, facts, ingredients, timeline, entry_titles, answers, verses,
    bulleted,
)  # fmt: skip


class Named(Struct, frozen=True):
    """An article with the removals by rules, by position; `shaped` are those by rules that look only at shape."""

    view: ArticleView
    removals: Mapping[int, Removal]
    shaped: frozenset[int]


def judge_surroundings(articles: Sequence[Named], rules: JudgingRules) -> list[tuple[Removal, ...]]:
    """Return all removals of each article of a batch, by rules and the classifier, without those of protected text."""
    articles = [_with_days(one) for one in articles]
    removals = [tuple(one.removals.values()) for one in articles]
    pages = _pages_to_score(articles, rules)
    if pages:
        bars = [rules.min_probability if _asks_classifier(articles[at], rules) else NEVER for at in pages]
        for at, scores in zip(pages, score_pages(list(pages.values()), rules.classifier, bars), strict=True):
            removals[at] = _removals(articles[at], scores, rules)
    return removals


def _with_days(named: Named) -> Named:
    """Return an article without the removals of the days of a chronicle, which look like dates of the page."""
    notices = {at for at, removal in named.removals.items() if removal.kind == "notice" and removal.action == "drop"}
    days = notices & chronicle(named.view.plain) if notices and named.view.kind == "text" else set()
    return (
        structs.replace(named, removals={at: one for at, one in named.removals.items() if at not in days})
        if days
        else named
    )


def _pages_to_score(articles: Sequence[Named], rules: JudgingRules) -> "dict[int, Page]":
    """Return the articles, by position, that the classifier scores, or in which a rule removes a block by its shape."""
    pages = {at: _page(one) for at, one in enumerate(articles) if one.shaped or _asks_classifier(one, rules)}
    unsure = [at for at in pages if not articles[at].shaped]
    if rules.classifier and unsure:
        nothing = have_nothing_to_score([pages[at] for at in unsure], rules.classifier)
        for at in (at for at, is_nothing in zip(unsure, nothing, strict=True) if is_nothing):
            del pages[at]
    return pages


def _asks_classifier(named: Named, rules: JudgingRules) -> bool:
    """Return whether the classifier judges an article.

    It does not judge HTML pages, where the page model has judged all lines.  It does not judge articles that copydesk
    wrote, because the lines beside a line on the page may be missing there.  It does not judge a text in which no rule
    matches a block and segmentation removes only the headline.  Such a text has no page around it, and its short lines
    are a list of names or a programme.
    """
    view = named.view
    has_furniture = len(view.frame) > 1 or not view.frame.issuperset(view.named.keys() - named.shaped)
    return rules.classifier is not None and view.kind == "text" and len(view) >= MIN_BLOCKS and has_furniture


def _page(named: Named) -> "Page":
    from etl.rules.classifier.features import Page

    view = named.view
    taken = (view.named.keys() - named.shaped) | view.frame | entry_times(view.plain, view.named)
    marks = [is_mark(text) for text in view.folded]
    for at in taken & view.named.keys():
        marks[at] = marks[at] or any(RULES in name for name in view.named[at])
    return Page(view.plain, [at in taken for at in range(len(view))], marks)


def _removals(named: Named, scores: Scores, rules: JudgingRules) -> tuple[Removal, ...]:
    """Return the removals of an article.  Removals of protected sentences become tags."""
    view, found = named.view, dict(named.removals)
    version = rules.classifier.version if rules.classifier else ""
    by_surroundings = set(named.shaped)
    for one in scores.predictions:
        tag = found.get(one.at)
        if (tag is None or tag.action == "tag") and not rules.classifier_guard(view, one.at):
            also = (*one.evidence, *((tag.rule, *tag.also) if tag else ()))
            found[one.at] = Removal(view.blocks[one.at].index, "drop", CLASSIFIER, version, "structure", also)
            by_surroundings.add(one.at)
    if by_surroundings and view.kind == "text":
        others = (found.keys() - by_surroundings) | view.frame
        stay = _stays(named) | scores.headings | cut_lists(view.folded, scores.sentences, others, by_surroundings)
        for at in by_surroundings & stay:
            by_surroundings.discard(at)
            before = named.removals.get(at)
            if before and before.action == "tag":
                found[at] = before
            else:
                del found[at]
    for at in by_surroundings & scores.sentences:
        refused, name = found[at], LEAD_OR_END if at in scores.ends else SENTENCE
        found[at] = Removal(refused.block, "tag", name, refused.version, refused.kind, (refused.rule, *refused.also))
    return tuple(found.values())


def _stays(named: Named) -> set[int]:
    """Return the positions of lines that look like furniture, but are part of a table, a letter or a list of facts.

    Lists of ingredients and timelines are such lists, too.
    """
    view = named.view
    known = view.named.keys() - named.shaped
    return {at for find in _PARTS for at in find(view.plain, known)}
