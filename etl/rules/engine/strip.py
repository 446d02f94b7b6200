"""Find furniture inside paragraphs, which scrapers that flatten a page leave in the middle of prose.

Nothing is cut here.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from etl.fold import space_after, space_before
from etl.rules.engine.flattened import Found, flattened_labels
from etl.rules.engine.literal_search import LiteralHits, Span
from etl.rules.engine.ruleset import CompiledRule, JudgingRules
from etl.rules.matching.reported import SAYABLE_KINDS, quotations
from etl.rules.matching.view import ArticleView
from etl.rules.regexes.compiled import regex_of

# Marks without a space before them.
CLOSING = ".,;:!?"


class Cut(Struct, frozen=True, gc=False):
    """Characters `start` to `end` of a block's text that rules cut, with the spaces around.

    `after` joins the rest: one space if there is text on both sides, unless the second part begins with a closing mark.
    """

    block: int
    start: int
    end: int
    after: str
    rules: tuple[str, ...]
    version: str
    kind: str


def cuts(
    views: Sequence[ArticleView], rules: JudgingRules, candidates: Sequence[LiteralHits] | None = None
) -> list[tuple[Cut, ...]]:
    """Return, for each article of a batch, the cuts of strip rules, in reading order; cuts that touch are one cut."""
    found = rules.search(views) if candidates is None else candidates
    labels = flattened_labels(views, rules)
    return [tuple(_article_cuts(*one, rules)) for one in zip(views, found, labels, strict=True)]


def _article_cuts(view: ArticleView, hits: LiteralHits, labels: Iterable[Found], rules: JudgingRules) -> Iterator[Cut]:
    found = [
        (at, _widened(view.plain[at], match.span()), one.rank, one)
        for one, places in rules.strip.of(rules.strip.candidates(view, hits.rules))
        for at in places
        if at not in view.marked  # places in it are not those in the text
        for match in _matches(view, at, one, hits.spans.get(at, {}).get(one.rank))
    ]
    found += [(at, _widened(view.plain[at], span), rank, one) for at, span, rank, one in labels]
    for at, of_block in groupby(sorted(found, key=lambda one: one[:3]), key=lambda one: one[0]):
        yield from _joined(view, at, ((span, one) for _, span, _, one in of_block))


def _joined(view: ArticleView, at: int, found: Iterable[tuple[Span, CompiledRule]]) -> Iterator[Cut]:
    text, spans = view.plain[at], deque(found)
    while spans:
        (start, end), first = spans.popleft()
        names = [first.name]
        while spans and spans[0][0][0] <= end:
            (_, other_end), other = spans.popleft()
            end = max(end, other_end)
            names.append(other.name)
        after = " " if start and end < len(text) and text[end] not in CLOSING else ""
        rules = tuple(dict.fromkeys(names))
        yield Cut(view.blocks[at].index, start, end, after, rules, first.version, first.rule.kind)


def _matches(view: ArticleView, at: int, one: CompiledRule, literals: Span | None) -> Sequence[re.Match[str]]:
    matches = regex_of(one.rule.match, one.user_rule).find_all(view.plain[at], view.run.publishers, literals)
    found = [match for match in matches if match.end() > match.start()]
    if not found or one.blocked_by(view, at):
        return ()
    if one.user_rule or one.rule.kind not in SAYABLE_KINDS:
        return found
    quoted = quotations(view.plain[at], [match.start() for match in found])
    return [match for match, is_quoted in zip(found, quoted, strict=True) if not is_quoted]


def _widened(text: str, span: Span) -> Span:
    """Return a span with the white space on both sides."""
    return space_before(text, span[0]), space_after(text, span[1])
