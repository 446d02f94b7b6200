"""Predicates on a block's neighbours, compiled once per rule."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from etl.fold import label
from etl.rules.language import Between, Match, Near, Neighbour, Pattern, Recurs, Span
from etl.rules.matching.patterns import CRITERIA, Predicate, all_of, block_predicate, pattern_predicate, predicate
from etl.rules.matching.recurrence import MAX_LINE_CHARS, line_key
from etl.rules.matching.view import ArticleView

# Conditions that are computed once per article, so that they take almost no time per block.
MEASURED = ("after", "before", "beside", "between")


def is_contextual(match: Match) -> bool:
    """Return true if the match has conditions on neighbours."""
    return any(getattr(match, name) for name in _NEIGHBOURS)


def is_measured(match: Match) -> bool:
    """Return true if the conditions on neighbours take almost no time."""
    return all(name in MEASURED for name in _NEIGHBOURS if getattr(match, name))


def match_predicate(match: Match, user_rule: str = "") -> Predicate:
    """Compile all conditions of a match: on the block itself, and on its neighbours."""
    return all_of([block_predicate(match, user_rule), neighbours_predicate(match, user_rule)])


def neighbours_predicate(match: Match, user_rule: str = "") -> Predicate:
    """Compile the conditions of a match on neighbours: true if all of them hold.

    `user_rule` as for `pattern_predicate`.
    """
    return all_of([make(asked, user_rule) for name, make in _NEIGHBOURS.items() if (asked := getattr(match, name))])


def span_predicate(between: Between, user_rule: str = "") -> Predicate:
    """Compile a span from a start to the first end below it, both included.  Where spans overlap, each is one."""
    start, end = pattern_predicate(between.start, user_rule).holds, pattern_predicate(between.end, user_rule).holds
    reach = between.max_blocks + 1

    def is_in_span(view: ArticleView, at: int) -> bool:
        above = next((i for i in range(at - 1, max(-1, at - 1 - reach), -1) if start(view, i)), at)
        return any(start(view, opens) and at <= closing(view, opens) for opens in {above, at})

    def closing(view: ArticleView, opens: int) -> int:
        return next((i for i in range(opens + 1, min(len(view), opens + 1 + reach)) if end(view, i)), -1)

    return predicate(is_in_span)


@cache
def _marks(pattern: Pattern, user_rule: str) -> Callable[[ArticleView], bytearray]:
    """Return a function that marks the blocks of a view that a pattern matches with 1, all others with 0.

    Marks are computed once per article.  Equal patterns have the same function, so that rules share the marks.
    """
    among = pattern_predicate(pattern, user_rule).among
    asks_only_rules = bool(pattern.rule) and not any(getattr(pattern, one) for one in CRITERIA if one != "rule")

    def marks(view: ArticleView) -> bytearray:
        found: bytearray | None = view.remembered.get(among)
        if found is None:
            found = view.remembered[among] = bytearray(len(view))
            for at in among(view, sorted(view.named) if asks_only_rules else range(len(view))):
                found[at] = 1
        return found

    return marks


def _after(near: Neighbour, user_rule: str) -> Predicate:
    marks, within, across_lead = _marks(near, user_rule), near.within, near.across_lead

    def among(view: ArticleView, places: Sequence[int]) -> Sequence[int]:
        is_near, lead = marks(view).find, 0 if across_lead else _lead(view)
        return [at for at in places if is_near(1, max(lead if at > lead else 0, at - within), at) >= 0]

    return Predicate(lambda view, at: bool(among(view, (at,))), among)


def _before(near: Neighbour, user_rule: str) -> Predicate:
    marks, within = _marks(near, user_rule), near.within

    def among(view: ArticleView, places: Sequence[int]) -> Sequence[int]:
        is_near = marks(view).find
        return [at for at in places if is_near(1, at + 1, at + within + 1) >= 0]

    return Predicate(lambda view, at: bool(among(view, (at,))), among)


def _lead(view: ArticleView) -> int:
    """Return the position of the first sentence of the story, or 0."""
    return view.sentences[0] if view.sentences else 0


def _beside(near: Neighbour, user_rule: str) -> Predicate:
    above, below = _after(near, user_rule).holds, _before(near, user_rule).holds
    return predicate(lambda view, at: above(view, at) or below(view, at))


def _between(between: Between, user_rule: str) -> Predicate:
    starts, ends = _marks(between.start, user_rule), _marks(between.end, user_rule)
    most, across_lead = between.max_blocks + 1, between.across_lead

    def among(view: ArticleView, places: Sequence[int]) -> Sequence[int]:
        above, below, sentences = starts(view).rfind, ends(view).find, [] if across_lead else view.sentences
        nearest = ((at, above(1, max(0, at - most), at), below(1, at + 1, at + most)) for at in places)
        found = [(at, start, end) for at, start, end in nearest if start >= 0 and end >= 0 and end - start <= most]
        return [at for at, start, end in found if bisect_left(sentences, start) == bisect_left(sentences, at)]

    return Predicate(lambda view, at: bool(among(view, (at,))), among)


def _span(span: Span, _user_rule: str) -> Predicate:
    run = [label(text) for text in span.around]

    def among(view: ArticleView, places: Sequence[int]) -> Sequence[int]:
        found: set[int] | None = view.remembered.get(among)
        if found is None:
            found = view.remembered[among] = set().union(*_span_places(span, run, view))
        return [at for at in places if at in found]

    return Predicate(lambda view, at: bool(among(view, (at,))), among)


def _near(near: Near, _user_rule: str) -> Predicate:
    def resembles(view: ArticleView, at: int) -> bool:
        around = range(max(0, at - near.within), min(len(view), at + near.within + 1))
        return any(_is_in(view, at, i, near.share) for i in around if i != at)

    return predicate(resembles)


def _is_in(view: ArticleView, at: int, other: int, share: float) -> bool:
    """Return true if another block has the words of a block, and the block is not the one that stays if both do."""
    common = (view.word_bags[at] & view.word_bags[other]).total()
    if not common or common < share * view.word_bags[at].total():
        return False
    return other < at or common < share * view.word_bags[other].total()


def _recurs(recurs: Recurs, _user_rule: str) -> Predicate:
    def stands_often(view: ArticleView, at: int) -> bool:
        counts, publisher = view.run.lines, view.article.publisher
        if counts is None or not 0 < len(view.plain[at]) <= MAX_LINE_CHARS:
            return False
        line = view.line(at)
        if recurs.documents and counts.get(line_key(line), 1) >= recurs.documents:
            return True
        if not recurs.share or not publisher:
            return False
        of_all, of_line = counts.get(line_key("", publisher.id), 1), counts.get(line_key(line, publisher.id), 1)
        return of_all >= recurs.least and of_line > 1 and of_line >= recurs.share * of_all

    return predicate(stands_often)


def _span_places(span: Span, run: list[str], view: ArticleView) -> Iterator[set[int]]:
    """Yield, for each place of the labels, the positions that match with them."""
    for first in range(len(view) - len(run) + 1):
        if view.labels[first : first + len(run)] != run:
            continue
        below = first + len(run)
        above, mirror = range(max(0, first - span.before), first), range(below, min(len(view), below + span.mirror))
        said_above, said_below = ({view.folded[i] for i in places} for places in (above, mirror))
        top = next((i for i in above if view.folded[i] in said_below), first)
        yield {*range(top, below), *(i for i in mirror if view.folded[i] in said_above)}


_NEIGHBOURS: dict[str, Callable[[Any, str], Predicate]] = {
    "after": _after,
    "before": _before,
    "beside": _beside,
    "between": _between,
    "span": _span,
    "near": _near,
    "recurs": _recurs,
}
