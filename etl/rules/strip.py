"""Find furniture inside a paragraph: what scrapers that flatten a page leave in the middle of prose.  Cuts nothing."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from etl.rules.judge import Bench, Seated, judges
from etl.rules.match import regex_of
from etl.rules.view import View


class Cut(Struct, frozen=True, gc=False):
    """Characters `start` to `end` of a block's text that rules (joined by "+") would have out, with the spaces around.

    `after` joins what is left: one space if there is text on both sides.
    """

    block: int
    start: int
    end: int
    after: str
    rule: str
    version: str
    kind: str


def cuts(view: View, bench: Bench) -> tuple[Cut, ...]:
    """Find what strip rules would cut, in reading order; what touches is one cut."""
    rules = [seated for seated in bench.stripping if judges(seated, view)]
    if not rules:
        return ()
    return tuple(cut for at in range(len(view)) if at not in view.frame for cut in _block_cuts(view, at, rules))


def _block_cuts(view: View, at: int, rules: Sequence[Seated]) -> Iterator[Cut]:
    text = view.plain[at]
    spans = sorted(
        (*_widened(text, match), rank) for rank, seated in enumerate(rules) for match in _found(view, at, seated)
    )
    while spans:
        start, end, rank = spans.pop(0)
        first, names = rules[rank], [rules[rank].name]
        while spans and spans[0][0] <= end:
            _, other_end, rank = spans.pop(0)
            end = max(end, other_end)
            names.append(rules[rank].name)
        after = " " if start and end < len(text) else ""
        name = "+".join(dict.fromkeys(names))
        yield Cut(view.article.blocks[at].index, start, end, after, name, first.version, first.rule.kind)


def _found(view: View, at: int, seated: Seated) -> Iterator[re.Match[str]]:
    regex = regex_of(seated.rule.match)
    if regex.may_match(view.folded[at]) and not seated.obstacle(view, at):
        yield from regex.pattern.finditer(view.plain[at])


def _widened(text: str, match: re.Match[str]) -> tuple[int, int]:
    """The span of a match, with the white space on both sides."""
    return len(text[: match.start()].rstrip()), len(text) - len(text[match.end() :].lstrip())
