"""In which company does a block stand?  Each that is asked for is a small test on the view, compiled once."""

from collections.abc import Callable, Iterator
from typing import Any

from etl.fold import label
from etl.rules.match import Test, looks_test, own_test
from etl.rules.recurrence import MAX_LINE_CHARS, key
from etl.rules.view import View
from etl.rules.vocabulary import Between, Match, Near, Neighbour, Recurs, Span


def has_company(match: Match) -> bool:
    """Tell whether the match asks anything of the neighbours."""
    return any(getattr(match, name) for name in _COMPANY)


def match_test(match: Match, limited: str = "") -> Test:
    """Compile all that a match asks: of the block itself, and of its neighbours."""
    own, company = own_test(match, limited), company_test(match, limited)
    return lambda view, at: own(view, at) and company(view, at)


def company_test(match: Match, limited: str = "") -> Test:
    """Compile what a match asks of the neighbours: true if all of it holds.  `limited` as for `looks_test`."""
    tests = [make(asked, limited) for name, make in _COMPANY.items() if (asked := getattr(match, name))]
    return lambda view, at: all(test(view, at) for test in tests)


def closed_test(between: Between, limited: str = "") -> Test:
    """Compile a span from a start to the first end below it, both included.  Where spans overlap, each is one."""
    start, end = looks_test(between.start, limited), looks_test(between.end, limited)
    reach = between.max_blocks + 1

    def stands_in(view: View, at: int) -> bool:
        above = next((i for i in range(at - 1, max(-1, at - 1 - reach), -1) if start(view, i)), at)
        return any(start(view, opens) and at <= closes(view, opens) for opens in {above, at})

    def closes(view: View, opens: int) -> int:
        return next((i for i in range(opens + 1, min(len(view), opens + 1 + reach)) if end(view, i)), -1)

    return stands_in


def _after(near: Neighbour, limited: str) -> Test:
    looks = looks_test(near, limited)
    return lambda view, at: any(looks(view, i) for i in range(max(0, at - near.within), at))


def _before(near: Neighbour, limited: str) -> Test:
    looks = looks_test(near, limited)
    return lambda view, at: any(looks(view, i) for i in range(at + 1, min(len(view), at + 1 + near.within)))


def _between(between: Between, limited: str) -> Test:
    start, end = looks_test(between.start, limited), looks_test(between.end, limited)

    def stands_between(view: View, at: int) -> bool:
        opens = next((i for i in range(at - 1, max(-1, at - 1 - between.max_blocks), -1) if start(view, i)), None)
        if opens is None:
            return False
        return any(end(view, i) for i in range(at + 1, min(len(view), opens + 2 + between.max_blocks)))

    return stands_between


def _span(span: Span, _limited: str) -> Test:
    run = [label(text) for text in span.around]
    return lambda view, at: any(at in place for place in _span_places(span, run, view))


def _near(near: Near, _limited: str) -> Test:
    def resembles(view: View, at: int) -> bool:
        around = range(max(0, at - near.within), min(len(view), at + near.within + 1))
        return any(_is_in(view, at, i, near.share) for i in around if i != at)

    return resembles


def _is_in(view: View, at: int, other: int, share: float) -> bool:
    """Tell whether a block has its words from another, and is not the one that stays if both do."""
    common = (view.bags[at] & view.bags[other]).total()
    if not common or common < share * view.bags[at].total():
        return False
    return other < at or common < share * view.bags[other].total()


def _recurs(recurs: Recurs, _limited: str) -> Test:
    def stands_often(view: View, at: int) -> bool:
        counts, publisher = view.known.recurring, view.article.publisher
        if counts is None or not 0 < len(view.plain[at]) <= MAX_LINE_CHARS:
            return False
        line = view.folded[at]
        if recurs.documents and counts.get(key(line), 1) >= recurs.documents:
            return True
        if not recurs.share or not publisher:
            return False
        of_all, of_line = counts.get(key("", publisher.id), 1), counts.get(key(line, publisher.id), 1)
        return of_all >= recurs.least and of_line > 1 and of_line >= recurs.share * of_all

    return stands_often


def _span_places(span: Span, run: list[str], view: View) -> Iterator[set[int]]:
    """For each place where the run of labels stands, the positions that go with it."""
    for first in range(len(view) - len(run) + 1):
        if view.labels[first : first + len(run)] != run:
            continue
        below = first + len(run)
        above = range(max(0, first - span.before), first)
        said_above = {view.folded[i] for i in above}
        mirrored = {i for i in range(below, min(len(view), below + span.mirror)) if view.folded[i] in said_above}
        yield {*range(first, below), *mirrored, *(above if mirrored else ())}


_COMPANY: dict[str, Callable[[Any, str], Test]] = {
    "after": _after,
    "before": _before,
    "between": _between,
    "span": _span,
    "near": _near,
    "recurs": _recurs,
}
